"""Reads the ledger: rows by state that add up to the people qualified, and why one person got something or did not."""

from msgspec import Struct
from msgspec.structs import replace

from liftloop.storage.contract import Row, StateReader

_PAUSED = """
WITH campaign AS (
    SELECT CAST(body AS TEXT) AS said FROM definition WHERE kind = 'campaign' AND id = ? AND status = 'live'
)
SELECT 'paused:' || json_extract(said, '$.paused') FROM campaign
WHERE coalesce(json_extract(said, '$.paused'), '') <> '' AND coalesce(json_extract(said, '$.stopped_ms'), 0) = 0
"""
_SHOWN_STATE = "coalesce(CASE WHEN ?1 <> '' AND purpose = 'marketing' AND state = 'queued' THEN 'deferred' END, state)"
_SHOWN_REASON = """
coalesce(CASE WHEN ?1 <> '' AND purpose = 'marketing' AND state IN ('queued', 'deferred') THEN ?1 END, reason)
"""
"""What waits in a paused campaign waits for that, whatever it waited for before; nothing is written for it."""
_BY_STATE = f"""
SELECT {_SHOWN_STATE} AS shown_state, {_SHOWN_REASON} AS shown_reason, count(*) FROM ledger
WHERE campaign = ?2 OR (campaign = '' AND journey = ?2)
GROUP BY shown_state, shown_reason ORDER BY count(*) DESC, shown_state, shown_reason
"""
_WITHOUT_MESSAGE = """
SELECT enrolment.state, enrolment.reason, count(*) FROM enrolment
WHERE (enrolment.campaign = ? OR (enrolment.campaign = '' AND enrolment.journey = ?))
  AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.enrolment = enrolment.id)
GROUP BY enrolment.state, enrolment.reason
"""
_QUALIFIED = """
SELECT count(*) FROM enrolment WHERE campaign = ? OR (campaign = '' AND journey = ?)
"""
_EXTRA_MESSAGES = """
SELECT count(*) - count(DISTINCT enrolment) FROM ledger WHERE campaign = ? OR (campaign = '' AND journey = ?)
"""
_PEOPLE = f"""
SELECT DISTINCT profile FROM ledger
WHERE (campaign = ?2 OR (campaign = '' AND journey = ?2)) AND {_SHOWN_STATE} = ?3 AND {_SHOWN_REASON} = ?4
ORDER BY profile LIMIT ?5 OFFSET ?6
"""
_FAMILY = """
WITH RECURSIVE family (profile) AS (
    SELECT ? UNION SELECT merge.forwarded FROM merge JOIN family ON merge.kept = family.profile
)
SELECT profile FROM family
"""
_OF_PERSON = """
SELECT message_key, campaign, journey, node, channel, content, action, purpose, state, reason, decided_ms, changed_ms
FROM ledger
WHERE enrolment IN (SELECT id FROM enrolment WHERE profile IN ({places})) {also}
ORDER BY decided_ms DESC LIMIT ?
"""


_STANDING = """
SELECT state, reason FROM enrolment
WHERE (campaign = ? OR journey = ?) AND profile IN ({places}) ORDER BY id DESC LIMIT 1
"""


class LedgerRow(Struct, frozen=True, kw_only=True):
    """People of one campaign or journey in one state for one reason."""

    state: str
    reason: str
    people: int


class LedgerSheet(Struct, frozen=True, kw_only=True):
    """Every enrolment is in exactly one row; `extra_messages` counts second and later messages of the same person."""

    qualified: int
    rows: list[LedgerRow]
    messages: int
    extra_messages: int


class LedgerMessage(Struct, frozen=True, kw_only=True):
    """One message, or deliberate silence, for one person."""

    message_key: str
    campaign: str
    journey: str
    node: str
    channel: str
    content: str
    action: str
    purpose: str
    state: str
    reason: str
    decided_ms: int
    changed_ms: int


def sheet(state: StateReader, campaign: str) -> LedgerSheet:
    """Return the ledger of a campaign, or of a journey outside any campaign, by its id."""
    of = (campaign, campaign)
    shown = state.rows(_BY_STATE, (paused(state, campaign), campaign))
    rows = [LedgerRow(state=s, reason=r, people=n) for s, r, n in shown]
    messages = sum(row.people for row in rows)
    for stands, reason, people in state.rows(_WITHOUT_MESSAGE, of):
        name, why = _without_message(stands, reason)
        rows.append(LedgerRow(state=name, reason=why, people=people))
    return LedgerSheet(
        qualified=state.rows(_QUALIFIED, of)[0][0],
        rows=rows,
        messages=messages,
        extra_messages=state.rows(_EXTRA_MESSAGES, of)[0][0] or 0,
    )


def people_in(state: StateReader, campaign: str, row: tuple[str, str], page: tuple[int, int]) -> list[int]:
    """Return the profile numbers behind one (state, reason), `page` being (limit, offset)."""
    found = state.rows(_PEOPLE, (paused(state, campaign), campaign, *row, *page))
    return [number for (number,) in found]


def paused(state: StateReader, campaign: str) -> str:
    """Return the reason under which a campaign's messages are held back now, empty where they are not."""
    found = state.rows(_PAUSED, (campaign,))
    return str(found[0][0]) if found else ""


def family(state: StateReader, profile: int) -> list[int]:
    """Return the numbers of a profile and of all that were merged into it."""
    return [number for (number,) in state.rows(_FAMILY, (profile,))]


def messages_of(state: StateReader, profile: int, *, campaign: str = "", limit: int = 200) -> list[LedgerMessage]:
    """Return a person's ledger rows, newest first, those of merged profiles included."""
    numbers = family(state, profile)
    also = "AND (campaign = ? OR journey = ?)" if campaign else ""
    query = _OF_PERSON.format(places=", ".join("?" * len(numbers)), also=also)
    parameters = (*numbers, *((campaign, campaign) if campaign else ()), limit)
    messages = [_message(row) for row in state.rows(query, parameters)]
    held = {each: paused(state, each) for each in {message.campaign for message in messages}}
    return [_as_shown(message, held[message.campaign]) for message in messages]


def standing(state: StateReader, profile: int, campaign: str) -> tuple[str, str] | None:
    """Return where a person without a message stands: (`waiting` or `left`, reason); None for one who never entered."""
    numbers = family(state, profile)
    found = state.rows(_STANDING.format(places=", ".join("?" * len(numbers))), (campaign, campaign, *numbers))
    return _without_message(*found[0]) if found else None


def _without_message(standing: str, reason: str) -> tuple[str, str]:
    if standing == "inside":
        return "waiting", reason
    return "left", reason or "no_message"


def _as_shown(message: LedgerMessage, held: str) -> LedgerMessage:
    if not held or message.purpose != "marketing" or message.state not in ("queued", "deferred"):
        return message
    return replace(message, state="deferred", reason=held)


def _message(row: Row) -> LedgerMessage:
    names = LedgerMessage.__struct_fields__
    return LedgerMessage(**dict(zip(names, row, strict=True)))
