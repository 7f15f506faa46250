"""Assessments, votes and approval tiers."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CRITERIA = "'fit', 'outcome', 'value', 'deliverability', 'sector_support', 'duplication'"
TESTS = "'regularity', 'propriety', 'value_for_money', 'feasibility'"


def upgrade() -> None:
    _appraisal()
    _vote()
    _tier()


def _appraisal() -> None:
    op.create_table(
        "appraisal",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("version_number", sa.BigInteger, nullable=False),
        sa.Column("recommendation", sa.Text, nullable=False),
        sa.Column("unsure_of", sa.Text, nullable=False),
        sa.Column("total_pence", sa.BigInteger, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_appraisal"),
        sa.UniqueConstraint("case_id", "round", name="uq_appraisal_case_id_round"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_appraisal_case_id"),
        sa.ForeignKeyConstraint(
            ["case_id", "version_number"],
            ["bid_version.bid_id", "bid_version.number"],
            name="fk_appraisal_case_id_version_number",
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_appraisal_made_by"),
        sa.CheckConstraint("round > 0", name="ck_appraisal_round_positive"),
        sa.CheckConstraint("total_pence > 0", name="ck_appraisal_total_positive"),
    )
    op.create_table(
        "appraisal_score",
        sa.Column("appraisal_id", sa.BigInteger, nullable=False),
        sa.Column("criterion", sa.Text, nullable=False),
        sa.Column("score", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("appraisal_id", "criterion", name="pk_appraisal_score"),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name="fk_appraisal_score_appraisal_id"),
        sa.CheckConstraint(f"criterion IN ({CRITERIA})", name="ck_appraisal_score_criterion"),
        sa.CheckConstraint("score BETWEEN 0 AND 5", name="ck_appraisal_score_score_in_range"),
    )
    op.create_table(
        "appraisal_test",
        sa.Column("appraisal_id", sa.BigInteger, nullable=False),
        sa.Column("test", sa.Text, nullable=False),
        sa.Column("met", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("appraisal_id", "test", name="pk_appraisal_test"),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name="fk_appraisal_test_appraisal_id"),
        sa.CheckConstraint(f"test IN ({TESTS})", name="ck_appraisal_test_test"),
    )
    op.create_table(
        "appraisal_year",
        sa.Column("appraisal_id", sa.BigInteger, nullable=False),
        sa.Column("year", sa.BigInteger, nullable=False),
        sa.Column("recommended_pence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("appraisal_id", "year", name="pk_appraisal_year"),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name="fk_appraisal_year_appraisal_id"),
        sa.CheckConstraint("recommended_pence >= 0", name="ck_appraisal_year_recommended_not_negative"),
    )


def _vote() -> None:
    op.create_table(
        "vote",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("limit_pence", sa.BigInteger, nullable=False),
        sa.Column("version_number", sa.BigInteger, nullable=False),
        sa.Column("no_conflict", sa.Boolean, nullable=False),
        sa.Column("voted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vote"),
        sa.UniqueConstraint("case_id", "round", "person_id", name="uq_vote_case_id_round_person_id"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_vote_case_id"),
        sa.ForeignKeyConstraint(
            ["case_id", "round"], ["appraisal.case_id", "appraisal.round"], name="fk_vote_case_id_round"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_vote_person_id"),
        sa.CheckConstraint("outcome IN ('approve')", name="ck_vote_outcome"),
        sa.CheckConstraint("no_conflict", name="ck_vote_no_conflict_declared"),
    )
    op.create_index("ix_vote_case", "vote", ["case_id", "round", "id"])


def _tier() -> None:
    op.create_table(
        "approval_tier",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("department_id", sa.BigInteger, nullable=False),
        sa.Column("over_pence", sa.BigInteger, nullable=False),
        sa.Column("quorum", sa.BigInteger, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approval_tier"),
        sa.UniqueConstraint(
            "department_id",
            "over_pence",
            "valid_from",
            name="uq_approval_tier_department_id_over_pence_valid_from",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["organisation.id"], name="fk_approval_tier_department_id"
        ),
        sa.CheckConstraint("quorum BETWEEN 1 AND 5", name="ck_approval_tier_quorum_in_range"),
        sa.CheckConstraint("over_pence >= 0", name="ck_approval_tier_over_not_negative"),
        sa.CheckConstraint("valid_to >= valid_from", name="ck_approval_tier_dates_in_order"),
    )
    op.execute("GRANT UPDATE (valid_to) ON approval_tier TO workflow_app")


def downgrade() -> None:
    for table in (
        "approval_tier",
        "vote",
        "appraisal_year",
        "appraisal_test",
        "appraisal_score",
        "appraisal",
    ):
        op.drop_table(table)
