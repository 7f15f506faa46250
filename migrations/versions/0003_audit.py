"""Evidence: events, the texts beside them, anchors; append-only by trigger and by privilege."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Other append-only tables use this function too, so it says which table refused.
REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""
ERASE_ONLY = """
CREATE FUNCTION allow_erasing_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.text IS NULL OR NEW.text IS NOT NULL
       OR (NEW.event_id, NEW.name, NEW.digest) IS DISTINCT FROM (OLD.event_id, OLD.name, OLD.digest) THEN
        RAISE EXCEPTION 'a text beside an event can only be erased, once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute(REFUSE)
    op.execute(ERASE_ONLY)
    _create_event()
    _create_event_text()
    _create_anchor()
    for table in ("event", "anchor"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON event_text "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER erase_only BEFORE UPDATE ON event_text "
        "FOR EACH ROW EXECUTE FUNCTION allow_erasing_only()"
    )
    op.execute("GRANT UPDATE (text, salt, erased_at) ON event_text TO workflow_app")


def downgrade() -> None:
    op.drop_table("anchor")
    op.drop_table("event_text")
    op.drop_table("event")
    op.execute("DROP FUNCTION allow_erasing_only()")
    op.execute("DROP FUNCTION refuse_change()")


def _create_event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("real_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text()),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("stream", "seq", name="uq_event_stream_seq"),
        sa.CheckConstraint("seq > 0", name=op.f("ck_event_seq_positive")),
        sa.CheckConstraint(
            "length(hash) = 64 AND length(previous_hash) = 64", name=op.f("ck_event_hashes_whole")
        ),
    )
    op.create_index("ix_event_at", "event", ["at", "id"])
    op.create_index("ix_event_actor_at", "event", ["actor", "at", "id"])


def _create_event_text() -> None:
    op.create_table(
        "event_text",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("event_id", "name", name="pk_event_text"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_text_event_id"),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_event_text_digest_whole")),
        sa.CheckConstraint("(text IS NULL) = (salt IS NULL)", name=op.f("ck_event_text_erased_with_salt")),
        sa.CheckConstraint(
            "(text IS NULL) = (erased_at IS NOT NULL)", name=op.f("ck_event_text_erased_at_known")
        ),
    )


def _create_anchor() -> None:
    op.create_table(
        "anchor",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("previous_root", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_anchor"),
        sa.UniqueConstraint("day", name="uq_anchor_day"),
        sa.CheckConstraint(
            "length(root) = 64 AND length(previous_root) = 64", name=op.f("ck_anchor_roots_whole")
        ),
    )
