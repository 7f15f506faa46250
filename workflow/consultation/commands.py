"""A council answers: starting, saving and sending.

An answer bumps no revision of the bid, or a hundred councils would make every open form stale. Instead it holds the bid
where it stands while it is checked and added, so that no close can count between the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from workflow import audit, notifications
from workflow.cases import Case, hold_case, once
from workflow.consultation.contacts import contacts_of
from workflow.consultation.inviting import case_of, own_invitation, stream_of
from workflow.consultation.models import Consultation, Invitation, InvitationStart, Response, ResponseDraft
from workflow.consultation.receipts import confirmations
from workflow.consultation.rules import is_on_time
from workflow.consultation.standing import hold
from workflow.consultation.terms import HoldKind, Position
from workflow.db import Work
from workflow.errors import Invalid, Problem, Refused

ANSWERED_IN = frozenset({"consulting", "responding"})
"""States of a bid in which an answer is taken: in time before the close, held as late after it."""

WITHDRAWN = "withdrawn"
"""The state of a bid that its lead body took back: what councils said was perhaps never considered."""

SHORTEST_EXPLANATION = frozenset({Position.SUPPORT_WITH_CHANGES, Position.OPPOSE})
"""Positions that say nothing without their changes or reasons."""

LONGEST_TEXT, LONGEST_NAME = 4000, 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a council says. `answers` maps the number of a question, as text, to what was written about it."""

    position: Position
    text: str
    answers: Mapping[str, str]
    name: str
    email: str
    publish: bool


def start_answer(work: Work, invitation_id: int, *, link_version: int | None) -> None:
    """Somebody pressed Start: the invitation was opened by a person. Pressing it again changes nothing.

    Each person is kept once, and whoever came by the link once, so that colleagues see who is at work.

    Raises:
        NotHere: when the link is of another council or was replaced, or the person is of another council.
    """
    invitation = own_invitation(work, invitation_id, link_version)
    work.session.execute(
        insert(InvitationStart)
        .values(invitation_id=invitation_id, person_id=work.actor.person_id, started_at=work.now)
        .on_conflict_do_nothing()
    )
    if invitation.opened_at is None:
        invitation.opened_at = work.now
        audit.record(work, stream_of(invitation_id), "answer_started", {})


def save_draft(
    work: Work, invitation_id: int, *, link_version: int | None, seen_rev: int, fields: Mapping[str, Any]
) -> int:
    """Keep what was typed so far, so that a colleague can go on from there; returns the draft's new revision.

    `fields` may hold `position`, `text`, `answers`, `name`, `email`, `publish`; only those given are changed. `seen_rev`
    is the revision of the draft that the page was drawn from; it goes on from one draft to the next, from 0.

    Raises:
        NotHere: as `start_answer`. Refused: when somebody else saved since, or no answer is taken any more.
    """
    case = hold_case(work, case_of(work, invitation_id))
    invitation = own_invitation(work, invitation_id, link_version)
    _governing(work, invitation, case)
    draft = work.session.get(ResponseDraft, invitation_id)
    # A draft that is gone was sent meanwhile, so the page shows words that nobody would know to be left over.
    if seen_rev != _newest_rev(invitation, draft):
        raise Refused([_somebody_else_saved()])
    if draft is None:
        draft = ResponseDraft(invitation_id=invitation_id, rev=invitation.draft_rev, answers={})
        work.session.add(draft)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.rev += 1
    draft.saved_at, draft.saved_by = work.now, work.actor.person_id
    return draft.rev


def _newest_rev(invitation: Invitation, draft: ResponseDraft | None) -> int:
    return invitation.draft_rev if draft is None else draft.rev


def _somebody_else_saved() -> Problem:
    return Problem(
        "draft_changed",
        "A colleague saved this answer while you were writing.",
        "Open the page again to see what was saved; what you typed is shown below so that you can copy it.",
        "You",
    )


def send_answer(
    work: Work, invitation_id: int, *, link_version: int | None, answer: Answer, key: str
) -> dict[str, Any]:
    """Send a council's answer. It replaces the council's earlier one in the tally, and every answer is kept.

    `work.now` is when the request arrived. Before the close the answer counts; at or after it, or when the close has
    counted already, it is held as late with its arrival time. One that came by the link from an address that the council
    does not know is held until somebody of the council confirms it. Returns `response_id`, `number`, `late` and `outside`.

    Raises:
        NotHere: as `start_answer`. Refused: when no answer is taken any more. Invalid: naming the field.
    """
    _check(answer)
    return once(
        work,
        key,
        action="send_answer",
        subject=stream_of(invitation_id),
        make=lambda: _send(work, invitation_id, link_version, answer),
    )


def send_draft(
    work: Work, invitation_id: int, *, link_version: int | None, seen_rev: int, key: str
) -> dict[str, Any]:
    """Send what was saved, as the page that was checked showed it; otherwise like `send_answer`.

    Raises:
        NotHere, Refused, Invalid: as `send_answer`; Refused also when a colleague saved since, or something is missing.
    """
    return once(
        work,
        key,
        action="send_answer",
        subject=stream_of(invitation_id),
        make=lambda: _send(work, invitation_id, link_version, None, seen_rev),
    )


