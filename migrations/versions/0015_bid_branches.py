"""Sent back, not eligible, partners' words: the branches of a bid before the decision."""

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
