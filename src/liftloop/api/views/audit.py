"""Who changed what, when and from where."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from liftloop.api.views.values import Text, View

AuditKind = Literal["definitions", "sign_ins", "accounts", "launches", "exports", "personal", "other", ""]


class AuditVersion(View):
    kind: str
    kind_name: Text
    id: str
    version: int
    name: str
    retired: bool


class AuditChange(View):
    path: str
    before: str = Field(description="JSON; empty where it was not there.")
    after: str


class AuditEntry(View):
    id: str
    at: datetime
    actor: str
    who: Text
    via: str
    address: str
    use_case: str
    what: Text
    subject: str
    outcome: str
    reason: str
    definitions: list[AuditVersion]
    changes: list[AuditChange]


class AuditPage(View):
    entries: list[AuditEntry]
    next: str = Field(description="Where the next page begins; empty at the end.")


class VersionCompared(View):
    """A version of a definition beside the one before it; secrets are not told."""

    kind: str
    id: str
    version: int
    newest: int
    before: dict[str, Any]
    after: dict[str, Any]
    changes: list[AuditChange]


class RevertRequest(View):
    version: int = Field(ge=1, description="Whose content the next version gets.")
    newest: int | None = Field(default=None, ge=1, description="The version that was newest when it was decided.")


class RevealRequest(View):
    reason: str = Field(min_length=1, max_length=200, description="Why; it stands in the audit.")


class Revealed(View):
    """One person's details in the clear; that they were looked at stands in the audit."""

    details: dict[str, str]
