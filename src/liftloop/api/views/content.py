"""What the API says of contents: what they break, who approved them, how they read."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.model import ModelNote
from liftloop.api.views.values import Count, Text, View
from liftloop.compose.drafting.brief import MENTION_CHARACTERS_MAX, ToneId
from liftloop.compose.drafting.occasions import OccasionId

Purpose = Literal["marketing", "transactional", "service"]
Severity = Literal["block", "warn"]
State = Literal["draft", "submitted", "approved", "rejected"]
Remark = Annotated[str, Field(max_length=2_000)]


class RuleView(View):
    """One rule of law or of a provider."""

    id: str
    jurisdiction: Literal["CN", "US", "provider"]
    severity: Severity = Field(description="What it is here: the setting `contents` may make a warning a block.")
    says: Text
    next: Text
    source: str
    checked_at: str = Field(description="The day on which somebody last held it against its source.")
    media: list[str]
    kinds: list[str]
    purposes: list[str]
    judged: list[Literal["writing", "launch", "send"]]
    excusable: bool
    excuses: Text = Field(description="What an exception may rest on; empty where there is none.")


class RuleBook(View):
    rules: list[RuleView]
    jurisdictions: list[str]


class ExemptionView(View):
    """An exception that somebody recorded for one phrase."""

    rule: str
    quote: str
    evidence: str
    by: str
    at: AwareDatetime


class HitView(View):
    """A rule that the words break, where, and what to do."""

    rule: RuleView
    severity: Severity
    blocks: bool
    says: Text
    language: str
    part: Literal["subject", "preheader", "body", "template"]
    quote: str
    start: int = Field(description="Where the quote stands in the part as readers see it; -1 for the part as a whole.")
    exemption: ExemptionView | None


class ProblemView(View):
    code: str
    says: Text
    variable: str


class SmsView(View):
    """How an SMS reads with a hole for each value, and as how many it is counted."""

    language: str
    text: str
    characters: Count
    segments: Count
    left: Count = Field(description="Characters that still fit into the last part.")
    encoding: Literal["mainland", "gsm7", "ucs2"]
    reserved: Count = Field(description="Parts for which money is set aside; a message that takes more is not sent.")


class CheckRequest(View):
    """A content as it is written now, or one that exists; the channel and purpose that it names hold by default."""

    content: dict[str, Any] | None = None
    content_id: str = ""
    channel: str = ""
    purpose: Purpose | None = None


class CheckAnswer(View):
    verdict: Literal["fine", "warned", "blocked"]
    channel: str
    purpose: Purpose
    hits: list[HitView]
    problems: list[ProblemView] = Field(description="What the template cannot say to everybody.")
    sms: list[SmsView]


class ContentUse(View):
    kind: Literal["journey", "campaign"]
    id: str
    name: str
    channel: str


class ContentRow(View):
    """One content in the library."""

    content_id: str
    name: str
    folder: str
    subject: str
    excerpt: str = Field(description="The beginning of the body.")
    channel: str
    purpose: Purpose
    format: Literal["text", "mjml", "page"]
    languages: list[str]
    variant_of: str
    version: int
    updated_at: AwareDatetime
    by: Text
    state: State
    verdict: Literal["fine", "warned", "blocked"]
    used_in: list[ContentUse]


class ContentLibrary(View):
    contents: list[ContentRow]
    approval: Literal["none", "marketing", "all"] = Field(description="Which contents leave only once approved.")


class ContentVersion(View):
    version: int
    at: AwareDatetime
    by: Text
    status: str


class ContentReviewView(View):
    """What somebody said of the words, of which version."""

    status: State
    version: int
    remark: str
    by: Text
    at: AwareDatetime


class ContentShown(View):
    """One content with its past, newest first."""

    row: ContentRow
    body: dict[str, Any]
    check: CheckAnswer
    versions: list[ContentVersion]
    reviews: list[ContentReviewView]
    exemptions: list[ExemptionView]


class ContentChange(View):
    field: str
    kind: Literal["same", "added", "removed"]
    text: str


class ContentChanges(View):
    before: int
    after: int
    changes: list[ContentChange]


class VersionMade(View):
    version: int


class ReviewRequest(View):
    remark: Remark = ""


class RevertRequest(View):
    version: int = Field(ge=1)


class ExemptionRequest(View):
    rule: str
    quote: Annotated[str, Field(min_length=1, max_length=200)]
    evidence: Remark


class ContentPreviewRequest(View):
    """Words as they are written now, or a content that exists, for one real person."""

    content: dict[str, Any] | None = None
    content_id: str = ""
    person: str = Field(description="A user id, an anonymous id or a profile id.")
    channel: str = ""
    offer: str = ""
    item: str = ""
    campaign: str = ""


class PagePreviewRequest(View):
    """A landing page as it is written now, or one that exists."""

    content: dict[str, Any] | None = None
    content_id: str = ""
    language: str = Field(default="", description="Empty for its own.")


class PagePreview(View):
    html: str = Field(description="Whole, with its pictures inside and no scripts; for a sandboxed frame.")


class PageStanding(View):
    state: Literal["public", "none", "gone"] = Field(
        description="none: nobody approved any version; gone: what was approved was rejected or ended."
    )
    version: Count = Field(description="The public version; 0 for none.")
    url: str = Field(description="For everybody; empty where no public address is set.")


class PreviewField(View):
    name: str
    value: str


class PreviewAnswer(View):
    """The message as this person would get it, by the dispatcher's own code; nothing is sent."""

    look: Literal["sms", "mail", "bubble", "card", "plain"]
    channel: str
    language: str
    problem: Text | None = Field(description="Why this person would get none.")
    subject: str
    preheader: str
    body: str
    text: str = Field(description="The text part of a mail; the whole text of an SMS with its signature.")
    sender: str
    fields: list[PreviewField]
    sms: SmsView | None
    hits: list[HitView]


