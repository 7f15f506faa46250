"""Rules of funds, pure: who may receive under a power, and whether the money asked for is there.

The kinds here are the values that the tables hold; they are never renamed.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from workflow.engine import Reason
from workflow.money import Pence, format_pounds, year_label

NOTHING = Pence(0)


class Recipients(enum.StrEnum):
    """Who may receive under a power."""

    SPECIFIED_BODIES = "specified_bodies"
    ANY_PERSON = "any_person"
    VOLUNTARY = "voluntary"
    CHARITABLE = "charitable"
    SECTION_33 = "section_33"


class Recovery(enum.StrEnum):
    """What money paid back does. Source: domain, section 7, number 10."""

    NONE = "none"
    RESTORES_ALLOCATION = "restores_allocation"
    DEPARTMENT_INCOME = "department_income"
    CONSOLIDATED_FUND = "consolidated_fund"


class ConsultationRule(enum.StrEnum):
    """The consultation that a fund's rounds start from. Source: domain, section 5, consultation in proportion."""

    FULL = "full"
    LIGHT = "light"
    COVERED = "covered"


class YearStatus(enum.StrEnum):
    """Whether a year's allocation is settled: an indicative one may be set aside from, never promised from."""

    INDICATIVE = "indicative"
    CONFIRMED = "confirmed"


class EntryKind(enum.StrEnum):
    """What a ledger entry records."""

    CEILING = "ceiling"
    RESERVE = "reserve"
    UNRESERVE = "unreserve"
    COMMIT = "commit"
    DECOMMIT = "decommit"
    PAY = "pay"
    RECOVER = "recover"
    ACCRUE = "accrue"
    LAPSE = "lapse"
    CARRY_OUT = "carry_out"
    CARRY_IN = "carry_in"


@dataclass(frozen=True, slots=True)
class PowerTerms:
    """What a legal power allows, as the rules read it. `in_force_to` is the last London date, None while in force."""

    law: str
    recipients: Recipients
    in_force_from: date
    in_force_to: date | None = None
    has_conditions: bool = True
    has_claims: bool = True
    recovery: Recovery = Recovery.NONE
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """The attributes of an organisation that powers read.

    `specified_from` is the London date from which a body is specified for revenue support grant.
    """

    name: str
    is_legal_person: bool
    specified_from: date | None = None
    is_section_33: bool = False
    is_voluntary: bool = False
    is_charitable: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What a case holds of one year: set aside, promised, paid, kept for work done but not paid yet (pence).

    `lapsed`, `carried_out` and `recovered` say what became of money that was promised or paid before.
    """

    reserved: Pence = NOTHING
    committed: Pence = NOTHING
    paid: Pence = NOTHING
    accrued: Pence = NOTHING
    lapsed: Pence = NOTHING
    carried_out: Pence = NOTHING
    recovered: Pence = NOTHING


@dataclass(frozen=True, slots=True)
class FundFacts:
    """What guards may know of the money behind a case.

    `available` is what is left to promise by year, `confirmed` the years that may be promised from, `held` what this
    case holds by year (pence).
    """

    fund_id: int
    power: PowerTerms
    available: dict[int, Pence]
    confirmed: set[int]
    held: dict[int, Held]

    @property
    def reserved(self) -> dict[int, Pence]:
        """What is set aside for this case, by year."""
        return {year: held.reserved for year, held in self.held.items()}

    @property
    def committed(self) -> dict[int, Pence]:
        """What is promised to this case, paid or not, by year."""
        return {year: held.committed for year, held in self.held.items()}

    @property
    def paid(self) -> dict[int, Pence]:
        """What is paid to this case, by year."""
        return {year: held.paid for year, held in self.held.items()}


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One year in which less is left than was asked (pence)."""

    year: int
    asked: Pence
    left: Pence

    @property
    def missing(self) -> Pence:
        """How much too little there is."""
        return Pence(self.asked - self.left)

    @property
    def text(self) -> str:
        """The sentence a person reads."""
        return (
            f"{year_label(self.year)}: {format_pounds(self.asked)} was asked for and {format_pounds(self.left)} is "
            f"left to promise, so {format_pounds(self.missing)} is missing."
        )


def shortfalls(available: Mapping[int, int], asked: Mapping[int, int]) -> tuple[Shortfall, ...]:
    """Every year in which less is left than asked, in order; a year without an allocation has nothing left."""
    return tuple(
        Shortfall(year, Pence(amount), Pence(available.get(year, 0)))
        for year, amount in sorted(asked.items())
        if amount > available.get(year, 0)
    )


def power_fits(
    power: PowerTerms, recipient: Recipient, year: int, *, on: date | None = None
) -> Reason | None:
    """Whether the power allows paying this recipient in a financial year; None when it does.

    `on` is the date of the event, which decides whether the power was in force; without one, the year's first day.
    """
    start = date(year, 4, 1)
    if not _in_force(power, on or start):
        return Reason(
            "power_not_in_force",
            f"{power.law} was not in force on {(on or start):%-d %B %Y}.",
            "Choose a fund whose legal power is in force.",
        )
    if not recipient.is_legal_person:
        return Reason(
            "not_a_legal_person",
            f"{recipient.name} is not a legal person, so it cannot be paid or sign an agreement.",
            "A member body that is a legal person can lead the bid, with the others as partners.",
        )
    if _may_receive(power.recipients, recipient, start):
        return None
    return Reason(
        "power_does_not_fit",
        f"This fund cannot be paid to {recipient.name}: {power.law} allows {_WHO[power.recipients]} only.",
        "Bid to another fund, or be a partner of a body that this fund can be paid to.",
    )


def bids_named(bids: Sequence[tuple[str, int]]) -> str:
    """Bids with what they hold, as a list in a sentence: reference and pence."""
    return ", ".join(f"{reference} ({format_pounds(pence)})" for reference, pence in bids)


_WHO: Mapping[Recipients, str] = {
    Recipients.SPECIFIED_BODIES: "bodies specified before the year begins",
    Recipients.ANY_PERSON: "any person",
    Recipients.VOLUNTARY: "voluntary organisations",
    Recipients.CHARITABLE: "charitable, benevolent or philanthropic institutions",
    Recipients.SECTION_33: "local authorities listed in section 33 of the Local Government Act 2003",
}


def _in_force(power: PowerTerms, day: date) -> bool:
    return power.in_force_from <= day and (power.in_force_to is None or day <= power.in_force_to)


def _may_receive(who: Recipients, recipient: Recipient, start: date) -> bool:
    match who:
        case Recipients.SPECIFIED_BODIES:
            # Source: LGFA 1988 s.76(4): the bodies are specified before the financial year begins.
            return recipient.specified_from is not None and recipient.specified_from <= start
        case Recipients.ANY_PERSON:
            return True
        case Recipients.VOLUNTARY:
            return recipient.is_voluntary
        case Recipients.CHARITABLE:
            return recipient.is_charitable
        case Recipients.SECTION_33:
            return recipient.is_section_33
        case _:
            assert_never(who)
