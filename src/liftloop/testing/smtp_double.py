"""A mail server that keeps what it accepted and refuses, throttles or hangs up as told. Needs aiosmtpd."""

import asyncio
import re
from collections import Counter, deque
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from liftloop.testing.threads import LoopInThread

Fault = Literal["none", "hang_up_before", "hang_up_after", "refuse_data"]
"""What happens to one message: the line breaks before or after it was taken, or DATA is refused for good."""

RCPT_ANSWERS = {
    "unknown": "550 5.1.1 no such user",
    "full": "552 5.2.2 mailbox full",
    "busy": "451 4.3.0 try again",
    "grey": "450 4.7.1 greylisted",
    "blocked": "550 5.7.1 blocked by policy",
    "closing": "421 4.3.2 closing",
    "plain": "550 go away",
}
"""What the server says to recipients whose local part begins with such a word."""


_MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE)


class SmtpDouble:
    """Listens on loopback from `start` to `stop`; faults are used up in the order given, then all goes well."""

    def __init__(self, password: str = "") -> None:
        self._password = password
        self.faults: deque[Fault] = deque()
        self.taken: Counter[str] = Counter()
        """How often each Message-ID was taken."""
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.port = 0
        self._sessions: list[SMTP] = []

    @property
    def mails(self) -> list[EmailMessage]:
        """Read what was accepted."""
        return [message_from_bytes(each, policy=policy.default) for each in self.raw]

    def start(self) -> "SmtpDouble":
        self._loop = LoopInThread("smtp double")
        self._server = self._loop.run(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        self._loop.run(self._close())
        self._loop.stop()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(self._protocol, "127.0.0.1", self.port)

    async def _close(self) -> None:
        self._server.close()
        for session in self._sessions:
            if isinstance(session.transport, asyncio.Transport):
                session.transport.abort()
        await asyncio.sleep(0)

    def _protocol(self) -> SMTP:
        session = SMTP(
            _Handler(self),
            hostname="double.example",
            authenticator=self._authenticate if self._password else None,
            auth_require_tls=False,
            loop=asyncio.get_running_loop(),
        )
        self._sessions.append(session)
        return session

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        given = cast(LoginPassword, data)
        return AuthResult(success=given.password == self._password.encode(), handled=False)


class _Handler:
    def __init__(self, double: SmtpDouble) -> None:
        self._double = double

    async def handle_EHLO(  # noqa: N802 (aiosmtpd names its hooks so)
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self._double.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 (aiosmtpd names its hooks so)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = next((text for word, text in RCPT_ANSWERS.items() if address.startswith(word)), "")
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (aiosmtpd names its hooks so)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        double = self._double
        fault = double.faults.popleft() if double.faults else "none"
        if fault == "refuse_data":
            return "554 5.7.1 refused after DATA"
        if fault != "hang_up_before":
            assert isinstance(envelope.content, bytes)
            double.raw.append(envelope.content)
            double.recipients += envelope.rcpt_tos
            identity = _MESSAGE_ID.search(envelope.content)
            double.taken[identity[1].decode() if identity else ""] += 1
        if fault in {"hang_up_before", "hang_up_after"}:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"
