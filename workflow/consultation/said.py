"""What councils said, answer by answer: how each stands, and what was done about it. The callers scope what is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.consultation.models import Disposition, Invitation, Response, ResponseHold
from workflow.consultation.terms import HoldKind, Outcome, Position, Resolution


@dataclass(frozen=True, slots=True)
class Held:
    """That an answer was held, why, and what came of it; `said` is what whoever disputed it wrote."""

    kind: HoldKind
    held_at: datetime
    said: str
    resolved_at: datetime | None
    resolution: Resolution | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a council, with what was done about it once the lead body has said so.

    `counts` says whether it is the council's answer in the tally; `holds` are the newest first, `done_rev` the revision of
    what was done about it, 0 before anything was.
    """

    id: int
    invitation_id: int
    number: int
    council: str
    position: Position
    text: str
    answers: Mapping[str, str]
    publish: bool
    late: bool
    counts: bool
    arrived_at: datetime
    by_name: str
    by_email: str
    outcome: Outcome | None
    done: str
    done_rev: int
    holds: tuple[Held, ...]

    @property
    def held_as(self) -> frozenset[HoldKind]:
        """Why it is held now; nothing when it is not."""
        return frozenset(one.kind for one in self.holds if one.resolved_at is None)

    @property
    def is_set_aside(self) -> bool:
        """Whether somebody decided that it does not count."""
        return any(one.resolution is Resolution.SET_ASIDE for one in self.holds)

    @property
    def waits_for_council(self) -> bool:
        """Whether somebody of the council should say that it is theirs."""
        return not self.held_as.isdisjoint({HoldKind.OUTSIDE, HoldKind.DISPUTED})


def said_of(session: Session, condition: ColumnElement[bool], *, limit: int | None = None) -> list[Said]:
    """The answers that meet a condition, by council, the newest of each first; in two statements."""
    rows = session.execute(
        select(Response, Organisation.name, Invitation.response_id, Disposition)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Disposition, Disposition.response_id == Response.id)
        .where(condition)
        .order_by(Organisation.name, Response.number.desc(), Response.id.desc())
        .limit(limit)
    ).all()
    holds = _holds(session, [response.id for response, *_ in rows])
    return [_one(*row, holds.get(row[0].id, ())) for row in rows]


def _holds(session: Session, response_ids: Sequence[int]) -> dict[int, tuple[Held, ...]]:
    if not response_ids:
        return {}
    rows = session.scalars(
        select(ResponseHold)
        .where(ResponseHold.response_id.in_(response_ids))
        .order_by(ResponseHold.id.desc())
    )
    found: dict[int, tuple[Held, ...]] = {}
    for one in rows:
        held = Held(one.kind, one.held_at, one.said, one.resolved_at, one.resolution, one.reason)
        found[one.response_id] = (*found.get(one.response_id, ()), held)
    return found


def _one(
    response: Response,
    council: str,
    counted_id: int | None,
    done: Disposition | None,
    holds: tuple[Held, ...],
) -> Said:
    return Said(
        response.id,
        response.invitation_id,
        response.number,
        council,
        response.position,
        response.text,
        response.answers,
        response.publish,
        response.late,
        response.id == counted_id,
        response.arrived_at,
        response.by_name,
        response.by_email,
        None if done is None else done.outcome,
        "" if done is None else done.text,
        0 if done is None else done.rev,
        holds,
    )
