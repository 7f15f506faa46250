"""Tells the demonstration's bids by the same commands as people use, each step by the right person on its day."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as day_time
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from workflow import wiring
from workflow.accounts.models import Organisation, Person
from workflow.bids import commands as bids
from workflow.bids.rules import CRITERIA
from workflow.cases import Case, apply
from workflow.clock import LONDON
from workflow.consultation.dispositions import set_disposition
from workflow.consultation.terms import Outcome
from workflow.db import Work, person, unit_of_work
from workflow.demo.answers import Answers
from workflow.demo.past import PastClock, deliver, let_time_pass
from workflow.demo.sections import fill_in
from workflow.demo.story import EVERYWHERE, Consulted, Stage, Story, Then
from workflow.errors import WorkflowError

_AFTER_CLOSE = {
    "dispose": 1, "send response": 1, "accept response": 2, "recommend": 6, "first approval": 8, "second approval": 9,
    "offer": 12, "accept offer": 14, "claim": 21, "check claim": 25, "pay": 28, "start closing": 35, "propose": 40,
    "confirm": 45,
}  # fmt: skip
_STEPS = ("begin", "write", "submit", "take", "check", "open", *_AFTER_CLOSE)
_SCORES = ("fit", "outcome", "value", "deliverability", "sector_support", "duplication")
_TESTS = ("regularity", "propriety", "value_for_money", "feasibility")


@dataclass
class Told:
    """A bid as it is being told: its story, and its id once it is there."""

    story: Story
    bid_id: int = 0


class Historian:
    """Tells stories side by side, in the order of their days."""

    def __init__(self, wired: wiring.Wired, clock: PastClock) -> None:
        self.wired, self.clock = wired, clock
        with wired.sessions() as session:
            self.people = dict(session.execute(select(Person.email, Person.id)).all())
            self.bodies = dict(session.execute(select(Organisation.code, Organisation.id)).all())
        self.answers = Answers(self)

    def tell(self, stories: tuple[Story, ...], until: datetime) -> None:
        """Tell all stories; then let time pass to the moment at which the demonstration opens."""
        waiting: list[tuple[datetime, int, Iterator[datetime]]] = []
        for number, story in enumerate(stories):
            steps = self._live(Told(story))
            heapq.heappush(waiting, (next(steps), number, steps))
        while waiting:
            moment, number, steps = heapq.heappop(waiting)
            let_time_pass(self.wired, self.clock, moment)
            try:
                following = next(steps, None)
            except WorkflowError as error:
                error.add_note(f"{stories[number].ref} on {moment:%d %B %Y}")
                raise
            deliver(self.wired)
            if following is not None:
                heapq.heappush(waiting, (following, number, steps))
        let_time_pass(self.wired, self.clock, until)

    def do(self, email: str, command: Callable[[Work], Any]) -> Any:
        """Run a command in a unit of work of its own, as somebody by address."""
        with unit_of_work(self.wired.sessions, self.clock, actor=person(self.people[email])) as work:
            return command(work)

    def _act(self, told: Told, box: str, action: str, data: Mapping[str, Any] | None = None) -> Any:
        """Apply an action as somebody of the department's team, or as somebody of the lead by their whole address."""
        rev = self._case(told).rev
        return self.do(
            self._address(told, box),
            lambda work: apply(work, told.bid_id, action=action, seen_rev=rev, data=data, key=uuid4().hex),
        )

    @staticmethod
    def _address(told: Told, box: str) -> str:
        return box if "@" in box else f"{box}@{told.story.asked.team}.example"

    def _case(self, told: Told) -> Case:
        with self.wired.sessions() as session:
            return session.get_one(Case, told.bid_id)

    def _live(self, told: Told) -> Iterator[datetime]:
        """Each step of a bid, after naming the moment for which it waits."""
        story = told.story
        for last, part in (
            (Stage.WRITTEN, self._write),
            (Stage.CHECKED, self._check),
            (Stage.CLOSED_TO_ANSWERS, self._consult),
            (Stage.ANSWERED, self._respond),
            (Stage.APPROVED, self._decide),
            (Stage.CLAIM_CHECKED, self._run),
            (Stage.CLOSED, self._close),
        ):
            yield from part(told)
            if story.stage <= last:
                break
        for number, then in enumerate(story.then):
            yield _moment(then.on, 300 + number)
            self._go_on(told, then)

    def _go_on(self, told: Told, then: Then) -> None:
        command = then.command
        if command is None:
            self._act(told, then.who, then.action, then.data)
        else:
            self.do(self._address(told, then.who), lambda work: command(work, told.bid_id))

    def _write(self, told: Told) -> Iterator[datetime]:
        story = told.story
        yield self._on(story, "begin")
        lead = self.bodies[story.lead.code]
        reference = self.do(
            story.lead.drafter,
            lambda work: bids.start_bid(
                work, round_code=story.asked.round_code, lead_id=lead, title=story.title, key=uuid4().hex
            ),
        )
        with self.wired.sessions() as session:
            told.bid_id = session.scalars(select(Case.id).where(Case.reference == reference)).one()
        yield self._on(story, "write")
        fill_in(lambda command: self.do(story.lead.drafter, command), told.bid_id, story)

    def _check(self, told: Told) -> Iterator[datetime]:
        story = told.story
        yield self._on(story, "submit")
        self._act(told, story.lead.signatory, "submit", {"declaration": True})
        if story.stage is Stage.SENT:
            return
        yield self._on(story, "take")
        self._act(told, "case.officer", "take_case")
        if story.stage is Stage.TAKEN:
            return
        yield self._on(story, "check")
        answers = {"answers": dict.fromkeys(CRITERIA, True), "reason": ""}
        self._act(told, "case.officer", "pass_first_check", answers)

    def _consult(self, told: Told) -> Iterator[datetime]:
        story, asked = told.story, told.story.consulted
        assert asked is not None
        yield self._on(story, "open")
        opening = {
            "kind": asked.kind,
            "consultees": self._asked(asked),
            "closes_on": asked.closes_on,
            "reason": asked.reason,
            "questions": asked.question,
            # It is kept, and published, only where the story opens a consultation before polls.
            "election_reason": "The work begins in summer, and councils asked to be heard before that.",
        }
        self._act(told, "case.officer", "open_consultation", opening)
        yield from self.answers.arrive(told.bid_id, asked, self._asked(asked))

    def _asked(self, asked: Consulted) -> list[str]:
        if not asked.care:
            return list(asked.councils)
        wanted = select(Organisation.code).where(
            Organisation.has_social_care_duty, Organisation.mailbox.is_not(None)
        )
        if asked.care != EVERYWHERE:
            wanted = wanted.where(Organisation.region.in_(asked.care))
        with self.wired.sessions() as session:
            return list(session.scalars(wanted.order_by(Organisation.code)))

    def _respond(self, told: Told) -> Iterator[datetime]:
        story = told.story
        assert story.consulted is not None
        yield self._on(story, "dispose")
        with self.wired.sessions() as session:
            arrived = self.answers.of(session, told.bid_id)
        for response_id, text in arrived[story.consulted.without_disposition :]:
            self._dispose(story, response_id, text)
        if story.stage is Stage.CLOSED_TO_ANSWERS:
            return
        yield self._on(story, "send response")
        summary = {
            "summary": f"{len(arrived)} councils answered. We changed what we could, and say so for each."
        }
        self._act(told, story.lead.drafter, "send_response", summary)
        yield self._on(story, "accept response")
        accepted = {"reason": "Every answer was considered.", "report_on": None}
        self._act(told, "case.officer", "accept_response", accepted)

    def _dispose(self, story: Story, response_id: int, text: str) -> None:
        outcome, words = (
            (Outcome.CHANGED_IN_PART, "We ask for half the days that we first asked for.")
            if "days" in text
            else (Outcome.NOTED, "Thank you. We go on as planned.")
        )
        self.do(
            story.lead.drafter, lambda work: set_disposition(work, response_id, outcome=outcome, text=words)
        )

    def _decide(self, told: Told) -> Iterator[datetime]:
        story = told.story
        yield self._on(story, "recommend")
        recommendation = {
            "amounts": dict(story.amounts),
            "scores": dict.fromkeys(_SCORES, 4),
            "tests": dict.fromkeys(_TESTS, True),
            "recommendation": "It serves an outcome that councils asked for, at a cost that compares well.",
            "unsure_of": "Whether as many councils take part as it hopes for.",
            **story.recommends,
        }
        self._act(told, "assessor", "recommend", recommendation)
        if story.stage is Stage.RECOMMENDED:
            return
        for step, box in (("first approval", "approver1"), ("second approval", "approver2")):
            yield self._on(story, step)
            # Small amounts need one approval only.
            if self._case(told).state == "deciding":
                approval = {"no_conflict": True, "reason": "The councils want it, and the money is there."}
                self._act(told, box, "approve", approval)
            if story.stage is Stage.APPROVED_ONCE:
                return

    def _run(self, told: Told) -> Iterator[datetime]:
        story = told.story
        yield self._on(story, "offer")
        terms = {"conditions": "Share what you learned with every council.", "eligible_heads": "Delivery"}
        self._act(told, "finance", "offer", terms)
        if story.stage is Stage.OFFERED:
            return
        yield self._on(story, "accept offer")
        self._act(told, story.lead.signatory, "accept_offer", {"declared": True})
        if story.stage is Stage.RUNNING:
            return
        yield self._on(story, "claim")
        year, amount = min(story.amounts), story.first_request
        claim = {"year": year, "amount_pence": amount, "narrative": "The work of the first months."}
        claim_id = self._act(told, story.lead.drafter, "make_claim", claim).extra["claim_id"]
        if story.stage is Stage.CLAIMED:
            return
        yield self._on(story, "check claim")
        checked = {"claim_id": claim_id, "accepted_pence": amount, "reason": ""}
        self._act(told, "grants", "check_claim", checked)
        if story.stage is Stage.CLAIM_CHECKED:
            return
        yield self._on(story, "pay")
        self._act(told, "payments", "pay_claim", {"claim_id": claim_id})

    def _close(self, told: Told) -> Iterator[datetime]:
        story = told.story
        if story.stage is Stage.PAID:
            return
        yield self._on(story, "start closing")
        self._act(told, "responsible", "start_closing", {"reason": "The work is done."})
        if story.stage is Stage.CLOSING:
            return
        yield self._on(story, "propose")
        figures = {"summary": story.closing_words, "eligible_pence": story.first_request}
        self._act(told, "finance", "propose_closure", figures)
        yield self._on(story, "confirm")
        self._act(told, "responsible", "confirm_closure", {"declared": True})

    @staticmethod
    def _on(story: Story, step: str) -> datetime:
        """The moment of a step: its day, at a time of day that keeps the steps of one day in their order."""
        return _moment(_day(story, step), _STEPS.index(step) * 20)


def _day(story: Story, step: str) -> date:
    if step in story.days:
        return story.days[step]
    if step in {"begin", "write"}:
        return story.begins_on
    if step in {"submit", "take", "check"} or story.consulted is None:
        return story.begins_on + timedelta(days=1)
    if step == "open":
        return story.consulted.opens_on
    return story.consulted.closes_on + timedelta(days=_AFTER_CLOSE[step])


def _moment(day: date, minutes: int) -> datetime:
    """Some minutes after nine in London on a day."""
    return datetime.combine(day, day_time(9), tzinfo=LONDON) + timedelta(minutes=minutes)
