"""Whom a file names: by customer number, anonymous id, phone, mail or profile id, whichever it turns out to be."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from liftloop.app.audiences.directory import Numbers
from liftloop.app.tags.holders import heads_now
from liftloop.collect.cleaning import CleaningRules, clean_email, clean_id, clean_phone
from liftloop.identify.contract import ANONYMOUS, USER
from liftloop.identify.reading import identifier_hash
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.kernel.ids import profile_number
from liftloop.plugins.sources.file import ReadOptions, open_table
from liftloop.plugins.sources.file.opening import file_type
from liftloop.plugins.sources.file.text import read_chunks
from liftloop.storage.contract import StateReader, Vault

NAMED_MAX = 2_000_000
"""Lines of one file: 2 million customer numbers are about 30 MB."""
CONTENT_BYTES_MAX = 256 * 1024**2
"""Of a text file, unpacked: it is read whole."""

_BY_HASH = "SELECT hash, profile FROM identifier WHERE hash IN (SELECT value FROM json_each(?))"
_BY_PROFILE = "SELECT DISTINCT profile FROM identifier WHERE profile IN (SELECT value FROM json_each(?))"
_CELL = re.compile(r'\s*"((?:[^"]|"")*)"|([^,;\t|]*)')
_PART = re.compile(r"[,;\t|]")
_RULES = CleaningRules()
_CODECS = ("utf-8-sig", "gb18030", "latin-1")


class TooManyNamed(LiftloopError):
    """A file names more people than one list takes."""

    def __init__(self, given: int) -> None:
        super().__init__(
            "too_many_named",
            zh=f"一份名单最多 {NAMED_MAX:,} 行，这个文件有 {given:,} 行",
            en=f"a list takes at most {NAMED_MAX:,} lines, this file has {given:,}",
            next_zh="拆成几个文件，再用「满足任意一个」合起来",
            next_en="cut it into several files and join the lists by “any of”",
            status=422,
            exit_code=EXIT_USAGE,
        )


def named_in(path: Path) -> list[str]:
    """Return the first cells of a file's rows, a heading included, empty ones left out.

    Raises a `LiftloopError` that says what is wrong with the file, and `TooManyNamed`.
    """
    named = [cells[0] for cells in cells_in(path, 1) if cells[0].strip()]
    if len(named) > NAMED_MAX:
        raise TooManyNamed(len(named))
    return named


def cells_in(path: Path, columns_max: int) -> list[list[str]]:
    """Return the first cells of each row of a file, a heading included; a short row has fewer, but at least one.

    Raises a `LiftloopError` that says what is wrong with the file.
    """
    if file_type(path, path.name) == "text":
        return [_cells(line, columns_max) for line in _text_of(_content(path)).splitlines()]
    with open_table(path, ReadOptions()) as table:
        names = table.columns[:columns_max]
        rows = [list(names)]
        for batch in table.batches(names):
            columns = [batch.columns[name].tolist() for name in names]
            rows += [["" if each is None else str(each) for each in row] for row in zip(*columns, strict=True)]
    return rows


def known_people(state: StateReader, vault: Vault, texts: Sequence[str]) -> Numbers:
    """Return the profile number of each text, merges followed, -1 where nobody is known by it; shape [len(texts)]."""
    cleaned = [clean_id(text) or "" for text in texts]
    candidates = [
        np.array([-1 if (number := profile_number(text)) is None else number for text in cleaned], dtype=np.int64)
    ]
    there = {number for (number,) in state.rows(_BY_PROFILE, (_list(candidates[0][candidates[0] >= 0]),))}
    found = np.array([number if number in there else -1 for number in candidates[0].tolist()], dtype=np.int64)
    for kind in (USER, ANONYMOUS):
        _fill(state, found, [_signed(identifier_hash(kind, text)) for text in cleaned])
    _fill(state, found, [_phone(vault, text) if found[row] < 0 else 0 for row, text in enumerate(cleaned)])
    _fill(state, found, [_email(vault, text) if found[row] < 0 else 0 for row, text in enumerate(cleaned)])
    heads = heads_now(state)
    return np.array([heads.get(number, number) for number in found.tolist()], dtype=np.int64)


def _fill(state: StateReader, found: Numbers, hashes: Sequence[int]) -> None:
    """Put in who is known by a hash where nobody was found yet; 0 is no hash."""
    open_rows = [row for row in np.flatnonzero(found < 0).tolist() if hashes[row]]
    if not open_rows:
        return
    known = dict(state.rows(_BY_HASH, (_list([hashes[row] for row in open_rows]),)))
    for row in open_rows:
        found[row] = known.get(hashes[row], -1)


def _phone(vault: Vault, text: str) -> int:
    cleaned = clean_phone(text, _RULES).value if any(letter.isdigit() for letter in text) else None
    return vault.keyed_hash("phone", cleaned) if cleaned else 0


def _email(vault: Vault, text: str) -> int:
    cleaned = clean_email(text, _RULES).value if "@" in text else None
    return vault.keyed_hash("email", cleaned) if cleaned else 0


def _signed(hashed: int) -> int:
    """Return a hash as the table has it."""
    return hashed - 2**64 if hashed >= 2**63 else hashed


def _cells(line: str, columns_max: int) -> list[str]:
    """Return the first cells of a line of text, whichever sign parts them."""
    cells: list[str] = []
    place = 0
    while len(cells) < columns_max:
        found = _CELL.match(line, place)
        assert found is not None, "it matches the empty text"
        quoted, plain = found.groups()
        cells.append((plain if quoted is None else quoted.replace('""', '"')).strip())
        part = _PART.search(line, found.end())
        if part is None:
            break
        place = part.end()
    return cells


def _content(path: Path) -> bytes:
    """Return a file's bytes, unpacked; raises `TooManyNamed` where they are more than lines so many can take."""
    content = bytearray()
    for chunk in read_chunks(path, path.name):
        content += chunk
        if len(content) > CONTENT_BYTES_MAX:
            raise TooManyNamed(content.count(b"\n"))
    return bytes(content)


def _text_of(content: bytes) -> str:
    codecs = ("utf-16", *_CODECS) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _CODECS
    for codec in codecs[:-1]:
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    return content.decode(codecs[-1])


def _list(numbers: Sequence[int] | Numbers) -> str:
    return canonical_json([int(number) for number in numbers]).decode()
