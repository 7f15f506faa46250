"""The register of one consultation: who was asked, who answered, and what each council is waiting for.

Counts come from one statement whatever the number of councils, and the list is read page by page.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, cast, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Organisation, Person, RoleAssignment
from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.cases.queries import visible
from workflow.clock import LONDON
from workflow.consultation.contacts import COUNCIL_ROLES
from workflow.consultation.models import Consultation, Disposition, Invitation, Response
from workflow.consultation.queries import PAGE
from workflow.consultation.register_parts import contacted, held_as
from workflow.consultation.tallies import came_late, is_held
from workflow.consultation.terms import HoldKind, Outcome, Position
from workflow.notifications import Notification, State
from workflow.notifications.models import NotificationSubject

is_answered = Invitation.response_id.is_not(None)
is_opened = Invitation.opened_at.is_not(None) & Invitation.response_id.is_(None)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the councils of one region or type answered."""

    label: str
    answered: int
    invited: int


@dataclass(frozen=True, slots=True)
class RegisterCounts:
    """The figures above the register; shares are ordered by label.

    `undisposed` counts answers with no word on them yet, `failed` silent councils whose message did not get there,
    `unreached` silent councils that nobody could be written to at. `held` councils have an answer that is held for any
    reason, `disputed` one that somebody says is wrong.
    """

    invited: int
    answered: int
    opened: int
    late: int
    failed: int
    unreached: int
    undisposed: int
    held: int
    disputed: int
    regions: tuple[Share, ...]
    types: tuple[Share, ...]
    positions: Mapping[Position, int]

    @property
    def not_opened(self) -> int:
        """Councils that neither answered nor pressed Start."""
        return self.invited - self.answered - self.opened

    @property
    def is_low(self) -> bool:
        """Whether fewer than three in ten answered. Source: domain, section 6: low response."""
        return 10 * self.answered < 3 * self.invited


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One council asked. `times` counts its answers; `outcome` is what was done about the one that counts.

    `held_as` says why an answer is held, `newest_id` is the newest answer, counted or not. `contacted_at` is when a message
    about it last went out, None before any did. `earlier` says that it answered about an earlier text of the bid.
    """

    invitation_id: int
    code: str
    name: str
    type: str
    region: str
    contacted_at: datetime | None
    opened_at: datetime | None
    response_id: int | None
    position: Position | None
    answered_at: datetime | None
    is_late: bool
    times: int
    newest_id: int | None
    held_as: frozenset[HoldKind]
    failed: bool
    unreached: bool
    outcome: Outcome | None
    earlier: bool


FAILED = (State.BOUNCED, State.DEAD, State.SUPPRESSED, State.UNKNOWN)
"""States of a message in which a person must look at its address."""

message_failed = func.lower(Organisation.mailbox).in_(
    select(Notification.address)
    .join(NotificationSubject, NotificationSubject.notification_id == Notification.id)
    .where(
        NotificationSubject.subject == func.concat("case:", Consultation.bid_id),
        Notification.template == "consultation_invitation",
        Notification.state.in_(FAILED),
    )
    .correlate(Consultation)
)
"""Whether the message to a council's mailbox about this bid did not get there."""

_somebody_answers = (
    select(RoleAssignment.id)
    .join(Person, Person.id == RoleAssignment.person_id)
    .where(
        RoleAssignment.organisation_id == Organisation.id,
        RoleAssignment.role.in_(COUNCIL_ROLES),
        Person.active,
        RoleAssignment.valid_from <= cast(func.timezone(LONDON.key, Invitation.sent_at), Date),
        or_(
            RoleAssignment.valid_to.is_(None),
            RoleAssignment.valid_to >= cast(func.timezone(LONDON.key, Invitation.sent_at), Date),
        ),
    )
    .correlate(Organisation, Invitation)
    .exists()
)

has_no_address = Organisation.mailbox.is_(None) & ~_somebody_answers
"""Whether a council has neither a mailbox nor had anybody to be written to when it was asked, so that no message went out."""

SHOWN: Mapping[str, ColumnElement[bool]] = {
    "all": true(),
    "failed": message_failed & Invitation.response_id.is_(None),
    "unreached": has_no_address & Invitation.response_id.is_(None),
    "answered": is_answered,
    "not_answered": Invitation.response_id.is_(None),
    "late": came_late,
    "held": is_held(*HoldKind),
    "disputed": is_held(HoldKind.DISPUTED),
    "to_answer": and_(is_answered, Disposition.response_id.is_(None)),
}
"""The views of the register; any other name shows no rows."""


