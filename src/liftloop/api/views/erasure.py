"""One person's data: handed out whole, or erased."""

from pydantic import AwareDatetime, Field, JsonValue

from liftloop.api.views.values import Count, View


class PersonalData(View):
    """Everything held of one person, in the clear; that it was handed out stands in the audit."""

    profile_id: str
    taken_at: AwareDatetime
    identifiers: list[dict[str, JsonValue]]
    attributes: list[dict[str, JsonValue]]
    consents: list[dict[str, JsonValue]]
    events: list[dict[str, JsonValue]]
    messages: list[dict[str, JsonValue]] = Field(description="What became of every message, and why.")
    points: list[dict[str, JsonValue]]
    work: list[dict[str, JsonValue]] = Field(description="Leads, deals, tasks, tickets, and notes about the person.")


class EraseRequest(View):
    """Whom to erase, said once more."""

    confirm: str = Field(max_length=200, description="The id of the profile; anything else is refused.")
    reason: str = Field("", max_length=200, description="Why, for the audit: a request's number, never a name.")


class ErasedView(View):
    """What an erasure came to."""

    profile_id: str
    at: AwareDatetime
    keys: Count = Field(description="Keys that were destroyed; 0 where all were gone already.")
    consents: Count = Field(description="Consents that were withdrawn with them.")
