"""WeCom customer messages: a task for the staff who know the customers, who tap to send it; what came of it is asked.

Source: developer.work.weixin.qq.com, document 92135. Handing over makes the task; only its result is a delivery.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.deliver.contract import (
    AddressKind,
    Channel,
    ChannelDefinition,
    ChannelLimits,
    Handover,
    Message,
    Receipt,
    Repeat,
    TryLater,
)
from liftloop.kernel.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from liftloop.plugins.channels.calling import Line, Verdict, base_address, handover, handovers, in_parts
from liftloop.plugins.channels.contract import (
    Doubt,
    Finding,
    ProviderReceipt,
    Surroundings,
    bad_setting,
    read_settings,
)
from liftloop.plugins.channels.errcodes import Outcomes
from liftloop.plugins.channels.sms import BOOKED_WITHIN_MS, receipt_mark
from liftloop.plugins.channels.wecom import BASE_URL, wecom_desk

BATCH_MAX = 1_000  # Of ten thousand that one task takes: a lost answer leaves no more than these in doubt.
TEXT_BYTES_MAX = 4_000
WAYS = 4
PAGE = 1_000
PAGES_MAX = 100
TASKS_A_PAGE = 100
EVERY_TASK = 2
"""Made by the company and by its members: the interface's own count as either."""
BEFORE_MS = MINUTE_MS
"""Their clock may be behind ours."""
OUTCOMES: Outcomes = {
    40096: ("invalid_recipient", 0),
    84061: ("invalid_recipient", 0),
    41048: ("credential_expired", MINUTE_MS),
    45009: ("quota_exhausted", 0),
    45033: ("throttled", SECOND_MS),
    60011: ("credential_expired", HOUR_MS),
}
RESULTS: Mapping[int, tuple[Receipt, str]] = {
    1: ("delivered", ""),
    2: ("unsubscribed", "not_a_friend"),
    3: ("failed", "already_received_another"),
}
"""What became of a customer in a task, by status; 0 is open."""


class WecomTaskSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person copies from the app that may speak to customers."""

    corp_id: str
    secret: str
    mark_secret: str
    """Any long text of one's own: with it results are matched to people without keeping their ids."""
    sender: str = ""
    """The userid of whoever is to send; empty for those who know each customer."""
    callback_token: str = ""
    encoding_aes_key: str = ""
    base_url: str = BASE_URL


