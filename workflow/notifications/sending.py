"""The way out: one small protocol, and SMTP behind it.

What can go wrong is told apart by whose fault it is and by whether the server may have the message already.
"""

import re
import smtplib
import ssl
import time
from email.message import Message as MimeMessage
from email.policy import SMTPUTF8, compat32
from typing import Protocol

from workflow.config import MailTls, Smtp

TIMEOUT_S = 30.0
"""The longest wait for one answer of the server."""

MESSAGE_BUDGET_S = 60.0
"""The longest time for one message before its data end; with the last answer it stays under the lease."""

MESSAGES_A_CONNECTION = 100
IDLE_S = 60.0
_PLAIN = compat32.clone(linesep="\r\n")
_DOTS = re.compile(rb"^\.", re.MULTILINE)


class NotSent(Exception):
    """A message was not handed over; `code` says why, in the server's words or ours."""

    def __init__(self, code: str) -> None:
        self.code = " ".join(code.split())[:200]
        super().__init__(self.code)


class Transient(NotSent):
    """It may work later: 4xx, a timeout or a broken connection before the end of the data."""


class Bounced(NotSent):
    """It will never work for this message; `address_is_bad` when the server refused the recipient."""

    def __init__(self, code: str, *, address_is_bad: bool) -> None:
        super().__init__(code)
        self.address_is_bad = address_is_bad


class ProviderRefuses(NotSent):
    """The server refuses us: our sender address or our sign-in. No message is to blame."""


class Uncertain(NotSent):
    """The connection broke after the end of the data: the server may or may not have the message."""


class Sender(Protocol):
    """A way out for messages. It is used by one process and keeps what it needs between messages."""

    @property
    def name(self) -> str:
        """Which provider this is, for its pauses."""
        ...

    def send(self, message: MimeMessage, to: str) -> str:
        """Hand one message over; returns the server's answer.

        Raises:
            NotSent: one of its kinds.
        """
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class SmtpSender:
    """SMTP over one persistent connection, made anew after 100 messages or a minute of rest.

    It uses the single commands of the protocol, because only so can it tell a failure before the end of the data
    from one after it.
    """

    name = "smtp"

    def __init__(self, server: Smtp, sender: str) -> None:
        self._server, self._from = server, sender
        self._connection: smtplib.SMTP | None = None
        self._used = 0
        self._last = 0.0

    def send(self, message: MimeMessage, to: str) -> str:
        """Hand one message over; returns the server's answer.

        Raises:
            NotSent: one of its kinds.
        """
        until = time.monotonic() + MESSAGE_BUDGET_S
        try:
            return self._send(message, to, until)
        except Bounced:
            self._reset()
            raise
        except NotSent:
            self.close()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Transient(_words(error)) from error

    def close(self) -> None:
        """Close the connection, politely when that is possible."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # The socket goes first into a short timeout: a frozen server must not hold us up.
            if connection.sock is not None:
                connection.sock.settimeout(1)
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def _send(self, message: MimeMessage, to: str, until: float) -> str:
        connection = self._ready(until)
        needs_utf8 = not to.isascii()
        if needs_utf8 and not connection.has_extn("smtputf8"):
            raise Bounced("553 the mail server cannot write to this address", address_is_bad=False)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if needs_utf8 else []
        self._ask(
            connection, f"MAIL FROM:<{self._from}>" + "".join(f" {o}" for o in options), until, "sender"
        )
        self._ask(connection, f"RCPT TO:<{to}>", until, "recipient")
        self._ask(connection, "DATA", until, "data")
        # The plain policy writes what is there; the other one parses each header again, only an address beyond ASCII needs that.
        policy = SMTPUTF8 if needs_utf8 else _PLAIN
        # The end goes with the data: alone, it would wait for the server's delayed acknowledgement. When writing fails,
        # the last bytes were not handed over, so the message is not complete at the server either.
        connection.send(_DOTS.sub(b"..", message.as_bytes(policy=policy)) + b".\r\n")
        try:
            code, answer = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Uncertain(_words(error)) from error
        self._used, self._last = self._used + 1, time.monotonic()
        _judge(code, answer, "content")
        return f"{code} {_text(answer)}"

    def _ask(self, connection: smtplib.SMTP, command: str, until: float, about: str) -> None:
        self._patience(connection, until)
        # The library would write the command in ASCII; an address beyond it needs UTF-8.
        connection.send(f"{command}\r\n".encode())
        code, answer = connection.getreply()
        _judge(code, answer, about)

    def _ready(self, until: float) -> smtplib.SMTP:
        worn = self._used >= MESSAGES_A_CONNECTION or time.monotonic() - self._last > IDLE_S
        if self._connection is not None and worn:
            self.close()
        if self._connection is None:
            self._connection, self._used = self._connect(), 0
        self._last = time.monotonic()
        self._patience(self._connection, until)
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        try:
            connection = self._open()
            try:
                self._introduce(connection)
            except BaseException:
                connection.close()
                raise
        except smtplib.SMTPResponseException as error:
            _judge(error.smtp_code, _bytes(error.smtp_error), "sender")
            raise Transient(_words(error)) from error
        except smtplib.SMTPNotSupportedError as error:
            raise ProviderRefuses(_words(error)) from error
        return connection

    def _open(self) -> smtplib.SMTP:
        server = self._server
        if server.tls is MailTls.TLS:
            trusted = ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=trusted)
        return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)

    def _introduce(self, connection: smtplib.SMTP) -> None:
        if self._server.tls is MailTls.STARTTLS:
            connection.starttls(context=ssl.create_default_context())
        connection.ehlo_or_helo_if_needed()
        if self._server.user:
            connection.login(self._server.user, self._server.password)

    def _reset(self) -> None:
        if self._connection is not None:
            try:
                self._connection.rset()
            except (OSError, smtplib.SMTPException):
                self.close()

    def _patience(self, connection: smtplib.SMTP, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise Transient("the mail server was too slow")
        if connection.sock is not None:
            connection.sock.settimeout(min(TIMEOUT_S, max(left, 1.0)))


def _judge(code: int, answer: bytes, about: str) -> None:
    """Raise what an answer means; nothing when the server goes along. Source: RFC 5321, 4.2."""
    words = f"{code} {_text(answer)}"
    if 200 <= code < 400:
        return
    if 400 <= code < 500 or code <= 0:
        raise Transient(words)
    if about == "sender" or code in {530, 535, 538}:
        raise ProviderRefuses(words)
    raise Bounced(words, address_is_bad=about == "recipient")


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "replace")


def _bytes(answer: bytes | str) -> bytes:
    return answer.encode() if isinstance(answer, str) else answer
