"""Hands an audience to other systems: whole, or exactly what changed since the last export that was confirmed.

An export is a snapshot of who is in, kept as a bitmap, so that its rows can be read again after an interruption. Only
when its destination confirms it does it become what the next changes are counted from: nothing is lost or told twice.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from pyroaring import BitMap

from liftloop.app.audiences.computed_columns import ComputedColumns
from liftloop.app.audiences.directory import Audiences, Numbers
from liftloop.app.audiences.missing import refuse_missing
from liftloop.app.audiences.overlap import bitmap
from liftloop.app.audiences.telling import customers_of, heads_of
from liftloop.app.callers import current
from liftloop.app.definitions.publishing import Conflict, NotFound
from liftloop.app.desk import Desk
from liftloop.app.facts import fact
from liftloop.app.sight import bounded, kept
from liftloop.app.whole_files import write_whole
from liftloop.audience.destinations import Change
from liftloop.collect.cleaning import neutralise_formula
from liftloop.collect.personal import PERSONAL_TRAITS
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.kernel.dice import hash_bytes
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.kernel.ids import profile_id

EXPORTED = "audience.exported"
"""The fact that an export was made: who asked, for which destination, how many people."""
ROWS_MAX = 5_000_000
"""People of one export: as many as an installation is made for; a file of them has half a gigabyte."""
COLUMNS_MAX = 50
EXPORTS_KEPT = 200
"""Exports whose rows can still be read, the newest; a million people take at most 130 kB each."""
ROWS_AT_ONCE = 1_000

_ATTRIBUTES = """
SELECT profile, name, value FROM attribute
WHERE sealed = 0 AND profile IN (SELECT value FROM json_each(?)) AND name IN (SELECT value FROM json_each(?))
ORDER BY at_ms
"""


class BadExport(LiftloopError):
    """An export that cannot be made."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_export",
            zh=zh,
            en=en,
            next_zh="缩小人群或减少列，再试一次",
            next_en="choose a smaller audience or fewer columns and try again",
            status=422,
            exit_code=EXIT_USAGE,
        )


class ExportOrder(Struct, frozen=True, kw_only=True):
    """What is to be exported, and to where."""

    audience: str
    destination: str
    """The name under which a destination confirms; each has its own last export."""
    changes: bool
    """Only who came and went since the destination's last confirmed export."""
    columns: Sequence[str] = ()
    """Beside profile id and customer number: attributes that are not sealed, traits, `member_level`, `tags`."""
    medium: str = ""
    """Only who may be sent marketing through this medium; "" for everybody."""
    anew_ms: int = 0
    """When it was asked for, where the same people at another time are another export; 0 where they are not."""


class Export(Struct, frozen=True, kw_only=True):
    """One export: a row for each person who entered, left or, in a whole one, is a member."""

    id: str
    order: ExportOrder
    base: str
    """The export that changes are counted from, "" for none."""
    count: int
    entered: int
    left: int
    at_ms: int
    actor: str


