"""Lives stories in which processes die, answers are lost and callbacks are doubled and forged; prints what held.

    python tests/simulation/report.py --first 1000 --seeds 40

Each seed is one story, lived in peace and with deaths. The last line is JSON: seeds, faults by kind, violations.
It ends with 1 where a promise was broken.
"""

import argparse
import json
import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "audience")]

from living import Life  # noqa: E402  the folder of the tests comes first
from promises import ALL, everybody_is_where_they_belong, known_of_people, look_for_consent  # noqa: E402
from rumours import tell  # noqa: E402
from story import story_of  # noqa: E402

FAULTS = {
    "lost": "answer lost after taking",
    "lost_before": "answer lost before taking",
    "missing": "half an answer",
    "raise": "channel broke",
    "later": "outage: nothing taken",
    "retry": "asked to come again",
    "throttled": "throttled",
    "rejected": "refused",
    "invalid_recipient": "bad address",
    "opted_out": "opted out at the provider",
}


def lived(seed: int, acts: int, folder: Path, *, deaths: bool) -> tuple[object, Counter[str], Counter[str]]:
    """Live one story to its end; return what is known of everybody, the faults met and the ledger by state.

    Raises `AssertionError` where a promise is broken.
    """
    folder.mkdir(parents=True)
    life = Life(story_of(seed, acts), folder, deaths=deaths)
    known: dict[str, object] = {}

    def look(life: Life) -> None:
        everybody_is_where_they_belong(life)
        known.update(known_of_people(life))

    life.at_its_end = look
    for provider in life.providers.values():
        provider.before_taking = lambda messages: look_for_consent(life, messages)
    try:
        life.live()
        for promise in ALL:
            promise(life)
        faults = Counter(f"death at {point}" for point in life.deaths.died)
        for provider in life.providers.values():
            faults.update({FAULTS[step]: count for step, count in provider.faults.items()})
        states = Counter(dict(life.shop.state.rows("SELECT state, count(*) FROM ledger GROUP BY 1")))
        return known, faults + tell(life), states
    finally:
        life.shop.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--acts", type=int, default=60)
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)  # A channel that breaks is one of the faults.
    faults, states, violations = Counter[str](), Counter[str](), list[str]()
    for seed in range(chosen.first, chosen.first + chosen.seeds):
        with tempfile.TemporaryDirectory() as folder:
            try:
                calm, met_in_peace, _ = lived(seed, chosen.acts, Path(folder) / "in-peace", deaths=False)
                known, met, left = lived(seed, chosen.acts, Path(folder) / "dying", deaths=True)
                assert known == calm, "deaths change nothing of what is known"
                faults.update(met_in_peace + met)
                states.update(left)
            except AssertionError as broken:
                violations.append(f"seed {seed}: {broken}")
                print(f"seed {seed}: {broken}", file=sys.stderr)
    deaths = {fault: count for fault, count in faults.items() if fault.startswith("death at ")}
    others = {fault: count for fault, count in faults.most_common() if fault not in deaths}
    print(f"{chosen.seeds} seeds from {chosen.first}, {chosen.acts} acts each, lived twice")
    for fault, count in {"deaths": sum(deaths.values()), **others}.items():
        print(f"{count:>10,}  {fault}")
    print(f"{len(violations):>10,}  violations")
    said = {
        "seeds": chosen.seeds,
        "first": chosen.first,
        "acts": chosen.acts,
        "faults": {"deaths": sum(deaths.values()), "points died at": len(deaths), **others},
        "ledger": dict(states),
        "violations": len(violations),
    }
    print(json.dumps(said, ensure_ascii=False))
    sys.exit(bool(violations))


if __name__ == "__main__":
    main()
