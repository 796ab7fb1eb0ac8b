"""Proposals: see what falls short and what would change it, approve a trial, keep it or take it back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request

from liftloop.api.access import Caller, may
from liftloop.api.present.proposal import proposal_view
from liftloop.api.views.proposal import Proposal, ProposalPage
from liftloop.app.proposals.proposals import Proposals


@asynccontextmanager
async def _with_proposals(app: FastAPI) -> AsyncGenerator[None]:
    proposals = Proposals(app.state.desk)
    app.state.proposals = proposals
    app.state.desk.at_rest.append(proposals.look_if_due)
    due = asyncio.create_task(proposals.look_when_due())
    yield
    due.cancel()


def proposals_of(request: Request) -> Proposals:
    return request.app.state.proposals


router = APIRouter(prefix="/proposals", lifespan=_with_proposals)

OnProposals = Annotated[Proposals, Depends(proposals_of)]
Reads = Annotated[Caller, Depends(may("proposal.read"))]
Looks = Annotated[Caller, Depends(may("proposal.look"))]
Judges = Annotated[Caller, Depends(may("proposal.judge"))]


@router.get("")
async def list_proposals(proposals: OnProposals, caller: Reads) -> ProposalPage:
    return ProposalPage(proposals=[proposal_view(each) for each in await proposals.listed()])


@router.post("/look")
async def look_for_proposals(proposals: OnProposals, caller: Looks) -> ProposalPage:
    """Look now for what falls short; it is done every day by itself."""
    return ProposalPage(proposals=[proposal_view(each) for each in await proposals.look(caller.actor)])


@router.get("/{proposal_id}")
async def get_proposal(proposal_id: str, proposals: OnProposals, caller: Reads) -> Proposal:
    return proposal_view(await proposals.named(proposal_id))


@router.post("/{proposal_id}/approve")
async def approve_proposal(proposal_id: str, proposals: OnProposals, caller: Judges) -> Proposal:
    """Begin its trial: from now on half of those who enter go the changed way, by chance."""
    return proposal_view(await proposals.approve(proposal_id, caller.actor))


@router.post("/{proposal_id}/decline")
async def decline_proposal(proposal_id: str, proposals: OnProposals, caller: Judges) -> Proposal:
    return proposal_view(await proposals.decline(proposal_id, caller.actor))


@router.post("/{proposal_id}/keep")
async def keep_proposal(proposal_id: str, proposals: OnProposals, caller: Judges) -> Proposal:
    """End the trial and take the change over for everybody."""
    return proposal_view(await proposals.keep(proposal_id, caller.actor))


@router.post("/{proposal_id}/roll-back")
async def roll_back_proposal(proposal_id: str, proposals: OnProposals, caller: Judges) -> Proposal:
    """Give everybody what there was before, during the trial or after it."""
    return proposal_view(await proposals.roll_back(proposal_id, caller.actor))
