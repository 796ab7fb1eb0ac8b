"""SMS by Tencent Cloud (sms 2021-01-11): a template filled in by position, one outcome a number."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

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
from liftloop.kernel.clock import HOUR_MS, MINUTE_MS, SECOND_MS
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
from liftloop.plugins.channels.sms import Sms, mainland_number, sorted_out, step_mark
from liftloop.plugins.channels.tc3 import Tc3Call, tc3_headers

VERSION = "2021-01-11"
BATCH_MAX = 200  # Numbers a call.
WAYS = 8
QUERY_WAYS = 2
"""Twenty queries a second are free; an answer takes a tenth of one."""
STATUSES_MAX = 100
_ADMITTED_MS = MINUTE_MS
OUTCOMES: Mapping[str, tuple[Outcome, int]] = {
    "FailedOperation.MarketingSendTimeConstraint": ("retry", HOUR_MS),
    "FailedOperation.InsufficientBalanceInSmsPackage": ("credential_expired", _ADMITTED_MS),
    "FailedOperation.PhoneNumberInBlacklist": ("opted_out", 0),
    "InvalidParameterValue.IncorrectPhoneNumber": ("invalid_recipient", 0),
    "LimitExceeded.DeliveryFrequencyLimit": ("throttled", MINUTE_MS),
    "LimitExceeded.PhoneNumberThirtySecondLimit": ("throttled", 30 * SECOND_MS),
    "LimitExceeded.PhoneNumberOneHourLimit": ("throttled", HOUR_MS),
    "LimitExceeded.PhoneNumberDailyLimit": ("quota_exhausted", 0),
    "LimitExceeded.PhoneNumberSameContentDailyLimit": ("quota_exhausted", 0),
    "LimitExceeded.AppDailyLimit": ("quota_exhausted", 0),
    "UnauthorizedOperation.RequestIpNotInWhitelist": ("credential_expired", _ADMITTED_MS),
    "UnauthorizedOperation.ServiceSuspendDueToArrears": ("credential_expired", _ADMITTED_MS),
    "AuthFailure.SignatureFailure": ("credential_expired", _ADMITTED_MS),
    "AuthFailure.SignatureExpire": ("credential_expired", _ADMITTED_MS),
    "AuthFailure.SecretIdNotFound": ("credential_expired", _ADMITTED_MS),
    "AuthFailure.UnauthorizedOperation": ("credential_expired", _ADMITTED_MS),
    "RequestLimitExceeded": ("throttled", SECOND_MS),
    "InternalError": ("uncertain", 0),
    "InternalError.Timeout": ("uncertain", 0),
}
"""By code, of a call or of a number; whatever else it says is refused for good."""


class TencentSmsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person copies from the SMS console."""

    secret_id: str
    secret_key: str
    app_id: str
    """SmsSdkAppId, `1400…`."""
    sign_name: str
    template: str = ""
    """The approved template's id, where a content names no other by `@template`."""
    templates: Mapping[str, str] = {}
    """The approved text of each template, by its code, as the console shows it: for previews and checks."""
    callback_token: str = ""
    region: str = "ap-guangzhou"
    base_url: str = "https://sms.tencentcloudapi.com"


