"""What people give each other with dates: limits, cover, roles; and connections that are settled.

Nothing is given to oneself, from a day that has passed, or over something that still runs: it is ended first, and made anew,
so that what somebody might do on a past day stays as it was. Each change is an event on the stream of the person concerned,
and a message to them, in one transaction. Source: domain, sections 5 and 8.
"""

from datetime import date

from sqlalchemy import select

from workflow import audit
from workflow.accounts import commands
from workflow.accounts.grant_checks import (
    departments_on,
    fit,
    given_for,
    may_end,
    may_give,
    overlaps,
    people_held,
    roles_on,
    whose,
)
from workflow.accounts.models import (
    Delegation,
    Interest,
    Organisation,
    OrganisationKind,
    RoleAssignment,
)
from workflow.accounts.roles import ROLES, Grantable, Role, Side
from workflow.accounts.telling import tell
from workflow.clock import london_date
from workflow.db import Work
from workflow.errors import Invalid, NotAllowed, NotHere
from workflow.money import Pence, format_pounds


def give_limit(
    work: Work,
    person_id: int,
    department_id: int,
    limit_pence: Pence,
    *,
    valid_from: date,
    valid_to: date | None = None,
) -> Delegation:
    """Let an approver of a department approve up to a limit, from a day to a day.

    Raises:
        NotAllowed: to oneself, or by somebody who is not responsible for the department. Invalid: when the days are in the
            wrong order or have passed, when another limit runs on one of them, or the person is no approver then.
    """
    may_give(work, Grantable.LIMIT, department_id, person_id)
    person = people_held(work, person_id)[0]
    fit(work, valid_from, valid_to)
    if Role.APPROVER not in roles_on(work, person_id, department_id, valid_from):
        raise Invalid(
            f"{person.name} is not an approver for this department on the first day. "
            "Ask an administrator for the role, then give the limit.",
            field="valid_from",
        )
    running = work.session.scalars(
        select(Delegation)
        .where(
            Delegation.person_id == person_id,
            Delegation.organisation_id == department_id,
            overlaps(Delegation.valid_from, Delegation.valid_to, valid_from, valid_to),
        )
        .order_by(Delegation.valid_from, Delegation.id)
        .limit(1)
    ).one_or_none()
    if running is not None:
        raise Invalid(
            f"{person.name} can approve up to {format_pounds(running.limit_pence)} on some of these days already. "
            "End that limit first, or choose other days.",
            field="valid_from",
        )
    made = commands.grant_delegation(
        work, person_id, department_id, limit_pence, valid_from=valid_from, valid_to=valid_to
    )
    work.session.flush()  # Its id names it in the message.
    tell(work, "grant_made", Grantable.LIMIT, made.id, [person])
    return made


def end_limit(work: Work, delegation_id: int, *, last_day: date) -> None:
    """End a limit on a day, which is its last.

    Raises:
        NotHere: no such limit. NotAllowed: as `give_limit`. Invalid: when the day has passed, or is after its last day.
    """
    found = work.session.get(Delegation, delegation_id)
    if found is None:
        raise NotHere
    may_give(work, Grantable.LIMIT, found.organisation_id, found.person_id)
    person = people_held(work, found.person_id)[0]
    work.session.refresh(found)
    may_end(work, found.valid_from, found.valid_to, last_day)
    found.valid_to = last_day
    payload = {"delegation": found.id, "organisation": found.organisation_id, "to": last_day.isoformat()}
    audit.record(work, f"person:{person.id}", "limit_ended", payload)
    tell(work, "grant_ended", Grantable.LIMIT, found.id, [person], last_day=last_day)


def give_role(
    work: Work,
    person_id: int,
    role: Role,
    organisation_id: int,
    *,
    valid_from: date,
    valid_to: date | None = None,
) -> RoleAssignment:
    """Give somebody a role for an organisation, from a day to a day.

    Raises:
        NotAllowed: to oneself, or by somebody who does not look after people. Invalid: when the days are in the wrong order or
            have passed, when the person holds the role on one of them, or when role and organisation do not fit.
    """
    may_give(work, Grantable.ROLE, organisation_id, person_id)
    person = people_held(work, person_id)[0]
    fit(work, valid_from, valid_to)
    kind = work.session.get_one(Organisation, organisation_id).kind
    label = ROLES[role].label.lower()
    if ROLES[role].side is Side.DEPARTMENT and kind is not OrganisationKind.DEPARTMENT:
        raise Invalid(
            f"Only a department has the role of {label}. Choose a department.", field="organisation"
        )
    running = select(RoleAssignment.id).where(
        RoleAssignment.person_id == person_id,
        RoleAssignment.role == role,
        RoleAssignment.organisation_id == organisation_id,
        overlaps(RoleAssignment.valid_from, RoleAssignment.valid_to, valid_from, valid_to),
    )
    if work.session.scalar(running.limit(1)) is not None:
        raise Invalid(
            f"{person.name} is {label} for this organisation on some of these days already. "
            "End that role first, or choose other days.",
            field="valid_from",
        )
    made = commands.grant_role(
        work, person_id, role, organisation_id, valid_from=valid_from, valid_to=valid_to
    )
    work.session.flush()  # Its id names it in the message.
    tell(work, "grant_made", Grantable.ROLE, made.id, [person])
    return made


def end_role(work: Work, assignment_id: int, *, last_day: date) -> None:
    """End a role on a day, which is its last.

    Raises:
        NotHere: no such role. NotAllowed: as `give_role`. Invalid: when the day has passed, or is after its last day.
    """
    found = work.session.get(RoleAssignment, assignment_id)
    if found is None:
        raise NotHere
    may_give(work, Grantable.ROLE, found.organisation_id, found.person_id)
    person = people_held(work, found.person_id)[0]
    work.session.refresh(found)
    may_end(work, found.valid_from, found.valid_to, last_day)
    commands.end_role(work, assignment_id, last_day=last_day)
    tell(work, "grant_ended", Grantable.ROLE, found.id, [person], last_day=last_day)


def settle_interest(work: Work, interest_id: int, *, words: str) -> None:
    """Settle a connection that bars somebody no more, in words that stay on record.

    Raises:
        NotHere: no such connection. NotAllowed: one's own, or by somebody who is not responsible for the department.
            Invalid: when it is settled already, or nothing is said.
    """
    found = work.session.get(Interest, interest_id)
    if found is None:
        raise NotHere
    if work.actor.person_id == found.person_id:
        raise NotAllowed("Nobody settles a connection of their own. Ask the person responsible.")
    person = people_held(work, found.person_id)[0]
    work.session.refresh(found)
    departments = departments_on(work, person.id, london_date(work.now))
    if not given_for(work, Grantable.CONNECTION, departments):
        raise NotAllowed(whose(Grantable.CONNECTION))
    if not words.strip():
        raise Invalid("Say why the connection bars them no more.", field="words")
    if found.resolved_at is not None:
        raise Invalid("This connection is settled already. Nothing was changed.", field="words")
    found.resolved_at, found.resolution = work.now, words.strip()
    payload = {"interest": found.id, "organisation": found.organisation_id, "case": found.case_id}
    texts = {"resolution": found.resolution}
    audit.record(work, f"person:{person.id}", "interest_resolved", payload, texts=texts)
    tell(work, "connection_settled", Grantable.CONNECTION, found.id, [person])
