"""Telling people what they were given, or what was ended or settled, in the transaction that does it."""

from collections.abc import Iterable
from datetime import date

from workflow.accounts.models import Person
from workflow.accounts.roles import Grantable
from workflow.db import Work
from workflow.notifications import Message, owe


def tell(
    work: Work,
    template: str,
    what: Grantable,
    row_id: int,
    people: Iterable[Person],
    *,
    last_day: date | None = None,
) -> None:
    """Owe each of the people a message about one row of what is given; an end is told for each last day once."""
    suffix = "" if last_day is None else f":{last_day.isoformat()}"
    owe(
        work,
        [
            Message(
                key=f"{template}:{what.value}:{row_id}:{person.id}{suffix}",
                template=template,
                address=person.email,
                subject=f"person:{person.id}",
                person_id=person.id,
                payload={
                    "grant": what.value,
                    "row_id": row_id,
                    "by": work.actor.person_id,
                    "name": person.name,
                },
            )
            for person in people
        ],
    )
