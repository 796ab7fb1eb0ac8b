"""Words for an action where none were written: by rule, plain, in both languages, ready to be edited."""

from typing import Any

from msgspec import Struct

from liftloop.kernel.errors import Language
from liftloop.plan.contract import Action
from liftloop.plan.options import Words


class Draft(Struct, frozen=True, kw_only=True):
    """One content to publish: kind `content` among the definitions."""

    id: str
    subject: str
    text: str
    language: Language

    def body(self) -> dict[str, Any]:
        return {"id": self.id, "subject": self.subject, "body": self.text, "language": self.language}


class Form(Struct, frozen=True, kw_only=True):
    """A text that a provider approved and that is only filled in: its code, and the names of its blanks."""

    code: str
    blanks: tuple[str, ...]


PERSON_BLANKS = frozenset({"name", "customer", "member", "user", "nickname"})
OFFER_BLANKS = frozenset({"offer", "coupon", "gift", "benefit", "title", "activity", "product", "content"})


def filled(campaign_id: str, action: Action, label: Words, form: Form) -> tuple[Draft]:
    """Return what fills in an approved text, in Chinese as such texts are: who it is for, and what there is.

    A blank whose name says neither is left open where there are several: whoever knows the text fills it in.
    """
    lines = [f"@template: {form.code}"]
    alone = len(form.blanks) == 1
    for blank in form.blanks:
        if blank.lower() in PERSON_BLANKS:
            lines.append(f"{blank}: {{{{ customer.name | default: '会员' }}}}")
        elif alone or blank.lower() in OFFER_BLANKS:
            lines.append(f"{blank}: {label.zh}")
    identity = f"{campaign_id}.{action.id}.zh"
    return (Draft(id=identity, subject=label.zh, text="\n".join(lines), language="zh-CN"),)


def draft(campaign_id: str, action: Action, label: Words) -> tuple[Draft, Draft]:
    """Return the words of an action in Chinese and in English; they name no person, so nothing can be missing."""
    base = f"{campaign_id}.{action.id}"
    promise_zh = f"为你准备了：{label.zh}。" if action.offer else f"想告诉你：{label.zh}。"
    promise_en = f"There is something for you: {label.en}." if action.offer else f"We wanted you to know: {label.en}."
    return (
        Draft(
            id=f"{base}.zh",
            subject=label.zh,
            text=f"好久不见，{promise_zh}欢迎再来看看。不想再收到这类消息，回复告诉我们就好。",
            language="zh-CN",
        ),
        Draft(
            id=f"{base}.en",
            subject=label.en,
            text=f"It has been a while. {promise_en} Come by again. "
            "If you would rather not hear from us, just reply and say so.",
            language="en",
        ),
    )
