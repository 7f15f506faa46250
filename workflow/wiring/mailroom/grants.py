"""The facts of mail about what people are given: roles, limits, cover; and connections that are settled."""

from datetime import date

from sqlalchemy.orm import Session

from workflow.accounts.models import Cover, Delegation, Interest, Organisation, Person, RoleAssignment
from workflow.accounts.queries import people_named
from workflow.accounts.roles import ROLES, Grantable
from workflow.cases import Case
from workflow.money import format_pounds
from workflow.notifications import Notification
from workflow.wiring.mailroom.terms import Found

OWN_LIMIT = (
    "Whoever stands in decides under their own role and limit, and for one bid the two count as one person."
)


def found(session: Session, notification: Notification, base_url: str) -> Found:
    """What a message about a grant says, from its row as it is now; None for somebody who has left."""
    payload = notification.payload
    person = session.get(Person, notification.person_id)
    if person is None or not person.active:
        return None
    what = Grantable(payload["grant"])
    facts = {
        "name": person.name,
        "what": "",
        "note": "",
        "given_by": people_named(session, [payload["by"]])[payload["by"]] if payload["by"] else "The service",
        "page_url": f"{base_url}/me/authority",
    }
    match what:
        case Grantable.ROLE:
            role = session.get_one(RoleAssignment, payload["row_id"])
            named = session.get_one(Organisation, role.organisation_id).name
            days = _days(role.valid_from, role.valid_to)
            return facts | {"what": f"{ROLES[role.role].label} for {named}, {days}"}
        case Grantable.LIMIT:
            limit = session.get_one(Delegation, payload["row_id"])
            named = session.get_one(Organisation, limit.organisation_id).name
            days = _days(limit.valid_from, limit.valid_to)
            words = f"Approving up to {format_pounds(limit.limit_pence)} for {named}, {days}"
            return facts | {"what": words}
        case Grantable.COVER:
            cover = session.get_one(Cover, payload["row_id"])
            return facts | {"what": _cover(session, cover, person.id), "note": OWN_LIMIT}
        case Grantable.CONNECTION:
            interest = session.get_one(Interest, payload["row_id"])
            return facts | {"what": _object_of(session, interest), "words": interest.resolution or ""}


def _cover(session: Session, cover: Cover, person_id: int) -> str:
    names = people_named(session, [cover.for_person_id, cover.person_id])
    days = _days(cover.valid_from, cover.valid_to)
    if person_id == cover.person_id:
        return f"You stand in for {names[cover.for_person_id]}, {days}"
    return f"{names[cover.person_id]} stands in for you, {days}"


def _object_of(session: Session, interest: Interest) -> str:
    if interest.organisation_id is not None:
        return session.get_one(Organisation, interest.organisation_id).name
    return session.get_one(Case, interest.case_id).reference


def _days(first: date, last: date | None) -> str:
    since = f"from {_day(first)}"
    return since if last is None else f"{since} until the end of {_day(last)}"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
