"""What is written when a bid is sent back, found not eligible, or looked at again."""

from sqlalchemy import select

from workflow import deadlines
from workflow.bids.branches.models import BidDefect, Found, Ineligibility, Review
from workflow.bids.models import Section
from workflow.cases import EffectContext
from workflow.clock import london_date
from workflow.db import Work
from workflow.deadlines.rules import due_date
from workflow.errors import Invalid


def record_defects(work: Work, context: EffectContext) -> None:
    """Write what is to be put right, section by section, for the version that is sent back.

    Raises:
        Invalid: when a section is named that no bid has.
    """
    version = context.facts["bids"].current_version
    named = [
        (_section(str(one["section"])), str(one["text"]).strip())
        for one in context.data["defects"]
        if str(one.get("text") or "").strip()
    ]
    work.session.add_all(
        BidDefect(
            bid_id=context.case.id,
            version_number=version,
            section=section,
            text=text,
            made_at=work.now,
            made_by=work.actor.person_id,
        )
        for section, text in named
    )
    context.payload |= {"version": version, "sections": sorted({section.value for section, _ in named})}
    context.texts["defects"] = "\n".join(f"{section.value}: {text}" for section, text in named)


def _section(name: str) -> Section:
    try:
        return Section(name)
    except ValueError:
        raise Invalid("Choose a section of the bid.", field="defects") from None


def propose_ineligible(work: Work, context: EffectContext) -> None:
    """Write the finding, which means nothing before a second officer has confirmed it."""
    before = _newest(work, context)
    number = 1 if before is None else before.number + 1
    version = context.facts["bids"].current_version
    work.session.add(
        Ineligibility(
            bid_id=context.case.id,
            number=number,
            version_number=version,
            criterion=context.data["criterion"],
            reason=str(context.data["reason"]).strip(),
            proposed_at=work.now,
            proposed_by=work.actor.person_id,
        )
    )
    context.payload |= {"finding": number, "version": version, "criterion": context.data["criterion"]}


def confirm_ineligible(work: Work, context: EffectContext) -> None:
    """The second officer agrees; from now on the lead body may ask for a review, until a date."""
    rule = deadlines.rule_in_force(work.session, "review_request", work.now)
    review_until = due_date(rule.terms, deadlines.calendar(work.session), start=work.now, due_on=None)
    finding = _decided(work, context, Found.CONFIRMED)
    finding.review_until = review_until
    context.payload |= {
        "criterion": finding.criterion,
        "review_until": review_until.isoformat(),
    }


def decline_ineligible(work: Work, context: EffectContext) -> None:
    """The second officer does not agree; the first check goes on."""
    _decided(work, context, Found.DECLINED)


def _decided(work: Work, context: EffectContext, outcome: Found) -> Ineligibility:
    finding = _present(work, context)
    finding.outcome, finding.decided_at, finding.decided_by = outcome, work.now, work.actor.person_id
    finding.decided_words = str(context.data.get("reason") or "").strip()
    context.payload["finding"] = finding.number
    return finding


def review_subject(case_id: int) -> str:
    """The name by which the deadline for the answer to a review is known."""
    return f"case:{case_id}/review"


def ask_review(work: Work, context: EffectContext) -> None:
    """Write that the lead body asks for a review, and why."""
    finding = _present(work, context)
    finding.review_asked_at, finding.review_asked_by = work.now, work.actor.person_id
    finding.review_reason = str(context.data["reason"]).strip()
    answer = deadlines.arm(work, review_subject(context.case.id), "review_answer", start=work.now)
    context.payload |= {
        "finding": finding.number,
        "asked_on": london_date(work.now).isoformat(),
        "answer_by": answer.due_on.isoformat(),
    }


def accept_review(work: Work, context: EffectContext) -> None:
    """The bid is checked again."""
    _reviewed(work, context, Review.ACCEPTED)


def refuse_review(work: Work, context: EffectContext) -> None:
    """The bid stays not eligible."""
    _reviewed(work, context, Review.REFUSED)


def _reviewed(work: Work, context: EffectContext, outcome: Review) -> None:
    finding = _present(work, context)
    finding.review_outcome, finding.reviewed_at, finding.reviewed_by = (
        outcome,
        work.now,
        work.actor.person_id,
    )
    finding.review_words = str(context.data.get("reason") or "").strip()
    deadlines.meet(work, review_subject(context.case.id))
    context.payload["finding"] = finding.number


def _newest(work: Work, context: EffectContext) -> Ineligibility | None:
    return work.session.scalars(
        select(Ineligibility)
        .where(Ineligibility.bid_id == context.case.id)
        .order_by(Ineligibility.number.desc())
        .limit(1)
    ).one_or_none()


def _present(work: Work, context: EffectContext) -> Ineligibility:
    found = _newest(work, context)
    assert found is not None  # The guards of these actions refuse a bid without a finding.
    return found
