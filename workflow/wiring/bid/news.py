"""News for the network of officials and improvement bodies: one message a person when councils are asked, or a decision is taken.

Source: seed, paragraph 5; domain, section 8.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Person, RoleAssignment
from workflow.accounts.queries import in_force
from workflow.accounts.roles import Role
from workflow.bids.models import Partner
from workflow.cases import Case
from workflow.cases.registry import Notice
from workflow.consultation.models import Consultation
from workflow.engine import Action
from workflow.notifications import Recipient
from workflow.reports.network import NEWS
from workflow.wiring.audiences import LEAD_BODY

NAME = "network_news"


def network(session: Session, case: Case, *, now: datetime, **_: object) -> Sequence[Recipient]:
    """Every official of the network, and from the opening of the consultation its improvement bodies, but not of their own bid.

    A step that leaves the bid where it was, such as the first of two approvals, is no news.
    """
    return members_of_network(session, case, now) if case.state in NEWS else []


def members_of_network(session: Session, case: Case, now: datetime) -> Sequence[Recipient]:
    """The same people, whatever the bid's state is."""
    own = select(Partner.organisation_id).where(Partner.bid_id == case.id)
    asked = select(Consultation.id).where(Consultation.bid_id == case.id)
    elsewhere = (RoleAssignment.organisation_id != case.proposer_id) & RoleAssignment.organisation_id.not_in(
        own
    )
    rows = session.execute(
        select(Person.id, Person.name, Person.email)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            Person.active,
            in_force(RoleAssignment.valid_from, RoleAssignment.valid_to, now),
            (RoleAssignment.role == Role.NETWORK_OFFICIAL)
            | ((RoleAssignment.role == Role.NETWORK_BODY) & elsewhere & asked.exists()),
        )
        .distinct()
        .order_by(Person.id)
    )
    return [Recipient(address=email, name=name, person_id=person_id) for person_id, name, email in rows]


def support_told(session: Session, case: Case, *, now: datetime, **given: object) -> Sequence[Recipient]:
    """Who is told that temporary support ends: the lead body and the network. Source: domain, section 6."""
    lead: Sequence[Recipient] = LEAD_BODY(session, case, now=now, **given)
    return [*lead, *members_of_network(session, case, now)]


def with_news(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The actions, with the network told by each that may bring a bid to a state that is news."""
    return tuple(
        replace(action, notices=(*action.notices, NAME)) if _is_news(action) else action for action in actions
    )


def _is_news(action: Action) -> bool:
    return bool(set(NEWS) & set(action.targets) - set(action.sources))


NOTICES: dict[str, Notice] = {NAME: Notice(NAME, network)}
