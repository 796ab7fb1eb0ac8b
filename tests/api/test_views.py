"""What crosses the API keeps its shape: definitions come back as they were sent, and the app's types are current."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from liftloop.api.views.audience import PreviewRequest
from liftloop.api.views.plan import GoalRequest
from liftloop.api.views.values import ErrorView
from liftloop.kernel.errors import LiftloopError

ROOT = Path(__file__).parents[2]

names = st.text(min_size=1, max_size=8)
numbers = st.integers(-10_000, 10_000) | st.floats(allow_nan=False, allow_infinity=False, width=32)
values = names | st.booleans() | numbers
atoms = st.one_of(
    st.builds(lambda trait, value: {"trait": trait, "is": value}, names, values),
    st.builds(lambda trait, several: {"trait": trait, "in": several}, names, st.lists(values, max_size=3)),
    st.builds(lambda trait, low, high: {"trait": trait, "gte": low, "lte": high}, names, numbers, numbers),
    st.builds(lambda event, days: {"event": event, "within_days": days}, names, st.integers(1, 900)),
    st.builds(
        lambda event, days, times: {"event": event, "within_days": days, "count": {"gte": times}},
        names,
        st.integers(1, 900),
        st.integers(0, 99),
    ),
    st.builds(lambda trait: {"trait": trait, "exists": False, "is_not": "x"}, names),
    st.builds(
        lambda event, low, kind: {"event": event, "property": "total", kind: {"gt": low}, "where": [{"property": "a"}]},
        names,
        numbers,
        st.sampled_from(["sum", "avg", "min", "max"]),
    ),
    st.builds(lambda low, salt: {"percent": [low, 100], "salt": salt}, st.integers(0, 100), names),
    st.builds(lambda audience: {"audience": audience}, names),
)
definitions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(lambda nodes: {"all": nodes}, st.lists(inner, max_size=3)),
        st.builds(lambda nodes: {"any": nodes}, st.lists(inner, max_size=3)),
        st.builds(lambda node: {"not": node}, inner),
    ),
    max_leaves=8,
)


@given(definitions)
def test_a_definition_comes_back_as_it_was_sent(definition: dict[str, Any]) -> None:
    """Parsing and writing a definition changes nothing, so what is published is what was shown."""
    request = PreviewRequest.model_validate({"definition": definition})
    again = json.loads(request.model_dump_json(by_alias=True))["definition"]
    assert again == definition
    # Python holds true, 1 and 1.0 equal; JSON does not.
    assert json.dumps(again, sort_keys=True) == json.dumps(definition, sort_keys=True)


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"all": {}},
        {"trait": "city"},
        {"trait": "city", "equals": "上海"},
        {"event": 3},
        {"event": "Order Completed", "within_days": 0},
        {"event": "Order Completed", "within_days": 30, "count": {}},
        {"percent": [0], "salt": "x"},
        {"percent": [0, 101], "salt": "x"},
        {"all": [{"any": [{"trait": "city"}]}]},
        "上海",
        None,
    ],
)
def test_a_definition_that_says_nothing_is_refused(definition: object) -> None:
    """A half-written or unknown condition never reaches the engine."""
    with pytest.raises(ValidationError):
        PreviewRequest.model_validate({"definition": definition})


def test_a_goal_is_a_sentence() -> None:
    """An empty goal, a document, and an answer to a question that does not exist are refused."""
    for body in ({"text": ""}, {"text": "目" * 501}, {"text": "复购率 +5%", "answers": {"mood": "good"}}):
        with pytest.raises(ValidationError):
            GoalRequest.model_validate(body)


def test_errors_of_the_product_are_errors_of_the_api() -> None:
    """Whatever `LiftloopError` writes is an `ErrorView`, field for field."""
    error = LiftloopError("busy", zh="正忙", en="Busy", next_zh="等一分钟", next_en="Wait a minute")
    view = ErrorView.model_validate(error.as_json("en"))
    assert view.model_dump() == error.as_json("en")
    assert (view.message, view.next) == ("Busy", "Wait a minute")


def test_the_app_is_built_for_the_api_as_it_is() -> None:
    """`ui/openapi.json` is what the models say now; after a change run `npm run api` in ui."""
    printed = subprocess.run(
        [sys.executable, ROOT / "ui/scripts/openapi.py"], capture_output=True, text=True, check=True
    ).stdout
    assert json.loads(printed) == json.loads((ROOT / "ui/openapi.json").read_text())
