"""Hosted forms: an answer becomes the event `Form Submitted`, what is known of a person, and their consents."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from liftloop.collect.cleaning import CleaningRules, clean_email, clean_phone
from liftloop.collect.contract import Draft
from liftloop.collect.drafting import Inlet, Unusable, rejected
from liftloop.collect.messages import read_one
from liftloop.collect.personal import PERSONAL_TRAITS
from liftloop.kernel.codec import canonical_json

SUBMITTED = "Form Submitted"
TEXT_CHARACTERS_MAX = 2_000
FIELDS_MAX = 40
NAME = re.compile(r"[^\W\d]\w{0,63}")

PROTOCOL = "form"
LIKELY_MACHINE = "likely_machine"

Filled = Mapping[str, str]
"""What was posted, by field."""


class Field(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question; its name is the name of the trait that the answer becomes."""

    name: str
    label: str
    type: Literal["text", "long_text", "email", "phone", "number", "date", "choice"] = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


class Agreement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A box to tick, never ticked beforehand: a consent with the very text and its version."""

    channel: str
    text: str
    text_version: str
    purpose: Literal["marketing", "transactional", "service"] = "marketing"
    required: bool = False


class Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A definition of kind `form`."""

    title: str
    fields: tuple[Field, ...]
    consents: tuple[Agreement, ...] = ()
    intro: str = ""
    submit: str = "提交"
    thanks: str = "谢谢，已经收到。"
    language: Literal["zh-CN", "en"] = "zh-CN"
    least_s: float = 2.0
    """Nobody fills it in faster; a machine does."""


def problems(form: Form, filled: Filled) -> dict[str, str]:
    """Return what is wrong with an answer, by field, as a code: missing, unreadable, too_long."""
    found: dict[str, str] = {}
    for field in form.fields:
        text = filled.get(field.name, "").strip()
        if not text:
            if field.required:
                found[field.name] = "missing"
        elif len(text) > TEXT_CHARACTERS_MAX:
            found[field.name] = "too_long"
        elif _value(field, text) is None:
            found[field.name] = "unreadable"
    for place, agreement in enumerate(form.consents):
        if agreement.required and not filled.get(consent_name(place)):
            found[consent_name(place)] = "missing"
    return found


def consent_name(place: int) -> str:
    """Return the name of the box of a form's consent; fields cannot bear it."""
    return f"consent-{place}"


def submission(identity: str, form: Form, answer: "Submission") -> list[dict[str, Any]]:
    """Return the messages of an answer without problems: who it is and what they allow, then that they submitted.

    The event keeps what is not personal; a visit that is submitted twice is the same. Without a
    link of one's own a stranger answers, whom phone or mail may tell.
    """
    filled, visit = answer.filled, answer.visit
    given = {field.name: _value(field, filled.get(field.name, "").strip()) for field in form.fields}
    traits = {name: value for name, value in given.items() if value is not None}
    consents = [
        {
            "channel": each.channel,
            "purpose": each.purpose,
            "source": f"form:{identity}",
            "text_version": each.text_version,
        }
        for place, each in enumerate(form.consents)
        if filled.get(consent_name(place))
    ]
    who = answer.who or {"anonymousId": f"form:{visit}"}
    private = PERSONAL_TRAITS | {field.name for field in form.fields if field.type in ("phone", "email")}
    told = {name: value for name, value in traits.items() if name not in private}
    context = {"consents": consents} if consents else {}
    return [
        {"type": "identify", "messageId": f"form:{visit}#traits", "traits": traits, "context": context, **who},
        {
            "type": "track",
            "messageId": f"form:{visit}",
            "event": SUBMITTED,
            "properties": {"form": identity, **told, **answer.told},
            **who,
        },
    ]


class Submission(Struct, frozen=True, kw_only=True):
    """An answer without problems, and what tells people from machines."""

    filled: dict[str, str]
    visit: str
    elapsed_ms: int
    trapped: bool
    """Whether a field was filled in that no person sees."""
    who: Mapping[str, str] | None = None
    """Whose own link was followed, as messages name them."""
    told: Mapping[str, str] = {}
    """By which page and campaign they came."""


def own(form: Form) -> Form:
    """Return a form as people see it by a link of their own: we know phone and mail, and a link may be passed on."""
    return replace(form, fields=tuple(each for each in form.fields if each.type not in ("phone", "email")))


def read(answer: Submission, form: Form, inlet: Inlet) -> list[Draft]:
    """Return the drafts of an answer; one that seems to be a machine's waits in quarantine."""
    if answer.trapped or answer.elapsed_ms < form.least_s * 1_000:
        detail = {"elapsed_ms": answer.elapsed_ms, "trapped": answer.trapped}
        return [rejected(canonical_json(answer), Unusable(LIKELY_MACHINE, detail), inlet)]
    one = replace(inlet, protocol="segment", type="track")
    messages = submission(inlet.type, form, answer)
    return [read_one(canonical_json(message), one, None) for message in messages]


def _value(field: Field, text: str) -> str | float | int | None:
    """Return an answer as its type, None where it is none."""
    match field.type:
        case "email":
            return clean_email(text, CleaningRules()).value
        case "phone":
            return clean_phone(text, CleaningRules()).value
        case "number":
            return _number(text)
        case "date":
            return text if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", text) else None
        case "choice":
            return text if text in field.choices else None
        case _:
            return text or None


def _number(text: str) -> float | int | None:
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text):
        return None
    return float(text) if "." in text else int(text)
