"""The ledger of calls to a language model: what each may cost is taken before it is made, what it cost put there after.

A cost is kept in millionths of a fen: tokens times the price of a million, without rounding.
"""

import hashlib

from liftloop.app.accounts.credentials import random_id
from liftloop.app.language_model.contract import Call, Purpose, Usage, Worded
from liftloop.app.model_settings import ModelSettings
from liftloop.app.shop_clock import shop_moment
from liftloop.kernel.clock import DAY_MS, Clock
from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import Row
from liftloop.storage.embedded.accounts import SqliteAccounts

MICRO = 1_000_000
KEPT_DAYS = 400
TEXT_DAYS = 31
CALLS_MAX = 200

_RESERVE = """
INSERT INTO model_call (id, at_ms, month, actor, purpose, model, outcome, why, tokens_in, tokens_out, cost_micro,
    took_ms, fingerprint, asked, answered)
SELECT ?, ?, ?, ?, ?, ?, 'asked', '', ?, ?, ?, 0, ?, ?, ''
WHERE (SELECT coalesce(sum(cost_micro), 0) + ? <= ? AND coalesce(sum(tokens_in + tokens_out), 0) + ? <= ?
    FROM model_call WHERE month = ?)
"""
_SETTLE = """
UPDATE model_call SET outcome = ?, why = ?, tokens_in = ?, tokens_out = ?, cost_micro = ?, took_ms = ?, answered = ?
WHERE id = ? AND outcome = 'asked'
"""
_USAGE = """
SELECT count(*), coalesce(sum(outcome = 'drafted'), 0), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0),
    coalesce(sum(cost_micro), 0) FROM model_call WHERE month = ?
"""
_CALLS = """
SELECT id, at_ms, actor, purpose, model, outcome, why, tokens_in, tokens_out, cost_micro, took_ms, fingerprint, asked,
    answered FROM model_call WHERE month = ? ORDER BY at_ms DESC, rowid DESC LIMIT ?
"""


class Ledger:
    """Calls by month, in the file of accounts."""

    def __init__(self, file: SqliteAccounts, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def month(self) -> str:
        """Return the month that it is by the shop's clock, such as 2026-11."""
        return f"{shop_moment(self._clock.now_ms()):%Y-%m}"

    def reserve(
        self, model: ModelSettings, actor: str, purpose: Purpose, prompt: str, most: tuple[int, int]
    ) -> str | None:
        """Take the most that a call may cost from the month, durably; return its id, None where too little is left."""
        now, month, identity = self._clock.now_ms(), self.month(), random_id("m")
        cost = cost_micro(model, *most)
        kept = prompt if model.keep_texts else ""
        fingerprint = hashlib.sha256(prompt.encode()).hexdigest()
        what = (identity, now, month, actor, purpose, model.name, *most, cost, fingerprint, kept)
        bounds = (cost, model.month_fen * MICRO, sum(most), model.month_tokens, month)
        taken = self._file.change(
            ("DELETE FROM model_call WHERE at_ms < ?", (now - KEPT_DAYS * DAY_MS,)),
            ("UPDATE model_call SET asked = '', answered = '' WHERE at_ms < ?", (now - TEXT_DAYS * DAY_MS,)),
            (_RESERVE, (*what, *bounds)),
        )
        return identity if taken else None

    def settle(self, identity: str, model: ModelSettings, worded: Worded, most: tuple[int, int], took_ms: int) -> int:
        """Put what a call came to in the place of what was reserved; return its cost in fen, rounded up."""
        tokens = (worded.tokens_in, worded.tokens_out) if worded.sure else most
        cost = cost_micro(model, *tokens)
        said = [{"headline": each.headline, "line": each.greeting + each.line} for each in worded.words]
        answered = canonical_json(said).decode() if model.keep_texts and said else ""
        outcome = (worded.outcome, worded.why, *tokens, cost, took_ms, answered, identity)
        self._file.change((_SETTLE, outcome))
        return fen(cost)

    def usage(self, month: str) -> Usage:
        """Return what a month came to until now."""
        ((calls, drafted, tokens_in, tokens_out, cost),) = self._file.rows(_USAGE, (month,))
        return Usage(
            month=month,
            calls=calls,
            drafted=drafted,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            spent_fen=fen(cost),
        )

    def calls(self, month: str, limit: int = CALLS_MAX) -> list[Call]:
        """Return the calls of a month, the newest first."""
        return [_call(row) for row in self._file.rows(_CALLS, (month, limit))]


def cost_micro(model: ModelSettings, tokens_in: int, tokens_out: int) -> int:
    """Return what tokens cost, in millionths of a fen."""
    return tokens_in * model.asked_fen + tokens_out * model.answered_fen


def fen(micro: int) -> int:
    """Return millionths of a fen as fen, rounded up.

    >>> fen(1), fen(1_000_000)
    (1, 1)
    """
    return -(-micro // MICRO)


def _call(row: Row) -> Call:
    identity, at_ms, actor, purpose, model, outcome, why, tokens_in, tokens_out, cost, took, mark, asked, answered = row
    return Call(
        id=identity,
        at_ms=at_ms,
        actor=actor,
        purpose=purpose,
        model=model,
        outcome=outcome,
        why=why,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost_fen=fen(cost),
        took_ms=took,
        fingerprint=mark,
        asked=asked,
        answered=answered,
    )
