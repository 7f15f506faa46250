"""The election periods that are known from the start, each with its source; later ones are added as they are announced."""

from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflow.consultation.models import ElectionPeriod
from workflow.consultation.terms import AppliesTo

_SOURCE = "Polls of 5 May 2011: councils from 25 March, departments from 14 April (domain, section 5)"

ELECTION_PERIODS = (
    (AppliesTo.COUNCILS, date(2011, 3, 25), date(2011, 5, 5), _SOURCE),
    (AppliesTo.DEPARTMENTS, date(2011, 4, 14), date(2011, 5, 5), _SOURCE),
)
"""(who keeps it, first day, polling day, source). Source: domain, section 5."""


def load_election_periods(session: Session) -> int:
    """Add the periods that are not there yet; returns how many were new."""
    rows = [
        {"applies_to": applies_to, "starts_on": starts_on, "polls_on": polls_on, "source": source}
        for applies_to, starts_on, polls_on, source in ELECTION_PERIODS
    ]
    statement = insert(ElectionPeriod).on_conflict_do_nothing(index_elements=["applies_to", "polls_on"])
    return len(session.execute(statement.returning(ElectionPeriod.id), rows).all())
