"""The rules of the house: read, weigh without setting, set."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at, text
from liftloop.api.views.audit import AuditChange
from liftloop.api.views.rules import (
    AccessRulesBody,
    ApprovalRules,
    DeliveryRules,
    RuleMeaning,
    RuleRequest,
    RuleSheet,
    RuleStep,
    RulesWeighed,
    SignInRules,
)
from liftloop.api.views.values import Text, View
from liftloop.app.audit import Change
from liftloop.app.desk import Desk
from liftloop.app.house_rules.contract import Meaning, RuleName, Sheet
from liftloop.app.house_rules.rules import HouseRules

router = APIRouter()
R = TypeVar("R", bound=View)
Reads = Annotated[Caller, Depends(may("rules.read"))]
Rules = Annotated[Caller, Depends(may("rules.change"))]
Limits = Annotated[Caller, Depends(may("limits.change"))]


@router.get("/rules/delivery", summary="Caps, quiet hours and what else bounds marketing messages")
def delivery(desk: OnDesk, caller: Reads) -> RuleSheet[DeliveryRules]:
    return _sheet(HouseRules(desk).read("delivery"), DeliveryRules)


@router.post("/rules/delivery/weigh", summary="What limits of sending would mean; nothing is set")
def weigh_delivery(body: DeliveryRules, desk: OnDesk, caller: Reads) -> RulesWeighed:
    return _weighed(desk, "delivery", body)


@router.put("/rules/delivery", summary="Set the limits of sending")
async def set_delivery(body: RuleRequest[DeliveryRules], desk: OnDesk, caller: Limits) -> RuleSheet[DeliveryRules]:
    return _sheet(await _put(desk, "delivery", body, caller), DeliveryRules)


@router.get("/rules/access", summary="How one signs in, what one sees and what leaves")
def access(desk: OnDesk, caller: Reads) -> RuleSheet[AccessRulesBody]:
    return _sheet(HouseRules(desk).read("access"), AccessRulesBody)


@router.post("/rules/access/weigh", summary="What rules of access would mean; nothing is set")
def weigh_access(body: AccessRulesBody, desk: OnDesk, caller: Reads) -> RulesWeighed:
    return _weighed(desk, "access", body)


@router.put("/rules/access", summary="Set the rules of access")
async def set_access(body: RuleRequest[AccessRulesBody], desk: OnDesk, caller: Rules) -> RuleSheet[AccessRulesBody]:
    return _sheet(await _put(desk, "access", body, caller), AccessRulesBody)


@router.get("/rules/approvals", summary="Which launches wait for somebody else's yes")
def approvals(desk: OnDesk, caller: Reads) -> RuleSheet[ApprovalRules]:
    return _sheet(HouseRules(desk).read("approvals"), ApprovalRules)


@router.post("/rules/approvals/weigh", summary="What rules of approval would mean; nothing is set")
def weigh_approvals(body: ApprovalRules, desk: OnDesk, caller: Reads) -> RulesWeighed:
    return _weighed(desk, "approvals", body)


@router.put("/rules/approvals", summary="Set which launches wait for a yes")
async def set_approvals(body: RuleRequest[ApprovalRules], desk: OnDesk, caller: Rules) -> RuleSheet[ApprovalRules]:
    return _sheet(await _put(desk, "approvals", body, caller), ApprovalRules)


@router.get("/rules/sign_in", summary="Single sign-on; its secret is never told")
def sign_in(desk: OnDesk, caller: Reads) -> RuleSheet[SignInRules]:
    return _sheet(HouseRules(desk).read("sign_in"), SignInRules)


@router.post("/rules/sign_in/weigh", summary="What single sign-on would mean; nothing is set")
def weigh_sign_in(body: SignInRules, desk: OnDesk, caller: Reads) -> RulesWeighed:
    return _weighed(desk, "sign_in", body)


@router.put("/rules/sign_in", summary="Set single sign-on")
async def set_sign_in(body: RuleRequest[SignInRules], desk: OnDesk, caller: Rules) -> RuleSheet[SignInRules]:
    return _sheet(await _put(desk, "sign_in", body, caller), SignInRules)


async def _put(desk: Desk, name: RuleName, request: RuleRequest[Any], caller: Caller) -> Sheet:
    return await HouseRules(desk).put(name, request.rules.model_dump(), request.version, caller.actor)


def _weighed(desk: Desk, name: RuleName, body: View) -> RulesWeighed:
    weighed = HouseRules(desk).weigh(name, body.model_dump())
    return RulesWeighed(
        problem=Text(zh=weighed.problem.zh, en=weighed.problem.en) if weighed.problem else None,
        meanings=[_meaning(each) for each in weighed.meanings],
        changes=_changes(weighed.changes),
        gone=[text(each) for each in weighed.gone],
        come=[text(each) for each in weighed.come],
    )


def _sheet(sheet: Sheet, shape: type[R]) -> RuleSheet[R]:
    return RuleSheet[shape](
        id=sheet.name,
        version=sheet.version,
        rules=shape.model_validate(sheet.body),
        usual=shape.model_validate(sheet.usual),
        meanings=[_meaning(each) for each in sheet.meanings],
        steps=[
            RuleStep(
                version=each.version,
                at=at(each.at_ms),
                who=text(each.who),
                changes=_changes(each.changes),
                gone=[text(one) for one in each.gone],
                come=[text(one) for one in each.come],
            )
            for each in sheet.steps
        ],
        may_change=sheet.may_change,
    )


def _meaning(meaning: Meaning) -> RuleMeaning:
    return RuleMeaning(said=text(meaning.said), careful=meaning.careful)


def _changes(changes: Sequence[Change]) -> list[AuditChange]:
    return [AuditChange(path=each.path, before=each.before, after=each.after) for each in changes]
