"""Bad input, played against one running server as the golden files tell it: refused in words, nothing lost or broken.

A file of `tests/golden/bad_input` has a line for each thing, `name: value`, the value in quotes where YAML asks for it.
"""

import json
import os
import resource
import shlex
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from serving import ROOT, Running, serving
from test_full_disk import NOTHING_BYTES, limit

from liftloop.storage.embedded.state import SqliteStateReader

FOLDER = ROOT / "tests" / "golden" / "bad_input"
FILES = sorted(FOLDER.glob("*.yaml"))
NAMES = {
    "what", "files", "post", "body", "messages", "key", "run", "status", "exit", "code", "zh", "en", "next zh",
    "next en", "quarantine", "counted", "refused rows", "disk",
}  # fmt: skip
WANTED = {
    "malformed_json", "oversized_batch", "wrong_types", "unknown_key", "duplicate_message_id", "clock_skew",
    "mapping_missing_column", "csv_with_formulas", "impossible_goal", "ambiguous_goal", "no_history", "zero_budget",
    "unknown_margin", "template_missing_variable", "template_endless_loop", "two_servers",
    "disk_full",
}  # fmt: skip
NOW = "2026-06-01T09:00:00+08:00"


def read(path: Path) -> dict[str, Any]:
    """Read the few lines of YAML that these files are made of."""
    case: dict[str, Any] = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition(": ")
            assert name in NAMES, f"{path.name}: {name}"
            assert name not in case, f"{path.name}: {name} twice"
            case[name] = json.loads(value) if value[0] in '"[{' or value.isdigit() else value
    return case


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generator[Running]:
    """A small shop with five months of orders, an offer and a channel."""
    folder = tmp_path_factory.mktemp("bad")
    lines = ["order_id,ordered_at,customer_id,product_id,quantity,unit_price"]
    for number in range(3_000):
        day = f"2026-{1 + number % 5:02d}-{1 + number % 28:02d} 10:{number % 60:02d}:00"
        lines.append(f"A{number},{day},u{number * 7919 % 600},P{number % 20},1,{20 + number % 30}")
    (folder / "orders.csv").write_text("\n".join(lines) + "\n")
    with serving(folder / "shop", LIFTLOOP_CLOCK_START=NOW) as server:
        consent = "--declare-consent email:marketing --evidence list --map email={customer_id}@example.test"
        loaded = run(server, f"import {folder / 'orders.csv'} --json {consent}", "zh-CN")
        assert loaded.returncode == 0, loaded.stderr
        settings = {"host": "127.0.0.1", "port": 2525, "tls": "none", "sender": "Shop <news@example.test>"}
        mail = {"id": "mail", "kind": "smtp", "cost_fen": 5, "settings": settings}
        offer = {"id": "coupon-5", "name_zh": "5 元券", "name_en": "5 off", "face_fen": 500}
        for path, body in (("/api/channels", mail), ("/api/offers", offer)):
            assert call(server, path, json.dumps(body).encode(), server.token, "en")[0] == 200
        yield server


def call(server: Running, path: str, body: bytes, key: str, language: str) -> tuple[int, Any]:
    origin = server.app_url if path.startswith("/api") else server.track_url
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": language, "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(origin + path, body, headers), timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def run(server: Running, words: str, language: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "liftloop.cli", *shlex.split(words), "--data", str(server.data)]
    environment = {**os.environ, "LIFTLOOP_LANG": language, "LIFTLOOP_PORT": "0"}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)


