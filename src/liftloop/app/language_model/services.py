"""Services whose address is known; any other server that speaks alike is named by its own."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct


class Service(Struct, frozen=True, kw_only=True):
    """A service, and how it is spoken to."""

    id: str
    name: str
    base_url: str
    provider: Literal["openai", "anthropic"] = "openai"


SERVICES: Sequence[Service] = (
    Service(id="deepseek", name="DeepSeek", base_url="https://api.deepseek.com/v1"),
    Service(id="qwen", name="通义千问 Qwen", base_url="https://dashscope.aliyuncs.com/compatible-mode/v1"),
    Service(id="glm", name="智谱 GLM", base_url="https://open.bigmodel.cn/api/paas/v4"),
    Service(id="moonshot", name="Moonshot Kimi", base_url="https://api.moonshot.cn/v1"),
    Service(id="ark", name="火山方舟 Ark", base_url="https://ark.cn-beijing.volces.com/api/v3"),
    Service(id="openai", name="OpenAI", base_url="https://api.openai.com/v1"),
    Service(id="anthropic", name="Anthropic", base_url="https://api.anthropic.com", provider="anthropic"),
)
