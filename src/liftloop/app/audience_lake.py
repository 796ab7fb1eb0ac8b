"""Asks the lake for the people of a tree; what compiles the question is loaded when it is first asked, in the desk."""

from collections.abc import Sequence
from typing import Any

from liftloop.app.audience_question import Meanings, Tree, asks_calendar, question_of
from liftloop.profile.contract import UnknownCondition
from liftloop.storage.question import Query

_AT_MOMENTS = """WITH moment AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY source, id, at_ms) - 1 AS place, profile, at_ms FROM ({moments})
),
event_now AS (
    SELECT e.* REPLACE (
        moment.place AS profile,
        CASE WHEN e.at_ms < moment.at_ms THEN e.at_ms - moment.at_ms + {now_ms} ELSE -e.at_ms END AS at_ms
    )
    FROM moment JOIN main.event_now AS e ON e.profile = moment.profile
    WHERE e.at_ms < moment.at_ms OR e.kind = 'identify'
),
trait_now AS (
    SELECT moment.place AS profile, s.name, arg_max({{'is': s.word}}, (s.at_ms, s."offset"))."is" AS word,
        arg_max({{'is': s.number}}, (s.at_ms, s."offset"))."is" AS number
    FROM trait_studied AS s LEFT JOIN canonical ON canonical.forwarded = s.profile
    JOIN moment ON moment.profile = coalesce(canonical.kept, s.profile)
    WHERE s.at_ms <= moment.at_ms GROUP BY moment.place, s.name
),
person AS (SELECT place AS profile, profile AS number, at_ms FROM moment)
{query}"""
"""Tables in place of those of now: every moment is a person of its own, whose past is moved so that it ends now.

What was said of oneself after a moment stands before everything else, the first of it last.
"""
_IN_ORDER = "SELECT * FROM ({}) ORDER BY profile"
_MOMENT_MS = 2**43
"""Where the past of every moment ends once it is moved: any instant will do, this one is in the year 2248."""


def selection(tree: Tree, meanings: Meanings, now_ms: int) -> Query:
    """Return the query for everybody who satisfies a tree at `now_ms`.

    Raises `BadAudience` and `UnknownCondition` where the tree cannot be read.
    """
    from liftloop.storage.question_sql import duckdb_query

    return duckdb_query(question_of(tree, meanings, now_ms), now_ms)


def selection_at(tree: Tree, meanings: Meanings, moments: str, given: Sequence[Any]) -> Query:
    """Return the query for the moments at which a tree held, by what had happened before each.

    `moments` is a query for (source, id, profile, at_ms) with the parameters `given`; the answer's `profile` is the
    place of a moment in the order of (source, id, at_ms), from 0. An attribute that was first said later counts as
    said before, a studied trait is unknown before its study. Raises as `selection` does, and where the tree compares
    with days of the calendar.
    """
    from liftloop.storage.question_sql import duckdb_query_of_moments

    if asks_calendar(tree, meanings):
        raise UnknownCondition(
            "过去的时刻不能按首次、末次的日期或纪念日来判断",
            "past moments cannot be asked by dates of first and last, or by anniversaries",
        )
    asked = duckdb_query_of_moments(question_of(tree, meanings, _MOMENT_MS), _MOMENT_MS, len(given))
    text = _AT_MOMENTS.format(
        moments=moments, now_ms=_MOMENT_MS, query=f"SELECT * FROM ({asked.text}) ORDER BY profile"
    )
    return Query(text, (*given, *asked.parameters))
