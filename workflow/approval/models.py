"""Assessments, votes, the tiers that say how many people an amount needs, and what is decided beside the votes."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from workflow.approval.terms import (
    MARKS_KNOWN,
    AccountingTest,
    Criterion,
    Mark,
    StepKind,
    VoteOutcome,
)
from workflow.db import Base, TextEnum, WithId, enum_check
from workflow.money import Pence

__all__ = [
    "AccountingTest",
    "Appraisal",
    "AppraisalScore",
    "AppraisalTest",
    "AppraisalYear",
    "ApprovalTier",
    "Criterion",
    "DecisionStep",
    "Direction",
    "Mark",
    "Objection",
    "Question",
    "StepKind",
    "TreasuryConsent",
    "Vote",
    "VoteOutcome",
    "VoteVoided",
]


class Appraisal(WithId, Base):
    """One assessment of one version of a bid; sending back makes a new round and keeps the old one."""

    __tablename__ = "appraisal"
    __table_args__ = (
        UniqueConstraint("case_id", "round"),
        ForeignKeyConstraint(["case_id", "version_number"], ["bid_version.bid_id", "bid_version.number"]),
        CheckConstraint("round > 0", name="round_positive"),
        CheckConstraint("total_pence > 0", name="total_positive"),
        CheckConstraint(MARKS_KNOWN, name="marks_known"),
        CheckConstraint("(marks = '[]'::jsonb) = (marked_why = '')", name="marked_with_words"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    round: Mapped[int]
    version_number: Mapped[int]
    recommendation: Mapped[str]
    unsure_of: Mapped[str]
    total_pence: Mapped[Pence]
    marks: Mapped[list[str]] = mapped_column(default=list)
    marked_why: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class AppraisalScore(Base):
    """One criterion's score, 0 to 5, with its reason."""

    __tablename__ = "appraisal_score"
    __table_args__ = (
        enum_check("criterion", Criterion),
        CheckConstraint("score BETWEEN 0 AND 5", name="score_in_range"),
    )

    appraisal_id: Mapped[int] = mapped_column(ForeignKey("appraisal.id"), primary_key=True)
    criterion: Mapped[Criterion] = mapped_column(TextEnum(Criterion), primary_key=True)
    score: Mapped[int]


class AppraisalTest(Base):
    """One of the four tests, met or not, with the assessor's words."""

    __tablename__ = "appraisal_test"
    __table_args__ = (enum_check("test", AccountingTest),)

    appraisal_id: Mapped[int] = mapped_column(ForeignKey("appraisal.id"), primary_key=True)
    test: Mapped[AccountingTest] = mapped_column(TextEnum(AccountingTest), primary_key=True)
    met: Mapped[bool]


class AppraisalYear(Base):
    """What is recommended for one financial year; it may be less than was asked, never more."""

    __tablename__ = "appraisal_year"
    __table_args__ = (CheckConstraint("recommended_pence >= 0", name="recommended_not_negative"),)

    appraisal_id: Mapped[int] = mapped_column(ForeignKey("appraisal.id"), primary_key=True)
    year: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    recommended_pence: Mapped[Pence]


