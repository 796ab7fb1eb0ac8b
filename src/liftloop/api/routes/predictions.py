"""Predicted audiences and learned segments: studied now, and as they were last found."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from msgspec import to_builtins

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at
from liftloop.api.views.prediction import LastSegments, Likeness, LikenessList, Segments
from liftloop.api.views.values import Text
from liftloop.app.studies.predictions import LIKENESS_STUDIED, SEGMENTS_STUDIED
from liftloop.profile.studies.segments import FEATURES

router = APIRouter()

Reads = Annotated[Caller, Depends(may("trait.read"))]
Studies = Annotated[Caller, Depends(may("trait.study"))]

_VERDICTS = {
    "usable": Text(zh="找得准：比随机和只看 RFM 都好", en="It works: better than chance and than RFM alone"),
    "too_few": Text(
        zh="人太少，准不准都看不出来：群内群外都至少要 50 人",
        en="Too few people to tell how well it works: 50 inside and outside are needed",
    ),
    "no_signal": Text(zh="不比随机挑选更准，不给出预测", en="No better than choosing at random; nothing is predicted"),
    "simple_is_enough": Text(
        zh="不比只看最近购买、次数和金额更准：直接用这三个条件就好",
        en="No better than recency, frequency and money alone: use these conditions instead",
    ),
}


@router.get("/predictions")
async def predictions(desk: OnDesk, caller: Reads) -> LikenessList:
    last = await desk.predictions.last(LIKENESS_STUDIED)
    return LikenessList(predictions=[_likeness(each) for each in last.values()])


@router.post("/predictions/{audience_id}")
async def predict(audience_id: str, desk: OnDesk, caller: Studies) -> Likeness:
    return _likeness(to_builtins(await desk.predictions.likeness(audience_id)))


@router.get("/segments")
async def last_segments(desk: OnDesk, caller: Reads) -> LastSegments:
    last = (await desk.predictions.last(SEGMENTS_STUDIED)).get("")
    return LastSegments(study=None if last is None else _segments(last))


@router.post("/segments")
async def study_segments(desk: OnDesk, caller: Studies) -> Segments:
    return _segments(to_builtins(await desk.predictions.segments()))


def _likeness(report: Mapping[str, Any]) -> Likeness:
    rest = {name: value for name, value in report.items() if name not in ("at_ms", "audience", "curve")}
    return Likeness.model_validate(
        {
            **rest,
            "at": at(report["at_ms"]),
            "audience_id": report["audience"],
            "curve": list(report["curve"]),
            "sentence": _VERDICTS[report["verdict"]],
        }
    )


def _segments(report: Mapping[str, Any]) -> Segments:
    return Segments.model_validate(
        {
            "at": at(report["at_ms"]),
            "people": report["people"],
            "stability": report["stability"],
            "segments": [
                {
                    "id": each["id"],
                    "name": Text(zh=each["name_zh"], en=each["name_en"]),
                    "people": each["people"],
                    "differences": [_difference(one) for one in each["differences"]],
                }
                for each in report["segments"]
            ],
        }
    )


def _difference(one: Mapping[str, Any]) -> dict[str, Any]:
    feature = FEATURES[one["feature"]]
    return {"name": Text(zh=feature.zh, en=feature.en), "mean": one["mean"], "others": one["others"]}
