"""Organisations and people: roles, limits, cover, connections and sign-ins, all with dates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _organisation()
    _organisation_successor()
    _person()
    _role_assignment()
    _delegation()
    _cover()
    _interest()
    _user_session()
    op.execute("GRANT UPDATE ON organisation, person, user_session TO workflow_app")
    # What somebody might do on a past day stays as it was then: it can be ended, and nothing else about it changes.
    for table in ("role_assignment", "delegation", "cover"):
        op.execute(f"GRANT UPDATE (valid_to) ON {table} TO workflow_app")
    op.execute("GRANT UPDATE (resolved_at, resolution) ON interest TO workflow_app")
    op.execute("GRANT DELETE ON user_session TO workflow_app")


def downgrade() -> None:
    for table in (
        "user_session",
        "interest",
        "cover",
        "delegation",
        "role_assignment",
        "person",
        "organisation_successor",
        "organisation",
    ):
        op.drop_table(table)


def _organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("is_legal_person", sa.Boolean, nullable=False),
        sa.Column("org_id", sa.Text),
        sa.Column("parent_id", sa.BigInteger),
        sa.Column("region", sa.Text),
        sa.Column("authority_type", sa.Text),
        sa.Column("gss_code", sa.Text),
        sa.Column("former_gss_codes", postgresql.JSONB, nullable=False),
        sa.Column("has_social_care_duty", sa.Boolean, nullable=False),
        sa.Column("is_section_33", sa.Boolean, nullable=False),
        sa.Column("is_charitable", sa.Boolean, nullable=False),
        sa.Column("specified_from", sa.Date),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("mailbox", sa.Text),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('department', 'sector_body', 'sector_group', 'local_authority', 'police', 'fire', "
            "'representative', 'voluntary', 'other')",
            name="ck_organisation_kind",
        ),
        sa.CheckConstraint("valid_to >= valid_from", name="ck_organisation_dates_in_order"),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name="fk_organisation_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("code", name="uq_organisation_code"),
    )
    op.create_index("ix_organisation_kind", "organisation", ["kind", "name", "id"])


def _organisation_successor() -> None:
    op.create_table(
        "organisation_successor",
        sa.Column("organisation_id", sa.BigInteger, nullable=False),
        sa.Column("successor_id", sa.BigInteger, nullable=False),
        sa.CheckConstraint("organisation_id <> successor_id", name="ck_organisation_successor_another"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_organisation_successor_organisation_id"
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["organisation.id"], name="fk_organisation_successor_successor_id"
        ),
        sa.PrimaryKeyConstraint("organisation_id", "successor_id", name="pk_organisation_successor"),
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.BigInteger, nullable=False),
        sa.Column("telephone", sa.Text),
        sa.Column("trained_on", sa.Date),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name="ck_person_email_lower"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_person_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_index("ix_person_organisation", "person", ["organisation_id", "id"])


def _role_assignment() -> None:
    op.create_table(
        "role_assignment",
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.BigInteger, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("granted_by", sa.BigInteger),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint(
            "role IN ('drafter', 'signatory', 'partner', 'council_officer', 'corporate_mailbox', 'case_officer', "
            "'second_officer', 'assessor', 'approver', 'accounting_officer', 'private_office', "
            "'finance_officer', 'payment_authoriser', 'grant_manager', 'senior_officer', 'head_of_team', "
            "'network_official', 'network_body', 'auditor', 'administrator', 'review_owner')",
            name="ck_role_assignment_role",
        ),
        sa.CheckConstraint("granted_by <> person_id", name="ck_role_assignment_granted_by_another"),
        sa.CheckConstraint("valid_to >= valid_from", name="ck_role_assignment_dates_in_order"),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name="fk_role_assignment_granted_by"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_role_assignment_organisation_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_role_assignment_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_role_assignment"),
        sa.UniqueConstraint(
            "person_id",
            "role",
            "organisation_id",
            "valid_from",
            name="uq_role_assignment_person_id_role_organisation_id_valid_from",
        ),
    )
    op.create_index("ix_role_assignment_role", "role_assignment", ["organisation_id", "role", "person_id"])


def _delegation() -> None:
    op.create_table(
        "delegation",
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("organisation_id", sa.BigInteger, nullable=False),
        sa.Column("limit_pence", sa.BigInteger, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("granted_by", sa.BigInteger),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint("granted_by <> person_id", name="ck_delegation_granted_by_another"),
        sa.CheckConstraint("limit_pence >= 0", name="ck_delegation_limit_not_negative"),
        sa.CheckConstraint("valid_to >= valid_from", name="ck_delegation_dates_in_order"),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name="fk_delegation_granted_by"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_delegation_organisation_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_delegation_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delegation"),
    )
    op.create_index("ix_delegation_person", "delegation", ["person_id", "organisation_id"])


def _cover() -> None:
    op.create_table(
        "cover",
        sa.Column("for_person_id", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint("for_person_id <> person_id", name="ck_cover_another"),
        sa.CheckConstraint("valid_to >= valid_from", name="ck_cover_dates_in_order"),
        sa.ForeignKeyConstraint(["for_person_id"], ["person.id"], name="fk_cover_for_person_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_cover_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cover"),
    )
    op.create_index("ix_cover_person", "cover", ["person_id"])


def _interest() -> None:
    op.create_table(
        "interest",
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("organisation_id", sa.BigInteger),
        sa.Column("case_id", sa.BigInteger),
        sa.Column("nature", sa.Text, nullable=False),
        sa.Column("declared_at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT),
        sa.Column("resolution", sa.Text),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint("(organisation_id IS NULL) <> (case_id IS NULL)", name="ck_interest_one_object"),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (resolution IS NULL)", name="ck_interest_resolved_with_words"
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_interest_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_interest_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_interest"),
    )
    op.create_index("ix_interest_person", "interest", ["person_id"])


def _user_session() -> None:
    op.create_table(
        "user_session",
        sa.Column("token_digest", sa.Text, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint("expires_at > created_at", name="ck_user_session_expires_later"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_user_session_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_user_session"),
        sa.UniqueConstraint("token_digest", name="uq_user_session_token_digest"),
    )
    op.create_index(
        "ix_user_session_person",
        "user_session",
        ["person_id"],
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
