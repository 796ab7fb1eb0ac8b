"""Opens a language model as its setting says; imported with the clients, when a model is asked and not before."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import httpx2
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from liftloop.app.language_model.reaching import Guarded
from liftloop.app.model_settings import ModelSettings
from liftloop.plugins.channels.contract import Network

_NO_KEY = "none"
"""The clients want something where a server of one's own wants nothing."""
_NEW_LIMIT = "https://api.openai.com"
"""Takes `max_completion_tokens` alone; servers that speak alike often know only `max_tokens`."""


@asynccontextmanager
async def connected(settings: ModelSettings, allow: Sequence[Network]) -> AsyncGenerator[Model]:
    """Give the model for as long as it is asked; nothing is asked twice by itself."""
    key = settings.key or _NO_KEY
    async with httpx2.AsyncClient(transport=Guarded(allow), trust_env=False) as http:
        if settings.provider == "anthropic":
            anthropic = AsyncAnthropic(base_url=settings.address, api_key=key, http_client=http, max_retries=0)
            yield AnthropicModel(settings.name, provider=AnthropicProvider(anthropic_client=anthropic))
            return
        openai = AsyncOpenAI(base_url=settings.address, api_key=key, http_client=http, max_retries=0)
        profile = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=settings.address.startswith(_NEW_LIMIT))
        yield OpenAIChatModel(settings.name, provider=OpenAIProvider(openai_client=openai), profile=profile)
