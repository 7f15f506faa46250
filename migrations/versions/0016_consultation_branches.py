"""Extended and restarted consultations, late and disputed answers, election periods."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _consultations()
    _lengths()
    _election_periods()
    _invitations()
    _holds()
    op.add_column(
        "disposition", sa.Column("rev", sa.BigInteger(), server_default=sa.text("1"), nullable=False)
    )
    op.create_check_constraint("ck_disposition_rev", "disposition", "rev > 0")
    op.execute(
        "GRANT UPDATE (replaced_at, asked_closes_on, closes_on, closes_at) ON consultation TO workflow_app"
    )
    op.execute("GRANT UPDATE (draft_rev) ON invitation TO workflow_app")
    # What was held stays written down; it is only ever resolved.
    op.execute("GRANT UPDATE (resolved_at, resolution, reason, resolved_by) ON response_hold TO workflow_app")


def _consultations() -> None:
    op.add_column("consultation", sa.Column("election_reason", sa.Text(), nullable=True))
    op.add_column("consultation", sa.Column("change_reason", sa.Text(), nullable=True))
    op.add_column("consultation", sa.Column("replaced_at", MOMENT, nullable=True))
    op.drop_constraint("ck_consultation_kind", "consultation")
    op.create_check_constraint("ck_consultation_kind", "consultation", "kind IN ('full', 'light', 'covered')")
    op.create_check_constraint(
        "ck_consultation_replaced_after_opening",
        "consultation",
        "replaced_at IS NULL OR replaced_at >= opens_at",
    )
    op.create_table(
        "consultation_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("consultation_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.Column("moved_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consultation_move"),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name="fk_consultation_move_consultation_id"
        ),
        sa.ForeignKeyConstraint(["moved_by"], ["person.id"], name="fk_consultation_move_moved_by"),
        sa.CheckConstraint("to_on > from_on", name="ck_consultation_move_later"),
        sa.CheckConstraint("reason <> ''", name="ck_consultation_move_reason"),
    )
    op.create_index("ix_consultation_move_consultation_id", "consultation_move", ["consultation_id", "id"])


def _lengths() -> None:
    op.drop_constraint("ck_consultation_length_kind", "consultation_length")
    op.create_check_constraint(
        "ck_consultation_length_kind", "consultation_length", "kind IN ('full', 'light', 'covered')"
    )
    op.add_column(
        "consultation_length",
        sa.Column("unit", sa.Text(), server_default=sa.text("'days'"), nullable=False),
    )
    op.create_check_constraint(
        "ck_consultation_length_unit", "consultation_length", "unit IN ('days', 'working_days')"
    )
    table = sa.table(
        "consultation_length",
        sa.column("kind", sa.Text()),
        sa.column("valid_from", sa.Date()),
        sa.column("days", sa.BigInteger()),
        sa.column("unit", sa.Text()),
        sa.column("source", sa.Text()),
    )
    op.execute(
        sa.insert(table).values(
            kind="covered",
            valid_from=date(2008, 11, 1),
            days=10,
            unit="working_days",
            source="Default of this product: the outcome was consulted on, and councils may object",
        )
    )


def _election_periods() -> None:
    op.create_table(
        "election_period",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("applies_to", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("polls_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_election_period"),
        sa.UniqueConstraint("applies_to", "polls_on", name="uq_election_period_applies_to_polls_on"),
        sa.CheckConstraint("applies_to IN ('councils', 'departments')", name="ck_election_period_applies_to"),
        sa.CheckConstraint("polls_on >= starts_on", name="ck_election_period_in_order"),
    )


def _invitations() -> None:
    op.add_column(
        "invitation", sa.Column("draft_rev", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.create_check_constraint("ck_invitation_draft_rev", "invitation", "draft_rev >= 0")
    op.add_column("response_draft", sa.Column("saved_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_response_draft_saved_by", "response_draft", "person", ["saved_by"], ["id"])
    op.create_table(
        "invitation_start",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invitation_start"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name="fk_invitation_start_invitation_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_invitation_start_person_id"),
        sa.UniqueConstraint(
            "invitation_id",
            "person_id",
            name="uq_invitation_start_once",
            postgresql_nulls_not_distinct=True,
        ),
    )


def _holds() -> None:
    op.create_table(
        "response_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("held_by", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("resolved_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_response_hold"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_response_hold_response_id"),
        sa.ForeignKeyConstraint(["held_by"], ["person.id"], name="fk_response_hold_held_by"),
        sa.ForeignKeyConstraint(["resolved_by"], ["person.id"], name="fk_response_hold_resolved_by"),
        sa.CheckConstraint("kind IN ('late', 'outside', 'disputed')", name="ck_response_hold_kind"),
        sa.CheckConstraint("resolution IN ('counted', 'set_aside')", name="ck_response_hold_resolution"),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (resolution IS NULL)", name="ck_response_hold_resolved_one_way"
        ),
        sa.CheckConstraint("(resolved_at IS NULL) = (reason IS NULL)", name="ck_response_hold_resolved_why"),
        sa.CheckConstraint("resolved_by IS NULL OR resolved_at IS NOT NULL", name="ck_response_hold_by_whom"),
    )
    op.create_index("ix_response_hold_response_id", "response_hold", ["response_id", "id"])
    op.create_index(
        "uq_response_hold_open",
        "response_hold",
        ["response_id", "kind"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.execute(
        "INSERT INTO response_hold (response_id, kind, held_at) SELECT id, 'late', arrived_at FROM response WHERE late"
    )


def downgrade() -> None:
    op.drop_constraint("ck_disposition_rev", "disposition")
    op.drop_column("disposition", "rev")
    op.drop_table("response_hold")
    op.drop_table("invitation_start")
    op.drop_constraint("fk_response_draft_saved_by", "response_draft", type_="foreignkey")
    op.drop_column("response_draft", "saved_by")
    op.drop_constraint("ck_invitation_draft_rev", "invitation")
    op.drop_column("invitation", "draft_rev")
    op.drop_table("election_period")
    op.execute("DELETE FROM consultation_length WHERE kind = 'covered'")
    op.drop_constraint("ck_consultation_length_unit", "consultation_length")
    op.drop_column("consultation_length", "unit")
    op.drop_constraint("ck_consultation_length_kind", "consultation_length")
    op.create_check_constraint(
        "ck_consultation_length_kind", "consultation_length", "kind IN ('full', 'light')"
    )
    op.drop_table("consultation_move")
    op.drop_constraint("ck_consultation_replaced_after_opening", "consultation")
    op.drop_constraint("ck_consultation_kind", "consultation")
    op.create_check_constraint("ck_consultation_kind", "consultation", "kind IN ('full', 'light')")
    for column in ("replaced_at", "change_reason", "election_reason"):
        op.drop_column("consultation", column)
