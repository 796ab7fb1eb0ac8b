"""Which opportunities come first, and what they are worth together when each person counts once."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.kernel.sets import distinct
from liftloop.plan.inputs import Integers
from liftloop.plan.opportunities.candidate import FAMILY, Candidate
from liftloop.plan.opportunities.worth import Stake

FIRST = 3


class Weighed(Struct, frozen=True, kw_only=True, eq=False):
    """A group with what is at stake, and who it is: profile numbers, ascending."""

    candidate: Candidate
    stake: Stake
    profile: Integers


class Placed(Struct, frozen=True, kw_only=True, eq=False):
    """An opportunity in its place; `own` of its people are in no narrower one."""

    weighed: Weighed
    own: int

    @property
    def share(self) -> float:
        return self.own / self.weighed.profile.size


class Together(Struct, frozen=True, kw_only=True):
    """All of them at once, each person under the narrowest opportunity that takes them in."""

    people: int
    point_fen: float
    low_fen: float
    high_fen: float


def placed(weighed: Sequence[Weighed]) -> tuple[Placed, ...]:
    """Return them by what the people are worth that are in no narrower one; the first three are of three families.

    Where there are fewer families the rest follows by worth. Equal worth is ordered by kind, so that two scans of the
    same shop agree.
    """
    left = sorted(_with_own(weighed), key=lambda each: (-_worth(each), each.weighed.candidate.id))
    first: list[Placed] = []
    for each in left:
        families = {FAMILY[one.weighed.candidate.kind] for one in first}
        if len(first) < FIRST and FAMILY[each.weighed.candidate.kind] not in families:
            first.append(each)
    return (*first, *(each for each in left if each not in first))


def together(places: Sequence[Placed]) -> Together:
    """Return the sum in which nobody counts twice; ranges are added end to end, as if all missed the same way."""
    stakes = [(each.weighed.stake, each.share) for each in places]
    return Together(
        people=sum(each.own for each in places),
        point_fen=sum(stake.point_fen * share for stake, share in stakes),
        low_fen=sum(stake.low_fen * share for stake, share in stakes),
        high_fen=sum(stake.high_fen * share for stake, share in stakes),
    )


def _with_own(weighed: Sequence[Weighed]) -> list[Placed]:
    found: list[Placed] = []
    taken = np.zeros(0, dtype=np.int64)
    for each in sorted(weighed, key=lambda one: (one.profile.size, one.candidate.id)):
        found.append(Placed(weighed=each, own=int((~np.isin(each.profile, taken)).sum())))
        taken = distinct(np.concatenate([taken, each.profile]))
    return found


def _worth(place: Placed) -> float:
    return place.weighed.stake.point_fen * place.share
