"""Browser tests start servers as the loop tests do."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "loop"))
sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
