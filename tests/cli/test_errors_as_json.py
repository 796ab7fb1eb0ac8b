"""With `--json` what fails is one line of JSON on the error stream, with the exit code that it has for people."""

import json
import sys
from pathlib import Path

import pytest

from liftloop.cli import main


def ended(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command line in this process and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["liftloop", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (("import", "nowhere.csv"), 2, "file_not_found"),
        (("import", "nowhere.csv", "--map", "moon"), 2, "bad_option"),
        (("audience", "publish", "x"), 2, "bad_usage"),
        (("signal", "try", "--where", "{"), 2, "bad_usage"),
        (("moon",), 2, "bad_usage"),
    ],
)
def test_errors_are_one_json_object_where_json_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: tuple[str, ...],
    exit_code: int,
    code: str,
) -> None:
    """Code, both messages and the next step, nothing on the standard output; for people the same exit code in words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTLOOP_LANG", "en")
    assert ended(monkeypatch, *arguments, "--json") == exit_code
    told = capfd.readouterr()
    error = json.loads(told.err)
    assert (error["code"], told.out, told.err.count("\n")) == (code, "", 1)
    assert error["message"] == error["message_en"] != error["message_zh"]
    assert error["next"]
    assert ended(monkeypatch, *arguments) == exit_code
    assert not capfd.readouterr().err.startswith("{")
