"""What every step of a decision beside the votes writes when an action is applied."""

from datetime import date
from typing import Any

from sqlalchemy import select, text

from workflow import deadlines, documents
from workflow.accounts.commands import declare_interest
from workflow.approval.models import DecisionStep, Direction, Objection, TreasuryConsent
from workflow.approval.terms import AccountingTest, StepKind
from workflow.cases import EffectContext
from workflow.cases.registry import Effect
from workflow.db import Work
from workflow.errors import NotHere
from workflow.money import Pence

TOLD = frozenset(
    {
        StepKind.REJECTED,
        StepKind.REJECTION_PROPOSED,
        StepKind.APPEAL_ASKED,
        StepKind.APPEAL_ACCEPTED,
        StepKind.APPEAL_REFUSED,
    }
)
"""The steps whose reason is written for the lead body, or by it."""


def step(kind: StepKind) -> Effect:
    """The effect that writes a step of this kind, with the reason given."""

    def record(work: Work, context: EffectContext) -> None:
        write_step(work, context, kind)

    return record


def write_step(work: Work, context: EffectContext, kind: StepKind, *, told: str = "") -> DecisionStep:
    """Add a step at the revision that the action makes. `told` replaces the words for the lead body."""
    data = context.data
    reason = str(data.get("reason") or "").strip()
    for_them = told or (reason if kind in TOLD else "")
    made = DecisionStep(
        case_id=context.case.id,
        rev=context.case.rev + 1,
        round=context.facts["approval"].round,
        kind=kind,
        from_state=context.before,
        person_id=work.actor.person_id,
        reason=str(data.get("note") or "").strip() if for_them else reason,
        told=for_them,
        until_on=data.get("until_on") if kind is StepKind.DEFERRED else None,
        marks=sorted(data.get("marks") or ()) if kind is StepKind.REFERRED else [],
        made_at=work.now,
    )
    work.session.add(made)
    context.payload["round"] = made.round
    if made.until_on is not None:
        context.payload["until"] = made.until_on.isoformat()
    if made.marks:
        context.payload["marks"] = made.marks
    if made.told:
        context.texts["reason"] = made.told
    if made.reason and made.told:
        context.texts["note"] = made.reason
    return made


def confirm_rejection(work: Work, context: EffectContext) -> None:
    """Reject with the words that were proposed: the second person changes none of them.

    Raises:
        NotHere: when nothing was proposed, which the guard has told before.
    """
    proposed = work.session.scalars(
        select(DecisionStep)
        .where(DecisionStep.case_id == context.case.id, DecisionStep.kind == StepKind.REJECTION_PROPOSED)
        .order_by(DecisionStep.id.desc())
        .limit(1)
    ).one_or_none()
    if proposed is None:
        raise NotHere
    write_step(work, context, StepKind.REJECTED, told=proposed.told)


def appeal_subject(case_id: int) -> str:
    """The name by which the deadline for the answer to an appeal is known."""
    return f"case:{case_id}/appeal"


def ask_appeal(work: Work, context: EffectContext) -> None:
    """Write that the lead body asks for another look; the department owes an answer by a date."""
    write_step(work, context, StepKind.APPEAL_ASKED)
    answer = deadlines.arm(work, appeal_subject(context.case.id), "appeal_answer", start=work.now)
    context.payload["answer_by"] = answer.due_on.isoformat()


def answer_appeal(kind: StepKind) -> Effect:
    """The effect that writes the answer to an appeal, so that none is owed any more."""

    def record(work: Work, context: EffectContext) -> None:
        write_step(work, context, kind)
        deadlines.meet(work, appeal_subject(context.case.id))

    return record


def approve_alone(work: Work, context: EffectContext) -> None:
    """Record the accounting officer's approval, which needs no vote; the amount becomes the case's."""
    write_step(work, context, StepKind.APPROVED)
    _take_amount(context)


def record_direction(work: Work, context: EffectContext) -> None:
    """Record a minister's written direction, by which the bid is approved against the accounting officer's objection."""
    data = context.data
    write_step(work, context, StepKind.DIRECTED)
    _take_amount(context)
    document_id = _letter(work, context, "direction")
    work.session.add(
        Direction(
            case_id=context.case.id,
            round=context.facts["approval"].round,
            minister=data["minister"],
            directed_on=data["dated_on"],
            document_id=document_id,
            copied_to_auditor=bool(data.get("copied_to_auditor")),
            copied_to_treasury=bool(data.get("copied_to_treasury")),
            publish_on=data["publish_on"],
            recorded_at=work.now,
            recorded_by=work.actor.person_id,
        )
    )
    context.payload |= _dated(data) | {"publish_on": data["publish_on"].isoformat(), "document": document_id}


def record_consent(work: Work, context: EffectContext) -> None:
    """Record the Treasury's consent with its letter."""
    data = context.data
    document_id = _letter(work, context, "consent")
    work.session.add(
        TreasuryConsent(
            case_id=context.case.id,
            round=context.facts["approval"].round,
            reference=data["reference"],
            given_on=data["dated_on"],
            amount_pence=Pence(data["amount_pence"]),
            document_id=document_id,
            recorded_at=work.now,
            recorded_by=work.actor.person_id,
        )
    )
    context.payload |= _dated(data) | {"consent_pence": int(data["amount_pence"]), "document": document_id}
    context.texts["reference"] = data["reference"]


def seek_direction(work: Work, context: EffectContext) -> None:
    """Record what the accounting officer objects, test by test."""
    made = write_step(work, context, StepKind.DIRECTION_SOUGHT)
    objections = {AccountingTest(test): words for test, words in context.data["objections"].items()}
    work.session.add_all(
        Objection(case_id=made.case_id, rev=made.rev, test=test, words=words)
        for test, words in sorted(objections.items())
    )
    context.payload["tests"] = sorted(test.value for test in objections)
    context.texts |= {f"objection_{test.value}": words for test, words in objections.items()}


_VOID = text("""
    INSERT INTO vote_voided (vote_id, voided_at, why)
    SELECT id, :now, :why FROM vote WHERE case_id = :case_id AND round = :round AND person_id = :person_id
""")


def void_own_vote(work: Work, context: EffectContext) -> None:
    """Put the connection on record and let one's own vote count no more; what is set aside stays.

    Source: domain, section 5, conflict.
    """
    why = str(context.data.get("reason") or "").strip()
    given = {
        "case_id": context.case.id,
        "round": context.facts["approval"].round,
        "now": work.now,
        "why": why,
    }
    person_id = work.actor.person_id
    if person_id is None:
        raise NotHere
    work.session.execute(_VOID, {**given, "person_id": person_id})
    declare_interest(work, person_id, nature=why, case_id=context.case.id)
    context.payload["round"] = given["round"]


def _take_amount(context: EffectContext) -> None:
    context.case.amount_pence = Pence(context.facts["approval"].whole_life_pence)
    context.payload["total_pence"] = context.case.amount_pence


def _letter(work: Work, context: EffectContext, role: str) -> int:
    """Attach the letter that was uploaded with the form to the decision; returns its id."""
    document_id = int(context.data["document"][0])
    documents.attach(work, document_id, letters_of(context.case.id), role)
    return document_id


def letters_of(case_id: int) -> str:
    """The subject to which the letters of a decision are attached."""
    return f"decision:{case_id}"


def _dated(data: Any) -> dict[str, Any]:
    dated_on: date = data["dated_on"]
    return {"dated_on": dated_on.isoformat()}
