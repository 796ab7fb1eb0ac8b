"""When a log of past contacts tells nothing of effects, and why."""

import numpy as np

from liftloop.plan.finding import Reason
from liftloop.plan.inputs import Contacts, Flags, StudyInputs

ROWS_MIN = 1_000  # Randomised contacts below which a log serves to price coupons, not to tell effects.
EFFECTIVE_ROWS_MIN = 200.0
CERTAIN = 0.99
"""Where the likeliest arm of most contacts had this chance or more, who got what was decided and not drawn."""


def silence_of(inputs: StudyInputs) -> Reason:
    """Return why the log cannot tell anything from nobody; "" where it may."""
    contacts = inputs.contacts
    if contacts is None or contacts.count < ROWS_MIN:
        rows = 0 if contacts is None else contacts.count
        most = max(rows, inputs.contacts_unusable, inputs.contacts_decided)
        if most == 0:
            return "no_log"
        if most == inputs.contacts_decided:
            return "one_arm" if inputs.arms_decided == 1 else "no_overlap"
        return "no_chances" if most == inputs.contacts_unusable else "thin_log"
    drawn = np.bincount(contacts.arm, minlength=len(inputs.options) + 1)
    if drawn[0] < EFFECTIVE_ROWS_MIN or drawn[1:].max(initial=0) < EFFECTIVE_ROWS_MIN:
        return "one_arm"
    return ""


def thinness_of(contacts: Contacts) -> Reason:
    """Return why a log in which no option was drawn openly often enough is too thin: decided, or too short."""
    certain: Flags = contacts.chance.max(axis=1) >= CERTAIN
    return "no_overlap" if float(certain.mean()) > 0.5 else "thin_log"
