"""The figures that a review is made of: its mapping, the programmes behind it, and its own statements; each with its source.

All are loaded from the data files and never changed by hand; a figure that is not real carries the word in `provenance`.
"""

import enum
from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from workflow.bids.models import SpendRoute
from workflow.db import Base, TextEnum, enum_check
from workflow.money import Pence


class MappedSupport(enum.StrEnum):
    """The kind of support of a mapping line: one of the four of the review, or several. Source: seed, paragraph 1."""

    INNOVATION = "innovation"
    DIFFUSION = "diffusion"
    CHALLENGE_REVIEW = "challenge_review"
    INTERVENTION = "intervention"
    MIXED = "mixed"


class ProgrammeKind(enum.StrEnum):
    """What a row of the list of programmes is."""

    BASELINE = "baseline"
    ALLOCATION = "allocation"
    PROGRAMME = "programme"
    BID = "bid"
    AWARD = "award"


class Provenance(enum.StrEnum):
    """Whether something was so, or was invented for this product."""

    REAL = "real"
    INVENTED = "invented"


class Review(Base):
    """A review of improvement support, closed by a report; anybody may read its figures from `published_on` on."""

    __tablename__ = "review"

    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    agreement: Mapped[str]
    closed_on: Mapped[date] = mapped_column(Date)
    published_on: Mapped[date | None] = mapped_column(Date)
    provenance: Mapped[str]


class ReviewStatement(Base):
    """What the closing report itself says, in its own words: `about` names the figure or matter, `action` what was agreed."""

    __tablename__ = "review_statement"
    __table_args__ = (CheckConstraint("number > 0", name="number_positive"),)

    review: Mapped[str] = mapped_column(ForeignKey("review.code"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    paragraph: Mapped[str]
    about: Mapped[str]
    action: Mapped[str]
    text: Mapped[str]


class MappingLine(Base):
    """One line of the mapping: what a department spent a year before, in pence; `ends_in` is its last financial year."""

    __tablename__ = "mapping_line"
    __table_args__ = (
        enum_check("support_type", MappedSupport),
        enum_check("spend_route", SpendRoute),
        CheckConstraint("baseline_pence >= 0", name="baseline_not_negative"),
    )

    ref: Mapped[str] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[str]
    support_type: Mapped[MappedSupport] = mapped_column(TextEnum(MappedSupport))
    spend_route: Mapped[SpendRoute] = mapped_column(TextEnum(SpendRoute))
    baseline_pence: Mapped[Pence]
    in_scope: Mapped[bool]
    ends_in: Mapped[int | None] = mapped_column(SmallInteger)
    provenance: Mapped[str]


class MappingAmount(Base):
    """What a mapping line has in one year of the spending review, in pence."""

    __tablename__ = "mapping_amount"
    __table_args__ = (CheckConstraint("pence >= 0", name="pence_not_negative"),)

    line_ref: Mapped[str] = mapped_column(ForeignKey("mapping_line.ref"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    pence: Mapped[Pence]


class ImprovementProgramme(Base):
    """A programme, bid or award of the years around the review, as its source has it. No amount means none was published."""

    __tablename__ = "improvement_programme"
    __table_args__ = (
        enum_check("kind", ProgrammeKind),
        enum_check("provenance", Provenance),
        CheckConstraint("amount_pence >= 0", name="amount_not_negative"),
    )

    ref: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[ProgrammeKind] = mapped_column(TextEnum(ProgrammeKind))
    title: Mapped[str]
    lead_body: Mapped[str]
    sponsors: Mapped[list[str]]
    support_types: Mapped[list[str]]
    amount_pence: Mapped[Pence | None]
    amount_note: Mapped[str]
    years: Mapped[list[int]]
    authority_codes: Mapped[list[str]]
    provenance: Mapped[Provenance] = mapped_column(TextEnum(Provenance))
    source: Mapped[str]


class OutcomeTheme(Base):
    """What an outcome is about, in a word that outcomes of several departments share, so that overlaps can be seen."""

    __tablename__ = "outcome_theme"
    __table_args__ = (Index("ix_outcome_theme_theme", "theme", "outcome_id"),)

    outcome_id: Mapped[int] = mapped_column(ForeignKey("outcome.id"), primary_key=True, autoincrement=False)
    theme: Mapped[str]
    provenance: Mapped[str]
