"""Writes trials of journeys as the API shows them."""

from collections.abc import Mapping

from liftloop.api.present.contents import preview_view
from liftloop.api.present.words import at, text
from liftloop.api.views.content import PreviewAnswer
from liftloop.api.views.trial import (
    GateCount,
    GroupTrialAnswer,
    NodeTrialView,
    Onward,
    ReasonCount,
    TrialAnswer,
    TrialMessageView,
    TrialStepView,
)
from liftloop.app.contents.preview import Preview
from liftloop.app.journeys.trial_words import end_words, refusal_words
from liftloop.app.journeys.trying import GroupTrial, NodeTrial, Trial, TrialMessage
from liftloop.app.words import row_label, sentence
from liftloop.compose.reading import ContentRules


def trial_view(trial: Trial, shown: Mapping[tuple[str, str], Preview], rules: ContentRules) -> TrialAnswer:
    previews = {each: preview_view(seen, rules) for each, seen in shown.items()}
    return TrialAnswer(
        profile_id=trial.profile,
        began=at(trial.began_ms),
        standing=trial.standing,
        refused=trial.refused,
        refused_said=text(refusal_words(trial.refused)) if trial.refused else None,
        steps=[
            TrialStepView(
                at=at(each.at_ms),
                node=each.node,
                kind=each.kind,
                way=each.way,
                until=at(each.until_ms) if each.until_ms else None,
            )
            for each in trial.steps
        ],
        messages=[_message(each, previews.get((each.content, each.channel))) for each in trial.messages],
        end=trial.end,
        end_said=text(end_words(trial.end)) if trial.end else None,
        ended=at(trial.ended_ms) if trial.ended_ms else None,
    )


def group_view(trial: GroupTrial) -> GroupTrialAnswer:
    return GroupTrialAnswer(
        began=at(trial.began_ms),
        people=trial.people,
        tried=trial.tried,
        entered=trial.entered,
        refused=[
            ReasonCount(reason=reason, said=text(refusal_words(reason)), people=people)
            for reason, people in trial.refused.items()
        ],
        ends=[
            ReasonCount(reason=reason, said=text(end_words(reason)), people=people)
            for reason, people in sorted(trial.ends.items(), key=lambda each: -each[1])
        ],
        nodes=[_node(each) for each in trial.nodes],
    )


def _message(message: TrialMessage, shown: PreviewAnswer | None) -> TrialMessageView:
    return TrialMessageView(
        at=at(message.at_ms),
        node=message.node,
        channel=message.channel,
        content=message.content,
        purpose=message.purpose,
        state=message.state,
        reason=message.reason,
        said=text(sentence(message.state, message.reason)),
        leaves=at(message.leaves_ms) if message.leaves_ms else None,
        shown=shown,
    )


def _node(node: NodeTrial) -> NodeTrialView:
    return NodeTrialView(
        id=node.id,
        kind=node.kind,
        came=node.came,
        onward=[Onward(node=each, people=people) for each, people in node.onward.items()],
        gate=[
            GateCount(state=state, reason=reason, said=text(row_label(state, reason)), people=people)
            for (state, reason), people in sorted(node.gate.items(), key=lambda each: -each[1])
        ],
    )
