"""Events of WeCom and WeChat: who was added, who left, what became of a message, who agreed to one.

An event comes as XML or as JSON, encrypted; of JSON, a list with one entry comes without its brackets.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from liftloop.deliver.contract import ChannelDefinition, Receipt
from liftloop.kernel.clock import SECOND_MS
from liftloop.kernel.codec import parse_json
from liftloop.plugins.channels.contract import PersonSaid, ProviderReceipt
from liftloop.plugins.channels.wxcrypt import Forged, WxKeys, decrypted, signed_by, xml_tree

_TEMPLATE_STATUS: Mapping[str, Receipt] = {"success": "delivered", "failed:user block": "unsubscribed"}

Event = Mapping[str, Any]


def wx_told(
    definition: ChannelDefinition, query: Mapping[str, str], body: bytes, method: str
) -> tuple[bytes, Sequence[ProviderReceipt], Sequence[PersonSaid]]:
    """Return what to answer, receipts, and what people said. Raises `Forged`."""
    keys = _keys(definition)
    given, at, nonce = query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", "")
    sealed = query.get("echostr", "") if method == "GET" else str(_event(body).get("Encrypt", ""))
    if not signed_by(given, keys.token, at, nonce, sealed):
        raise Forged("signature")
    plain = decrypted(keys, sealed)
    if method == "GET":
        return plain, (), ()
    event = _event(plain)
    return b"success", receipts_in(event), said_in(definition, event)


def receipts_in(event: Event) -> list[ProviderReceipt]:
    """Return what an event says of messages."""
    match event.get("Event"):
        case "TEMPLATESENDJOBFINISH":
            status = str(event.get("Status", ""))
            receipt = _TEMPLATE_STATUS.get(status, "failed")
            return [_receipt(event, str(event.get("MsgID", "")), receipt, status)]
        case "subscribe_msg_sent_event":
            return [
                _receipt(
                    event,
                    str(each.get("MsgID", "")),
                    "delivered" if str(each.get("ErrorCode")) == "0" else "failed",
                    str(each.get("ErrorStatus", "")),
                )
                for each in _list_of(event, "SubscribeMsgSentEvent")
            ]
        case _:
            return []


def said_in(definition: ChannelDefinition, event: Event) -> list[PersonSaid]:
    """Return what an event says of a person."""
    match event.get("Event"):
        case "change_external_contact":
            return _contact(event)
        case "unsubscribe":
            return [_person(definition, event, "opted_out", "unfollowed")]
        case "subscribe_msg_popup_event" | "subscribe_msg_change_event":
            part = "Popup" if event["Event"] == "subscribe_msg_popup_event" else "Change"
            return [
                person
                for place, each in enumerate(_list_of(event, f"SubscribeMsg{part}Event"))
                for person in _consented(definition, event, each, place)
            ]
        case _:
            return []


def _contact(event: Event) -> list[PersonSaid]:
    kinds: Mapping[str, Literal["added", "opted_out"]] = {
        "add_external_contact": "added",
        "del_follow_user": "opted_out",
    }
    what, who = kinds.get(str(event.get("ChangeType"))), str(event.get("ExternalUserID", ""))
    if what is None or not who:
        return []
    names = {"welcome_code": "WelcomeCode", "state": "State", "staff": "UserID"}
    return [
        PersonSaid(
            identifier="wecom_id",
            value=who,
            what=what,
            identity=f"{who}/{event.get('ChangeType')}/{event.get('UserID')}/{event.get('CreateTime')}",
            at_ms=_at_ms(event),
            text=str(event.get("ChangeType")),
            extra={name: str(event[theirs]) for name, theirs in names.items() if event.get(theirs)},
        )
    ]


def _consented(definition: ChannelDefinition, event: Event, each: Event, place: int) -> list[PersonSaid]:
    """Return one consent to one message of the channel's template; a refusal takes nothing that was not given."""
    template = str(each.get("TemplateId", ""))
    wanted = str(definition.settings.get("template", ""))
    if each.get("SubscribeStatusString") != "accept" or (wanted and template != wanted):
        return []
    return [_person(definition, event, "accepted_one", template, place)]


def _person(
    definition: ChannelDefinition, event: Event, what: Literal["opted_out", "accepted_one"], text: str, place: int = 0
) -> PersonSaid:
    who = str(event.get("FromUserName", ""))
    return PersonSaid(
        identifier="mini_openid" if definition.kind == "mini_program" else "openid",
        value=who,
        what=what,
        identity=f"{who}/{event.get('Event')}/{event.get('CreateTime')}/{place}",
        at_ms=_at_ms(event),
        text=text,
    )


def _receipt(event: Event, provider_id: str, receipt: Receipt, reason: str) -> ProviderReceipt:
    return ProviderReceipt(provider_id=provider_id, receipt=receipt, at_ms=_at_ms(event), reason=reason)


def _list_of(event: Event, name: str) -> list[Event]:
    """Return the entries of an event's list, in XML below the event's own element, in JSON beside it."""
    inner = event.get(name)
    found = inner.get("List") if isinstance(inner, dict) else event.get("List")
    entries: list[Any] = found if isinstance(found, list) else [found]
    return [each for each in entries if isinstance(each, dict)]


def _event(body: bytes) -> dict[str, Any]:
    """Return an event as nested fields, from either of its two writings. Raises `Forged`."""
    if not body.lstrip().startswith(b"{"):
        return xml_tree(body)
    try:
        said = parse_json(body)
    except msgspec.DecodeError as error:
        raise Forged("neither XML nor JSON") from error
    return said if isinstance(said, dict) else {}


def _at_ms(event: Event) -> int:
    at = str(event.get("CreateTime", ""))
    if not at.isdecimal() or len(at) > 11:
        raise Forged("no instant")
    return int(at) * SECOND_MS


def _keys(definition: ChannelDefinition) -> WxKeys:
    settings = definition.settings
    return WxKeys(
        token=str(settings.get("callback_token", "")),
        encoding_aes_key=str(settings.get("encoding_aes_key", "")),
        receiver=str(settings.get("corp_id") or settings.get("app_id") or ""),
    )
