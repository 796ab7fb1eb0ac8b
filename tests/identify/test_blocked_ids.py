"""What programs send as an id when they have none joins nobody, and is nobody's."""

from collections.abc import Sequence

import pytest
from engine import Engine, record

from liftloop.app.definitions.limits import identity_problem
from liftloop.collect.contract import PLACEHOLDERS
from liftloop.identify.contract import IdentityRules
from liftloop.storage.contract import Record


def page(number: int, user: str = "", device: str = "") -> Record:
    return record("page", f"m{number}", 1, user_id=user, anonymous_id=device)


def folded(*records: Record, blocked: Sequence[str] = ()) -> Engine:
    engine = Engine()
    if blocked:
        engine.publish("setting", "identity", {"blocked": list(blocked)})
    for each in records:
        engine.step([each])
    return engine


@pytest.mark.parametrize("text", [*sorted(PLACEHOLDERS), "NULL", "Undefined", "NaN", "[object Object]"])
def test_a_placeholder_joins_nobody(text: str) -> None:
    """Two visitors whose program says that they are user `null` stay two; and so does a device called `undefined`."""
    engine = folded(page(1, text, "a1"), page(2, text, "a2"), page(3, "u1", text), page(4, "u2", text), page(5, text))
    assert not engine.table("merge")
    people = {engine.slot(anonymous="a1"), engine.slot(anonymous="a2"), engine.slot(user="u1"), engine.slot(user="u2")}
    assert len(people) == 4
    assert engine.slot(user=text) not in people


def test_an_installation_blocks_what_its_own_programs_send() -> None:
    """A value of the setting is nobody's from then on, however it is written; other ids are as before."""
    engine = folded(page(1, "Walk-In", "a1"), page(2, "walk-in", "a2"), page(3, "u1", "a1"), blocked=["walk-in"])
    assert engine.slot(anonymous="a1") != engine.slot(anonymous="a2")
    assert engine.slot(user="u1") == engine.slot(anonymous="a1")


def test_a_tick_of_placeholders_and_people_is_settled_as_one_by_one() -> None:
    """Whether messages come in one tick or in many, a placeholder beside a device is the device's."""
    records = [page(1, "null", "a1"), page(2, "u1", "a1"), page(3, "null", "a1"), page(4, "null", "a2")]
    together, apart = Engine(), folded(*records)
    together.step(records)
    assert together.person_of == apart.person_of


def test_too_much_to_block_is_refused() -> None:
    """A setting that blocks more than a thousand values, or an empty one, is not published."""
    assert identity_problem(IdentityRules(blocked=["walk-in"])) is None
    assert identity_problem(IdentityRules(blocked=[""])) is not None
    assert identity_problem(IdentityRules(blocked=[f"v{number}" for number in range(1_001)])) is not None
