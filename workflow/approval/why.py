"""Why a bid was decided as it was, read from what was written when it was: votes, letters, money before and after, proof."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from workflow import audit
from workflow.accounts.models import Person
from workflow.accounts.queries import Viewer
from workflow.approval.coverage import Done, what_was_done
from workflow.approval.models import (
    AccountingTest,
    ApprovalTier,
    Direction,
    Objection,
    TreasuryConsent,
    Vote,
    VoteVoided,
)
from workflow.cases import Case, subject_of
from workflow.clock import london_date
from workflow.consultation.models import Consultation
from workflow.consultation.terms import Outcome
from workflow.funds.models import FundYear, LedgerEntry
from workflow.funds.rules import EntryKind
from workflow.money import Pence


@dataclass(frozen=True, slots=True)
class Cast:
    """One vote in any round; `void_why` is what its giver declared when it was taken back."""

    round: int
    who: str
    limit_pence: Pence
    reason: str
    version: int
    at: datetime
    void_why: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """What the promise to this bid did to one year of its fund (pence), by which entry of the ledger."""

    year: int
    before: Pence
    added: Pence
    entry_id: int

    @property
    def after(self) -> Pence:
        """What was promised once it was."""
        return Pence(self.before + self.added)


@dataclass(frozen=True, slots=True)
class Rule:
    """The tier that was asked: above how much (pence) how many approve and reject, in force from which day."""

    over_pence: Pence
    quorum: int
    rejection_quorum: int
    valid_from: date


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that a decision rests on beside the assessment; `events` and `last_hash` are those of its stream."""

    votes: tuple[Cast, ...]
    moved: tuple[Moved, ...]
    rule: Rule | None
    consents: tuple[TreasuryConsent, ...]
    directions: tuple[Direction, ...]
    objections: tuple[tuple[AccountingTest, str], ...]
    consultation: Consultation | None
    done: Mapping[Outcome, Done]
    events: int
    last_hash: str


def why_of(
    session: Session,
    viewer: Viewer,
    case: Case,
    *,
    pence: int,
    decided_at: datetime,
    consultation: Consultation | None,
    is_directed: bool,
) -> Why:
    """What the decision of a case rests on; the caller has shown the case to somebody of the department or an auditor.

    `pence` is the value over all years that the rule in force at `decided_at` was asked about. `consultation` is
    the newest of the bid; `is_directed` says whether a minister was ever asked, so that there is anything to read of it.
    """
    del viewer
    newest = audit.events_of(session, subject_of(case.id), 1)
    return Why(
        votes=_votes(session, case),
        moved=_moved(session, case),
        rule=_rule(session, case, pence, decided_at),
        consents=tuple(
            session.scalars(
                select(TreasuryConsent).where(TreasuryConsent.case_id == case.id).order_by(TreasuryConsent.id)
            )
        ),
        directions=tuple(
            session.scalars(select(Direction).where(Direction.case_id == case.id).order_by(Direction.id))
        )
        if is_directed
        else (),
        objections=_objections(session, case) if is_directed else (),
        consultation=consultation,
        done=what_was_done(session, case),
        events=newest[0].seq if newest else 0,
        last_hash=newest[0].hash if newest else "",
    )


def _votes(session: Session, case: Case) -> tuple[Cast, ...]:
    rows = session.execute(
        select(Vote, Person.name, VoteVoided.why)
        .join(Person, Person.id == Vote.person_id)
        .outerjoin(VoteVoided, VoteVoided.vote_id == Vote.id)
        .where(Vote.case_id == case.id)
        .order_by(Vote.id)
    )
    return tuple(
        Cast(vote.round, name, vote.limit_pence, vote.reason, vote.version_number, vote.voted_at, void)
        for vote, name, void in rows
    )


def _moved(session: Session, case: Case) -> tuple[Moved, ...]:
    earlier = aliased(LedgerEntry)
    before = (
        select(func.coalesce(func.sum(earlier.committed), 0))
        .where(
            earlier.fund_year_id == LedgerEntry.fund_year_id,
            earlier.balance_version < LedgerEntry.balance_version,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(FundYear.year, before, LedgerEntry.committed, LedgerEntry.id)
        .join(FundYear, FundYear.id == LedgerEntry.fund_year_id)
        .where(LedgerEntry.case_id == case.id, LedgerEntry.kind == EntryKind.COMMIT)
        .order_by(FundYear.year, LedgerEntry.id)
    )
    return tuple(Moved(year, Pence(int(was)), Pence(added), entry) for year, was, added, entry in rows)


def _rule(session: Session, case: Case, pence: int, decided_at: datetime) -> Rule | None:
    day = london_date(decided_at)
    tier = session.scalars(
        select(ApprovalTier)
        .where(
            ApprovalTier.department_id == case.department_id,
            ApprovalTier.over_pence < pence,
            ApprovalTier.valid_from <= day,
            func.coalesce(ApprovalTier.valid_to, day) >= day,
        )
        .order_by(ApprovalTier.over_pence.desc(), ApprovalTier.valid_from.desc())
        .limit(1)
    ).one_or_none()
    if tier is None:
        return None
    return Rule(tier.over_pence, tier.quorum, tier.rejection_quorum, tier.valid_from)


def _objections(session: Session, case: Case) -> tuple[tuple[AccountingTest, str], ...]:
    rows = session.execute(
        select(Objection.test, Objection.words)
        .where(Objection.case_id == case.id)
        .order_by(Objection.rev, Objection.test)
    )
    return tuple((test, words) for test, words in rows)
