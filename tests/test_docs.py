"""The pages keep their word: links lead somewhere, both languages are there, commands exist, codes are told."""

import doctest
import importlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import metadata
from pathlib import Path

import click
import pytest

from liftloop.cli.main import liftloop

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BILINGUAL = ("start", "how-to", "reference", "explanation")
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
RUNNABLE = [page for page in PAGES if "```sh test" in page.read_text() and ".zh-CN" not in page.name]
FOREIGN = re.compile(r"(?<![\w}])/(?:work|root|home|Users)/|\bTODO\b|\bFIXME\b")
SOURCE_FILES = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|sql|sh|toml|lock|md|yml))`")
FOLDERS = re.compile(r"`((?:src|tests|docs|scripts|bench|examples|ui)/[\w./-]+)`")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```(\w*)( test)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
SOURCES = ROOT / "src"
SHOWING = [path for path in sorted(SOURCES.rglob("*.py")) if ">>> " in path.read_text(encoding="utf-8")]
START_SECONDS_MAX = 180
PROMISED = {
    "docs/start/first-hour.md": ('"state":"sent"', "no_consent:sms:marketing", '"messages":1'),
    "docs/how-to/connect-your-sources.md": (
        "ORDER BY n",
        '"rows": 1',
        "against_plan",
        '"taken":1',
        "web-shop 3 0",
        "erp 1 0",
    ),
    "docs/how-to/tell-customers-apart.md": ("two people again", "till-7 is nobody's", "merged by suggestion"),
    "docs/how-to/drive-from-outside.md": ('"qualified":', '"forged": 0', '"steps": ['),
}
"""What a page says that its examples show."""


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return FENCED.sub("", page.read_text())


