import numpy as np
from shop_lake import ShopState

from liftloop.app.planning.reading import ConsentHistory

SAID = [(1, 10, "granted", ""), (2, 20, "withdrawn", "all"), (3, 30, "granted", ""), (4, 40, "granted", "news")]


def _granted(state: ShopState, *profiles: int) -> list[bool]:
    people = np.array(profiles, dtype=np.int64)
    return ConsentHistory(state).granted("sms", people, np.full(len(people), 100)).tolist()


def test_a_study_reads_consents_as_the_gate_does() -> None:
    """Merged profiles have one latest word, `all` is every topic, and a single topic is not."""
    rows = [(who, "sms", "marketing", topic, at, 1, at, status, "", "") for who, at, status, topic in SAID]
    apart = ShopState(rows)
    assert _granted(apart, 1, 2, 3, 4) == [True, False, True, False]
    joined = ShopState(rows)
    joined.join(1, 2)
    assert _granted(joined, 1, 3) == [False, True]
    joined.join(9, 1)
    joined.join(9, 3)
    assert _granted(joined, 9) == [True]
