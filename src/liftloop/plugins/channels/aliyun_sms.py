"""SMS by Alibaba Cloud (Dysmsapi 2017-05-25): a template filled in, one call for many numbers.

An answer of HTTP 200 may hold a refusal: what counts is its `Code`. A refusal of one number refuses the whole call,
and nothing of it is sent, so the call is halved until that number stands alone.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct
from yarl import URL

from liftloop.deliver.contract import (
    AddressKind,
    Channel,
    ChannelDefinition,
    ChannelLimits,
    Handover,
    Message,
    Outcome,
    Repeat,
    TryLater,
)
from liftloop.kernel.clock import MINUTE_MS, SECOND_MS
from liftloop.kernel.ids import MessageKey
from liftloop.plugins.channels.acs3 import Acs3Call, acs3_headers, acs3_query
from liftloop.plugins.channels.calling import (
    UNREADABLE,
    Line,
    Reply,
    Verdict,
    asked_each,
    base_address,
    handover,
    handovers,
    in_parts,
)
from liftloop.plugins.channels.contract import Doubt, Finding, Surroundings, bad_setting, read_settings
from liftloop.plugins.channels.sms import Sms, mainland_number, receipt_mark, shanghai_days, sorted_out, step_mark

VERSION = "2017-05-25"
BATCH_MAX = 100  # What SendBatchSms takes; SendSms would take 1,000, but they stand in the address.
WAYS = 8
DETAILS_A_PAGE = 50
PAGES_MAX = 4
"""No number is sent more than fifty messages a day by one template."""
MINUTES_A_NUMBER = MINUTE_MS  # The shortest window of a number that has had enough.
OUTCOMES: Mapping[str, tuple[Outcome, int]] = {
    "isv.BUSINESS_LIMIT_CONTROL": ("throttled", MINUTES_A_NUMBER),
    "isv.DAY_LIMIT_CONTROL": ("quota_exhausted", 0),
    "isv.MONTH_LIMIT_CONTROL": ("quota_exhausted", 0),
    "isv.MOBILE_NUMBER_ILLEGAL": ("invalid_recipient", 0),
    "isv.OUT_OF_SERVICE": ("credential_expired", MINUTE_MS),
    "isv.AMOUNT_NOT_ENOUGH": ("credential_expired", MINUTE_MS),
    "isv.ACCOUNT_NOT_EXISTS": ("credential_expired", MINUTE_MS),
    "isv.ACCOUNT_ABNORMAL": ("credential_expired", MINUTE_MS),
    "isp.RAM_PERMISSION_DENY": ("credential_expired", MINUTE_MS),
    "isv.DENY_IP_RANGE": ("credential_expired", MINUTE_MS),
    "SignatureDoesNotMatch": ("credential_expired", MINUTE_MS),
    "InvalidAccessKeyId.NotFound": ("credential_expired", MINUTE_MS),
    "InvalidAccessKeyId.Inactive": ("credential_expired", MINUTE_MS),
    "InvalidTimeStamp.Expired": ("credential_expired", MINUTE_MS),
    "Throttling": ("throttled", SECOND_MS),
    "Throttling.User": ("throttled", SECOND_MS),
    "isp.SYSTEM_ERROR": ("uncertain", 0),
    "isp.GATEWAY_TIMEOUT": ("uncertain", 0),
}
"""By code; whatever else it says is refused for good: signature, template, variables, words."""
OF_ONE_NUMBER = frozenset({"isv.BUSINESS_LIMIT_CONTROL", "isv.MOBILE_NUMBER_ILLEGAL"})
"""What one number may cause for a whole call."""


class AliyunSmsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person copies from the SMS console."""

    access_key_id: str
    access_key_secret: str
    sign_name: str
    """The approved 签名, without 【】."""
    template: str = ""
    """The approved template's code, `SMS_…`, where a content names no other by `@template`."""
    templates: Mapping[str, str] = {}
    """The approved text of each template, by its code, as the console shows it: for previews and checks."""
    callback_token: str = ""
    """The last part of the address that receipts and replies are posted to; they are not signed."""
    extend_code: str = ""
    base_url: str = "https://dysmsapi.aliyuncs.com"


