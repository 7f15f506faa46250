"""What councils answer in the demonstration, through their own links."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import wiring
from workflow.accounts.models import Organisation
from workflow.consultation.commands import Answer, send_answer
from workflow.consultation.models import Consultation, Invitation, Response
from workflow.consultation.terms import Position
from workflow.db import Actor, unit_of_work
from workflow.demo.clock import OPENS_AT
from workflow.demo.past import PastClock
from workflow.demo.story import Consulted

SILENT = ("GAT", "DUR", "HPL")
"""Councils whose people are there to be tried, so that something waits for them."""

TOGETHER = 6
"""So many councils answer at one moment where many are asked; their letters go out together."""

_SAID = (
    (Position.SUPPORT, "We would take part."),
    (Position.SUPPORT_WITH_CHANGES, "We would want fewer days of our officers’ time."),
    (Position.SUPPORT, "This fits with what we plan for next year."),
    (Position.NEUTRAL, "We have done this with our neighbours already."),
)
_OPPOSED = (Position.OPPOSE, "We think that each council should decide this for itself, with its own money.")
_NAMES = ("Pat Alder", "Lin Moore", "Rob Kerr", "Asha Patel", "Tom Reid", "Eve Sharp", "Ian Bell", "Zoe Hart")


class _Told(Protocol):
    wired: wiring.Wired
    clock: PastClock


class Answers:
    """Lets councils answer one by one while their consultation is open."""

    def __init__(self, historian: _Told) -> None:
        self._historian = historian

    def arrive(self, bid_id: int, asked: Consulted, councils: Sequence[str]) -> Iterator[datetime]:
        """Answers in small groups, spread over the time that there is, those that stay silent left out."""
        speaking = [code for code in councils if code not in SILENT][: asked.answered]
        opened = self._historian.clock.now()
        closes = datetime.combine(asked.closes_on, datetime.min.time(), tzinfo=UTC) + timedelta(hours=15)
        step = (min(closes, OPENS_AT - timedelta(hours=18)) - opened) / (len(speaking) + 1)
        for number, code in enumerate(speaking):
            if number % TOGETHER == 0:
                yield opened + step * (number + 1)
            self._answer(bid_id, code, number, is_opposed=number < asked.opposed)

    def of(self, session: Session, bid_id: int) -> list[tuple[int, str]]:
        """The answers to a bid's consultation with their texts, in the order in which they came."""
        found = (
            select(Response.id, Response.text)
            .join(Invitation, Invitation.id == Response.invitation_id)
            .join(Consultation, Consultation.id == Invitation.consultation_id)
            .where(Consultation.bid_id == bid_id)
            .order_by(Response.id)
        )
        return [(row.id, row.text) for row in session.execute(found)]

    def _answer(self, bid_id: int, code: str, number: int, *, is_opposed: bool) -> None:
        historian = self._historian
        with historian.wired.sessions() as session:
            invitation, mailbox = session.execute(
                select(Invitation, Organisation.mailbox)
                .join(Consultation, Consultation.id == Invitation.consultation_id)
                .join(Organisation, Organisation.id == Invitation.organisation_id)
                .where(Consultation.bid_id == bid_id, Organisation.code == code)
            ).one()
        position, text = _OPPOSED if is_opposed else _SAID[number % len(_SAID)]
        name = _NAMES[number % len(_NAMES)]
        email = f"{name.lower().replace(' ', '.')}@{(mailbox or 'council.example').rpartition('@')[2]}"
        given = Answer(position, text, {}, name, email, publish=True)
        actor = Actor("link", link_id=invitation.id)
        with unit_of_work(historian.wired.sessions, historian.clock, actor=actor) as work:
            send_answer(work, invitation.id, link_version=invitation.version, answer=given, key=uuid4().hex)
