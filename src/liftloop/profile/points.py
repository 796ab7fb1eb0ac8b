"""The points of one member: what was earned and still holds, what runs out first, and what every entry makes of it.

Points are spent in the order in which they run out, so that nobody loses what they could have used.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS

PointsKind = Literal["earn", "spend", "expire", "adjust", "balance"]
EVENTS: Mapping[str, PointsKind] = {
    "Points Earned": "earn",
    "Points Spent": "spend",
    "Points Expired": "expire",
    "Points Adjusted": "adjust",
    "Points Balance": "balance",
}
"""What each event does to an account; `balance` sets it."""
ACCOUNT = "points_account"
"""The attribute that holds an account; nothing that senders say may be called so."""
POINTS_MAX = 10**12
"""A single entry beyond it is a mistake of its sender."""
LOTS_MAX = 400
"""Instants at which points of one person run out: a day for more than a year; beyond them the last two become one."""


class PointsRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How points are kept; kind `setting`, id `points` among the definitions. Without it no account is kept."""

    events: Mapping[str, PointsKind] = {}
    """Further names of events, such as 积分发放, and what they do."""
    property: str = "points"
    """The property of those events that says how many."""
    expires_days: float | None = None
    """After how long points run out where the event says no `expires_at`; None: never."""
    may_go_negative: bool = False
    balance_trait: str = "points"
    """The trait of people that sets the balance when it is said of them, as member systems export it."""


class Entry(Struct, frozen=True, kw_only=True):
    """One change of an account."""

    kind: PointsKind
    points: int
    until_ms: int = FAR_FUTURE_MS
    """Of points that are earned: when they run out."""


class Account(Struct, frozen=True, kw_only=True):
    """What a member has: points by when they run out, soonest first, or a debt."""

    lots: tuple[tuple[int, int], ...] = ()
    """(instant at which they run out, points); no two of one instant, none of 0."""
    debt: int = 0

    @property
    def balance(self) -> int:
        return sum(points for _, points in self.lots) - self.debt

    @property
    def next_ms(self) -> int:
        """Return when points run out next, FAR_FUTURE_MS for never."""
        return self.lots[0][0] if self.lots else FAR_FUTURE_MS


_ACCOUNT = msgspec.json.Decoder(Account)
NO_POINTS = Account()


def read_account(raw: bytes) -> Account:
    """Return an account as `write_account` wrote it."""
    return _ACCOUNT.decode(raw)


def write_account(account: Account) -> bytes:
    return msgspec.json.encode(account)


def until_of(rules: PointsRules, at_ms: int, said: int | None) -> int:
    """Return when points run out that were earned at an instant."""
    if said is not None:
        return said
    return FAR_FUTURE_MS if rules.expires_days is None else at_ms + round(rules.expires_days * DAY_MS)


def changed(account: Account, entry: Entry, *, may_go_negative: bool) -> Account | None:
    """Return the account after an entry, None where it is refused: more is spent than there is.

    >>> changed(Account(lots=((5, 100), (9, 50))), Entry(kind="spend", points=120), may_go_negative=False)
    Account(lots=((9, 30),), debt=0)
    """
    match entry.kind:
        case "balance":
            lots = ((entry.until_ms, entry.points),) if entry.points > 0 else ()
            return Account(lots=lots, debt=max(-entry.points, 0))
        case "earn":
            return _earned(account, entry.points, entry.until_ms)
        case "expire":
            return taken(account, min(entry.points, max(account.balance, 0)))
        case "adjust" if entry.points >= 0:
            return _earned(account, entry.points, entry.until_ms)
        case "spend" | "adjust":
            wanted = abs(entry.points)
            return taken(account, wanted) if may_go_negative or wanted <= account.balance else None


def run_out(account: Account, now_ms: int) -> tuple[Account, int]:
    """Return the account without what has run out by now, and how many points that were."""
    gone = sum(points for until_ms, points in account.lots if until_ms <= now_ms)
    return Account(lots=tuple(lot for lot in account.lots if lot[0] > now_ms), debt=account.debt), gone


def joined(accounts: Sequence[Account]) -> Account:
    """Return the account of people who turned out to be one."""
    whole = Account(debt=sum(account.debt for account in accounts))
    for until_ms, points in (lot for account in accounts for lot in account.lots):
        whole = _earned(whole, points, until_ms)
    return whole


def _earned(account: Account, points: int, until_ms: int) -> Account:
    paid = min(account.debt, points)
    lots = dict(account.lots)
    if points > paid:
        lots[until_ms] = lots.get(until_ms, 0) + points - paid
    ordered = sorted(lots.items())
    while len(ordered) > LOTS_MAX:
        (_, fewer), (last_ms, more) = ordered[-2:]
        ordered[-2:] = [(last_ms, fewer + more)]
    return Account(lots=tuple(ordered), debt=account.debt - paid)


def taken(account: Account, points: int) -> Account:
    """Return an account without so many points, those first that run out first; what lacks is a debt."""
    left: list[tuple[int, int]] = []
    for until_ms, held in account.lots:
        used = min(held, points)
        points -= used
        if held > used:
            left.append((until_ms, held - used))
    return Account(lots=tuple(left), debt=account.debt + points)
