"""What the application's role may do by default: read and add, nothing else.

UPDATE and DELETE are granted table by table by the migration that makes the table.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT USAGE ON SCHEMA public TO workflow_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO workflow_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO workflow_app")
    op.execute("GRANT SELECT ON alembic_version TO workflow_app")


def downgrade() -> None:
    op.execute("REVOKE SELECT ON alembic_version FROM workflow_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE USAGE ON SEQUENCES FROM workflow_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT, INSERT ON TABLES FROM workflow_app")
    op.execute("REVOKE USAGE ON SCHEMA public FROM workflow_app")
