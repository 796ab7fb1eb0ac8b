"""What all parts of the API write alike: instants, sentences in both languages, a person in a list."""

from datetime import UTC, datetime

from liftloop.api.views.values import PersonRow, Text
from liftloop.app.people import PersonLine
from liftloop.app.words import Said


def at(milliseconds: int) -> datetime:
    """Return an instant as the API writes it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def text(said: Said) -> Text:
    return Text(zh=said.zh, en=said.en)


def person_row(line: PersonLine) -> PersonRow:
    return PersonRow(
        profile_id=line.profile,
        name=line.name,
        identifier=line.identifier,
        city=line.city,
        last_seen_at=None if line.last_seen_ms is None else at(line.last_seen_ms),
    )
