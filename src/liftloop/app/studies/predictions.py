"""Predicted audiences and learned segments: studies of behaviour whose answers become columns that the tick holds."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.app.audience_lake import selection_at
from liftloop.app.audience_question import Meanings
from liftloop.app.definitions.publishing import Definitions
from liftloop.app.facts import fact
from liftloop.app.following import Follower
from liftloop.app.studies.traits import changes_of, known_values, say_changes
from liftloop.app.tick_client import TickClient
from liftloop.app.words import Said
from liftloop.inference.boosting import predict_trees
from liftloop.inference.folds import FOLDS, assign_folds
from liftloop.inference.groups import Groups, find_groups, normal_scores
from liftloop.inference.likeness import CurvePoint, Judged, fitted, judge, midranks
from liftloop.kernel.clock import DAY_MS, HOUR_MS, Clock
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.sets import are_among
from liftloop.profile.studied import LIKENESS, STUDIED, Studied
from liftloop.profile.studies.segments import FEATURES, Segment, described, kept_ids, named
from liftloop.storage.contract import LakeReader, StorageError

HORIZON_DAYS = 30
"""Behaviour-defined groups are learned from who came into them within this time, by what was known before."""
REFRESH_HOURS = 24
LOOK_EVERY_S = 60.0
LIKENESS_STUDIED, SEGMENTS_STUDIED = "likeness.studied", "segments.studied"
SEGMENT = "segment"
_SEED = 7
_SYSTEM = "system:desk"
_SIMPLE = ("days_since_last", "orders", "spent")
_BEHAVIOUR = (files("liftloop.app.studies") / "behaviour.sql").read_text(encoding="utf-8")
_MOMENTS = """
SELECT 'known' AS source, profile AS id, profile, $1::BIGINT AS at_ms
FROM (SELECT DISTINCT profile FROM event_now WHERE at_ms < $1)
"""
_LAST = """
SELECT name, arg_max(body, "offset") AS body FROM system_record WHERE kind = $1 GROUP BY name ORDER BY name
"""

_LOGGER = logging.getLogger("liftloop.desk")
Numbers = NDArray[np.int64]


class LikenessReport(Struct, frozen=True, kw_only=True):
    """How well people like the members of an audience are found, and where their scores are."""

    at_ms: int
    audience: str
    trait: str
    """The score, from 0 to 1 by rank among those outside; 1 is most alike. None has one where it is refused."""
    verdict: str
    learned_from: str
    """`entered`: people who came in within 30 days, by what was known before; `members`: all members as they are."""
    people: int
    positives: int
    candidates: int
    area: float | None
    area_low: float | None
    simple_area: float | None
    curve: tuple[CurvePoint, ...]


class SegmentsReport(Struct, frozen=True, kw_only=True):
    """The learned segments, the largest first; none where behaviour has no groups."""

    at_ms: int
    people: int
    stability: float
    tightness: float
    segments: tuple[Segment, ...]


class Behaviour(Struct, frozen=True, kw_only=True, eq=False):
    """What everybody had done before an instant; people ascending."""

    profile: Numbers
    columns: Mapping[str, NDArray[np.float64]]

    def matrix(self, names: Sequence[str]) -> NDArray[np.float64]:
        return np.column_stack([self.columns[name] for name in names])


def behaviour_at(lake: LakeReader, at_ms: int) -> Behaviour:
    """Return the behaviour of everybody who was known before an instant, by what had happened until then."""
    rows = lake.select(_BEHAVIOUR, [at_ms])
    return Behaviour(
        profile=np.asarray(rows["profile"]).astype(np.int64),
        columns={name: np.asarray(column, dtype=np.float64) for name, column in rows.items() if name != "profile"},
    )


async def last_reports(follower: Follower, kind: str) -> dict[str, Any]:
    """Return the last reports of a kind by audience (of segments by ""), as JSON says them."""
    rows = await follower.select(_LAST, [kind])
    return {str(name): parse_json(str(body)) for name, body in zip(rows["name"], rows["body"], strict=True)}


async def segment_names(follower: Follower) -> dict[str, Said]:
    """Return what the segments of the last study are called, by code; none before the first."""
    last = (await last_reports(follower, SEGMENTS_STUDIED)).get("", {"segments": ()})
    return {each["id"]: Said(each["name_zh"], each["name_en"]) for each in last["segments"]}


class _Members(Struct, frozen=True, kw_only=True, eq=False):
    """An audience and who is inside; `asks`: whether its conditions ask for behaviour."""

    audience: str
    tree: Mapping[str, Any]
    inside: Numbers
    asks: bool


class Predictions:
    """One study at a time; what was once found useful is found anew every day."""

    def __init__(self, follower: Follower, tick: TickClient, definitions: Definitions, clock: Clock) -> None:
        self._follower = follower
        self._tick = tick
        self._definitions = definitions
        self._clock = clock
        self._alone = asyncio.Lock()
        self._due_ms = clock.now_ms() + REFRESH_HOURS * HOUR_MS

    async def likeness(self, audience: str) -> LikenessReport:
        """Study who is most like an audience's members and return how well that works; raises `NotFound`."""
        tree = self._definitions.newest("audience", audience)[1]["where"]
        async with self._alone:
            now_ms = self._clock.now_ms()
            await self._follower.catch_up()
            answer = await self._tick.ask("members", id=audience)
            inside = np.sort(np.frombuffer(answer["profiles"], dtype=np.int64))
            asks = _asks_behaviour(tree, self._meanings())
            members = _Members(audience=audience, tree=tree, inside=inside, asks=asks)
            report, scores, known = await self._follower.study(lambda lake: self._likeness(lake, members, now_ms))
            await self._say([scores], known, now_ms)
            await self._keep(LIKENESS_STUDIED, audience, report, now_ms)
        await self._follower.catch_up()
        return report

    async def segments(self) -> SegmentsReport:
        """Find the groups that behaviour falls into, put everybody to theirs, and return what they are."""
        async with self._alone:
            now_ms = self._clock.now_ms()
            await self._follower.catch_up()
            behaviour, known = await self._follower.study(
                lambda lake: (behaviour_at(lake, now_ms), known_values(lake, [SEGMENT]))
            )
            before = dict(zip(known[SEGMENT]["profile"].astype(int).tolist(), known[SEGMENT]["word"], strict=True))
            report, studied = await asyncio.to_thread(segments_of, behaviour, before, now_ms)
            await self._say([studied], known, now_ms)
            await self._keep(SEGMENTS_STUDIED, "", report, now_ms)
        await self._follower.catch_up()
        return report

    async def last(self, kind: str) -> dict[str, Any]:
        """Return the last reports of a kind by audience (of segments by ""), as JSON says them."""
        return await last_reports(self._follower, kind)

    async def run_if_due(self) -> None:
        """Study anew what is in use once a day; what hinders it is logged, and tried the next day."""
        if self._clock.now_ms() < self._due_ms or self._alone.locked():
            return
        self._due_ms = self._clock.now_ms() + REFRESH_HOURS * HOUR_MS
        try:
            await self._refresh()
        except (StorageError, LiftloopError) as error:
            _LOGGER.warning("predictions have to wait: %s", error)

    async def run_daily(self) -> None:
        """Run until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.run_if_due()

    async def _refresh(self) -> None:
        if await self.last(SEGMENTS_STUDIED):
            await self.segments()
        live = self._definitions.live("audience")
        for audience, report in (await self.last(LIKENESS_STUDIED)).items():
            if audience in live and report["verdict"] == "usable":
                await self.likeness(audience)

    def _meanings(self) -> Meanings:
        audiences = {each: body["where"] for each, body in self._definitions.conditioned().items()}
        return Meanings(traits=self._definitions.live("trait"), audiences=audiences)

    def _likeness(
        self, lake: LakeReader, members: _Members, now_ms: int
    ) -> tuple[LikenessReport, Studied, dict[str, Mapping[str, Any]]]:
        """Learn from the past, judge on people held out, and score everybody outside as they are now.

        With it comes what is known of the scores.
        """
        audience, inside, asks = members.audience, members.inside, members.asks
        at_ms = now_ms - HORIZON_DAYS * DAY_MS if asks else now_ms
        past = behaviour_at(lake, at_ms)
        rows = np.ones(len(past.profile), dtype=np.bool_)
        if asks:
            asked = selection_at(members.tree, self._meanings(), _MOMENTS, [at_ms])
            rows[np.asarray(lake.select(asked.text, asked.parameters)["profile"]).astype(np.int64)] = False
        names = sorted(past.columns)
        features = past.matrix(names)[rows].astype(np.float32)
        label = are_among(past.profile[rows], inside)
        fold = assign_folds([str(each) for each in past.profile[rows].tolist()], count=FOLDS, salt=audience)
        judged = judge(features, past.matrix(_SIMPLE)[rows], label, fold)
        now = past if at_ms == now_ms else behaviour_at(lake, now_ms)
        outside = ~are_among(now.profile, inside)
        trait = LIKENESS + audience
        scores = Studied(trait=trait, profile=now.profile[:0], value=np.zeros(0))
        if judged.verdict == "usable" and outside.any():
            alike = predict_trees(fitted(features, label), now.matrix(names)[outside].astype(np.float32))
            scores = Studied(trait=trait, profile=now.profile[outside], value=midranks(alike) / len(alike))
        report = _report(audience, judged, now_ms, candidates=int(outside.sum()), asks=asks)
        return report, scores, known_values(lake, [report.trait])

    async def _say(self, found: Sequence[Studied], known: Mapping[str, Mapping[str, Any]], now_ms: int) -> None:
        changes = await asyncio.to_thread(changes_of, found, known)
        await say_changes(self._tick, changes, now_ms)

    async def _keep(self, kind: str, name: str, report: Struct, now_ms: int) -> None:
        await self._tick.facts([fact(kind, name, canonical_json(report), _SYSTEM, now_ms)])


def segments_of(behaviour: Behaviour, before: Mapping[int, str], now_ms: int) -> tuple[SegmentsReport, Studied]:
    """Return the segments of behaviour and everybody's; `before` holds the earlier segment of people who had one."""
    names = list(FEATURES)
    matrix = behaviour.matrix(names)
    away = names.index("days_since_last")
    matrix[:, away] = np.where(np.isnan(matrix[:, away]), np.inf, matrix[:, away])  # Never is longer than any time.
    groups = find_groups(matrix, np.random.default_rng(_SEED))
    earlier = np.array([before.get(each) or "" for each in behaviour.profile.tolist()], dtype=object)
    ids = kept_ids(groups.group, groups.count, earlier)
    report = SegmentsReport(
        at_ms=now_ms,
        people=len(behaviour.profile),
        stability=groups.stability,
        tightness=groups.tightness,
        segments=tuple(_segments(behaviour, matrix, groups, ids)),
    )
    profile = behaviour.profile if groups.count else behaviour.profile[:0]
    value = groups.group[: len(profile)].astype(np.int32)
    return report, Studied(trait=SEGMENT, profile=profile, value=value, words=tuple(ids))


