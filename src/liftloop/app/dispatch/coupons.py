"""The coupons of all pools, in the dispatch process' own file: free, reserved for a message, issued to a person.

A code is reserved before its message is put into words, and issued in the commit that keeps what became of the
message. One enrolment has one coupon of a pool: a reminder names the code that the first message gave.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from msgspec import Struct

from liftloop.deliver.coupons import Coupon, DrawBelow, Generated, Given, Pool, Shared, drawn_code
from liftloop.storage.embedded.crash_points import CouponPoint, Crashes

NO_COUPON = "no_coupon_left"
EXPIRED = "coupon_expired"
HELD = "coupon_held"
"""The pool came back with a backup: which of its codes were given out since nobody here knows."""
UNKNOWN_POOL = "no_pool"
DRAWS_MAX = 20
"""A code that was given before is drawn again; with a thousand times as many codes this never happens so often."""

CREATE = """
CREATE TABLE IF NOT EXISTS coupon (
    id INTEGER PRIMARY KEY,
    pool TEXT NOT NULL,
    code TEXT NOT NULL,
    external_id TEXT NOT NULL,
    shared INTEGER NOT NULL,               -- 1 where everybody has the same code.
    until_ms INTEGER NOT NULL,             -- The code's own end, as imported; 0 for none.
    state TEXT NOT NULL,                   -- free | reserved | issued
    holder TEXT NOT NULL,                  -- The enrolment, else the message, that has it.
    profile INTEGER NOT NULL,              -- -1 where people only know that the code was given out.
    message_key TEXT NOT NULL,             -- By which it was issued.
    at_ms INTEGER NOT NULL,                -- Of the last change.
    expires_ms INTEGER NOT NULL            -- Of its holder.
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS coupon_code ON coupon (code) WHERE shared = 0;
CREATE UNIQUE INDEX IF NOT EXISTS coupon_holder ON coupon (pool, holder) WHERE holder <> '';
CREATE INDEX IF NOT EXISTS coupon_state ON coupon (pool, state, at_ms);
CREATE TABLE IF NOT EXISTS coupon_claim (  -- Messages under way that name a coupon.
    message_key TEXT PRIMARY KEY,
    coupon INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS coupon_claim_coupon ON coupon_claim (coupon);
"""
CREATE_HOLD = """
CREATE TABLE IF NOT EXISTS coupon_hold (   -- Pools that give nothing new until a person lets them.
    pool TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
_ADD = (
    "INSERT INTO coupon (pool, code, external_id, shared, until_ms, state, holder, profile, message_key, at_ms,"
    " expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)"
)
_IMPORT = (
    "INSERT OR IGNORE INTO coupon (pool, code, external_id, shared, until_ms, state, holder, profile, message_key,"
    " at_ms, expires_ms) VALUES (?, ?, ?, 0, ?, 'free', '', 0, '', ?, 0)"
)
_POOL_OF = "SELECT pool FROM coupon WHERE code = ? AND shared = 0"
_CLAIMED = (
    "SELECT coupon.id, code, external_id, expires_ms FROM coupon_claim JOIN coupon ON coupon.id = coupon_claim.coupon"
    " WHERE coupon_claim.message_key = ?"
)
_OWN = "SELECT id, code, external_id, expires_ms FROM coupon WHERE pool = ? AND holder = ?"
_FREE = (
    "SELECT id, code, external_id, until_ms FROM coupon WHERE pool = ? AND state = 'free'"
    " AND (until_ms = 0 OR until_ms > ?) ORDER BY at_ms, id LIMIT 1"
)
_RESERVE = "UPDATE coupon SET state = 'reserved', holder = ?, profile = ?, at_ms = ?, expires_ms = ? WHERE id = ?"
_CLAIM = "INSERT INTO coupon_claim (message_key, coupon, at_ms) VALUES (?, ?, ?)"
_COUNT = "SELECT count(*) FROM coupon WHERE pool = ?"
_CLAIM_OF = "SELECT coupon FROM coupon_claim WHERE message_key = ?"
_UNCLAIM = "DELETE FROM coupon_claim WHERE message_key = ?"
_ISSUE = "UPDATE coupon SET state = 'issued', message_key = ?, at_ms = ? WHERE id = ? AND state = 'reserved'"
_OTHERS = "SELECT 1 FROM coupon_claim WHERE coupon = ? LIMIT 1"
_FREE_AGAIN = (
    "UPDATE coupon SET state = 'free', holder = '', profile = 0, expires_ms = 0 WHERE id = ? AND state = 'reserved'"
    " AND shared = 0"
)
_SHARED_AGAIN = "DELETE FROM coupon WHERE id = ? AND state = 'reserved' AND shared = 1"
_CLAIMS = "SELECT message_key FROM coupon_claim WHERE at_ms < ? LIMIT ?"
_HOLD = "INSERT OR IGNORE INTO coupon_hold (pool, at_ms) VALUES (?, ?)"
_ON_HOLD = "SELECT pool FROM coupon_hold"
_RELEASE = "DELETE FROM coupon_hold WHERE pool = ?"
_GIVEN = (
    "UPDATE coupon SET state = 'issued', holder = ?, profile = -1, at_ms = ?, expires_ms = ?"
    " WHERE code = ? AND pool = ? AND state = 'free' AND shared = 0"
)
_GIVEN_UNKNOWN = (
    "INSERT OR IGNORE INTO coupon (pool, code, external_id, shared, until_ms, state, holder, profile, message_key,"
    " at_ms, expires_ms) VALUES (?, ?, '', 0, 0, 'issued', ?, -1, '', ?, ?)"
)

Commit = Callable[[CouponPoint | None], AbstractContextManager[sqlite3.Connection]]


class Wanted(Struct, frozen=True, kw_only=True):
    """A message that names a coupon of a pool."""

    key: str
    pool: str
    holder: str
    profile: int


class NewCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code that another system made."""

    code: str
    external_id: str = ""
    until_ms: int = 0


class Added(Struct, frozen=True, kw_only=True):
    """What became of codes that were brought: new, there already, or in another pool."""

    added: int
    repeated: int
    elsewhere: int


class Noted(Struct, frozen=True, kw_only=True):
    """How many codes are noted as given out from now on, and whether their pool gave nothing until now."""

    noted: int
    held: bool


Claimed = Coupon | str
"""A coupon, or the reason why there is none."""


class Coupons:
    """All pools of one installation. Every write is one durable commit of the file that it shares with the attempts."""

    def __init__(self, commit: Commit, below: DrawBelow, crashes: Crashes) -> None:
        self._commit = commit
        self._below = below
        self._crashes = crashes

    def add(self, pool: str, codes: Sequence[NewCode], now_ms: int) -> Added:
        """Take in codes of a pool; one that is there already is not taken twice, whatever became of it."""
        added = elsewhere = 0
        with self._commit("coupons.add.written") as connection:
            for each in codes:
                row = (pool, each.code, each.external_id, each.until_ms, now_ms)
                if connection.execute(_IMPORT, row).rowcount:
                    added += 1
                elif connection.execute(_POOL_OF, (each.code,)).fetchone() != (pool,):
                    elsewhere += 1
        return Added(added=added, repeated=len(codes) - added - elsewhere, elsewhere=elsewhere)

    def claim(self, wanted: Sequence[Wanted], pools: Mapping[str, Pool], now_ms: int) -> dict[str, Claimed]:
        """Return the coupon that each message names, reserved from now on; asked again it is the same one."""
        with self._commit("coupons.claim.written") as connection:
            look = _Look(connection, now_ms, self._below)
            claimed = {each.key: look.claimed(each, pools.get(each.pool)) for each in wanted}
        self._crashes.reach("coupons.claim.committed")
        return claimed

    def note_given(self, pool: str, codes: Sequence[str], expires_ms: int, now_ms: int, *, release: bool) -> Noted:
        """Note codes as given out, to whom is not known, and let a held pool give again where `release` says so."""
        noted = 0
        with self._commit(None) as connection:
            for code in codes:
                holder = f"given:{code}"
                known = connection.execute(_GIVEN, (holder, now_ms, expires_ms, code, pool)).rowcount
                noted += known or connection.execute(_GIVEN_UNKNOWN, (pool, code, holder, now_ms, expires_ms)).rowcount
            held = pool in held_pools(connection)
            if release:
                connection.execute(_RELEASE, (pool,))
        return Noted(noted=noted, held=held)

    def claims(self, before_ms: int, limit: int) -> list[str]:
        """Return messages that have named a coupon since before an instant and are not settled."""
        with self._commit(None) as connection:
            return [key for (key,) in connection.execute(_CLAIMS, (before_ms, limit)).fetchall()]


_Found = tuple[int, str, str, int]
"""Number, code, external id, until when it is valid."""


class _Look:
    """One batch of claims, within one commit."""

    def __init__(self, connection: sqlite3.Connection, now_ms: int, below: DrawBelow) -> None:
        self._connection = connection
        self._now_ms = now_ms
        self._below = below
        self._held = held_pools(connection)
        self._counts: dict[str, int] = {}
        """How many coupons a pool has, counted once: counting a million takes a while."""

    def claimed(self, wanted: Wanted, pool: Pool | None) -> Claimed:
        if pool is None:
            return f"{UNKNOWN_POOL}:{wanted.pool}"
        connection = self._connection
        found: _Found | None = connection.execute(_CLAIMED, (wanted.key,)).fetchone()
        if found is None:
            found = connection.execute(_OWN, (wanted.pool, wanted.holder)).fetchone()
            if found is None and wanted.pool in self._held:
                return f"{HELD}:{wanted.pool}"
            found = found or self._reserved(wanted, pool)
            if found is None:
                return f"{NO_COUPON}:{wanted.pool}"
            if found[3] > self._now_ms:
                connection.execute(_CLAIM, (wanted.key, found[0], self._now_ms))
        _, code, external_id, expires_ms = found
        if expires_ms <= self._now_ms:
            return f"{EXPIRED}:{wanted.pool}"
        return Coupon(pool=wanted.pool, code=code, external_id=external_id, expires_ms=expires_ms, offer=pool.offer)

    def _reserved(self, wanted: Wanted, pool: Pool) -> _Found | None:
        """Return a coupon that nobody had, now reserved; None where the pool is dry or over."""
        if pool.ends_ms and pool.ends_ms <= self._now_ms:
            return None
        free = self._connection.execute(_FREE, (wanted.pool, self._now_ms)).fetchone()
        if free is not None:
            number, code, external_id, until_ms = free
            expires_ms = pool.expires_ms(self._now_ms, until_ms)
            self._connection.execute(_RESERVE, (wanted.holder, wanted.profile, self._now_ms, expires_ms, number))
            return number, code, external_id, expires_ms
        match pool.codes:
            case Given():
                return None
            case Generated(count_max=count_max):
                code = self._drawn(pool.codes) if self._counted(wanted.pool) < count_max else None
                return None if code is None else self._inserted(wanted, pool, code, shared=0)
            case Shared(code=code, count_max=count_max):
                if count_max and self._counted(wanted.pool) >= count_max:
                    return None
                return self._inserted(wanted, pool, code, shared=1)

    def _drawn(self, source: Generated) -> str | None:
        draws = (drawn_code(source, self._below) for _ in range(DRAWS_MAX))
        return next((each for each in draws if self._connection.execute(_POOL_OF, (each,)).fetchone() is None), None)

    def _inserted(self, wanted: Wanted, pool: Pool, code: str, shared: int) -> _Found:
        expires_ms = pool.expires_ms(self._now_ms, 0)
        row = (wanted.pool, code, "", shared, 0, "reserved", wanted.holder, wanted.profile, self._now_ms, expires_ms)
        number = self._connection.execute(_ADD, row).lastrowid
        assert number is not None
        if wanted.pool in self._counts:
            self._counts[wanted.pool] += 1
        return number, code, "", expires_ms

    def _counted(self, pool: str) -> int:
        if pool not in self._counts:
            self._counts[pool] = self._connection.execute(_COUNT, (pool,)).fetchone()[0]
        return self._counts[pool]


def settle_claims(connection: sqlite3.Connection, arrived: Mapping[str, bool], now_ms: int) -> None:
    """Issue the coupons of messages that may have arrived, free those that no other message names; within a commit."""
    for key, may_have in arrived.items():
        found = connection.execute(_CLAIM_OF, (key,)).fetchone()
        if found is None:
            continue
        connection.execute(_UNCLAIM, (key,))
        if may_have:
            connection.execute(_ISSUE, (key, now_ms, found[0]))
        elif connection.execute(_OTHERS, found).fetchone() is None:
            connection.execute(_FREE_AGAIN, found)
            connection.execute(_SHARED_AGAIN, found)


def hold_pools(connection: sqlite3.Connection, pools: Iterable[str], at_ms: int) -> None:
    """Keep pools from giving what nobody had yet, in a file that may be of an earlier version; within a commit."""
    connection.execute(CREATE_HOLD)
    connection.executemany(_HOLD, [(pool, at_ms) for pool in pools])


def held_pools(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the pools that give nothing new until a person lets them."""
    return frozenset(pool for (pool,) in connection.execute(_ON_HOLD))
