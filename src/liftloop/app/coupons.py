"""The use cases around coupon pools: codes brought in, what is left of a pool and for how long, whose a code is.

The dispatch process owns the codes; this reads its file, and asks it to take in what is brought.
"""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.app.callers import told as noted_by_audit
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.dispatch.coupons import Added, NewCode, Noted
from liftloop.app.dispatch.telling import AddCoupons, NoteGivenCodes, ask_dispatch
from liftloop.app.ledger import family
from liftloop.app.tags.naming import NAMED_MAX, TooManyNamed, cells_in
from liftloop.deliver.coupons import Generated, Given, Pool, Shared, is_code, mistyped
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

CODES_AT_ONCE = 20_000
"""Handed to the dispatch process in one commit: about a megabyte, a tenth of a second."""
PACE_DAYS = 7
"""How far back issues are counted to say when a pool runs dry."""
HEADINGS = frozenset({"code", "coupon", "coupon_code", "couponcode", "coupon code", "codes", "voucher", "promo_code"})
ID_HEADINGS = frozenset({"external_id", "external id", "coupon_id", "外部编号", "外部id", "券id"})
"""How a column says that it has the ids of codes where they were made."""
COLUMNS_MAX = 20
"""Of a file; the others are not looked at."""
REFUSED_SHOWN = 10

_STATES = "SELECT pool, state, count(*) FROM coupon GROUP BY pool, state"
_LATE = "SELECT pool, count(*) FROM coupon WHERE state = 'issued' AND expires_ms <= ? GROUP BY pool"
_UNUSABLE = "SELECT pool, count(*) FROM coupon WHERE state = 'free' AND until_ms > 0 AND until_ms <= ? GROUP BY pool"
_RECENT = "SELECT pool, count(*), min(at_ms) FROM coupon WHERE state = 'issued' AND at_ms > ? GROUP BY pool"
_HELD = "SELECT pool FROM coupon_hold"
_BY_CODE = "SELECT pool, state, profile, at_ms, expires_ms, message_key FROM coupon WHERE code = ? LIMIT 1"
_REDEEMED = """
WITH used AS (
    SELECT coupon_code AS code, profile, at_ms FROM order_now WHERE NOT refunded AND coupon_code <> ''
    UNION ALL
    SELECT coalesce(
        json_extract_string(properties, '/code'), json_extract_string(properties, '/coupon_code'),
        json_extract_string(properties, '/coupon'), json_extract_string(properties, '/coupon_id')
    ), profile, at_ms FROM event_now WHERE name = 'Coupon Redeemed'
),
once AS (SELECT DISTINCT code, profile FROM used),
issued AS (SELECT code, any_value(pool) AS pool FROM coupon_issued GROUP BY code)
SELECT issued.pool, count(DISTINCT once.code) AS codes, count(*) AS uses,
    count(*) FILTER (given.holder IS NOT NULL AND given.holder <> once.profile) AS by_others
FROM once JOIN issued ON issued.code = once.code JOIN coupon_given AS given ON given.code = once.code
GROUP BY issued.pool
"""
_USED = """
SELECT profile, at_ms FROM (
    SELECT profile, at_ms FROM order_now WHERE coupon_code = $1 AND NOT refunded
    UNION ALL
    SELECT profile, at_ms FROM event_now WHERE name = 'Coupon Redeemed' AND $1 IN (
        json_extract_string(properties, '/code'), json_extract_string(properties, '/coupon_code'),
        json_extract_string(properties, '/coupon'), json_extract_string(properties, '/coupon_id')
    )
) ORDER BY at_ms LIMIT 10
"""


class NotGiven(LiftloopError):
    """Codes are brought to a pool that makes its own."""

    def __init__(self, pool: str) -> None:
        super().__init__(
            "pool_makes_codes",
            zh=f"券池 {pool} 自己生成券码，不能导入",
            en=f"the pool {pool} makes its own codes and takes none",
            next_zh="另建一个 given 类型的券池来导入",
            next_en="make a pool of given codes and import into that",
            status=409,
            exit_code=EXIT_USAGE,
        )


