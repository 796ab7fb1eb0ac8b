"""Who is who: identifiers, merges and what people decide about them."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, PersonRow, Share, Text, View


class PersonIdentifier(View):
    """One way to recognise a person, personal values masked."""

    kind: str
    name: Text
    value: str
    since: AwareDatetime
    source: str = Field(description="The source that sent it first; empty where that is not known.")
    told_by: Text = Field(description="What that source is called; empty where it is not known.")
    sureness: Literal["sure", "likely", "weak", "disputed"]
    sure: Text = Field(description="What the identifier is worth.")


class Merge(View):
    """Two profiles that became one person."""

    merge_id: str
    at: AwareDatetime
    standing: Literal["merged", "undoing", "given_up", "undone"]
    by: str = Field(
        description="The kind of identifier that both had; `person` or `suggestion` where somebody decided."
    )
    label: Text
    source: str = Field(description="The source whose message joined them, or who undid it.")
    told_by: Text = Field(description="What they are called.")
    kept_profile_id: str
    forwarded_profile_id: str
    goes: list[str] = Field(description="Identifiers that are the other person's once it is undone.")
    consequence: Text = Field(description="What undoing it means; shown before it is confirmed.")
    problem: Text | None = Field(default=None, description="Why it could not be undone, and what to do.")


class PersonIdentity(View):
    """Identifiers with what they are worth, and merges, the newest first."""

    profile_id: str
    identifiers: list[PersonIdentifier]
    merges: list[Merge]


class UndoRequest(View):
    reason: str = Field(default="", max_length=500)


class UndoDone(View):
    """`undoing` where it takes longer than a few seconds; it goes on by itself."""

    merge_id: str
    standing: Literal["undoing", "undone"]
    kept_profile_id: str
    forwarded_profile_id: str


class SuggestedPair(View):
    """Two people who may be one."""

    first: PersonRow
    second: PersonRow
    probability: Share
    evidence: Text = Field(description="What speaks for it and what against it.")


class SuggestionList(View):
    """Pairs that wait for somebody to judge them, the likeliest first."""

    found_at: AwareDatetime | None = Field(description="When was last searched; null before the first search.")
    people: Count = Field(description="People of whom enough is known to compare them.")
    compared: Count = Field(description="Of these, how many were compared.")
    pairs: list[SuggestedPair]


class Judgement(View):
    first_profile_id: str
    second_profile_id: str
    same: bool = Field(description="True makes one person of two; false keeps them apart for good.")
