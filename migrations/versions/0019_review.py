"""The review's figures, the themes that outcomes share, what auditors read, and when somebody leaves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SUPPORT = "'innovation', 'diffusion', 'challenge_review', 'intervention', 'mixed'"
ROUTES = "'sector_led', 'central_transitional', 'central'"


def upgrade() -> None:
    op.add_column("person", sa.Column("leaves_on", sa.Date))
    _reads()
    _review()
    _mapping()
    _themes()


def _reads() -> None:
    op.create_table(
        "access_entry",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("case_id", sa.BigInteger),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("real_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_entry"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_access_entry_person_id"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_access_entry_case_id"),
    )
    op.create_index("ix_access_entry_person", "access_entry", ["person_id", "id"])
    op.create_index("ix_access_entry_case", "access_entry", ["case_id", "id"])


def _review() -> None:
    op.create_table(
        "review",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("agreement", sa.Text, nullable=False),
        sa.Column("closed_on", sa.Date, nullable=False),
        sa.Column("published_on", sa.Date),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_review"),
    )
    op.create_table(
        "review_statement",
        sa.Column("review", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("paragraph", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("review", "number", name="pk_review_statement"),
        sa.ForeignKeyConstraint(["review"], ["review.code"], name="fk_review_statement_review"),
        sa.CheckConstraint("number > 0", name="ck_review_statement_number_positive"),
    )


def _mapping() -> None:
    op.create_table(
        "mapping_line",
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("department_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("support_type", sa.Text, nullable=False),
        sa.Column("spend_route", sa.Text, nullable=False),
        sa.Column("baseline_pence", sa.BigInteger, nullable=False),
        sa.Column("in_scope", sa.Boolean, nullable=False),
        sa.Column("ends_in", sa.SmallInteger),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_mapping_line"),
        sa.ForeignKeyConstraint(["department_id"], ["organisation.id"], name="fk_mapping_line_department_id"),
        sa.CheckConstraint(f"support_type IN ({SUPPORT})", name="ck_mapping_line_support_type"),
        sa.CheckConstraint(f"spend_route IN ({ROUTES})", name="ck_mapping_line_spend_route"),
        sa.CheckConstraint("baseline_pence >= 0", name="ck_mapping_line_baseline_not_negative"),
    )
    op.create_table(
        "mapping_amount",
        sa.Column("line_ref", sa.Text, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("pence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("line_ref", "year", name="pk_mapping_amount"),
        sa.ForeignKeyConstraint(["line_ref"], ["mapping_line.ref"], name="fk_mapping_amount_line_ref"),
        sa.CheckConstraint("pence >= 0", name="ck_mapping_amount_pence_not_negative"),
    )
    op.create_table(
        "improvement_programme",
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("lead_body", sa.Text, nullable=False),
        sa.Column("sponsors", JSONB, nullable=False),
        sa.Column("support_types", JSONB, nullable=False),
        sa.Column("amount_pence", sa.BigInteger),
        sa.Column("amount_note", sa.Text, nullable=False),
        sa.Column("years", JSONB, nullable=False),
        sa.Column("authority_codes", JSONB, nullable=False),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_improvement_programme"),
        sa.CheckConstraint(
            "kind IN ('baseline', 'allocation', 'programme', 'bid', 'award')",
            name="ck_improvement_programme_kind",
        ),
        sa.CheckConstraint("provenance IN ('real', 'invented')", name="ck_improvement_programme_provenance"),
        sa.CheckConstraint("amount_pence >= 0", name="ck_improvement_programme_amount_not_negative"),
    )


def _themes() -> None:
    op.create_table(
        "outcome_theme",
        sa.Column("outcome_id", sa.BigInteger, nullable=False),
        sa.Column("theme", sa.Text, nullable=False),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("outcome_id", name="pk_outcome_theme"),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name="fk_outcome_theme_outcome_id"),
    )
    op.create_index("ix_outcome_theme_theme", "outcome_theme", ["theme", "outcome_id"])


def downgrade() -> None:
    tables = ("outcome_theme", "improvement_programme", "mapping_amount", "mapping_line")
    for table in (*tables, "review_statement", "review", "access_entry"):
        op.drop_table(table)
    op.drop_column("person", "leaves_on")
