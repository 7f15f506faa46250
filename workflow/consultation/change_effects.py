"""What more time, asking anew and counting a late answer do to a consultation. Each runs inside `cases.apply`."""

from datetime import date

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert

from workflow import audit
from workflow.accounts.models import Organisation
from workflow.cases.registry import EffectContext
from workflow.clock import london_date
from workflow.consultation.changes import kind_anew
from workflow.consultation.effects import new_consultation, newest_consultation
from workflow.consultation.inviting import living_authorities, stream_of
from workflow.consultation.models import (
    Consultation,
    ConsultationMove,
    ConsultationQuestion,
    Invitation,
    Response,
)
from workflow.consultation.rules import ConsultationFacts, closing_moment, real_closing_date
from workflow.consultation.standing import open_holds, recount, resolve
from workflow.consultation.terms import HoldKind, Resolution
from workflow.db import UtcDateTime, Work


def extend_consultation(work: Work, context: EffectContext) -> None:
    """Put off the last day for answers, and keep from when to when and why. `data`: `closes_on`, `reason`."""
    consultation = newest_consultation(work, context)
    facts: ConsultationFacts = context.facts["consultation"]
    asked: date = context.data["closes_on"]
    before, after = consultation.closes_on, real_closing_date(facts.calendar, asked)
    assert work.actor.person_id is not None  # The action is open to case officers only.
    work.session.add(
        ConsultationMove(
            consultation_id=consultation.id,
            from_on=before,
            to_on=after,
            reason=str(context.data["reason"]).strip(),
            moved_at=work.now,
            moved_by=work.actor.person_id,
        )
    )
    consultation.asked_closes_on, consultation.closes_on = asked, after
    consultation.closes_at = closing_moment(after)
    context.payload.update(
        consultation=consultation.id, closed_on=before.isoformat(), closes_on=after.isoformat()
    )
    context.result.update(closes_on=after.isoformat(), rolled=after != asked)


def restart_consultation(work: Work, context: EffectContext) -> None:
    """Ask the same councils anew, about the changed bid, for the full length again. What they said before stays.

    `data`: `closes_on`, `reason` (what changed, which councils read), and `election_reason` when it starts before polls.
    Councils that have ended since are not asked.
    """
    before = newest_consultation(work, context)
    before.replaced_at = work.now
    consultation = new_consultation(work, context, kind_anew(context.facts["consultation"], before.kind))
    consultation.reason = before.reason
    consultation.change_reason = str(context.data["reason"]).strip()
    work.session.add(consultation)
    work.session.flush()  # Its id names the questions and the invitations.
    _ask_the_same(work, before, consultation)
    invited = _invite_the_same(work, before, consultation)
    context.payload.update(
        consultation=consultation.id,
        replaces=before.id,
        kind=consultation.kind.value,
        bid_version=consultation.version_number,
        closes_on=consultation.closes_on.isoformat(),
        invited=invited,
    )
    context.result.update(invited=invited, closes_on=consultation.closes_on.isoformat())


def _ask_the_same(work: Work, before: Consultation, consultation: Consultation) -> None:
    same = select(literal(consultation.id), ConsultationQuestion.number, ConsultationQuestion.text).where(
        ConsultationQuestion.consultation_id == before.id
    )
    work.session.execute(
        insert(ConsultationQuestion).from_select(
            ["consultation_id", "number", "text"], same, include_defaults=False
        )
    )


def _invite_the_same(work: Work, before: Consultation, consultation: Consultation) -> int:
    same = (
        select(
            literal(consultation.id),
            Invitation.organisation_id,
            literal(1),
            literal(work.now, UtcDateTime),
        )
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.consultation_id == before.id, living_authorities(london_date(work.now)))
    )
    made = work.session.execute(
        insert(Invitation)
        .from_select(
            ["consultation_id", "organisation_id", "version", "sent_at"], same, include_defaults=False
        )
        .returning(Invitation.id)
    )
    return len(made.all())


def accept_late(work: Work, context: EffectContext) -> None:
    """Count one late answer, as late, with a reason that the council reads. `data`: `response_id`, `reason`."""
    response = work.session.get_one(Response, context.data["response_id"])
    invitation = work.session.get_one(
        Invitation, response.invitation_id, populate_existing=True, with_for_update={"key_share": True}
    )
    reason = str(context.data["reason"]).strip()
    resolve(work, open_holds(work, response.id, [HoldKind.LATE]), Resolution.COUNTED, reason)
    recount(work, invitation)
    audit.record(work, stream_of(invitation.id), "late_answer_counted", {"response": response.id})
    context.payload.update(response=response.id, invitation=invitation.id)
