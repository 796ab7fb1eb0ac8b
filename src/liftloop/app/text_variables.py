"""What message texts may say of a person beyond attributes: `person.` and a name, known to the editor and dispatch."""

from collections.abc import Collection, Mapping

from liftloop.profile.studied import STUDIED

GROUPS = ("customer", "item", "offer", "campaign")
"""Of these any name may follow; whether somebody has it is known only when it is sent."""
PERSON = "person"
COUPON = "coupon"
FORMS = "forms"
"""A person's own link to a hosted form, by the form's id; known where readers reach us."""
PAGES = "pages"
"""A person's own link to a landing page, by its content's id; it carries the campaign of its message."""
ENTRY = "entry"
"""With what the person entered the journey that sends: any property that it keeps."""
COUPON_NAMES = ("code", "external_id", "name", "expires_at")
LEVEL, LEVEL_BENEFITS, TAGS = "level", "level_benefits", "tags"
OWN = (LEVEL, LEVEL_BENEFITS, TAGS)
"""Names that are no traits."""
_PLAIN = {
    "points_balance": "points",
    "points_expire_next": "points_expiring",
    "points_expire_next_ms": "points_expire_at",
    "lifecycle_since_ms": "lifecycle_since",
    "replenish_due_ms": "replenish_due",
}
TRAITS: Mapping[str, str] = {
    _PLAIN.get(identity, identity): identity for identity, each in STUDIED.items() if each.by != "prediction"
}
"""Names that are studied traits or come of the points ledger: the trait behind each."""


def person_names(computed: Collection[str]) -> tuple[str, ...]:
    """Return every name that may follow `person.`; `computed` are the live traits of this installation."""
    return (*OWN, *TRAITS, *(each for each in computed if each not in TRAITS))


LINKS = ("unsubscribe_url", "preference_url")
"""The person's own links; known where the setting `contents` says under which address readers reach us."""


def known_variables(computed: Collection[str], *, linked: bool) -> tuple[str, ...]:
    """Return what a template may speak of, as the check of templates wants to know it; `linked`: readers reach us."""
    return (
        *GROUPS,
        ENTRY,
        *((*LINKS, FORMS, PAGES) if linked else ()),
        *(f"{PERSON}.{name}" for name in person_names(computed)),
        *(f"{COUPON}.{name}" for name in COUPON_NAMES),
    )
