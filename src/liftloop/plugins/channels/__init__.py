"""Channels that carry messages out: one file a kind, each true to `liftloop.testing.channels.ChannelConformance`."""

from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points

from liftloop.deliver.contract import Channel, ChannelDefinition
from liftloop.kernel.clock import Clock
from liftloop.plugins.channels.contract import ChannelFactory, Network, Surroundings, bad_setting
from liftloop.plugins.channels.robots import open_robot
from liftloop.plugins.channels.smtp import open_smtp
from liftloop.plugins.channels.webhook import open_webhook

ENTRY_POINTS = "liftloop.channels"

BUILT_IN: Mapping[str, ChannelFactory] = {"webhook": open_webhook, "smtp": open_smtp, "robot": open_robot}


def open_channel(definition: ChannelDefinition, allow: Sequence[Network], wall: Clock) -> Channel:
    """Return the channel that a definition describes; it connects when it first sends.

    `wall` is the machine's own clock, also where a manual one rules. Raises `LiftloopError` where the kind is unknown
    or its settings are wrong.
    """
    factory = factories().get(definition.kind)
    if factory is None:
        raise bad_setting(f"kind: {definition.kind}")
    return factory(definition, Surroundings(allow=tuple(allow), wall=wall))


def factories() -> Mapping[str, ChannelFactory]:
    """Return every kind there is: the built-in ones and those of installed plug-ins. A name can be taken once."""
    known = dict(BUILT_IN)
    for point in entry_points(group=ENTRY_POINTS):
        assert point.name not in known, f"two plug-ins want to be the channel kind {point.name}"
        known[point.name] = point.load()
    return known
