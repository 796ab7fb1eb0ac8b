"""Print the OpenAPI of the management API, built from its models: `npm run api` turns it into types.

The functions here only declare; `liftloop.api` serves. The day the server's own app can be built
without a data folder, print that one instead and delete this file.
"""

import json
from typing import Annotated

from fastapi import APIRouter, FastAPI, File, Form, Query, Response, UploadFile
from fastapi.routing import APIRoute

from liftloop.api.routes.definitions import DefinitionPage, DefinitionRequest, DefinitionView, Published
from liftloop.api.routes.experiments import router as experiments
from liftloop.api.routes.goals import router as goals
from liftloop.api.routes.journeys import router as journeys
from liftloop.api.routes.lists import FreezeRequest, ListView
from liftloop.api.routes.live import router as live
from liftloop.api.routes.proposals import router as proposals
from liftloop.api.routes.pulls import PullDone, ResetDone, ResetRequest
from liftloop.api.routes.reviews import router as reviews
from liftloop.api.views.audience import (
    Audience,
    AudienceList,
    AudienceRequest,
    ItemList,
    Preview,
    PreviewRequest,
    Vocabulary,
)
from liftloop.api.views.audience_insight import ExportRequest, ExportView, OverlapRequest, OverlapView
from liftloop.api.views.campaign import Campaign, CampaignList, Ledger, Report
from liftloop.api.views.data import (
    DatabaseTrial,
    DatabaseTrialRequest,
    DataQuality,
    PersonalFieldsView,
    PlanProposal,
    SeenAndPlanned,
    SourceCreated,
    SourceList,
    SourceRequest,
)
from liftloop.api.views.destination import DestinationList, RunRequest, RunView
from liftloop.api.views.identity import Judgement, PersonIdentity, SuggestionList, UndoDone, UndoRequest
from liftloop.api.views.imports import Import, ImportStart, Kind, SampleImports
from liftloop.api.views.opportunity import Opportunities, OpportunityScan
from liftloop.api.views.plan import (
    GoalExamples,
    GoalRequest,
    Launched,
    LaunchRequest,
    MarginTold,
    Plan,
    PlanList,
    Reading,
    WhatIf,
)
from liftloop.api.views.prediction import LastSegments, Likeness, LikenessList, Segments
from liftloop.api.views.profile import Profile, ProfileList, Why
from liftloop.api.views.quarantine import QuarantineGroups, ReplayDone, ReplayRequest
from liftloop.api.views.rehearsal import Rehearsal, RehearsalRequest
from liftloop.api.views.results import FunnelPeopleRequest, FunnelRequest, FunnelView, ResultsVocabulary
from liftloop.api.views.results_money import (
    AttributionPeopleRequest,
    AttributionRequest,
    AttributionView,
    LifetimePeopleRequest,
    LifetimeRequest,
    LifetimeView,
    RetentionPeopleRequest,
    RetentionRequest,
    RetentionView,
    SpendDays,
    SpendDaysRequest,
    SpendPeopleRequest,
    SpendRequest,
    SpendView,
)
from liftloop.api.views.sentence import SentenceRequest, UnderstoodSentence
from liftloop.api.views.signal import OwnSignalRequest, SignalPreview, SignalTemplateRequest, SignalTemplates
from liftloop.api.views.tag import TagDefinition, TagDirectory, TagPeopleAnswer, TagPeopleRequest, TagPublished
from liftloop.api.views.values import (
    PAGE_MAX,
    ClockAdvance,
    ClockView,
    ErrorView,
    Health,
    MetricCatalogue,
    PeoplePage,
)

api = APIRouter(prefix="/api", responses={422: {"model": ErrorView}, "default": {"model": ErrorView}})
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@api.post("/goals/reading", summary="Say what a sentence means, without planning")
def read_goal(body: GoalRequest) -> Reading: ...


@api.post("/goals", summary="Turn a goal into a plan")
def create_plan(body: GoalRequest) -> Plan: ...


@api.get("/goals/examples", summary="Three goals that fit the own data")
def goal_examples() -> GoalExamples: ...


@api.get("/opportunities", summary="What is worth doing now, in money, with its people")
def list_opportunities() -> Opportunities: ...


@api.get("/opportunities/progress", summary="How far the scan for opportunities is")
def opportunities_progress() -> OpportunityScan: ...


