"""Puts what came of asking a language model into the words of the API."""

from liftloop.api.present.words import at, text
from liftloop.api.views.model import ModelCall, ModelFields, ModelNote, ModelService, ModelSheet, ModelUsage
from liftloop.app.language_model.contract import Asked, Call, Usage
from liftloop.app.language_model.model import Sheet
from liftloop.app.language_model.outcomes import outcome_words
from liftloop.app.language_model.services import SERVICES
from liftloop.app.words import Said


def sheet_view(sheet: Sheet) -> ModelSheet:
    return ModelSheet(
        version=sheet.version,
        on=sheet.on,
        installed=sheet.installed,
        model=ModelFields.model_validate(sheet.settings),
        usage=usage_view(sheet.usage),
        may_change=sheet.may_change,
        services=[
            ModelService(id=each.id, name=each.name, provider=each.provider, base_url=each.base_url)
            for each in SERVICES
        ],
    )


def usage_view(usage: Usage) -> ModelUsage:
    return ModelUsage(
        month=usage.month,
        calls=usage.calls,
        drafted=usage.drafted,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        spent_fen=usage.spent_fen,
    )


def note_view(asked: Asked, says: Said | None = None) -> ModelNote:
    return ModelNote(
        outcome=asked.outcome,
        says=text(says or asked.says),
        tokens_in=asked.tokens_in,
        tokens_out=asked.tokens_out,
        cost_fen=asked.cost_fen,
        took_ms=asked.took_ms,
    )


def call_view(call: Call, who: Said) -> ModelCall:
    return ModelCall(
        id=call.id,
        at=at(call.at_ms),
        who=text(who),
        purpose=call.purpose,
        model=call.model,
        outcome=call.outcome,
        says=text(outcome_words(call.outcome, call.why)),
        tokens_in=call.tokens_in,
        tokens_out=call.tokens_out,
        cost_fen=call.cost_fen,
        took_ms=call.took_ms,
        fingerprint=call.fingerprint,
        asked=call.asked,
        answered=call.answered,
    )
