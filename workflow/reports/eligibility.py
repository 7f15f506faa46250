"""Whether a fund can be paid to a body, told before anybody signs in, and what the body may do instead.

Nothing is decided here: `funds.rules.power_fits` says it, as it does again when the bid is signed.
Source: domain, section 5, the power decides; section 10, case 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation, OrganisationKind
from workflow.accounts.queries import Viewer
from workflow.engine import Reason
from workflow.funds.models import Fund, FundYear, Power
from workflow.funds.recipients import recipient_of
from workflow.funds.rules import PowerTerms, Recipient, power_fits

BODIES = (OrganisationKind.SECTOR_BODY, OrganisationKind.SECTOR_GROUP, OrganisationKind.VOLUNTARY)
"""The kinds of organisation that are asked for by name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fund with its power and the financial years that it has money in."""

    fund: Fund
    power: Power
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one fund can be paid: `why_not` is None when it can."""

    candidate: Candidate
    why_not: Reason | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told: the fund asked about, the other funds that would do, and the bodies that this one can be paid to."""

    asked: Verdict
    other_funds: tuple[Candidate, ...]
    could_lead: tuple[Organisation, ...]


def candidates(session: Session, viewer: Viewer | None) -> list[Candidate]:
    """All funds by title; everybody may see which there are and under which law."""
    del viewer
    years: dict[int, list[int]] = {}
    for fund_id, year in session.execute(select(FundYear.fund_id, FundYear.year).order_by(FundYear.year)):
        years.setdefault(fund_id, []).append(year)
    rows = session.execute(
        select(Fund, Power).join(Power, Power.id == Fund.power_id).order_by(Fund.title, Fund.id)
    )
    return [Candidate(fund, power, tuple(years.get(fund.id, ()))) for fund, power in rows]


def bodies(session: Session, viewer: Viewer | None) -> list[Organisation]:
    """The bodies that are asked for by name, by name; everybody may see them."""
    del viewer
    return list(
        session.scalars(
            select(Organisation)
            .where(Organisation.kind.in_(BODIES))
            .order_by(Organisation.name, Organisation.id)
        )
    )


def answer(
    found: Sequence[Candidate],
    known: Sequence[Organisation],
    recipient: Recipient,
    *,
    fund_code: str,
    year: int,
    on: date,
) -> Answer:
    """Whether the fund of a code can be paid to a recipient in a financial year, by the law of the London date `on`."""
    verdicts = [Verdict(one, power_fits(one.power.terms, recipient, year, on=on)) for one in found]
    asked = next(one for one in verdicts if one.candidate.fund.code == fund_code)
    others = tuple(one.candidate for one in verdicts if one is not asked and one.why_not is None)
    leads = _could_lead(asked.candidate.power.terms, known, recipient, year, on) if asked.why_not else ()
    return Answer(asked, others, leads)


def _could_lead(
    power: PowerTerms, known: Sequence[Organisation], recipient: Recipient, year: int, on: date
) -> tuple[Organisation, ...]:
    """The bodies that the power allows to pay, so that the one who asks can be their partner."""
    return tuple(
        body
        for body in known
        if body.name != recipient.name and power_fits(power, recipient_of(body), year, on=on) is None
    )
