"""`liftloop bench`: runs from a checkout, where the benches and what they compare with are."""

import runpy
import sys
from pathlib import Path

import click

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

BENCHES = Path(__file__).parents[3] / "bench"


@click.command(
    "bench",
    short_help="性能测量 / measure",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("name")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(name: str, arguments: tuple[str, ...]) -> None:
    """运行一个测量；最后一行是 JSON。 / Run one measurement; the last line is JSON.

    \b
    例 / Examples:
      liftloop bench loop --json
      liftloop bench recover --json
      liftloop bench expiry --json
      liftloop bench journey --json
      liftloop bench mixed --json
      liftloop bench blast --json
      liftloop bench promotion --json
      liftloop bench policy --json
      liftloop bench forecast --json --plot pictures
      liftloop bench plan --json
      liftloop bench closed_loop --json
      liftloop bench clv --json
      liftloop bench goals --json
      liftloop bench identity --json
      liftloop bench memory --json
      liftloop bench audience --json --events 5000000
    """
    script = BENCHES / f"{name}.py"
    if not BENCHES.is_dir():
        raise LiftloopError(
            "no_checkout",
            zh="测量只能在源码目录里运行",
            en="benches run from a checkout only",
            next_zh="克隆源码仓库后再运行",
            next_en="clone the repository and run it there",
            exit_code=EXIT_USAGE,
        )
    if not script.is_file():
        known = ", ".join(sorted(path.stem for path in BENCHES.glob("*.py") if not path.stem.startswith("_")))
        raise LiftloopError(
            "unknown_bench",
            zh=f"没有叫 {name} 的测量",
            en=f"there is no bench called {name}",
            next_zh=f"可用：{known}",
            next_en=f"there are: {known}",
            exit_code=EXIT_USAGE,
        )
    sys.argv = [str(script), *arguments]
    sys.path.insert(0, str(BENCHES.parent))
    runpy.run_path(str(script), run_name="__main__")
