"""Lets these tests import their neighbours and the example market."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "plugins" / "sources"))
sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
