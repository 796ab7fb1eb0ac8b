"""What a tool is, and how it reaches the management API."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct


class Answer(Struct, frozen=True, kw_only=True):
    """What the management API said to one call."""

    status: int
    body: Any


class Reach(Protocol):
    """Call the management API in somebody's name."""

    async def call(self, method: str, path: str, query: Mapping[str, Any], body: Mapping[str, Any] | None) -> Answer:
        """Return the answer, an error's too; `path` begins below `/api`."""
        ...

    async def may(self, use_case: str) -> bool:
        """Say whether a tool for this use case is worth showing; the call itself is judged anew."""
        ...


class Tool(Struct, frozen=True, kw_only=True):
    """One thing that an agent may do: one call of the management API."""

    name: str
    use_case: str
    """Its name in the registry, which says the role that it takes."""
    call: tuple[Literal["GET", "POST"], str]
    """Method and path; what the path names in braces comes from the arguments, the rest is query or body."""
    zh: str
    en: str
    arguments: Mapping[str, Mapping[str, Any]]
    """JSON Schema of each argument."""
    needed: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = {}
    """What the call says besides, whatever the agent wants."""

    @property
    def writes(self) -> bool:
        return self.use_case in WRITES


WRITES = frozenset({"goal.plan", "opportunity.scan", "plan.propose", "proposal.look"})
"""The use cases by which tools keep something: plans and proposals that wait for people."""
