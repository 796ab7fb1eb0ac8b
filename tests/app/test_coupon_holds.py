"""Pools that came back with a backup give no code that may be somebody's, until a person says which ones are."""

from pathlib import Path

import pytest

from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.dispatch.coupons import NewCode, Wanted, settle_claims
from liftloop.app.upkeep.backup import Wanted as Backup
from liftloop.app.upkeep.backup import back_up, copy_closed_lake
from liftloop.app.upkeep.restore import Order, restore
from liftloop.deliver.coupons import Coupon, Generated, Given, Pool, Shared
from liftloop.storage.embedded.folder import DataFolder
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
POOLS = {
    "given": Pool(name="g", codes=Given()),
    "made": Pool(name="m", codes=Generated(pattern="Q##", count_max=3)),
    "same": Pool(name="s", codes=Shared(code="BATCH7")),
}


def claimed(file: AttemptFile, pool: str, person: int, arrived: bool | None = True) -> str:
    """Return the code that a message to a person names, or why it names none; None leaves it under way."""
    key = f"{pool}/{person}"
    wanted = Wanted(key=key, pool=pool, holder=str(person), profile=person)
    got = file.coupons.claim([wanted], POOLS, NOW_MS)[key]
    if arrived is not None:
        answered(file, key, arrived)
    return got.code if isinstance(got, Coupon) else got


def answered(file: AttemptFile, key: str, arrived: bool) -> None:
    with file._commit() as connection:  # pyright: ignore[reportPrivateUsage]
        settle_claims(connection, {key: arrived}, NOW_MS)


@pytest.fixture
def again(tmp_path: Path) -> Path:
    """Return a folder restored from a backup, in which 1 has a code, 2 has one under way and G2 is free."""
    data = tmp_path / "data"
    shop = Installation(data, NOW_MS)
    for identity, pool in POOLS.items():
        shop.publish("pool", identity, {"name": pool.name, "codes": {"from": "given"}})
    shop.fold_all()
    file = AttemptFile(data / "dispatch.db")
    file.coupons.add("given", [NewCode(code=f"G{number}") for number in range(3)], NOW_MS)
    assert [claimed(file, "given", 1), claimed(file, "given", 2, None)] == ["G0", "G1"]
    assert claimed(file, "made", 1).startswith("Q")
    file.close()
    shop.close()
    folder = DataFolder(data, version="test")
    back_up(folder, copy_closed_lake(folder), Backup(target=tmp_path / "backup", taken_ms=NOW_MS, version="test"))
    lost = AttemptFile(data / "dispatch.db")
    assert claimed(lost, "given", 3) == "G2", "as the lost server went on to do"
    lost.close()
    restore(Order(backup=tmp_path / "backup", data=tmp_path / "again"))
    return tmp_path / "again"


def test_a_restored_pool_gives_nothing_that_may_be_given(again: Path) -> None:
    """Not what is free, not what comes back, not what is drawn, not what is brought; who had a code keeps it."""
    file = AttemptFile(again / "dispatch.db")
    assert claimed(file, "given", 1) == "G0"
    answered(file, "given/2", arrived=False)
    file.coupons.add("given", [NewCode(code="G9")], NOW_MS)
    assert [claimed(file, pool, 4) for pool in POOLS] == [f"coupon_held:{pool}" for pool in POOLS]
    file.close()


def test_a_released_pool_gives_what_nobody_has(again: Path) -> None:
    """What people say was given stays theirs and counts; one pool's release lets no other give."""
    file = AttemptFile(again / "dispatch.db")
    noted = file.coupons.note_given("given", ["G0", "G2"], NOW_MS + 1, NOW_MS, release=False)
    assert (noted.noted, noted.held) == (1, True), "G0 was known"
    assert claimed(file, "given", 4) == "coupon_held:given"
    file.coupons.note_given("given", [], NOW_MS + 1, NOW_MS, release=True)
    answered(file, "given/2", arrived=False)
    assert [claimed(file, "given", person) for person in (4, 5)] == ["G1", "no_coupon_left:given"]
    assert claimed(file, "made", 4) == "coupon_held:made"
    drawn = [f"Q{number:02}" for number in range(100)]
    mine = claimed(file, "made", 1)
    lost = next(code for code in drawn if code != mine)
    assert file.coupons.note_given("made", [lost], NOW_MS + 1, NOW_MS, release=True).noted == 1
    last = claimed(file, "made", 4)
    assert last not in {mine, lost}
    assert claimed(file, "made", 5) == "no_coupon_left:made", "what the lost server gave is counted"
    file.close()
