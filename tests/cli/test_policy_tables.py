"""`liftloop policy` on tables as people have them: odd, broken, or not random: each ends in words and a code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import Struct

from liftloop.cli.main import main

ROWS = 1_600
Log = dict[str, list[str]]


class Ended(Struct, frozen=True):
    """How a command ended: its code, what it printed, what it complained of, and whether a policy was saved."""

    code: int
    said: dict[str, Any]
    complaint: str
    saved: bool


def log(seed: int = 1) -> Log:
    """Return a log in which the coupon helps everybody."""
    chance = np.random.default_rng(seed)
    sent = chance.integers(0, 2, ROWS)
    bought = chance.random(ROWS) < 0.15 + 0.25 * sent
    return {
        "编号": [f"会员{number}" for number in range(ROWS)],
        "城市": chance.choice(["上海", "北京"], ROWS).tolist(),
        "年龄": [str(age) for age in chance.integers(18, 70, ROWS)],
        "发券": ["是" if yes else "否" for yes in sent],
        "下单": [str(int(yes)) for yes in bought],
    }


def written(log: Log) -> str:
    lines = [",".join(log), *(",".join(row) for row in zip(*log.values(), strict=True))]
    return "\n".join(lines) + "\n"


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    def run(content: bytes | Log, *more: str) -> Ended:
        file = tmp_path / "log.csv"
        file.write_bytes(content if isinstance(content, bytes) else written(content).encode())
        asked = ["--treatment", "发券", "--treated", "是", "--outcome", "下单", "--value", "10", "--cost", "1"]
        named = [] if "--id" in more else ["--id", "编号"]
        place = ["--save", "kept", "--data", str(tmp_path / "data"), "--json"]
        monkeypatch.setattr("sys.argv", ["liftloop", "policy", "learn", str(file), *asked, *named, *place, *more])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        said = json.loads(printed.out) if printed.out.startswith("{") else {}
        saved = (tmp_path / "data" / "models" / "kept.json").is_file()
        return Ended(int(ended.value.code or 0), said, printed.err, saved)

    return run


def codes(notices: list[dict[str, Any]]) -> list[str]:
    return [notice["code"] for notice in notices]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_any_usual_encoding_teaches_the_same(policy: Callable[..., Ended], encoding: str) -> None:
    """Excel on a Chinese machine writes GB18030, others UTF-16: the same verdict, saved."""
    ended = policy(written(log()).encode(encoding))
    assert (ended.code, ended.saved) == (0, True)
    assert ended.said["verdict"] == "static:是"
    assert ended.said["rows"] == ROWS


REFUSED: dict[str, tuple[Callable[[Log], Log], str]] = {
    "one value": (lambda log: {**log, "发券": ["是"] * ROWS}, "one_arm"),
    "three rows": (lambda log: {name: column[:3] for name, column in log.items()}, "few_rows"),
    "nobody bought": (lambda log: {**log, "下单": ["0"] * ROWS}, "few_outcomes"),
    "every outcome alike": (lambda log: {**log, "下单": ["7"] * ROWS}, "few_outcomes"),
    "chosen by age": (
        lambda log: {**log, "发券": ["是" if int(age) < 40 else "否" for age in log["年龄"]]},
        "arms_not_random",
    ),
    "rather the young": (
        lambda log: {
            **log,
            "发券": ["是" if int(age) + 7 * row % 60 < 70 else "否" for row, age in enumerate(log["年龄"])],
        },
        "arms_not_random",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_data_that_allow_no_claim_end_with_3_and_leave_nothing(policy: Callable[..., Ended], case: str) -> None:
    """The verdict is refused, the reason is named in words, the exit code is 3, no policy is kept."""
    change, code = REFUSED[case]
    ended = policy(change(log()))
    assert (ended.code, ended.saved) == (3, False)
    assert ended.said["verdict"] == "refused"
    assert code in codes(ended.said["reasons"])
    assert all(reason["text"] for reason in ended.said["reasons"])


def test_a_chosen_log_counts_again_once_its_chances_are_told(policy: Callable[..., Ended]) -> None:
    """People under 40 got it seven times in ten, others three: refused bare, learned from with the chances."""
    bare = log(2)
    lucky = np.random.default_rng(3).random(ROWS)
    chance = [0.7 if int(age) < 40 else 0.3 for age in bare["年龄"]]
    bare["发券"] = ["是" if luck < share else "否" for luck, share in zip(lucky, chance, strict=True)]
    bought = np.random.default_rng(4).random(ROWS) < np.where(np.array(bare["发券"]) == "是", 0.45, 0.15)
    bare["下单"] = [str(int(yes)) for yes in bought]
    assert policy(bare).code == 3
    told = policy({**bare, "概率": [str(share) for share in chance]}, "--propensity", "概率")
    assert (told.code, told.saved) == (0, True)
    low, high = (told.said["arms"][1]["profit_per_1000"][end] for end in ("low_95", "high_95"))
    assert low < 2_000 < high  # 10 times the 30 points it adds, less its cost of 1.


LEARNED: dict[str, tuple[Callable[[Log], Log], int, str | None]] = {
    "every id twice": (lambda log: {name: column * 2 for name, column in log.items()}, 2 * ROWS, None),
    "constant columns": (lambda log: {**log, "城市": ["上海"] * ROWS, "年龄": ["30"] * ROWS}, ROWS, None),
    "no feature known": (lambda log: {**log, "城市": [""] * ROWS, "年龄": ["NA"] * ROWS}, ROWS, None),
    "amounts": (lambda log: {**log, "下单": [f"{int(yes) * 12.5:,.2f}" for yes in log["下单"]]}, ROWS, None),
    "yes and no": (lambda log: {**log, "下单": ["是" if yes == "1" else "否" for yes in log["下单"]]}, ROWS, None),
    "holes": (lambda log: {**log, "下单": ["NaN", "未知", "", *log["下单"][3:]]}, ROWS - 3, "rows_dropped"),
}


@pytest.mark.parametrize("case", LEARNED)
def test_odd_tables_that_still_say_something_are_learned_from(policy: Callable[..., Ended], case: str) -> None:
    """Repeated people, empty and constant columns, amounts, words for outcomes, holes: the coupon for all is found."""
    change, rows, warned = LEARNED[case]
    ended = policy(change(log()))
    assert (ended.code, ended.saved) == (0, True), ended.said
    assert ended.said["verdict"] == "static:是"
    assert ended.said["rows"] == rows
    assert codes(ended.said["warnings"]) == ([warned] if warned else [])


MISTAKEN: dict[str, tuple[bytes, tuple[str, ...], int, str]] = {
    "outcome in words": (written({**log(), "下单": ["买了几件"] * ROWS}).encode(), (), 2, "下单"),
    "no such id": (written(log()).encode(), ("--id", "会员号"), 2, "会员号"),
    "no such column after": (written(log()).encode(), ("--after", "打开"), 2, "打开"),
    "percent as chance": (written({**log(), "概率": ["50%"] * ROWS}).encode(), ("--propensity", "概率"), 2, "概率"),
    "empty": (b"", (), 1, "log.csv"),
    "header only": ("编号,城市,年龄,发券,下单\n".encode(), (), 1, "log.csv"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, (), 1, "log.csv"),
}


@pytest.mark.parametrize("case", MISTAKEN)
def test_what_cannot_be_read_is_told_and_nothing_is_kept(policy: Callable[..., Ended], case: str) -> None:
    """A request that makes no sense ends with 2, a file that cannot be read with 1; both name what, and what next."""
    content, more, code, named = MISTAKEN[case]
    ended = policy(content, *more)
    assert (ended.code, ended.saved) == (code, False)
    assert named in ended.complaint
    assert json.loads(ended.complaint)["next"]
