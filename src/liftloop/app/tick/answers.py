"""Answering those who wait for the worker, be it with what they asked for or with why it will not come."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from liftloop.kernel.errors import LiftloopError

T = TypeVar("T")


class WorkerEnded(LiftloopError):
    """One of the worker's threads has failed: the process ends and is started again; what was acknowledged stays."""

    def __init__(self) -> None:
        super().__init__(
            "tick_failed",
            zh="计算进程出错，正在重启；本次请求没有得到确认",
            en="the tick process failed and is being restarted; this request was not acknowledged",
            next_zh="几秒后重发；相同 messageId 不会重复。一直出现时请看日志",
            next_en="send again in a few seconds; the same messageId is never counted twice. If it stays, see the log",
            status=503,
        )


def settle(future: Future[T], result: T) -> None:
    """Answer, unless whoever asked has gone away meanwhile."""
    if future.set_running_or_notify_cancel():
        future.set_result(result)


def refuse(waiting: Sequence[Future[Any]], reason: Exception | None = None) -> None:
    """Tell why it will not come, by default that the worker has ended."""
    for future in waiting:
        if future.set_running_or_notify_cancel():
            future.set_exception(reason or WorkerEnded())
