"""A shop of a few people on a manual clock: playbooks start by API, people do things, messages arrive at a double."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alive import alive
from market import SECRET, Inbox
from served import Served

from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
HOUR_S = 3_600
DAY_S = 24 * HOUR_S


class CornerShop:
    """What a marketer and the customers do; everything goes through the public API."""

    def __init__(self, world: Served, inbox: Inbox) -> None:
        self.world = world
        self.inbox = inbox
        self._told = 0

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.world.admin.post(path, body)
        assert answer.status == 200, answer.body
        return answer.json()

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = await self.world.admin.get(path, **query)
        assert answer.status == 200, answer.body
        return answer.json()

    async def define(self, kind: str, identity: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self.post("/api/definitions", {"kind": kind, "id": identity, "body": body})

    async def ledger(self, campaign: str) -> dict[tuple[str, str], int]:
        """Return how many people a campaign or journey has in each state, by state and reason."""
        sheet = await self.get(f"/api/campaigns/{campaign}/ledger")
        rows = {(row["state"], row["reason"]): row["people"] for row in sheet["rows"]}
        assert sum(rows.values()) == sheet["qualified"], sheet
        return rows

    async def why(self, person: str, campaign: str) -> str:
        """Return the sentence that answers why somebody got a message or did not."""
        return (await self.get(f"/api/profiles/{person}/why", campaign=campaign))["sentence"]["zh"]

    async def start(self, playbook: str, **answers: str | float) -> dict[str, Any]:
        return await self.post(f"/api/playbooks/{playbook}/start", {"answers": answers, "language": "zh-CN"})

    def join(self, *people: str, consents: bool = True, medium: str = "sms", **traits: Any) -> None:
        """Make people known, who agree to marketing by SMS or another medium."""
        given = [{"channel": medium, "purpose": "marketing", "at": self._now()}] if consents else []
        for person in people:
            self._tell(person, type="identify", traits={"city": "上海", **traits}, context={"consents": given})
        self.world.installation.fold_all()

    def agree(self, person: str, consent: dict[str, Any]) -> None:
        """Make a person known with one consent, given or withdrawn."""
        self._tell(person, type="identify", context={"consents": [{**consent, "at": self._now()}]})
        self.world.installation.fold_all()

    def do(self, person: str, event: str, **properties: Any) -> None:
        self._tell(person, type="track", event=event, properties=properties)
        self.world.installation.fold_all()

    def page(self, person: str, url: str) -> None:
        self._tell(person, type="page", properties={"url": url})
        self.world.installation.fold_all()

    def order(self, person: str) -> None:
        self.do(person, "Order Completed", order_id=f"o{self._told}", revenue=99.0)

    async def wait(self, seconds: float) -> None:
        await self.post("/api/clock", {"advance_s": round(seconds)})

    def got(self, person: str) -> list[str]:
        """Return the ids of the nodes' contents that a person was sent, in order."""
        return [each["content"] for each in self.inbox.messages if each["customer_id"] == person]

    async def tasks(self, person: str) -> list[dict[str, Any]]:
        """Return what colleagues were asked to do about somebody, the oldest first."""
        known = (await self.world.admin.get(f"/api/profiles/{person}")).json()["profile_id"]
        answer = await self.world.admin.get(f"/api/profiles/{known}/work")
        assert answer.status == 200, answer.body
        works = [each for each in answer.json()["works"] if each["kind"] == "task"]
        return sorted(works, key=lambda each: each["opened_at"])

    def _tell(self, person: str, **message: Any) -> None:
        self._told += 1
        body = {"userId": person, "messageId": f"m{self._told}", "timestamp": self._now(), **message}
        self.world.installation.receive(body)

    def _now(self) -> str:
        return datetime.fromtimestamp(self.world.installation.now_ms() / 1000, UTC).isoformat(timespec="milliseconds")


@asynccontextmanager
async def corner_shop(folder: Path, now_ms: int = NOON_MS) -> AsyncGenerator[CornerShop]:
    installation = Installation(folder / "data", now_ms)
    async with alive(installation) as world:
        shop = CornerShop(world, Inbox())
        settings = {"url": shop.inbox.url, "secret": SECRET}
        await shop.post("/api/channels", {"id": "sms", "kind": "webhook", "cost_fen": 5, "settings": settings})
        await shop.post("/api/offers", {"id": "coupon_5", "name_zh": "5 元券", "name_en": "¥5 off", "face_fen": 500})
        yield shop
    installation.close()
