"""Keys to tables that are made later than the one that points at them: a case's fund, a connection's bid."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_foreign_key("fk_case_fund_id", "case", "fund", ["fund_id"], ["id"])
    op.create_foreign_key("fk_interest_case_id", "interest", "case", ["case_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint("fk_interest_case_id", "interest", type_="foreignkey")
    op.drop_constraint("fk_case_fund_id", "case", type_="foreignkey")
