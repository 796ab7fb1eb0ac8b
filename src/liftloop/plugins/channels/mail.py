"""One e-mail as bytes: HTML with a plain alternative, an id made from the message's key, one-click unsubscribe."""

import re
from base64 import b64encode, encodebytes
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr
from hashlib import blake2b
from urllib.parse import quote

from msgspec import Struct

from liftloop.compose.text_part import text_part
from liftloop.deliver.contract import Enclosure, Message
from liftloop.kernel.clock import SECOND_MS

ADDRESS_CHARS_MAX = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets.
HEADER_CHARS_MAX = 60  # With the header's name below the 78 of RFC 5322, 2.1.1.
WORD_BYTES_MAX = 45  # Sixty characters of base64: an encoded word has at most 75 (RFC 2047, 2).

_ADDRESS = re.compile(r"""[^\s<>@,;:\\"()\[\]\x00-\x1f\x7f]{1,64}@[^\s<>@,;:\\"()\[\]\x00-\x1f\x7f]+""")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~ -]*")  # Safe in a subject and in a display name alike.
_PLACE = re.compile(r"\{(customer_id|campaign_id|message_key)\}")


class Sender(Struct, frozen=True, kw_only=True):
    """Who writes, and where one says no."""

    name: str
    address: str
    reply_to: str
    unsubscribe_url: str
    """With {customer_id}, {campaign_id}, {message_key}; empty for no header."""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def sender_of(text: str) -> tuple[str, str]:
    """Return name and address of `品牌 <news@example.cn>`; ("", "") where it is not an address."""
    name, address = parseaddr(text)
    reachable = deliverable(address)
    return (name, reachable) if reachable else ("", "")


def deliverable(address: str) -> str:
    """Return an address as servers take it, its domain in ASCII; empty where nobody can be reached there."""
    if len(address) > ADDRESS_CHARS_MAX or not _ADDRESS.fullmatch(address) or not address.isprintable():
        return ""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}" if local.isascii() else ""
    except UnicodeError:
        return ""


def mail(message: Message, sender: Sender, address: str) -> bytes:
    """Return the message for `address` as it goes over the wire.

    Written by hand: the standard library takes a millisecond a mail and rolls dice for the boundary.
    """
    boundary = blake2b(b"boundary " + message.key.encode(), digest_size=16).hexdigest()
    kind = "mixed" if message.files else "alternative"
    headers = [
        ("From", f"{_words(sender.name)} <{sender.address}>" if sender.name else sender.address),
        ("To", address),
        ("Subject", _words(message.subject)),
        ("Date", format_datetime(datetime.fromtimestamp(message.at_ms // SECOND_MS, UTC))),
        ("Message-ID", message_id(message.key, sender.domain)),
        *_replies(sender, message),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/{kind}; boundary="{boundary}"'),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")
    parts = _enclosed(message, boundary) if message.files else _bodies(message, boundary)
    return b"".join([head, b"\r\n", *parts, f"--{boundary}--\r\n".encode()])


def _bodies(message: Message, boundary: str) -> list[bytes]:
    return [_part(boundary, "plain", text_part(message.body)), _part(boundary, "html", message.body)]


def _enclosed(message: Message, boundary: str) -> list[bytes]:
    """Return the text as one part, then the files."""
    inner = f"text-{boundary}"
    opening = f'--{boundary}\r\nContent-Type: multipart/alternative; boundary="{inner}"\r\n\r\n'.encode()
    files = [_file(boundary, each) for each in message.files]
    return [opening, *_bodies(message, inner), f"--{inner}--\r\n".encode(), *files]


def _file(boundary: str, file: Enclosure) -> bytes:
    name = quote(file.name, safe="")  # RFC 2231: the name in UTF-8, its bytes as in addresses.
    head = (
        f"--{boundary}\r\nContent-Type: {file.media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; filename*=utf-8''{name}\r\n\r\n"
    )
    return head.encode("ascii") + encodebytes(file.content).replace(b"\n", b"\r\n")


def _replies(sender: Sender, message: Message) -> list[tuple[str, str]]:
    """Return the headers that say where an answer and where a refusal go (RFC 8058)."""
    headers = [("Reply-To", sender.reply_to)] if sender.reply_to else []
    refusal = unsubscribe_url(sender.unsubscribe_url, message) if sender.unsubscribe_url else message.unsubscribe_url
    if refusal:
        headers.append(("List-Unsubscribe", f"<{refusal}>"))
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def _words(text: str) -> str:
    """Return header text as RFC 2047 encoded words, folded; plain ASCII stays as it is where it fits a line."""
    line = " ".join(text.split())
    if len(line) <= HEADER_CHARS_MAX and _ATOMS.fullmatch(line):
        return line
    words: list[bytes] = [b""]
    for letter in line:
        encoded = letter.encode("utf-8", "replace")
        if len(words[-1]) + len(encoded) > WORD_BYTES_MAX:
            words.append(b"")
        words[-1] += encoded
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)


def _part(boundary: str, subtype: str, text: str) -> bytes:
    head = f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return head.encode() + encodebytes(text.encode("utf-8", "replace")).replace(b"\n", b"\r\n")


def message_id(key: str, domain: str) -> str:
    """Return the id of a message: the same key has the same, so that mailboxes show a repeated one once."""
    return f"<{blake2b(key.encode(), digest_size=16).hexdigest()}@{domain}>"


def unsubscribe_url(template: str, message: Message) -> str:
    values: Mapping[str, str] = {
        "customer_id": message.customer_id,
        "campaign_id": message.campaign,
        "message_key": message.key,
    }
    return _PLACE.sub(lambda place: quote(values[place[1]], safe=""), template)
