"""Prospectus, rounds and bids. State and revision of a bid are its case's; `bid.id` is `case.id`."""

import enum
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, TextEnum, WithId, enum_check
from workflow.money import Pence


class SupportType(enum.StrEnum):
    """The four kinds of improvement support. Source: seed, paragraph 1."""

    INNOVATION = "innovation"
    DIFFUSION = "diffusion"
    CHALLENGE_REVIEW = "challenge_review"
    INTERVENTION = "intervention"


class SpendRoute(enum.StrEnum):
    """Who leads the work. Source: seed, paragraph 3: sector self-improvement first, central support transitional."""

    SECTOR_LED = "sector_led"
    CENTRAL_TRANSITIONAL = "central_transitional"
    CENTRAL = "central"


class AreaKind(enum.StrEnum):
    """Where a bid works: everywhere, in one region, or for named councils."""

    NATIONAL = "national"
    REGION = "region"
    AUTHORITIES = "authorities"


class CostHead(enum.StrEnum):
    """What money is asked for."""

    STAFF = "staff"
    DELIVERY = "delivery"
    TRAVEL = "travel"
    EVALUATION = "evaluation"
    OTHER = "other"


class Section(enum.StrEnum):
    """The sections of a bid, saved one by one."""

    SUMMARY = "summary"
    OUTCOMES = "outcomes"
    EXCLUSION = "exclusion"
    ROUTE = "route"
    AREA = "area"
    PARTNERS = "partners"
    BUDGET = "budget"
    DELIVERABLES = "deliverables"
    INDICATORS = "indicators"
    RISKS = "risks"
    FACTS = "facts"


class Prospectus(WithId, Base):
    """What a fund's money is for, as it was agreed and published; its outcomes are what bids must name."""

    __tablename__ = "prospectus"
    __table_args__ = (
        UniqueConstraint("fund_id", "version"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("consulted_to >= consulted_from", name="consultation_in_order"),
    )

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    version: Mapped[int]
    title: Mapped[str]
    summary: Mapped[str]
    consulted_from: Mapped[date | None] = mapped_column(Date)
    consulted_to: Mapped[date | None] = mapped_column(Date)
    published_on: Mapped[date] = mapped_column(Date)
    provenance: Mapped[str]


class Outcome(WithId, Base):
    """One outcome of a prospectus; bids name it by its code."""

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("prospectus_id", "code"),)

    prospectus_id: Mapped[int] = mapped_column(ForeignKey("prospectus.id"))
    code: Mapped[str]
    title: Mapped[str]


