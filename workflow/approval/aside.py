"""Stepping aside before one has voted: the connection is put on record, and whoever must know is told at once."""

from workflow import notifications
from workflow.accounts.commands import declare_interest
from workflow.approval import queries
from workflow.cases import hold_case
from workflow.cases.notices import address_hash
from workflow.cases.registry import registry
from workflow.db import Work
from workflow.errors import NotHere, Problem, Refused
from workflow.notifications import Message

NOBODY_LEFT = "nobody_left"
"""The notice that goes out when too few people are left who may decide; to nobody while enough are."""


VOTED = Problem(
    "voted_already",
    "You have approved this bid already, and your approval would still count.",
    "Take back your approval and say what your connection is: then it counts no more.",
    "You",
)


def step_aside(work: Work, case_id: int, *, nature: str) -> None:
    """Put the actor's connection to a bid on record. State, votes and money stay.

    Raises:
        NotHere: no such case, or nobody who could have a connection. Invalid: when nothing is said about it.
        Refused: when the actor has approved it, because an approval that stays would still count.

    Source: domain, section 5, conflict: when nobody eligible remains, the case says so at once and escalates.
    """
    person_id = work.actor.person_id
    if person_id is None:
        raise NotHere
    case = hold_case(work, case_id)
    if person_id in queries.facts(work.session, [case.id], now=work.now, person_id=person_id)[case.id].voters:
        raise Refused([VOTED])
    declare_interest(work, person_id, nature=nature, case_id=case.id)
    work.session.flush()  # Who is left is read from the table.
    notice = registry().notices[NOBODY_LEFT]
    recipients = notice.audience(work.session, case, now=work.now, data={})
    messages = [
        Message(
            key=f"{notice.template}:case:{case.id}:aside{person_id}:{address_hash(one.address)}",
            template=notice.template,
            address=one.address,
            subject=f"case:{case.id}",
            person_id=one.person_id,
            payload={"case_id": case.id, "name": one.name, "said": {"to": case.state}},
        )
        for one in recipients
    ]
    notifications.owe(work, messages)
