"""`blast`: a campaign to everybody, from its launch to a complete ledger, into a batch channel, the loop beside it.

The channel takes a thousand messages a call and accepts each. Two hundred audiences and twenty journeys are live, and
the loop goes on at its rate for as long as asked. A ledger that does not add up to the audience fails the bench.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Sequence

from bench import shop
from bench.blasting import Blasted, blast
from bench.loop import load, measure
from bench.serving import folder, inbox, serving

SECONDS_MAX, P99_MS_MAX = 60, 500
"""What a million people may take, and the loop beside them."""
WARM_S = 2.0
LEFT_S_MAX = 30.0


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000, help="who is known, and gets the blast")
    parser.add_argument("--rate", type=int, default=5_000, help="events a second of the loop")
    parser.add_argument("--seconds", type=int, default=60, help="how long the loop goes on beside it")
    parser.add_argument("--limit", type=float, default=300.0, help="after so many seconds the blast is given up")
    parser.add_argument("--json", action="store_true", help="only the last line")
    chosen = parser.parse_args(arguments)
    done: list[Blasted] = []
    with folder() as data, inbox() as url, serving(data) as server:
        shop.define(server, url)
        load(server, chosen.people, 0, quiet=chosen.json)

        def launch() -> None:
            time.sleep(WARM_S)
            done.append(blast(server, chosen.limit))

        launching = threading.Thread(target=launch, daemon=True)
        launching.start()
        loop = measure(server, (chosen.people, chosen.people), (chosen.rate, chosen.seconds))
        launching.join(timeout=chosen.limit + LEFT_S_MAX)
    if not done:
        raise SystemExit("the blast could not be launched")
    (blasted,) = done
    result = {
        "seconds": blasted.seconds,
        "ledger_rows": blasted.ledger_rows,
        "audience": blasted.audience,
        "loop_p99_ms": loop["p99_ms"],
        "loop_p50_ms": loop["p50_ms"],
        "loop_events_per_s": loop["events_per_s"],
        "states": blasted.states,
        "durable": "ledger and outbox in the tick's commit, attempts and outcomes in the dispatcher's",
    }
    measured = {"seconds": (blasted.seconds, SECONDS_MAX), "loop_p99_ms": (loop["p99_ms"], P99_MS_MAX)}
    missed = [name for name, (value, most) in measured.items() if value is None or value > most]
    print(json.dumps(result | {"missed": missed}))
    if blasted.seconds is not None and blasted.ledger_rows != blasted.audience:
        raise SystemExit(f"recount failed: {blasted.ledger_rows} of {blasted.audience} people in the ledger")


if __name__ == "__main__":
    main(sys.argv[1:])