class TencentSmsChannel:
    """A `Channel` of approved templates; values go in the order in which a content writes them."""

    address_kind: AddressKind = "phone"
    repeat: Repeat = "reconcilable"

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(TencentSmsSettings, definition.settings)
        if not (settings.secret_id and settings.secret_key and settings.app_id and settings.sign_name):
            raise bad_setting("secret_id, secret_key, app_id, sign_name")
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
        times: Counter[tuple[str, ...]] = Counter()
        alike: dict[tuple[tuple[str, ...], int], list[Message]] = {}
        for each in ready:
            text = (each.sms.template, step_mark(each.message.key), *each.sms.values.values())
            # An answer names numbers: each call has one of each, and what comes again goes with another.
            alike.setdefault((text, times[*text, each.number]), []).append(each.message)
            times[*text, each.number] += 1
        parts = list(alike.values())
        carried = await in_parts(parts, lambda part: self._carry(part, said[part[0].key]), WAYS) if parts else []
        return [*refused, *carried]

    async def found(self, doubts: Sequence[Doubt]) -> Sequence[Finding]:
        """Ask for each number of which a call was lost: every message of ours bears a mark in `SessionContext`."""
        return await asked_each(doubts, self._found, QUERY_WAYS)

    async def close(self) -> None:
        await self._line.close()

    async def _found(self, doubt: Doubt) -> Finding:
        asked = {
            "BeginTime": (doubt.left_ms - MINUTE_MS) // SECOND_MS,
            "EndTime": self._line.now_ms() // SECOND_MS,
            "Offset": 0,
            "Limit": STATUSES_MAX,
            "PhoneNumber": f"+86{mainland_number(doubt.address)}",
            "SmsSdkAppId": self._settings.app_id,
        }
        reply = await self._call("PullSmsSendStatusByPhoneNumber", msgspec.json.encode(asked))
        if isinstance(reply, Verdict):
            raise TryLater(MINUTE_MS, reply.reason)
        return judged(doubt, reply)

    async def _carry(self, messages: Sequence[Message], sms: Sms) -> Sequence[Handover]:
        settings = self._settings
        body = msgspec.json.encode(
            {
                "PhoneNumberSet": [f"+86{mainland_number(message.address)}" for message in messages],
                "SmsSdkAppId": settings.app_id,
                "TemplateId": sms.template,
                "SignName": settings.sign_name,
                "TemplateParamSet": list(sms.values.values()),
                "SessionContext": step_mark(messages[0].key),
            }
        )
        reply = await self._call("SendSms", body)
        if isinstance(reply, Verdict):
            return handovers(messages, reply)
        return told(messages, reply)

    async def _call(self, action: str, body: bytes) -> Reply | Verdict:
        settings = self._settings
        call = Tc3Call(
            service="sms",
            host=self._url.authority,
            action=action,
            version=VERSION,
            region=settings.region,
            body=body,
            timestamp_s=self._line.now_ms() // SECOND_MS,
        )
        return await self._line.ask(self._url, body, tc3_headers(call, settings.secret_id, settings.secret_key))


def open_tencent_sms(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel of SMS by Tencent Cloud. Raises `LiftloopError` where settings are wrong."""
    return TencentSmsChannel(definition, surroundings)


def told(messages: Sequence[Message], reply: Reply) -> list[Handover]:
    """Return what an answer says of each number; one that it does not name is uncertain."""
    response = reply.said.get("Response")
    if not isinstance(response, dict):
        unknown = UNREADABLE if reply.status < 500 else Verdict(outcome="uncertain", reason=f"http_{reply.status}")
        return handovers(messages, unknown)
    error = response.get("Error")
    if isinstance(error, dict):
        return handovers(messages, _verdict(str(error.get("Code")), ""))
    statuses = response.get("SendStatusSet")
    by_number: dict[str, Mapping[str, Any]] = {
        str(each.get("PhoneNumber")): each for each in statuses or [] if isinstance(each, dict)
    }
    return [_of_number(message, by_number.get(f"+86{mainland_number(message.address)}")) for message in messages]


def judged(doubt: Doubt, reply: Reply) -> Finding:
    """Return what an answer says of one message; carriers report late, so no report means nothing.

    Raises `TryLater` where it is no answer.
    """
    response = reply.said.get("Response")
    error = response.get("Error") if isinstance(response, dict) else None
    if not isinstance(response, dict) or error:
        raise TryLater(MINUTE_MS, str(error.get("Code")) if isinstance(error, dict) else f"http_{reply.status}")
    mark = step_mark(doubt.key)
    rows = [row for row in response.get("PullSmsSendStatusSet") or [] if isinstance(row, dict)]
    ours = [row for row in rows if row.get("SessionContext") == mark]
    for row in sorted(ours, key=lambda row: row.get("ReportStatus") != "SUCCESS"):
        serial, description = str(row.get("SerialNo") or ""), str(row.get("Description") or "")
        if row.get("ReportStatus") == "SUCCESS":
            return Finding(key=doubt.key, what="sent", evidence="delivered", provider_id=serial)
        return Finding(key=doubt.key, what="not_sent", evidence=f"failed_{description}".rstrip("_"), provider_id=serial)
    return Finding(key=doubt.key, what="unknown", evidence="no_report")


def _of_number(message: Message, status: Mapping[str, Any] | None) -> Handover:
    if status is None:
        return handover(message, Verdict(outcome="uncertain", reason="missing_result"))
    return handover(message, _verdict(str(status.get("Code")), str(status.get("SerialNo") or "")))


def _verdict(code: str, serial: str) -> Verdict:
    if code == "Ok":
        return Verdict(outcome="accepted", provider_id=serial)
    outcome, after_ms = OUTCOMES.get(code, ("rejected", 0))
    return Verdict(outcome=outcome, reason=code, retry_after_ms=after_ms)
