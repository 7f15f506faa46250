"""What waits for each role of the demonstration, and the walk through it: both as data, which tests live.

A path may name a bid by its number in the data, as `{P017}`, and the invitation of a council as `{P066}`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.cases import Case
from workflow.consultation.models import Consultation
from workflow.demo.stories import STORIES

_TITLES = {story.ref: story.title for story in STORIES}
_NAMED = re.compile(r"\{(P\d{3})\}")


@dataclass(frozen=True, slots=True)
class Waits:
    """One thing that waits for a role: who it is (nobody signed in where empty), what, where, and words of that page."""

    role: str
    person: str
    what: str
    path: str
    shows: str


WAITS: tuple[Waits, ...] = (
    Waits(
        "Bid writer",
        "drafter@lgid.example",
        "A budget to finish, by Friday 8 April",
        "/bids/{P070}/sections/budget",
        "Shared regulatory services",
    ),
    Waits(
        "Signatory",
        "signatory@lgid.example",
        "A bid that is ready to be signed",
        "/bids/{P017}/actions/submit",
        "Knowledge Hub",
    ),
    Waits(
        "Partner",
        "partner@lgr.example",
        "A part in a bid to confirm",
        "/bids/{P070}/part",
        "Shared regulatory services",
    ),
    Waits(
        "A body this money cannot go to",
        "drafter@solace.example",
        "Six questions say so before a word is written",
        "/can-we-get-this-money",
        "money",
    ),
    Waits(
        "Charity",
        "office@navca.example",
        "A bid sent back with two things to put right",
        "/bids/{P065}/first-check",
        "80,000 of the second year",
    ),
    Waits(
        "Council officer",
        "officer@gateshead.example",
        "Half an answer; the time ends tomorrow",
        "/consultations/{P066}/respond",
        "joint improvement reviews",
    ),
    Waits(
        "Council’s mailbox",
        "corporate@county-durham.example",
        "Two bids to answer, and nobody has started",
        "/consultations",
        "Local accounts for adult social care",
    ),
    Waits(
        "Case officer",
        "case.officer@dclg.example",
        "Councils to ask, in an election period",
        "/bids/{P018}/actions/open_consultation",
        "6 May 2011",
    ),
    Waits(
        "Second officer",
        "second.officer@ho.example",
        "A bid said to be not eligible, to confirm or not",
        "/bids/{P063}/actions/confirm_ineligible",
        "Firearms",
    ),
    Waits(
        "Assessor",
        "assessor@dclg.example",
        "A bid that asks for more than is left",
        "/bids/{P019}/actions/recommend",
        "Leadership support programmes",
    ),
    Waits(
        "First approver",
        "approver1@dclg.example",
        "See why you cannot approve this twice, and who can",
        "/bids/{P015}/actions/approve",
        "approved this bid already",
    ),
    Waits(
        "Second approver",
        "approver2@dclg.example",
        "£5.4m to decide, for peer challenge",
        "/bids/{P015}/actions/approve",
        "Peer challenge",
    ),
    Waits(
        "Approver lent by the sector",
        "approver4@dclg.example",
        "See why a connection keeps you out",
        "/bids/{P015}/actions/approve",
        "cannot approve",
    ),
    Waits(
        "Accounting officer",
        "accounting@dclg.example",
        "A contentious bid, without the Treasury’s consent",
        "/bids/{P067}/actions/approve_referred",
        "Treasury",
    ),
    Waits(
        "Private office",
        "private@dclg.example",
        "A minister’s direction is sought: read up for the accounting officer",
        "/bids/{P039}",
        "Shaped by Us",
    ),
    Waits(
        "Finance officer",
        "finance@dclg.example",
        "An offer to make, two days before the year ends",
        "/bids/{P014}/actions/offer",
        "Local accountability tools",
    ),
    Waits(
        "Payment authoriser",
        "payments@dclg.example",
        "A checked payment request to pay",
        "/bids/{P030}/actions/pay_claim",
        "recycling project",
    ),
    Waits(
        "Grant manager",
        "grants@dclg.example",
        "A payment request to check",
        "/bids/{P028}/actions/check_claim",
        "children and young people",
    ),
    Waits(
        "Person responsible",
        "responsible@dclg.example",
        "Final figures to confirm",
        "/bids/{P031}/actions/confirm_closure",
        "My place, my say",
    ),
    Waits(
        "Head of team",
        "responsible@dh.example",
        "A bid found not eligible, to look at again",
        "/bids/{P064}/actions/accept_review",
        "Ward infection-control",
    ),
    Waits(
        "Network, officials",
        "network@dh.example",
        "Bids of two departments that overlap",
        "/network/overlaps",
        "Regional safeguarding peer reviews",
    ),
    Waits(
        "Network, improvement bodies",
        "network@lga.example",
        "What other bodies are doing",
        "/network",
        "Local accounts",
    ),
    Waits(
        "Auditor",
        "auditor@nao.example",
        "What was done differently, and a sample",
        "/reports/exceptions",
        "sample",
    ),
    Waits(
        "Administrator",
        "admin@dclg.example",
        "Somebody leaves, and one council cannot be reached",
        "/admin",
        "Jan Ormond",
    ),
    Waits(
        "Review owner",
        "review@dclg.example",
        "The closing report, from its own figures",
        "/reports/review",
        "77",
    ),
    Waits("The public", "", "What is being asked, awarded and refused", "/open", "Police and council"),
)
"""Every role, in the order of a bid's life."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the walk: what to do, why it is worth it, and where; signed in as `person` where one is named."""

    title: str
    text: str
    press: str
    path: str
    person: str = ""


