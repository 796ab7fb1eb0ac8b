"""How good the data of an import were: counted while it runs, told in sentences, and line by line in an error file."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct

from liftloop.collect.cleaning import neutralise_formula
from liftloop.collect.distinct import DistinctCount
from liftloop.collect.mapping import Mapping, kind_of
from liftloop.collect.mapping_records import Converted
from liftloop.collect.mapping_rows import REASONS, RejectedRow
from liftloop.kernel.errors import Language

SAMPLES_MAX = 5  # Enough to see what kind of mistake it is.
RECOGNISED_GOOD = 0.95
RECOGNISED_POOR = 0.5
MISSING_NOTICED = 0.2  # A field that every fifth row lacks is worth a sentence.
NAMES_MAX = 1_000  # Distinct names of events that are counted each; a line of progress stays below a megabyte.
OTHER_NAMES = "…"

Level = Literal["good", "notice", "problem"]


class RejectedReason(Struct, frozen=True, kw_only=True):
    """Rows that were not taken in for one reason, with some of them."""

    reason: str
    zh: str
    en: str
    rows: int
    samples: tuple[RejectedRow, ...]


class QualitySummary(Struct, frozen=True, kw_only=True):
    """An import in numbers.

    `rows` are all rows of the file, `duplicates` those that equal an earlier row in every column.
    `missing`, `unreadable`, `blocked` and `out_of_range` count rows by field.
    `recognition_rate` is the share of rows that name a customer; `first_at` and `last_at` are local ISO times.
    """

    kind: str
    rows: int
    customers: int
    events: int
    rejected: int
    duplicates: int
    recognition_rate: float
    events_by_name: dict[str, int]
    records_by_type: dict[str, int]
    rejected_by_reason: tuple[RejectedReason, ...]
    missing: dict[str, int]
    unreadable: dict[str, int]
    blocked: dict[str, int]
    out_of_range: dict[str, int]
    first_at: str | None
    last_at: str | None
    revenue: float
    currency: str
    lost_digits: dict[str, int] = {}
    """By field: long numbers that a spreadsheet has shortened, and that are refused."""
    estimated: bool = False
    """Whether customers and duplicates were counted on a sample: of more than four million only some are kept."""


class Finding(Struct, frozen=True, kw_only=True):
    """One sentence on the quality of the data; `rows` is how many it is about."""

    level: Level
    zh: str
    en: str
    rows: int


class QualityTally:
    """Adds up the batches of one import, in memory that does not grow with them."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._rows = self._bad_rows = self._rejected = 0
        self._counters: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._reasons: Counter[str] = Counter()
        self._samples: defaultdict[str, list[RejectedRow]] = defaultdict(list)
        self._customers = DistinctCount(np.int64)
        self._hashes = DistinctCount(np.uint64)
        self._first_ms: int | None = None
        self._last_ms: int | None = None
        self._revenue = 0.0

    def add(self, converted: Converted) -> None:
        counts = converted.counts
        self._rows += counts.rows
        self._revenue += counts.revenue
        for name in ("events", "records", "missing", "unreadable", "lost_digits", "blocked", "out_of_range"):
            _add(self._counters[name], getattr(counts, name))
        self._customers.add(counts.customers)
        self._hashes.add(counts.row_hashes)
        for row in converted.rejected:
            self._reject(row)
        if counts.first_ms is not None and counts.last_ms is not None:
            self._first_ms = min(counts.first_ms, self._first_ms if self._first_ms is not None else counts.first_ms)
            self._last_ms = max(counts.last_ms, self._last_ms if self._last_ms is not None else counts.last_ms)

    def add_bad_line(self, line: int, reason: str, text: str) -> None:
        """Count a row whose cells do not match the header."""
        self._bad_rows += 1
        self._reject(RejectedRow(index=-1, line=line, reason=reason, field="", value=text))

    def _reject(self, row: RejectedRow) -> None:
        self._reasons[row.reason] += 1
        if len(self._samples[row.reason]) < SAMPLES_MAX:
            self._samples[row.reason].append(row)

    def summary(self) -> QualitySummary:
        """Return what was counted so far."""
        rows = self._rows + self._bad_rows
        unknown = self._reasons["no_customer"]
        return QualitySummary(
            kind=self._mapping.kind,
            rows=rows,
            customers=self._customers.count(),
            events=self._counters["events"].total(),
            rejected=self._reasons.total(),
            duplicates=self._hashes.repeated(),
            recognition_rate=(self._rows - unknown) / self._rows if self._rows else 0.0,
            events_by_name=dict(self._counters["events"]),
            records_by_type=dict(self._counters["records"]),
            rejected_by_reason=tuple(
                RejectedReason(
                    reason=reason,
                    zh=REASONS[reason][0],
                    en=REASONS[reason][1],
                    rows=count,
                    samples=tuple(self._samples[reason]),
                )
                for reason, count in self._reasons.most_common()
            ),
            missing=_counted(self._counters["missing"]),
            unreadable=_counted(self._counters["unreadable"]),
            lost_digits=_counted(self._counters["lost_digits"]),
            blocked=_counted(self._counters["blocked"]),
            out_of_range=_counted(self._counters["out_of_range"]),
            first_at=_local(self._first_ms, self._mapping.zone),
            last_at=_local(self._last_ms, self._mapping.zone),
            revenue=round(self._revenue, 2),
            currency=self._mapping.currency,
            estimated=self._customers.estimated or self._hashes.estimated,
        )


