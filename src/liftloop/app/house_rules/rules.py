"""The use cases around the rules of the house: read, weigh, set; a revert is that of every definition."""

from collections.abc import Mapping
from typing import Any

import msgspec

from liftloop.app.access_rules import ACCESS, SIGN_IN, AccessRules, Provider
from liftloop.app.actors import actor_words
from liftloop.app.audit import changes_of
from liftloop.app.callers import current, told
from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.secrets import hidden, with_kept, with_stand_ins
from liftloop.app.desk import Desk
from liftloop.app.house_rules.contract import Meaning, RuleName, Sheet, Step, Weighed
from liftloop.app.house_rules.entering import access_meanings, approval_meanings, provider_meanings
from liftloop.app.house_rules.sending import sending_meanings
from liftloop.app.registry import USE_CASES, guard_of
from liftloop.app.words import Said
from liftloop.deliver.settings import DeliverySettings
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.relate.contract import Approvals

KIND = "setting"
STEPS_MAX = 30
"""Versions that are told; all of them stand in the audit."""
Shape = DeliverySettings | AccessRules | Approvals | Provider
SHAPES: Mapping[RuleName, type[Shape]] = {
    "delivery": DeliverySettings,
    ACCESS: AccessRules,
    "approvals": Approvals,
    SIGN_IN: Provider,
}
_VERSIONS = """
SELECT version, body, at_ms, actor, status FROM definition WHERE kind = 'setting' AND id = ?
ORDER BY version DESC LIMIT ?
"""


class HouseRules:
    """The rules of one installation."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def read(self, name: RuleName) -> Sheet:
        """Return rules whole, with what they mean and how they came to be so."""
        stored = self._stored(name)
        rules = _shaped(name, stored)
        steps = self._steps(name)
        needed = guard_of(KIND, name) or USE_CASES["definition.publish"]
        return Sheet(
            name=name,
            version=steps[0].version if steps else 0,
            body=_shown(rules),
            usual=_shown(SHAPES[name]()),
            meanings=self._meanings(rules),
            steps=steps,
            may_change=current().may(needed),
        )

    def weigh(self, name: RuleName, body: Mapping[str, Any]) -> Weighed:
        """Return what rules would mean and change, or what is wrong with them; nothing is set."""
        try:
            whole = with_kept(KIND, body, self._stored(name))
            self._desk.definitions.check(KIND, name, with_stand_ins(KIND, whole))
        except BadDefinition as error:
            return Weighed(problem=error.detail, meanings=(), changes=(), gone=(), come=())
        now, rules = _shaped(name, self._stored(name)), _shaped(name, whole)
        changes = changes_of(_shown(now), _shown(rules))
        return Weighed(problem=None, meanings=self._meanings(rules), changes=changes, **self._turned(now, rules))

    async def put(self, name: RuleName, body: Mapping[str, Any], version: int, actor: str) -> Sheet:
        """Set rules; `version` is the one that its author read. Raises `BadDefinition`, `Conflict`, `Forbidden`."""
        before = _shown(_shaped(name, self._stored(name)))
        await self._desk.definitions.publish(KIND, name, body, actor, version=version + 1)
        sheet = self.read(name)
        told(before=before, after=dict(sheet.body))
        return sheet

    def _stored(self, name: RuleName) -> dict[str, Any]:
        return self._desk.definitions.setting(name)

    def _steps(self, name: RuleName) -> list[Step]:
        rows = self._desk.state.rows(_VERSIONS, (name, STEPS_MAX + 1))
        names = self._desk.accounts.directory.names()
        usual = SHAPES[name]()
        told = [usual if status == "retired" else _as_told(name, body) for _, body, *_, status in rows]
        return [
            Step(
                version=int(version),
                at_ms=int(at_ms),
                who=actor_words(actor, names),
                changes=changes_of(_shown(before), _shown(after)),
                **self._turned(before, after),
            )
            for (version, _, at_ms, actor, _), after, before in zip(rows, told, [*told[1:], usual], strict=False)
        ][:STEPS_MAX]

    def _turned(self, before: Shape, after: Shape) -> dict[str, list[Said]]:
        """Return which sentences are true no more, and which became true."""
        old, new = ([each.said for each in self._meanings(rules)] for rules in (before, after))
        return {"gone": [each for each in old if each not in new], "come": [each for each in new if each not in old]}

    def _meanings(self, rules: Shape) -> list[Meaning]:
        match rules:
            case DeliverySettings():
                live = self._desk.definitions.live
                return sending_meanings(rules, {kind: live(kind) for kind in ("campaign", "channel", "setting")})
            case AccessRules():
                return access_meanings(rules)
            case Approvals():
                return approval_meanings(rules)
            case Provider():
                return provider_meanings(rules)


def _as_told(name: RuleName, body: bytes | str) -> Shape:
    """Return a version as it was told; one that is read no more had no say either, and is as usual."""
    try:
        return _shaped(name, parse_object(body))
    except msgspec.ValidationError:
        return SHAPES[name]()


def _shaped(name: RuleName, body: Mapping[str, Any]) -> Shape:
    return msgspec.convert(body, type=SHAPES[name], strict=False)


def _shown(rules: Shape) -> dict[str, Any]:
    """Return rules whole, as people may read them."""
    return hidden(KIND, parse_object(canonical_json(rules)))
