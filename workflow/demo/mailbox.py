"""The demonstration's mailbox: every message that left, read from the folder that the mail sink fills."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.errors import NotHere
from workflow.notifications.models import Notification

_NAME = re.compile(r"\d{20}-[0-9a-f]{8}")
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]]")
_HREF = re.compile(r'href="(https?://[^"]*)"')
_HERE = re.compile(r"^https?://(?:localhost|127\.0\.0\.1)(?::\d+)?(?=/)")

PAGE = 25
SEARCHED = 5_000
"""How many of the newest messages a search reads."""


class Words(NamedTuple):
    """A part of a line; `href` is empty where it is no link."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the list shows it. `name` is its place in the folder; names sort by arrival.

    `date` is what its head says, which is the machine's time.
    """

    name: str
    to: str
    subject: str
    date: str
    message_id: str


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """A message as it is read: its head, and its text in paragraphs of lines of words."""

    letter: Letter
    sender: str
    reply_to: str
    paragraphs: tuple[tuple[tuple[Words, ...], ...], ...]
    has_html: bool


def count(folder: Path) -> int:
    """How many messages there are."""
    return len(_names(folder))


def newest(folder: Path, *, to: str = "", about: str = "", before: str = "") -> tuple[list[Letter], str]:
    """A page of the newest messages, and the name to go on from, empty at the end.

    `to` keeps those whose address holds this text, `about` those whose subject does. `before` is the last name of the page
    above.
    """
    wanted, words = to.strip().casefold(), about.strip().casefold()
    found: list[Letter] = []
    names = [name for name in _names(folder) if not before or name < before]
    for name in names[: SEARCHED if wanted or words else len(names)]:
        letter = _letter(folder, name)
        if letter is None or wanted not in letter.to.casefold() or words not in letter.subject.casefold():
            continue
        if len(found) == PAGE:
            return found, found[-1].name
        found.append(letter)
    return found, ""


def read_letter(folder: Path, name: str, *, base_url: str) -> OpenLetter:
    """One message. Links into this product lose its address, so that they work however it was reached.

    Raises:
        NotHere: when there is no such message.
    """
    message = _message(folder, name)
    head = _head(name, message)
    text = re.split(r"\n\s*\n", _text(message).replace("\r\n", "\n").strip())
    paragraphs = tuple(
        tuple(tuple(_words(line, base_url)) for line in paragraph.splitlines()) for paragraph in text
    )
    return OpenLetter(
        head, _header(message, "From"), _header(message, "Reply-To"), paragraphs, _html(message) is not None
    )


def read_html(folder: Path, name: str, *, base_url: str) -> str:
    """A message as a mail program draws it. Its links open in the whole window, and lead into this product as above.

    Raises:
        NotHere: when there is no such message, or it has text only.
    """
    found = _html(_message(folder, name))
    if found is None:
        raise NotHere
    own = _HREF.sub(lambda match: f'href="{_within(match[1], base_url)}"', found)
    return own.replace("<head>", '<head><base target="_top">', 1)


def _message(folder: Path, name: str) -> EmailMessage:
    if not _NAME.fullmatch(name):
        raise NotHere
    try:
        data = (folder / f"{name}.eml").read_bytes()
    except OSError as error:
        raise NotHere from error
    return BytesParser(policy=policy.default).parsebytes(data)


def _html(message: EmailMessage) -> str | None:
    part = message.get_body(preferencelist=("html",))
    try:
        return None if part is None else str(part.get_content())
    except (LookupError, UnicodeError):
        return None


def sent_at(session: Session, letters: Iterable[Letter]) -> dict[str, datetime]:
    """When messages were sent in business time, by their message id."""
    wanted = [letter.message_id for letter in letters if letter.message_id]
    found = select(Notification.message_id, Notification.sent_at).where(Notification.message_id.in_(wanted))
    return {row.message_id: row.sent_at for row in session.execute(found) if row.sent_at is not None}


def _names(folder: Path) -> list[str]:
    """The names of all messages, the newest first."""
    try:
        with os.scandir(folder) as entries:
            found = [entry.name.removesuffix(".eml") for entry in entries if entry.name.endswith(".eml")]
    except FileNotFoundError:
        return []
    return sorted((name for name in found if _NAME.fullmatch(name)), reverse=True)


def _letter(folder: Path, name: str) -> Letter | None:
    try:
        return _read_head(folder, name)
    except OSError:
        return None  # The sink forgot it since the folder was listed.


@lru_cache(maxsize=SEARCHED)
def _read_head(folder: Path, name: str) -> Letter:
    # A message never changes, and no two have one name; a search would read each of them anew.
    with (folder / f"{name}.eml").open("rb") as file:
        return _head(name, BytesHeaderParser(policy=policy.default).parse(file))


def _head(name: str, message: object) -> Letter:
    return Letter(
        name,
        to=_header(message, "To"),
        subject=_header(message, "Subject") or "(no subject)",
        date=_header(message, "Date"),
        message_id=_header(message, "Message-ID"),
    )


def _header(message: object, name: str) -> str:
    try:
        return str(message[name] or "").strip()  # type: ignore[index]
    except (ValueError, LookupError, AttributeError):
        return ""  # A header that cannot be read is shown as none; the mailbox only shows what arrived.


def _text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain",))
    if part is None:
        return "This message has no text that can be shown."
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        return "The text of this message cannot be read."


def _within(address: str, base_url: str) -> str:
    """An address of this product without its beginning; one of this machine is, on whichever port it was then."""
    found = address.removeprefix(base_url.rstrip("/"))
    if found == address:
        found = _HERE.sub("", address)
    return found if found.startswith("/") else address


def _words(line: str, base_url: str) -> Iterator[Words]:
    at = 0
    for match in _ADDRESS.finditer(line):
        if match.start() > at:
            yield Words(line[at : match.start()], "")
        address = match[0]
        yield Words(address, _within(address, base_url))
        at = match.end()
    if at < len(line):
        yield Words(line[at:], "")