class NotHeld(LiftloopError):
    """A pool that gives is to be let give again."""

    def __init__(self, pool: str) -> None:
        super().__init__(
            "pool_not_held",
            zh=f"券池 {pool} 正在正常发券，不用放行",
            en=f"the pool {pool} is not held: it gives codes",
            next_zh="不用做什么；只有从备份恢复后的券池才要放行",
            next_en="nothing is to be done; only pools that came back with a backup are held",
            status=409,
            exit_code=EXIT_USAGE,
        )


class NoCodes(LiftloopError):
    """A file has no code in its first column."""

    def __init__(self) -> None:
        super().__init__(
            "no_codes",
            zh="文件第一列里没有券码",
            en="there is no code in the first column of the file",
            next_zh="每行一个券码，放在第一列；可以有表头",
            next_en="one code a row, in the first column; a heading may be there",
            status=422,
            exit_code=EXIT_USAGE,
        )


class CodesContradict(LiftloopError):
    """A code comes with two ids, or an id with two codes: none of them is taken."""

    def __init__(self, wrong: Sequence[str]) -> None:
        few = "、".join(wrong[:REFUSED_SHOWN])
        super().__init__(
            "codes_contradict",
            zh=f"有 {len(wrong)} 行的券码和外部编号对不上（重复，或编号里有空格），一张也没有导入：{few}",
            en=f"codes and ids of {len(wrong)} rows contradict each other (doubles, or ids with spaces): {few}",
            next_zh="一个券码只对一个外部编号，改好文件再导入",
            next_en="give each code one id of its own, then bring the file again; nothing of it was taken",
            status=422,
            exit_code=EXIT_USAGE,
        )


class PoolState(Struct, frozen=True, kw_only=True):
    """How a pool stands."""

    id: str
    pool: Pool
    left: int | None
    """None where there is no limit."""
    reserved: int
    issued: int
    redeemed: int
    """Issued codes that were used, by whomever; of a code that everybody has, people who used it."""
    by_others: int
    """Uses by people to whom the code was not issued."""
    expired: int
    """Issued, and not valid any more."""
    a_day: float
    """Issued a day, of late."""
    days_left: float | None
    """At that pace; None where nothing is issued or there is no limit."""
    held: bool
    """It came back with a backup, and gives nothing new until somebody says which codes were given out since."""

    @property
    def low(self) -> bool:
        return self.left is not None and self.left < max(self.pool.low, 1)


class Brought(Struct, frozen=True, kw_only=True):
    """What became of the codes of a file."""

    added: int
    repeated: int
    """There already, or twice in the file."""
    elsewhere: int
    """In another pool."""
    refused: Sequence[str]
    """No codes: with spaces or letters that nobody can type at a till; the first few."""
    refused_count: int


class CodeState(Struct, frozen=True, kw_only=True):
    """One code: whose it is and what became of it."""

    code: str
    pool: str
    state: str
    """free | reserved | issued | redeemed | expired | mistyped | unknown"""
    profile: int | None
    at_ms: int | None
    expires_ms: int | None
    redeemed_ms: int | None
    by_other: bool


