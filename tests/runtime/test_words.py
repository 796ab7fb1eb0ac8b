import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from liftloop.kernel.codec import pack_columns, unpack_columns
from liftloop.kernel.words import Words

TEXTS = st.lists(st.sampled_from(["", "a", "b", "上海", "\x1f"]), max_size=12)


@given(TEXTS, TEXTS, st.data())
def test_words_are_the_texts_that_they_stand_for(texts: list[str], more: list[str], data: st.DataObject) -> None:
    """Whatever is asked of words has the answer that the plain list gives."""
    words, other = Words.of(texts), Words.of(more)
    asked = data.draw(st.sampled_from(["", "a", "nowhere"]))
    assert list(words) == texts
    assert len(words) == len(texts)
    assert words == texts
    assert [words[place] for place in range(len(texts))] == texts
    assert list(Words.joined([words, other])) == texts + more
    assert words.are(asked).tolist() == [text == asked for text in texts]
    assert words.among({asked, "b"}).tolist() == [text in (asked, "b") for text in texts]
    assert {text: places.tolist() for text, places in words.places().items()} == {
        text: [place for place, each in enumerate(texts) if each == text] for text in set(texts)
    }
    chosen = np.array(
        data.draw(st.lists(st.integers(0, max(len(texts) - 1, 0)), max_size=5 if texts else 0)), dtype=int
    )
    assert list(words.at(chosen)) == [texts[place] for place in chosen]
    assert words.column().tolist() == texts
    assert list(Words.alike("x", len(texts))) == ["x"] * len(texts)


@given(TEXTS)
def test_words_in_facts_come_back(texts: list[str]) -> None:
    """Packed words say each text once and come back as they were."""
    packed = pack_columns({"name": Words.of(texts), "at": np.arange(len(texts))})
    unpacked = unpack_columns(packed)
    assert isinstance(unpacked["name"], Words)
    assert list(unpacked["name"]) == texts
