"""Shows what lies in quarantine: grouped by reason and source, with samples in which nothing personal can be read."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from liftloop.app.masking import masked
from liftloop.app.quarantine.replay import every_row, raw_of, record_of
from liftloop.collect.contract import REJECTED
from liftloop.collect.personal import PERSONAL_TRAITS
from liftloop.kernel.codec import parse_object
from liftloop.storage.contract import Record, Row, StateReader, Vault

SAMPLES = 3
TEXT_MAX = 400
"""Characters of one value that are shown."""
MEMBERS_MAX = 60
"""Names and members of one object or list that are shown."""
PROBLEMS_MAX = 20

_IDENTIFIERS = frozenset({"userId", "anonymousId", "previousId", "user_id", "anonymous_id", "distinct_id"}) | frozenset(
    {"login_id", "original_id", "identities", "customer_id"}
)
"""Not personal by their name, and often a phone number or mail address all the same."""
_LIKE_MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.\w+")
_LIKE_NUMBER = re.compile(
    r"(?<!\d)(?:\+\d[\d ()-]{6,}\d|(?:86)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}-?\d{7,8}|\d{15,19}|\d{17}[Xx])(?!\d)"
)
"""Phones of the world with their plus, of China without; identity and bank cards. Instants and amounts stay."""


class Sample(Struct, frozen=True, kw_only=True):
    """One record, masked."""

    id: int
    at_ms: int
    text: str
    """JSON as it was sent, personal values masked; empty where it cannot be shown."""
    bytes: int


class Group(Struct, frozen=True, kw_only=True):
    """Records of one source that lie there for one reason."""

    reason: str
    sender: str
    records: int
    first_ms: int
    last_ms: int
    problems: tuple[tuple[str, int], ...]
    """What exactly is wrong, most frequent first."""
    events: tuple[tuple[str, int], ...]
    samples: tuple[Sample, ...]


class _Gathered:
    """What is known of one group while the rows pass by."""

    def __init__(self) -> None:
        self.records = 0
        self.first_ms = self.last_ms = 0
        self.problems: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.newest: list[Row] = []

    def add(self, row: Row, record: Record) -> None:
        self.first_ms = min(self.first_ms, row[1]) if self.records else row[1]
        self.last_ms = max(self.last_ms, row[1])
        self.records += 1
        self.newest = [*self.newest[-SAMPLES + 1 :], row]
        detail = _detail(record)
        if isinstance(detail.get("event"), str):
            self.events[detail["event"]] += 1
        elif record.kind != REJECTED:
            self.events[record.name] += 1
        self.problems.update(_problems(detail))


def groups(state: StateReader, vault: Vault) -> list[Group]:
    """Return everything in quarantine by reason and source, the largest group first."""
    found: defaultdict[tuple[str, str], _Gathered] = defaultdict(_Gathered)
    for row in every_row(state):
        record = record_of(row)
        found[row[2], record.actor].add(row, record)
    return [
        Group(
            reason=reason,
            sender=sender,
            records=each.records,
            first_ms=each.first_ms,
            last_ms=each.last_ms,
            problems=tuple(each.problems.most_common(PROBLEMS_MAX)),
            events=tuple(each.events.most_common(PROBLEMS_MAX)),
            samples=tuple(_sample(row, vault) for row in reversed(each.newest)),
        )
        for (reason, sender), each in sorted(found.items(), key=lambda one: -one[1].records)
    ]


def _detail(record: Record) -> Mapping[str, Any]:
    detail = parse_object(record.body).get("detail") if record.kind == REJECTED else None
    return detail if isinstance(detail, dict) else {}


def _problems(detail: Mapping[str, Any]) -> Iterator[str]:
    problems = detail.get("problems")
    if isinstance(problems, list):
        yield from map(str, problems)
    elif isinstance(detail.get("problem"), str):
        yield detail["problem"]


def _sample(row: Row, vault: Vault) -> Sample:
    record = record_of(row)
    raw = raw_of(record, vault) if record.kind == REJECTED else record.body
    return Sample(id=row[0], at_ms=row[1], text=_shown(raw), bytes=len(raw))


def _shown(raw: bytes) -> str:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return ""  # What cannot be read cannot be masked.
    try:
        return json.dumps(_masked(value, False), ensure_ascii=False, indent=2)
    except RecursionError:
        return ""


def _masked(value: Any, personal: bool) -> Any:
    """Return a value in which whatever is personal, by its name or by its looks, cannot be read."""
    match value:
        case dict():
            return {
                mask_text(str(name)): _masked(each, personal or name in PERSONAL_TRAITS or name in _IDENTIFIERS)
                for name, each in list(value.items())[:MEMBERS_MAX]
            }
        case list():
            return [_masked(each, personal) for each in value[:MEMBERS_MAX]]
        case bool() | None:
            return value
        case str() if not personal:
            return mask_text(value[:TEXT_MAX])
        case int() | float() if not personal:
            return value if mask_text(str(value)) == str(value) else "***"
        case _:
            return masked("", str(value)[:TEXT_MAX])


def mask_text(text: str) -> str:
    """Return a text without mail addresses and long numbers that may be somebody's.

    >>> mask_text("call 13912345678, order 42")
    'call ***, order 42'
    """
    return _LIKE_NUMBER.sub("***", _LIKE_MAIL.sub("***", text))
