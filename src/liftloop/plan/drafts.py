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
