"""The study of traits: the last one, and one more now."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from msgspec import to_builtins

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at
from liftloop.api.views.study import LastTraitStudy, TraitStudy, WorthParameters

router = APIRouter()


@router.get("/studies/traits")
async def last(desk: OnDesk, caller: Annotated[Caller, Depends(may("trait.read"))]) -> LastTraitStudy:
    report = await desk.trait_studies.last()
    return LastTraitStudy(study=None if report is None else _view(report))


@router.post("/studies/traits")
async def study(desk: OnDesk, caller: Annotated[Caller, Depends(may("trait.study"))]) -> TraitStudy:
    return _view(to_builtins(await desk.trait_studies.run()))


def _view(report: Mapping[str, Any]) -> TraitStudy:
    return TraitStudy(
        at=at(report["at_ms"]),
        people=report["people"],
        changed=report["changed"],
        traits=dict(report["traits"]),
        dormant_days=report["rhythm"]["dormant_days"],
        lost_days=report["rhythm"]["lost_days"],
        worth=None if report["worth"] is None else _parameters(report["worth"]),
    )


def _parameters(worth: Mapping[str, Any]) -> WorthParameters:
    repeats, spend = worth["repeats"], worth["spend"]
    return WorthParameters(
        r=repeats["r"],
        alpha_days=repeats["alpha"],
        a=repeats["a"],
        b=repeats["b"],
        p=spend["p"],
        q=spend["q"],
        v_fen=spend["v"],
    )
