"""The architecture is a tuple: the stages in the order in which facts flow through them."""

from liftloop.audience.stage import AudienceColumns, AudienceFillings, AudienceMembership, CompiledAudiences
from liftloop.collect.stage import Collect, Forget
from liftloop.deliver.stage import CompiledRules, DeliverColumns, DeliverGate, DeliverOutcomes
from liftloop.identify.stage import Identify
from liftloop.journey.stage import JourneyCodes, JourneySteps
from liftloop.plan.stage import Assignments
from liftloop.profile.attributes import ProfileAttributes
from liftloop.profile.stage import Compiled, ProfileColumns, ProfileEvents, ProfileFillings, ProfileMerges
from liftloop.runtime.contract import Stage


def stages() -> tuple[Stage, ...]:
    """Return the stages of one worker, fresh."""
    needs, audiences, rules = Compiled(), CompiledAudiences(), CompiledRules()
    return (
        Forget(),
        Collect(),
        Identify(),
        ProfileColumns(needs),
        ProfileFillings(needs),
        ProfileMerges(needs),
        ProfileAttributes(needs),
        ProfileEvents(needs),
        AudienceColumns(audiences),
        AudienceFillings(audiences),
        AudienceMembership(audiences),
        Assignments(),
        JourneyCodes(),
        JourneySteps(),
        DeliverColumns(),
        DeliverOutcomes(rules),
        DeliverGate(rules),
    )
