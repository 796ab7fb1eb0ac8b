"""As much of HTTP/2 (RFC 9113) as posting short bodies over one connection takes: Apple's push service speaks no other.

Of header compression (RFC 7541) it sends plain literals, allows no dynamic table, and reads the status alone.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence

from msgspec import Struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
ACK, END_STREAM, END_HEADERS, PADDED, PRIORITY = 0x1, 0x1, 0x4, 0x8, 0x20
HEADER_TABLE_SIZE, ENABLE_PUSH, STREAMS_MAX, WINDOW_SIZE = 1, 2, 3, 4
REFUSED_STREAM = 7
WINDOW = 65_535
FRAME_BYTES_MAX = 16_384
ANSWER_BYTES_MAX = 64_000  # A reason in JSON has a hundred.
STREAM_ID_MAX = 2**31 - 1
STATIC_STATUS = {8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500}
STATUS_NAMES = range(8, 15)
"""Entries of the static table that are a `:status`."""


class Frame(Struct, frozen=True):
    """One frame."""

    kind: int
    flags: int
    stream: int
    payload: bytes


class Answered(Struct, frozen=True, kw_only=True):
    """What came back on one stream."""

    status: int
    body: bytes


class NeverTaken(Exception):
    """The request was surely not processed, or did not leave: it may be made again."""


class Broken(Exception):
    """The connection ended, or spoke nonsense, with the request on its way."""


class _Stream:
    def __init__(self, window: int) -> None:
        self.window = window
        self.headers = bytearray()
        self.status = 0
        self.body = bytearray()
        self.done: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()


class Http2:
    """One connection; many requests at once."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._streams: dict[int, _Stream] = {}
        self._next = 1
        self._window = WINDOW
        self._stream_window = WINDOW
        self._streams_max = 100
        self._changed = asyncio.Condition()
        self._ended = False
        writer.write(PREFACE + frame(SETTINGS, 0, 0, settings({HEADER_TABLE_SIZE: 0, ENABLE_PUSH: 0})))
        self._reading = asyncio.create_task(self._read())

    @property
    def usable(self) -> bool:
        """Tell whether another request may be made."""
        return not self._ended and self._next < STREAM_ID_MAX

    async def post(self, headers: Sequence[tuple[str, str]], body: bytes) -> Answered:
        """Return the answer. Raises `NeverTaken` and `Broken`."""
        assert len(body) <= FRAME_BYTES_MAX, "one frame holds it"
        async with self._changed:
            await self._changed.wait_for(lambda: self._ended or self._room(len(body)))
            if not self.usable:
                raise NeverTaken("connection ended")
            number, self._next = self._next, self._next + 2
            stream = self._streams[number] = _Stream(self._stream_window - len(body))
            self._window -= len(body)
        self._writer.write(
            frame(HEADERS, END_HEADERS, number, literals(headers)) + frame(DATA, END_STREAM, number, body)
        )
        try:
            await self._writer.drain()
        except OSError as error:
            self._end(Broken(type(error).__name__))
        try:
            return await stream.done
        finally:
            async with self._changed:
                self._streams.pop(number, None)
                self._changed.notify_all()

    async def close(self) -> None:
        self._end(Broken("closed"))
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)

    def _room(self, count: int) -> bool:
        return len(self._streams) < self._streams_max and self._window >= count and self._stream_window >= count

    async def _read(self) -> None:
        try:
            while True:
                await self._take(await read_frame(self._reader))
        except (OSError, asyncio.IncompleteReadError, Broken, ssl.SSLError) as error:
            self._end(Broken(str(error) or type(error).__name__))
            async with self._changed:
                self._changed.notify_all()

    async def _take(self, given: Frame) -> None:
        match given.kind:
            case 4 if not given.flags & ACK:
                await self._settle(given.payload)
            case 6 if not given.flags & ACK:
                self._writer.write(frame(PING, ACK, 0, given.payload))
            case 7:
                await self._go_away(int.from_bytes(given.payload[:4], "big") & STREAM_ID_MAX)
            case 8 if given.stream == 0:
                async with self._changed:
                    self._window += int.from_bytes(given.payload, "big") & STREAM_ID_MAX
                    self._changed.notify_all()
            case 0 | 1 | 3 | 9:
                self._of_stream(given)
            case _:
                pass

    async def _settle(self, payload: bytes) -> None:
        async with self._changed:
            for place in range(0, len(payload) - 5, 6):
                name, value = int.from_bytes(payload[place : place + 2], "big"), payload[place + 2 : place + 6]
                if name == STREAMS_MAX:
                    self._streams_max = int.from_bytes(value, "big")
                elif name == WINDOW_SIZE:
                    self._stream_window = int.from_bytes(value, "big")
            self._changed.notify_all()
        self._writer.write(frame(SETTINGS, ACK, 0, b""))

    async def _go_away(self, last: int) -> None:
        """Take no more requests; those after `last` were not processed."""
        async with self._changed:
            self._ended = True
            for number, stream in self._streams.items():
                if number > last and not stream.done.done():
                    stream.done.set_exception(NeverTaken("goaway"))
            self._changed.notify_all()

    def _of_stream(self, given: Frame) -> None:
        stream = self._streams.get(given.stream)
        content = unpadded(given)
        if given.kind == DATA and given.payload:  # What is given up counts against the connection all the same.
            self._writer.write(frame(WINDOW_UPDATE, 0, 0, len(given.payload).to_bytes(4, "big")))
        if stream is None or stream.done.done():
            return
        match given.kind:
            case 3:
                refused = int.from_bytes(given.payload, "big") == REFUSED_STREAM
                stream.done.set_exception(NeverTaken("refused") if refused else Broken("reset"))
                return
            case 0:
                stream.body += content[: ANSWER_BYTES_MAX - len(stream.body)]
            case _:
                stream.headers += content
                if given.flags & END_HEADERS and not stream.status:
                    stream.status = status_in(bytes(stream.headers))
        if given.kind in (DATA, HEADERS) and given.flags & END_STREAM:
            stream.done.set_result(Answered(status=stream.status, body=bytes(stream.body)))

    def _end(self, why: Broken) -> None:
        self._ended = True
        for stream in self._streams.values():
            if not stream.done.done():
                stream.done.set_exception(why)


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """Return the next frame. Raises `Broken` where it is larger than may be."""
    head = await reader.readexactly(9)
    length = int.from_bytes(head[:3], "big")
    if length > FRAME_BYTES_MAX:
        raise Broken("frame too large")
    stream = int.from_bytes(head[5:], "big") & STREAM_ID_MAX
    return Frame(head[3], head[4], stream, await reader.readexactly(length))