class Exports:
    """The exports of one installation; their snapshots lie in `exports` of the data folder."""

    def __init__(self, desk: Desk, audiences: Audiences) -> None:
        self._desk = desk
        self._audiences = audiences
        self._computed = ComputedColumns(desk.tick, desk.state, desk.vault, desk.definitions, desk.clock)
        self.folder = desk.folder.path / "exports"

    async def make(self, order: ExportOrder, actor: str) -> Export:
        """Return an export of an audience as it is now; the same as before where nothing changed since.

        Raises `NotFound`, `BadExport` and `MissingCondition`.
        """
        if len(order.columns) > COLUMNS_MAX or not order.destination or len(order.destination) > 128:
            raise BadExport(
                f"最多导出 {COLUMNS_MAX} 列，且要写明去向", f"at most {COLUMNS_MAX} columns, and a destination"
            )
        if hidden := sorted(PERSONAL_TRAITS & {*order.columns}):
            raise BadExport(
                f"{'、'.join(hidden)} 是加密的个人信息，文件里不能有", f"{', '.join(hidden)}: sealed, never in a file"
            )
        tree = self._desk.definitions.newest("audience", order.audience)[1]["where"]
        refuse_missing(tree, self._desk.definitions)
        numbers = await self._audiences.members(order.audience)
        if order.medium:
            numbers = await self._audiences.open_to(numbers, order.medium)
        if bounded() and (order.changes or order.anew_ms):
            raise BadExport(
                "你只看得到部分客户，增量导出和送往目的地会把别的客户算成离开",
                "you see some customers only: to a destination all others would seem to have left",
            )
        numbers = await asyncio.to_thread(kept, numbers)
        most = min(ROWS_MAX, self._allowed())
        if len(numbers) > most:
            raise BadExport(
                f"{len(numbers):,} 人，超过了你的上限 {most:,} 人",
                f"{len(numbers):,} people, and you may export {most:,} at most",
            )
        members, base = bitmap(numbers), self.confirmed(order) if order.changes else ""
        before = self._members(base) if base else BitMap()
        content = canonical_json([msgspec.to_builtins(order), base]) + members.serialize()
        export = Export(
            id=f"exp_{hash_bytes(content):016x}",
            order=order,
            base=base,
            count=len(members),
            entered=members.difference_cardinality(before),
            left=before.difference_cardinality(members),
            at_ms=self._desk.clock.now_ms(),
            actor=actor,
        )
        if not self._about(export.id).exists():
            body = canonical_json(msgspec.to_builtins(export))
            await asyncio.to_thread(self._keep, export, members)
            await self._desk.tick.facts([fact(EXPORTED, order.audience, body, actor, export.at_ms)])
        return self.find(export.id)

    def _allowed(self) -> int:
        """Return how many people the caller may let out at once, by the role."""
        caller = current()
        if caller.via in ("system", "terminal"):
            return ROWS_MAX
        return self._desk.accounts.rules().export_max.get(caller.role, ROWS_MAX)

    def find(self, identity: str) -> Export:
        """Return an export; raises `NotFound` where there is none or it was let go."""
        path = self._about(identity)
        if not identity.startswith("exp_") or not identity[4:].isalnum() or not path.exists():
            raise NotFound("export", identity)
        return msgspec.json.decode(path.read_bytes(), type=Export)

    def confirm(self, identity: str) -> Export:
        """Say that a destination has the whole of an export; twice is as good as once.

        Raises `Conflict` where the destination confirmed another one meanwhile.
        """
        export = self.find(identity)
        confirmed = self.confirmed(export.order)
        if confirmed != identity:
            if export.order.changes and confirmed != export.base:
                raise Conflict("export", export.order.destination)
            write_whole(self._mark(export.order), identity.encode())
        return export

    def people(self, identity: str) -> list[tuple[Change, Numbers]]:
        """Return whom an export tells, by what became of them, ascending; raises `NotFound`."""
        export = self.find(identity)
        members = self._members(identity)
        before = self._members(export.base) if export.base else BitMap()
        came: Change = "entered" if export.order.changes else "member"
        return [(came, kept(_numbers(members - before))), ("left", kept(_numbers(before - members)))]

    def rows(self, identity: str) -> AsyncIterator[bytes]:
        """Yield an export as CSV, UTF-8 with a mark for spreadsheets, no cell a formula; raises `NotFound` at once."""
        return self._lines(self.find(identity), self.people(identity))

    async def _lines(self, export: Export, changes: Sequence[tuple[str, Numbers]]) -> AsyncIterator[bytes]:
        columns = export.order.columns
        yield "\ufeff".encode() + _csv([["profile_id", "customer_id", "change", *columns]])
        for change, numbers in changes:
            for start in range(0, len(numbers), ROWS_AT_ONCE):
                part = numbers[start : start + ROWS_AT_ONCE].tolist()
                computed = await self._computed.of(part, columns)
                yield await asyncio.to_thread(self._cells, part, change, columns, computed)

    def _cells(
        self, numbers: Sequence[int], change: str, columns: Sequence[str], computed: Mapping[int, Mapping[str, Any]]
    ) -> bytes:
        state = self._desk.state
        head = heads_of(state, numbers)
        family = canonical_json(list(head)).decode()
        customers = customers_of(state, head)
        found: dict[tuple[int, str], Any] = {}
        for profile, name, value in state.rows(_ATTRIBUTES, (family, canonical_json(list(columns)).decode())):
            found[head[profile], name] = parse_json(value)
        cells = [
            [
                str(profile_id(number)),
                neutralise_formula(customers.get(number, "")),
                change,
                *(_cell(computed.get(number, {}).get(name, found.get((number, name)))) for name in columns),
            ]
            for number in numbers
        ]
        return _csv(cells)

    def _about(self, identity: str) -> Path:
        return self.folder / f"{identity}.json"

    def _mark(self, order: ExportOrder) -> Path:
        key = hash_bytes(canonical_json([order.audience, order.destination]))
        return self.folder / f"confirmed-{key:016x}"

    def confirmed(self, order: ExportOrder) -> str:
        """Return the export that the order's destination confirmed last, "" where it has none."""
        mark = self._mark(order)
        return mark.read_text() if mark.exists() else ""

    def _members(self, identity: str) -> BitMap:
        path = self.folder / f"{identity}.members"
        if not path.exists():
            raise NotFound("export", identity)
        return BitMap.deserialize(path.read_bytes())

    def _keep(self, export: Export, members: BitMap) -> None:
        self.folder.mkdir(exist_ok=True)
        write_whole(self.folder / f"{export.id}.members", members.serialize())
        write_whole(self._about(export.id), msgspec.json.encode(export))
        kept = {path.read_text() for path in self.folder.glob("confirmed-*")}
        old = sorted(self.folder.glob("exp_*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in old[EXPORTS_KEPT:]:
            if path.stem not in kept:
                path.unlink()
                path.with_suffix(".members").unlink(missing_ok=True)


def _numbers(people: BitMap) -> Numbers:
    return np.array(people.to_array(), dtype=np.int64)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return neutralise_formula(value if isinstance(value, str) else canonical_json(value).decode())


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
