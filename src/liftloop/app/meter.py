"""What the tick counts of its own work, in Prometheus' text format. No personal data: numbers only."""

import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from liftloop.journey import enrolments
from liftloop.runtime import people
from liftloop.runtime.contract import Frame
from liftloop.runtime.fold import Fold

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper ends of the classes of a histogram: a tick of 10,000 records takes about 0.1 s, a blast a few seconds."""

WARNINGS_MAX = 1_000
"""Events and problems that are counted apart."""
OTHERS = ("", "others")

Labels = Mapping[str, str]


class Histogram:
    """Counts durations by class; one thread observes, any may read."""

    def __init__(self) -> None:
        self._counts = [0] * (len(SECONDS) + 1)
        self._sum_s = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect.bisect_left(SECONDS, seconds)] += 1
        self._sum_s += seconds

    def lines(self, name: str, said: str) -> list[str]:
        total = 0
        lines = [f"# HELP {name} {said}", f"# TYPE {name} histogram"]
        for bound, count in zip([*map(str, SECONDS), "+Inf"], self._counts, strict=True):
            total += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
        return [*lines, f"{name}_sum {self._sum_s:.6f}", f"{name}_count {total}"]


class Meter:
    """The tick's counters since its start, and what its last look at the fold said."""

    def __init__(self) -> None:
        self.tick_s = Histogram()
        self.commit_s = Histogram()
        self.counts = dict.fromkeys(("received", "folded", "rejected", "duplicate", "refused", "unmatched"), 0)
        self.warnings: Counter[tuple[str, str]] = Counter()
        """What the tracking plan had against events that were taken, by event and problem."""
        self.gauges: dict[str, float] = {}
        self.disk_full = False
        self._lag_s = 0.0

    def warn(self, warned: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Count what the tracking plan has against events; names come from senders, so there may not be many."""
        for event, problems in warned:
            for problem in problems:
                key = (event, problem)
                self.warnings[key if key in self.warnings or len(self.warnings) < WARNINGS_MAX else OTHERS] += 1

    def folded(self, frame: Frame, now_ms: int) -> None:
        """Count what one tick made of its records."""
        records = frame["record"].count if "record" in frame else 0
        self._lag_s = max(0, now_ms - int(frame["record"]["received_ms"][0])) / 1000 if records else 0.0
        taken = sum(frame[kind].count for kind in ("event", "system") if kind in frame)
        rejected = int(frame["record"]["kind"].are("message.rejected").sum()) if records else 0
        self.counts["folded"] += taken
        self.counts["rejected"] += rejected
        self.counts["duplicate"] += max(0, records - taken - rejected)

    def look(self, fold: Fold, now_ms: int) -> None:
        """Note how the fold stands; called between two ticks."""
        due = fold.next_due_ms()
        count = enrolments.count(fold.state)
        self.gauges = {
            "liftloop_people": people.count(fold.state),
            "liftloop_audiences": len(fold.catalog.live("audience")),
            "liftloop_journeys": len(fold.catalog.live("journey")),
            "liftloop_journeys_due": int(np.count_nonzero(fold.state[enrolments.DUE] <= now_ms)) if count else 0,
            "liftloop_due_lag_seconds": max(0, now_ms - due) / 1000,
            "liftloop_folded_records": fold.offset,
            "liftloop_state_memory_bytes": fold.arrays.memory_bytes(),
        }

    def text(self, backlog: Mapping[str, float]) -> str:
        """Return everything; `backlog` is what only the moment of asking knows."""
        lines = self.tick_s.lines("liftloop_tick_duration_seconds", "Time to fold and commit one tick.")
        lines += self.commit_s.lines("liftloop_commit_duration_seconds", "Time of one commit of the state.")
        lines += family("liftloop_events_total", "counter", [({"result": k}, v) for k, v in self.counts.items()])
        warned = [({"event": event, "problem": problem}, n) for (event, problem), n in self.warnings.items()]
        lines += family("liftloop_plan_warnings_total", "counter", warned)
        for name, value in {
            **self.gauges,
            **backlog,
            "liftloop_fold_lag_seconds": self._lag_s,
            "liftloop_disk_full": float(self.disk_full),
        }.items():
            lines += family(name, "gauge", [({}, value)])
        return "\n".join(lines) + "\n"


def family(name: str, kind: str, samples: Iterable[tuple[Labels, float]]) -> list[str]:
    """Return one metric with its samples as lines of text."""
    return [f"# TYPE {name} {kind}", *(f"{name}{_labels(labels)} {value:.15g}" for labels, value in samples)]


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    escaped: Sequence[str] = [
        '{}="{}"'.format(name, value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n"))
        for name, value in labels.items()
    ]
    return "{" + ",".join(escaped) + "}"
