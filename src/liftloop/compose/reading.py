"""What the rules say of words: pure, for the editor, the launch and the gate alike."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from liftloop.compose.contract import Carrier, Content, ContentReview, ContentRules, Exemption, Status
from liftloop.compose.law.finding import FINDERS, Breach
from liftloop.compose.law.rule import Judged, Rule, Severity
from liftloop.compose.law.table import RULES
from liftloop.compose.law.writing import HOLE, Writing, languages_of, normal, whole_sms
from liftloop.compose.sms_parts import MAINLAND, VALUE_CHARACTERS, parts_of, with_links
from liftloop.kernel.codec import fingerprint

SETTING = "contents"
"""The id of the setting that says how contents are judged."""
REVIEW = "content_review"
"""The kind of the definitions that say who approved which words; published by the library alone."""
HITS_MAX = 100
"""Nobody mends more at a time."""
_WORDS = ("subject", "preheader", "body", "blocks", "format", "language", "translations")
_TERMS = {"purpose": "marketing", "channel": "", "pool": ""}
"""What an approval holds for beside the words, and what a content says by saying nothing of it."""


class Hit(Struct, frozen=True, kw_only=True):
    """A rule that words break, and whether a recorded exception lifts it."""

    rule: Rule
    severity: Severity
    breach: Breach
    language: str
    exemption: Exemption | None = None

    @property
    def blocks(self) -> bool:
        """Tell whether the words may not leave."""
        return self.severity == "block" and self.exemption is None


def binding(carrier: Carrier, purpose: str, rules: ContentRules, when: Judged) -> list[Rule]:
    """Return the rules that bind words of one channel and purpose."""
    return [rule for rule in RULES.values() if when in rule.judged and _binds(rule, carrier, purpose, rules)]


def _binds(rule: Rule, carrier: Carrier, purpose: str, rules: ContentRules) -> bool:
    if rule.jurisdiction != "provider" and rule.jurisdiction not in rules.jurisdictions:
        return False
    return (
        (not rule.purposes or purpose in rule.purposes)
        and (not rule.media or carrier.medium in rule.media)
        and (not rule.kinds or carrier.kind in rule.kinds)
    )


def hits(
    content: Content,
    carrier: Carrier,
    purpose: str,
    rules: ContentRules,
    exemptions: Collection[Exemption] = (),
    when: Judged = "writing",
) -> list[Hit]:
    """Return what a content breaks in any of its languages, blocking rules first."""
    found = [
        hit for writing in languages_of(content, carrier, purpose) for hit in hits_of(writing, rules, exemptions, when)
    ]
    return sorted(found, key=lambda hit: not hit.blocks)[:HITS_MAX]


def severity_of(rule: Rule, rules: ContentRules) -> Severity:
    """Return how hard a rule binds here."""
    return "block" if rule.id in rules.stricter else rule.severity


def hits_of(
    writing: Writing,
    rules: ContentRules,
    exemptions: Collection[Exemption] = (),
    when: Judged = "writing",
    of: Collection[str] | None = None,
) -> Iterator[Hit]:
    """Yield what words in one language break, in the order of the table; with `of` by these rules alone."""
    for rule in binding(writing.carrier, writing.purpose, rules, when):
        if of is not None and rule.id not in of:
            continue
        finder = FINDERS.get(rule.id)
        for breach in finder(writing) if finder else ():
            yield Hit(
                rule=rule,
                severity=severity_of(rule, rules),
                breach=breach,
                language=writing.language,
                exemption=_exemption(rule, breach, exemptions),
            )


def _exemption(rule: Rule, breach: Breach, exemptions: Collection[Exemption]) -> Exemption | None:
    if not rule.excusable:
        return None
    plain = normal(breach.quote)[0]
    return next((each for each in exemptions if each.rule == rule.id and normal(each.quote)[0] == plain), None)


def barred(found: Sequence[Hit]) -> str:
    """Return the rule that keeps words from leaving, empty where none does."""
    return next((hit.rule.id for hit in found if hit.blocks), "")


def parts_reserved(content: Content, carrier: Carrier, purpose: str) -> int:
    """Return for how many parts of an SMS money is set aside: those of its longest language with usual values in it.

    One where the provider's text is not known.
    """
    writings = languages_of(content, carrier, purpose)
    if carrier.kind not in MAINLAND:  # There a link is no value that a provider takes.
        writings = [replace(writing, body=with_links(writing.body)) for writing in writings]
    texts = [whole_sms(writing) for writing in writings]
    return max(parts_of(text.replace(HOLE, "字" * VALUE_CHARACTERS), carrier) for text in texts)


def words_mark(body: Mapping[str, Any]) -> str:
    """Return the fingerprint of a content's words: where it lies and what it is called are none of them."""
    return fingerprint({name: body[name] for name in _WORDS if body.get(name)})


def terms_mark(body: Mapping[str, Any]) -> str:
    """Return what a content is for: the fingerprint of purpose, channel and pool, empty where it says nothing of it."""
    said = {name: body[name] for name, usual in _TERMS.items() if body.get(name, usual) != usual}
    return fingerprint(said) if said else ""


def status_of(body: Mapping[str, Any], review: ContentReview | None) -> Status:
    """Return what was said of a content's words; other words are a draft, and so are approved ones for other terms.

    A refusal is of the words, whatever they are for.
    """
    if review is None or review.words != words_mark(body):
        return "draft"
    return review.status if review.status == "rejected" or review.terms == terms_mark(body) else "draft"


def unapproved(body: Mapping[str, Any], review: ContentReview | None, purpose: str, rules: ContentRules) -> str:
    """Return why the approval of a content's words is missing, empty where they may leave for a purpose.

    `rejected` where somebody said no to these very words; else, where approval is asked for, `submitted` or `draft`.
    What was approved as service or as a confirmation is no approval to advertise with it.
    """
    status = status_of(body, review)
    if status == "approved" and purpose == "marketing" and body.get("purpose", purpose) != purpose:
        status = "draft"
    needed = rules.approval == "all" or (rules.approval == "marketing" and purpose == "marketing")
    return status if status == "rejected" or (needed and status != "approved") else ""
