"""How long a caller waits for the newest figures: `Prefer: wait=1` (RFC 7240) takes older ones after a second.

Without it the newest are waited for, however long they take: files, the command line and agents do.
"""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from liftloop.api.present.plan import instant
from liftloop.api.views.values import CountedAt, View
from liftloop.app.kept_answers import Kept

WAIT_S_MAX = 60
"""Nobody means to wait longer and to be content with less after it."""

V = TypeVar("V", bound=View)


def patience_of(request: Request) -> float | None:
    """Return the seconds that the caller prefers to wait at most; None for as long as it takes."""
    for preference in request.headers.get("prefer", "").split(","):
        name, _, seconds = preference.strip().partition("=")
        if name.strip().lower() == "wait" and seconds.isascii() and seconds.isdecimal():
            return float(min(int(seconds[:4]), WAIT_S_MAX))
    return None


Patience = Annotated[float | None, Depends(patience_of)]


def counted(view: V, *kept: Kept[Any]) -> V:
    """Return a view with the moment of what it was made from: of several, of that which was counted first."""
    return view.model_copy(update={"counted": _told(kept)}) if kept else view


def _told(kept: Sequence[Kept[Any]]) -> CountedAt:
    return CountedAt(at=instant(min(each.at_ms for each in kept)), newer_soon=any(each.newer_soon for each in kept))