class Vote(WithId, Base):
    """One person's vote in one round: on which version, under which limit. One in `vote_voided` counts no more."""

    __tablename__ = "vote"
    __table_args__ = (
        UniqueConstraint("case_id", "round", "person_id"),
        ForeignKeyConstraint(["case_id", "round"], ["appraisal.case_id", "appraisal.round"]),
        enum_check("outcome", VoteOutcome),
        CheckConstraint("no_conflict", name="no_conflict_declared"),
        Index("ix_vote_case", "case_id", "round", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    round: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[VoteOutcome] = mapped_column(TextEnum(VoteOutcome))
    reason: Mapped[str]
    limit_pence: Mapped[Pence]
    version_number: Mapped[int]
    no_conflict: Mapped[bool]
    voted_at: Mapped[datetime]


class VoteVoided(Base):
    """A vote that its giver took back by declaring a connection; the vote itself is kept."""

    __tablename__ = "vote_voided"

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True)
    voided_at: Mapped[datetime]
    why: Mapped[str]


class ApprovalTier(WithId, Base):
    """How many people an approval and a rejection need: the tier with the highest `over_pence` below it, in force that day."""

    __tablename__ = "approval_tier"
    __table_args__ = (
        UniqueConstraint("department_id", "over_pence", "valid_from"),
        CheckConstraint("quorum BETWEEN 1 AND 5", name="quorum_in_range"),
        CheckConstraint("rejection_quorum BETWEEN 1 AND 2", name="rejection_quorum_in_range"),
        CheckConstraint("over_pence >= 0", name="over_not_negative"),
        CheckConstraint("valid_to >= valid_from", name="dates_in_order"),
    )

    department_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    over_pence: Mapped[Pence]
    quorum: Mapped[int]
    rejection_quorum: Mapped[int]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    provenance: Mapped[str]


class DecisionStep(WithId, Base):
    """One step of a decision, append-only. `rev` is the case's revision that it made, `from_state` where the case stood.

    `reason` is the department's own. `told` is what the lead body reads, where it is told anything. `until_on` is a London
    date. `marks` are of `Mark`. `person_id` is None for the system.
    """

    __tablename__ = "decision_step"
    __table_args__ = (
        UniqueConstraint("case_id", "rev"),
        enum_check("kind", StepKind),
        CheckConstraint(MARKS_KNOWN, name="marks_known"),
        CheckConstraint("(kind = 'deferred') = (until_on IS NOT NULL)", name="deferred_until"),
        CheckConstraint(
            "(kind NOT IN ('rejected', 'rejection_proposed', 'appeal_refused')) OR told <> ''",
            name="refused_with_words",
        ),
        Index("ix_decision_step_case", "case_id", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    rev: Mapped[int]
    round: Mapped[int]
    kind: Mapped[StepKind] = mapped_column(TextEnum(StepKind))
    from_state: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    told: Mapped[str] = mapped_column(default="")
    until_on: Mapped[date | None] = mapped_column(Date)
    marks: Mapped[list[str]] = mapped_column(default=list)
    made_at: Mapped[datetime]


class TreasuryConsent(WithId, Base):
    """The Treasury's consent to one round of a bid: its reference, date, amount and letter."""

    __tablename__ = "treasury_consent"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_positive"),
        CheckConstraint("reference <> ''", name="reference_given"),
        Index("ix_treasury_consent_case", "case_id", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    round: Mapped[int]
    reference: Mapped[str]
    given_on: Mapped[date] = mapped_column(Date)
    amount_pence: Mapped[Pence]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Objection(Base):
    """What an accounting officer objects, under one of the four tests, when a direction is sought."""

    __tablename__ = "direction_objection"
    __table_args__ = (enum_check("test", AccountingTest), CheckConstraint("words <> ''", name="words_given"))

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    rev: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    test: Mapped[AccountingTest] = mapped_column(TextEnum(AccountingTest), primary_key=True)
    words: Mapped[str]


class Direction(WithId, Base):
    """A minister's written direction: its date and letter, to whom it was copied, and when it is published.

    Source: Managing Public Money, directions: copied to the Comptroller and Auditor General and the Treasury Officer of Accounts.
    """

    __tablename__ = "ministerial_direction"
    __table_args__ = (
        CheckConstraint("copied_to_auditor AND copied_to_treasury", name="copied_to_both"),
        Index("ix_ministerial_direction_case", "case_id", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    round: Mapped[int]
    minister: Mapped[str]
    directed_on: Mapped[date] = mapped_column(Date)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    copied_to_auditor: Mapped[bool]
    copied_to_treasury: Mapped[bool]
    publish_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Question(WithId, Base):
    """A question that somebody who decides asked one person; it changes no state, vote or reservation."""

    __tablename__ = "decision_question"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("asked_by <> asked_of", name="asked_of_another"),
        CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered_with_words"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int]
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_of: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    asked_at: Mapped[datetime]
    due_on: Mapped[date] = mapped_column(Date)
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
