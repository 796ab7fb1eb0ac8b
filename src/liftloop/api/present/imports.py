"""Turns an import as it is kept into what the API answers."""

from typing import Any, cast

import msgspec

from liftloop.api.views.imports import Finding, Import, ImportChoice, ImportCounts, ImportQuestion, MappedField
from liftloop.api.views.values import Text
from liftloop.app.imports import jobs as imports
from liftloop.app.imports.proposal import Proposal, fields_of
from liftloop.app.words import Said
from liftloop.collect.mapping import Mapping, kind_named, kind_of, mapping_to_json
from liftloop.collect.mapping_questions import Note, Question
from liftloop.collect.quality import QualitySummary, findings


def text(note: Note | Said) -> Text:
    return Text(zh=note.zh, en=note.en)


def shown(held: imports.Import) -> Import:
    mapping, progress = held.decided(), held.progress
    summary = progress.summary
    counts = ImportCounts(rows=0, customers=0, events=0, rejected=0) if summary is None else _counts(summary)
    share = 1.0 if held.status == "done" else progress.rows / progress.of if progress.of else 0.0
    return Import(
        import_id=held.id,
        status=held.status,
        file=held.file,
        kind=cast(Any, mapping.kind),
        rows_estimate=held.proposal.rows,
        columns=list(held.proposal.columns),
        fields=mapped_fields(mapping, held.proposal),
        questions=[_question(each) for each in held.proposal.questions],
        progress=min(share, 1.0),
        counts=counts,
        quality=[
            Finding(level=each.level, text=Text(zh=each.zh, en=each.en), rows=each.rows)
            for each in (findings(summary, mapping) if summary is not None and held.status == "done" else ())
        ],
        sentence=text(sentence(held)),
    )


def mapped_fields(mapping: Mapping, proposal: Proposal) -> list[MappedField]:
    """Return every field of a mapping's kind, with what it is made from and a few masked values."""
    return [
        MappedField(
            field=each.field,
            name=text(each.name),
            required=each.required,
            rule=each.rule,
            described=text(each.described) if each.described else None,
            examples=list(each.examples),
        )
        for each in fields_of(mapping, proposal.examples)
    ]


def in_numbers(held: imports.Import) -> dict[str, Any]:
    """Return all that was counted, how long it took and the mapping it was loaded by."""
    mapping, summary = held.decided(), held.summary()
    numbers: dict[str, Any] = {} if summary is None else msgspec.to_builtins(summary)
    numbers["rejected_by_reason"] = {each["reason"]: each["rows"] for each in numbers.get("rejected_by_reason", ())}
    events = summary.events if summary else 0
    return {
        "import_id": held.id,
        "status": held.status,
        "file": held.file,
        **numbers,
        "kind": mapping.kind,
        "seconds": held.seconds,
        "events_per_s": round(events / held.seconds) if held.seconds else 0,
        "rows_per_s": round(held.progress.rows / held.seconds) if held.seconds else 0,
        "quality": [
            {"level": each.level, "zh": each.zh, "en": each.en, "rows": each.rows}
            for each in (findings(summary, mapping) if summary else ())
        ],
        "mapping": mapping_to_json(mapping),
        "error": held.progress.error,
    }


def sentence(held: imports.Import) -> Said:
    """Return what happened, or what the file seems to be, in one sentence."""
    match held.status:
        case "proposed":
            return proposed(held.proposal)
        case "running":
            return Said("正在导入。", "Loading.")
        case "done":
            assert held.progress.summary is not None
            return _done(held.progress.summary)
        case "failed":
            error = held.progress.error or {}
            zh, en = error.get("message_zh", "导入失败"), error.get("message_en", "the import failed")
            return Said(f"没有导完：{zh}", f"Not finished: {en}")


def proposed(proposal: Proposal) -> Said:
    """Return what rows seem to be, in one sentence."""
    mapping = proposal.as_mapping()
    kind = kind_of(mapping)
    used = len(mapping.fields)
    zh = f"看起来是{kind.zh}：{proposal.rows:,} 行，认出了 {used} 个字段"
    en = f"This looks like {kind.en}: {proposal.rows:,} rows, {used} fields recognized"
    if mapping.extras:
        zh += f"，另外 {len(mapping.extras)} 列原样保留"
        en += f", {len(mapping.extras)} more columns are kept as they are"
    if proposal.missing:
        names = kind.by_name
        zh += "；还缺：" + "、".join("或".join(names[each].zh for each in choice) for choice in proposal.missing)
        en += "; missing: " + ", ".join(" or ".join(names[each].en for each in choice) for choice in proposal.missing)
    if proposal.assumed:
        zh += "。" + "；".join(each.zh for each in proposal.assumed)
        en += ". " + "; ".join(each.en for each in proposal.assumed)
    return Said(f"{zh}。", f"{en}.")


def _done(summary: QualitySummary) -> Said:
    kind = kind_named(summary.kind)
    zh, en = f"读完 {summary.rows:,} 行{kind.zh}", f"All {summary.rows:,} rows of {kind.en} were read"
    if summary.customers:
        zh, en = f"{zh}：{summary.customers:,} 位客户", f"{en}: {summary.customers:,} customers"
        if summary.events:
            zh, en = f"{zh}，{summary.events:,} 条事件", f"{en}, {summary.events:,} events"
    if summary.rejected:
        zh, en = f"{zh}；{summary.rejected:,} 行没有导入", f"{en}; {summary.rejected:,} rows were left out"
    return Said(f"{zh}。", f"{en}.")


def _counts(summary: QualitySummary) -> ImportCounts:
    return ImportCounts(
        rows=summary.rows, customers=summary.customers, events=summary.events, rejected=summary.rejected
    )


def _question(question: Question) -> ImportQuestion:
    return ImportQuestion(
        id=question.id,
        text=Text(zh=question.zh, en=question.en),
        choices=[ImportChoice(value=each.value, label=Text(zh=each.zh, en=each.en)) for each in question.choices],
        default=question.default,
    )
