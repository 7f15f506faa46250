"""Notifications: the outbox with its attempts, choices and suppressed addresses, providers, and heartbeats."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "'ready', 'sending', 'unknown', 'sent', 'delivered', 'bounced', 'dead', 'suppressed', 'cancelled'"
OUTCOMES = "'sent', 'transient', 'bounced', 'provider', 'failed', 'unknown'"


def upgrade() -> None:
    _notification()
    _attempt()
    _standing_in_the_way()
    _providers()
    op.execute(
        "GRANT UPDATE ON notification, preference, suppression, provider, work_day, heartbeat TO workflow_app"
    )
    # An attempt is evidence: the application may finish one, once, and change nothing else of it.
    op.execute("GRANT UPDATE (finished_at, outcome, code) ON attempt TO workflow_app")


def _notification() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("dedupe_key", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("template_version", sa.BigInteger, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("mandatory", sa.Boolean, nullable=False),
        sa.Column("priority", sa.BigInteger, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("person_id", sa.BigInteger),
        sa.Column("payload", postgresql.JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("retry_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_real_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("lease_until", MOMENT),
        sa.Column("message_id", sa.Text),
        sa.Column("last_code", sa.Text),
        sa.Column("sent_at", MOMENT),
        sa.Column("sent_real_at", MOMENT),
        sa.Column("sent_subject", sa.Text),
        sa.Column("sent_text", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_notification"),
        sa.UniqueConstraint("dedupe_key", name="uq_notification_dedupe_key"),
        sa.CheckConstraint(f"state IN ({STATES})", name="ck_notification_state"),
        sa.CheckConstraint("priority BETWEEN 1 AND 9", name="ck_notification_priority_range"),
        sa.CheckConstraint("attempts >= failures AND failures >= 0", name="ck_notification_attempts_counted"),
        sa.CheckConstraint(
            "(state = 'sending') = (lease_until IS NOT NULL AND worker IS NOT NULL)",
            name="ck_notification_leased_while_sending",
        ),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'delivered') OR (sent_at IS NOT NULL AND sent_text IS NOT NULL)",
            name="ck_notification_sent_has_text",
        ),
        sa.CheckConstraint(
            "address = lower(btrim(address)) AND address <> ''", name="ck_notification_address_normalised"
        ),
    )
    ready = sa.text("state = 'ready'")
    op.create_index(
        "ix_notification_ready", "notification", ["priority", "not_before", "id"], postgresql_where=ready
    )
    op.create_index(
        "ix_notification_lease",
        "notification",
        ["lease_until", "id"],
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_notification_trouble",
        "notification",
        ["created_at", "id"],
        postgresql_where=sa.text("state IN ('unknown', 'dead', 'bounced')"),
    )
    op.create_index(
        "ix_notification_person",
        "notification",
        ["person_id", "id"],
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_table(
        "notification_subject",
        sa.Column("notification_id", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("notification_id", "subject", name="pk_notification_subject"),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name="fk_notification_subject_notification_id"
        ),
    )
    op.create_index("ix_notification_subject_subject", "notification_subject", ["subject", "notification_id"])


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("notification_id", sa.BigInteger, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("outcome", sa.Text),
        sa.Column("code", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.ForeignKeyConstraint(["notification_id"], ["notification.id"], name="fk_attempt_notification_id"),
        sa.UniqueConstraint("notification_id", "n", name="uq_attempt_notification_id_n"),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="ck_attempt_outcome"),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (outcome IS NULL)", name="ck_attempt_finished_has_outcome"
        ),
    )
    op.execute(
        """
        CREATE FUNCTION attempt_is_finished_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.finished_at IS NOT NULL THEN
                RAISE EXCEPTION 'attempt % is finished', OLD.id USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER attempt_is_finished_once BEFORE UPDATE ON attempt"
        " FOR EACH ROW EXECUTE FUNCTION attempt_is_finished_once()"
    )


def _standing_in_the_way() -> None:
    op.create_table(
        "preference",
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "category", name="pk_preference"),
        sa.CheckConstraint("choice IN ('now', 'daily_digest', 'off')", name="ck_preference_choice"),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT),
        sa.Column("lifted_reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_suppression"),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_reason IS NULL)", name="ck_suppression_lifted_has_reason"
        ),
    )
    op.create_index(
        "uq_suppression_active",
        "suppression",
        ["address"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def _providers() -> None:
    op.create_table(
        "provider",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("failures_in_row", sa.BigInteger, nullable=False),
        sa.Column("paused_until", MOMENT),
        sa.Column("paused_code", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_provider"),
        sa.CheckConstraint("failures_in_row >= 0", name="ck_provider_failures_not_negative"),
        sa.CheckConstraint(
            "(paused_until IS NULL) = (paused_code IS NULL)", name="ck_provider_paused_has_code"
        ),
    )
    op.create_table(
        "provider_event",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("payload", postgresql.JSONB, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_provider_event"),
        sa.UniqueConstraint("provider", "event", name="uq_provider_event_provider_event"),
    )
    op.create_table(
        "work_day",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", "day", name="pk_work_day"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("real_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeat"),
    )


def downgrade() -> None:
    for table in (
        "heartbeat",
        "work_day",
        "provider_event",
        "provider",
        "suppression",
        "preference",
        "attempt",
        "notification_subject",
        "notification",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION attempt_is_finished_once()")
