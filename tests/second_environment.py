"""Asks a script in the second environment, where other libraries are, about the arrays of a test."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PYTHON = Path(__file__).resolve().parents[1] / ".venv-oracles" / "bin" / "python"


def ask(script: Path, folder: Path, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the script prints as JSON, given the path of an .npz file with the arrays; skip without it."""
    if not PYTHON.exists():
        pytest.skip(f"no other libraries at {PYTHON}; run make oracles")
    given = folder / "given.npz"
    np.savez(given, **arrays)
    ran = subprocess.run([PYTHON, "-W", "ignore", script, given], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    return json.loads(ran.stdout.splitlines()[-1])