def _segments(behaviour: Behaviour, matrix: NDArray[np.float64], groups: Groups, ids: Sequence[str]) -> list[Segment]:
    if not groups.count:
        return []
    columns = {name: behaviour.columns[name] for name in FEATURES}
    scores = dict(zip(FEATURES, normal_scores(matrix).T, strict=True))
    found: list[Segment] = []
    for number, identity in enumerate(ids):
        inside = groups.group == number
        differences = described(columns, scores, inside)
        zh, en = named(differences)
        found.append(
            Segment(id=identity, name_zh=zh, name_en=en, people=int(inside.sum()), differences=tuple(differences[:4]))
        )
    return found


def _report(audience: str, judged: Judged, now_ms: int, *, candidates: int, asks: bool) -> LikenessReport:
    compared = judged.compared
    return LikenessReport(
        at_ms=now_ms,
        audience=audience,
        trait=LIKENESS + audience,
        verdict=judged.verdict,
        learned_from="entered" if asks else "members",
        people=judged.people,
        positives=judged.positives,
        candidates=candidates,
        area=None if compared is None else compared.area,
        area_low=None if compared is None else compared.area_low,
        simple_area=None if compared is None else compared.simple_area,
        curve=judged.curve,
    )


def _asks_behaviour(node: Any, meanings: Meanings) -> bool:
    """Return whether a tree asks what people did: then what they did must not tell who is in."""
    if isinstance(node, list | tuple):
        return any(_asks_behaviour(part, meanings) for part in node)
    if not isinstance(node, Mapping):
        return False
    if "event" in node or "sequence" in node:
        return True
    trait = str(node.get("trait", ""))
    if trait in STUDIED or trait in meanings.traits:
        return True
    other = meanings.audiences.get(str(node.get("audience", "")))
    return _asks_behaviour(other, meanings) or any(_asks_behaviour(part, meanings) for part in node.values())
