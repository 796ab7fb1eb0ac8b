"""What later stages may ask plan: where the actions assigned to people stand."""


def action_array(campaign: str) -> str:
    """Return the array that holds the index of each person's assigned action, -1 where there is none."""
    return f"campaign.{campaign}.action"


def cell_array(campaign: str) -> str:
    """Return the array that holds the index of each person's propensity vector."""
    return f"campaign.{campaign}.cell"
