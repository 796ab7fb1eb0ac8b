"""From a proposal to what the app shows of it."""

from liftloop.api.present.words import at
from liftloop.api.views import proposal as views
from liftloop.api.views.values import Text
from liftloop.app.code_names import STAGE_NAMES
from liftloop.app.proposals.proposals import Known
from liftloop.learn.proposals.change import adopted, diff
from liftloop.learn.proposals.writing import Named, because, change_words, finding_words, headline, trial_words
from liftloop.plan.record import Words

_NAMED = Named(
    names={("group", stage): Words(zh=f"「{said.zh}」", en=f"“{said.en}”") for stage, said in STAGE_NAMES.items()}
)


def proposal_view(known: Known) -> views.Proposal:
    """Return the proposal as the API shows it."""
    proposal = known.proposal
    lines = diff(proposal.base, adopted(proposal.base, proposal.node, proposal.change))
    told = proposal.headline_zh != ""
    return views.Proposal(
        id=proposal.id,
        status=proposal.status,
        settled=known.settled,
        made_at=at(proposal.at_ms),
        actor=proposal.actor,
        journey=proposal.journey,
        journey_name=proposal.journey_name,
        node=proposal.node,
        sent=proposal.whole.sent,
        rate=proposal.whole.rate,
        expected=proposal.expected.rate,
        headline=_text(headline(proposal)),
        findings=[_text(finding_words(each, _NAMED)) for each in proposal.findings],
        change=_text(change_words(proposal.change, _NAMED)),
        because=_text(because(proposal, _NAMED)),
        trial=_text(trial_words(proposal)),
        diff=[views.ProposalLine(path=each.path, before=each.before, after=each.after) for each in lines],
        experiment=proposal.id if proposal.status == "running" else None,
        ends_at=at(proposal.ends_ms) if proposal.ends_ms else None,
        verdict=proposal.verdict,
        verdict_sentence=Text(zh=proposal.headline_zh, en=proposal.headline_en) if told else None,
    )


def _text(words: Words) -> Text:
    return Text(zh=words.zh, en=words.en)
