"""What is personal is hidden by its kind, and never told whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftloop.app.actors import actor_words, source_names
from liftloop.app.code_names import known_value
from liftloop.app.masking import masked, sounds_personal


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("phone", "13800138046", "138****8046"),
        ("phone", "+8613800138046", "+86138****8046"),
        ("手机号", "20000219", "2***"),
        ("email", "anna@example.test", "a***@example.test"),
        ("name", "王小明", "王**"),
        ("nickname", "欧阳娜娜", "欧***"),
        ("birthday", "2000-02-19", "****-02-19"),
        ("birthday", "2000-02-19T00:00:00Z", "****-02-19"),
        ("生日", "2000年2月19日", "****年2月19日"),
        ("birthday", "2000/2/19", "****/2/19"),
        ("birthday", "20000219", "****0219"),
        ("birthday", "2000-13-19", "200****3-19"),
        ("ip", "203.0.113.7", "203.0.*.*"),
        ("id_card", "110101199003071234", "110***********1234"),
        ("id_card", "11010119900307123X", "110***********123X"),
        ("address", "上海市徐汇区漕溪北路100号", "上海市***"),
        ("wechat", "anna_01", "a***"),
    ],
)
def test_a_value_is_hidden_by_its_kind(name: str, value: str, shown: str) -> None:
    """A day loses its year and keeps its shape; numbers lose their middle, names all but the first character."""
    assert masked(name, value) == shown


@given(
    name=st.sampled_from(["phone", "email", "name", "birthday", "address", "x"]),
    value=st.text(st.characters(exclude_characters="*")) | st.from_regex(r"[-+/.@0-9]{1,20}", fullmatch=True),
)
def test_nothing_is_shown_whole(name: str, value: str) -> None:
    """Whatever the value is, part of it is hidden."""
    shown = masked(name, value)
    assert "*" in shown
    assert not value.strip() or value.strip() not in shown


def test_sources_are_called_by_their_names() -> None:
    """A source or form by the name it was given; the terminal by what it is; what is gone by its id."""
    live = {"source": {"web": {"name": "小程序"}, "old": {}}, "form": {"spring": {"title": "春季登记"}}}
    names = source_names(live)
    said = [actor_words(actor, names).zh for actor in ("key:web", "key:form:spring", "form:spring", "key:old")]
    assert said == ["小程序", "春季登记", "春季登记", "old"]
    assert actor_words("person:cli", names).en == "the terminal"
    assert actor_words("key:write", names).zh == "自带的写入密钥"
    assert actor_words("key:write", {"write": "官网"}).zh == "官网"
    assert actor_words("", names).zh == ""


@pytest.mark.parametrize(
    ("name", "personal"),
    [
        *((name, True) for name in ("baby_birthday", "babyBirthday", "宝宝生日", "contact phone", "家人电话", "DOB")),
        *((name, False) for name in ("headphones", "emails_opened", "birthday_coupon_used", "城市", "city_tier")),
    ],
)
def test_a_name_with_a_personal_word_is_personal(name: str, personal: bool) -> None:
    """A column may be called what a shop likes: what ends in a personal word is hidden like it, what has it as a part
    of another is not.
    """
    assert sounds_personal(name) is personal


def test_usual_values_are_said_in_words() -> None:
    """A sex is told as people say it, however a system spells it; other words and attributes stay as they are."""
    told = known_value("gender", "female")
    assert told is not None
    assert (told.zh, told.en) == ("女", "female")
    assert known_value("性别", "M") == known_value("sex", "男")
    assert known_value("gender", "非二元") is None
    assert known_value("city", "female") is None
