"""A workbook as people keep them comes into the real server, by terminal and by upload, and is the same shop."""

import json
import subprocess
import sys
import time
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from serving import Running
from workbooks import Formula, Sheet, write_workbook


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cover page, orders below a merged title and merged groups with amounts as formulas, and a sheet of members."""
    orders = Sheet(
        [
            ["九月门店订单（导出于 2026-09-05）"],
            ["订单", None, "会员", "商品"],
            ["订单号", "下单时间", "会员号", "商品名称", "数量", "单价", "金额"],
            ["A1", at("2026-09-01 10:00:00"), "M001", "鸡翅", 2, 20.5, Formula("E4*F4", 41.0)],
            ["A1", at("2026-09-01 10:00:00"), "M001", "可乐", 1, 5, Formula("E5*F5", 5.0)],
            [],
            ["A2", at("2026-09-02 23:30:15"), "M002", "鸡翅", 1, 20.5, Formula("E7*F7", 20.5)],
            ["A3", "还没有", "M002", "可乐", 1, 5, Formula("E8*F8", 5.0)],
            ["合计", None, None, None, Formula("SUM(E4:E8)", 5.0), None, Formula("SUM(G4:G8)", 71.5)],
        ],
        merged=("A1:G1", "A2:B2", "D2:G2"),
    )
    members = [
        ["会员号", "姓名", "城市", "生日", "注册时间"],
        ["M001", "王芳", "上海", at("1990-05-06 00:00:00"), at("2026-01-02 08:00:00")],
        ["M002", "李雷", "北京", None, at("2026-02-03 09:30:00")],
    ]
    sheets = {"封面": [["九月报表"], ["制表：小张"]], "九月订单": orders, "会员": members}
    return write_workbook(tmp_path_factory.mktemp("book") / "九月报表.xlsx", sheets)


def by_terminal(server: Running, book: Path, *more: str) -> Any:
    command = [sys.executable, "-m", "liftloop.cli", "import", str(book), "--data", str(server.data), "--json", *more]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def call(server: Running, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Any:
    told = {"Authorization": f"Bearer {server.token}", "Content-Type": kind}
    request = urllib.request.Request(f"{server.app_url}/api{path}", body or None, told, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def uploaded(server: Running, book: Path, sheet: str) -> Any:
    """Bring the workbook as the app does when it is dropped; return what is proposed."""
    line = "a-line-that-no-workbook-holds"
    head = f'--{line}\r\nContent-Disposition: form-data; name="sheet"\r\n\r\n{sheet}\r\n' if sheet else ""
    head += f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{book.name}"\r\n\r\n'
    body = head.encode() + book.read_bytes() + f"\r\n--{line}--\r\n".encode()
    return call(server, "POST", "/imports", body, f"multipart/form-data; boundary={line}")


def loaded(server: Running, proposed: Any) -> Any:
    place = f"/imports/{proposed['import_id']}"
    call(server, "POST", f"{place}/start", json.dumps({"kind": proposed["kind"]}).encode())
    while (state := call(server, "GET", place))["status"] == "running":
        time.sleep(0.05)
    return state


def timeline(server: Running, member: str) -> list[tuple[str, str]]:
    (found,) = call(server, "GET", f"/profiles?q={member}")["profiles"]
    told = call(server, "GET", f"/profiles/{found['profile_id']}")["timeline"]
    return sorted((each["at"], each["detail"]["zh"]) for each in told if each["detail"])


def test_a_workbook_comes_in_by_terminal_and_by_upload_alike(shared_server: Running, book: Path) -> None:
    """Titles, merged groups, blank rows and totals are no orders; formulas count as shown; times are the shop's.

    The first sheet with a table is read and named; the second way in changes nothing; another sheet can be asked for.
    """
    summary = by_terminal(shared_server, book)
    assert {name: summary[name] for name in ("rows", "customers", "events", "rejected")} == {
        "rows": 5,
        "customers": 2,
        "events": 2,
        "rejected": 2,
    }
    orders = timeline(shared_server, "M001"), timeline(shared_server, "M002")
    assert [detail for _, detail in orders[0]] == ["鸡翅 × 2 · 可乐 · ¥46"]
    assert [detail for _, detail in orders[1]] == ["鸡翅 · ¥20.50"]
    assert at(orders[1][0][0]) == at("2026-09-02T23:30:15+08:00")
    proposed = uploaded(shared_server, book, "")
    assert proposed["kind"] == "orders"
    assert "“九月订单”" in proposed["sentence"]["zh"]
    assert "“封面”“会员”" in proposed["sentence"]["zh"]
    assert loaded(shared_server, proposed)["counts"]["events"] == 2
    assert (timeline(shared_server, "M001"), timeline(shared_server, "M002")) == orders, (
        "the same rows again are the same orders"
    )
    members = uploaded(shared_server, book, "会员")
    assert members["kind"] == "customers"
    ended = loaded(shared_server, members)
    assert (ended["status"], ended["counts"]["rows"], ended["counts"]["rejected"]) == ("done", 2, 0)
    (found,) = call(shared_server, "GET", "/profiles?q=M002")["profiles"]
    assert "北京" in str(call(shared_server, "GET", f"/profiles/{found['profile_id']}"))


def test_the_terminal_reads_the_sheet_it_is_told_and_names_those_there_are(shared_server: Running, book: Path) -> None:
    """`--sheet` chooses; one that is not there is refused with the names of those that are."""
    assert by_terminal(shared_server, book, "--sheet", "会员")["rows"] == 2
    command = [
        sys.executable,
        "-m",
        "liftloop.cli",
        "import",
        str(book),
        "--data",
        str(shared_server.data),
        "--sheet",
        "十月",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode != 0
    assert "封面、九月订单、会员" in ended.stderr
