"""What the bid's actions do to its consultation. Each runs inside `cases.apply`, under the lock of the case."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from workflow.bids.models import BidVersion
from workflow.cases.registry import EffectContext
from workflow.consultation.elections import running_on
from workflow.consultation.inviting import invite
from workflow.consultation.models import Consultation, ConsultationQuestion, ConsultationReport
from workflow.consultation.rules import ConsultationFacts, closing_moment, real_closing_date
from workflow.consultation.tallies import newest, tally_of
from workflow.consultation.terms import ConsultationKind
from workflow.db import Work
from workflow.errors import Invalid

REPORT_AFTER = timedelta(days=84)
"""When nobody named a date, the public report is promised for this long after the close. Source: domain, section 6."""

MOST_QUESTIONS, LONGEST_QUESTION = 5, 300


def open_consultation(work: Work, context: EffectContext) -> None:
    """Fix the text, the dates, the questions and the councils asked, as the authorities live that day.

    `data`: `kind`, `consultees` ("all" or codes of authorities), `closes_on`, `reason`, `questions` (a text with one a line,
    or a list), and `election_reason` when it starts before polls.

    Raises:
        Invalid: when a code is of no authority that lives that day, or a question is too long.
    """
    consultation = new_consultation(work, context, ConsultationKind(context.data["kind"]))
    work.session.add(consultation)
    work.session.flush()  # Its id names the questions and the invitations.
    questions = _questions(context.data.get("questions"))
    work.session.add_all(
        ConsultationQuestion(consultation_id=consultation.id, number=number, text=text)
        for number, text in enumerate(questions, start=1)
    )
    invited = invite(work, consultation, context.data["consultees"])
    context.payload.update(
        consultation=consultation.id,
        kind=consultation.kind.value,
        bid_version=consultation.version_number,
        asked_closes_on=consultation.asked_closes_on.isoformat(),
        closes_on=consultation.closes_on.isoformat(),
        invited=invited,
    )
    if questions:
        context.texts["questions"] = "\n".join(questions)
    context.result.update(
        invited=invited,
        closes_on=consultation.closes_on.isoformat(),
        rolled=consultation.closes_on != consultation.asked_closes_on,
    )


def new_consultation(work: Work, context: EffectContext, kind: ConsultationKind) -> Consultation:
    """The row of a consultation that opens now, about the newest version of the bid; it is not added yet."""
    facts: ConsultationFacts = context.facts["consultation"]
    data, case_id = context.data, context.case.id
    asked: date = data["closes_on"]
    closes_on = real_closing_date(facts.calendar, asked)
    before = newest(work.session, case_id)
    assert work.actor.person_id is not None  # The action is open to case officers only.
    return Consultation(
        bid_id=case_id,
        occurrence=1 if before is None else before.occurrence + 1,
        version_number=_version_consulted_on(work, case_id),
        kind=kind,
        reason=str(data.get("reason") or "").strip() or None,
        # Outside the periods before polls nobody asks for one, and what was typed all the same is not published.
        election_reason=_election_reason(facts, data),
        opens_at=work.now,
        opened_by=work.actor.person_id,
        asked_closes_on=asked,
        closes_on=closes_on,
        closes_at=closing_moment(closes_on),
    )


def _election_reason(facts: ConsultationFacts, data: Mapping[str, Any]) -> str | None:
    if not running_on(facts.elections, facts.today):
        return None
    return str(data.get("election_reason") or "").strip() or None


def _version_consulted_on(work: Work, bid_id: int) -> int:
    """The frozen text that councils read: the newest version of the bid."""
    number = work.session.scalar(select(func.max(BidVersion.number)).where(BidVersion.bid_id == bid_id))
    if number is None:
        raise Invalid("This bid has no submitted version that councils could be asked about.")
    return number


def _questions(given: str | Sequence[str] | None) -> list[str]:
    lines = given.splitlines() if isinstance(given, str) else list(given or ())
    questions = [line.strip() for line in lines if line.strip()]
    if len(questions) > MOST_QUESTIONS:
        raise Invalid(f"Ask at most {MOST_QUESTIONS} questions, each on its own line.", field="questions")
    if any(len(question) > LONGEST_QUESTION for question in questions):
        raise Invalid(f"A question must be {LONGEST_QUESTION} characters or fewer.", field="questions")
    return questions


def close_consultation(work: Work, context: EffectContext) -> None:
    """Close it and put the tally of that moment into the event, so that what came later can be told apart."""
    consultation = newest_consultation(work, context)
    consultation.closed_at = work.now
    tally = tally_of(work.session, consultation.id)
    context.payload.update(consultation=consultation.id, invited=tally.invited, answered=tally.answered)
    context.payload.update({position.value: count for position, count in tally.positions.items()})


def mark_response_sent(work: Work, context: EffectContext) -> None:
    """Keep what the lead body says about the answers as a whole."""
    consultation = newest_consultation(work, context)
    summary = str(context.data.get("summary") or "").strip()
    if not summary:
        raise Invalid("Say in a few sentences what you did about the answers.", field="summary")
    assert work.actor.person_id is not None  # The action is open to the lead body's people only.
    report = work.session.get(ConsultationReport, consultation.id)
    if report is None:
        report = ConsultationReport(consultation_id=consultation.id)
        work.session.add(report)
    report.summary, report.sent_at, report.sent_by = summary, work.now, work.actor.person_id
    context.payload.update(consultation=consultation.id)
    context.texts["summary"] = summary


def accept_response(work: Work, context: EffectContext) -> None:
    """Accept it, with the date by which the report is published."""
    consultation = newest_consultation(work, context)
    report = work.session.get_one(ConsultationReport, consultation.id)
    report.accepted_at, report.accepted_by = work.now, work.actor.person_id
    report.report_on = _report_date(context.data, context.facts["consultation"], consultation)
    context.payload.update(consultation=consultation.id, report_on=report.report_on.isoformat())


def _report_date(data: Mapping[str, Any], facts: ConsultationFacts, consultation: Consultation) -> date:
    chosen = data.get("report_on")
    if not isinstance(chosen, date):
        return facts.calendar.next_working_day(consultation.closes_on + REPORT_AFTER)
    if chosen < facts.today:
        raise Invalid("The date of the report must be today or later.", field="report_on")
    return chosen


def newest_consultation(work: Work, context: EffectContext) -> Consultation:
    """The newest consultation of the bid, which exists: the guards of these actions see to that."""
    found = newest(work.session, context.case.id)
    assert found is not None  # The guards of these actions refuse a bid without a consultation.
    return found
