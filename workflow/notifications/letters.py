"""Turns a message that is owed into a letter: its text is made when it is sent, from the facts of that moment."""

import re
import secrets as random
import unicodedata
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from workflow.clock import LONDON, london_date
from workflow.config import Settings
from workflow.money import format_pounds, year_label
from workflow.notifications import links
from workflow.notifications.links import SecretLink

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
MASK = "[link]"

# Nobody outside this process can write this mark into a title and so have a link made for them.
_MARK = f"link-{random.token_hex(16)}"
# Joined emoji, soft hyphens and marks of direction stand in titles that people paste, and they break no header.
_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})
_MARKED = re.compile(rf"{_MARK}:([a-z_]+):(\d+):(\d+):")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands on every letter. `secret` signs its links and is never shown; `domain` ends its Message-ID."""

    service: str
    base_url: str
    sender: str
    reply_to: str
    owner: str
    telephone: str
    secret: str = field(repr=False)

    @property
    def domain(self) -> str:
        """The domain of the sender's address."""
        return self.sender.rpartition("@")[2]

    @classmethod
    def of(cls, settings: Settings) -> "Letterhead":
        """The letterhead that the settings describe."""
        return cls(
            service=settings.service_name,
            base_url=settings.base_url,
            sender=settings.mail_from,
            reply_to=settings.reply_to,
            owner=settings.owner,
            telephone=settings.contact_telephone,
            secret=settings.secret_key,
        )


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered letter, and its text as it is kept, with secret links masked."""

    subject: str
    text: str
    html: str
    kept_text: str


def write(template: str, context: Mapping[str, Any], letterhead: Letterhead, now: datetime) -> Letter:
    """Render a template for this moment (business time).

    The first line of the text template is the subject. A `SecretLink` in the context becomes an address here only.

    Raises:
        jinja2.TemplateError, TypeError: when the template or the context is wrong.
    """
    variables = {
        "head": letterhead,
        "today": london_date(now),
        "written_at": now,
        **context,
    }
    marked = _environment().get_template(f"emails/{template}.txt").render(variables)
    subject, _, text = marked.partition("\n")
    html = _environment().get_template(f"emails/{template}.html").render(variables | {"subject": subject})

    def revealed(found: str) -> str:
        return _MARKED.sub(lambda match: _address(match, letterhead), found)

    text = text.strip("\n") + "\n"
    return Letter(
        subject=" ".join(_MARKED.sub(MASK, subject).split()),
        text=revealed(text),
        html=revealed(html),
        kept_text=_MARKED.sub(MASK, text),
    )


def envelope(letter: Letter, *, to: str, letterhead: Letterhead, message_id: str, real: datetime) -> Message:
    """The letter as a message of two parts. The machine's date stands in its head, as mail servers expect.

    Raises:
        ValueError: when an address or the subject cannot stand in a header.
    """
    message = MIMEMultipart("alternative", policy=compat32)
    headers = {
        "From": formataddr((letterhead.service, letterhead.sender)),
        "To": to,
        "Reply-To": letterhead.reply_to,
        "Subject": letter.subject,
        "Date": format_datetime(real),
        "Message-ID": message_id,
        # Out-of-office replies to a machine help nobody.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    for name, value in headers.items():
        if any(unicodedata.category(character) in _BREAKING for character in value):
            raise ValueError(f"the header {name} holds a line break or a control character")
        message[name] = value
    message.attach(_part(letter.text, "plain"))
    message.attach(_part(letter.html, "html"))
    return message


def _part(text: str, subtype: str) -> Message:
    # The library's own quoted-printable encoder is ten times slower than the one in C, at some thousand letters a day.
    part = MIMENonMultipart("text", subtype, policy=compat32, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(text.encode(), istext=True).decode("ascii"))
    return part


def _address(match: re.Match[str], letterhead: Letterhead) -> str:
    token = links.derive(letterhead.secret, match[1], int(match[2]), int(match[3]))
    return f"{letterhead.base_url}/r/{token}"


def _marked(value: object) -> object:
    if isinstance(value, SecretLink):
        return f"{_MARK}:{value.purpose}:{value.row_id}:{value.version}:"
    return value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        finalize=_marked,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        pounds=format_pounds, london_date=_long_date, moment=_moment, counted=_counted, year=year_label
    )
    return environment


def _long_date(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _moment(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    if (local.hour, local.minute) == (0, 0):
        return f"the start of {_long_date(local.date())}"  # Nobody is told of midnight.
    half = "am" if local.hour < 12 else "pm"
    return f"{local.hour % 12 or 12}:{local.minute:02d}{half} on {_long_date(local.date())}"


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
