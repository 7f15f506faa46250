"""Sent back, not eligible, changed text, partners' words: the branches of a bid before the decision."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SECTIONS = (
    "'summary', 'outcomes', 'exclusion', 'route', 'area', 'partners', 'budget', 'deliverables', "
    "'indicators', 'risks', 'facts'"
)


def upgrade() -> None:
    _columns_of_bid()
    _columns_of_version()
    _columns_of_partner()
    _bid_defect()
    _ineligibility()
    _partner_share()
    _partner_comment()
    # What was found, and why, stays as it was; only what came of it is added.
    came_of_it = (
        "outcome, decided_at, decided_by, decided_words, review_until, review_asked_at, review_asked_by, review_reason, "
        "review_outcome, reviewed_at, reviewed_by, review_words"
    )
    op.execute(f"GRANT UPDATE ({came_of_it}) ON ineligibility TO workflow_app")
    op.execute("GRANT DELETE ON partner_share TO workflow_app")


def downgrade() -> None:
    for table in ("partner_comment", "partner_share", "ineligibility", "bid_defect"):
        op.drop_table(table)
    for constraint in ("ck_partner_confirmed_or_withdrawn", "ck_partner_withdrawn_by_somebody"):
        op.drop_constraint(constraint, "partner", type_="check")
    for column in ("withdrawn_reason", "withdrawn_by", "withdrawn_at"):
        op.drop_column("partner", column)
    op.drop_constraint("ck_bid_version_change", "bid_version", type_="check")
    op.drop_column("bid_version", "note")
    op.drop_column("bid_version", "change")
    op.drop_column("bid", "copied_from_id")
    op.drop_column("bid", "unsent")


def _columns_of_bid() -> None:
    op.add_column("bid", sa.Column("unsent", sa.Boolean, nullable=False, server_default=sa.false()))
    op.alter_column("bid", "unsent", server_default=None)
    op.add_column("bid", sa.Column("copied_from_id", sa.BigInteger))
    op.create_foreign_key("fk_bid_copied_from_id", "bid", "bid", ["copied_from_id"], ["id"])


def _columns_of_version() -> None:
    op.add_column("bid_version", sa.Column("change", sa.Text))
    op.create_check_constraint("ck_bid_version_change", "bid_version", "change IN ('minor', 'material')")
    op.add_column("bid_version", sa.Column("note", sa.Text, nullable=False, server_default=""))
    op.alter_column("bid_version", "note", server_default=None)


def _columns_of_partner() -> None:
    op.add_column("partner", sa.Column("withdrawn_at", MOMENT))
    op.add_column("partner", sa.Column("withdrawn_by", sa.BigInteger))
    op.add_column("partner", sa.Column("withdrawn_reason", sa.Text))
    op.create_foreign_key("fk_partner_withdrawn_by", "partner", "person", ["withdrawn_by"], ["id"])
    op.create_check_constraint(
        "ck_partner_withdrawn_by_somebody",
        "partner",
        "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
    )
    op.create_check_constraint(
        "ck_partner_confirmed_or_withdrawn", "partner", "confirmed_at IS NULL OR withdrawn_at IS NULL"
    )


def _bid_defect() -> None:
    op.create_table(
        "bid_defect",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("version_number", sa.BigInteger, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint(f"section IN ({SECTIONS})", name="ck_bid_defect_section"),
        sa.CheckConstraint("text <> ''", name="ck_bid_defect_text_there"),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_bid_defect_bid_id"),
        sa.ForeignKeyConstraint(
            ["bid_id", "version_number"],
            ["bid_version.bid_id", "bid_version.number"],
            name="fk_bid_defect_bid_id_version_number",
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_bid_defect_made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_bid_defect"),
    )
    op.create_index("ix_bid_defect_bid", "bid_defect", ["bid_id", "version_number", "id"])


def _ineligibility() -> None:
    op.create_table(
        "ineligibility",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("version_number", sa.BigInteger, nullable=False),
        sa.Column("criterion", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by", sa.BigInteger),
        sa.Column("decided_words", sa.Text, nullable=False),
        sa.Column("review_until", sa.Date),
        sa.Column("review_asked_at", MOMENT),
        sa.Column("review_asked_by", sa.BigInteger),
        sa.Column("review_reason", sa.Text),
        sa.Column("review_outcome", sa.Text),
        sa.Column("reviewed_at", MOMENT),
        sa.Column("reviewed_by", sa.BigInteger),
        sa.Column("review_words", sa.Text, nullable=False),
        *_ineligibility_checks(),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"], name=f"fk_ineligibility_{column}")
            for column in ("proposed_by", "decided_by", "review_asked_by", "reviewed_by")
        ),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_ineligibility_bid_id"),
        sa.ForeignKeyConstraint(
            ["bid_id", "version_number"],
            ["bid_version.bid_id", "bid_version.number"],
            name="fk_ineligibility_bid_id_version_number",
        ),
        sa.PrimaryKeyConstraint("bid_id", "number", name="pk_ineligibility"),
    )


def _ineligibility_checks() -> list[sa.CheckConstraint]:
    checks = {
        "outcome": "outcome IN ('confirmed', 'declined')",
        "review_outcome": "review_outcome IN ('accepted', 'refused')",
        "number_positive": "number > 0",
        "reason_there": "reason <> ''",
        "decided_by_somebody": (
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)"
        ),
        "decided_by_another": "decided_by <> proposed_by",
        "review_has_a_date": "(outcome = 'confirmed') = (review_until IS NOT NULL)",
        "review_asked_by_somebody": (
            "(review_asked_at IS NULL) = (review_asked_by IS NULL) "
            "AND (review_asked_at IS NULL) = (review_reason IS NULL)"
        ),
        "reviewed_by_somebody": (
            "(review_outcome IS NULL) = (reviewed_at IS NULL) AND (review_outcome IS NULL) = (reviewed_by IS NULL)"
        ),
        "reviewed_when_asked": "review_outcome IS NULL OR review_asked_at IS NOT NULL",
        "reviewed_by_another": "reviewed_by NOT IN (proposed_by, decided_by)",
    }
    return [sa.CheckConstraint(rule, name=f"ck_ineligibility_{name}") for name, rule in checks.items()]


def _partner_share() -> None:
    op.create_table(
        "partner_share",
        sa.Column("partner_id", sa.BigInteger, nullable=False),
        sa.Column("year", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("pence", sa.BigInteger, nullable=False),
        sa.CheckConstraint("pence > 0", name="ck_partner_share_pence_positive"),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name="fk_partner_share_partner_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("partner_id", "year", name="pk_partner_share"),
    )


def _partner_comment() -> None:
    op.create_table(
        "partner_comment",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("organisation_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint("text <> ''", name="ck_partner_comment_text_there"),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_partner_comment_bid_id"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_partner_comment_organisation_id"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_partner_comment_made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_partner_comment"),
    )
    op.create_index("ix_partner_comment_bid", "partner_comment", ["bid_id", "organisation_id", "id"])
