"""What events are called in questions about results, those that stand for our own messages among them."""

from liftloop.app.naming.vocabulary import EVENT_NAMES
from liftloop.app.results.asking import ACTIVE
from liftloop.app.words import Said

OWN_NAMES = {
    ACTIVE: Said("有任何行为", "any activity"),
    "message.sent": Said("收到消息（已发出）", "message sent"),
    "message.delivered": Said("消息送达", "message delivered"),
    "message.opened": Said("打开我们的消息", "our message opened"),
    "message.clicked": Said("点击我们的消息", "our message clicked"),
    "message.replied": Said("回复我们的消息", "our message answered"),
}
"""Events that are no events of a source."""


def event_said(event: str) -> Said:
    """Return what to call an event; one that nobody named is called as it is sent."""
    if event in OWN_NAMES:
        return OWN_NAMES[event]
    known = EVENT_NAMES.get(event)
    return Said(known.zh, known.singular) if known else Said(event, event)