def _slug(heading: str) -> str:
    kept = "".join(letter for letter in heading.lower().strip() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a page of ours, and to a heading in it, finds it."""
    for target in LINK.findall(_prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        aimed = (page.parent / path).resolve() if path else page
        assert aimed.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", aimed.read_text(), re.MULTILINE)
            assert anchor in {_slug(heading) for heading in headings}, target


def test_both_languages_are_there() -> None:
    """Chinese and English are equals: no page without its sister, with as many headings and examples."""
    english = [ROOT / "README.md", DOCS / "README.md"]
    english += [p for folder in BILINGUAL for p in (DOCS / folder).glob("*.md") if not p.name.endswith(".zh-CN.md")]
    for page in english:
        sister = page.with_name(page.name.replace(".md", ".zh-CN.md"))
        assert sister.exists(), sister
        for mark in (r"^#+ ", r"^```", r"^\| "):
            here, there = (len(re.findall(mark, each.read_text(), re.MULTILINE)) for each in (page, sister))
            assert here == there, (sister, mark)
        run_here, run_there = ([each[2] for each in FENCED.findall(p.read_text()) if each[1]] for p in (page, sister))
        assert run_here == run_there, sister
    alone = [p for p in DOCS.rglob("*.zh-CN.md") if not p.with_name(p.name.replace(".zh-CN.md", ".md")).exists()]
    assert alone == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_that_pages_name_exist(page: Path) -> None:
    """A file or folder of the project that a page names is there."""
    places = (ROOT, ROOT / "src" / "liftloop", DOCS)
    for named in SOURCE_FILES.findall(_prose(page)):
        plain = "/" not in named and not (ROOT / named).exists()
        if plain:  # `contract.py`: a kind of file, of which there must be one at least.
            assert any(ROOT.glob(f"src/liftloop/*/{named}")), named
        else:
            assert any((place / named).exists() for place in places), named
    for named in FOLDERS.findall(_prose(page)):
        assert (ROOT / named).exists(), named


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_pages_are_about_the_product(page: Path) -> None:
    """No path of one machine, no note to oneself; one sentence a line, so that changes can be read."""
    assert not FOREIGN.search(page.read_text())
    for line in _prose(page).splitlines():
        if not line.startswith(("|", "#", "<!--")):
            spoken = re.sub(r"`[^`]*`|\([^)]*\)|^\d+\.", "", line)
            assert not re.search(r"[a-z0-9)”][.?!] +[A-Z]|。(?=[^）」”])", spoken), line


def test_generated_pages_are_up_to_date() -> None:
    """Errors and commands in the reference are those of the code."""
    said = subprocess.run(
        [sys.executable, ROOT / "scripts" / "reference.py", "--check"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize("name", ["errors.md", "errors.zh-CN.md"])
def test_every_error_code_is_told(name: str) -> None:
    """Every code that the source gives to an error stands in the reference; the scan here is not the generator's."""
    told = set(re.findall(r"^\| `(\w+)`", (DOCS / "reference" / name).read_text(), re.MULTILINE))
    raised: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        raised |= set(re.findall(r"(?:LiftloopError|super\(\)\.__init__)\(\s*\"([a-z_]+)\",\s*zh=", path.read_text()))
    assert raised
    assert raised <= told


@pytest.mark.parametrize("name", ["environment.md", "environment.zh-CN.md"])
def test_every_variable_is_told(name: str) -> None:
    """The variables that the program reads are those that the reference names."""
    told = set(re.findall(r"^\| `(LIFTLOOP_\w+)`", (DOCS / "reference" / name).read_text(), re.MULTILINE))
    read = {"LIFTLOOP_TEST_DATA", "LIFTLOOP_TEST_MYSQL", "LIFTLOOP_TEST_POSTGRES"}
    for path in (ROOT / "src").rglob("*.py"):
        read |= set(re.findall(r"\bLIFTLOOP_[A-Z_]*[A-Z]\b", path.read_text()))
    assert told == read


def test_every_dependency_has_its_reason() -> None:
    """Each core dependency has a line in decision 0001, under the licence that the installed package states."""
    text = (DOCS / "decisions" / "0001-core-dependencies.md").read_text()
    lines = {row[0]: row[2] for row in (_cells(line) for line in text.splitlines() if line.startswith("| "))}
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = tomllib.load(file)["project"]["dependencies"]
    names = {re.split(r"[><=;\s]", each)[0] for each in wanted}
    assert names == set(lines) - {"package", "---"}
    for name in names:
        assert lines[name] in _licences(name), (name, _licences(name))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _licences(package: str) -> str:
    """Return all that a package's metadata says of its licence, long texts by their classifiers."""
    about = metadata(package)
    classifiers = [each for each in about.get_all("Classifier") or [] if each.startswith("License")]
    said = [about.get("License-Expression") or "", (about.get("License") or "")[:40], *classifiers]
    return " ".join(said).replace("BSD License", "BSD-3-Clause")


def _commands(page: Path) -> Iterator[list[str]]:
    for language, _, block in FENCED.findall(page.read_text()):
        if language == "sh":
            for line in block.replace("\\\n", " ").splitlines():
                words = line.split("#")[0].split()
                if "liftloop" in words:
                    after = words[words.index("liftloop") + 1 :]
                    stop = next((at for at, word in enumerate(after) if word in {">", "&", "|"}), len(after))
                    yield after[:stop]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_commands_on_pages_exist(page: Path) -> None:
    """Every `liftloop` command in an example exists, with the options that it is given."""
    for words in _commands(page):
        command: click.Command = liftloop
        while isinstance(command, click.Group):
            words = _without_options(command, words)
            if not words:
                break
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, words
            command = found
        _without_options(command, words)


def _without_options(command: click.Command, words: list[str]) -> list[str]:
    """Return what is left after the options in front of it, those of a last command wherever they stand."""
    options = {name: each for each in command.params if isinstance(each, click.Option) for name in each.opts}
    left: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word.startswith("-"):
            name, equals, _ = word.partition("=")
            assert name in options or name == "--help", (command.name, name)
            if name in options and not options[name].is_flag and not equals:
                waiting.pop(0)
        elif isinstance(command, click.Group):
            return [word, *waiting]
        else:
            left.append(word)
    return left


@pytest.mark.parametrize(
    "page",
    [page if page.parent.name == "start" else pytest.param(page, marks=pytest.mark.long) for page in RUNNABLE],
    ids=_name,
)
def test_examples_run(page: Path, tmp_path: Path) -> None:
    """The blocks marked `sh test` run one after the other in an empty folder, on ports that are free."""
    blocks = [block for language, test, block in FENCED.findall(page.read_text()) if language == "sh" and test]
    port = _free_port()
    script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n" + "\n".join(blocks)
    script = script.replace("8080", str(port)).replace("8081", str(port + 1))
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LIFTLOOP_")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LIFTLOOP_PORT": str(port),
        "OMP_NUM_THREADS": "1",
    }
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=START_SECONDS_MAX,
        check=False,
    )
    assert ran.returncode == 0, f"{script}\n{ran.stdout}\n{ran.stderr}"
    assert [words for words in PROMISED[_name(page)] if words not in ran.stdout] == [], ran.stdout


def _free_port() -> int:
    """Return a port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def test_docstrings_show_what_happens() -> None:
    """Every example in a docstring gives what it says."""
    assert SHOWING
    for path in SHOWING:
        module = importlib.import_module(".".join(path.relative_to(SOURCES).with_suffix("").parts))
        assert doctest.testmod(module).failed == 0, path
