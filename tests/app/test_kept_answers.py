"""Little patience gets what was kept, with its moment; time gets the newest; nothing is counted twice."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from liftloop.app.following import Follower
from liftloop.app.kept_answers import Kept, KeptAnswers, Shelf
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
MINUTE_MS = 60_000


class Told(Struct, frozen=True):
    """An answer that can lie on a shelf."""

    number: float


class Shop:
    """An installation, and a counting that waits until it is let go."""

    def __init__(self, path: Path) -> None:
        self.installation = Installation(path, NOW_MS)
        shop = self.installation
        self.shelf = Shelf(folder=path / "told", kind=Told)
        self.follower = Follower(shop.lake, shop.log, shop.state, shop.tick, shop.clock)
        self.answers = KeptAnswers(self.follower, shop.clock, self.shelf)
        self.counted = 0
        self.slow = False

    def visit(self, number: int) -> None:
        self.installation.receive({"type": "page", "messageId": f"p{number}", "userId": "u", "name": "home"})
        self.installation.fold_all()

    async def count(self) -> Told:
        self.counted += 1
        number = self.counted
        if self.slow:
            await asyncio.sleep(0.2)
        return Told(float(number))

    def ask(self, patience_s: float | None = None, fresh_ms: int | None = None) -> Awaitable[Kept[Told]]:
        return self.answers.ask("one", self.count, patience_s=patience_s, fresh_ms=fresh_ms)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    made.visit(1)
    yield made
    made.installation.close()


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


def test_an_answer_is_good_until_something_comes_in(shop: Shop) -> None:
    """Asked twice it is counted once; after another event it is counted anew."""

    async def story() -> None:
        assert [(await shop.ask()).answer.number, (await shop.ask()).answer.number] == [1, 1]
        shop.visit(2)
        assert (await shop.ask()).answer.number == 2

    run(story)


def test_little_patience_gets_the_older_answer_with_its_moment_while_one_newer_is_counted(shop: Shop) -> None:
    """The older is marked, many who wait share one counting, and the newer is there when it is done."""

    async def story() -> None:
        first = await shop.ask(patience_s=0)
        shop.slow = True
        shop.visit(2)
        shop.installation.advance(5)
        older = await asyncio.gather(*(shop.ask(patience_s=0) for _ in range(5)))
        assert {(each.answer.number, each.at_ms, each.newer_soon) for each in older} == {(1, first.at_ms, True)}
        newer = await shop.ask(patience_s=20)
        assert (newer.answer.number, newer.newer_soon, newer.at_ms) == (2, False, first.at_ms + 5_000)
        assert shop.counted == 2

    run(story)


def test_patience_is_not_asked_of_where_nothing_is_kept(shop: Shop) -> None:
    """There is no figure to show before the first is counted, and what hinders it is told."""

    async def broken() -> Told:
        raise ValueError("no figure")

    async def story() -> None:
        shop.slow = True
        assert (await shop.ask(patience_s=0)).answer.number == 1
        with pytest.raises(ValueError, match="no figure"):
            await shop.answers.ask("two", broken, patience_s=0)
        assert shop.answers.known("two") is None

    run(story)


def test_an_answer_for_a_time_is_good_for_that_time_whatever_comes_in(shop: Shop) -> None:
    """A report of a minute ago is not counted again for every visit."""

    async def story() -> None:
        await shop.ask(fresh_ms=MINUTE_MS)
        shop.visit(2)
        assert (await shop.ask(fresh_ms=MINUTE_MS)).answer.number == 1
        shop.installation.advance(61)
        assert (await shop.ask(fresh_ms=MINUTE_MS)).answer.number == 2

    run(story)


def test_a_shelf_outlives_the_desk_and_what_cannot_be_read_is_counted_anew(shop: Shop) -> None:
    """After a restart the older answer is there with its moment; a broken file is none."""

    async def story() -> None:
        first = await shop.ask()
        again = KeptAnswers(shop.follower, shop.installation.clock, shop.shelf)
        assert again.known("one") == first
        next(shop.shelf.folder.iterdir()).write_bytes(b"not one")
        assert KeptAnswers(shop.follower, shop.installation.clock, shop.shelf).known("one") is None

    run(story)


def test_no_two_keys_share_a_file(tmp_path: Path) -> None:
    """Campaigns may be called 2026/autumn and 2026autumn."""
    shelf = Shelf(folder=tmp_path, kind=Told)
    for number, key in enumerate(("2026/autumn", "2026autumn", "2026 autumn")):
        shelf.write(key, Kept(answer=Told(float(number)), at_ms=1, reached=(1, 1)))
    found = [shelf.read(key) for key in ("2026/autumn", "2026autumn", "2026 autumn")]
    assert [each and each.answer for each in found] == [Told(0.0), Told(1.0), Told(2.0)]
