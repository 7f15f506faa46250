"""Documents and what they are attached to; a document's row never changes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TYPES = "IN ('pdf', 'png', 'jpeg', 'docx', 'xlsx', 'odt', 'ods', 'csv', 'txt')"


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.CheckConstraint(f"file_type {TYPES}", name=op.f("ck_document_file_type")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_document_sha256_whole")),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_document_not_empty")),
    )
    op.create_index("ix_document_sha256", "document", ["sha256"])
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attached_by", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_attachment_document_id"),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_attachment_removed_by_somebody")
        ),
    )
    op.create_index(
        "uq_attachment_current",
        "attachment",
        ["subject", "document_id", "role"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.execute("GRANT UPDATE (removed_at, removed_by) ON attachment TO workflow_app")


def downgrade() -> None:
    op.drop_table("attachment")
    op.drop_table("document")
