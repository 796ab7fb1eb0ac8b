"""Setting `model`: which language model is asked, where, and how long an answer may take."""

from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from liftloop.plan.options import Words

SETTING = "model"
ANTHROPIC_URL = "https://api.anthropic.com"
TIMEOUT_S_MAX = 120


class ModelSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A language model; everything works without one."""

    provider: Literal["openai", "anthropic"] = "openai"
    """How it is spoken to: as OpenAI's chat completions, or as Anthropic."""
    base_url: str = ""
    """Empty: off, but for Anthropic, whose own address is meant then."""
    name: str = ""
    """Empty: off."""
    key: str = ""
    """Sealed; a model of one's own may need none."""
    timeout_s: int = 30
    month_tokens: int = 1_000_000
    """Tokens asked and answered in a calendar month of the shop; then drafts are made by rules."""


def model_problem(model: ModelSettings) -> Words | None:
    """Return what is wrong with the setting, None where nothing is."""
    if not model.name:
        return None
    address = model.base_url or (ANTHROPIC_URL if model.provider == "anthropic" else "")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        return Words(
            zh="base_url 要写成 https://主机/路径，不带账号、参数", en="base_url is https://host/path and nothing more"
        )
    if model.key and any(each.isspace() or not each.isascii() for each in model.key):
        return Words(zh="key 里不能有空格或中文", en="the key has neither spaces nor letters beyond ASCII")
    if not 1 <= model.timeout_s <= TIMEOUT_S_MAX:
        return Words(zh=f"timeout_s 在 1 到 {TIMEOUT_S_MAX} 之间", en=f"timeout_s is 1 to {TIMEOUT_S_MAX}")
    if model.month_tokens < 0:
        return Words(zh="month_tokens 不能小于 0", en="month_tokens is 0 or more")
    return None
