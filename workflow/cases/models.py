"""The case: where every bid, and later every variation, stands. State and revision live here and nowhere else."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, WithId
from workflow.money import Pence


class WorkflowVersion(Base):
    """A deployed version of a definition, with the digest of its structure."""

    __tablename__ = "workflow_version"
    __table_args__ = (CheckConstraint("version > 0", name="version_positive"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    digest: Mapped[str]
    deployed_at: Mapped[datetime]


class WorkflowState(Base):
    """A state of a deployed version, so that no case can stand in a state that its version does not have."""

    __tablename__ = "workflow_state"
    __table_args__ = (
        ForeignKeyConstraint(["key", "version"], ["workflow_version.key", "workflow_version.version"]),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(primary_key=True)
    final: Mapped[bool]


class Case(WithId, Base):
    """One case. Only `cases.apply` and `cases.open_case` write it; `rev` counts what was applied.

    `department_id` is the side that decides, `proposer_id` the side that asks. `due_on` is the London date of
    the next open deadline of the case, kept by `apply` for the queue; None when none is open.
    """

    __tablename__ = "case"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workflow_key", "workflow_version", "state"],
            ["workflow_state.key", "workflow_state.version", "workflow_state.state"],
        ),
        UniqueConstraint("reference"),
        CheckConstraint("rev >= 0", name="rev_not_negative"),
        CheckConstraint("amount_pence >= 0", name="amount_not_negative"),
        # The queue reads live cases of one department, soonest due first; a case without a date comes last.
        Index(
            "ix_case_queue",
            "department_id",
            text("coalesce(due_on, 'infinity'::date)"),
            "id",
            postgresql_where=text("NOT ended"),
        ),
        Index("ix_case_proposer", "proposer_id", "id"),
        Index("ix_case_fund", "fund_id", "id"),
        Index("ix_case_changed", "department_id", "changed_at", "id"),
    )

    kind: Mapped[str]
    reference: Mapped[str]
    title: Mapped[str]
    workflow_key: Mapped[str]
    workflow_version: Mapped[int]
    state: Mapped[str]
    ended: Mapped[bool] = mapped_column(default=False)
    # Until its first step a case is its proposer's own; a draft that ran out of time stays so.
    shared: Mapped[bool] = mapped_column(default=False, server_default=false())
    rev: Mapped[int] = mapped_column(default=0)
    department_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    proposer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    amount_pence: Mapped[Pence] = mapped_column(default=Pence(0))
    due_on: Mapped[date | None] = mapped_column(Date)
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_what: Mapped[str] = mapped_column(Text)

    # The revision is written by `apply` alone, once per action, also when the state stays the same.
    __mapper_args__ = {"version_id_col": rev, "version_id_generator": False}  # noqa: RUF012 - SQLAlchemy reads it so.


class CaseDuty(Base):
    """Who ever did which duty on a case, in any loop and on whose behalf; separation of duties reads it.

    Source: domain, section 5: whoever ever did an earlier step is excluded from the later one.
    """

    __tablename__ = "case_duty"
    __table_args__ = (Index("ix_case_duty_person", "person_id", "case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    duty: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    principal_ids: Mapped[list[int]]


class RequestKey(Base):
    """A form's one-time key and what came of it, so that an impatient second click lands on the first's page."""

    __tablename__ = "request_key"
    __table_args__ = (Index("ix_request_key_created", "created_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]


class CaseCounter(Base):
    """The last number given to a case of a prefix and year; numbers have no gaps and are never used twice."""

    __tablename__ = "case_counter"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    last: Mapped[int]


class AccessEntry(WithId, Base):
    """One page that somebody read. `case_id` is the bid it was about, if it was about one; `path` is its address.

    `at` is business time, `real_at` the machine's.
    """

    __tablename__ = "access_entry"
    __table_args__ = (
        Index("ix_access_entry_person", "person_id", "id"),
        Index("ix_access_entry_case", "case_id", "id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    path: Mapped[str]
    at: Mapped[datetime]
    real_at: Mapped[datetime]
