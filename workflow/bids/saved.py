"""Filters of the queue that a person keeps under a name. They are that person's own, and show no more than the queue does."""

from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflow.accounts.models import Person
from workflow.accounts.queries import Viewer
from workflow.bids.models import SavedFilter
from workflow.db import Work
from workflow.errors import Invalid, NotHere

LONGEST_NAME = 40
MOST = 20


class Saved(NamedTuple):
    """One kept filter: `asks` is the query of the queue's address."""

    id: int
    name: str
    asks: str


def saved_filters(session: Session, viewer: Viewer) -> list[Saved]:
    """The viewer's kept filters by name, at most MOST; one statement."""
    rows = session.execute(
        select(SavedFilter.id, SavedFilter.name, SavedFilter.asks)
        .where(SavedFilter.person_id == viewer.person_id)
        .order_by(SavedFilter.name)
        .limit(MOST)
    )
    return [Saved(*row) for row in rows]


def save_filter(work: Work, person_id: int, *, name: str, asks: str) -> None:
    """Keep a filter under a name; one of that name is replaced.

    Raises:
        Invalid: when the person keeps MOST others already.
    """
    # Two windows of one person take turns here, so that both see what the other kept.
    work.session.get_one(Person, person_id, with_for_update={"key_share": True})
    others = select(func.count(SavedFilter.id)).where(
        SavedFilter.person_id == person_id, SavedFilter.name != name
    )
    if work.session.execute(others).scalar_one() >= MOST:
        raise Invalid(f"You keep {MOST} filters already. Remove one first", field="name")
    row = insert(SavedFilter).values(person_id=person_id, name=name, asks=asks, saved_at=work.now)
    replaced = {"asks": row.excluded.asks, "saved_at": row.excluded.saved_at}
    work.session.execute(row.on_conflict_do_update(index_elements=["person_id", "name"], set_=replaced))


def remove_filter(work: Work, person_id: int, filter_id: int) -> str:
    """Forget one of the person's own filters; returns its name.

    Raises:
        NotHere: when the person keeps no such filter.
    """
    wanted = (SavedFilter.id == filter_id, SavedFilter.person_id == person_id)
    name = work.session.execute(delete(SavedFilter).where(*wanted).returning(SavedFilter.name)).scalar()
    if name is None:
        raise NotHere
    return name
