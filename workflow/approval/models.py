"""Assessments, votes and the tiers that say how many approvals an amount needs."""

import enum
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

from workflow.db import Base, TextEnum, WithId, enum_check
from workflow.money import Pence


class Criterion(enum.StrEnum):
    """What a bid is scored on, from 0 to 5. Source: domain, section 3."""

    FIT = "fit"
    OUTCOME = "outcome"
    VALUE = "value"
    DELIVERABILITY = "deliverability"
    SECTOR_SUPPORT = "sector_support"
    DUPLICATION = "duplication"


class AccountingTest(enum.StrEnum):
    """The four tests that an accounting officer answers for. Source: Managing Public Money."""

    REGULARITY = "regularity"
    PROPRIETY = "propriety"
    VALUE_FOR_MONEY = "value_for_money"
    FEASIBILITY = "feasibility"


class VoteOutcome(enum.StrEnum):
    """What an approver says."""

    APPROVE = "approve"


class Appraisal(WithId, Base):
    """One assessment of one version of a bid; sending back makes a new round and keeps the old one."""

    __tablename__ = "appraisal"
    __table_args__ = (
        UniqueConstraint("case_id", "round"),
        ForeignKeyConstraint(["case_id", "version_number"], ["bid_version.bid_id", "bid_version.number"]),
        CheckConstraint("round > 0", name="round_positive"),
        CheckConstraint("total_pence > 0", name="total_positive"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    round: Mapped[int]
    version_number: Mapped[int]
    recommendation: Mapped[str]
    unsure_of: Mapped[str]
    total_pence: Mapped[Pence]
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
    """One person's vote in one round: on which version, under which limit, standing in for whom."""

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


class ApprovalTier(WithId, Base):
    """How many approvals a whole-life value needs: the tier with the highest `over_pence` below it, in force that day."""

    __tablename__ = "approval_tier"
    __table_args__ = (
        UniqueConstraint("department_id", "over_pence", "valid_from"),
        CheckConstraint("quorum BETWEEN 1 AND 5", name="quorum_in_range"),
        CheckConstraint("over_pence >= 0", name="over_not_negative"),
        CheckConstraint("valid_to >= valid_from", name="dates_in_order"),
    )

    department_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    over_pence: Mapped[Pence]
    quorum: Mapped[int]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    provenance: Mapped[str]
