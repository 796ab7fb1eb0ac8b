"""To whom reviews are sent when a campaign ends; kind `setting`, id `review` among the definitions."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.plan.record import Words

RECIPIENTS_MAX = 20  # A review is for those who decide; more read it on its page.


class Recipient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One receiver: a channel of this installation and, for e-mail, the address."""

    channel: str
    address: str = ""


class ReviewSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gets the review of every campaign, in which language and as which files."""

    recipients: Sequence[Recipient] = ()
    language: Literal["zh-CN", "en"] = "zh-CN"
    files: Sequence[Literal["pdf", "pptx"]] = ("pdf",)


def review_problem(settings: ReviewSettings, channels: Mapping[str, Mapping[str, Any]]) -> Words | None:
    """Return the first thing wrong with the settings, None where nothing is; `channels` are the live definitions."""
    if len(settings.recipients) > RECIPIENTS_MAX:
        return Words(zh=f"最多 {RECIPIENTS_MAX} 个收件人", en=f"at most {RECIPIENTS_MAX} recipients")
    for each in settings.recipients:
        channel = channels.get(each.channel)
        if channel is None:
            return Words(zh=f"没有渠道 {each.channel}", en=f"there is no channel {each.channel}")
        if channel.get("kind") == "smtp" and "@" not in each.address:
            return Words(zh=f"渠道 {each.channel} 要一个邮箱地址", en=f"channel {each.channel} needs an e-mail address")
    return None