class AliyunSmsChannel:
    """A `Channel` of approved templates."""

    address_kind: AddressKind = "phone"
    repeat: Repeat = "reconcilable"

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(AliyunSmsSettings, definition.settings)
        if not (settings.access_key_id and settings.access_key_secret and settings.sign_name):
            raise bad_setting("access_key_id, access_key_secret, sign_name")
        self.name = definition.id
        self.limits = ChannelLimits(
            batch_max=BATCH_MAX, body_bytes_max=64_000, per_second_max=definition.per_second_max
        )
        self._settings = settings
        self._url = base_address(settings.base_url, surroundings).with_path("/")
        self._line = Line(surroundings)

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        assert len(messages) <= self.limits.batch_max, "the dispatcher keeps to batch_max"
        ready, refused = sorted_out(messages, self._settings.template)
        said = {each.message.key: each.sms for each in ready}
        groups: dict[tuple[str, str], list[Message]] = {}
        for each in ready:
            groups.setdefault((each.sms.template, step_mark(each.message.key)), []).append(each.message)
        parts = list(groups.values())
        return [*refused, *await in_parts(parts, lambda part: self._carry(part, said), WAYS)] if parts else refused

    async def found(self, doubts: Sequence[Doubt]) -> Sequence[Finding]:
        """Ask for each number of which a call was lost: every message of ours bears a mark in `OutId`."""
        return await asked_each(doubts, self._found, WAYS)

    async def close(self) -> None:
        await self._line.close()

    async def _found(self, doubt: Doubt) -> Finding:
        rows: list[Mapping[str, Any]] = []
        total = 0
        for day in shanghai_days(doubt.left_ms):
            for page in range(1, PAGES_MAX + 1):
                said = await self._details(doubt, day, page)
                there = details_in(said)
                rows += there
                total += count_in(said) if page == 1 else 0
                if len(there) < DETAILS_A_PAGE:
                    break
        return judged(doubt, rows, complete=len(rows) >= total)

    async def _details(self, doubt: Doubt, day: str, page: int) -> Mapping[str, Any]:
        now_ms = self._line.now_ms()
        call = Acs3Call(
            host=self._url.authority,
            action="QuerySendDetails",
            version=VERSION,
            query={
                "PhoneNumber": mainland_number(doubt.address),
                "SendDate": day,
                "PageSize": str(DETAILS_A_PAGE),
                "CurrentPage": str(page),
            },
            form={},
            date=datetime.fromtimestamp(now_ms / SECOND_MS, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            nonce=blake2b(f"{doubt.key}/{day}/{page}/{now_ms}".encode(), digest_size=16).hexdigest(),
        )
        signed = acs3_headers(call, self._settings.access_key_id, self._settings.access_key_secret)
        url = URL(f"{self._url}?{acs3_query(call.query)}", encoded=True)
        reply = await self._line.ask(url, call.body(), signed)
        if isinstance(reply, Verdict):
            raise TryLater(MINUTE_MS, reply.reason)
        if reply.said.get("Code") != "OK":
            raise TryLater(MINUTE_MS, str(reply.said.get("Code") or f"http_{reply.status}"))
        return reply.said

    async def _carry(self, messages: Sequence[Message], said: Mapping[MessageKey, Sms]) -> Sequence[Handover]:
        answered = await self._call(messages, [said[message.key] for message in messages])
        verdict = answered if isinstance(answered, Verdict) else told(answered)
        if verdict.outcome == "accepted":
            token = self._settings.callback_token
            return [
                handover(message, msgspec.structs.replace(verdict, provider_id=mark))
                for message in messages
                for mark in [receipt_mark(verdict.provider_id, token, message.address)]
            ]
        if verdict.reason in OF_ONE_NUMBER and len(messages) > 1:
            half = len(messages) // 2
            halves = (messages[:half], messages[half:])
            return await in_parts(halves, lambda part: self._carry(part, said), 1)
        return handovers(messages, verdict)

    async def _call(self, messages: Sequence[Message], sms: Sequence[Sms]) -> Reply | Verdict:
        settings, now_ms = self._settings, self._line.now_ms()
        alike = all(each.values == sms[0].values for each in sms)
        numbers = [mainland_number(message.address) for message in messages]
        call = Acs3Call(
            host=self._url.authority,
            action="SendSms" if alike else "SendBatchSms",
            version=VERSION,
            query={
                **(_same(settings, numbers, sms[0]) if alike else {"TemplateCode": sms[0].template}),
                "OutId": step_mark(messages[0].key),
            },
            form={} if alike else _each_its_own(settings, numbers, sms),
            date=datetime.fromtimestamp(now_ms / SECOND_MS, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            nonce=nonce(messages, now_ms),
        )
        signed = acs3_headers(call, settings.access_key_id, settings.access_key_secret)
        return await self._line.ask(URL(f"{self._url}?{acs3_query(call.query)}", encoded=True), call.body(), signed)


def open_aliyun_sms(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel of SMS by Alibaba Cloud. Raises `LiftloopError` where settings are wrong."""
    return AliyunSmsChannel(definition, surroundings)


def told(reply: Reply) -> Verdict:
    """Return what an answer says of a whole call."""
    code = reply.said.get("Code")
    if not isinstance(code, str):
        return UNREADABLE if reply.status < 500 else Verdict(outcome="uncertain", reason=f"http_{reply.status}")
    if code == "OK":
        return Verdict(outcome="accepted", provider_id=str(reply.said.get("BizId") or ""))
    usual: tuple[Outcome, int] = ("uncertain", 0) if reply.status >= 500 else ("rejected", 0)
    outcome, after_ms = OUTCOMES.get(code, usual)
    return Verdict(outcome=outcome, reason=code, retry_after_ms=after_ms)


def details_in(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rows of an answer to QuerySendDetails."""
    within = said.get("SmsSendDetailDTOs")
    rows = within.get("SmsSendDetailDTO") if isinstance(within, dict) else None
    return [row for row in rows or [] if isinstance(row, dict)]


def count_in(said: Mapping[str, Any]) -> int:
    """Return how many rows there are in all; accounts without the right to see them are shown the number alone."""
    count = said.get("TotalCount")
    return int(count) if isinstance(count, int | str) and str(count).isdecimal() else 0


def judged(doubt: Doubt, rows: Sequence[Mapping[str, Any]], *, complete: bool) -> Finding:
    """Return what a number's messages of the day say of one of ours.

    Without a record of ours it was not taken, unless rows are hidden or one of them bears no mark at all.
    """
    mark = step_mark(doubt.key)
    ours = [row for row in rows if row.get("OutId") == mark]
    statuses = {row.get("SendStatus"): str(row.get("ErrCode") or "") for row in ours}
    if 3 in statuses:
        return Finding(key=doubt.key, what="sent", evidence="delivered")
    if 1 in statuses:
        return Finding(key=doubt.key, what="sent", evidence="taken")
    if 2 in statuses:
        return Finding(key=doubt.key, what="not_sent", evidence=f"failed_{statuses[2]}".rstrip("_"))
    unmarked = any(not row.get("OutId") for row in rows)
    return Finding(key=doubt.key, what="not_sent" if complete and not unmarked else "unknown", evidence="no_record")


def nonce(messages: Sequence[Message], now_ms: int) -> str:
    """Return what no other call has: the attempts that it carries, and when."""
    attempts = blake2b(digest_size=16)
    for message in messages:
        attempts.update(message.attempt.encode() + b"\n")
    attempts.update(str(now_ms).encode())
    return attempts.hexdigest()


def _same(settings: AliyunSmsSettings, numbers: Sequence[str], sms: Sms) -> dict[str, str]:
    query = {
        "PhoneNumbers": ",".join(numbers),
        "SignName": settings.sign_name,
        "TemplateCode": sms.template,
        "TemplateParam": _json(dict(sms.values)),
    }
    return query | ({"SmsUpExtendCode": settings.extend_code} if settings.extend_code else {})


def _each_its_own(settings: AliyunSmsSettings, numbers: Sequence[str], sms: Sequence[Sms]) -> dict[str, str]:
    form = {
        "PhoneNumberJson": _json(list(numbers)),
        "SignNameJson": _json([settings.sign_name] * len(numbers)),
        "TemplateParamJson": _json([dict(each.values) for each in sms]),
    }
    codes = {"SmsUpExtendCodeJson": _json([settings.extend_code] * len(numbers))}
    return form | (codes if settings.extend_code else {})


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