def get(server: Running, path: str) -> bytes:
    request = urllib.request.Request(server.app_url + path, headers={"Authorization": f"Bearer {server.token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def told_by_http(server: Running, case: Mapping[str, Any]) -> dict[str, Any]:
    """Send what the case says twice, in both languages, and return what was answered in the case's own words."""
    body = str(case.get("body", ""))
    if "messages" in case:
        body = json.dumps({"batch": [json.loads(case["body"])] * int(case["messages"])})
    key = case.get("key") or (server.token if case["post"].startswith("/api") else server.key)
    (status, zh), (_, en) = (call(server, case["post"], body.encode(), key, each) for each in ("zh-CN", "en"))
    told = {"status": status}
    if status >= 400:
        told |= {"code": zh["code"], "zh": zh["message"], "en": en["message"], "next zh": zh["next"]}
        told |= {"next en": en["next"]}
    return told


def told_by_terminal(server: Running, case: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Run what the case says in both languages and return how it ended and what it said, in the case's own words."""
    for name, content in case.get("files", {}).items():
        (folder / name).write_text(content)
    words = str(case["run"]).replace("FOLDER", str(folder))
    zh, en = run(server, words, "zh-CN"), run(server, words, "en")
    assert "Traceback" not in zh.stderr
    told: dict[str, Any] = {"exit": zh.returncode}
    if zh.stdout.startswith("{"):
        return told | _of_answer(server, json.loads(zh.stdout), case)
    for name, ended in (("zh", zh), ("en", en)):
        if "--json" in words:
            error = json.loads(ended.stderr)
            assert error["message"] == error[f"message_{name}"]
            told |= {name: _plain(server, error["message"]), "code": error["code"], f"next {name}": error["next"]}
            continue
        said, _, following = ended.stderr.strip().partition("\n→ ")
        message, _, code = said.rpartition("  [")
        told |= {name: _plain(server, message), "code": code.rstrip("]"), f"next {name}": following}
    return told


@contextmanager
def disk_of(server: Running, case: Mapping[str, Any]) -> Generator[None]:
    """Let the disk be as the case says while it is played."""
    if "disk" not in case:
        yield
        return
    assert case["disk"] == "full"
    limit(server, NOTHING_BYTES)
    try:
        yield
    finally:
        limit(server, resource.RLIM_INFINITY)


def _of_answer(server: Running, answer: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of a plan, or what an import refused."""
    if "plan_id" in answer:
        following = answer["next"] or (answer["questions"] or [None])[0]
        following = following["text"] if following and "text" in following else following
        remarks = answer["remarks"]
        following = following or next((each for each in remarks if each["zh"] == case["next zh"]), remarks[0])
        told = {"code": answer["status"], "zh": answer["sentence"]["zh"], "en": answer["sentence"]["en"]}
        return told | {"next zh": following["zh"], "next en": following["en"]}
    rows = get(server, f"/api/imports/{answer['import_id']}/rejected").decode("utf-8-sig").splitlines()[1:]
    (reason,) = [each for each in answer["quality"] if "没有导入" in each["zh"]]
    return {"zh": reason["zh"], "en": reason["en"], "counted": answer["customers"], "refused rows": rows}


def _plain(server: Running, text: str) -> str:
    return text.replace(str(server.data), "FOLDER").replace(str(server.process.pid), "PID")


def test_every_kind_of_bad_input_has_its_file() -> None:
    """The list is whole, and each file says what happens in both languages."""
    assert {path.stem for path in FILES} >= WANTED
    for path in FILES:
        case = read(path)
        assert ("post" in case) != ("run" in case), path.name
        assert {"what", "zh", "en", "next zh", "next en"} <= set(case), path.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_bad_input_is_told_in_words_and_breaks_nothing(shop: Running, tmp_path: Path, path: Path) -> None:
    """Status or exit code, code, text and next step are those of the golden file; afterwards the server is well."""
    case = read(path)
    before = json.loads(get(shop, "/api/health"))
    with disk_of(shop, case):
        told = told_by_http(shop, case) if "post" in case else told_by_terminal(shop, case, tmp_path)
    after = json.loads(get(shop, "/api/health"))
    if case.get("status") == 200:
        docs = {"zh": "docs/reference/tracking-api.zh-CN.md", "en": "docs/reference/tracking-api.md"}
        for language, page in docs.items():
            assert str(case[language]) in (ROOT / page).read_text(), "what is not refused is told by the reference"
        told |= {name: case[name] for name in ("zh", "en", "next zh", "next en")}
        told |= _taken(shop, case, after["events"] - before["events"])
    elif "post" in case:
        assert after["events"] == before["events"], "nothing of a refused request is written"
    assert told == {name: value for name, value in case.items() if name in told}
    assert after["status"] == "ok"


def _taken(shop: Running, case: Mapping[str, Any], appended: int) -> dict[str, Any]:
    """Return what became of messages that were taken: the reason of the quarantine, or how often they count."""
    state = SqliteStateReader(shop.data / "state.db")
    try:
        if "quarantine" in case:
            assert appended == 2, "both are kept, to be looked at"
            rows = state.rows("SELECT reason FROM quarantine ORDER BY rowid DESC LIMIT 1")
            return {"quarantine": rows[0][0]}
    finally:
        state.close()
    assert call(shop, "/api/clock", b'{"advance_s": 1}', shop.token, "en")[0] == 200  # The lake has caught up then.
    timeline = json.loads(get(shop, "/api/profiles/twice"))["timeline"]
    return {"counted": sum(moment["kind"] == "event" for moment in timeline)}