def _add(counter: Counter[str], more: Counter[str]) -> None:
    """Add to a counter; names beyond the limit, which come from ids in place of names, count as one."""
    for name, count in more.items():
        counter[name if name in counter or len(counter) < NAMES_MAX else OTHER_NAMES] += count


def _counted(counter: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in counter.items() if count}


def _local(at_ms: int | None, zone: str) -> str | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(ZoneInfo(zone)).isoformat()


def findings(summary: QualitySummary, mapping: Mapping) -> tuple[Finding, ...]:
    """Return the summary in sentences, the worst first."""
    kind = kind_of(mapping)
    fields = kind.by_name
    found = [_recognition(summary)] if any(field.about == "customer" for field in kind.fields) else []
    for rejected in summary.rejected_by_reason:
        share = rejected.rows / summary.rows
        found.append(
            Finding(
                level="problem" if share > 1 - RECOGNISED_POOR else "notice",
                zh=f"{rejected.rows:,} 行没有导入：{rejected.zh}",
                en=f"{rejected.rows:,} row{'s were' if rejected.rows > 1 else ' was'} left out: {rejected.en}",
                rows=rejected.rows,
            )
        )
    if summary.duplicates:
        about_zh, about_en = ("约 ", "about ") if summary.estimated else ("", "")
        kept = "照常计入" if mapping.duplicates == "keep" and mapping.kind == "orders" else "只计一次"
        kept_en = "they count" if kept == "照常计入" else "they count once"
        found.append(
            Finding(
                level="notice",
                zh=f"{about_zh}{summary.duplicates:,} 行与前面的行完全相同，{kept}",
                en=f"{about_en}{summary.duplicates:,} rows equal an earlier row in every column; {kept_en}",
                rows=summary.duplicates,
            )
        )
    for counts, zh, en in (
        (summary.unreadable, "无法识别，已留空", "cannot be read and stay empty"),
        (
            summary.lost_digits,
            "被电子表格改成了科学计数（如 1.38E+10），末尾数字已丢失，没有采用；把这一列设为文本，从原系统重新导出",
            "have lost their last digits to a spreadsheet (1.38E+10) and are not taken; export the column anew as text",
        ),
        (summary.blocked, "是占位号码或测试地址，已留空", "are placeholders and stay empty"),
        (summary.out_of_range, "超出常见范围，请核对", "are out of the usual range; please check"),
        ({name: n for name, n in summary.missing.items() if n > MISSING_NOTICED * summary.rows}, "缺失", "are missing"),
    ):
        found += [
            Finding(
                level="notice",
                zh=f"“{fields[name].zh}”有 {count:,} 个{zh}",
                en=f"{count:,} values of {fields[name].en} {en}",
                rows=count,
            )
            for name, count in counts.items()
        ]
    return tuple(sorted(found, key=lambda finding: ("problem", "notice", "good").index(finding.level)))


def _recognition(summary: QualitySummary) -> Finding:
    rate = summary.recognition_rate
    recognised = round(rate * summary.rows)
    about_zh, about_en = ("约", "about ") if summary.estimated else ("共", "")
    return Finding(
        level="good" if rate >= RECOGNISED_GOOD else "notice" if rate >= RECOGNISED_POOR else "problem",
        zh=f"{rate:.1%} 的行认得出客户，{about_zh} {summary.customers:,} 位",
        en=f"{rate:.1%} of the rows name a customer, {about_en}{summary.customers:,} in all",
        rows=recognised,
    )


def error_file_header(columns: Sequence[str], language: Language) -> str:
    """Return the first line of an error file: what was wrong, then the columns of the file itself.

    It begins with a byte-order mark, or Excel would show Chinese as something else.
    """
    told = ("行号", "原因", "字段", "内容") if language == "zh-CN" else ("line", "reason", "field", "value")
    return "\ufeff" + csv_line([*told, *columns])


def error_file_lines(rejected: Iterable[tuple[RejectedRow, Sequence[str]]], language: Language) -> Iterable[str]:
    """Yield a line for each rejected row with the cells it had; corrected, the file can be imported again."""
    for row, cells in rejected:
        reason = REASONS[row.reason][0 if language == "zh-CN" else 1]
        yield csv_line([str(row.line), reason, row.field, row.value, *cells])


def csv_line(cells: Sequence[str]) -> str:
    """Return a line of CSV (RFC 4180) in which no cell can run as a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([neutralise_formula(cell) for cell in cells])
    return text.getvalue()
