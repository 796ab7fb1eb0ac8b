"""Lets these tests import the stepped engine and the served desk."""

import sys
from pathlib import Path

for _folder in ("runtime", "api"):
    sys.path.insert(0, str(Path(__file__).parents[1] / _folder))
