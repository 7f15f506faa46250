"""A case names its fund; the key could not be made before the fund's table was."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_foreign_key("fk_case_fund_id", "case", "fund", ["fund_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint("fk_case_fund_id", "case", type_="foreignkey")
