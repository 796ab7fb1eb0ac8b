"""Experiments: several ways drawn by chance, compared with one of them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Request

from liftloop.api.access import Caller, may
from liftloop.api.present.plan import instant
from liftloop.api.views.experiment import Experiment, ExperimentList
from liftloop.app.experiments.experiments import Experiments
from liftloop.measure.experiments.report import ExperimentReport


@asynccontextmanager
async def _with_experiments(app: FastAPI) -> AsyncGenerator[None]:
    app.state.experiments = Experiments(app.state.desk)
    yield


def experiments_of(request: Request) -> Experiments:
    return request.app.state.experiments


router = APIRouter(lifespan=_with_experiments)

OnExperiments = Annotated[Experiments, Depends(experiments_of)]
Reads = Annotated[Caller, Depends(may("campaign.read"))]


@router.get("/experiments")
async def list_experiments(experiments: OnExperiments, caller: Reads) -> ExperimentList:
    return ExperimentList(experiments=[_view(each) for each in await experiments.listed()])


@router.get("/experiments/{experiment_id}")
async def get_experiment(experiment_id: str, experiments: OnExperiments, caller: Reads) -> Experiment:
    return _view(await experiments.report(experiment_id))


def _view(report: ExperimentReport) -> Experiment:
    said = msgspec.to_builtins(report)
    for name, field in (("as_of_ms", "as_of"), ("starts_ms", "starts_at"), ("ends_ms", "ends_at")):
        said[field] = instant(said.pop(name))
    return Experiment.model_validate(said)
