"""Filters of the queue that a person keeps under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL statement_timeout = '30s'")
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("asks", sa.Text, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filter"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_saved_filter_person_id"),
        sa.UniqueConstraint("person_id", "name", name="uq_saved_filter_person_id_name"),
        sa.CheckConstraint("name <> ''", name="ck_saved_filter_name_given"),
    )
    op.execute("GRANT UPDATE (asks, saved_at) ON saved_filter TO workflow_app")
    op.execute("GRANT DELETE ON saved_filter TO workflow_app")


def downgrade() -> None:
    op.drop_table("saved_filter")
