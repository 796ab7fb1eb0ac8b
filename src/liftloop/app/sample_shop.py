"""Lends a shop that has no data yet the past of a sample shop, so that everything can be looked at before one's own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from liftloop.app.desk import Desk
from liftloop.app.imports.jobs import Import, Imports
from liftloop.app.imports.proposal import Changes
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.errors import Language, LiftloopError
from liftloop.simulate.history import History, history, write_file
from liftloop.simulate.world import World, sample_shop

MEMBERS = 4_000  # A minute of work on one core, and enough for every kind of opportunity.
SEED = 7
KINDS = ("items", "customers", "consents", "orders", "events", "exposures")
PIECE_BYTES = 1 << 20


class NotEmpty(LiftloopError):
    """There are people already: sample data among one's own could never be told apart again."""

    def __init__(self) -> None:
        super().__init__(
            "not_empty",
            zh="已经有客户了，示例数据不能和真实数据混在一起",
            en="there are customers already; sample data are not mixed with one's own",
            next_zh="换一个空的数据目录再试",
            next_en="try it on an empty data folder",
            status=409,
        )


async def lend(desk: Desk, imports: Imports, language: Language, actor: str) -> list[Import]:
    """Begin to import the sample shop's files, and publish its offers; return the imports, the last one ends last.

    Raises `NotEmpty`.
    """
    if (await desk.tick.ask("position"))["profiles"]:
        raise NotEmpty
    until_ms = desk.clock.now_ms() // DAY_MS * DAY_MS
    past = await asyncio.to_thread(history, sample_shop(MEMBERS), np.random.default_rng(SEED), until_ms)
    await _publish_offers(desk, past.world, actor)
    with TemporaryDirectory(dir=desk.folder.path) as folder:
        files = await asyncio.to_thread(_written, past, Path(folder))
        started: list[Import] = []
        for kind, path in files.items():
            asked = Changes(kind=kind)
            taken = await imports.take(path.name, _pieces(path), asked, actor)
            started.append(await imports.start(taken.id, asked, language))
    return started


def _written(past: History, folder: Path) -> dict[str, Path]:
    return {kind: write_file(past, kind, folder) for kind in KINDS}


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece


async def _publish_offers(desk: Desk, world: World, actor: str) -> None:
    for offer in world.offers:
        body = {"name_zh": offer.name_zh, "name_en": offer.name_en}
        numbers = {name: int(getattr(offer, name)) for name in ("face_fen", "cost_fen", "valid_days")}
        await desk.definitions.publish("offer", offer.id, body | numbers, actor)
