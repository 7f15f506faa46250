"""Awards, payment plans, payment requests, payments and closing figures."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _award()
    _claim()
    _closure()
    # What was offered, requested or proposed stays as it was; only the next person's word is added to it.
    op.execute("GRANT UPDATE (accepted_at, accepted_by) ON award TO workflow_app")
    op.execute(
        "GRANT UPDATE (state, accepted_pence, check_reason, checked_at, checked_by) ON claim TO workflow_app"
    )
    op.execute("GRANT UPDATE (confirmed_at, confirmed_by) ON closure TO workflow_app")


def _award() -> None:
    op.create_table(
        "award",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("total_pence", sa.BigInteger, nullable=False),
        sa.Column("conditions", sa.Text, nullable=False),
        sa.Column("eligible_heads", sa.Text, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("offered_by", sa.BigInteger, nullable=False),
        sa.Column("accepted_at", MOMENT),
        sa.Column("accepted_by", sa.BigInteger),
        sa.PrimaryKeyConstraint("case_id", name="pk_award"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_award_case_id"),
        sa.ForeignKeyConstraint(["offered_by"], ["person.id"], name="fk_award_offered_by"),
        sa.ForeignKeyConstraint(["accepted_by"], ["person.id"], name="fk_award_accepted_by"),
        sa.CheckConstraint("total_pence > 0", name="ck_award_total_positive"),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by IS NULL)", name="ck_award_accepted_by_somebody"
        ),
    )
    op.create_table(
        "profile_line",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("amount_pence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "year", name="pk_profile_line"),
        sa.ForeignKeyConstraint(["case_id"], ["award.case_id"], name="fk_profile_line_case_id"),
        sa.CheckConstraint("amount_pence > 0", name="ck_profile_line_amount_positive"),
    )


def _claim() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("claimed_pence", sa.BigInteger, nullable=False),
        sa.Column("narrative", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.BigInteger, nullable=False),
        sa.Column("accepted_pence", sa.BigInteger),
        sa.Column("check_reason", sa.Text, nullable=False),
        sa.Column("checked_at", MOMENT),
        sa.Column("checked_by", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_claim"),
        sa.UniqueConstraint("case_id", "number", name="uq_claim_case_id_number"),
        sa.ForeignKeyConstraint(["case_id"], ["award.case_id"], name="fk_claim_case_id"),
        sa.ForeignKeyConstraint(
            ["case_id", "year"],
            ["profile_line.case_id", "profile_line.year"],
            name="fk_claim_case_id_year",
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_claim_made_by"),
        sa.ForeignKeyConstraint(["checked_by"], ["person.id"], name="fk_claim_checked_by"),
        sa.CheckConstraint("state IN ('waiting', 'checked', 'refused', 'paid')", name="ck_claim_state"),
        sa.CheckConstraint("claimed_pence > 0", name="ck_claim_claimed_positive"),
        sa.CheckConstraint(
            "accepted_pence BETWEEN 0 AND claimed_pence", name="ck_claim_accepted_within_claimed"
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (checked_at IS NULL)", name="ck_claim_checked_unless_waiting"
        ),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (checked_by IS NULL)", name="ck_claim_checked_by_somebody"
        ),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (accepted_pence IS NULL)", name="ck_claim_accepted_when_checked"
        ),
        sa.CheckConstraint("checked_by <> made_by", name="ck_claim_checked_by_another"),
        sa.CheckConstraint(
            "accepted_pence IS NULL OR accepted_pence = claimed_pence OR check_reason <> ''",
            name="ck_claim_part_needs_reason",
        ),
    )
    op.create_index("ix_claim_case", "claim", ["case_id", "id"])
    op.create_table(
        "payment",
        sa.Column("claim_id", sa.BigInteger, nullable=False),
        sa.Column("amount_pence", sa.BigInteger, nullable=False),
        sa.Column("paid_at", MOMENT, nullable=False),
        sa.Column("paid_by", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("claim_id", name="pk_payment"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_payment_claim_id"),
        sa.ForeignKeyConstraint(["paid_by"], ["person.id"], name="fk_payment_paid_by"),
        sa.CheckConstraint("amount_pence > 0", name="ck_payment_amount_positive"),
    )


def _closure() -> None:
    op.create_table(
        "closure",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("paid_pence", sa.BigInteger, nullable=False),
        sa.Column("released_pence", sa.BigInteger, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("confirmed_by", sa.BigInteger),
        sa.PrimaryKeyConstraint("case_id", name="pk_closure"),
        sa.ForeignKeyConstraint(["case_id"], ["award.case_id"], name="fk_closure_case_id"),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name="fk_closure_proposed_by"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name="fk_closure_confirmed_by"),
        sa.CheckConstraint("paid_pence >= 0", name="ck_closure_paid_not_negative"),
        sa.CheckConstraint("released_pence >= 0", name="ck_closure_released_not_negative"),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="ck_closure_confirmed_by_somebody"
        ),
        sa.CheckConstraint("confirmed_by <> proposed_by", name="ck_closure_confirmed_by_another"),
    )


def downgrade() -> None:
    for table in ("closure", "payment", "claim", "profile_line", "award"):
        op.drop_table(table)