WALK: tuple[Step, ...] = (
    Step(
        "Answer for a council in 30 seconds",
        "Open the newest mail to Gateshead’s office, press its button, and say what the council thinks.",
        "Open Gateshead’s mail",
        "/demo/mailbox?to=corporate@gateshead&about=joint+improvement&open=newest",
    ),
    Step(
        "See why the first approver cannot",
        "The page says what is so, how to go on, and who can.",
        "Look as Nia Prosser",
        "/bids/{P015}/actions/approve",
        "approver1@dclg.example",
    ),
    Step(
        "Approve £5.4m as the second approver",
        "See the fund before and after, approve, and see the money go from set aside to promised.",
        "Decide as Max Okafor",
        "/bids/{P015}/actions/approve",
        "approver2@dclg.example",
    ),
    Step(
        "Press “Go to the next deadline”",
        "It is the start of Thursday 31 March: the consultation has closed, and the mailbox shows each message once.",
        "See the clock",
        "/demo/clock",
    ),
    Step(
        "Read what the public reads",
        "How many of the twelve councils answered, and which did not.",
        "Open the public page",
        "/open/consultations/{P066}",
    ),
    Step(
        "Check the review’s three figures",
        "77.28% less, and the sector’s share from 62.47% to 81.33%, beside the paper’s own words.",
        "Open the review",
        "/reports/review",
    ),
)
"""The six steps. The one who may not is asked first: of a decided bid the page only says that it is decided."""

PATHS = [*(one.path for one in WAITS), *(step.path for step in WALK)]
"""Every path that the pages of the demonstration lead to."""


def located(session: Session, paths: list[str]) -> dict[str, str]:
    """Where each path leads in this database, in one statement; one whose bid is not there leads to the first page."""
    named = {ref for path in paths for ref in _NAMED.findall(path)}
    rows = session.execute(
        select(Case.title, Case.reference, Consultation.id)
        .outerjoin(Consultation, Consultation.bid_id == Case.id)
        .where(Case.title.in_([_TITLES[ref] for ref in named]))
        .order_by(Case.id, Consultation.id)
    ).all()
    bids = {title: (reference, consultation) for title, reference, consultation in rows}
    return {path: _located(path, bids) for path in paths}


def _located(path: str, bids: Mapping[str, tuple[str, int | None]]) -> str:
    about_consultation = path.startswith(("/consultations/", "/open/"))

    def place(match: re.Match[str]) -> str:
        reference, consultation = bids[_TITLES[match[1]]]
        return str(consultation) if about_consultation else reference

    try:
        return _NAMED.sub(place, path)
    except KeyError:
        return "/"