@api.post("/opportunities", summary="Scan for opportunities now")
def scan_opportunities() -> Opportunities: ...


@api.post("/opportunities/{opportunity_id}/plan", summary="Make the plan for an opportunity and its people")
def plan_opportunity(opportunity_id: str) -> Plan: ...


@api.post("/sample", summary="Import a sample shop where there is no data yet")
def import_sample() -> SampleImports: ...


@api.get("/plans", summary="Plans, newest first")
def list_plans() -> PlanList: ...


@api.get("/plans/{plan_id}", summary="One plan")
def get_plan(plan_id: str) -> Plan: ...


@api.get("/plans/{plan_id}/what-if", summary="A plan at other budgets: the whole curve at once")
def what_if(plan_id: str, budget_fen: int | None = None) -> WhatIf: ...


@api.put("/plans/margin", summary="Say the shop's usual margin; plans tell worth in margin from then on")
def tell_margin(body: MarginTold) -> MarginTold: ...


@api.post("/plans/{plan_id}/rehearse", summary="What a launch now would do, gate by gate; nothing is sent")
def rehearse(plan_id: str, body: RehearsalRequest) -> Rehearsal: ...


@api.post("/plans/{plan_id}/launch", summary="Launch a plan; twice returns the same campaign")
def launch_plan(plan_id: str, body: LaunchRequest | None = None) -> Launched: ...


@api.get("/campaigns", summary="Campaigns, newest first")
def list_campaigns() -> CampaignList: ...


@api.get("/campaigns/{campaign_id}", summary="One campaign")
def get_campaign(campaign_id: str) -> Campaign: ...


@api.get("/campaigns/{campaign_id}/report", summary="Measured lift beside the frozen forecast")
def get_report(campaign_id: str) -> Report: ...


@api.get("/campaigns/{campaign_id}/ledger", summary="Where everyone who qualified is now")
def get_ledger(campaign_id: str) -> Ledger: ...


@api.get("/campaigns/{campaign_id}/ledger/people", summary="The people behind one row of the ledger")
def ledger_people(
    campaign_id: str, state: str, reason: str = "", after: str | None = None, limit: Limit = 50
) -> PeoplePage: ...


@api.get("/results/vocabulary", summary="Events and days that history has")
def results_vocabulary() -> ResultsVocabulary: ...


@api.post("/results/funnel", summary="How far people come, and where they are lost")
def funnel(body: FunnelRequest) -> FunnelView: ...


@api.post("/results/funnel/people", summary="The people behind one number of a funnel")
def funnel_people(body: FunnelPeopleRequest) -> PeoplePage: ...


@api.post("/results/retention", summary="Who came back, by when they began")
def retention_results(body: RetentionRequest) -> RetentionView: ...


@api.post("/results/retention/people", summary="The people behind one number of it")
def retention_people(body: RetentionPeopleRequest) -> PeoplePage: ...


@api.post("/results/lifetime-value", summary="What buyers are worth")
def lifetime_results(body: LifetimeRequest) -> LifetimeView: ...


@api.post("/results/lifetime-value/people", summary="The people behind one number of it")
def lifetime_people(body: LifetimePeopleRequest) -> PeoplePage: ...


@api.post("/results/attribution", summary="What led to conversions, by seven models")
def attribution_results(body: AttributionRequest) -> AttributionView: ...


@api.post("/results/attribution/people", summary="The people behind one number of it")
def attribution_people(body: AttributionPeopleRequest) -> PeoplePage: ...


@api.post("/results/return-on-spend", summary="What ads brought for what they cost")
def spend_results(body: SpendRequest) -> SpendView: ...


@api.post("/results/return-on-spend/people", summary="The people behind one number of it")
def spend_people(body: SpendPeopleRequest) -> PeoplePage: ...


@api.post("/results/return-on-spend/file", summary="The same as CSV", response_class=Response)
def spend_file(body: SpendRequest) -> Response: ...


@api.post("/results/return-on-spend/days", summary="Imported spend by day")
def spend_days(body: SpendDaysRequest) -> SpendDays: ...


@api.get("/audiences", summary="Audiences by name")
def list_audiences() -> AudienceList: ...


@api.post("/audiences", summary="Publish an audience, or its next version")
def save_audience(body: AudienceRequest) -> Audience: ...


@api.get("/audiences/items", summary="Goods by a part of their name or id")
def audience_items(search: str = "", ids: Annotated[list[str] | None, Query()] = None) -> ItemList: ...


