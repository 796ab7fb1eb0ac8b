"""`liftloop launch`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show


@click.command("launch", short_help="启动方案 / start a plan")
@click.argument("plan")
@click.option("--propose", is_flag=True, help="只提请审批，不启动 / ask for an approval and start nothing")
@click.option(
    "--canary", default="", metavar="1%|N", help="先发一小部分，比例或人数 / a share or so many people go first"
)
@click.option(
    "--canary-hours", default=1.0, show_default=True, help="等多久再决定 / how long to wait for their answers"
)
@data_option
@json_option
def command(plan: str, propose: bool, canary: str, canary_hours: float, data: Path, as_json: bool) -> None:
    """启动一个方案：人群、旅程、内容、对照组一次建好。 / Start a plan: audience, journey, words and holdout at once.

    \b
    例 / Example:
      liftloop launch plan-1f0c…
      liftloop launch plan-1f0c… --canary 1% --canary-hours 2
    """
    terms = {"canary": {**_share(canary), "hours": canary_hours}} if canary else {}
    with server(data) as desk:
        if propose:
            asked = desk.post(f"/plans/{plan}/propose", {})
            show(asked, as_json, [f"{asked['id']}  {asked['status']}"])
            return
        launched = desk.post(f"/plans/{plan}/launch", terms)
    show(launched, as_json, [launched["campaign_id"]])


def _share(text: str) -> dict[str, float]:
    """Return who goes first: a share where it is written with a percent sign, else a number of people.

    >>> _share("1%"), _share("500")
    ({'share': 0.01}, {'people': 500})
    """
    number = text.strip().removesuffix("%")
    try:
        return {"share": float(number) / 100} if "%" in text else {"people": int(number)}
    except ValueError:
        raise click.BadParameter(f"{text}: 1% / 500", param_hint="--canary") from None
