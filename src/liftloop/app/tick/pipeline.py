"""The architecture is a tuple: the stages in the order in which facts flow through them."""

from liftloop.audience.stage import AudienceColumns, AudienceFillings, AudienceMembership, CompiledAudiences
from liftloop.collect.stage import Collect, Forget
from liftloop.deliver.credits import DeliverCredits
from liftloop.deliver.fallbacks import DeliverAnswers
from liftloop.deliver.fatigue import DeliverFatigue
from liftloop.deliver.separating import DeliverSeparation
from liftloop.deliver.stage import CompiledRules, DeliverColumns, DeliverGate, DeliverMerges, DeliverOutcomes
from liftloop.deliver.tasks import DeliverTasks
from liftloop.identify.stage import Identify
from liftloop.journey.acting import JourneyActs
from liftloop.journey.bandits import BanditShares
from liftloop.journey.lives import JourneyLives
from liftloop.journey.merging import JourneyMerges
from liftloop.journey.separating import JourneySeparation
from liftloop.journey.stage import JourneyCodes, JourneySteps
from liftloop.journey.watching import NobodyWatches, Watch
from liftloop.plan.stage import AssignmentMerges, Assignments
from liftloop.plan.steering_fold import SteeredShares
from liftloop.profile.attributes import ProfileAttributes
from liftloop.profile.gifts import ProfileGifts
from liftloop.profile.points_fold import ProfilePoints
from liftloop.profile.separation import ProfileSeparation
from liftloop.profile.stage import Compiled, ProfileColumns, ProfileEvents, ProfileFillings, ProfileMerges
from liftloop.profile.studied_fold import ProfileStudied
from liftloop.relate.stage import RelateWork
from liftloop.relate.works import complaining
from liftloop.runtime.contract import Stage


def stages(watch: Watch | None = None) -> tuple[Stage, ...]:
    """Return the stages of one worker, fresh; `watch` looks on while people walk through journeys."""
    needs, audiences, rules = Compiled(), CompiledAudiences(), CompiledRules(complaining)
    return (
        Forget(),
        Collect(),
        Identify(),
        JourneyActs(),
        ProfileColumns(needs),
        ProfileFillings(needs),
        ProfileMerges(needs),
        ProfileSeparation(),
        ProfileStudied(),
        ProfilePoints(),
        ProfileAttributes(needs),
        ProfileGifts(),
        ProfileEvents(needs),
        AudienceColumns(audiences),
        AudienceFillings(audiences),
        AudienceMembership(audiences),
        AssignmentMerges(),
        Assignments(),
        SteeredShares(),
        JourneyLives(),
        JourneyCodes(),
        BanditShares(),
        JourneyMerges(),
        JourneySeparation(),
        JourneySteps(watch or NobodyWatches()),
        DeliverColumns(),
        DeliverMerges(rules),
        DeliverSeparation(rules),
        DeliverCredits(rules.rules),
        DeliverFatigue(rules.rules),
        DeliverAnswers(),
        DeliverOutcomes(rules),
        DeliverGate(rules),
        DeliverTasks(rules),
        RelateWork(),
    )