@api.get("/audiences/vocabulary", summary="Traits and events that definitions may name")
def audience_vocabulary() -> Vocabulary: ...


@api.post("/audiences/preview", summary="Count and sample a definition without saving it")
def preview_audience(body: PreviewRequest) -> Preview: ...


@api.post("/audiences/understand", summary="Understand whom a sentence means")
def understand_sentence(body: SentenceRequest) -> UnderstoodSentence: ...


@api.post("/audiences/overlap", summary="How an audience or a draft lies over others and running campaigns")
def overlap_audience(body: OverlapRequest) -> OverlapView: ...


@api.post("/predictions/{audience_id}", summary="Study who is most like an audience's members")
def predict_audience(audience_id: str) -> Likeness: ...


@api.post("/segments", summary="Study which groups behaviour falls into")
def study_segments() -> Segments: ...


@api.get("/predictions", summary="What was last found of who is most like whom")
def list_predictions() -> LikenessList: ...


@api.get("/segments", summary="The groups that were last found, and when")
def last_segments() -> LastSegments: ...


@api.post("/audiences/{audience_id}/freeze", summary="Make a fixed list of who is in an audience now")
def freeze_audience(audience_id: str, body: FreezeRequest) -> ListView: ...


@api.post("/lists", summary="Make a fixed list of whom a file names")
def list_from_file(file: Annotated[UploadFile, File()], name: Annotated[str, Form()]) -> ListView: ...


@api.post("/audiences/{audience_id}/exports", summary="Make an export of who is in an audience now")
def export_audience(audience_id: str, body: ExportRequest) -> ExportView: ...


@api.get("/exports/{export_id}/rows", summary="The rows of an export as CSV")
def export_rows(export_id: str) -> Response: ...


@api.get("/destinations", summary="Where audiences are handed to, with the last run of each")
def list_destinations(audience_id: str = "") -> DestinationList: ...


@api.post("/destinations/{destination_id}/run", summary="Hand an audience over now")
def run_destination(destination_id: str, body: RunRequest) -> RunView: ...


@api.get("/audiences/{audience_id}", summary="One audience with count, sample and trend")
def get_audience(audience_id: str) -> Audience: ...


@api.get("/audiences/{audience_id}/people", summary="The people of an audience")
def audience_people(audience_id: str, after: str | None = None, limit: Limit = 50) -> PeoplePage: ...


@api.get("/tags", summary="The directory of tags")
def list_tags(unused_days: float = 90) -> TagDirectory: ...


@api.post("/tags", summary="Publish a tag, or its next version")
def save_tag(body: TagDefinition) -> TagPublished: ...


@api.get("/tags/{tag_id}/people", summary="Who has a tag")
def tag_people(tag_id: str, after: str | None = None, limit: Limit = 50) -> PeoplePage: ...


@api.post("/tags/{tag_id}/people", summary="Put a tag on people, or take it off")
def change_tag_people(tag_id: str, body: TagPeopleRequest) -> TagPeopleAnswer: ...


@api.get("/signals/templates", summary="Signals to begin with, and those of them in use")
def list_signal_templates() -> SignalTemplates: ...


@api.post("/signals/templates/{template_id}", summary="Publish a signal to begin with")
def publish_signal_template(template_id: str, body: SignalTemplateRequest) -> Published: ...


@api.post("/signals/templates/{template_id}/preview", summary="Who gives a signal now, or would by a draft of it")
def preview_signal_template(template_id: str, body: SignalTemplateRequest) -> SignalPreview: ...


@api.post("/signals/preview", summary="Who would give a signal with this tree now, and by which events")
def preview_signal(body: PreviewRequest) -> SignalPreview: ...


@api.post("/signals/own", summary="Publish a signal of the shop's own, or its next version")
def write_signal(body: OwnSignalRequest) -> Published: ...


@api.get("/profiles", summary="Find people by identifier, name or trait")
def list_profiles(q: str = "", after: str | None = None, limit: Limit = 50) -> ProfileList: ...


@api.get("/profiles/{profile_id}", summary="One person, identifiers masked")
def get_profile(profile_id: str, after: str | None = None) -> Profile: ...


@api.get("/profiles/{profile_id}/identity", summary="What identifiers are worth, and merges")
def identity(profile_id: str) -> PersonIdentity: ...


