"""Tables of consultation: who was asked about a bid, what they answered, and what was done about it."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
POSITIONS = "('support', 'support_with_changes', 'neutral', 'oppose')"
OUTCOMES = "('changed', 'changed_in_part', 'not_changed', 'noted')"


def upgrade() -> None:
    _lengths()
    _consultations()
    _invitations()
    _responses()
    _dispositions()
    # Answers are kept as they came, and what a consultation asked never changes: those tables get no UPDATE.
    op.execute("GRANT UPDATE (closed_at) ON consultation TO workflow_app")
    op.execute(
        "GRANT UPDATE (version, opened_at, last_reminded_at, response_id) ON invitation TO workflow_app"
    )
    op.execute("GRANT UPDATE, DELETE ON response_draft TO workflow_app")
    op.execute("GRANT UPDATE ON disposition, consultation_report TO workflow_app")


def _lengths() -> None:
    table = op.create_table(
        "consultation_length",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consultation_length"),
        sa.UniqueConstraint("kind", "valid_from", name="uq_consultation_length_kind_valid_from"),
        sa.CheckConstraint("kind IN ('full', 'light')", name="ck_consultation_length_kind"),
        sa.CheckConstraint("days > 0", name="ck_consultation_length_days"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name="ck_consultation_length_validity"
        ),
    )
    op.execute(
        sa.insert(table).values(
            [
                {
                    "kind": "full",
                    "valid_from": date(2008, 11, 1),
                    "days": 84,
                    "source": "Code of Practice on Consultation 2008, criterion 2: at least 12 weeks",
                },
                {
                    "kind": "light",
                    "valid_from": date(2008, 11, 1),
                    "days": 28,
                    "source": "Default of this product: councils of the area, with the reason published",
                },
            ]
        )
    )


def _consultations() -> None:
    op.create_table(
        "consultation",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("bid_id", sa.BigInteger(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("version_number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("opens_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_closes_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("closes_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_consultation"),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_consultation_bid_id"),
        sa.ForeignKeyConstraint(
            ["bid_id", "version_number"],
            ["bid_version.bid_id", "bid_version.number"],
            name="fk_consultation_bid_version",
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name="fk_consultation_opened_by"),
        sa.UniqueConstraint("bid_id", "occurrence", name="uq_consultation_bid_id"),
        sa.CheckConstraint("kind IN ('full', 'light')", name="ck_consultation_kind"),
        sa.CheckConstraint("kind = 'full' OR reason IS NOT NULL", name="ck_consultation_light_has_reason"),
        sa.CheckConstraint("closes_on >= asked_closes_on", name="ck_consultation_rolls_forward"),
        sa.CheckConstraint("closes_at > opens_at", name="ck_consultation_open_before_close"),
        sa.CheckConstraint(
            "closed_at IS NULL OR closed_at >= closes_at", name="ck_consultation_never_closed_early"
        ),
    )
    op.create_index("ix_consultation_closes_on", "consultation", ["closes_on", "id"])
    op.create_table(
        "consultation_question",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("consultation_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consultation_question"),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name="fk_consultation_question_consultation_id"
        ),
        sa.UniqueConstraint("consultation_id", "number", name="uq_consultation_question_number"),
        sa.CheckConstraint("number > 0", name="ck_consultation_question_number"),
    )


def _invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("consultation_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("last_reminded_at", MOMENT, nullable=True),
        sa.Column("response_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name="fk_invitation_consultation_id"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_invitation_organisation_id"
        ),
        sa.UniqueConstraint("consultation_id", "organisation_id", name="uq_invitation_consultation_id"),
        sa.CheckConstraint("version > 0", name="ck_invitation_version"),
    )
    op.create_index("ix_invitation_organisation_id", "invitation", ["organisation_id", "consultation_id"])
    op.create_table(
        "invitation_fetch",
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("invitation_id", "version", name="pk_invitation_fetch"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name="fk_invitation_fetch_invitation_id"
        ),
    )


def _responses() -> None:
    op.create_table(
        "response_draft",
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("publish", sa.Boolean(), nullable=True),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("invitation_id", name="pk_response_draft"),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name="fk_response_draft_invitation_id"),
        sa.CheckConstraint(f"position IN {POSITIONS}", name="ck_response_draft_position"),
        sa.CheckConstraint("rev > 0", name="ck_response_draft_rev"),
    )
    op.create_table(
        "response",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("supersedes_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("by_email", sa.Text(), nullable=False),
        sa.Column("by_person", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_response"),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name="fk_response_invitation_id"),
        sa.ForeignKeyConstraint(["by_person"], ["person.id"], name="fk_response_by_person"),
        sa.UniqueConstraint("id", "invitation_id", name="uq_response_id_invitation_id"),
        sa.UniqueConstraint("invitation_id", "number", name="uq_response_invitation_id"),
        sa.UniqueConstraint("supersedes_id", name="uq_response_supersedes_id"),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "invitation_id"],
            ["response.id", "response.invitation_id"],
            name="fk_response_supersedes_own",
        ),
        sa.CheckConstraint(f"position IN {POSITIONS}", name="ck_response_position"),
        sa.CheckConstraint("number > 0", name="ck_response_number"),
        sa.CheckConstraint(
            "(number = 1) = (supersedes_id IS NULL)", name="ck_response_supersedes_all_but_first"
        ),
    )
    op.create_foreign_key(
        "fk_invitation_own_response", "invitation", "response", ["response_id", "id"], ["id", "invitation_id"]
    )


def _dispositions() -> None:
    op.create_table(
        "disposition",
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("response_id", name="pk_disposition"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_disposition_response_id"),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_disposition_by"),
        sa.CheckConstraint(f"outcome IN {OUTCOMES}", name="ck_disposition_outcome"),
        sa.CheckConstraint("text <> ''", name="ck_disposition_text"),
    )
    op.create_table(
        "consultation_report",
        sa.Column("consultation_id", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("sent_by", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("accepted_by", sa.BigInteger(), nullable=True),
        sa.Column("report_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("consultation_id", name="pk_consultation_report"),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name="fk_consultation_report_consultation_id"
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name="fk_consultation_report_sent_by"),
        sa.ForeignKeyConstraint(["accepted_by"], ["person.id"], name="fk_consultation_report_accepted_by"),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by IS NULL)",
            name="ck_consultation_report_accepted_by_somebody",
        ),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (report_on IS NULL)", name="ck_consultation_report_accepted_with_date"
        ),
    )


def downgrade() -> None:
    op.drop_constraint("fk_invitation_own_response", "invitation", type_="foreignkey")
    for table in (
        "consultation_report",
        "disposition",
        "response",
        "response_draft",
        "invitation_fetch",
        "invitation",
        "consultation_question",
        "consultation",
        "consultation_length",
    ):
        op.drop_table(table)
