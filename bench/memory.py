"""`memory`: what the processes hold with so many people known, under the definitions of `loop`.

Everybody is identified and did `history` things in the last ninety days; then the server rests until all is folded and
in the lake. Resident memory is read once; it does not depend on how busy the machine is.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence

from bench import shop
from bench.loop import load
from bench.serving import Server, folder, inbox, serving

AT_MOST_GB = {1_000_000: 4.0, 5_000_000: 16.0}
"""DESIGN: what so many people may take, of all processes together."""
REST_S = 600.0


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[100_000, 1_000_000, 5_000_000])
    parser.add_argument("--history", type=int, default=3, help="past events a person")
    parser.add_argument("--json", action="store_true", help="only the last line")
    chosen = parser.parse_args(arguments)
    sizes = [_held(people, chosen.history, quiet=chosen.json) for people in chosen.people]
    missed = [size["people"] for size in sizes if size["all_gb"] > AT_MOST_GB.get(int(size["people"]), float("inf"))]
    print(json.dumps({"history": chosen.history, "sizes": sizes, "missed": missed}))


def _held(people: int, history: int, *, quiet: bool) -> dict[str, float]:
    """Return the resident memory of each process in GB, and the tick's growth in bytes a person."""
    with folder() as data, inbox() as url, serving(data) as server:
        shop.define(server, url)
        empty = server.tick().memory_info().rss
        load(server, people, history, quiet=quiet)
        _rest(server)
        held = {name: process.memory_info().rss for name, process in server.processes().items()}
    found = {f"{name}_gb": round(rss / 2**30, 3) for name, rss in held.items()}
    size = {
        "people": people,
        **found,
        "all_gb": round(sum(held.values()) / 2**30, 3),
        "tick_bytes_a_person": round((held["tick"] - empty) / people),
    }
    if not quiet:
        print(f"  {size}", file=sys.stderr)
    return size


def _rest(server: Server) -> None:
    """Wait until the lake has all and nobody computes any more."""
    deadline, before = time.time() + REST_S, -1.0
    while time.time() < deadline:
        spent = sum(server.cpu_s().values())
        if spent - before < 0.5:
            return
        before = spent
        time.sleep(5.0)


if __name__ == "__main__":
    main(sys.argv[1:])
