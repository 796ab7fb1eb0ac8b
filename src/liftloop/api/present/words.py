"""What all parts of the API write alike: instants, sentences in both languages, people in a list."""

from collections.abc import Sequence
from datetime import UTC, datetime

from liftloop.api.views.values import PeoplePage, PersonRow, Text
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


def people_page(total: int, lines: Sequence[PersonLine], after: int, limit: int) -> PeoplePage:
    """Return the `limit` people that come after the first `after` of `total`, with where the next page begins."""
    following = str(after + limit) if after + limit < total else None
    return PeoplePage(total=total, people=[person_row(each) for each in lines], next=following)
