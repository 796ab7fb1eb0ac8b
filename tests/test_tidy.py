"""The house rules that no linter knows."""

import ast
import re
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "liftloop"
STAGES = (
    "collect identify profile audience plan journey compose deliver relate measure learn".split()  # noqa: SIM905 - reads as the flow.
)
DRAWERS = {"utils.py", "helpers.py", "common.py", "base.py", "manager.py", "misc.py"}
OPEN_ROOMS = {"contract", "reading", "metric", "record"}
"""What a stage may be entered through: its types, and pure functions that read its state for later stages."""
LINES_MAX = 500
FUNCTION_LINES_MAX = 70


def _modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def test_packages_have_their_paragraph() -> None:
    """Every package and module says what it is for."""
    silent = [path for path in _modules() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_there_are_no_drawers() -> None:
    """No file is named after being somewhere to put things."""
    assert [path for path in _modules() if path.name in DRAWERS] == []


def test_test_files_have_names_of_their_own() -> None:
    """Test files are modules without a package: of two with one name the second would not be read."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_rooms_are_not_crowded() -> None:
    """Modules and functions stay short enough to be read at night."""
    crowded = [str(path) for path in _modules() if len(path.read_text().splitlines()) > LINES_MAX]
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    crowded.append(f"{path}:{node.lineno} {node.name}: {lines} lines")
    assert crowded == []


def test_stages_are_entered_by_their_doors() -> None:
    """A stage is entered only through `contract` or `reading`, except by what puts the parts together."""
    graph = grimp.build_graph("liftloop")
    wrong: list[str] = []
    for module in graph.modules:
        own = module.split(".")[1] if "." in module else ""
        if own not in STAGES:
            continue
        for imported in graph.find_modules_directly_imported_by(module):
            parts = imported.split(".")
            if len(parts) > 2 and parts[1] in STAGES and parts[1] != own and parts[2] not in OPEN_ROOMS:
                wrong.append(f"{module} → {imported}")
    assert wrong == []


@pytest.mark.parametrize("path", sorted(SOURCE.glob("*/contract.py")), ids=lambda path: path.parent.name)
def test_contracts_hold_types_only(path: Path) -> None:
    """What a `contract.py` offers is data, protocols, enumerations and errors; functions live in `reading.py`."""
    public = [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    ]
    assert public == []


def test_lock_names_no_address() -> None:
    """Lock files carry names, versions and hashes, and no download address."""
    for lock in (ROOT / "requirements.lock", ROOT / "ui" / "package-lock.json"):
        text = lock.read_text()
        assert not re.search(r"https?://[^\s\"]*(\.whl|\.tgz|\.tar\.gz|/simple)", text), lock
