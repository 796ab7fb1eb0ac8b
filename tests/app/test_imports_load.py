"""Loading a file: whatever interrupts it, what is in afterwards is what the file says, once, sealed and silent."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from liftloop.app.imports import load as imports_load
from liftloop.app.imports.load import Load, Loaded, load
from liftloop.app.imports.proposal import Changes, changed, propose
from liftloop.app.imports.records import milliseconds
from liftloop.app.imports.refused import refused_key
from liftloop.collect.mapping import DeclaredConsent, Mapping
from liftloop.kernel.codec import parse_json
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.ids import Offset
from liftloop.testing.installation import DirectTick, Installation

NOW_MS = 1_790_000_000_000
PERSONAL = ("王小明", "13800138001", "li@example.test", "1990-05-04")


class Killed(BaseException):
    """The process ends here."""


class WatchedTick(DirectTick):
    """Ends the process at one call, before or after it took effect, and notes how much waited to be folded."""

    def __init__(self, installation: Installation, *, dies_at: int = -1, after: bool = False) -> None:
        super().__init__(installation.app)
        self._installation = installation
        self._dies_at = dies_at
        self._after = after
        self.calls = 0
        self.unfolded_max = 0

    async def packed_facts(self, packed: bytes) -> Offset:
        self.calls += 1
        if self.calls - 1 == self._dies_at and not self._after:
            raise Killed
        offset = await super().packed_facts(packed)
        self.unfolded_max = max(self.unfolded_max, offset - self._installation.fold.offset)
        if self.calls - 1 == self._dies_at:
            raise Killed
        return offset


async def at_once() -> None:
    """The turn of a file that is alone."""


def mapping_for(file: Path, **changes: Any) -> Mapping:
    proposal = propose(file, {}, Changes(), file.parent)
    return changed(proposal, proposal, Changes(**changes))


def run(installation: Installation, file: Path, mapping: Mapping, tick: DirectTick | None = None) -> Loaded:
    job = Load(
        file=file,
        files={},
        mapping=mapping,
        actor="person:test",
        now_ms=installation.now_ms(),
        identity_key=b"an installation's own",
        error_file=file.with_suffix(".rejected"),
        error_key=refused_key(installation.folder.master_key()),
        language="zh-CN",
        work_folder=file.parent,
    )
    return asyncio.run(load(job, tick or installation.tick, installation.vault, lambda _: None, at_once))


def orders_file(folder: Path, orders: int) -> Path:
    lines = ["order_id,order_date,customer_id,city,product_id,quantity,unit_price"]
    for number in range(orders):
        for line in range(1 + number % 3):
            day = f"2026-{1 + number % 8:02d}-{1 + number % 28:02d} 10:{number % 60:02d}:00"
            lines.append(f"A{number},{day},u{number % 17},城{number % 5},P{line},{1 + line},2.5")
    file = folder / "orders.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def everything(installation: Installation) -> dict[str, Any]:
    """Return what is known after an import, whatever order it came in."""
    installation.follow()
    heads = installation.lake.select("SELECT order_id, profile, at_ms, revenue FROM order_now ORDER BY order_id")
    lines = installation.lake.select("SELECT count(*) AS n, sum(quantity) AS pieces FROM order_line")
    return {
        "orders": {name: column.tolist() for name, column in heads.items()},
        "lines": (int(lines["n"][0]), float(lines["pieces"][0])),
        "people": installation.state.rows("SELECT text, profile FROM identifier ORDER BY text"),
        "attributes": installation.state.rows("SELECT profile, name, value FROM attribute ORDER BY profile, name"),
        "consents": installation.state.rows("SELECT profile, channel, status, source FROM consent ORDER BY profile"),
    }


@pytest.fixture
def small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports_load, "RUN_RECORDS", 25)
    monkeypatch.setattr(imports_load, "UNFOLDED_MAX", 100)


@pytest.mark.usefixtures("small_runs")
@pytest.mark.parametrize("after", [False, True])
def test_an_interrupted_load_done_again_ends_as_if_it_had_never_been(tmp_path: Path, after: bool) -> None:
    """At whichever call the process dies, before or after the tick took the call: loading again gives the same."""
    file = orders_file(tmp_path, 90)
    mapping = mapping_for(file, declares=(DeclaredConsent(channel="sms", purpose="marketing", evidence="表"),))
    whole = Installation(tmp_path / "whole", NOW_MS)
    calls = WatchedTick(whole)
    assert run(whole, file, mapping, calls).summary.events == 90
    expected = everything(whole)
    assert expected["lines"][0] == 180
    assert len(expected["people"]) == 17
    assert len(expected["consents"]) == 17
    for number in range(calls.calls):
        broken = Installation(tmp_path / f"broken{number}", NOW_MS)
        with pytest.raises(Killed):
            run(broken, file, mapping, WatchedTick(broken, dies_at=number, after=after))
        broken.restart()
        run(broken, file, mapping)
        assert everything(broken) == expected, number
        broken.close()
    whole.close()


@pytest.mark.usefixtures("small_runs")
def test_no_more_waits_to_be_folded_than_the_limit(tmp_path: Path) -> None:
    """A load is no faster than the tick: it looks how far folding is before it sends more than may wait."""
    installation = Installation(tmp_path / "data", NOW_MS)
    tick = WatchedTick(installation)
    file = orders_file(tmp_path, 400)
    loaded = run(installation, file, mapping_for(file), tick)
    assert 75 <= tick.unfolded_max <= 100
    assert installation.fold.offset == loaded.offset, "done means folded"
    installation.close()


def test_nothing_personal_is_written_in_the_clear(tmp_path: Path) -> None:
    """Name, phone, mail and birthday are in no file of the installation; the vault gives them back."""
    file = tmp_path / "members.csv"
    file.write_text("会员号,姓名,手机号,邮箱,生日,城市\nu1," + ",".join(PERSONAL) + ",上海\n")
    installation = Installation(tmp_path / "data", NOW_MS)
    run(installation, file, mapping_for(file))
    installation.follow()
    rows = installation.state.rows("SELECT name, value FROM attribute WHERE sealed = 1 ORDER BY name")
    opened = installation.vault.open([value for _, value in rows])
    assert [value for value in opened if value is not None] == [
        b'"1990-05-04"',
        b'"li@example.test"',
        '"王小明"'.encode(),
        b'"+8613800138001"',
    ]
    installation.checkpoint()
    installation.close()
    for path in (tmp_path / "data").iterdir():
        if path.is_file():
            content = path.read_bytes()
            assert not [secret for secret in PERSONAL if secret.encode() in content], path.name


def test_odd_values_of_a_file_cost_their_own_rows_only(tmp_path: Path) -> None:
    """Emoji stay; Infinity, nothing, 1969 and 2099 are refused by row with a reason; half a character by its place."""
    file = tmp_path / "orders.csv"
    header = "order_id,order_date,customer_id,city,product_id,quantity,unit_price"
    odd = [
        "A1,2026-01-02 10:00:00,u1,🥮月饼,P1,1,2.5",
        "A2,2026-01-02 10:00:00,u2,x,P1,NaN,Infinity",
        "A3,1969-12-31 10:00:00,u3,x,P1,1,2",
        "A4,2099-12-31 10:00:00,u4,x,P1,1,2",
        "A5,2026-01-02 10:00:00,u5,x,P1,1,",
    ]
    plain = [f"B{number},2026-01-02 10:00:00,u9,x,P1,1,2" for number in range(20)]
    file.write_text("\n".join([header, *odd, *plain]) + "\n")
    installation = Installation(tmp_path / "data", NOW_MS)
    loaded = run(installation, file, mapping_for(file))
    refused = {each.reason: each.rows for each in loaded.summary.rejected_by_reason}
    assert refused == {"date_out_of_range": 2, "unreadable_value": 1, "missing_value": 1}
    known = everything(installation)
    assert set(known["orders"]["order_id"]) == {"A1", *(line.split(",")[0] for line in plain)}
    assert [parse_json(value) for _, _, value in known["attributes"]] == ["🥮月饼", "x"]
    file.write_bytes(file.read_bytes() + b"C1,2026-01-02 10:00:00,u7,half \xed\xa0\xbd,P1,1,2\n")
    with pytest.raises(LiftloopError, match="not readable from byte"):
        mapping_for(file)
    installation.close()


def test_imports_move_audiences_and_trigger_nothing(tmp_path: Path) -> None:
    """Imported orders make members and no enrolment; the same order live enrols."""
    installation = Installation(tmp_path / "data", NOW_MS)
    installation.publish("audience", "buyers", {"name": "buyers", "where": {"event": "Order Completed"}})
    journey = {
        "name": "welcome",
        "trigger": {"on": "audience", "audience": "buyers"},
        "nodes": [{"kind": "exit", "id": "end"}],
    }
    installation.publish("journey", "welcome", journey)
    file = orders_file(tmp_path, 30)
    run(installation, file, mapping_for(file))
    assert asyncio.run(installation.tick.ask("audience", id="buyers"))["count"] == 17
    assert installation.state.rows("SELECT count(*) FROM enrolment") == [(0,)]
    installation.receive({"type": "track", "userId": "live", "event": "Order Completed"})
    installation.fold_all()
    assert installation.state.rows("SELECT count(*) FROM enrolment") == [(1,)]
    installation.close()


def test_people_of_two_files_are_joined_by_their_phone(tmp_path: Path) -> None:
    """A member list and a till's export that share only phone numbers speak of the same people."""
    members, till = tmp_path / "members.csv", tmp_path / "till.csv"
    members.write_text("会员号,手机号\nu1,138 0013 8001\nu2,13800138002\n")
    till.write_text("小票号,销售时间,手机号,商品名称,数量,单价\nT1,2026-05-01 10:00,13800138001,鸡翅,1,9\n")
    installation = Installation(tmp_path / "data", NOW_MS)
    for file in (members, till):
        run(installation, file, mapping_for(file))
    answer = asyncio.run(installation.tick.ask("person", identifier="u1", now_ms=NOW_MS))
    installation.follow()
    assert installation.lake.select("SELECT profile FROM order_now")["profile"].tolist() == [answer["profile"]]
    installation.close()


def test_instants_are_read_alike_one_by_one_and_all_at_once() -> None:
    """Texts of one shape take the quick way, mixed ones the careful one; both say the same."""
    alike = ["2026-01-01T08:00:00+08:00", "1999-12-31T23:59:59+08:00"]
    mixed = ["2026-01-01T08:00:00.250+08:00", "2026-01-01T00:00:00Z", ""]
    assert milliseconds(alike) == [milliseconds([alike[0], ""])[0], milliseconds(["", alike[1]])[1]]
    assert milliseconds(mixed) == [1_767_225_600_250, 1_767_225_600_000, None]
    assert milliseconds([]) == []
