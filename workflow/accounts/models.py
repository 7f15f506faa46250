"""Organisations, people, and what people are for organisations, with dates."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.accounts.roles import Role
from workflow.db import Base, TextEnum, WithId, enum_check
from workflow.money import Pence


class OrganisationKind(enum.StrEnum):
    """What an organisation is. Source: domain, section 3."""

    DEPARTMENT = "department"
    SECTOR_BODY = "sector_body"
    SECTOR_GROUP = "sector_group"
    LOCAL_AUTHORITY = "local_authority"
    POLICE = "police"
    FIRE = "fire"
    REPRESENTATIVE = "representative"
    VOLUNTARY = "voluntary"
    OTHER = "other"


class Organisation(WithId, Base):
    """An organisation, keyed by its code; authorities by their register code, never by a statistical code.

    `valid_to` is the last day; an empty `valid_from` means before the data begins. `specified_from` is the day from which
    it is a specified body of the top-slice's power. `mailbox` is the corporate address that consultations go to.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("code"),
        enum_check("kind", OrganisationKind),
        CheckConstraint("valid_to >= valid_from", name="dates_in_order"),
        Index("ix_organisation_kind", "kind", "name", "id"),
    )

    code: Mapped[str]
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[OrganisationKind] = mapped_column(TextEnum(OrganisationKind))
    is_legal_person: Mapped[bool] = mapped_column(default=True)
    org_id: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    region: Mapped[str | None]
    authority_type: Mapped[str | None]
    gss_code: Mapped[str | None]
    former_gss_codes: Mapped[list[str]] = mapped_column(default=list)
    has_social_care_duty: Mapped[bool] = mapped_column(default=False)
    is_section_33: Mapped[bool] = mapped_column(default=False)
    is_charitable: Mapped[bool] = mapped_column(default=False)
    specified_from: Mapped[date | None] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    mailbox: Mapped[str | None]
    provenance: Mapped[str] = mapped_column(default="")


class OrganisationSuccessor(Base):
    """What took over from an organisation that ended; one that was split has several."""

    __tablename__ = "organisation_successor"
    __table_args__ = (CheckConstraint("organisation_id <> successor_id", name="another"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)


class Person(WithId, Base):
    """Somebody who signs in, by an address that is kept in lower case. No `password_hash` means by mailed link only.

    `leaves_on` is the last London date of somebody who is about to leave, or has left.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("ix_person_organisation", "organisation_id", "id"),
    )

    email: Mapped[str]
    name: Mapped[str]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    telephone: Mapped[str | None]
    trained_on: Mapped[date | None] = mapped_column(Date)
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None]
    leaves_on: Mapped[date | None] = mapped_column(Date)


class RoleAssignment(WithId, Base):
    """A role of a person for an organisation, from a day to a day, both included."""

    __tablename__ = "role_assignment"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "organisation_id", "valid_from"),
        enum_check("role", Role),
        CheckConstraint("valid_to >= valid_from", name="dates_in_order"),
        CheckConstraint("granted_by <> person_id", name="granted_by_another"),
        Index("ix_role_assignment_role", "organisation_id", "role", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(TextEnum(Role))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Delegation(WithId, Base):
    """What a person may approve for a department, in pence, from a day to a day, both included."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("limit_pence >= 0", name="limit_not_negative"),
        CheckConstraint("valid_to >= valid_from", name="dates_in_order"),
        CheckConstraint("granted_by <> person_id", name="granted_by_another"),
        Index("ix_delegation_person", "person_id", "organisation_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    limit_pence: Mapped[Pence]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Cover(WithId, Base):
    """Somebody stands in for somebody else, from a day to a day, both included, under their own limit."""

    __tablename__ = "cover"
    __table_args__ = (
        CheckConstraint("for_person_id <> person_id", name="another"),
        CheckConstraint("valid_to >= valid_from", name="dates_in_order"),
        Index("ix_cover_person", "person_id"),
    )

    for_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)


class Interest(WithId, Base):
    """A connection of a person to an organisation or to one bid, declared or found, until it is resolved."""

    __tablename__ = "interest"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (case_id IS NULL)", name="one_object"),
        CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name="resolved_with_words"),
        Index("ix_interest_person", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    nature: Mapped[str]
    declared_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None]


class UserSession(WithId, Base):
    """A sign-in, by the digest of its token; all its moments are the machine's time."""

    __tablename__ = "user_session"
    __table_args__ = (
        UniqueConstraint("token_digest"),
        CheckConstraint("expires_at > created_at", name="expires_later"),
        Index("ix_user_session_person", "person_id", postgresql_where=text("revoked_at IS NULL")),
    )

    token_digest: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