class WecomTaskChannel:
    """A `Channel` of tasks; `receipts` asks what the staff have sent."""

    address_kind: AddressKind = "wecom_id"
    repeat: Repeat = "reconcilable"

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(WecomTaskSettings, definition.settings)
        if not (settings.corp_id and settings.secret and settings.mark_secret):
            raise bad_setting("corp_id, secret, mark_secret")
        self.name = definition.id
        self.limits = ChannelLimits(
            batch_max=BATCH_MAX, body_bytes_max=TEXT_BYTES_MAX, per_second_max=definition.per_second_max
        )
        self._settings = settings
        self._line = Line(surroundings)
        base_address(settings.base_url, surroundings)
        who = (settings.base_url, settings.corp_id, settings.secret)
        self._desk = wecom_desk(self._line, surroundings, who, OUTCOMES)

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        alike: dict[str, list[Message]] = {}
        refused: list[Handover] = []
        for message in messages:
            text = f"{message.subject}\n{message.body}".strip()
            if len(text.encode()) > TEXT_BYTES_MAX:
                refused.append(handover(message, Verdict(outcome="rejected", reason="too_long")))
            else:
                alike.setdefault(text, []).append(message)
        parts = list(alike.values())
        return [*refused, *await in_parts(parts, self._carry, WAYS)] if parts else refused

    async def receipts(self, calls: Sequence[str]) -> Sequence[ProviderReceipt]:
        """Return what is known by now of tasks, by the ids that `send` gave; asking again says the same again."""
        found: list[ProviderReceipt] = []
        for task in sorted({call.partition(".")[0] for call in calls}):
            found += await self._results(task)
        return found

    async def found(self, doubts: Sequence[Doubt]) -> Sequence[Finding]:
        """Look for the tasks that were made just then, and for each customer in them."""
        from_ms = min(doubt.left_ms for doubt in doubts) - BEFORE_MS
        until_ms = max(doubt.left_ms for doubt in doubts) + BOOKED_WITHIN_MS
        given = {
            "chat_type": "single",
            "start_time": from_ms // SECOND_MS,
            "end_time": until_ms // SECOND_MS,
            "filter_type": EVERY_TASK,
        }
        made = await self._all_pages("get_groupmsg_list_v2", given, "group_msg_list", TASKS_A_PAGE)
        customers = {str(task.get("msgid")): await self._customers(str(task.get("msgid"))) for task in made}
        at_ms = {str(task.get("msgid")): int(task.get("create_time") or 0) * SECOND_MS for task in made}
        return [self._finding(doubt, customers, at_ms) for doubt in doubts]

    async def close(self) -> None:
        await self._line.close()

    def _finding(self, doubt: Doubt, customers: Mapping[str, set[str]], at_ms: Mapping[str, int]) -> Finding:
        since_ms, until_ms = doubt.left_ms - BEFORE_MS, doubt.left_ms + BOOKED_WITHIN_MS
        tasks = [task for task, who in customers.items() if doubt.address in who]
        tasks = [task for task in tasks if since_ms <= at_ms[task] <= until_ms]
        if len(tasks) == 1:
            mark = receipt_mark(tasks[0], self._settings.mark_secret, doubt.address)
            return Finding(key=doubt.key, what="sent", evidence="task_made", provider_id=mark)
        return Finding(
            key=doubt.key,
            what="unknown" if tasks else "not_sent",
            evidence="several_tasks" if tasks else "no_task",
        )

    async def _customers(self, task: str) -> set[str]:
        found: set[str] = set()
        for member in await self._all_pages("get_groupmsg_task", {"msgid": task}, "task_list", PAGE):
            given = {"msgid": task, "userid": member.get("userid")}
            rows = await self._all_pages("get_groupmsg_send_result", given, "send_list", PAGE)
            found |= {str(row.get("external_userid")) for row in rows}
        return found

    async def _carry(self, messages: Sequence[Message]) -> Sequence[Handover]:
        first = messages[0]
        body: dict[str, Any] = {
            "chat_type": "single",
            "external_userid": [message.address for message in messages],
            "text": {"content": f"{first.subject}\n{first.body}".strip()},
        }
        if self._settings.sender:
            body["sender"] = self._settings.sender
        said = await self._desk.ask("/cgi-bin/externalcontact/add_msg_template", body)
        if isinstance(said, Verdict):
            return handovers(messages, said)
        task = str(said.get("msgid") or "")
        failed = said.get("fail_list")
        missed = set(failed) if isinstance(failed, list) else set[Any]()
        return [handover(message, self._verdict(message, task, missed)) for message in messages]

    def _verdict(self, message: Message, task: str, missed: set[Any]) -> Verdict:
        if message.address in missed:
            return Verdict(outcome="invalid_recipient", reason="fail_list")
        mark = receipt_mark(task, self._settings.mark_secret, message.address)
        return Verdict(outcome="accepted", provider_id=mark, reason="task_made")

    async def _results(self, task: str) -> list[ProviderReceipt]:
        found: list[ProviderReceipt] = []
        for member in await self._pages("get_groupmsg_task", {"msgid": task}, "task_list"):
            given = {"msgid": task, "userid": member.get("userid")}
            rows = await self._pages("get_groupmsg_send_result", given, "send_list")
            found += [receipt for row in rows for receipt in self._receipt(task, row)]
        return found

    async def _pages(self, call: str, given: Mapping[str, Any], rows: str) -> list[Mapping[str, Any]]:
        try:
            return await self._all_pages(call, given, rows, PAGE)
        except TryLater:
            return []  # Asked again at the next look.

    async def _all_pages(self, call: str, given: Mapping[str, Any], rows: str, page: int) -> list[Mapping[str, Any]]:
        """Return the rows of every page. Raises `TryLater` where one of them cannot be had."""
        found: list[Mapping[str, Any]] = []
        cursor = ""
        for _ in range(PAGES_MAX):
            body = {**given, "limit": page, **({"cursor": cursor} if cursor else {})}
            said = await self._desk.ask(f"/cgi-bin/externalcontact/{call}", body)
            if isinstance(said, Verdict):
                raise TryLater(MINUTE_MS, said.reason)
            there = said.get(rows)
            found += [row for row in there or [] if isinstance(row, dict)]
            cursor = str(said.get("next_cursor") or "")
            if not cursor:
                break
        return found

    def _receipt(self, task: str, row: Mapping[str, Any]) -> list[ProviderReceipt]:
        status, who = row.get("status"), row.get("external_userid")
        if not isinstance(status, int) or status not in RESULTS or not isinstance(who, str):
            return []
        receipt, reason = RESULTS[status]
        at_s = row.get("send_time")
        at_ms = at_s * SECOND_MS if isinstance(at_s, int) and at_s > 0 else self._line.now_ms()
        mark = receipt_mark(task, self._settings.mark_secret, who)
        return [ProviderReceipt(provider_id=mark, receipt=receipt, at_ms=at_ms, reason=reason)]


def open_wecom_tasks(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel of customer messages. Raises `LiftloopError` where settings are wrong."""
    return WecomTaskChannel(definition, surroundings)