def _send(
    work: Work, invitation_id: int, link_version: int | None, answer: Answer | None, seen_rev: int = 0
) -> dict[str, Any]:
    case = hold_case(work, case_of(work, invitation_id))
    invitation = own_invitation(work, invitation_id, link_version)
    consultation = _governing(work, invitation, case)
    late = consultation.closed_at is not None or not is_on_time(work.now, consultation.closes_at)
    given = answer or _from_draft(work, invitation_id, seen_rev)
    response = _add_response(work, invitation, given, late=late)
    contacts = contacts_of(work.session, invitation.organisation_id, work.now)
    outside = work.actor.kind == "link" and not contacts.knows(given.email)
    for kind, is_so in ((HoldKind.LATE, late), (HoldKind.OUTSIDE, outside)):
        if is_so:
            hold(work, response.id, kind)
    _end_draft(work, invitation)
    if not (late or outside):
        invitation.response_id = response.id
    invitation.opened_at = invitation.opened_at or work.now
    _record_answer(work, response, outside=outside)
    notifications.owe(work, confirmations(work, case, invitation, response, contacts))
    return {"response_id": response.id, "number": response.number, "late": late, "outside": outside}


def _end_draft(work: Work, invitation: Invitation) -> None:
    """The draft is gone, and its number is used up: a page that was drawn from it can no longer be saved or sent."""
    draft = work.session.get(ResponseDraft, invitation.id)
    invitation.draft_rev = _newest_rev(invitation, draft) + 1
    if draft is not None:
        work.session.delete(draft)


def _from_draft(work: Work, invitation_id: int, seen_rev: int) -> Answer:
    draft = work.session.get(ResponseDraft, invitation_id, populate_existing=True)
    if draft is None or draft.rev != seen_rev:
        raise Refused([_somebody_else_saved()])
    if draft.position is None or draft.publish is None:
        text = "The answer is not complete yet."
        raise Refused([Problem("answer_incomplete", text, "Go back and answer every question.", "You")])
    answer = Answer(draft.position, draft.text, draft.answers, draft.name, draft.email, draft.publish)
    _check(answer)
    return answer


def _add_response(work: Work, invitation: Invitation, answer: Answer, *, late: bool) -> Response:
    before = work.session.scalars(
        select(Response)
        .where(Response.invitation_id == invitation.id)
        .order_by(Response.number.desc())
        .limit(1)
    ).one_or_none()
    response = Response(
        invitation_id=invitation.id,
        number=1 if before is None else before.number + 1,
        supersedes_id=None if before is None else before.id,
        position=answer.position,
        text=answer.text.strip(),
        answers={number: text.strip() for number, text in answer.answers.items() if text.strip()},
        publish=answer.publish,
        late=late,
        arrived_at=work.now,
        submitted_at=work.now,
        by_name=answer.name.strip(),
        by_email=answer.email.strip(),
        by_person=work.actor.person_id,
    )
    work.session.add(response)
    work.session.flush()  # The invitation points at its id.
    return response


def _check(answer: Answer) -> None:
    """Check what the table does not: that the words are there and of a sensible length.

    Raises:
        Invalid: naming the field.
    """
    if answer.position in SHORTEST_EXPLANATION and not answer.text.strip():
        raise Invalid("Tell us which changes, or why.", field="text")
    if not answer.name.strip():
        raise Invalid("Enter your name, so that your council can see who answered.", field="name")
    if "@" not in answer.email:
        raise Invalid("Enter an e-mail address, like name@example.gov.uk.", field="email")
    if max(map(len, [answer.name, answer.email])) > LONGEST_NAME:
        raise Invalid(f"A name or address must be {LONGEST_NAME} characters or fewer.", field="name")
    if max(map(len, [answer.text, *answer.answers.values()])) > LONGEST_TEXT:
        raise Invalid(f"An answer must be {LONGEST_TEXT:,} characters or fewer.", field="text")


def _governing(work: Work, invitation: Invitation, case: Case) -> Consultation:
    """The consultation an answer belongs to, read after the case was held, when an answer is still taken.

    Raises:
        Refused: when the bid has moved on, or this consultation was replaced by a newer one.
    """
    consultation = work.session.get_one(Consultation, invitation.consultation_id, populate_existing=True)
    newest = work.session.scalar(
        select(func.max(Consultation.occurrence)).where(Consultation.bid_id == case.id)
    )
    if case.state in ANSWERED_IN and consultation.occurrence == newest:
        return consultation
    text = "This consultation is over, and what councils said has been considered."
    if case.state == WITHDRAWN:
        text = "The lead body withdrew this bid, so councils are not asked about it any more."
    raise Refused([Problem("consultation_over", text, "You can still read the bid and the answers.", "")])


def _record_answer(work: Work, response: Response, *, outside: bool) -> None:
    held = "answer_held_late" if response.late else "answer_held_outside" if outside else "answer_sent"
    audit.record(
        work,
        stream_of(response.invitation_id),
        held,
        {"response": response.id, "number": response.number, "position": response.position.value},
        texts={"text": response.text, "by_name": response.by_name, "by_email": response.by_email},
    )
