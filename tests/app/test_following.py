"""A study holds up neither the lake nor questions, and sees nothing of what comes meanwhile."""

import asyncio
import threading
from pathlib import Path

from liftloop.app.following import Follower
from liftloop.storage.contract import LakeReader
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
WAITS_S_MAX = 20.0
COUNT = "SELECT count(*) AS events FROM event"


def visit(number: int) -> dict[str, str]:
    return {"type": "page", "messageId": f"p{number}", "userId": f"u{number}", "name": "home"}


def test_questions_and_the_lake_go_on_beside_a_study(tmp_path: Path) -> None:
    """Whoever asks while a study is under way is answered with what has come since, before the study ends."""
    shop = Installation(tmp_path, NOW_MS)
    shop.receive(visit(1))
    shop.fold_all()
    follower = Follower(shop.lake, shop.log, shop.state, shop.tick, shop.clock)
    begun, ends = threading.Event(), threading.Event()

    def work(lake: LakeReader) -> list[int]:
        before = int(lake.select(COUNT)["events"][0])
        begun.set()
        assert ends.wait(WAITS_S_MAX)
        return [before, int(lake.select(COUNT)["events"][0])]

    async def beside() -> tuple[list[int], int]:
        await follower.catch_up()
        study = asyncio.create_task(follower.study(work))
        assert await asyncio.to_thread(begun.wait, WAITS_S_MAX)
        shop.receive(visit(2))
        shop.fold_all()
        async with asyncio.timeout(WAITS_S_MAX):
            await follower.catch_up()
            answered = int((await follower.select(COUNT))["events"][0])
        ends.set()
        return await study, answered

    seen, answered = asyncio.run(beside())
    assert (seen, answered) == ([1, 1], 2)
    shop.close()
