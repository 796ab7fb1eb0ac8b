"""Predicted audiences and learned segments: how well they work, and what they are."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, Text, View


class CurvePointView(View):
    """What taking the most alike `share` of people finds, on people held out."""

    share: float
    precision: float
    simple_precision: float = Field(description="By recency, frequency and money alone.")
    random_precision: float
    recall: float


class Likeness(View):
    audience_id: str
    trait: str = Field(description='Condition: {"trait": this, "gte": 0.95} are the five percent most alike.')
    at: AwareDatetime
    verdict: Literal["usable", "too_few", "no_signal", "simple_is_enough"]
    sentence: Text
    learned_from: Literal["entered", "members"]
    people: Count
    positives: Count
    candidates: Count = Field(description="People outside the audience who have a score where it is usable.")
    area: float | None = Field(description="Area under the curve on people held out; 0.5 is chance.")
    area_low: float | None = Field(description="Its lower bound, 95% one-sided.")
    simple_area: float | None
    curve: list[CurvePointView]


class LikenessList(View):
    predictions: list[Likeness]


class SegmentDifference(View):
    name: Text
    mean: float
    others: float


class SegmentCard(View):
    id: str
    name: Text
    people: Count
    differences: list[SegmentDifference]


class Segments(View):
    at: AwareDatetime
    people: Count
    stability: float
    segments: list[SegmentCard] = Field(description="Empty where behaviour falls into no groups.")


class LastSegments(View):
    study: Segments | None = Field(description="Null before the first.")
