"""Turns every anticipated failure into the one error body, in the language of the reader."""

import errno

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from liftloop.kernel.errors import Language, LiftloopError
from liftloop.storage.contract import DiskFull

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoRoom(LiftloopError):
    """The disk of the data folder is full."""

    def __init__(self) -> None:
        super().__init__(
            "disk_full",
            zh="磁盘已满，这一步没有完成",
            en="the disk is full; this was not done",
            next_zh="清出空间后再试；服务会自己继续，不用重启",
            next_en="free space and try again; the server goes on by itself and needs no restart",
            status=507,
        )


class NumberTooLarge(LiftloopError):
    """A number of the request is larger than anything here is counted with."""

    def __init__(self) -> None:
        super().__init__(
            "number_too_large",
            zh="请求里有一个数字太大，超出了能处理的范围",
            en="a number of the request is too large to work with",
            next_zh="把数字写小一些再发；时间用毫秒，金额用分",
            next_en="send a smaller number; times are milliseconds, amounts are fen",
            status=422,
        )


def language_of(request: Request) -> Language:
    """Return the language that a request asks for; zh-CN where it does not say."""
    accepted = request.headers.get("accept-language", "zh-CN").strip().lower()
    return "en" if accepted.startswith("en") else "zh-CN"


def told(error: LiftloopError, language: Language) -> JSONResponse:
    return JSONResponse(error.as_json(language), status_code=error.status)


def install(app: FastAPI) -> None:
    """Make `app` answer with our error body, whatever goes wrong in an anticipated way."""

    def anticipated(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, LiftloopError)
        return told(error, language_of(request))

    def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        refused = LiftloopError(
            "invalid_request",
            zh=f"请求里的 {place or '内容'} 不对：{first['msg']}",
            en=f"{place or 'the body'} is not right: {first['msg']}",
            next_zh="按 /api/openapi.json 里的格式改好再发",
            next_en="write it as /api/openapi.json says and send it again",
            status=422,
        )
        return told(refused, language_of(request))

    def no_room(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, OSError) and error.errno not in _NO_ROOM:
            raise error
        return told(NoRoom(), language_of(request))

    def too_large(request: Request, error: Exception) -> JSONResponse:
        return told(NumberTooLarge(), language_of(request))

    app.add_exception_handler(OverflowError, too_large)
    app.add_exception_handler(DiskFull, no_room)
    app.add_exception_handler(OSError, no_room)
    app.add_exception_handler(LiftloopError, anticipated)
    app.add_exception_handler(RequestValidationError, invalid)
