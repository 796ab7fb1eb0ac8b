"""Writes contents, rules and what was found of them as the API says them."""

from collections.abc import Mapping

from liftloop.api.present.model import note_view
from liftloop.api.present.words import at, text
from liftloop.api.views.content import (
    CheckAnswer,
    ContentReviewView,
    ContentRow,
    ContentShown,
    ContentUse,
    ContentVersion,
    Drafts,
    DraftView,
    ExemptionView,
    HitView,
    OccasionView,
    PreviewAnswer,
    PreviewField,
    ProblemView,
    RuleView,
    SmsView,
)
from liftloop.api.views.model import ModelNote
from liftloop.api.views.values import Text
from liftloop.app.actors import actor_words
from liftloop.app.contents.checking import Checked, SmsLook
from liftloop.app.contents.drafting import Drafts as Drafted
from liftloop.app.contents.library import Line, Shown
from liftloop.app.contents.preview import Preview
from liftloop.app.language_model.contract import Asked
from liftloop.app.language_model.outcomes import instead_words
from liftloop.compose.blocks import words_of
from liftloop.compose.contract import ContentReview, ContentRules, Exemption, Problem
from liftloop.compose.drafting.occasions import Occasion
from liftloop.compose.law.rule import Rule
from liftloop.compose.reading import Hit
from liftloop.compose.text_part import text_part

EXCERPT_CHARACTERS = 120


def rule_view(rule: Rule, rules: ContentRules) -> RuleView:
    return RuleView(
        id=rule.id,
        jurisdiction=rule.jurisdiction,
        severity="block" if rule.id in rules.stricter else rule.severity,
        says=_sentence(rule.zh, rule.en),
        next=_sentence(rule.next_zh, rule.next_en),
        source=rule.source,
        checked_at=rule.checked_at,
        media=list(rule.media),
        kinds=list(rule.kinds),
        purposes=list(rule.purposes),
        judged=list(rule.judged),
        excusable=rule.excusable,
        excuses=Text(zh=rule.excuses_zh, en=rule.excuses_en),
    )


def _sentence(zh: str, en: str) -> Text:
    """Return words of the table as they stand by themselves."""
    return Text(zh=zh, en=en[:1].upper() + en[1:])


def check_answer(checked: Checked, rules: ContentRules) -> CheckAnswer:
    return CheckAnswer.model_validate(
        {
            "verdict": checked.verdict,
            "channel": checked.channel,
            "purpose": checked.purpose,
            "hits": [hit_view(hit, rules) for hit in checked.hits],
            "problems": [_problem(each) for each in checked.problems],
            "sms": [_sms(each) for each in checked.sms],
        }
    )


def occasion_view(occasion: Occasion) -> OccasionView:
    return OccasionView(id=occasion.id, name=Text(zh=occasion.zh, en=occasion.en), purpose=occasion.purpose)


def drafts_view(drafted: Drafted, rules: ContentRules) -> Drafts:
    return Drafts(
        occasion=occasion_view(drafted.occasion),
        read_from=drafted.read_from,
        drafts=[
            DraftView(
                tone=each.shaped.tone,
                content=dict(each.shaped.body),
                check=check_answer(each.checked, rules),
                open=list(each.shaped.open),
                proposed=each.shaped.proposed,
            )
            for each in drafted.drafts
        ],
        model=None if drafted.model is None else _model_note(drafted.model),
    )


def _model_note(asked: Asked) -> ModelNote:
    return note_view(asked, asked.says if asked.outcome == "drafted" else instead_words(asked.says))


def hit_view(hit: Hit, rules: ContentRules) -> HitView:
    rule, breach = hit.rule, hit.breach
    more_zh, more_en = (f"（{breach.zh}）", f" ({breach.en})") if breach.zh else ("", "")
    return HitView(
        rule=rule_view(rule, rules),
        severity=hit.severity,
        blocks=hit.blocks,
        says=_sentence(rule.zh + more_zh, rule.en + more_en),
        language=hit.language,
        part=breach.part,
        quote=breach.quote,
        start=breach.start,
        exemption=None if hit.exemption is None else exemption_view(hit.exemption),
    )


def exemption_view(each: Exemption) -> ExemptionView:
    return ExemptionView(rule=each.rule, quote=each.quote, evidence=each.evidence, by=each.by, at=at(each.at_ms))


def _problem(problem: Problem) -> ProblemView:
    return ProblemView(code=problem.code, says=Text(zh=problem.zh, en=problem.en), variable=problem.variable)


def _sms(look: SmsLook) -> SmsView:
    length = look.length
    return SmsView(
        language=look.language,
        text=look.text,
        characters=length.characters,
        segments=length.segments,
        left=length.left,
        encoding=length.encoding,
        reserved=look.reserved,
    )


def row_view(line: Line, names: Mapping[str, str]) -> ContentRow:
    content = line.content
    return ContentRow.model_validate(
        {
            "content_id": content.id,
            "name": content.name,
            "folder": content.folder,
            "subject": content.subject,
            "excerpt": (words_of(content.blocks) or text_part(content.body))[:EXCERPT_CHARACTERS],
            "channel": line.checked.channel,
            "purpose": content.purpose,
            "format": content.format,
            "languages": [content.language, *content.translations],
            "variant_of": content.variant_of,
            "version": line.version,
            "updated_at": at(line.at_ms),
            "by": text(actor_words(line.by, names)),
            "state": line.state,
            "verdict": line.checked.verdict,
            "used_in": [ContentUse(kind=use.kind, id=use.id, name=use.name, channel=use.channel) for use in line.uses],
        }
    )


def shown_view(shown: Shown, rules: ContentRules, names: Mapping[str, str]) -> ContentShown:
    exemptions = shown.reviews[0].exemptions if shown.reviews else ()
    return ContentShown(
        row=row_view(shown.line, names),
        body=dict(shown.body),
        check=check_answer(shown.line.checked, rules),
        versions=[
            ContentVersion(
                version=each.version, at=at(each.at_ms), by=text(actor_words(each.by, names)), status=each.status
            )
            for each in shown.versions
        ],
        reviews=[review_view(each, names) for each in shown.reviews],
        exemptions=[exemption_view(each) for each in exemptions],
    )


def review_view(review: ContentReview, names: Mapping[str, str]) -> ContentReviewView:
    return ContentReviewView(
        status=review.status,
        version=review.version,
        remark=review.remark,
        by=text(actor_words(review.by, names)),
        at=at(review.at_ms),
    )


def preview_view(seen: Preview, rules: ContentRules) -> PreviewAnswer:
    sms = None
    if seen.length is not None:
        sms = _sms(SmsLook(language=seen.language, text=seen.text, length=seen.length, reserved=seen.reserved))
    return PreviewAnswer(
        look=seen.look,
        channel=seen.channel,
        language=seen.language,
        problem=None if seen.problem is None else text(seen.problem),
        subject=seen.subject,
        preheader=seen.preheader,
        body=seen.body,
        text=seen.text,
        sender=seen.sender,
        fields=[PreviewField(name=name, value=value) for name, value in seen.fields],
        sms=sms,
        hits=[hit_view(hit, rules) for hit in seen.hits],
    )