class Round(WithId, Base):
    """When and for how much a fund takes bids. It closes at the end of the London day `closes_on`."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("closes_on >= opens_on", name="opens_before_it_closes"),
        CheckConstraint("least_pence > 0 AND most_pence >= least_pence", name="amounts_in_order"),
        CheckConstraint("last_year >= first_year", name="years_in_order"),
        Index("ix_round_closes", "closes_on", "id"),
    )

    code: Mapped[str]
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    prospectus_id: Mapped[int] = mapped_column(ForeignKey("prospectus.id"))
    title: Mapped[str]
    guidance: Mapped[str]
    opens_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    least_pence: Mapped[Pence]
    most_pence: Mapped[Pence]
    first_year: Mapped[int] = mapped_column(SmallInteger)
    last_year: Mapped[int] = mapped_column(SmallInteger)
    provenance: Mapped[str]


class Bid(Base):
    """What a body asks for. Its answers are kept section by section; a section that was never saved is empty."""

    __tablename__ = "bid"
    __table_args__ = (
        enum_check("main_support", SupportType),
        enum_check("spend_route", SpendRoute),
        enum_check("area_kind", AreaKind),
        CheckConstraint(
            "spend_route <> 'central_transitional' OR (transition_reason IS NOT NULL AND transition_ends_on IS NOT NULL "
            "AND exit_plan IS NOT NULL)",
            name="transition_is_explained",
        ),
        CheckConstraint("match_pence >= 0", name="match_not_negative"),
        Index("ix_bid_round", "round_id", "id"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[str]
    summary: Mapped[str | None]
    need: Mapped[str | None]
    main_support: Mapped[SupportType | None] = mapped_column(TextEnum(SupportType))
    other_support: Mapped[list[str]] = mapped_column(default=list)
    outcome_codes: Mapped[list[str]] = mapped_column(default=list)
    operational_need: Mapped[bool | None]
    operational_reason: Mapped[str | None]
    spend_route: Mapped[SpendRoute | None] = mapped_column(TextEnum(SpendRoute))
    transition_reason: Mapped[str | None]
    transition_ends_on: Mapped[date | None] = mapped_column(Date)
    exit_plan: Mapped[str | None]
    area_kind: Mapped[AreaKind | None] = mapped_column(TextEnum(AreaKind))
    area_region: Mapped[str | None]
    area_codes: Mapped[list[str]] = mapped_column(default=list)
    match_pence: Mapped[Pence] = mapped_column(default=Pence(0))
    match_source: Mapped[str | None]
    sells: Mapped[bool | None]
    new_cost_for_councils: Mapped[bool | None]
    new_cost_reason: Mapped[str | None]
    # Whether its words differ from those of the newest version, so that nobody acts on what was never sent.
    unsent: Mapped[bool] = mapped_column(default=False)
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("bid.id"))


class BidSection(Base):
    """Where a section stands: its own revision, so that two people on different sections both keep their work."""

    __tablename__ = "bid_section"
    __table_args__ = (
        enum_check("name", Section),
        CheckConstraint("rev > 0", name="rev_positive"),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), primary_key=True)
    name: Mapped[Section] = mapped_column(TextEnum(Section), primary_key=True)
    rev: Mapped[int]
    complete: Mapped[bool]
    saved_at: Mapped[datetime]
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Partner(WithId, Base):
    """A body that takes part in a bid, with its task; it confirms its part itself."""

    __tablename__ = "partner"
    __table_args__ = (
        UniqueConstraint("bid_id", "organisation_id"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_somebody"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name="withdrawn_by_somebody",
        ),
        CheckConstraint("confirmed_at IS NULL OR withdrawn_at IS NULL", name="confirmed_or_withdrawn"),
        Index("ix_partner_organisation", "organisation_id", "bid_id"),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    task: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None]


class BidAmount(Base):
    """What is asked for one financial year and one kind of cost, in pence."""

    __tablename__ = "bid_amount"
    __table_args__ = (
        enum_check("head", CostHead),
        CheckConstraint("pence > 0", name="pence_positive"),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    head: Mapped[CostHead] = mapped_column(TextEnum(CostHead), primary_key=True)
    pence: Mapped[Pence]


class Deliverable(WithId, Base):
    """Something that will be there by a date."""

    __tablename__ = "deliverable"
    __table_args__ = (Index("ix_deliverable_bid", "bid_id", "id"),)

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    text: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    outcome_code: Mapped[str | None]


class Indicator(WithId, Base):
    """How one will see whether it worked: where it stands now and where it should stand."""

    __tablename__ = "indicator"
    __table_args__ = (Index("ix_indicator_bid", "bid_id", "id"),)

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    text: Mapped[str]
    baseline: Mapped[str]
    target: Mapped[str]


class Risk(WithId, Base):
    """What may go wrong, and what is done about it."""

    __tablename__ = "risk"
    __table_args__ = (Index("ix_risk_bid", "bid_id", "id"),)

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    text: Mapped[str]
    answer: Mapped[str]


class Change(enum.StrEnum):
    """What a version changed while councils were asked or answered. Source: domain, section 4, versions."""

    MINOR = "minor"
    MATERIAL = "material"


class BidVersion(Base):
    """The text of a bid as it was signed: canonical JSON, never changed, with its SHA-256.

    `change` and `note` say what a version changed while councils were asked or answered; None for every other one.
    """

    __tablename__ = "bid_version"
    __table_args__ = (
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("length(sha256) = 64", name="sha256_whole"),
        enum_check("change", Change),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    snapshot: Mapped[str]
    sha256: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    change: Mapped[Change | None] = mapped_column(TextEnum(Change))
    note: Mapped[str] = mapped_column(default="")


class Screening(Base):
    """One answer of the first check of one version."""

    __tablename__ = "screening"
    __table_args__ = (
        ForeignKeyConstraint(["bid_id", "version_number"], ["bid_version.bid_id", "bid_version.number"]),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), primary_key=True)
    version_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    met: Mapped[bool]
    reason: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class SavedFilter(WithId, Base):
    """A filter of the queue that a person keeps; `asks` is the query of its address, as the queue itself writes it."""

    __tablename__ = "saved_filter"
    __table_args__ = (
        UniqueConstraint("person_id", "name"),
        CheckConstraint("name <> ''", name="name_given"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    asks: Mapped[str]
    saved_at: Mapped[datetime]
