"""What was found wrong, who found a bid not eligible and who looked again, and what partners say."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from workflow.bids.models import Section
from workflow.db import Base, TextEnum, WithId, enum_check
from workflow.money import Pence


class BidDefect(WithId, Base):
    """One thing to put right in one section of a version that was sent back; never changed."""

    __tablename__ = "bid_defect"
    __table_args__ = (
        ForeignKeyConstraint(["bid_id", "version_number"], ["bid_version.bid_id", "bid_version.number"]),
        enum_check("section", Section),
        CheckConstraint("text <> ''", name="text_there"),
        Index("ix_bid_defect_bid", "bid_id", "version_number", "id"),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    version_number: Mapped[int]
    section: Mapped[Section] = mapped_column(TextEnum(Section))
    text: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Found(enum.StrEnum):
    """What the second officer said about a bid that the first found not eligible."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


class Review(enum.StrEnum):
    """What came of a review: the bid is checked again, or it stays not eligible."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Ineligibility(Base):
    """One finding that a bid is not eligible: proposed by one officer, decided by another, reviewed at most once.

    `review_until` is the last London date on which a review can be asked for. Source: domain, section 4.
    """

    __tablename__ = "ineligibility"
    __table_args__ = (
        ForeignKeyConstraint(["bid_id", "version_number"], ["bid_version.bid_id", "bid_version.number"]),
        enum_check("outcome", Found),
        enum_check("review_outcome", Review),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("reason <> ''", name="reason_there"),
        CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
            name="decided_by_somebody",
        ),
        CheckConstraint("decided_by <> proposed_by", name="decided_by_another"),
        CheckConstraint("(outcome = 'confirmed') = (review_until IS NOT NULL)", name="review_has_a_date"),
        CheckConstraint(
            "(review_asked_at IS NULL) = (review_asked_by IS NULL) "
            "AND (review_asked_at IS NULL) = (review_reason IS NULL)",
            name="review_asked_by_somebody",
        ),
        CheckConstraint(
            "(review_outcome IS NULL) = (reviewed_at IS NULL) AND (review_outcome IS NULL) = (reviewed_by IS NULL)",
            name="reviewed_by_somebody",
        ),
        CheckConstraint("review_outcome IS NULL OR review_asked_at IS NOT NULL", name="reviewed_when_asked"),
        CheckConstraint("reviewed_by NOT IN (proposed_by, decided_by)", name="reviewed_by_another"),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version_number: Mapped[int]
    criterion: Mapped[str]
    reason: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[Found | None] = mapped_column(TextEnum(Found))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_words: Mapped[str] = mapped_column(default="")
    review_until: Mapped[date | None] = mapped_column(Date)
    review_asked_at: Mapped[datetime | None]
    review_asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    review_reason: Mapped[str | None]
    review_outcome: Mapped[Review | None] = mapped_column(TextEnum(Review))
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    review_words: Mapped[str] = mapped_column(default="")


class PartnerShare(Base):
    """What a partner is to have of the amount asked for in one financial year, in pence."""

    __tablename__ = "partner_share"
    __table_args__ = (CheckConstraint("pence > 0", name="pence_positive"),)

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    pence: Mapped[Pence]


class PartnerComment(WithId, Base):
    """What a partner says to the lead body about its part; it stays when the partner is named no longer."""

    __tablename__ = "partner_comment"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text_there"),
        Index("ix_partner_comment_bid", "bid_id", "organisation_id", "id"),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    text: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
