"""Experiments as the API shows them: a document like a review."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.review import ReviewFact, ReviewSection
from liftloop.api.views.values import Text, View


class Experiment(View):
    """An experiment as of now; no verdict while it is too early, or where the arms do not have their sizes."""

    id: str
    name: str
    status: Literal["too_early", "running", "final"]
    verdict: Literal["better", "worse", "unclear", "too_early"]
    winner: str = Field(description="The arm that does best; empty while none is shown to.")
    headline: Text
    as_of: AwareDatetime
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    facts: list[ReviewFact]
    sections: list[ReviewSection]
    method: Text


class ExperimentList(View):
    experiments: list[Experiment]
