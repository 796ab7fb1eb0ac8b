"""Open a file, whatever it is: the type is told by its first bytes, never by its name."""

import errno
import zipfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Literal, Protocol

import duckdb
from msgspec import Struct

from liftloop.plugins.sources.file.assembly import JoinLike, Partner, assemble
from liftloop.plugins.sources.file.dialect import read_dialect
from liftloop.plugins.sources.file.excel import COMPOUND_MAGIC, stage_excel
from liftloop.plugins.sources.file.glance import stage_glance
from liftloop.plugins.sources.file.parquet import stage_parquet
from liftloop.plugins.sources.file.problems import (
    damaged_file,
    empty_file,
    file_not_found,
    no_room,
    unknown_join_file,
    unsupported_file_type,
)
from liftloop.plugins.sources.file.staging import Staged, Staging, stage_text
from liftloop.plugins.sources.file.table import Table
from liftloop.plugins.sources.file.text import is_gzip, prepare_text, read_chunks

MEMORY_BYTES_MAX = 256 * 1024**2  # What the staged file may hold before it spills; batches come on top.
SNIFFED_BYTES = 4_096

FileType = Literal["text", "excel", "parquet"]


class ReadPlanLike(Protocol):
    """What a mapping asks of the reader, told by whoever owns mappings."""

    @property
    def group_by(self) -> tuple[str, ...]: ...
    @property
    def joins(self) -> Sequence[JoinLike]: ...


class ReadOptions(Struct, frozen=True, kw_only=True):
    """How to read; empty means: find it. `work_folder` takes what spills, `files` says where named files lie.

    With `glance`, only rows from all over a large text file are read: enough to tell what its columns are.
    """

    encoding: str = ""
    sheet: str = ""
    work_folder: Path | None = None
    memory_bytes_max: int = MEMORY_BYTES_MAX
    files: Mapping[str, Path] = {}
    glance: bool = False


def open_table(path: Path, options: ReadOptions, plan: ReadPlanLike | None = None) -> Table:
    """Return the file as a table; with a `plan`, joined and with the rows of each group together.

    Reads the file once, in memory bounded by `memory_bytes_max` plus about 250 MB (Excel: plus its sheet).
    Rows with too many or too few cells are set aside as `bad_lines`.
    Raises a `LiftloopError` that says what is wrong with the file and what to do.
    """
    with ExitStack() as stack, _room_for(path.name):
        staging = stack.enter_context(closing(Staging(options.work_folder, options.memory_bytes_max)))
        staged = _stage(staging, "file", path, options)
        joins = plan.joins if plan else ()
        partners = [_partner(staging, join, f"other{number}", options) for number, join in enumerate(joins)]
        assembled = assemble(staging, staged, plan.group_by if plan else (), partners, path.name)
        stack.pop_all()
        return Table(path.name, staging, staged, assembled)


@contextmanager
def _room_for(name: str) -> Generator[None]:
    """Tell a full memory or disk as such."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise no_room(name) from None
    except (duckdb.IOException, OSError) as error:
        if isinstance(error, OSError) and error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise no_room(name) from None


def _partner(staging: Staging, join: JoinLike, table: str, options: ReadOptions) -> Partner:
    if join.file not in options.files:
        raise unknown_join_file(join.file, list(options.files))
    plain = ReadOptions(work_folder=options.work_folder)
    return Partner(join=join, staged=_stage(staging, table, options.files[join.file], plain))


def _stage(staging: Staging, table: str, path: Path, options: ReadOptions) -> Staged:
    name = path.name
    if not path.is_file():
        raise file_not_found(name)
    # A link under a name of ours: DuckDB would take `*` and `[` in a name for a pattern.
    link = staging.folder / f"{table}-input"
    link.symlink_to(path.resolve())
    match file_type(link, name):
        case "parquet":
            return stage_parquet(staging, table, link, name)
        case "excel":
            return stage_excel(staging, table, link, options.sheet, name)
        case "text":
            text = prepare_text(link, options.encoding, staging.folder, name)
            dialect = read_dialect(text.head, text.head_is_all, name)
            glanced = stage_glance(staging, table, text, dialect, name) if options.glance else None
            return glanced or stage_text(staging, table, text, dialect, name)


def file_type(path: Path, name: str) -> FileType:
    """Return what kind of file this is by its content; raises `empty_file` and `unsupported_file_type`."""
    first = next(read_chunks(path, name), b"")[:SNIFFED_BYTES]
    if not first.strip():
        raise empty_file(name)
    if is_gzip(path) and first.startswith((b"PAR1", b"PK", b"\xd0\xcf")):
        raise unsupported_file_type(name, "压缩过的表格文件", "a compressed spreadsheet or Parquet file")
    if first.startswith(b"PAR1"):
        return "parquet"
    if first.startswith(COMPOUND_MAGIC):
        return "excel"
    if first.startswith(b"PK\x03\x04"):
        return _zip_type(path, name)
    for mark, zh, en in (
        (b"%PDF", " PDF 文件", "a PDF"),
        (b"<", "网页或 XML", "a web page or XML"),
        (b"{", " JSON 文件", "JSON"),
        (b"[", " JSON 文件", "JSON"),
    ):
        if first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(mark):
            raise unsupported_file_type(name, zh, en)
    if b"\x00" in first and not first.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise unsupported_file_type(name, "二进制文件", "a binary file")
    return "text"


def _zip_type(path: Path, name: str) -> FileType:
    if not zipfile.is_zipfile(path):
        raise damaged_file(name)
    with zipfile.ZipFile(path) as packed:
        names = set(packed.namelist())
    if names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        return "excel"
    raise unsupported_file_type(name, "压缩包", "a zip archive")
