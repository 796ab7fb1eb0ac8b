"""As how many messages an SMS is billed, before and after it has its person's words."""

import pytest

from liftloop.compose.contract import Carrier, Content, Translation
from liftloop.compose.law.writing import Writing
from liftloop.compose.reading import parts_reserved
from liftloop.compose.sms_parts import VALUE_CHARACTERS, parts_taken


def mainland(template: str) -> Carrier:
    return Carrier(id="sms", kind="aliyun_sms", medium="sms", sign="店", template="T", templates={"T": template})


ELSEWHERE = Carrier(id="gateway", kind="webhook", medium="sms")


@pytest.mark.parametrize(
    ("before", "parts"), [(70 - 3 - VALUE_CHARACTERS, 1), (71 - 3 - VALUE_CHARACTERS, 2), (134 - 3, 3)]
)
def test_money_is_set_aside_for_the_signature_and_usual_values(before: int, parts: int) -> None:
    content = Content(id="c", body="name: {{ customer.name }}")
    assert parts_reserved(content, mainland("字" * before + "${name}"), "service") == parts


def test_a_message_takes_what_its_own_values_make_of_it() -> None:
    carrier = mainland("字" * 60 + "${name}")
    taken = {
        name: parts_taken(
            Writing(subject="", preheader="", body=f"name: {name}", carrier=carrier, purpose="service", rendered=True)
        )
        for name in ("王美", "亚历山大·谢尔盖耶维奇")
    }
    assert list(taken.values()) == [1, 2]


def test_the_longest_language_counts_and_elsewhere_phones_count_as_gsm() -> None:
    english = Content(id="c", body="a" * 160, language="en")
    chinese = Content(
        id="c", body="a" * 160, language="en", translations={"zh-CN": Translation(subject="", body="字" * 135)}
    )
    assert parts_reserved(english, ELSEWHERE, "service") == 1
    assert parts_reserved(chinese, ELSEWHERE, "service") == 3


def test_a_text_that_only_the_provider_knows_is_one_part() -> None:
    carrier = Carrier(id="sms", kind="tencent_sms", medium="sms", template="1")
    assert parts_reserved(Content(id="c", body="1: {{ customer.name }}"), carrier, "service") == 1


@pytest.mark.parametrize("link", ["{{ forms.survey }}", "https://a.cn/b"])
def test_a_link_is_taken_for_a_whole_address(link: str) -> None:
    """A person's own link, or one that becomes a tracked one, is longer than a name."""
    assert parts_reserved(Content(id="c", body="字" * 10 + link), ELSEWHERE, "marketing") == 1
    assert parts_reserved(Content(id="c", body="字" * 11 + link), ELSEWHERE, "marketing") == 2
