"""Funds: powers, funds, fund-years with their balances, revisions, what cases hold, and the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
HELD = ("reserved", "committed", "paid", "accrued", "recovered", "lapsed", "carried_out")
RECOVERY = "IN ('none', 'restores_allocation', 'department_income', 'consolidated_fund')"
KINDS = (
    "IN ('ceiling', 'reserve', 'unreserve', 'commit', 'decommit', 'pay', 'recover', 'accrue', 'lapse', "
    "'carry_out', 'carry_in')"
)


def upgrade() -> None:
    _create_power()
    _create_fund()
    _create_fund_year()
    _create_ledger_entry()
    _create_allocation_revision()
    _create_award_year()
    for table in ("ledger_entry", "allocation_revision"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    balances = ", ".join(HELD)
    op.execute(f"GRANT UPDATE (status, ceiling, version, {balances}) ON fund_year TO workflow_app")
    op.execute(f"GRANT UPDATE (version, {balances}) ON award_year TO workflow_app")


def downgrade() -> None:
    for table in ("award_year", "allocation_revision", "ledger_entry", "fund_year", "fund", "power"):
        op.drop_table(table)


def _id(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    column = sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False)
    return column, sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _amounts(*columns: str) -> list[sa.Column[int]]:
    return [sa.Column(column, sa.BigInteger(), nullable=False) for column in columns]


def _texts(*columns: str) -> list[sa.Column[str]]:
    return [sa.Column(column, sa.Text(), nullable=False) for column in columns]


def _references(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
        for column, target in targets.items()
    ]


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _not_negative(table: str, *columns: str) -> list[sa.CheckConstraint]:
    return [_check(table, f"{column}_not_negative", f"{column} >= 0") for column in columns]


def _create_power() -> None:
    op.create_table(
        "power",
        *_id("power"),
        *_texts("code", "law", "title", "recipients"),
        sa.Column("has_conditions", sa.Boolean(), nullable=False),
        sa.Column("has_claims", sa.Boolean(), nullable=False),
        *_texts("recovery", "consent"),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("in_force_to", sa.Date()),
        *_texts("provenance"),
        sa.UniqueConstraint("code", "in_force_from", name="uq_power_code_in_force_from"),
        _check(
            "power",
            "recipients",
            "recipients IN ('specified_bodies', 'any_person', 'voluntary', 'charitable', 'section_33')",
        ),
        _check("power", "recovery", f"recovery {RECOVERY}"),
        _check("power", "in_force_in_order", "in_force_to IS NULL OR in_force_to >= in_force_from"),
    )


def _create_fund() -> None:
    op.create_table(
        "fund",
        *_id("fund"),
        *_texts("code", "title"),
        *_amounts("department_id", "holder_id", "power_id"),
        *_texts("consultation_rule", "recovery_rule", "cost_centre", "account", "programme", "provenance"),
        *_references("fund", department_id="organisation", holder_id="organisation", power_id="power"),
        sa.UniqueConstraint("code", name="uq_fund_code"),
        _check("fund", "consultation_rule", "consultation_rule IN ('full', 'light', 'covered')"),
        _check("fund", "recovery_rule", f"recovery_rule {RECOVERY}"),
    )
    op.create_index("ix_fund_department", "fund", ["department_id", "id"])
    op.create_index("ix_fund_holder", "fund", ["holder_id", "id"])


def _create_fund_year() -> None:
    op.create_table(
        "fund_year",
        *_id("fund_year"),
        *_amounts("fund_id"),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        *_texts("status"),
        *_amounts("ceiling", *HELD, "version"),
        *_references("fund_year", fund_id="fund"),
        sa.UniqueConstraint("fund_id", "year", name="uq_fund_year_fund_id_year"),
        _check("fund_year", "status", "status IN ('indicative', 'confirmed')"),
        _check("fund_year", "year_sensible", "year BETWEEN 2000 AND 2100"),
        *_not_negative("fund_year", "ceiling", *HELD, "version"),
        _check("fund_year", "not_overcommitted", "reserved + committed <= ceiling"),
        _check("fund_year", "paid_within_committed", "paid + accrued <= committed"),
        _check("fund_year", "promised_when_confirmed", "status = 'confirmed' OR committed = 0"),
    )


def _create_ledger_entry() -> None:
    op.create_table(
        "ledger_entry",
        *_id("ledger_entry"),
        *_amounts("fund_year_id"),
        sa.Column("case_id", sa.BigInteger()),
        *_texts("kind"),
        *_amounts("ceiling", *HELD, "balance_version"),
        *_texts("idempotency_key"),
        sa.Column("decision", sa.Text()),
        sa.Column("reverses_id", sa.BigInteger()),
        *_texts("actor"),
        sa.Column("at", MOMENT, nullable=False),
        *_references("ledger_entry", fund_year_id="fund_year", case_id="case", reverses_id="ledger_entry"),
        sa.UniqueConstraint(
            "fund_year_id", "balance_version", name="uq_ledger_entry_fund_year_id_balance_version"
        ),
        sa.UniqueConstraint("idempotency_key", name="uq_ledger_entry_idempotency_key"),
        _check("ledger_entry", "kind", f"kind {KINDS}"),
        _check("ledger_entry", "balance_version_positive", "balance_version > 0"),
        _check("ledger_entry", "case_unless_ceiling", "(kind = 'ceiling') = (case_id IS NULL)"),
    )
    op.create_index("ix_ledger_entry_case", "ledger_entry", ["case_id", "id"])


def _create_allocation_revision() -> None:
    op.create_table(
        "allocation_revision",
        *_id("allocation_revision"),
        *_amounts("fund_year_id"),
        sa.Column("entry_id", sa.BigInteger()),
        *_amounts("amount"),
        *_texts("status", "consent", "report", "reason"),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *_texts("actor"),
        *_references("allocation_revision", fund_year_id="fund_year", entry_id="ledger_entry"),
        _check("allocation_revision", "status", "status IN ('indicative', 'confirmed')"),
        *_not_negative("allocation_revision", "amount"),
    )
    op.create_index("ix_allocation_revision_fund_year", "allocation_revision", ["fund_year_id", "id"])


def _create_award_year() -> None:
    op.create_table(
        "award_year",
        *_id("award_year"),
        *_amounts("case_id", "fund_year_id", *HELD, "version"),
        *_references("award_year", case_id="case", fund_year_id="fund_year"),
        sa.UniqueConstraint("case_id", "fund_year_id", name="uq_award_year_case_id_fund_year_id"),
        *_not_negative("award_year", *HELD),
        _check("award_year", "paid_within_committed", "paid + accrued <= committed"),
    )
    op.create_index("ix_award_year_fund_year", "award_year", ["fund_year_id", "case_id"])