def settings(values: Mapping[int, int]) -> bytes:
    return b"".join(name.to_bytes(2, "big") + value.to_bytes(4, "big") for name, value in values.items())


def unpadded(given: Frame) -> bytes:
    """Return what a DATA or HEADERS frame holds without padding and priority."""
    content, padding = given.payload, 0
    if given.kind in (DATA, HEADERS) and given.flags & PADDED:
        padding, content = content[0], content[1:]
    if given.kind == HEADERS and given.flags & PRIORITY:
        content = content[5:]
    return content[: len(content) - padding]


def literals(headers: Sequence[tuple[str, str]]) -> bytes:
    """Return headers as literals without indexing (RFC 7541, 6.2.2), names and values as they are."""
    return b"".join(b"\x00" + _string(name) + _string(value) for name, value in headers)


def _string(text: str) -> bytes:
    return _integer(len(text.encode()), 7, 0) + text.encode()


def _integer(value: int, bits: int, first: int) -> bytes:
    """Return an integer with a prefix of `bits` (RFC 7541, 5.1)."""
    limit = (1 << bits) - 1
    if value < limit:
        return bytes((first | value,))
    value -= limit
    rest = bytearray((first | limit,))
    while value >= 128:
        rest.append(value % 128 + 128)
        value //= 128
    return bytes((*rest, value))


def status_in(block: bytes) -> int:
    """Return the status of a header block, which stands before all other fields. Raises `Broken`."""
    at = 0
    while at < len(block):
        first = block[at]
        if first & 0x80:  # Indexed.
            index, at = _read_integer(block, at, 7)
            if index in STATIC_STATUS:
                return STATIC_STATUS[index]
        elif first & 0xE0 == 0x20:  # The table's size.
            _, at = _read_integer(block, at, 5)
        else:  # A literal, indexed or not.
            name, at = _read_integer(block, at, 6 if first & 0x40 else 4)
            spelt = b""
            if not name:
                spelt, at = read_string(block, at)
            value, at = read_string(block, at)
            if name in STATUS_NAMES or spelt == b":status":
                return _number(value)
    raise Broken("no status")


def _number(value: bytes) -> int:
    if len(value) != 3 or not value.isdigit():
        raise Broken("no status")
    return int(value)


def _read_integer(block: bytes, at: int, bits: int) -> tuple[int, int]:
    limit = (1 << bits) - 1
    value, at = block[at] & limit, at + 1
    shift = 0
    while value >= limit or shift:
        if at >= len(block) or shift > 28:
            raise Broken("integer")
        value, more, at = value + ((block[at] & 127) << shift), block[at] & 128, at + 1
        shift += 7
        if not more:
            break
    return value, at


def read_string(block: bytes, at: int) -> tuple[bytes, int]:
    """Return a string of a header block and where the next thing begins; raises `Broken`."""
    if at >= len(block):
        raise Broken("string")
    packed = bool(block[at] & 128)
    length, at = _read_integer(block, at, 7)
    text = block[at : at + length]
    if len(text) != length:
        raise Broken("string")
    return (_digits(text) if packed else text), at + length


def _digits(packed: bytes) -> bytes:
    """Return digits that were packed by the Huffman code of RFC 7541, appendix B; other text as nothing.

    `0` to `2` are the five bits 0 to 2, `3` to `9` the six bits 25 to 31; ones fill the last byte.
    """
    bits = "".join(f"{byte:08b}" for byte in packed)
    digits = bytearray()
    while len(bits) >= 5 and not (len(bits) < 8 and set(bits) == {"1"}):
        short, long = int(bits[:5], 2), int(bits[:6].ljust(6, "0"), 2)
        if short <= 2:
            digits.append(48 + short)
            bits = bits[5:]
        elif 25 <= long <= 31 and len(bits) >= 6:
            digits.append(48 + long - 22)
            bits = bits[6:]
        else:
            return b""
    return bytes(digits)
