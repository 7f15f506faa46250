"""Loads all reference data: every file is read and checked first, then everything is written in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from workflow import audit
from workflow.accounts.models import Organisation, OrganisationKind
from workflow.approval.defaults import load_tiers
from workflow.consultation.defaults import load_election_periods
from workflow.db import SYSTEM, Work
from workflow.deadlines import load_bank_holidays, load_deadline_rules
from workflow.reference.files import DATA, bank_holidays
from workflow.reference.money import load_money, read_money
from workflow.reference.organisations import load_organisations, read_organisations
from workflow.reference.review import load_review, read_review
from workflow.reference.rounds import load_rounds, read_rounds

STREAM = "reference"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many rows of each kind were new."""

    added: Mapping[str, int]

    @property
    def is_unchanged(self) -> bool:
        """Whether everything was there already."""
        return not any(self.added.values())


def load_reference(
    session: Session, now: datetime, *, real: datetime | None = None, folder: Path = DATA
) -> LoadReport:
    """Load what is missing; what is there already stays as it is, so that loading twice changes nothing.

    `now` is business time and `real` the machine's. The caller commits.

    Raises:
        BrokenRow: when a row of a file is broken, before anything is written.
    """
    organisations = read_organisations(folder)
    holidays = bank_holidays(folder)
    money = read_money(folder, organisations.columns)
    rounds = read_rounds(folder, [fund["code"] for fund in money.funds])
    review = read_review(folder, organisations.columns)

    # Two loads at once wait for each other, because what a load adds depends on what it found.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(literal("load_reference")))))
    work = Work(session, now, real or datetime.now(UTC), SYSTEM)
    added: dict[str, int] = {}
    added["organisations"], added["successors"] = load_organisations(session, organisations)
    added["bank holidays"] = load_bank_holidays(session, holidays)
    added["deadline rules"] = load_deadline_rules(session)
    added["election periods"] = load_election_periods(session)
    added["approval tiers"] = load_tiers(session, _departments(session))
    added |= load_money(work, money)
    added |= load_rounds(session, rounds)
    added |= load_review(session, review)
    report = LoadReport(added)
    if not report.is_unchanged:
        audit.record(
            work, STREAM, "reference_loaded", {name.replace(" ", "_"): n for name, n in added.items()}
        )
    return report


def _departments(session: Session) -> list[int]:
    found = select(Organisation.id).where(Organisation.kind == OrganisationKind.DEPARTMENT)
    return list(session.scalars(found.order_by(Organisation.id)))