FieldName = Annotated[str, Field(pattern=r"^\w{1,64}$")]


class OccasionView(View):
    """Something that a message may be for."""

    id: OccasionId
    name: Text
    purpose: Purpose


class Occasions(View):
    occasions: list[OccasionView]


class DraftRequest(View):
    """What words are wanted for; everything may be left out, and nothing is kept."""

    goal: Annotated[str, Field(max_length=1_000)] = ""
    occasion: OccasionId | Literal[""] = Field(default="", description="Empty: as goal and signal say.")
    signal: str = Field(default="", description="Why people are written to; it is never told to them.")
    channel: str = ""
    purpose: Purpose | None = Field(default=None, description="Null: as the occasion usually has it.")
    offer: str = ""
    item: str = ""
    mention: Annotated[str, Field(max_length=MENTION_CHARACTERS_MAX)] = Field(
        default="", description="What must be said besides; Liquid may stand in it."
    )
    url: Annotated[str, Field(max_length=1_000, pattern=r"^(https://[^\s<>\"]+)?$")] = ""
    language: Literal["zh-CN", "en"] = "zh-CN"
    template: Annotated[str, Field(max_length=100)] = Field(default="", description="The provider's template.")
    fields: Annotated[list[FieldName], Field(max_length=20)] = Field(
        default=[], description="Fields of a WeChat template; empty: those of another content of the channel."
    )
    ask_model: bool = Field(default=True, description="Ask a language model too, where one is set.")


class DraftView(View):
    """One draft, as a body for `POST /api/contents` once it has an id, and what stands against it."""

    tone: ToneId
    content: dict[str, Any]
    check: CheckAnswer
    open: list[str] = Field(description="Blanks of the template that no rule can fill in.")
    proposed: str = Field(description="A text to have approved by the provider, where no approved one is known.")


class Drafts(View):
    occasion: OccasionView
    read_from: Literal["asked", "goal", "signal", "nothing"]
    drafts: list[DraftView] = Field(description="Those of a language model first.")
    model: ModelNote | None = Field(description="What came of asking a language model; null where none was asked.")
