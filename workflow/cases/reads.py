"""What auditors read: a row for every page, written in a transaction of its own, and never changed.

Source: domain, section 8: the auditor sees everything, and reads are logged.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Person
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Thing
from workflow.cases.models import AccessEntry, Case
from workflow.db import Work
from workflow.errors import NotHere

MOST = 50
"""So many entries are shown, the newest."""


def note_read(work: Work, person_id: int, path: str, reference: str | None = None) -> None:
    """Write down that somebody read a page, and the bid it was about, where it was about one."""
    case_id = work.session.scalar(select(Case.id).where(Case.reference == reference)) if reference else None
    work.session.add(
        AccessEntry(person_id=person_id, case_id=case_id, path=path, at=work.now, real_at=work.real)
    )


@dataclass(frozen=True, slots=True)
class Read:
    """An entry as it is shown: who read which page, and of which bid."""

    who: str
    path: str
    reference: str | None
    at: datetime


def reads(session: Session, viewer: Viewer, *, limit: int = MOST) -> list[Read]:
    """The newest entries, for those who may see what was done differently.

    Raises:
        NotHere: for everybody else.
    """
    if not viewer.opens(Thing.EXCEPTIONS):
        raise NotHere
    rows = session.execute(
        select(Person.name, AccessEntry.path, Case.reference, AccessEntry.at)
        .join(Person, Person.id == AccessEntry.person_id)
        .outerjoin(Case, Case.id == AccessEntry.case_id)
        .order_by(AccessEntry.id.desc())
        .limit(limit)
    )
    return [Read(*row) for row in rows]
