import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liftloop.kernel.codec import unpack
from liftloop.storage.contract import RECORDS, Record
from liftloop.testing.installation import Installation

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "collect" / "tracking_bad_input.json").read_text()
)
NOON_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai, as the golden file has it.


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("bad") / "data", NOON_MS)
    yield installation
    installation.close()


def body_of(case: dict[str, Any]) -> bytes:
    match case:
        case {"body_text": text}:
            return text.encode()
        case {"body_hex": digits}:
            return bytes.fromhex(digits)
        case {"body_repeat": [text, times]}:
            return text.encode() * times
        case {"body_messages": count}:
            return json.dumps({"batch": [{"type": "track"}] * count}).encode()
        case _:
            return json.dumps(case["body"], ensure_ascii=False).encode()


def post(shop: Installation, path: str, body: bytes, key: str) -> tuple[int, dict[str, Any]]:
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"body": body}

    async def send(message: Any) -> None:
        said.append(message)

    headers = [(b"authorization", b"Bearer " + key.encode())] if key else []
    scope = {"type": "http", "method": "POST", "path": path, "server": ("127.0.0.1", 8081), "headers": headers}
    asyncio.run(shop.app(scope, receive, send))
    return said[0]["status"], json.loads(said[1]["body"])


def records_after(shop: Installation, end: int) -> list[Record]:
    entries = shop.log.read(after=end, limit=10_000)  # type: ignore[arg-type]
    return [record for entry in entries for record in RECORDS.decode(entry.body)]


@pytest.mark.parametrize("case", CASES, ids=[case["title"].split(" / ")[1].replace(" ", "_") for case in CASES])
def test_bad_input(shop: Installation, case: dict[str, Any]) -> None:
    """What a client sends wrong is refused or put aside with its reason, in both languages, and costs nothing else."""
    expected, end = case["expect"], shop.log.end()
    before = len(shop.state.rows('SELECT "offset" FROM quarantine'))
    status, answer = post(shop, case["path"], body_of(case), case.get("key", shop.folder.write_key()))
    assert status == expected["status"]
    if status != 200:
        assert answer["code"] == expected["code"]
        assert all(answer[name] for name in ("message_zh", "message_en", "next"))
    records = records_after(shop, end)
    assert len(records) == len(expected["messages"])
    for record, wanted in zip(records, expected["messages"], strict=True):
        assert (
            (record.kind, record.name) == ("message.rejected", wanted["rejected"])
            if "rejected" in wanted
            else (record.kind == wanted["accepted"])
        )
        if "at_ms_ago" in wanted:
            assert record.at_ms == NOON_MS - wanted["at_ms_ago"]
    frame = shop.fold.step(shop.log.read(after=shop.fold.offset, limit=10_000), NOON_MS, 1)
    if "events" in case:
        assert frame["event"].count == case["events"]
    reasons = shop.state.rows('SELECT reason FROM quarantine ORDER BY "offset"')[before:]
    aside = [message.get("rejected") or message.get("quarantined") for message in expected["messages"]]
    assert [reason for (reason,) in reasons] == [reason for reason in aside if reason]


def test_after_all_of_it_the_process_comes_back(shop: Installation) -> None:
    """Nothing of what was taken keeps a restart or the lake from reading it, and the refused text is sealed."""
    shop.follow()
    shop.restart()
    assert shop.fold.offset == shop.log.end()
    rows = shop.state.rows("SELECT record FROM quarantine WHERE reason = 'wrong_types'")
    sealed = [Record(**dict(zip(Record.__struct_fields__, unpack(row), strict=True))).sealed for (row,) in rows]
    clear = [unpack(one)["raw"] for one in sealed]
    assert all(b"userId" not in text for text in clear)
    assert any(b"userId" in (text or b"") for text in shop.vault.open(clear))
