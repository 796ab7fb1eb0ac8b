"""What a search finds."""

from typing import Literal

from liftloop.api.views.values import Text, View


class SearchHit(View):
    kind: Literal[
        "person", "audience", "campaign", "journey", "content", "signal", "tag", "dashboard", "playbook", "goal"
    ]
    id: str
    name: Text
    note: Text


class SearchResult(View):
    hits: list[SearchHit]
