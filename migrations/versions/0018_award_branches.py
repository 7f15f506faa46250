"""Progress reports, pauses, changes to the agreement, year ends, endings and money to pay back."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "award_step",
    "progress_report",
    "variation",
    "variation_year",
    "variation_vote",
    "year_end",
    "termination",
    "recovery",
    "recovery_receipt",
)


def upgrade() -> None:
    _award_step()
    _progress_report()
    _variation()
    _variation_year()
    _variation_vote()
    _year_end()
    _termination()
    _recovery()
    _recovery_receipt()
    _closing_figures()
    _profile_line("amount_not_negative", "amount_pence >= 0", before="amount_positive")
    # Who asked, why, and what was counted stays as it was; only what comes after is added to it.
    report = (
        "progress, confidence, narrative, spent_pence, forecast_pence, saved_at, saved_by, draft_rev, "
        "sent_at, sent_by"
    )
    op.execute(f"GRANT UPDATE ({report}) ON progress_report TO workflow_app")
    op.execute("GRANT UPDATE (status, settled_at, settled_by, answer) ON variation TO workflow_app")
    op.execute("GRANT UPDATE (recovered_pence) ON recovery TO workflow_app")
    op.execute("GRANT UPDATE (total_pence, ends_on) ON award TO workflow_app")
    op.execute("GRANT UPDATE (amount_pence) ON profile_line TO workflow_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (amount_pence) ON profile_line FROM workflow_app")
    op.execute("REVOKE UPDATE (total_pence, ends_on) ON award FROM workflow_app")
    _profile_line("amount_positive", "amount_pence > 0", before="amount_not_negative")
    _one_proposal_an_award()
    for column in ("recovery_pence", "eligible_pence"):
        op.drop_constraint(
            f"ck_closure_{column.removesuffix('_pence')}_not_negative", "closure", type_="check"
        )
        op.drop_column("closure", column)
    for table in reversed(TABLES):
        op.drop_table(table)


def _closing_figures() -> None:
    op.add_column("closure", sa.Column("eligible_pence", sa.BigInteger))
    op.add_column("closure", sa.Column("recovery_pence", sa.BigInteger, nullable=False, server_default="0"))
    op.alter_column("closure", "recovery_pence", server_default=None)
    for column in ("eligible", "recovery"):
        op.create_check_constraint(f"ck_closure_{column}_not_negative", "closure", f"{column}_pence >= 0")
    # Figures that are declined stay as they were, and the next proposal gets the next number.
    op.add_column("closure", sa.Column("number", sa.BigInteger, nullable=False, server_default="1"))
    op.alter_column("closure", "number", server_default=None)
    op.add_column("closure", sa.Column("declined_at", MOMENT))
    op.add_column("closure", sa.Column("declined_by", sa.BigInteger))
    op.add_column("closure", sa.Column("decline_reason", sa.Text, nullable=False, server_default=""))
    op.alter_column("closure", "decline_reason", server_default=None)
    op.create_foreign_key("fk_closure_declined_by", "closure", "person", ["declined_by"], ["id"])
    for name, rule in DECLINED.items():
        op.create_check_constraint(f"ck_closure_{name}", "closure", rule)
    op.drop_constraint("pk_closure", "closure", type_="primary")
    op.create_primary_key("pk_closure", "closure", ["case_id", "number"])
    op.create_index(
        "uq_closure_standing",
        "closure",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("declined_at IS NULL"),
    )
    op.execute("GRANT UPDATE (declined_at, declined_by, decline_reason) ON closure TO workflow_app")


DECLINED = {
    "number_positive": "number > 0",
    "declined_by_somebody": "(declined_at IS NULL) = (declined_by IS NULL)",
    "declined_with_reason": "(declined_at IS NULL) = (decline_reason = '')",
    "declined_by_another": "declined_by <> proposed_by",
    "declined_or_confirmed": "declined_at IS NULL OR confirmed_at IS NULL",
}


def _one_proposal_an_award() -> None:
    op.drop_index("uq_closure_standing", "closure")
    op.drop_constraint("pk_closure", "closure", type_="primary")
    op.create_primary_key("pk_closure", "closure", ["case_id"])
    for name in DECLINED:
        op.drop_constraint(f"ck_closure_{name}", "closure", type_="check")
    op.drop_constraint("fk_closure_declined_by", "closure", type_="foreignkey")
    for column in ("decline_reason", "declined_by", "declined_at", "number"):
        op.drop_column("closure", column)


def _profile_line(name: str, rule: str, *, before: str) -> None:
    op.drop_constraint(f"ck_profile_line_{before}", "profile_line", type_="check")
    op.create_check_constraint(f"ck_profile_line_{name}", "profile_line", rule)


def _award_step() -> None:
    op.create_table(
        "award_step",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_award_step"),
        sa.ForeignKeyConstraint(["case_id"], ["award.case_id"], name="fk_award_step_case_id"),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_award_step_made_by"),
        sa.CheckConstraint(
            "kind IN ('declined', 'suspended', 'lifted')",
            name="ck_award_step_kind",
        ),
        sa.CheckConstraint(
            "told <> ''",
            name="ck_award_step_reason_there",
        ),
    )
    op.create_index("ix_award_step_case", "award_step", ["case_id", "id"])


def _progress_report() -> None:
    op.create_table(
        "progress_report",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("period_from", sa.Date, nullable=False),
        sa.Column("period_to", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("held_from", sa.Date, nullable=False),
        sa.Column("progress", sa.SmallInteger, nullable=True),
        sa.Column("confidence", sa.Text, nullable=True),
        sa.Column("narrative", sa.Text, nullable=False),
        sa.Column("spent_pence", sa.BigInteger, nullable=True),
        sa.Column("forecast_pence", sa.BigInteger, nullable=True),
        sa.Column("saved_at", MOMENT, nullable=True),
        sa.Column("saved_by", sa.BigInteger, nullable=True),
        sa.Column("draft_rev", sa.BigInteger, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("sent_by", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_progress_report"),
        sa.ForeignKeyConstraint(["case_id"], ["award.case_id"], name="fk_progress_report_case_id"),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name="fk_progress_report_saved_by"),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name="fk_progress_report_sent_by"),
        sa.CheckConstraint(
            "due_on < held_from",
            name="ck_progress_report_held_after_due",
        ),
        sa.CheckConstraint(
            "progress BETWEEN 0 AND 100",
            name="ck_progress_report_progress_in_range",
        ),
        sa.CheckConstraint(
            "period_from < period_to AND period_to < due_on",
            name="ck_progress_report_dates_in_order",
        ),
        sa.CheckConstraint(
            "(saved_at IS NULL) = (saved_by IS NULL)",
            name="ck_progress_report_saved_by_somebody",
        ),
        sa.CheckConstraint(
            "sent_at IS NULL OR (progress IS NOT NULL AND confidence IS NOT NULL AND narrative <> '' "
            "AND spent_pence IS NOT NULL AND forecast_pence IS NOT NULL)",
            name="ck_progress_report_whole_when_sent",
        ),
        sa.CheckConstraint(
            "spent_pence >= 0",
            name="ck_progress_report_spent_not_negative",
        ),
        sa.CheckConstraint(
            "forecast_pence >= 0",
            name="ck_progress_report_forecast_not_negative",
        ),
        sa.CheckConstraint(
            "(sent_at IS NULL) = (sent_by IS NULL)",
            name="ck_progress_report_sent_by_somebody",
        ),
        sa.CheckConstraint(
            "confidence IN ('high', 'medium', 'low')",
            name="ck_progress_report_confidence",
        ),
        sa.CheckConstraint(
            "number > 0",
            name="ck_progress_report_number_positive",
        ),
    )


def _variation() -> None:
    op.create_table(
        "variation",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("total_before", sa.BigInteger, nullable=False),
        sa.Column("total_after", sa.BigInteger, nullable=False),
        sa.Column("ends_on_before", sa.Date, nullable=False),
        sa.Column("ends_on_after", sa.Date, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.BigInteger, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by", sa.BigInteger, nullable=True),
        sa.Column("answer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_variation"),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name="fk_variation_asked_by"),
        sa.ForeignKeyConstraint(["case_id"], ["award.case_id"], name="fk_variation_case_id"),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name="fk_variation_settled_by"),
        sa.CheckConstraint(
            "status IN ('asked', 'agreed', 'refused', 'withdrawn')",
            name="ck_variation_status",
        ),
        sa.CheckConstraint(
            "number > 0",
            name="ck_variation_number_positive",
        ),
        sa.CheckConstraint(
            "total_before > 0 AND total_after > 0",
            name="ck_variation_totals_positive",
        ),
        sa.CheckConstraint(
            "kind IN ('amount_up', 'amount_down', 'time', 'scope')",
            name="ck_variation_kind",
        ),
        sa.CheckConstraint(
            "(status = 'asked') = (settled_at IS NULL)",
            name="ck_variation_settled_unless_asked",
        ),
        sa.CheckConstraint(
            "reason <> ''",
            name="ck_variation_reason_there",
        ),
    )
    op.create_index(
        "uq_variation_asked",
        "variation",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("status = 'asked'"),
    )


def _variation_year() -> None:
    op.create_table(
        "variation_year",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("before_pence", sa.BigInteger, nullable=False),
        sa.Column("after_pence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "number", "year", name="pk_variation_year"),
        sa.ForeignKeyConstraint(
            ["case_id", "number"],
            ["variation.case_id", "variation.number"],
            name="fk_variation_year_case_id_number",
        ),
        sa.CheckConstraint(
            "before_pence >= 0 AND after_pence >= 0",
            name="ck_variation_year_amounts_not_negative",
        ),
    )


def _variation_vote() -> None:
    op.create_table(
        "variation_vote",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("limit_pence", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("voted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "number", "person_id", name="pk_variation_vote"),
        sa.ForeignKeyConstraint(
            ["case_id", "number"],
            ["variation.case_id", "variation.number"],
            name="fk_variation_vote_case_id_number",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_variation_vote_person_id"),
        sa.CheckConstraint(
            "limit_pence > 0",
            name="ck_variation_vote_limit_positive",
        ),
    )


def _year_end() -> None:
    op.create_table(
        "year_end",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("promised_pence", sa.BigInteger, nullable=False),
        sa.Column("paid_pence", sa.BigInteger, nullable=False),
        sa.Column("accrued_pence", sa.BigInteger, nullable=False),
        sa.Column("carried_pence", sa.BigInteger, nullable=False),
        sa.Column("lapsed_pence", sa.BigInteger, nullable=False),
        sa.Column("agreement", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=False),
        sa.Column("settled_by", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "year", name="pk_year_end"),
        sa.ForeignKeyConstraint(["case_id"], ["award.case_id"], name="fk_year_end_case_id"),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name="fk_year_end_settled_by"),
        sa.CheckConstraint(
            "paid_pence >= 0 AND accrued_pence >= 0 AND carried_pence >= 0 AND lapsed_pence >= 0",
            name="ck_year_end_amounts_not_negative",
        ),
        sa.CheckConstraint(
            "promised_pence = paid_pence + accrued_pence + carried_pence + lapsed_pence",
            name="ck_year_end_adds_up",
        ),
        sa.CheckConstraint(
            "carried_pence = 0 OR agreement <> ''",
            name="ck_year_end_carried_by_agreement",
        ),
    )


def _termination() -> None:
    op.create_table(
        "termination",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("notice_ends_on", sa.Date, nullable=False),
        sa.Column("eligible_pence", sa.BigInteger, nullable=False),
        sa.Column("recovery_pence", sa.BigInteger, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_termination"),
        sa.ForeignKeyConstraint(["case_id"], ["award.case_id"], name="fk_termination_case_id"),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_termination_made_by"),
        sa.CheckConstraint(
            "reason <> ''",
            name="ck_termination_reason_there",
        ),
        sa.CheckConstraint(
            "recovery_pence >= 0",
            name="ck_termination_recovery_not_negative",
        ),
        sa.CheckConstraint(
            "eligible_pence >= 0",
            name="ck_termination_eligible_not_negative",
        ),
    )


def _recovery() -> None:
    op.create_table(
        "recovery",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("asked_pence", sa.BigInteger, nullable=False),
        sa.Column("recovered_pence", sa.BigInteger, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_recovery"),
        sa.ForeignKeyConstraint(["case_id"], ["award.case_id"], name="fk_recovery_case_id"),
        sa.CheckConstraint(
            "asked_pence > 0",
            name="ck_recovery_asked_positive",
        ),
        sa.CheckConstraint(
            "recovered_pence BETWEEN 0 AND asked_pence",
            name="ck_recovery_recovered_within_asked",
        ),
    )


def _recovery_receipt() -> None:
    op.create_table(
        "recovery_receipt",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("amount_pence", sa.BigInteger, nullable=False),
        sa.Column("restored", sa.Boolean, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "rev", "year", name="pk_recovery_receipt"),
        sa.ForeignKeyConstraint(["case_id"], ["recovery.case_id"], name="fk_recovery_receipt_case_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name="fk_recovery_receipt_recorded_by"),
        sa.CheckConstraint(
            "amount_pence > 0",
            name="ck_recovery_receipt_amount_positive",
        ),
    )
