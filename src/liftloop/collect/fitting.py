"""What is said of people, on its way in: custom fields take their type, tags the instant until which they hold."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from liftloop.collect.fields import FALSE_WORDS, TRUE_WORDS, Field, Misfit, derived, fitting
from liftloop.kernel.clock import DAY_MS, FOR_EVER_MS

TAG = "tag:"
"""Before the id of a tag where it stands among traits."""
TAGS = "tags"
"""The trait that lists tags; what of it is a defined tag is put on the person, and the list stays as it is."""
INSTANT_MS_MIN = 10**11
"""1973: a smaller number is no instant in milliseconds."""


class TraitRules(Struct, frozen=True, kw_only=True):
    """Live custom fields and the tags that may be put on people."""

    fields: Mapping[str, Field] = {}
    expires_days: Mapping[str, float | None] = {}
    """By id of the tags that may be put on people: how long, where nobody says."""
    tag_of: Mapping[str, str] = {}
    """Tags by id and by name."""

    def __bool__(self) -> bool:
        return bool(self.fields or self.tag_of)

    @property
    def personal(self) -> frozenset[str]:
        """Names of traits that are sealed."""
        return frozenset(name for name, field in self.fields.items() if field.personal)


NO_TRAIT_RULES = TraitRules()


class Fitted(Struct, frozen=True, kw_only=True):
    """Traits as they are kept, and what does not fit, in words without values."""

    traits: dict[str, Any]
    problems: tuple[str, ...] = ()
    blocked: str = ""
    """The trait for which the whole is refused; empty where nothing is."""


def trait_rules(fields: Mapping[str, Field], tags: Iterable[tuple[str, str, float | None]]) -> TraitRules:
    """Return rules from fields by id and from (id, name, expires_days) of tags without a rule."""
    known = list(tags)
    named = {name.casefold(): identity for identity, name, _ in known}
    return TraitRules(
        fields=fields,
        expires_days={identity: days for identity, _, days in known},
        tag_of=named | {identity.casefold(): identity for identity, _, _ in known},
    )


def fitted(traits: Mapping[str, Any], rules: TraitRules, source: str, at_ms: int) -> Fitted:
    """Return what is kept of traits that `source` said at an instant."""
    kept: dict[str, Any] = {}
    problems: list[str] = []
    blocked = ""
    for name, value in traits.items():
        field = rules.fields.get(name)
        try:
            if name.startswith(TAG):
                kept |= _tag(name.removeprefix(TAG), value, rules, at_ms)
            elif name == TAGS:
                kept |= {name: value, **_listed(value, rules, at_ms)}
            elif field is None:
                kept[name] = value
            else:
                kept[name] = fitting(field, value)
                kept |= derived(name, field, kept[name])
        except Misfit:
            problems.append(f"{name}: not {field.type}" if field else f"{name}: no such tag or instant")
            if field is not None:
                kept |= {name: value, **derived(name, field, None)}
                blocked = blocked or (name if field.misfits == "block" else "")
    for name, field in rules.fields.items():
        if source in field.required_by and kept.get(name) is None:
            problems.append(f"{name}: missing")
            blocked = blocked or (name if field.misfits == "block" else "")
    return Fitted(traits=kept, problems=tuple(problems), blocked=blocked)


def until_ms(expires_days: float | None, at_ms: int) -> int:
    """Return until when a tag holds that is put on somebody at an instant."""
    return FOR_EVER_MS if expires_days is None else at_ms + round(expires_days * DAY_MS)


def _tag(tag: str, value: Any, rules: TraitRules, at_ms: int) -> dict[str, int | None]:
    identity = rules.tag_of.get(tag.casefold())
    if identity is None:
        raise Misfit
    word = str(value).strip().lower()
    if value is None or not word or word in FALSE_WORDS:
        return {TAG + identity: None}
    if word in TRUE_WORDS:
        return {TAG + identity: until_ms(rules.expires_days[identity], at_ms)}
    return {TAG + identity: _instant(value)}


def _instant(value: Any) -> int:
    if isinstance(value, int) and INSTANT_MS_MIN <= value <= FOR_EVER_MS:
        return value
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Misfit from error
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000)


def _listed(value: Any, rules: TraitRules, at_ms: int) -> dict[str, int | None]:
    words = value if isinstance(value, list) else str(value or "").replace("，", ",").split(",")
    found = (rules.tag_of.get(str(word).strip().casefold()) for word in words)
    return {TAG + each: until_ms(rules.expires_days[each], at_ms) for each in found if each is not None}
