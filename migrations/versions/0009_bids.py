"""Prospectuses, rounds and bids with their sections, and the signed versions that are never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

REFUSE = """
CREATE FUNCTION refuse_change_of_bid_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a signed version of a bid is never changed';
END $$
"""
GUARD = """
CREATE TRIGGER bid_version_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON bid_version
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_bid_version()
"""


def upgrade() -> None:
    _prospectus()
    _outcome()
    _round()
    _bid()
    _bid_section()
    _partner()
    _bid_amount()
    _deliverable()
    _indicator()
    _risk()
    _bid_version()
    _screening()
    op.execute(REFUSE)
    op.execute(GUARD)
    for table in (
        "bid",
        "bid_section",
        "partner",
        "bid_amount",
        "deliverable",
        "indicator",
        "risk",
        "round",
        "screening",
    ):
        op.execute(f"GRANT UPDATE ON {table} TO workflow_app")
    for table in ("partner", "bid_amount", "deliverable", "indicator", "risk"):
        op.execute(f"GRANT DELETE ON {table} TO workflow_app")


def downgrade() -> None:
    for table in (
        "screening",
        "bid_version",
        "risk",
        "indicator",
        "deliverable",
        "bid_amount",
        "partner",
        "bid_section",
        "bid",
        "round",
        "outcome",
        "prospectus",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change_of_bid_version()")


def _prospectus() -> None:
    op.create_table(
        "prospectus",
        sa.Column("fund_id", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("consulted_from", sa.Date),
        sa.Column("consulted_to", sa.Date),
        sa.Column("published_on", sa.Date, nullable=False),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint("consulted_to >= consulted_from", name="ck_prospectus_consultation_in_order"),
        sa.CheckConstraint("version > 0", name="ck_prospectus_version_positive"),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name="fk_prospectus_fund_id"),
        sa.PrimaryKeyConstraint("id", name="pk_prospectus"),
        sa.UniqueConstraint("fund_id", "version", name="uq_prospectus_fund_id_version"),
    )


def _outcome() -> None:
    op.create_table(
        "outcome",
        sa.Column("prospectus_id", sa.BigInteger, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.ForeignKeyConstraint(["prospectus_id"], ["prospectus.id"], name="fk_outcome_prospectus_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
        sa.UniqueConstraint("prospectus_id", "code", name="uq_outcome_prospectus_id_code"),
    )


def _round() -> None:
    op.create_table(
        "round",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("fund_id", sa.BigInteger, nullable=False),
        sa.Column("prospectus_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("guidance", sa.Text, nullable=False),
        sa.Column("opens_on", sa.Date, nullable=False),
        sa.Column("closes_on", sa.Date, nullable=False),
        sa.Column("least_pence", sa.BigInteger, nullable=False),
        sa.Column("most_pence", sa.BigInteger, nullable=False),
        sa.Column("first_year", sa.SmallInteger, nullable=False),
        sa.Column("last_year", sa.SmallInteger, nullable=False),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name="ck_round_opens_before_it_closes"),
        sa.CheckConstraint("last_year >= first_year", name="ck_round_years_in_order"),
        sa.CheckConstraint("least_pence > 0 AND most_pence >= least_pence", name="ck_round_amounts_in_order"),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name="fk_round_fund_id"),
        sa.ForeignKeyConstraint(["prospectus_id"], ["prospectus.id"], name="fk_round_prospectus_id"),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
        sa.UniqueConstraint("code", name="uq_round_code"),
    )
    op.create_index("ix_round_closes", "round", ["closes_on", "id"])


def _bid() -> None:
    op.create_table(
        "bid",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("round_id", sa.BigInteger, nullable=False),
        sa.Column("lead_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text),
        sa.Column("need", sa.Text),
        sa.Column("main_support", sa.Text),
        sa.Column("other_support", postgresql.JSONB, nullable=False),
        sa.Column("outcome_codes", postgresql.JSONB, nullable=False),
        sa.Column("operational_need", sa.Boolean),
        sa.Column("operational_reason", sa.Text),
        sa.Column("spend_route", sa.Text),
        sa.Column("transition_reason", sa.Text),
        sa.Column("transition_ends_on", sa.Date),
        sa.Column("exit_plan", sa.Text),
        sa.Column("area_kind", sa.Text),
        sa.Column("area_region", sa.Text),
        sa.Column("area_codes", postgresql.JSONB, nullable=False),
        sa.Column("match_pence", sa.BigInteger, nullable=False),
        sa.Column("match_source", sa.Text),
        sa.Column("sells", sa.Boolean),
        sa.Column("new_cost_for_councils", sa.Boolean),
        sa.Column("new_cost_reason", sa.Text),
        sa.CheckConstraint("area_kind IN ('national', 'region', 'authorities')", name="ck_bid_area_kind"),
        sa.CheckConstraint(
            "main_support IN ('innovation', 'diffusion', 'challenge_review', 'intervention')",
            name="ck_bid_main_support",
        ),
        sa.CheckConstraint(
            "spend_route <> 'central_transitional' OR (transition_reason IS NOT NULL AND transition_ends_on IS "
            "NOT NULL AND exit_plan IS NOT NULL)",
            name="ck_bid_transition_is_explained",
        ),
        sa.CheckConstraint(
            "spend_route IN ('sector_led', 'central_transitional', 'central')", name="ck_bid_spend_route"
        ),
        sa.CheckConstraint("match_pence >= 0", name="ck_bid_match_not_negative"),
        sa.ForeignKeyConstraint(["id"], ["case.id"], name="fk_bid_id"),
        sa.ForeignKeyConstraint(["lead_id"], ["organisation.id"], name="fk_bid_lead_id"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_bid_round_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bid"),
    )
    op.create_index("ix_bid_round", "bid", ["round_id", "id"])


def _bid_section() -> None:
    op.create_table(
        "bid_section",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("saved_by", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "name IN ('summary', 'outcomes', 'exclusion', 'route', 'area', 'partners', 'budget', 'deliverables', "
            "'indicators', 'risks', 'facts')",
            name="ck_bid_section_name",
        ),
        sa.CheckConstraint("rev > 0", name="ck_bid_section_rev_positive"),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_bid_section_bid_id"),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name="fk_bid_section_saved_by"),
        sa.PrimaryKeyConstraint("bid_id", "name", name="pk_bid_section"),
    )


def _partner() -> None:
    op.create_table(
        "partner",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("organisation_id", sa.BigInteger, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("confirmed_by", sa.BigInteger),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="ck_partner_confirmed_by_somebody"
        ),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_partner_bid_id"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name="fk_partner_confirmed_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_partner_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_partner"),
        sa.UniqueConstraint("bid_id", "organisation_id", name="uq_partner_bid_id_organisation_id"),
    )
    op.create_index("ix_partner_organisation", "partner", ["organisation_id", "bid_id"])


def _bid_amount() -> None:
    op.create_table(
        "bid_amount",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("year", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("pence", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "head IN ('staff', 'delivery', 'travel', 'evaluation', 'other')", name="ck_bid_amount_head"
        ),
        sa.CheckConstraint("pence > 0", name="ck_bid_amount_pence_positive"),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_bid_amount_bid_id"),
        sa.PrimaryKeyConstraint("bid_id", "year", "head", name="pk_bid_amount"),
    )


def _deliverable() -> None:
    op.create_table(
        "deliverable",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("outcome_code", sa.Text),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_deliverable_bid_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliverable"),
    )
    op.create_index("ix_deliverable_bid", "deliverable", ["bid_id", "id"])


def _indicator() -> None:
    op.create_table(
        "indicator",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("baseline", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_indicator_bid_id"),
        sa.PrimaryKeyConstraint("id", name="pk_indicator"),
    )
    op.create_index("ix_indicator_bid", "indicator", ["bid_id", "id"])


def _risk() -> None:
    op.create_table(
        "risk",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_risk_bid_id"),
        sa.PrimaryKeyConstraint("id", name="pk_risk"),
    )
    op.create_index("ix_risk_bid", "risk", ["bid_id", "id"])


def _bid_version() -> None:
    op.create_table(
        "bid_version",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.BigInteger, nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name="ck_bid_version_sha256_whole"),
        sa.CheckConstraint("number > 0", name="ck_bid_version_number_positive"),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_bid_version_bid_id"),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_bid_version_made_by"),
        sa.PrimaryKeyConstraint("bid_id", "number", name="pk_bid_version"),
    )


def _screening() -> None:
    op.create_table(
        "screening",
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("version_number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("criterion", sa.Text, nullable=False),
        sa.Column("met", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_screening_bid_id"),
        sa.ForeignKeyConstraint(
            ["bid_id", "version_number"],
            ["bid_version.bid_id", "bid_version.number"],
            name="fk_screening_bid_id_version_number",
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_screening_made_by"),
        sa.PrimaryKeyConstraint("bid_id", "version_number", "criterion", name="pk_screening"),
    )
