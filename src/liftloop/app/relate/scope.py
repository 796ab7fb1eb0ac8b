"""Whose work somebody may see and change: staff their own, whoever has teams that of these teams, others all."""

from collections.abc import Sequence

from msgspec import Struct

from liftloop.app.callers import current


class Scope(Struct, frozen=True):
    """Teams whose work is in sight, and the customers behind it; None for all. With `owner` one person's work alone."""

    teams: tuple[str, ...] | None
    owner: str | None = None

    def condition(self) -> tuple[str, Sequence[str]]:
        """Return what a row of `work` must satisfy, as SQL with its parameters."""
        if self.owner is not None:
            return "(owner = ? AND owner <> '')", (self.owner,)
        if self.teams is None:
            return "1", ()
        return f"team IN ({', '.join('?' * len(self.teams))})", self.teams

    def admits(self, team: str, owner: str) -> bool:
        if self.owner is not None:
            return bool(owner) and owner == self.owner
        return self.teams is None or team in self.teams


EVERYTHING = Scope(None)


def scope_of(actor: str) -> Scope:
    """Return what an actor, who is calling now, may see."""
    caller = current()
    if caller.role == "staff":
        return Scope(None, owner=caller.staff)
    return Scope(caller.teams) if caller.teams else EVERYTHING
