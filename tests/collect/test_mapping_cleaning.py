"""Cleaning brings values into one form, and tells what it cannot read."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.collect.cleaning import (
    CleaningRules,
    apply_value_map,
    clean_email,
    clean_id,
    clean_phone,
    clean_text,
    neutralise_formula,
)

RULES = CleaningRules()
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True).filter(lambda n: f"+86{n}" not in RULES.blocked_phones)
FULL_WIDTH = str.maketrans("0123456789+", "０１２３４５６７８９＋")


@settings(deadline=None)
@given(
    mobile=MOBILES,
    prefix=st.sampled_from(["", "+86", "86", "0086", "+86 ", "0086-", "(+86)", "+86-"]),
    spaced=st.booleans(),
    wide=st.booleans(),
)
def test_a_chinese_mobile_number_is_itself_however_it_is_written(
    mobile: str, prefix: str, spaced: bool, wide: bool
) -> None:
    """Prefixes, spaces and full-width digits do not make another number of it."""
    body = f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}" if spaced else mobile
    text = (prefix + body).translate(FULL_WIDTH) if wide else prefix + body
    assert clean_phone(text, RULES).value == f"+86{mobile}"


@settings(deadline=None)
@given(region=st.sampled_from(["GB", "US", "JP", "DE", "HK", "SG"]))
def test_foreign_numbers_agree_with_the_numbering_plans(region: str) -> None:
    """Numbers of other countries come out as libphonenumber writes them."""
    example = phonenumbers.example_number(region)
    assert example is not None
    for form in (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164):
        text = phonenumbers.format_number(example, form)
        expected = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        assert clean_phone(text, RULES).value == expected
        assert clean_phone(text.replace("+", "00"), RULES).value == expected


@pytest.mark.parametrize(
    "text", ["", "abc", "1.38123E+10", "138****1234", "12345", "１３８", "+", "a" * 50, "13812345678 ext 2"]
)
def test_what_is_no_phone_number_is_unrecognised(text: str) -> None:
    """A number whose digits are lost is not made up."""
    assert clean_phone(text, RULES).problem == "unrecognised"


@pytest.mark.parametrize("text", ["13800000000", "+86 138 0000 0000", "13800138000"])
def test_placeholder_numbers_are_blocked(text: str) -> None:
    """The number that every till types is nobody's."""
    assert clean_phone(text, RULES).problem == "blocked"


def test_addresses_are_lower_case_and_placeholders_blocked() -> None:
    """Case and outer space do not make another address; `test@` is nobody's."""
    assert clean_email("  Li.Wei@Example.COM ", RULES).value == "li.wei@example.com"
    assert clean_email("ＬＩ＠例.com", RULES).value is None
    assert clean_email("mailto:a@b.cn", RULES).value == "a@b.cn"
    for address in ("test@a.cn", "TEST@b.com", "no-reply@shop.cn"):
        assert clean_email(address, RULES).problem == "blocked"
    for address in ("", "a@b", "a b@c.cn", "a@@b.cn", "@b.cn", "a@b..cn", ".a@b.cn", "a@-b.cn", f"{'a' * 260}@b.cn"):
        assert clean_email(address, RULES).problem == "unrecognised"


@settings(deadline=None)
@given(text=st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """Every rule leaves clean values alone, or the same file would import differently a second time."""
    for clean in (clean_text, clean_id):
        once = clean(text)
        assert once is None or clean(once) == once
    for rule in (clean_phone, clean_email):
        once = rule(text, RULES).value
        assert once is None or rule(once, RULES).value == once


@settings(deadline=None)
@given(text=st.text(max_size=30), start=st.sampled_from(["=", "+", "-", "@", "\t", "\r"]))
def test_no_written_cell_begins_like_a_formula(text: str, start: str) -> None:
    """What a spreadsheet would run is written as text, and comes back as it was when imported."""
    written = neutralise_formula(start + text)
    assert written[0] == "'" or float(written) is not None
    if start in "=+-@":
        assert clean_text(written) == clean_text(start + text)


def test_plain_numbers_stay_numbers() -> None:
    """A loss of 3% in a file must still be a number."""
    assert [neutralise_formula(text) for text in ("-0.03", "+5", "-1e-3")] == ["-0.03", "+5", "-1e-3"]
    assert neutralise_formula("-1+cmd|' /C calc'!A0") == "'-1+cmd|' /C calc'!A0"
    assert neutralise_formula("普通文字") == "普通文字"


def test_value_maps_ignore_case_and_space() -> None:
    """`男` and ` 男 ` are the same word."""
    assert apply_value_map(" 男 ", {"男": "male"}) == "male"
    assert apply_value_map("M", {"m": "male"}) == "male"
    assert apply_value_map("x", {"m": "male"}) == "x"
