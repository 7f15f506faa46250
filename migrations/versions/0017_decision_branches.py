"""Rejection, deferral, referral, direction, appeal and questions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
MARKS_KNOWN = """marks <@ '["novel", "contentious", "repercussive"]'::jsonb"""
KINDS = (
    "'rejection_advised', 'rejection_proposed', 'rejection_declined', 'rejected', 'deferred', 'resumed', 'referred', "
    "'direction_sought', 'directed', 'approved', 'sent_back', 'appeal_asked', 'appeal_accepted', 'appeal_refused'"
)
TESTS = "'regularity', 'propriety', 'value_for_money', 'feasibility'"


def upgrade() -> None:
    _marks()
    _voided_votes()
    _tiers()
    _steps()
    _letters()
    _questions()


def _marks() -> None:
    op.add_column(
        "appraisal", sa.Column("marks", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb"))
    )
    op.add_column("appraisal", sa.Column("marked_why", sa.Text, nullable=False, server_default=""))
    op.alter_column("appraisal", "marks", server_default=None)
    op.alter_column("appraisal", "marked_why", server_default=None)
    op.create_check_constraint("ck_appraisal_marks_known", "appraisal", MARKS_KNOWN)
    op.create_check_constraint(
        "ck_appraisal_marked_with_words", "appraisal", "(marks = '[]'::jsonb) = (marked_why = '')"
    )


def _voided_votes() -> None:
    # A vote is for ever; that it no longer counts is a row beside it.
    op.create_table(
        "vote_voided",
        sa.Column("vote_id", sa.BigInteger, nullable=False),
        sa.Column("voided_at", MOMENT, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("vote_id", name="pk_vote_voided"),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name="fk_vote_voided_vote_id"),
    )


def _tiers() -> None:
    op.add_column(
        "approval_tier", sa.Column("rejection_quorum", sa.BigInteger, nullable=False, server_default="2")
    )
    # Until somebody says otherwise a rejection needs as many people as it would have with the approvals.
    op.execute("UPDATE approval_tier SET rejection_quorum = least(quorum, 2)")
    op.alter_column("approval_tier", "rejection_quorum", server_default=None)
    op.create_check_constraint(
        "ck_approval_tier_rejection_quorum_in_range", "approval_tier", "rejection_quorum BETWEEN 1 AND 2"
    )


def _steps() -> None:
    op.create_table(
        "decision_step",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text, nullable=False),
        sa.Column("person_id", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("until_on", sa.Date),
        sa.Column("marks", JSONB, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decision_step"),
        sa.UniqueConstraint("case_id", "rev", name="uq_decision_step_case_id_rev"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_decision_step_case_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_decision_step_person_id"),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="ck_decision_step_kind"),
        sa.CheckConstraint(MARKS_KNOWN, name="ck_decision_step_marks_known"),
        sa.CheckConstraint(
            "(kind = 'deferred') = (until_on IS NOT NULL)", name="ck_decision_step_deferred_until"
        ),
        sa.CheckConstraint(
            "(kind NOT IN ('rejected', 'rejection_proposed', 'appeal_refused')) OR told <> ''",
            name="ck_decision_step_refused_with_words",
        ),
    )
    op.create_index("ix_decision_step_case", "decision_step", ["case_id", "id"])


def _letters() -> None:
    op.create_table(
        "treasury_consent",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("given_on", sa.Date, nullable=False),
        sa.Column("amount_pence", sa.BigInteger, nullable=False),
        *_letter("treasury_consent"),
        sa.CheckConstraint("amount_pence > 0", name="ck_treasury_consent_amount_positive"),
        sa.CheckConstraint("reference <> ''", name="ck_treasury_consent_reference_given"),
    )
    op.create_index("ix_treasury_consent_case", "treasury_consent", ["case_id", "id"])
    op.create_table(
        "direction_objection",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("test", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "rev", "test", name="pk_direction_objection"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_direction_objection_case_id"),
        sa.CheckConstraint(f"test IN ({TESTS})", name="ck_direction_objection_test"),
        sa.CheckConstraint("words <> ''", name="ck_direction_objection_words_given"),
    )
    op.create_table(
        "ministerial_direction",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("minister", sa.Text, nullable=False),
        sa.Column("directed_on", sa.Date, nullable=False),
        sa.Column("copied_to_auditor", sa.Boolean, nullable=False),
        sa.Column("copied_to_treasury", sa.Boolean, nullable=False),
        sa.Column("publish_on", sa.Date, nullable=False),
        *_letter("ministerial_direction"),
        sa.CheckConstraint(
            "copied_to_auditor AND copied_to_treasury", name="ck_ministerial_direction_copied_to_both"
        ),
    )
    op.create_index("ix_ministerial_direction_case", "ministerial_direction", ["case_id", "id"])


def _letter(table: str) -> list[sa.schema.SchemaItem]:
    """The columns and keys of a letter that somebody recorded."""
    return [
        sa.Column("document_id", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=f"fk_{table}_case_id"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=f"fk_{table}_document_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=f"fk_{table}_recorded_by"),
    ]


def _questions() -> None:
    op.create_table(
        "decision_question",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("asked_by", sa.BigInteger, nullable=False),
        sa.Column("asked_of", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_decision_question"),
        sa.UniqueConstraint("case_id", "number", name="uq_decision_question_case_id_number"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_decision_question_case_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name="fk_decision_question_asked_by"),
        sa.ForeignKeyConstraint(["asked_of"], ["person.id"], name="fk_decision_question_asked_of"),
        sa.CheckConstraint("asked_by <> asked_of", name="ck_decision_question_asked_of_another"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)", name="ck_decision_question_answered_with_words"
        ),
    )
    op.execute("GRANT UPDATE (answer, answered_at) ON decision_question TO workflow_app")


def downgrade() -> None:
    for table in (
        "decision_question",
        "ministerial_direction",
        "direction_objection",
        "treasury_consent",
        "decision_step",
        "vote_voided",
    ):
        op.drop_table(table)
    op.drop_constraint("ck_approval_tier_rejection_quorum_in_range", "approval_tier")
    op.drop_column("approval_tier", "rejection_quorum")
    op.drop_constraint("ck_appraisal_marked_with_words", "appraisal")
    op.drop_constraint("ck_appraisal_marks_known", "appraisal")
    op.drop_column("appraisal", "marked_why")
    op.drop_column("appraisal", "marks")
