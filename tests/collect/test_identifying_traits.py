"""Traits that tell who somebody is become identifiers, and are sealed."""

import pytest

from liftloop.collect.messages import Inlet, read
from liftloop.kernel.codec import canonical_json

INLET = Inlet(type="identify", received_ms=1_795_233_600_000, actor="key:test")


@pytest.mark.parametrize(
    ("trait", "value", "kind", "cleaned"),
    [
        ("phone", "138 1234 5678", "phone", "+8613812345678"),
        ("邮箱", "Lin@Example.test", "email", "lin@example.test"),
        ("unionId", " oABC ", "unionid", "oABC"),
        ("openid", "o1", "openid", "o1"),
        ("external_userid", "wm1", "wecom_id", "wm1"),
        ("会员卡号", 8801, "card", "8801"),
    ],
)
def test_identifying_traits(trait: str, value: str | int, kind: str, cleaned: str) -> None:
    """Each is cleaned to one form, named by its kind, and kept out of what is written in the clear."""
    (draft,) = read(canonical_json({"userId": "u", "traits": {trait: value, "city": "上海"}}), INLET)
    assert draft.identifiers == ((kind, cleaned),)
    assert draft.personal == {f"traits.{trait}": value}
    assert draft.record.body == canonical_json({"city": "上海"})


@pytest.mark.parametrize(
    ("trait", "value"), [("phone", "13800000000"), ("email", "test@a.test"), ("openid", "x" * 257)]
)
def test_what_everybody_types_identifies_nobody(trait: str, value: str) -> None:
    """Placeholders and texts too long for an identifier are sealed and join nobody."""
    (draft,) = read(canonical_json({"userId": "u", "traits": {trait: value}}), INLET)
    assert draft.identifiers == ()
    assert draft.personal
