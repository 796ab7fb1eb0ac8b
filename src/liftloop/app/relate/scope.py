"""Whose work somebody may see and change: the one place where teams will bound it."""

from collections.abc import Sequence

from msgspec import Struct


class Scope(Struct, frozen=True):
    """Teams whose work is in sight, and the customers behind it; None for all."""

    teams: tuple[str, ...] | None

    def condition(self) -> tuple[str, Sequence[str]]:
        """Return what a row of `work` must satisfy, as SQL with its parameters."""
        if self.teams is None:
            return "1", ()
        return f"team IN ({', '.join('?' * len(self.teams))})", self.teams

    def admits(self, team: str) -> bool:
        return self.teams is None or team in self.teams


EVERYTHING = Scope(None)


def scope_of(actor: str) -> Scope:
    """Return what an actor may see: all, as long as there is one token with every role."""
    return EVERYTHING
