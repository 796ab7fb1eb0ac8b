"""Reads from the lake what a running campaign has done so far: its variants by batch, its log, its receipts."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.kernel.clock import SECOND_MS
from liftloop.kernel.codec import parse_object
from liftloop.measure.steering.counts import CELL_MS, Cells
from liftloop.measure.steering.guardrails import Answered
from liftloop.plan.contract import CANARY_PASSED, STEERED, UNIFORM_SHARE, Campaign
from liftloop.plan.record import Words
from liftloop.storage.contract import LakeReader

PAUSED, CONTINUED, STOPPED, LAUNCHED = "campaign.paused", "campaign.continued", "campaign.stopped", "plan.launched"
KINDS = (STEERED, PAUSED, CONTINUED, STOPPED, LAUNCHED, CANARY_PASSED)
"""What a campaign's log is made of."""

_FILE = (files("liftloop.app.steering") / "steering.sql").read_text(encoding="utf-8")
SQL: Mapping[str, str] = {
    name.strip(): statement.strip().rstrip(";")
    for name, _, statement in (part.partition("\n") for part in _FILE.split("-- name: ")[1:])
}


class Entry(Struct, frozen=True, kw_only=True):
    """One thing that was done to a campaign; `number` names it."""

    number: int
    at_ms: int
    kind: str
    actor: str
    body: Mapping[str, Any]

    @property
    def why(self) -> Words:
        said = self.body.get("why") or {}
        return Words(zh=str(said.get("zh", "")), en=str(said.get("en", "")))


class Shares(Struct, frozen=True, kw_only=True):
    """The shares of one action's variants since some instant; the first have batch 0."""

    batch: int
    since_ms: int
    shares: tuple[float, ...]
    held: bool
    matured_ms: int
    """Up to when the pieces had matured from which these shares were learned."""

    def chances(self) -> list[float]:
        return [UNIFORM_SHARE / len(self.shares) + (1 - UNIFORM_SHARE) * share for share in self.shares]


def log_of(lake: LakeReader, campaign_id: str) -> list[Entry]:
    """Return the log of a campaign, the oldest entry first."""
    rows = lake.select(SQL["log"], [campaign_id, list(KINDS)])
    return [
        Entry(number=int(number), at_ms=int(at_ms), kind=str(kind), actor=str(actor), body=parse_object(str(body)))
        for number, at_ms, kind, actor, body in zip(*(rows[name] for name in rows), strict=True)
    ]


def shares_of(entries: Sequence[Entry], campaign: Campaign, place: int) -> list[Shares]:
    """Return the shares that an action's variants had, one after another, as the tick took them in."""
    action = campaign.actions[place]
    count = len(action.variants)
    found = [Shares(batch=0, since_ms=campaign.starts_ms, shares=(1 / count,) * count, held=False, matured_ms=0)]
    for entry in entries:
        body = entry.body
        if entry.kind != STEERED or body.get("action") != action.id or body.get("batch") != found[-1].batch + 1:
            continue
        found.append(
            Shares(
                batch=int(body["batch"]),
                since_ms=entry.at_ms,
                shares=tuple(float(each) for each in body["shares"]),
                held=bool(body.get("held")),
                matured_ms=int(body.get("matured_ms") or 0),
            )
        )
    return found


def cells_of(lake: LakeReader, campaign_id: str, campaign: Campaign, place: int, history: Sequence[Shares]) -> Cells:
    """Return what an action's variants brought so far, by piece of time; held-out people are not among them."""
    action, terms = campaign.actions[place], campaign.steering
    in_money = terms.outcome == "revenue"
    maturity_ms = terms.maturity_s * SECOND_MS
    rows = lake.select(
        SQL["cells"],
        [campaign_id, action.id, list(terms.events), campaign.starts_ms, maturity_ms, CELL_MS, in_money],
    )
    keys = list(zip(rows["piece"].astype(int).tolist(), rows["batch"].astype(int).tolist(), strict=True))
    pieces = sorted(set(keys))
    row_of = {key: row for row, key in enumerate(pieces)}
    column_of = {variant.id: column for column, variant in enumerate(action.variants)}
    sums = {name: np.zeros((len(pieces), len(column_of))) for name in ("people", "total", "amount", "square")}
    for place, (key, variant) in enumerate(zip(keys, rows["variant"], strict=True)):
        if str(variant) in column_of:
            for name, part in sums.items():
                part[row_of[key], column_of[str(variant)]] += float(rows[name][place])
    chances = {each.batch: each.chances() for each in history}
    equal = history[0].chances()
    return Cells(
        began_ms=np.array([campaign.starts_ms + piece * CELL_MS for piece, _ in pieces], dtype=np.int64),
        batch=np.array([batch for _, batch in pieces], dtype=np.int64),
        people=sums["people"],
        total=sums["total"],
        chance=np.array([chances.get(batch, equal) for _, batch in pieces]).reshape(len(pieces), len(column_of)),
        amount=sums["amount"] if in_money else None,
        square=sums["square"] if in_money else None,
    )


def answered(lake: LakeReader, campaign_id: str, receipt: str, since_ms: int) -> Answered:
    """Return how many of the messages sent since an instant were answered so."""
    row = lake.select(SQL["answered"], [campaign_id, receipt, since_ms])
    return Answered(sent=int(row["sent"][0]), answers=int(row["answers"][0]))


def campaign_of(body: Mapping[str, Any]) -> Campaign:
    return msgspec.convert(body, type=Campaign, strict=False)
