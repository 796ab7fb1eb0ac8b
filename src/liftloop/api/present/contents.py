"""Writes contents, rules and what was found of them as the API says them."""

from liftloop.api.present.words import at
from liftloop.api.views.content import CheckAnswer, ExemptionView, HitView, ProblemView, RuleView, SmsView
from liftloop.api.views.values import Text
from liftloop.app.contents.checking import Checked, SmsLook
from liftloop.compose.contract import ContentRules, Exemption, Problem
from liftloop.compose.law.rule import Rule
from liftloop.compose.reading import Hit


def rule_view(rule: Rule, rules: ContentRules) -> RuleView:
    return RuleView(
        id=rule.id,
        jurisdiction=rule.jurisdiction,
        severity="block" if rule.id in rules.stricter else rule.severity,
        says=Text(zh=rule.zh, en=rule.en),
        next=Text(zh=rule.next_zh, en=rule.next_en),
        source=rule.source,
        checked_at=rule.checked_at,
        media=list(rule.media),
        kinds=list(rule.kinds),
        purposes=list(rule.purposes),
        judged=list(rule.judged),
        excusable=rule.excusable,
        excuses=Text(zh=rule.excuses_zh, en=rule.excuses_en),
    )


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


def hit_view(hit: Hit, rules: ContentRules) -> HitView:
    rule, breach = hit.rule, hit.breach
    more_zh, more_en = (f"（{breach.zh}）", f" ({breach.en})") if breach.zh else ("", "")
    return HitView(
        rule=rule_view(rule, rules),
        severity=hit.severity,
        blocks=hit.blocks,
        says=Text(zh=rule.zh + more_zh, en=rule.en + more_en),
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
    )
