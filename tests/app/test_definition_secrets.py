"""Secrets of definitions: sealed wherever they are written, shown to nobody, used where they are needed."""

import base64
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("api", "collect")]

from sending import requested
from served import NOW_MS, Served, play
from test_pulls import QUERY, shop_database

from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.secrets import SHOWN, has_clear, hidden, secrets_in, with_kept
from liftloop.plugins.channels.signing import headers
from liftloop.storage.contract import VaultDamaged

KEY, NEXT = b"k" * 24, b"n" * 24
SECRET, NEXT_SECRET = ("whsec_" + base64.b64encode(key).decode() for key in (KEY, NEXT))
PASSWORD = "swordfish-and-more"
HOOK = {"kind": "webhook", "secrets": [SECRET], "mappings": [{"event": "=Paid", "user_id": "who"}]}


async def deliver(world: Served, key: bytes, delivery: str) -> int:
    body = json.dumps({"who": "u"}).encode()
    signed = headers(key, delivery, NOW_MS // 1000, body)
    return (await requested(world.installation, "POST", "/hooks/erp", body, signed))[0]


def everything_on_disk(folder: Path) -> bytes:
    """Return all bytes of the folder's files; what SQLite still holds in its WAL is among them."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def _hooks(world: Served) -> None:
    assert (await world.admin.post("/api/sources", {"id": "erp", **HOOK})).json()["version"] == 1
    assert await deliver(world, KEY, "d1") == 200
    assert await deliver(world, NEXT, "d2") == 401
    shown = (await world.admin.get("/api/definitions/source/erp")).json()
    assert shown["body"]["secrets"] == [SHOWN]
    assert (await world.admin.get("/api/definitions/source")).json()["definitions"]["erp"]["secrets"] == [SHOWN]
    again = await world.admin.post("/api/sources", {"id": "erp", **HOOK})
    assert again.json()["version"] == 1
    renamed = {"id": "erp", **shown["body"], "name": "ERP"}
    assert (await world.admin.post("/api/sources", renamed)).json()["version"] == 2
    assert await deliver(world, KEY, "d3") == 200
    both = {"id": "erp", **HOOK, "secrets": [SHOWN, NEXT_SECRET]}
    assert (await world.admin.post("/api/sources", both)).json()["version"] == 3
    assert [await deliver(world, KEY, "d4"), await deliver(world, NEXT, "d5")] == [200, 200]
    lost = await world.admin.post("/api/sources", {"id": "new", **HOOK, "secrets": [SHOWN]})
    assert (lost.status, lost.json()["code"]) == (422, "bad_definition")
    world.installation.restart()
    assert await deliver(world, NEXT, "d6") == 200
    await world.settle()
    for secret in (SECRET, NEXT_SECRET):
        assert secret.encode() not in everything_on_disk(world.desk.data)


def test_a_hook_keeps_its_secret_to_itself(tmp_path: Path) -> None:
    """A signed hook works, its secret stands in no file and no answer, and editing the rest keeps it."""
    play(tmp_path, _hooks)


async def _database(world: Served) -> None:
    erp = shop_database(world.desk.data.parent, [1, 2, 3])
    hidden_away = erp.rename(erp.with_name(f"{PASSWORD}.db"))
    source = {"query": QUERY, "watermark": "n", "start": 0, "import_kind": "orders"}
    body = {"id": "erp", "kind": "database", "url": f"sqlite:///{hidden_away}", **source}
    assert (await world.admin.post("/api/sources", body)).status == 200
    assert (await world.admin.get("/api/definitions/source/erp")).json()["body"]["url"] == SHOWN
    assert (await world.admin.post("/api/sources", body | {"url": SHOWN, "name": "ERP"})).json()["version"] == 2
    done = await world.admin.post("/api/sources/erp/pull", {})
    assert (done.status, done.json()["rows"]) == (200, 3)
    assert PASSWORD.encode() not in everything_on_disk(world.desk.data)


def test_a_database_keeps_its_address_to_itself(tmp_path: Path) -> None:
    """A database is pulled by an address that stands in no file of the folder and in no answer."""
    play(tmp_path, _database)


async def _left_in_the_clear(world: Served) -> None:
    world.installation.publish("source", "erp", HOOK)  # As versions before this one wrote it.
    assert await deliver(world, KEY, "d1") == 200
    assert (await world.admin.get("/api/definitions/source/erp")).json()["body"]["secrets"] == [SHOWN]
    findings = (await world.admin.get("/api/examination")).json()["findings"]
    assert "secrets:source:erp" in [each["check"] for each in findings if each["status"] == "warning"]
    kept = {"id": "erp", **HOOK, "secrets": [SHOWN]}
    assert (await world.admin.post("/api/sources", kept)).json()["version"] == 2
    with closing(sqlite3.connect(world.desk.folder.state)) as state:
        (stored,) = state.execute("SELECT body FROM definition WHERE id = 'erp' AND status = 'live'").fetchone()
    assert SECRET.encode() not in stored
    assert await deliver(world, KEY, "d2") == 200
    findings = (await world.admin.get("/api/examination")).json()["findings"]
    assert not [each for each in findings if each["check"].startswith("secrets:")]


def test_a_secret_of_an_earlier_version_still_works(tmp_path: Path) -> None:
    """A clear secret opens the hook, is never shown, is warned about, and is sealed with the next version."""
    play(tmp_path, _left_in_the_clear)


SETTINGS = st.dictionaries(st.sampled_from(["secret", "password", "url", "host"]), st.text(max_size=5) | st.none())
BODIES = st.one_of(
    st.builds(lambda settings: ("channel", {"id": "c", "settings": settings}), SETTINGS),
    st.builds(
        lambda secrets: ("source", {"kind": "webhook", "secrets": secrets, "mappings": []}),
        st.lists(st.text(max_size=5) | st.integers(), max_size=3),
    ),
    st.builds(lambda url: ("source", {"kind": "database", "url": url}), st.text(max_size=5) | st.none()),
    st.builds(lambda key: ("source", {"kind": "tracking", "write_key": key}), st.text(max_size=5)),
)


@given(BODIES)
def test_hiding_and_keeping_are_opposites(made: tuple[str, dict[str, Any]]) -> None:
    """What is shown holds no secret, and published again it is what was there."""
    kind, body = made
    shown = hidden(kind, body)
    assert {text for _, text in secrets_in(kind, shown)} <= {SHOWN}
    if not any(text == SHOWN for _, text in secrets_in(kind, body)):
        assert with_kept(kind, shown, body) == body
    assert has_clear(kind, body) == bool(list(secrets_in(kind, body)))


def test_a_secret_that_is_not_there_cannot_be_kept() -> None:
    """Where nothing is set, the mark that something is set is refused."""
    with pytest.raises(BadDefinition):
        with_kept("channel", {"settings": {"secret": SHOWN}}, {"settings": {}})


async def _altered(world: Served) -> None:
    await world.admin.post("/api/sources", {"id": "erp", **HOOK})
    stored = world.desk.definitions.newest("source", "erp")[1]
    token = stored["secrets"][0]
    world.installation.publish("source", "erp", stored | {"secrets": [token[:-8] + "AAAAAAA="]})
    with pytest.raises(VaultDamaged):
        world.desk.definitions.readable("source", "erp")


def test_an_altered_secret_is_not_taken_for_another(tmp_path: Path) -> None:
    """A sealed secret that somebody changed is refused, not used."""
    play(tmp_path, _altered)
