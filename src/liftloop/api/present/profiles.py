"""Turns what is known of people into what the API answers."""

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from liftloop.api.present.points import points_view
from liftloop.api.present.words import at, person_row, text
from liftloop.api.views.profile import (
    Consent,
    Identifier,
    LevelLack,
    MessageRow,
    Moment,
    NextLevel,
    PersonAudience,
    PersonLevel,
    PersonTag,
    Profile,
    ProfileList,
    RaisedSignal,
    SignalEvidence,
    Trait,
)
from liftloop.app import signals
from liftloop.app.ledger import LedgerMessage
from liftloop.app.persons import levels, timeline
from liftloop.app.persons.levels import Held
from liftloop.app.persons.profiles import LatestConsent, Matches, Person, TraitValue, consent_words
from liftloop.app.words import sentence
from liftloop.kernel.ids import profile_id

_PURPOSES: tuple[str, ...] = get_args(Consent.model_fields["purpose"].annotation)


def profile_list(matches: Matches) -> ProfileList:
    seen = matches.last_seen_ms
    rows = [
        person_row(line).model_copy(update={"last_seen_at": at(seen[line.profile]) if line.profile in seen else None})
        for line in matches.people
    ]
    return ProfileList(total=matches.total, profiles=rows)


def profile(
    person: Person, moments: Sequence[timeline.Moment], following: timeline.Cursor | None, goals: Mapping[str, str]
) -> Profile:
    """Return one person; `goals` names campaigns and journeys by id."""
    return Profile(
        profile_id=profile_id(person.number),
        name=person.line.name,
        first_seen_at=at(person.first_seen_ms),
        last_seen_at=None if person.last_seen_ms is None else at(person.last_seen_ms),
        sentence=text(person.sentence),
        identifiers=[Identifier(kind=each.kind, value=each.value, since=at(each.at_ms)) for each in person.identifiers],
        traits=[_trait(each) for each in person.traits],
        consents=[_consent(each) for each in person.consents if each.purpose in _PURPOSES],
        audiences=[
            PersonAudience(audience_id=each.audience, name=each.name, since=at(each.since_ms))
            for each in person.audiences
        ],
        level=_level(person.level.held) if person.level is not None and person.level.held is not None else None,
        next_level=_next_level(person.level.next) if person.level is not None and person.level.next else None,
        points=None if person.points is None else points_view(person.points),
        tags=[
            PersonTag(
                tag_id=each.id,
                name=each.name,
                category=each.category,
                meaning=each.meaning,
                since=at(each.since_ms),
                until=None if each.until_ms is None else at(each.until_ms),
                by=each.by,
            )
            for each in person.tags
        ],
        signals=[_signal(each) for each in person.signals],
        messages=[_message(each, goals) for each in person.messages],
        timeline=[_moment(each) for each in moments],
        timeline_next=timeline.cursor_text(following) if following else None,
    )


def _level(held: Held) -> PersonLevel:
    return PersonLevel(
        level_id=held.id,
        name=held.name,
        since=at(held.since_ms),
        benefits=held.benefits,
        rule=text(held.rule),
        evidence=[_evidence(each) for each in held.evidence],
    )


def _next_level(above: levels.NextLevel) -> NextLevel:
    return NextLevel(
        level_id=above.id,
        name=above.name,
        benefits=above.benefits,
        any_of=above.any_of,
        lacks=[LevelLack(sentence=text(each.sentence), has=each.has, needs=each.needs) for each in above.lacks],
    )


def _evidence(evidence: signals.Evidence) -> SignalEvidence:
    return SignalEvidence(name=evidence.name, label=text(evidence.label), at=at(evidence.at_ms))


def _trait(trait: TraitValue) -> Trait:
    return Trait(
        id=trait.id,
        name=text(trait.name),
        value=trait.value,
        unit=trait.unit,
        at=None if trait.at_ms is None else at(trait.at_ms),
        how=None if trait.how is None else text(trait.how),
        words=None if trait.words is None else text(trait.words),
    )


def _signal(signal: signals.RaisedSignal) -> RaisedSignal:
    return RaisedSignal(
        signal_id=signal.id,
        name=signal.name,
        sentence=text(signal.sentence),
        since=at(signal.since_ms),
        strength=signal.strength,
        evidence=[_evidence(each) for each in signal.evidence],
    )


def _consent(consent: LatestConsent) -> Consent:
    return Consent(
        words=text(consent_words(consent)),
        channel=consent.channel,
        purpose=cast(Any, consent.purpose),
        topic=consent.topic or None,
        status=cast(Any, consent.status),
        source=consent.source,
        given=None if consent.given is None else text(consent.given),
        text_version=consent.text_version or None,
        at=at(consent.at_ms),
    )


def _message(message: LedgerMessage, goals: Mapping[str, str]) -> MessageRow:
    origin = message.campaign or message.journey
    return MessageRow(
        message_key=message.message_key,
        campaign_id=origin,
        goal=goals.get(origin, origin),
        channel=message.channel,
        sent=message.state == "sent",
        state=message.state,
        reason=message.reason,
        sentence=text(sentence(message.state, message.reason)),
        at=at(message.changed_ms),
    )


def _moment(moment: timeline.Moment) -> Moment:
    return Moment(
        at=at(moment.at_ms),
        kind=moment.kind,
        name=moment.name,
        label=text(moment.label),
        detail=text(moment.detail) if moment.detail else None,
        codes=moment.codes or None,
        campaign_id=moment.campaign,
        audience_id=moment.audience,
    )
