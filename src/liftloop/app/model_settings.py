"""Setting `model`: which language model is asked, where, how long an answer may take and what a month may cost."""

from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from liftloop.plan.options import Words

SETTING = "model"
ANTHROPIC_URL = "https://api.anthropic.com"
TIMEOUT_S_MAX = 120
_INNER = (".local", ".lan", ".internal", ".localhost")


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
    month_fen: int = 10_000
    """What may be spent in a calendar month of the shop; then drafts are made by rules."""
    month_tokens: int = 1_000_000
    """Tokens asked and answered in a month: bounds what costs nothing, or whose price nobody set."""
    asked_fen: int = 0
    """The price of a million tokens that are asked."""
    answered_fen: int = 0
    """The price of a million tokens of answers."""
    keep_texts: bool = False
    """Whether what was asked and answered is kept for a month, to be read; else only its fingerprint is."""

    @property
    def address(self) -> str:
        """Return where it is; empty where it is off."""
        return (self.base_url or (ANTHROPIC_URL if self.provider == "anthropic" else "")) if self.name else ""


def model_problem(model: ModelSettings) -> Words | None:
    """Return what is wrong with the setting, None where nothing is."""
    if not model.name:
        return None
    return _address_problem(model) or _limits_problem(model)


def _address_problem(model: ModelSettings) -> Words | None:
    parts = urlsplit(model.address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        return Words(
            zh="base_url 要写成 https://主机/路径，不带账号、参数", en="base_url is https://host/path and nothing more"
        )
    if parts.scheme == "http" and not _inside(parts):
        return Words(
            zh="外网的模型要用 https，不然密钥和内容都会被看到",
            en="a model outside is reached by https, or its key is read",
        )
    if model.key and any(each.isspace() or not each.isascii() for each in model.key):
        return Words(zh="key 里不能有空格或中文", en="the key has neither spaces nor letters beyond ASCII")
    return None


def _limits_problem(model: ModelSettings) -> Words | None:
    if not 1 <= model.timeout_s <= TIMEOUT_S_MAX:
        return Words(zh=f"timeout_s 在 1 到 {TIMEOUT_S_MAX} 之间", en=f"timeout_s is 1 to {TIMEOUT_S_MAX}")
    if min(model.month_fen, model.month_tokens, model.asked_fen, model.answered_fen) < 0:
        return Words(zh="预算、token 上限和单价都不能小于 0", en="budget, tokens and prices are 0 or more")
    return None


def _inside(parts: SplitResult) -> bool:
    """Tell whether an address is written as one of the house's own network; whether it is, the resolver sees."""
    host = parts.hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_INNER)
