"""The SMS rooms: Alibaba Cloud and Tencent Cloud, signatures computed anew from the providers' own pages.

Numbers that end in 0001 have had enough, 0002 are none, 0004 have opted out.
"""

import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote

from liftloop.kernel.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from liftloop.kernel.codec import canonical_json, parse_json, parse_object
from liftloop.testing.gatehouse.server import Answer, Asked, Ledger, Route, Taken

KEY_ID, KEY_SECRET = "LTAI-of-the-shop", "secret-of-the-shop"
SIGN_NAME, TEMPLATE = "小店", "SMS_1001"
APP_ID, TENCENT_TEMPLATE = "1400001", "2001"
FRESH_MS = 15 * MINUTE_MS
PER_NUMBER_MAX = 50
"""Messages a day, number and template: both providers' limit for promotion."""
SHANGHAI_MS = 8 * HOUR_MS


class AliyunRoom:
    """Dysmsapi: it refuses a whole call for one number, and answers most refusals with HTTP 200."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.key_secret = KEY_SECRET
        """Another one here makes what the shop has worthless, as a reset with the provider does."""
        self._nonces: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._details_by: dict[tuple[str, str], list[dict[str, Any]]] = {}
        """What was sent, by number and day."""
        self.hides_details = False
        """Whether it shows how many there are, and none of them, as it does without the right to see them."""

    def receive(self, asked: Asked) -> Answer:
        refusal = self._gate(asked)
        if refusal:
            return Answer(said={"Code": refusal, "Message": refusal}, status=400)
        query = dict(parse_qsl(asked.request.url.raw_query_string, keep_blank_values=True))
        form = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        action = asked.request.headers["x-acs-action"]
        return self._details(query) if action == "QuerySendDetails" else self._send(query | form, action)

    def forget(self) -> None:
        """Begin a new day."""
        self._counts.clear()

    def _gate(self, asked: Asked) -> str:
        headers = asked.request.headers
        at = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(self._ledger.wall.now_ms() - at.timestamp() * SECOND_MS) > FRESH_MS:
            return "InvalidTimeStamp.Expired"
        given = dict(part.split("=", 1) for part in headers["authorization"].partition(" ")[2].split(","))
        if given["Credential"] != KEY_ID:
            return "InvalidAccessKeyId.NotFound"
        if not hmac.compare_digest(given["Signature"], _acs3(asked, given["SignedHeaders"], self.key_secret)):
            return "SignatureDoesNotMatch"
        if headers["x-acs-signature-nonce"] in self._nonces:
            return "SignatureNonceUsed"
        self._nonces.add(headers["x-acs-signature-nonce"])
        return ""

    def _send(self, query: Mapping[str, str], action: str) -> Answer:
        if action == "SendSms":
            numbers = query["PhoneNumbers"].split(",")
            signs, params = [query["SignName"]] * len(numbers), [query["TemplateParam"]] * len(numbers)
        else:
            numbers = parse_json(query["PhoneNumberJson"].encode())
            signs = parse_json(query["SignNameJson"].encode())
            params = [canonical_json(each).decode() for each in parse_json(query["TemplateParamJson"].encode())]
        code = self._judge(numbers, signs, query["TemplateCode"])
        if code:
            return _aliyun(code)
        biz = f"{900_600_000 + self._ledger.number()}^0"
        self._counts.update(numbers)
        self._ledger.take(
            [
                Taken(provider="aliyun", address=number, content=param, call=biz)
                for number, param in zip(numbers, params, strict=True)
            ]
        )
        self._note(numbers, query)
        return Answer(said={"Code": "OK", "Message": "OK", "BizId": biz, "RequestId": f"R{biz}"})

    def _note(self, numbers: Sequence[str], query: Mapping[str, str]) -> None:
        at = _shanghai(self._ledger.wall.now_ms())
        for number in numbers:
            failed = number.endswith("0003")
            self._details_by.setdefault((number, at[:10].replace("-", "")), []).append(
                {
                    "PhoneNum": number,
                    "SendDate": at,
                    "ReceiveDate": at,
                    "SendStatus": 2 if failed else 3,
                    "ErrCode": "MK:0012" if failed else "DELIVERED",
                    "TemplateCode": query["TemplateCode"],
                    "OutId": query.get("OutId", ""),
                }
            )

    def _details(self, query: Mapping[str, str]) -> Answer:
        size, page = int(query["PageSize"]), int(query["CurrentPage"])
        if not 1 <= size <= 50 or len(query["SendDate"]) != 8:
            return _aliyun("isv.INVALID_PARAMETERS")
        rows = self._details_by.get((query["PhoneNumber"], query["SendDate"]), [])
        shown = [] if self.hides_details else rows[(page - 1) * size : page * size]
        return Answer(
            said={
                "Code": "OK",
                "Message": "OK",
                "RequestId": "R",
                "TotalCount": str(len(rows)),
                "SmsSendDetailDTOs": {"SmsSendDetailDTO": shown},
            }
        )

    def _judge(self, numbers: Sequence[str], signs: Sequence[str], template: str) -> str:
        if not 1 <= len(numbers) <= 1_000:
            return "isv.MOBILE_COUNT_OVER_LIMIT"
        if set(signs) != {SIGN_NAME}:
            return "isv.SMS_SIGNATURE_ILLEGAL"
        if template != TEMPLATE:
            return "isv.SMS_TEMPLATE_ILLEGAL"
        if any(number.endswith("0002") for number in numbers):
            return "isv.MOBILE_NUMBER_ILLEGAL"
        if any(number.endswith("0001") or self._counts[number] >= PER_NUMBER_MAX for number in numbers):
            return "isv.BUSINESS_LIMIT_CONTROL"
        return ""

    def reports(self, taken: Sequence[Taken], at_ms: int) -> bytes:
        """Return what is posted to the callback address of SmsReport: times are those of Shanghai, unmarked."""
        at = _shanghai(at_ms)
        return canonical_json(
            [
                {
                    "phone_number": each.address,
                    "send_time": at,
                    "report_time": at,
                    "success": not each.address.endswith("0003"),
                    "err_code": "DELIVERED",
                    "err_msg": "用户接收成功",
                    "sms_size": "1",
                    "biz_id": each.call,
                    "out_id": "",
                }
                for each in taken
            ]
        )

    def replies(self, said: Mapping[str, str], at_ms: int) -> bytes:
        """Return what is posted to the callback address of SmsUp, by number."""
        return canonical_json(
            [
                {
                    "phone_number": number,
                    "send_time": _shanghai(at_ms),
                    "content": text,
                    "sign_name": SIGN_NAME,
                    "dest_code": "1069000",
                    "sequence_id": self._ledger.number(),
                }
                for number, text in said.items()
            ]
        )


class TencentRoom:
    """SMS 2021-01-11, one status a number."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._reports: list[tuple[int, dict[str, Any]]] = []
        """What carriers reported, with the second of sending."""
        self.carriers_are_late = False

    def receive(self, asked: Asked) -> Answer:
        headers = asked.request.headers
        if abs(self._ledger.wall.now_ms() // SECOND_MS - int(headers["x-tc-timestamp"])) > 300:
            return _tencent_error("AuthFailure.SignatureExpire")
        if headers["authorization"] != _tc3(asked):
            return _tencent_error("AuthFailure.SignatureFailure")
        body = parse_object(asked.body)
        if headers["x-tc-action"] == "PullSmsSendStatusByPhoneNumber":
            return self._pull(body)
        assert headers["x-tc-action"] == "SendSms"
        if body["SmsSdkAppId"] != APP_ID or body["SignName"] != SIGN_NAME:
            return _tencent_error("FailedOperation.SignatureIncorrectOrUnapproved")
        if len(body["PhoneNumberSet"]) > 200:
            return _tencent_error("LimitExceeded.PhoneNumberCountLimit")
        statuses = [self._status(number, body) for number in body["PhoneNumberSet"]]
        return Answer(said={"Response": {"SendStatusSet": statuses, "RequestId": "r"}})

    def _status(self, number: str, body: Mapping[str, Any]) -> dict[str, Any]:
        codes = {
            "0001": "LimitExceeded.PhoneNumberThirtySecondLimit",
            "0002": "InvalidParameterValue.IncorrectPhoneNumber",
            "0004": "FailedOperation.PhoneNumberInBlacklist",
        }
        code = codes.get(number[-4:], "Ok")
        if body["TemplateId"] != TENCENT_TEMPLATE:
            code = "FailedOperation.TemplateUnapprovedOrNotExist"
        serial = f"2028:f{self._ledger.number():06d}" if code == "Ok" else ""
        if code == "Ok":
            content = "\n".join(body["TemplateParamSet"])
            self._ledger.take([Taken(provider="tencent", address=number[3:], content=content, call=serial)])
            self._note(number, serial, str(body.get("SessionContext", "")))
        return {"SerialNo": serial, "PhoneNumber": number, "Fee": 1, "Code": code, "Message": code, "IsoCode": "CN"}

    def _note(self, number: str, serial: str, context: str) -> None:
        at_s = self._ledger.wall.now_ms() // SECOND_MS
        failed = number.endswith("0003")
        report = {
            "UserReceiveTime": at_s,
            "CountryCode": "86",
            "SubscriberNumber": number[3:],
            "PhoneNumber": number,
            "SerialNo": serial,
            "ReportStatus": "FAIL" if failed else "SUCCESS",
            "Description": "UNDELIV" if failed else "DELIVRD",
            "SessionContext": context,
        }
        self._reports.append((at_s, report))

    def _pull(self, body: Mapping[str, Any]) -> Answer:
        if body["SmsSdkAppId"] != APP_ID or not 1 <= body["Limit"] <= 100 or body["Offset"] != 0:
            return _tencent_error("InvalidParameter")
        found = [
            report
            for at_s, report in self._reports
            if report["PhoneNumber"] == body["PhoneNumber"] and body["BeginTime"] <= at_s <= body["EndTime"]
        ]
        shown = [] if self.carriers_are_late else found[: body["Limit"]]
        return Answer(said={"Response": {"PullSmsSendStatusSet": shown, "RequestId": "r"}})

    def reports(self, taken: Sequence[Taken], at_ms: int) -> bytes:
        """Return what is posted to the address of status reports."""
        return canonical_json(
            [
                {
                    "user_receive_time": _shanghai(at_ms),
                    "nationcode": "86",
                    "mobile": each.address,
                    "report_status": "FAIL" if each.address.endswith("0003") else "SUCCESS",
                    "errmsg": "DELIVRD",
                    "description": "用户短信送达成功",
                    "sid": each.call,
                }
                for each in taken
            ]
        )

    def reply(self, number: str, text: str, at_ms: int) -> bytes:
        """Return what is posted to the address of replies."""
        return canonical_json(
            {
                "extend": "",
                "mobile": number,
                "nationcode": "86",
                "sign": SIGN_NAME,
                "text": text,
                "time": at_ms // SECOND_MS,
            }
        )


class SmsRoom:
    """Both providers behind one path: what is signed has no other, so the headers tell who is meant."""

    calm = frozenset[str]()

    def __init__(self, ledger: Ledger) -> None:
        self.aliyun = AliyunRoom(ledger)
        self.tencent = TencentRoom(ledger)
        self.posts: Mapping[str, Route] = {"/": self._receive}
        self.gets: Mapping[str, Route] = {}

    def too_many(self, asked: Asked) -> Answer:
        if _for_tencent(asked):
            return _tencent_error("RequestLimitExceeded")
        return Answer(said={"Code": "Throttling.User", "Message": "Request was denied"}, status=400)

    def refuse(self, asked: Asked) -> Answer:
        if _for_tencent(asked):
            return _tencent_error("FailedOperation.TemplateUnapprovedOrNotExist")
        return _aliyun("isv.SMS_TEMPLATE_ILLEGAL")

    def expire(self) -> None:
        """Do nothing: these providers know no tokens."""

    def _receive(self, asked: Asked) -> Answer:
        return self.tencent.receive(asked) if _for_tencent(asked) else self.aliyun.receive(asked)


def _for_tencent(asked: Asked) -> bool:
    return "x-tc-action" in asked.request.headers


def _aliyun(code: str) -> Answer:
    return Answer(said={"Code": code, "Message": code, "RequestId": "R"})


def _tencent_error(code: str) -> Answer:
    return Answer(said={"Response": {"Error": {"Code": code, "Message": code}, "RequestId": "r"}})


def _acs3(asked: Asked, names: str, secret: str) -> str:
    """Return what the signature must be: every public header that came must be among those signed."""
    headers = {name.lower(): value for name, value in asked.request.headers.items()}
    public = {"host", "content-type"} if asked.body else {"host"}
    present = sorted(name for name in headers if name in public or name.startswith("x-acs-"))
    if names.split(";") != present:
        return ""
    query = sorted(parse_qsl(asked.request.url.raw_query_string, keep_blank_values=True))
    canonical = "\n".join(
        [
            asked.request.method,
            asked.request.path,
            "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in query),
            *(f"{name}:{headers[name].strip()}" for name in present),
            "",
            names,
            sha256(asked.body).hexdigest(),
        ]
    )
    text = "ACS3-HMAC-SHA256\n" + sha256(canonical.encode()).hexdigest()
    return hmac.new(secret.encode(), text.encode(), sha256).hexdigest()


def _tc3(asked: Asked) -> str:
    headers = asked.request.headers
    at_s = int(headers["x-tc-timestamp"])
    day = datetime.fromtimestamp(at_s, UTC).date().isoformat()
    signed = f"content-type:{headers['content-type'].lower()}\nhost:{headers['host'].lower()}\n"
    canonical = "\n".join(["POST", "/", "", signed, "content-type;host", sha256(asked.body).hexdigest()])
    text = "\n".join(["TC3-HMAC-SHA256", str(at_s), f"{day}/sms/tc3_request", sha256(canonical.encode()).hexdigest()])
    key = ("TC3" + KEY_SECRET).encode()
    for part in (day, "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    signature = hmac.new(key, text.encode(), sha256).hexdigest()
    return (
        f"TC3-HMAC-SHA256 Credential={KEY_ID}/{day}/sms/tc3_request, SignedHeaders=content-type;host,"
        f" Signature={signature}"
    )


def _shanghai(at_ms: int) -> str:
    return datetime.fromtimestamp((at_ms + SHANGHAI_MS) / SECOND_MS, UTC).strftime("%Y-%m-%d %H:%M:%S")
