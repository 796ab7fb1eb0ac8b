"""Launches that wait for somebody else's yes, often in an OA system: asked for once, answered once, on record.

A plan waits with its budget, a journey that somebody publishes for a whole audience with what its messages cost.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from liftloop.app.definitions.lawful import message_fen
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.facts import fact
from liftloop.app.plans import FROZEN, LaunchWaits
from liftloop.app.words import Said
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import canonical_json, fingerprint, parse_json
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.kernel.money import yuan_text
from liftloop.plan.launch import NotLaunchable
from liftloop.plan.record import PlanRecord
from liftloop.relate.contract import Approvals
from liftloop.relate.notices import APPROVAL_ANSWERED, APPROVAL_ASKED

SETTING = "approvals"
_SAID = """
SELECT kind, name, body, actor, at_ms FROM system_record WHERE kind IN ($1, $2) ORDER BY "offset" DESC LIMIT 2000
"""


GROWN_MAX = 1.2
"""A yes to a thousand people is one to twelve hundred; beyond it is asked anew."""
PROFILE_BYTES = 8
ENROLLED_MS = 7 * DAY_MS
"""People called in within a week are one launch; who trickles in over months is not."""
_ENTERED = "SELECT DISTINCT profile FROM enrolment WHERE journey = ? AND entered_ms >= ?"
_AUTHOR = 'SELECT actor FROM system_record WHERE kind = $1 AND name = $2 ORDER BY "offset" LIMIT 1'


class NeedsApproval(LaunchWaits):
    """The budget of a campaign waits for a yes, or was refused."""

    def __init__(self, identity: str, amount_fen: int, people: int, refused: str | None) -> None:
        amount = yuan_text(amount_fen)
        waiting = Said(
            f"预算 {amount}、触达 {people:,} 人，超过免审额度，已提交审批 {identity}",
            f"{amount} and {people:,} people are above what may be launched unasked; {identity} was asked for",
        )
        said = waiting if refused is None else Said(f"没有批准：{refused}", f"it was refused: {refused}")
        onward = Said("批准后再点启动", "launch again once it is approved")
        if refused is not None:
            onward = Said("调低预算重新做方案，或请审批人改主意", "plan with a smaller budget, or ask again")
        super().__init__(
            zh=said.zh,
            en=said.en,
            next_zh=onward.zh,
            next_en=onward.en,
        )


class AlreadyAnswered(LiftloopError):
    """An approval was answered otherwise before."""

    def __init__(self, identity: str, status: str) -> None:
        super().__init__(
            "already_answered",
            zh=f"审批 {identity} 已经有结论：{status}",
            en=f"the approval {identity} was answered already: {status}",
            next_zh="要改结论，请重新发起",
            next_en="ask anew for another answer",
            status=409,
            exit_code=EXIT_REFUSED,
        )


class OwnApproval(LiftloopError):
    """Nobody approves what they made or asked for, whatever their role."""

    def __init__(self) -> None:
        super().__init__(
            "own_approval",
            zh="自己做的计划、自己提交的审批，要由另一个人来批",
            en="what you made or asked for is approved by somebody else",
            next_zh="请另一位有审批角色的同事处理",
            next_en="ask another colleague with the role approver",
            status=409,
            exit_code=EXIT_REFUSED,
        )


class Approval(Struct, frozen=True, kw_only=True):
    """One question for a yes, and its answer."""

    id: str
    plan: str
    """Empty where a journey waits."""
    journey: str
    name: str
    amount_fen: int
    people: int
    status: Literal["waits", "approved", "refused"]
    asked_by: str
    asked_ms: int
    answered_by: str = ""
    answered_ms: int = 0
    reason: str = ""


class _Asked(Struct, frozen=True, kw_only=True):
    plan: str = ""
    journey: str = ""
    name: str
    amount_fen: int
    people: int = 0


class _Answered(Struct, frozen=True, kw_only=True):
    approved: bool
    reason: str = ""


def markets(node: Mapping[str, Any]) -> bool:
    """Tell whether a step sends marketing."""
    return node["kind"] == "act" or (node["kind"] == "send" and node.get("purpose", "marketing") == "marketing")


def _covers(known: Approval, asked: _Asked) -> bool:
    """Tell whether a yes is enough: a plan is what it was, an audience may have grown a little."""
    grown = 1.0 if asked.plan else GROWN_MAX
    return known.amount_fen * grown >= asked.amount_fen and known.people * grown >= asked.people * bool(asked.journey)


class BudgetApprovals:
    """The use cases around approvals; facts are their only memory."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def all(self) -> Sequence[Approval]:
        """Return approvals, the newest first."""
        rows = await self._desk.follower.select(_SAID, [APPROVAL_ASKED, APPROVAL_ANSWERED])
        found: dict[str, Approval] = {}
        said = list(zip(*(rows[name].tolist() for name in ("kind", "name", "body", "actor", "at_ms")), strict=True))
        for kind, identity, body, actor, at_ms in reversed(said):
            if kind == APPROVAL_ASKED and identity not in found:
                asked = msgspec.convert(parse_json(str(body)), _Asked)
                found[identity] = Approval(
                    id=identity,
                    plan=asked.plan,
                    journey=asked.journey,
                    name=asked.name,
                    amount_fen=asked.amount_fen,
                    people=asked.people,
                    status="waits",
                    asked_by=actor,
                    asked_ms=at_ms,
                )
            elif kind == APPROVAL_ANSWERED and identity in found and found[identity].status == "waits":
                answered = msgspec.convert(parse_json(str(body)), _Answered)
                found[identity] = msgspec.structs.replace(
                    found[identity],
                    status="approved" if answered.approved else "refused",
                    answered_by=actor,
                    answered_ms=at_ms,
                    reason=answered.reason,
                )
        return list(reversed(found.values()))

    async def require(self, record: PlanRecord, actor: str) -> None:
        """Let a launch pass that may cost little enough or was approved; else ask. Raises `NeedsApproval`."""
        await self._require(_identity(record), _question(record), actor)

    async def propose(self, record: PlanRecord, actor: str) -> Approval:
        """Ask for a yes to a plan, whatever it costs; what was asked or answered already is returned as it stands.

        Raises `NotLaunchable` where the plan is a refusal.
        """
        if record.assigned is None:
            raise NotLaunchable(record)
        known = next((each for each in await self.all() if each.plan == record.plan_id), None)
        if known is not None:
            return known
        await self._state(APPROVAL_ASKED, _identity(record), _question(record), actor)
        return await self._find(_identity(record))

    async def require_journey(self, kind: str, identity: str, body: Mapping[str, Any], actor: str) -> None:
        """Let a journey be published unless it would reach a whole audience at once and may cost too much unasked.

        The yes is for these very steps and for about as many people: whoever changes them asks again.
        Raises `NeedsApproval`.
        """
        trigger = body.get("trigger") or {}
        if kind != "journey" or trigger.get("on") != "schedule" or not self._rules_ask():
            return
        answer = await self._desk.tick.ask("members", id=str(trigger["audience"]))
        people = len(answer["profiles"]) // PROFILE_BYTES
        await self._require_reach(f"journey-{identity}-{fingerprint(body)[:12]}", identity, body, people, actor)

    async def require_enrolment(
        self, identity: str, body: Mapping[str, Any], profiles: Collection[int], actor: str
    ) -> None:
        """Let people be called into a journey that markets, unless many are with those who entered in these days.

        Many small requests are the launch that one large one is; whoever is called again counts once.
        Raises `NeedsApproval`.
        """
        if not self._rules_ask() or not any(markets(node) for node in body["nodes"]):
            return
        since_ms = self._desk.clock.now_ms() - ENROLLED_MS
        entered = {number for (number,) in self._desk.state.rows(_ENTERED, (identity, since_ms))}
        people = len(entered | {*profiles})
        await self._require_reach(f"enrol-{identity}-{fingerprint(body)[:12]}", identity, body, people, actor)

    async def _require_reach(
        self, question: str, identity: str, body: Mapping[str, Any], people: int, actor: str
    ) -> None:
        live = self._desk.definitions.live
        each_fen = sum(
            message_fen(live, str(node.get("content")), str(node.get("channel")), "marketing")
            for node in body["nodes"]
            if node["kind"] == "send" and markets(node)
        )
        name = str(body.get("name") or identity)
        await self._require(
            question, _Asked(journey=identity, name=name, amount_fen=people * each_fen, people=people), actor
        )

    def _rules_ask(self) -> Approvals | None:
        """Return the rules where any of them asks for a yes."""
        setting = self._desk.definitions.live("setting").get(SETTING)
        rules = msgspec.convert(setting, Approvals, strict=False) if setting else Approvals()
        return None if rules.launch_over_fen is None and rules.launch_over_people is None else rules

    async def _require(self, identity: str, asked: _Asked, actor: str) -> None:
        rules = self._rules_ask()
        if rules is None:
            return
        costly = rules.launch_over_fen is not None and asked.amount_fen > rules.launch_over_fen
        many = rules.launch_over_people is not None and asked.people > rules.launch_over_people
        if not (costly or many):
            return
        earlier = [each for each in await self.all() if each.id == identity or each.id.startswith(f"{identity}-")]
        known = earlier[0] if earlier else None
        if known is not None and known.status == "approved":
            if _covers(known, asked):
                return
            known = None  # It grew beyond what was approved: this is another question.
        if known is None:
            identity = f"{identity}-{len(earlier) + 1}" if earlier else identity
            await self._state(APPROVAL_ASKED, identity, asked, actor)
        else:
            identity = known.id
        refused = known.reason or "—" if known is not None and known.status == "refused" else None
        raise NeedsApproval(identity, asked.amount_fen, asked.people, refused)

    async def answer(self, identity: str, approved: bool, reason: str, actor: str) -> Approval:
        """Approve or refuse; the same answer again changes nothing.

        Raises `NotFound`, `AlreadyAnswered`, and `OwnApproval` where somebody approves what they made or asked for.
        """
        known = await self._find(identity)
        wanted = "approved" if approved else "refused"
        if known.status not in ("waits", wanted):
            raise AlreadyAnswered(identity, known.status)
        author = await self._author(known.plan) if known.plan else ""
        if approved and actor in (known.asked_by, author):
            raise OwnApproval
        if known.status == "waits":
            await self._state(APPROVAL_ANSWERED, identity, _Answered(approved=approved, reason=reason), actor)
        return await self._find(identity)

    async def _author(self, plan: str) -> str:
        rows = await self._desk.follower.select(_AUTHOR, [FROZEN, plan])
        return str(rows["actor"][0]) if len(rows["actor"]) else ""

    async def _find(self, identity: str) -> Approval:
        found = next((each for each in await self.all() if each.id == identity), None)
        if found is None:
            raise NotFound("approval", identity)
        return found

    async def _state(self, kind: str, identity: str, body: Struct, actor: str) -> None:
        await self._desk.tick.facts([fact(kind, identity, canonical_json(body), actor, self._desk.clock.now_ms())])
        await self._desk.follower.catch_up()


def _identity(record: PlanRecord) -> str:
    return f"budget-{record.plan_id}"


def _question(record: PlanRecord) -> _Asked:
    return _Asked(
        plan=record.plan_id,
        name=record.understood.goal.text or record.plan_id,
        amount_fen=max(record.budget_fen or 0, record.cost_fen),
        people=sum(each.people for each in record.actions),
    )
