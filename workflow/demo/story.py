"""What a bid of the demonstration is, as data: who asks whom for what, whom it concerns, and how far it has come."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from workflow.bids.models import AreaKind, SupportType
from workflow.money import Pence


class Stage(enum.IntEnum):
    """How far a bid has come, in the order of the line."""

    WRITTEN_IN_PART = 0
    WRITTEN = 1
    SENT = 2
    CHECKED = 3
    ASKED = 4
    CLOSED_TO_ANSWERS = 5
    ANSWERED = 6
    RECOMMENDED = 7
    APPROVED_ONCE = 8
    APPROVED = 9
    OFFERED = 10
    RUNNING = 11
    CLAIMED = 12
    CLAIM_CHECKED = 13
    PAID = 14
    CLOSING = 15
    CLOSED = 16


@dataclass(frozen=True, slots=True)
class Consulted:
    """Which councils are asked, by their codes, from when until when."""

    opens_on: date
    closes_on: date
    councils: tuple[str, ...]
    kind: str = "full"
    reason: str = ""
    question: str = "Would this be of use to your council?"
    answered: int = 0
    opposed: int = 0
    without_disposition: int = 0


@dataclass(frozen=True, slots=True)
class Lead:
    """Who asks: the body's code, and the addresses of who writes and who signs."""

    code: str
    drafter: str
    signatory: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked: the round's code, and the mail domain of the department's team."""

    round_code: str
    team: str


@dataclass(frozen=True, slots=True)
class Story:
    """One bid. `ref` is that of the data; `days` gives a step a day of its own."""

    ref: str
    title: str
    lead: Lead
    asked: Asked
    summary: str
    need: str
    outcomes: tuple[str, ...]
    support: SupportType
    amounts: Mapping[int, Pence]
    begins_on: date
    stage: Stage
    consulted: Consulted | None = None
    area: AreaKind = AreaKind.NATIONAL
    region: str | None = None
    councils: tuple[str, ...] = ()
    partners: tuple[tuple[str, str], ...] = ()
    ends_on: date | None = None
    deliverable: str = "A report that every council can use"
    indicator: tuple[str, str, str] = ("Councils that took part", "0", "60")
    days: Mapping[str, date] = field(default_factory=dict)


def pounds(amount: int) -> Pence:
    """Whole pounds as pence."""
    return Pence(amount * 100)


NORTH_EAST = ("DAL", "DUR", "GAT", "HPL", "MDB", "NBL", "NET", "NTY", "RCC", "SND", "STT", "STY")
TYNE = ("GAT", "NBL", "NET", "NTY", "SND", "STY")
CORE_CITIES = ("BIR", "BST", "LDS", "LIV", "MAN", "NGM", "SHF")
EASTERN = ("SFK", "NFK", "CAM", "ESS", "PTE", "IPS")

LGID = Lead("LGID", "drafter@lgid.example", "signatory@lgid.example")
ADCS = Lead("ADCS", "drafter@adcs.example", "signatory@adcs.example")
RSG = Asked("RSG-2011-1", "dclg")
DFE = Asked("DFE-CI-2011-1", "dfe")
S31 = Asked("S31-2010-1", "dclg")
LIGHT = "The prospectus consulted on this outcome from November to January."


def spring(answered: int) -> Consulted:
    """A light consultation around the Tyne from 16 February to 16 March 2011."""
    return Consulted(
        date(2011, 2, 16), date(2011, 3, 16), TYNE, kind="light", reason=LIGHT, answered=answered
    )


def grant(opens_on: date, closes_on: date, councils: tuple[str, ...], answered: int) -> Consulted:
    """A light consultation of one council and its neighbours."""
    return Consulted(
        opens_on,
        closes_on,
        councils,
        kind="light",
        reason="It concerns one council; its neighbours are asked whether they would use what is learned.",
        answered=answered,
    )
