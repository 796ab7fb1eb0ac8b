"""A channel is opened when it is published: what could never carry a message is refused with the reason."""

from pathlib import Path
from typing import Any

import pytest
from served import Served, play

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # The example of the Standard Webhooks specification.


@pytest.mark.parametrize(
    ("kind", "settings", "code", "named"),
    [
        ("webhook", {"url": "https://example.test/in", "secret": "short"}, "channel_settings", "secret"),
        ("webhook", {"url": "ftp://example.test", "secret": SECRET}, "channel_settings", "url"),
        ("webhook", {"secret": SECRET}, "channel_settings", "url"),
        ("webhook", {"url": "http://10.0.0.7/in", "secret": SECRET}, "address_refused", "10.0.0.7"),
        ("smtp", {"host": "mail.example.test", "sender": "nobody"}, "channel_settings", "sender"),
        ("smtp", {"host": "mail.example.test", "sender": "a@example.test", "tlss": "none"}, "channel_settings", "tlss"),
        ("pigeon", {}, "bad_definition", "pigeon"),
    ],
)
def test_bad_settings_are_refused_when_they_are_published(
    tmp_path: Path, kind: str, settings: dict[str, Any], code: str, named: str
) -> None:
    """The refusal names what is wrong, and nothing is published."""

    async def story(world: Served) -> None:
        body = {"id": "news", "kind": kind, "settings": settings}
        refused = await world.english.post("/api/channels", body)
        assert (refused.status, refused.json()["code"]) == (422, code), refused.body
        assert named in refused.json()["message"]
        assert refused.json()["next"]
        assert not world.desk.definitions.live("channel")

    play(tmp_path, story)


def test_good_settings_are_published(tmp_path: Path) -> None:
    """A channel whose receiver does not answer yet can be set up all the same."""

    async def story(world: Served) -> None:
        settings = {"host": "mail.example.test", "sender": "Shop <news@example.test>"}
        assert (
            await world.admin.post("/api/channels", {"id": "news", "kind": "smtp", "settings": settings})
        ).status == 200
        settings = {"url": "https://example.test/in", "secret": SECRET}
        assert (
            await world.admin.post("/api/channels", {"id": "hook", "kind": "webhook", "settings": settings})
        ).status == 200
        assert set(world.desk.definitions.live("channel")) == {"news", "hook"}

    play(tmp_path, story)
