"""Deadlines: holidays, rules by date, deadlines with their steps and moves, and the business clock."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _reference()
    _deadline()
    _step_and_move()
    op.create_table(
        "business_clock",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("business_at", MOMENT, nullable=False),
        sa.Column("real_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_business_clock"),
        sa.CheckConstraint("id = 1", name="ck_business_clock_one_row"),
    )
    op.execute("GRANT UPDATE ON deadline, deadline_step, business_clock TO workflow_app")
    op.execute("GRANT UPDATE (valid_to) ON deadline_rule TO workflow_app")


def _reference() -> None:
    op.create_table(
        "bank_holiday",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_bank_holiday"),
    )
    op.create_table(
        "deadline_rule",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger),
        sa.Column("reminder_unit", sa.Text, nullable=False),
        sa.Column("reminders", postgresql.JSONB, nullable=False),
        sa.Column("escalations", postgresql.JSONB, nullable=False),
        sa.Column("breach_action", sa.Boolean, nullable=False),
        sa.Column("breach_after", sa.BigInteger),
        sa.Column("grace_seconds", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deadline_rule"),
        sa.UniqueConstraint("kind", "valid_from", name="uq_deadline_rule_kind_valid_from"),
        sa.CheckConstraint(
            "unit IN ('working_days', 'days', 'months', 'date')", name="ck_deadline_rule_unit"
        ),
        sa.CheckConstraint(
            "reminder_unit IN ('working_days', 'months')", name="ck_deadline_rule_reminder_unit"
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name="ck_deadline_rule_valid_period"
        ),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name="ck_deadline_rule_amount_positive"),
        sa.CheckConstraint("unit = 'date' OR amount IS NOT NULL", name="ck_deadline_rule_period_has_amount"),
        sa.CheckConstraint(
            "breach_action = (breach_after IS NOT NULL)", name="ck_deadline_rule_breach_has_moment"
        ),
        sa.CheckConstraint(
            "breach_after IS NULL OR breach_after >= 0", name="ck_deadline_rule_breach_after_due"
        ),
        sa.CheckConstraint("grace_seconds >= 0", name="ck_deadline_rule_grace_not_negative"),
    )


def _deadline() -> None:
    op.create_table(
        "deadline",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("occurrence", sa.BigInteger, nullable=False),
        sa.Column("rule_id", sa.BigInteger, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("breach_at", MOMENT),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("armed_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_deadline"),
        sa.ForeignKeyConstraint(["rule_id"], ["deadline_rule.id"], name="fk_deadline_rule_id"),
        sa.UniqueConstraint("subject", "kind", "occurrence", name="uq_deadline_subject_kind_occurrence"),
        sa.CheckConstraint("state IN ('open', 'met', 'cancelled', 'breached')", name="ck_deadline_state"),
        sa.CheckConstraint("occurrence > 0", name="ck_deadline_occurrence_positive"),
        sa.CheckConstraint("version > 0", name="ck_deadline_version_positive"),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ck_deadline_ended_when_not_open"),
        sa.CheckConstraint(
            "breach_at IS NULL OR breach_at >= due_at", name="ck_deadline_breach_not_before_due"
        ),
    )
    op.create_index(
        "uq_deadline_open",
        "deadline",
        ["subject", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def _step_and_move() -> None:
    op.create_table(
        "deadline_step",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("deadline_id", sa.BigInteger, nullable=False),
        sa.Column("deadline_version", sa.BigInteger, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("audience", sa.Text),
        sa.Column("offset_days", sa.BigInteger, nullable=False),
        sa.Column("collapse_group", sa.Text, nullable=False),
        sa.Column("fire_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_deadline_step"),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name="fk_deadline_step_deadline_id"),
        sa.UniqueConstraint(
            "deadline_id",
            "deadline_version",
            "step",
            name="uq_deadline_step_deadline_id_deadline_version_step",
        ),
        sa.CheckConstraint("action IN ('remind', 'escalate', 'breach')", name="ck_deadline_step_action"),
        sa.CheckConstraint(
            "state IN ('pending', 'fired', 'collapsed', 'cancelled', 'dead')", name="ck_deadline_step_state"
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (done_at IS NULL)", name="ck_deadline_step_done_when_not_pending"
        ),
        sa.CheckConstraint(
            "(action = 'escalate') = (audience IS NOT NULL)", name="ck_deadline_step_escalation_has_audience"
        ),
    )
    op.create_index(
        "ix_deadline_step_pending",
        "deadline_step",
        ["fire_at", "id"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "deadline_move",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("deadline_id", sa.BigInteger, nullable=False),
        sa.Column("from_version", sa.BigInteger, nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deadline_move"),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name="fk_deadline_move_deadline_id"),
        sa.UniqueConstraint("deadline_id", "from_version", name="uq_deadline_move_deadline_id_from_version"),
        sa.CheckConstraint("reason <> ''", name="ck_deadline_move_has_reason"),
    )


def downgrade() -> None:
    for table in (
        "business_clock",
        "deadline_move",
        "deadline_step",
        "deadline",
        "deadline_rule",
        "bank_holiday",
    ):
        op.drop_table(table)