class CouponPools:
    """The use cases of coupon pools."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def live(self) -> dict[str, Pool]:
        bodies = self._desk.definitions.live("pool")
        return {identity: msgspec.convert(body, type=Pool, strict=False) for identity, body in bodies.items()}

    async def pools(self) -> list[PoolState]:
        """Return all live pools, those that run dry first."""
        live = self.live()
        now_ms = self._desk.clock.now_ms()
        counted = await asyncio.to_thread(self._counted, now_ms)
        found = await self._desk.follower.select(_REDEEMED, [])
        used = {
            str(pool): (int(codes), int(uses), int(others))
            for pool, codes, uses, others in zip(
                *(found[name].tolist() for name in ("pool", "codes", "uses", "by_others")), strict=True
            )
        }
        states = [_state(identity, pool, counted, used, now_ms) for identity, pool in live.items()]
        return sorted(states, key=lambda each: (not each.low, each.days_left or float("inf"), each.id))

    async def pool(self, identity: str) -> PoolState:
        """Return one live pool; raises `NotFound`."""
        found = next((each for each in await self.pools() if each.id == identity), None)
        if found is None:
            raise NotFound("pool", identity)
        return found

    async def bring(self, identity: str, path: Path) -> Brought:
        """Take in the codes of a file's first column; done again, nothing is taken twice.

        Raises `NotFound`, `NotGiven`, `NoCodes`, and what is wrong with the file.
        """
        return await self.add(identity, await asyncio.to_thread(codes_in, path))

    async def add(self, identity: str, codes: Sequence[NewCode]) -> Brought:
        """Take in codes, with their ids elsewhere. Raises `NotFound`, `NotGiven`, `NoCodes`, `CodesContradict`."""
        pool = self.live().get(identity)
        if pool is None:
            raise NotFound("pool", identity)
        if not isinstance(pool.codes, Given):
            raise NotGiven(identity)
        good = [each for each in codes if is_code(each.code)]
        bad = [each.code for each in codes if not is_code(each.code)]
        if not good:
            raise NoCodes
        check_ids(good)
        told: list[Added] = []
        for start in range(0, len(good), CODES_AT_ONCE):
            part = good[start : start + CODES_AT_ONCE]
            asked = AddCoupons(pool=identity, codes=part)
            told.append(await ask_dispatch(self._desk.folder.dispatch_socket, asked, Added))
        return Brought(
            added=sum(each.added for each in told),
            repeated=sum(each.repeated for each in told),
            elsewhere=sum(each.elsewhere for each in told),
            refused=bad[:REFUSED_SHOWN],
            refused_count=len(bad),
        )

    async def release(self, identity: str, given: Sequence[str], *, more_follow: bool = False) -> int:
        """Let a held pool give again, but for codes that were given out since its backup; return how many are new.

        A code that is not among them and was given out is given a second time: without a list a person answers for
        it. Where `more_follow` the pool stays held. Raises `NotFound` and `NotHeld`.
        """
        state = await self.pool(identity)
        if not state.held:
            raise NotHeld(identity)
        asked = NoteGivenCodes(
            pool=identity,
            codes=[code for code in dict.fromkeys(given) if is_code(code)],
            expires_ms=state.pool.expires_ms(self._desk.clock.now_ms(), 0),
            release=not more_follow,
        )
        noted = await ask_dispatch(self._desk.folder.dispatch_socket, asked, Noted)
        noted_by_audit(released=[] if more_follow else [f"pool/{identity}"], given=[noted.noted])
        return noted.noted

    async def code(self, code: str) -> CodeState:
        """Return whose a code is, and whether it was used; of one that nobody gave, whether it was typed wrong."""
        code = code.strip()
        rows = await asyncio.to_thread(self._rows, _BY_CODE, (code,))
        now_ms = self._desk.clock.now_ms()
        if not rows:
            made = [pool.codes for pool in self.live().values() if isinstance(pool.codes, Generated)]
            begun = [each for each in made if code[: _fixed(each)] == each.pattern[: _fixed(each)]]
            state = "mistyped" if begun and all(mistyped(each, code) for each in begun) else "unknown"
            return _strange(code, state)
        pool, state, profile, at_ms, expires_ms, _ = rows[0]
        used = await self._desk.follower.select(_USED, [code])
        who, when = used["profile"].tolist(), used["at_ms"].tolist()
        shared = isinstance((held := self.live().get(pool)) and held.codes, Shared)
        own = set(family(self._desk.state, profile)) if profile > 0 and not shared else set[int]()
        if who:
            state = "redeemed"
        elif state == "issued" and expires_ms <= now_ms:
            state = "expired"
        return CodeState(
            code=code,
            pool=pool,
            state=state,
            profile=None if shared or profile < 0 or state in ("free", "reserved") else profile,
            at_ms=at_ms,
            expires_ms=expires_ms or None,
            redeemed_ms=int(when[0]) if when else None,
            by_other=bool(own) and any(int(each) not in own for each in who),
        )

    def _counted(self, now_ms: int) -> "_Counted":
        states: dict[str, dict[str, int]] = {}
        for pool, state, count in self._rows(_STATES, ()):
            states.setdefault(pool, {})[state] = count
        return _Counted(
            states=states,
            late=dict(self._rows(_LATE, (now_ms,))),
            unusable=dict(self._rows(_UNUSABLE, (now_ms,))),
            recent={
                pool: (count, first_ms) for pool, count, first_ms in self._rows(_RECENT, (now_ms - PACE_DAYS * DAY_MS,))
            },
            held=frozenset(pool for (pool,) in self._rows(_HELD, ())),
        )

    def _rows(self, query: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        path = self._desk.folder.attempts
        if not path.exists():
            return []
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # The file of an earlier version, not opened by a dispatcher yet.
                return []
            raise
        finally:
            connection.close()


class _Counted(Struct, frozen=True, kw_only=True):
    """What the file says of all pools, by id."""

    states: Mapping[str, Mapping[str, int]]
    late: Mapping[str, int]
    unusable: Mapping[str, int]
    recent: Mapping[str, tuple[int, int]]
    held: frozenset[str]


def _state(
    identity: str, pool: Pool, counted: _Counted, used: Mapping[str, tuple[int, int, int]], now_ms: int
) -> PoolState:
    states = counted.states.get(identity, {})
    free = states.get("free", 0) - counted.unusable.get(identity, 0)
    made = sum(states.values())
    match pool.codes:
        case Given():
            left: int | None = free
        case Generated(count_max=count_max):
            left = free + count_max - made
        case Shared(count_max=count_max):
            left = count_max - made if count_max else None
    if left is not None and pool.ends_ms and pool.ends_ms <= now_ms:
        left = 0
    recent, first_ms = counted.recent.get(identity, (0, now_ms))
    a_day = recent / min(max((now_ms - first_ms) / DAY_MS, 1.0), float(PACE_DAYS))
    codes, uses, others = used.get(identity, (0, 0, 0))
    return PoolState(
        id=identity,
        pool=pool,
        left=left,
        reserved=states.get("reserved", 0),
        issued=states.get("issued", 0),
        redeemed=uses if isinstance(pool.codes, Shared) else codes,
        by_others=others,
        expired=counted.late.get(identity, 0),
        a_day=a_day,
        days_left=left / a_day if left is not None and a_day > 0 else None,
        held=identity in counted.held,
    )


def codes_in(path: Path) -> list[NewCode]:
    """Return the codes of a file's first column, and their ids elsewhere from a column that its heading calls so."""
    rows = [[cell.strip() for cell in cells] for cells in cells_in(path, COLUMNS_MAX)]
    rows = [cells for cells in rows if cells[0]]
    if len(rows) > NAMED_MAX:
        raise TooManyNamed(len(rows))
    if not rows or not (rows[0][0].lower() in HEADINGS or not is_code(rows[0][0])):
        return [NewCode(code=cells[0]) for cells in rows]
    column = next((place for place, name in enumerate(rows[0]) if place and name.lower() in ID_HEADINGS), 0)
    ids = ((cells[column] if 0 < column < len(cells) else "") for cells in rows[1:])
    return [NewCode(code=cells[0], external_id=each) for cells, each in zip(rows[1:], ids, strict=True)]


def check_ids(codes: Sequence[NewCode]) -> None:
    """Raise `CodesContradict` where a code has two ids, an id two codes, or an id cannot be one."""
    by_code: dict[str, str] = {}
    by_id: dict[str, str] = {}
    wrong: list[str] = []
    for each in codes:
        bad = bool(each.external_id) and (
            not is_code(each.external_id) or by_id.setdefault(each.external_id, each.code) != each.code
        )
        if by_code.setdefault(each.code, each.external_id) != each.external_id or bad:
            wrong.append(f"{each.code} → {each.external_id or '-'}")
    if wrong:
        raise CodesContradict(wrong)


def _fixed(source: Generated) -> int:
    """Return how many characters of a pattern come before its first place."""
    return next((place for place, each in enumerate(source.pattern) if each in "#@"), len(source.pattern))


def _strange(code: str, state: str) -> CodeState:
    return CodeState(
        code=code, pool="", state=state, profile=None, at_ms=None, expires_ms=None, redeemed_ms=None, by_other=False
    )
