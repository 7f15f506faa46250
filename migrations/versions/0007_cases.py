"""Cases: deployed definitions, the case itself, duties done, one-time form keys, reference numbers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _versions()
    _case()
    _duties_and_keys()
    # Whose a case is, and what it is called and pinned to, never changes by the application.
    op.execute(
        "GRANT UPDATE (state, ended, rev, title, amount_pence, due_on, changed_at, changed_by, changed_what) "
        'ON "case" TO workflow_app'
    )
    op.execute("GRANT UPDATE (digest) ON workflow_version TO workflow_app")
    op.execute("GRANT UPDATE (result) ON request_key TO workflow_app")
    op.execute("GRANT UPDATE (last) ON case_counter TO workflow_app")
    op.execute("GRANT DELETE ON request_key TO workflow_app")


def _versions() -> None:
    op.create_table(
        "workflow_version",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("deployed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name="pk_workflow_version"),
        sa.CheckConstraint("version > 0", name="ck_workflow_version_version_positive"),
    )
    op.create_table(
        "workflow_state",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("key", "version", "state", name="pk_workflow_state"),
        sa.ForeignKeyConstraint(
            ["key", "version"],
            ["workflow_version.key", "workflow_version.version"],
            name="fk_workflow_state_key_version",
        ),
    )


def _case() -> None:
    op.create_table(
        "case",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("workflow_key", sa.Text, nullable=False),
        sa.Column("workflow_version", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("department_id", sa.BigInteger, nullable=False),
        sa.Column("proposer_id", sa.BigInteger, nullable=False),
        sa.Column("fund_id", sa.BigInteger, nullable=False),
        sa.Column("amount_pence", sa.BigInteger, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.BigInteger),
        sa.Column("changed_what", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case"),
        sa.UniqueConstraint("reference", name="uq_case_reference"),
        sa.ForeignKeyConstraint(
            ["workflow_key", "workflow_version", "state"],
            ["workflow_state.key", "workflow_state.version", "workflow_state.state"],
            name="fk_case_workflow_key_workflow_version_state",
        ),
        sa.ForeignKeyConstraint(["department_id"], ["organisation.id"], name="fk_case_department_id"),
        sa.ForeignKeyConstraint(["proposer_id"], ["organisation.id"], name="fk_case_proposer_id"),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name="fk_case_changed_by"),
        sa.CheckConstraint("rev >= 0", name="ck_case_rev_not_negative"),
        sa.CheckConstraint("amount_pence >= 0", name="ck_case_amount_not_negative"),
    )
    op.create_index(
        "ix_case_queue",
        "case",
        ["department_id", sa.text("coalesce(due_on, 'infinity'::date)"), "id"],
        postgresql_where=sa.text("NOT ended"),
    )
    op.create_index("ix_case_proposer", "case", ["proposer_id", "id"])
    op.create_index("ix_case_fund", "case", ["fund_id", "id"])
    op.create_index("ix_case_changed", "case", ["department_id", "changed_at", "id"])


def _duties_and_keys() -> None:
    op.create_table(
        "case_duty",
        sa.Column("case_id", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("duty", sa.Text, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("principal_ids", postgresql.JSONB, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "rev", name="pk_case_duty"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_case_duty_case_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_case_duty_person_id"),
    )
    op.create_index("ix_case_duty_person", "case_duty", ["person_id", "case_id"])
    op.create_table(
        "request_key",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("result", postgresql.JSONB),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_request_key"),
    )
    op.create_index("ix_request_key_created", "request_key", ["created_at"])
    op.create_table(
        "case_counter",
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("year", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name="pk_case_counter"),
    )


def downgrade() -> None:
    for table in ("case_counter", "request_key", "case_duty", "case", "workflow_state", "workflow_version"):
        op.drop_table(table)
