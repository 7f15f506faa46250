"""Who is told: the people who hold a role for a case's department or for the body that bids."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from workflow.accounts.queries import people_with
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.registry import Audience
from workflow.notifications import Recipient

Side = Literal["department", "proposer"]


def people(side: Side, *roles: Role) -> Audience:
    """The audience of everybody who holds one of the roles today, on one side of the case."""

    def audience(session: Session, case: Case, *, now: datetime, **_: object) -> Sequence[Recipient]:
        organisation_id = case.department_id if side == "department" else case.proposer_id
        found = {
            person.id: person for role in roles for person in people_with(session, role, organisation_id, now)
        }
        return [
            Recipient(address=person.email, name=person.name, person_id=person.id)
            for _, person in sorted(found.items())
        ]

    return audience


def first_of(*audiences: Audience) -> Audience:
    """The first audience that is not empty, so that a duty never goes untold for want of one role."""

    def audience(session: Session, case: Case, **given: object) -> Sequence[Recipient]:
        for candidate in audiences:
            found = candidate(session, case, **given)
            if found:
                return found
        return []

    return audience


def both(*audiences: Audience) -> Audience:
    """Everybody of several audiences."""

    def audience(session: Session, case: Case, **given: object) -> Sequence[Recipient]:
        return [recipient for part in audiences for recipient in part(session, case, **given)]

    return audience


LEAD_BODY = people("proposer", Role.SIGNATORY, Role.DRAFTER)
SIGNATORIES = people("proposer", Role.SIGNATORY)
CASE_OFFICERS = people("department", Role.CASE_OFFICER)
ASSESSORS = people("department", Role.ASSESSOR)
APPROVERS = people("department", Role.APPROVER)
FINANCE = people("department", Role.FINANCE_OFFICER)
GRANT_MANAGERS = people("department", Role.GRANT_MANAGER)
AUTHORISERS = people("department", Role.PAYMENT_AUTHORISER)
RESPONSIBLE = people("department", Role.SENIOR_OFFICER)
HEADS = first_of(people("department", Role.HEAD_OF_TEAM), RESPONSIBLE)
