"""A case is its proposer's own until its first step; a draft that ran out of time stays so."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case", sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE \"case\" SET shared = true WHERE state <> 'draft'")
    op.execute('GRANT UPDATE (shared) ON "case" TO workflow_app')


def downgrade() -> None:
    op.drop_column("case", "shared")
