"""What the study of traits found."""

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, View


class WorthParameters(View):
    """BG/NBD (time in days) and Gamma-Gamma (money in fen) as fitted to this shop."""

    r: float
    alpha_days: float
    a: float
    b: float
    p: float
    q: float
    v_fen: float


class TraitStudy(View):
    at: AwareDatetime
    people: Count
    changed: Count = Field(description="People of whom at least one value is another than before.")
    traits: dict[str, int] = Field(description="How many people have a value of each trait.")
    dormant_days: Count
    lost_days: Count
    worth: WorthParameters | None = Field(description="Null where too few people bought twice.")


class LastTraitStudy(View):
    study: TraitStudy | None = Field(description="Null before the first.")
