"""Lets these tests import the plain audiences, which are their oracle too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "audience"))
