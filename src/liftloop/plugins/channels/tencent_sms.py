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
)
from liftloop.kernel.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from liftloop.plugins.channels.calling import (
    UNREADABLE,
    Line,
    Reply,
    Verdict,
    base_address,
    handover,
    handovers,
    in_parts,
)
from liftloop.plugins.channels.contract import Surroundings, bad_setting, read_settings
from liftloop.plugins.channels.sms import Sms, mainland_number, sorted_out
from liftloop.plugins.channels.tc3 import Tc3Call, tc3_headers

VERSION = "2021-01-11"
BATCH_MAX = 200  # Numbers a call.
WAYS = 8
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
    repeat: Repeat = "neither"

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
        times: Counter[tuple[str, tuple[str, ...], str]] = Counter()
        alike: dict[tuple[str, tuple[str, ...], int], list[Message]] = {}
        for each in ready:
            template, values = each.sms.template, tuple(each.sms.values.values())
            # An answer names numbers: each call has one of each, and what comes again goes with another.
            alike.setdefault((template, values, times[template, values, each.number]), []).append(each.message)
            times[template, values, each.number] += 1
        parts = list(alike.values())
        carried = await in_parts(parts, lambda part: self._carry(part, said[part[0].key]), WAYS) if parts else []
        return [*refused, *carried]

    async def close(self) -> None:
        await self._line.close()

    async def _carry(self, messages: Sequence[Message], sms: Sms) -> Sequence[Handover]:
        settings = self._settings
        body = msgspec.json.encode(
            {
                "PhoneNumberSet": [f"+86{mainland_number(message.address)}" for message in messages],
                "SmsSdkAppId": settings.app_id,
                "TemplateId": sms.template,
                "SignName": settings.sign_name,
                "TemplateParamSet": list(sms.values.values()),
            }
        )
        call = Tc3Call(
            service="sms",
            host=self._url.authority,
            action="SendSms",
            version=VERSION,
            region=settings.region,
            body=body,
            timestamp_s=self._line.now_ms() // SECOND_MS,
        )
        reply = await self._line.ask(self._url, body, tc3_headers(call, settings.secret_id, settings.secret_key))
        if isinstance(reply, Verdict):
            return handovers(messages, reply)
        return told(messages, reply)


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


def _of_number(message: Message, status: Mapping[str, Any] | None) -> Handover:
    if status is None:
        return handover(message, Verdict(outcome="uncertain", reason="missing_result"))
    return handover(message, _verdict(str(status.get("Code")), str(status.get("SerialNo") or "")))


def _verdict(code: str, serial: str) -> Verdict:
    if code == "Ok":
        return Verdict(outcome="accepted", provider_id=serial)
    outcome, after_ms = OUTCOMES.get(code, ("rejected", 0))
    return Verdict(outcome=outcome, reason=code, retry_after_ms=after_ms)
