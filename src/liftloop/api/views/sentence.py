"""An audience in plain words: what was understood part by part, what can be read otherwise, and what was not."""

from pydantic import Field

from liftloop.api.views.audience import Node
from liftloop.api.views.values import Count, Text, View

SENTENCE_CHARACTERS_MAX = 1_000


class SentenceRequest(View):
    """A sentence, and of places that can be read in several ways the number of the option that is meant."""

    text: str = Field(max_length=SENTENCE_CHARACTERS_MAX)
    chosen: dict[str, Count] = Field(default={})


class Span(View):
    """A half-open stretch, in characters (code points) of the sentence."""

    start: Count
    end: Count


class SentencePart(View):
    """One condition and the words that say it."""

    definition: Node
    sentence: Text
    spans: list[Span]


class UnreadWords(View):
    """Words that were not understood, with known ones that look alike."""

    start: Count
    end: Count
    text: str
    near: list[str]


class ReadingOption(View):
    name: Text
    definition: Node | None = Field(description="The whole definition if the place is read so.")


class ReadingChoice(View):
    """A place that can be read in several ways."""

    id: str
    start: Count
    end: Count
    chosen: Count
    options: list[ReadingOption]


class UnderstoodSentence(View):
    definition: Node | None = Field(description="Null where the sentence names no condition.")
    sentence: Text | None = Field(description="The definition read aloud.")
    parts: list[SentencePart]
    unread: list[UnreadWords]
    assumed: list[Text]
    choices: list[ReadingChoice]
