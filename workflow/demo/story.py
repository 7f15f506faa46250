"""What a bid of the demonstration is, as data: who asks whom for what, whom it concerns, and how far it has come."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflow.bids.models import AreaKind, SupportType
from workflow.db import Work
from workflow.money import Pence


class Stage(enum.IntEnum):
    """How far a bid has come, in the order of the line."""

    WRITTEN_IN_PART = 0
    WRITTEN = 1
    SENT = 2
    TAKEN = 3
    CHECKED = 4
    ASKED = 5
    CLOSED_TO_ANSWERS = 6
    ANSWERED = 7
    RECOMMENDED = 8
    APPROVED_ONCE = 9
    APPROVED = 10
    OFFERED = 11
    RUNNING = 12
    CLAIMED = 13
    CLAIM_CHECKED = 14
    PAID = 15
    CLOSING = 16
    CLOSED = 17


@dataclass(frozen=True, slots=True)
class Consulted:
    """Which councils are asked, from when until when: by their codes, or all with social care duties of some regions.

    `EVERYWHERE` stands for all regions.
    """

    opens_on: date
    closes_on: date
    councils: tuple[str, ...] = ()
    care: tuple[str, ...] = ()
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
class Then:
    """What somebody does after the line, on a day of its own: an action with its data, or another command on the bid.

    `who` is a box of the department's team, or a whole address.
    """

    on: date
    who: str
    action: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    command: Callable[[Work, int], Any] | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One bid. `ref` is that of the data; `days` gives a step a day of its own.

    `claimed` is what it asks to be paid, where that is not four fifths of the first year. `then` leads off the line.
    """

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
    claimed: Pence | None = None
    recommends: Mapping[str, Any] = field(default_factory=dict)
    closing_words: str = "The rest was not needed."
    then: tuple[Then, ...] = ()

    @property
    def first_request(self) -> Pence:
        """What it asks to be paid of its first year."""
        return self.claimed or Pence(self.amounts[min(self.amounts)] * 4 // 5)


def pounds(amount: int) -> Pence:
    """Whole pounds as pence."""
    return Pence(amount * 100)


NORTH_EAST = ("DAL", "DUR", "GAT", "HPL", "MDB", "NBL", "NET", "NTY", "RCC", "SND", "STT", "STY")
TYNE = ("GAT", "NBL", "NET", "NTY", "SND", "STY")
CORE_CITIES = ("BIR", "BST", "LDS", "LIV", "MAN", "NGM", "SHF")
EVERYWHERE = ("*",)
EASTERN = ("SFK", "NFK", "CAM", "ESS", "PTE", "IPS")

LGID = Lead("LGID", "drafter@lgid.example", "signatory@lgid.example")
ADCS = Lead("ADCS", "drafter@adcs.example", "signatory@adcs.example")
ACPO = Lead("ACPO", "drafter@acpo.example", "signatory@acpo.example")
ADASS = Lead("ADASS", "drafter@adass.example", "signatory@adass.example")
RSG = Asked("RSG-2011-1", "dclg")
DFE = Asked("DFE-CI-2011-1", "dfe")
DH = Asked("DH-SC-2011-1", "dh")
HO = Asked("HO-PI-2010-1", "ho")
S31 = Asked("S31-2010-1", "dclg")
LIGHT = "The prospectus consulted on this outcome from November to January."


def council(code: str, name: str) -> Lead:
    """A council whose one officer writes and signs."""
    return Lead(code, f"grants@{name}.example", f"grants@{name}.example")


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


AUTUMN = {"accept offer": date(2011, 1, 6)}


def autumn(councils: tuple[str, ...], answered: int = 2) -> Consulted:
    """The same from 3 November to 1 December 2010, for work that begins in January."""
    return grant(date(2010, 11, 3), date(2010, 12, 1), councils, answered)