def register_counts(session: Session, viewer: Viewer, consultation_id: int) -> RegisterCounts:
    """The figures of a consultation that the viewer may see as a whole; all zero for others."""
    rows = session.execute(
        select(
            Organisation.region,
            Organisation.authority_type,
            Response.position,
            func.count().label("invited"),
            func.count().filter(is_answered).label("answered"),
            func.count().filter(is_opened).label("opened"),
            func.count().filter(came_late).label("late"),
            func.count().filter(SHOWN["failed"]).label("failed"),
            func.count().filter(SHOWN["unreached"]).label("unreached"),
            func.count().filter(SHOWN["to_answer"]).label("undisposed"),
            func.count().filter(SHOWN["held"]).label("held"),
            func.count().filter(SHOWN["disputed"]).label("disputed"),
        )
        .select_from(Invitation)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Case, Case.id == Consultation.bid_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Response, Response.id == Invitation.response_id)
        .outerjoin(Disposition, Disposition.response_id == Invitation.response_id)
        .where(Invitation.consultation_id == consultation_id, visible(viewer))
        .group_by(Organisation.region, Organisation.authority_type, Response.position)
        .order_by(Organisation.region, Organisation.authority_type, Response.position)
    ).all()
    positions = Counter[Position]()
    for row in rows:
        if row.position is not None:
            positions[row.position] += row.answered
    return RegisterCounts(
        invited=sum(row.invited for row in rows),
        answered=sum(row.answered for row in rows),
        opened=sum(row.opened for row in rows),
        late=sum(row.late for row in rows),
        failed=sum(row.failed for row in rows),
        unreached=sum(row.unreached for row in rows),
        undisposed=sum(row.undisposed for row in rows),
        held=sum(row.held for row in rows),
        disputed=sum(row.disputed for row in rows),
        regions=_shares(rows, "region"),
        types=_shares(rows, "authority_type"),
        positions={position: positions[position] for position in Position},
    )


def _shares(rows: Sequence[Any], column: str) -> tuple[Share, ...]:
    answered, invited = Counter[str](), Counter[str]()
    for row in rows:
        label = str(getattr(row, column) or "Not stated")
        answered[label] += row.answered
        invited[label] += row.invited
    return tuple(Share(label, answered[label], invited[label]) for label in sorted(invited))


def register_rows(
    session: Session,
    viewer: Viewer,
    consultation_id: int,
    *,
    show: str = "all",
    after: int | None = None,
    limit: int = PAGE,
) -> tuple[list[RegisterRow], bool]:
    """A page of the councils asked, by name, and whether there are more. `after` is the last invitation of the page before."""
    query = (
        select(
            Invitation,
            Organisation,
            Response,
            Disposition.outcome,
            _times,
            _newest_answer,
            message_failed,
            has_no_address,
            _answered_earlier,
        )
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Case, Case.id == Consultation.bid_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Response, Response.id == Invitation.response_id)
        .outerjoin(Disposition, Disposition.response_id == Invitation.response_id)
        .where(Invitation.consultation_id == consultation_id, visible(viewer), SHOWN.get(show, false()))
        .order_by(Organisation.name, Invitation.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(tuple_(Organisation.name, Invitation.id) > _place(after))
    rows = session.execute(query).all()
    ids = [row[0].id for row in rows[:limit]]
    held, written_to = held_as(session, ids), contacted(session, consultation_id, ids)
    found = [_row(row, held.get(row[0].id, frozenset()), written_to.get(row[0].id)) for row in rows[:limit]]
    return found, len(rows) > limit


_times = (
    select(func.count())
    .select_from(Response)
    .where(Response.invitation_id == Invitation.id)
    .correlate(Invitation)
    .scalar_subquery()
)
_newest_answer = (
    select(func.max(Response.id))
    .where(Response.invitation_id == Invitation.id)
    .correlate(Invitation)
    .scalar_subquery()
)
_before, _then = aliased(Consultation), aliased(Invitation)
_answered_earlier = (
    select(_then.id)
    .join(_before, _before.id == _then.consultation_id)
    .where(
        _before.bid_id == Consultation.bid_id,
        _before.occurrence < Consultation.occurrence,
        _then.organisation_id == Invitation.organisation_id,
        _then.response_id.is_not(None),
    )
    .correlate(Consultation, Invitation)
    .exists()
)


def _place(invitation_id: int) -> ColumnElement[object]:
    """Where an invitation stands in the order of the register."""
    return (
        select(Organisation.name, Invitation.id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.id == invitation_id)
        .scalar_subquery()
    )


def _row(row: Any, held_kinds: frozenset[HoldKind], contacted_at: datetime | None) -> RegisterRow:
    invitation, council, response, outcome, times, newest_id, failed, unreached, earlier = row
    return RegisterRow(
        invitation.id,
        council.code,
        council.name,
        council.authority_type or "",
        council.region or "",
        contacted_at,
        invitation.opened_at,
        invitation.response_id,
        None if response is None else response.position,
        None if response is None else response.arrived_at,
        response is not None and response.late,
        times,
        newest_id,
        held_kinds,
        bool(failed),
        unreached,
        outcome,
        earlier,
    )