@api.post("/merges/{merge_id}/undo", summary="Make two people of one again")
def undo_merge(merge_id: str, request: UndoRequest) -> UndoDone: ...


@api.get("/suggestions", summary="People who may be the same")
def suggestions() -> SuggestionList: ...


@api.post("/suggestions/find", summary="Look for people who may be the same")
def find_suggestions() -> SuggestionList: ...


@api.post("/suggestions/judge", summary="Say whether two are one person")
def judge(request: Judgement) -> SuggestionList: ...


@api.get("/profiles/{profile_id}/why", summary="Why this person got a campaign's message or did not")
def why(profile_id: str, campaign: str) -> Why: ...


@api.post("/imports", summary="Take a file and propose its mapping")
def create_import(file: Annotated[UploadFile, File()], kind: Annotated[Kind | None, Form()] = None) -> Import: ...


@api.get("/imports/{import_id}", summary="One import: proposal, progress, quality")
def get_import(import_id: str) -> Import: ...


@api.post("/imports/{import_id}/start", summary="Load the file with this mapping")
def start_import(import_id: str, body: ImportStart) -> Import: ...


@api.get("/imports/{import_id}/rejected", summary="The refused rows as CSV, each with its reason")
def rejected_rows(import_id: str) -> Response: ...


@api.get("/data/sources", summary="Where data come from, and what each source brought lately")
def list_sources(zone_minutes: int = 480) -> SourceList: ...


@api.post("/data/sources", summary="Make a source; its key is told once")
def create_source(body: SourceRequest) -> SourceCreated: ...


@api.post("/data/databases/try", summary="Try a database before it is set up; nothing of it is kept")
def try_database(body: DatabaseTrialRequest) -> DatabaseTrial: ...


@api.post("/sources/{source_id}/pull", summary="Pull a database source now")
def pull_source(source_id: str) -> PullDone: ...


@api.post("/sources/{source_id}/watermark", summary="Move the watermark of a database source")
def reset_watermark(source_id: str, body: ResetRequest) -> ResetDone: ...


@api.get("/data/events", summary="Events as they were seen and as they are planned")
def seen_and_planned(zone_minutes: int = 480) -> SeenAndPlanned: ...


@api.get("/data/plan-proposal", summary="A tracking plan for what no plan names yet")
def plan_proposal(zone_minutes: int = 480) -> PlanProposal: ...


@api.get("/data/personal-fields", summary="What of people is sealed, and what is only hidden")
def list_personal_fields() -> PersonalFieldsView: ...


@api.get("/data/quality", summary="Quality by source and field")
def data_quality(zone_minutes: int = 480) -> DataQuality: ...


@api.get("/quarantine/groups", summary="What waits in quarantine, by reason and source, samples masked")
def quarantine_groups() -> QuarantineGroups: ...


@api.post("/quarantine/replay", summary="Read quarantined messages again, perhaps mended")
def replay(body: ReplayRequest) -> ReplayDone: ...


@api.post("/definitions", summary="Publish a definition")
def publish_definition(body: DefinitionRequest) -> Published: ...


@api.get("/definitions/{kind}", summary="All live definitions of a kind; secrets are not told")
def list_definitions(kind: str) -> DefinitionPage: ...


@api.get("/definitions/{kind}/{identity}", summary="One definition; secrets are not told")
def get_definition(kind: str, identity: str) -> DefinitionView: ...


@api.delete("/definitions/{kind}/{identity}", summary="End a definition")
def retire_definition(kind: str, identity: str) -> Published: ...


@api.get("/health", summary="How the installation is")
def health() -> Health: ...


@api.get("/metrics/catalogue", summary="Metrics a goal may name")
def metric_catalogue() -> MetricCatalogue: ...


@api.post("/clock", summary="Go forward in time; only with the manual clock")
def advance_clock(body: ClockAdvance) -> ClockView: ...


def named(route: APIRoute) -> str:
    return route.name


app = FastAPI(title="Liftloop", version="1", generate_unique_id_function=named, separate_input_output_schemas=False)
app.include_router(api)
app.include_router(reviews, prefix="/api")
app.include_router(goals, prefix="/api")
app.include_router(experiments, prefix="/api")
app.include_router(journeys, prefix="/api")
app.include_router(proposals, prefix="/api")
app.include_router(live, prefix="/api")

if __name__ == "__main__":
    print(json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True))
