"""Where people rest in a journey: the kinds of node at which they stay for a time."""

from msgspec import Struct

from liftloop.plan.contract import Phase


class Wait(Struct, frozen=True, kw_only=True, tag_field="kind", tag="wait", forbid_unknown_fields=True):
    """Stay for a time."""

    id: str
    duration_s: int
    next: str


class Until(Struct, frozen=True, kw_only=True, tag_field="kind", tag="until", forbid_unknown_fields=True):
    """Stay until the clock shows a minute of the day: today where it is still to come, else tomorrow."""

    id: str
    minute: int
    next: str
    offset_minutes: int = 480
    """Of the local time from UTC; China has one zone and no summer time."""


class Stagger(Struct, frozen=True, kw_only=True, tag_field="kind", tag="stagger", forbid_unknown_fields=True):
    """Stay until an instant of one's own: the people of a launch go on in `waves` equal parts over `over_s`.

    Whose turn is when is drawn by the hash of the person under `salt`; the first wave goes on at once. With `phases`
    the waves are theirs. Nobody goes on before the words of the action that the campaign assigned them are approved.
    """

    id: str
    over_s: int
    waves: int
    salt: str
    next: str
    phases: tuple[Phase, ...] = ()


Resting = Wait | Until | Stagger
"""All of them: whoever is inside a journey rests at one of these."""
