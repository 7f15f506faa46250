"""Questions of those who decide: one person is asked, and nothing else changes. Source: domain, section 10, case 22."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from workflow import audit, deadlines, notifications
from workflow.accounts.models import Organisation, Person, RoleAssignment
from workflow.accounts.queries import Viewer, in_force, standing_of
from workflow.accounts.roles import ROLES, Role
from workflow.approval.models import Question
from workflow.cases import Case, lock_case, once, subject_of
from workflow.cases.queries import DEPARTMENT_ROLES, PROPOSER_ROLES
from workflow.db import Work
from workflow.errors import Invalid, NotAllowed, NotHere
from workflow.notifications import Message

ASKERS = (Role.APPROVER, Role.ACCOUNTING_OFFICER, Role.ASSESSOR)
"""Who decides, or prepares a decision, and so may ask."""


@dataclass(frozen=True, slots=True)
class Askable:
    """Somebody whom a question may be put to: of the department, or of the body that bids."""

    person_id: int
    name: str
    email: str
    role: str
    organisation: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question as a page shows it; `answer` is None while it is owed, and `is_mine` when the reader owes it."""

    number: int
    asked_by: str
    asked_of: str
    asked_of_role: str
    text: str
    asked_at: datetime
    due_on: date
    answer: str | None
    answered_at: datetime | None
    is_mine: bool


def may_ask(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer decides on this case, or prepares its decision, and it is not ended."""
    return not case.ended and case.department_id in viewer.organisations(*ASKERS)


def people_to_ask(session: Session, case: Case, now: datetime) -> list[Askable]:
    """Everybody of the department and of the body that bids who holds a role today, once each, by name."""
    rows = session.execute(
        select(Person.id, Person.name, Person.email, RoleAssignment.role, Organisation.name)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .join(Organisation, Organisation.id == RoleAssignment.organisation_id)
        .where(
            Person.active,
            in_force(RoleAssignment.valid_from, RoleAssignment.valid_to, now),
            (
                (RoleAssignment.organisation_id == case.department_id)
                & RoleAssignment.role.in_(DEPARTMENT_ROLES)
            )
            | (
                (RoleAssignment.organisation_id == case.proposer_id) & RoleAssignment.role.in_(PROPOSER_ROLES)
            ),
        )
        .order_by(Person.name, Person.id, RoleAssignment.role)
    )
    found: dict[int, Askable] = {}
    for person_id, name, email, role, home in rows:
        found.setdefault(person_id, Askable(person_id, name, email, ROLES[role].label, home))
    return list(found.values())


def ask(work: Work, case_id: int, *, asked_of: int, text: str, key: str) -> int:
    """Put a question to one person and owe the mail; returns its number. State, revision, votes and money stay.

    Raises:
        NotHere: no such case. NotAllowed: the actor does not decide on it. Invalid: nobody, or oneself, is asked.
    """

    def make() -> dict[str, Any]:
        case = lock_case(work, case_id)
        return {"number": _asked(work, case, asked_of, text)}

    return int(once(work, key, action="ask_question", subject=subject_of(case_id), make=make)["number"])


def _asked(work: Work, case: Case, asked_of: int, text: str) -> int:
    asker = _asker(work, case)
    who = next(
        (one for one in people_to_ask(work.session, case, work.now) if one.person_id == asked_of), None
    )
    if who is None or asked_of == asker:
        raise Invalid("Choose somebody else of the department or of the lead body.", field="asked_of")
    if not text.strip():
        raise Invalid("Write your question.", field="text")
    last = work.session.scalar(select(func.max(Question.number)).where(Question.case_id == case.id)) or 0
    deadline = deadlines.arm(work, question_subject(case.id, last + 1), "question", start=work.now)
    question = Question(
        case_id=case.id,
        number=last + 1,
        asked_by=asker,
        asked_of=asked_of,
        text=text.strip(),
        asked_at=work.now,
        due_on=deadline.due_on,
    )
    work.session.add(question)
    work.session.flush()  # The stream and the mail name it.
    payload = {"case": case.id, "number": question.number, "asked_of": asked_of}
    audit.record(
        work, f"question:{question.id}", "question_asked", payload, texts={"question": question.text}
    )
    _tell(work, question, "question_asked", who)
    return question.number


def _asker(work: Work, case: Case) -> int:
    person_id = work.actor.person_id
    if person_id is None:
        raise NotHere
    held = standing_of(work.session, person_id, work.now).grants
    if not any(grant.role in ASKERS and grant.organisation_id == case.department_id for grant in held):
        raise NotAllowed("Only those who assess or decide this bid ask questions here.")
    if case.ended:
        raise NotAllowed("This bid has ended, so nothing is asked about it any more.")
    return person_id


def answer(work: Work, case_id: int, number: int, *, text: str, key: str) -> None:
    """Answer a question that was put to the actor, once.

    Raises:
        NotHere: there is no such question to this person. Invalid: it is answered, or nothing is written.
    """

    def make() -> dict[str, Any]:
        lock_case(work, case_id)
        question = work.session.scalars(
            select(Question).where(Question.case_id == case_id, Question.number == number)
        ).one_or_none()
        if question is None or question.asked_of != work.actor.person_id:
            raise NotHere
        _answered(work, question, text)
        return {"number": number}

    once(work, key, action="answer_question", subject=question_subject(case_id, number), make=make)


def _answered(work: Work, question: Question, text: str) -> None:
    if question.answer is not None:
        raise Invalid("You have answered this question already.", field="text")
    if not text.strip():
        raise Invalid("Write your answer.", field="text")
    question.answer, question.answered_at = text.strip(), work.now
    deadlines.meet(work, question_subject(question.case_id, question.number))
    payload = {"case": question.case_id, "number": question.number}
    audit.record(
        work, f"question:{question.id}", "question_answered", payload, texts={"answer": question.answer}
    )
    asker = work.session.get_one(Person, question.asked_by)
    _tell(work, question, "question_answered", asker)


def _tell(work: Work, question: Question, template: str, who: Person | Askable) -> None:
    payload = {"case_id": question.case_id, "name": who.name, "question_id": question.id}
    message = Message(
        key=f"{template}:question:{question.id}",
        template=template,
        address=who.email,
        subject=subject_of(question.case_id),
        person_id=who.id if isinstance(who, Person) else who.person_id,
        payload=payload,
    )
    notifications.owe(work, [message])


def question_subject(case_id: int, number: int) -> str:
    """The subject of a question's deadline: it belongs to the case and is not one of the case's own."""
    return f"{subject_of(case_id)}/question:{number}"


def questions_of(session: Session, viewer: Viewer, case: Case, *, inside: bool) -> list[QuestionView]:
    """The questions about a case that the viewer fetched, the newest first; outside the department only one's own.

    Whoever asks reads to people outside as the department.
    """
    asker, asked, home = aliased(Person), aliased(Person), aliased(Organisation)
    statement = (
        select(Question, asker.name, asked.name, home.short_name)
        .join(asker, asker.id == Question.asked_by)
        .join(asked, asked.id == Question.asked_of)
        .join(home, home.id == asked.organisation_id)
        .where(Question.case_id == case.id)
        .order_by(Question.number.desc())
    )
    if not inside:
        statement = statement.where(Question.asked_of == viewer.person_id)
    return [
        QuestionView(
            row.number,
            by if inside else "The department",
            of,
            where,
            row.text,
            row.asked_at,
            row.due_on,
            row.answer,
            row.answered_at,
            row.asked_of == viewer.person_id and row.answer is None,
        )
        for row, by, of, where in session.execute(statement)
    ]
