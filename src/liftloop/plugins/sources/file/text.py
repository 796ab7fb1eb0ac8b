"""From any text file to UTF-8 that DuckDB reads: encoding found by reading all of it, GB18030 rewritten as a stream."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from liftloop.plugins.sources.file.problems import (
    damaged_file,
    encoding_not_known,
    file_too_large,
    unknown_encoding,
    wrong_encoding,
)

FILE_BYTES_MAX = 16 * 1024**3  # Staged, sorted and spilled it needs three times its size on disk.
CHUNK_BYTES = 1024 * 1024  # Large enough that Python's part of the pass is a few per cent.
HEAD_CHARACTERS = 256 * 1024  # Enough rows to tell the delimiter by, small enough to parse six times.
CHINESE_SHARE_MIN = (
    0.85  # Chinese text lies in GB2312 to more than 95%; Big5 or Latin text read as GB18030 to about half.
)
CHINESE_SAMPLE_CHARACTERS = 200_000
GZIP_MAGIC = b"\x1f\x8b"


class TextFile(Struct, frozen=True, kw_only=True):
    """A UTF-8 file with what one pass over it told: `lines` are physical ones, `head` is how it begins."""

    path: Path
    compressed: bool
    encoding: str
    lines: int
    head: str
    head_is_all: bool


class _Unreadable(Exception):
    def __init__(self, byte_offset: int) -> None:
        super().__init__(byte_offset)
        self.byte_offset = byte_offset


def prepare_text(path: Path, encoding: str, folder: Path, name: str) -> TextFile:
    """Return `path` as UTF-8, rewritten into `folder` where it is not; an empty `encoding` means: find it.

    Raises `unknown_encoding`, `wrong_encoding`, `encoding_not_known`, `damaged_file`, `file_too_large`.
    """
    compressed = is_gzip(path)
    chosen = encoding or _encoding_by_mark(path, name)
    if chosen:
        return _in_encoding(path, _known_codec(chosen), folder, name)
    try:
        return _scan_utf8(path, compressed, name)
    except _Unreadable as unreadable:
        if not _reads_like_chinese(path, name):
            raise unknown_encoding(name, unreadable.byte_offset) from None
    return _in_encoding(path, "gb18030", folder, name)


def is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == GZIP_MAGIC


def read_chunks(path: Path, name: str) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked, at most `FILE_BYTES_MAX` of them."""
    total = 0
    with path.open("rb") as file:
        source: BinaryIO = gzip.GzipFile(fileobj=file) if is_gzip(path) else file  # pyright: ignore[reportAssignmentType]
        while chunk := _read(source, name):
            total += len(chunk)
            if total > FILE_BYTES_MAX:
                raise file_too_large(name, FILE_BYTES_MAX)
            yield chunk


def _read(source: BinaryIO, name: str) -> bytes:
    try:
        return source.read(CHUNK_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise damaged_file(name) from None


def _encoding_by_mark(path: Path, name: str) -> str:
    """Return the encoding that a byte-order mark tells, or nothing; UTF-8 needs no rewriting with or without one."""
    first = next(read_chunks(path, name), b"")
    return "utf-16" if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


def _known_codec(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise encoding_not_known(encoding) from None


def _in_encoding(path: Path, codec: str, folder: Path, name: str) -> TextFile:
    if codec in ("utf-8", "utf-8-sig"):
        try:
            return _scan_utf8(path, is_gzip(path), name)
        except _Unreadable as unreadable:
            raise wrong_encoding(name, codec, unreadable.byte_offset) from None
    target = folder / f"{path.name}.utf8"
    try:
        _rewrite(path, codec, target, name)
    except _Unreadable as unreadable:
        raise wrong_encoding(name, codec, unreadable.byte_offset) from None
    return msgspec.structs.replace(_scan_utf8(target, False, name), encoding=codec)


def _rewrite(path: Path, codec: str, target: Path, name: str) -> None:
    decoder = codecs.getincrementaldecoder(codec)()
    read = 0
    with target.open("wb") as file:
        for chunk in read_chunks(path, name):
            file.write(_decode(decoder, chunk, read).encode("utf-8", "surrogatepass"))
            read += len(chunk)
        file.write(_decode(decoder, b"", read, final=True).encode())


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, read: int, *, final: bool = False) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        raise _Unreadable(read + error.start) from None


def _scan_utf8(path: Path, compressed: bool, name: str) -> TextFile:
    """Return the facts of a UTF-8 file; raises `_Unreadable` at the first byte that is none."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    head, lines, read, last = "", 0, 0, b"\n"
    head_is_all = True
    for chunk in read_chunks(path, name):
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise _Unreadable(read + error.start) from None
        lines += chunk.count(b"\n")
        read += len(chunk)
        last = chunk[-1:]
        head_is_all = head_is_all and len(head) + len(text) <= HEAD_CHARACTERS
        head += text[: HEAD_CHARACTERS - len(head)]
    try:
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        raise _Unreadable(read) from None
    lines += last != b"\n"
    return TextFile(path=path, compressed=compressed, encoding="utf-8", lines=lines, head=head, head_is_all=head_is_all)


def _reads_like_chinese(path: Path, name: str) -> bool:
    """Tell whether the letters beyond ASCII, read as GB18030, are everyday Chinese."""
    decoder = codecs.getincrementaldecoder("gb18030")()
    seen = everyday = 0
    for chunk in read_chunks(path, name):
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError:
            return False
        letters = "".join(letter for letter in text if not letter.isascii())
        seen += len(letters)
        everyday += len(letters.encode("gb2312", "ignore")) // 2
        if seen >= CHINESE_SAMPLE_CHARACTERS:
            break
    return everyday >= CHINESE_SHARE_MIN * seen
