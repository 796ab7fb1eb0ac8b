"""A look into a large text file: its beginning and pieces from all over it, instead of all its rows."""

from io import BufferedWriter
from pathlib import Path

from msgspec.structs import replace

from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.sources.file.dialect import Dialect
from liftloop.plugins.sources.file.staging import Staged, Staging, stage_text
from liftloop.plugins.sources.file.text import TextFile

WORTH_BYTES = 8 * 1024**2  # Below it, reading all takes no longer than a person's click.
HEAD_BYTES = 512 * 1024
PIECES = 256
PIECE_BYTES = 8 * 1024  # Dozens of rows each; some 20,000 rows of an everyday file in all.
BAD_SHARE_MAX = 0.05  # More misfits than that are pieces of cells, or a file to be looked at as a whole.


def stage_glance(staging: Staging, table: str, text: TextFile, dialect: Dialect, name: str) -> Staged | None:
    """Stage rows from all over a file, with `of` the rows of the whole; None where all should be read instead.

    That is so with small and with compressed files, and where the pieces do not read as rows:
    a piece may begin in the middle of a quoted cell.
    """
    size = text.path.stat().st_size
    if text.compressed or size < WORTH_BYTES:
        return None
    pieces = staging.folder / f"{table}-glance"
    lines = _write_pieces(text.path, size, pieces)
    read = replace(text, path=pieces, lines=lines)
    try:
        staged = stage_text(staging, table, read, dialect, name)
    except LiftloopError:
        staged = None
    pieces.unlink()
    if staged is None or staged.bad_count > BAD_SHARE_MAX * staged.rows:
        staging.db.execute(f"drop table if exists {table}")
        return None
    return replace(staged, of=text.lines - dialect.header_lines, bad_count=0, bad_lines=())


def _write_pieces(source: Path, size: int, target: Path) -> int:
    """Write the beginning of a file and whole lines of its pieces; return the number of lines written."""
    with source.open("rb") as whole, target.open("wb") as file:
        head = whole.read(HEAD_BYTES)
        lines = _write_lines(head, 0, file)
        for piece in range(PIECES):
            whole.seek(HEAD_BYTES + (size - HEAD_BYTES - PIECE_BYTES) * piece // PIECES)
            cut = whole.read(PIECE_BYTES)
            lines += _write_lines(cut, cut.find(b"\n") + 1, file)
    return lines


def _write_lines(cut: bytes, start: int, file: BufferedWriter) -> int:
    """Write the whole lines of what was cut out, from `start`; return how many."""
    written = cut[start : cut.rfind(b"\n") + 1]
    file.write(written)
    return written.count(b"\n")
