"""Starting a bid: for whom, in which round, and whether the fund can be paid to that body at all."""

from sqlalchemy import select

from workflow.accounts import queries as accounts
from workflow.accounts.models import Organisation
from workflow.accounts.roles import Role
from workflow.bids.models import Bid, Round
from workflow.bids.rules import round_is_open_on, why_not_paid, written
from workflow.cases import Case, arm_first_deadline, once, open_case
from workflow.clock import london_date
from workflow.db import Work
from workflow.engine import Reason
from workflow.errors import Invalid, NotHere, Refused
from workflow.funds.models import Fund, Power
from workflow.funds.recipients import recipient_of

PREFIX = "SLI"
"""What references of bids begin with: sector-led improvement."""


def start_bid(work: Work, *, round_code: str, lead_id: int, title: str, key: str) -> str:
    """Start a bid for a body in an open round; returns its reference. A second press gives the same bid.

    Raises:
        NotHere: no such round, or the person may not write for the body.
        Invalid: when the round is not open.
        Refused: when the fund cannot be paid to the body, told before a word is written. Source: domain, section 10, 5.
    """
    round_ = round_for(work, round_code, lead_id)
    result = once(
        work,
        key,
        action="start_bid",
        subject=f"round:{round_.id}",
        make=lambda: {"reference": start_in(work, round_, lead_id, title).reference},
    )
    return str(result["reference"])


def round_for(work: Work, round_code: str, lead_id: int) -> Round:
    """The round with a code, for somebody who may write bids of a body.

    Raises:
        NotHere: no such round, or the person may not write for the body.
    """
    round_ = work.session.scalars(select(Round).where(Round.code == round_code)).one_or_none()
    if round_ is None or work.actor.person_id is None:
        raise NotHere
    viewer = accounts.viewer_for(work.session, work.actor.person_id, work.now)
    if lead_id not in viewer.organisations(Role.DRAFTER, Role.SIGNATORY):
        raise NotHere
    return round_


def start_in(work: Work, round_: Round, lead_id: int, title: str) -> Case:
    """Open the case of a bid with its first row and its first deadline; the caller holds a request key.

    Raises:
        Invalid: when the round is not open. Refused: when the fund cannot be paid to the body.
    """
    if not round_is_open_on(round_.opens_on, round_.closes_on, london_date(work.now)):
        raise Invalid(f"This round is not open. It closes on {written(round_.closes_on)}.", field="title")
    fund = work.session.get_one(Fund, round_.fund_id)
    power = work.session.get_one(Power, fund.power_id)
    lead = recipient_of(work.session.get_one(Organisation, lead_id))
    wrong = why_not_paid(power.terms, lead, round_.first_year, on=london_date(work.now))
    if wrong is not None:
        raise Refused([Reason(wrong.code, wrong.text, wrong.how, wrong.who, field="lead")])
    case = open_case(
        work,
        kind="bid",
        prefix=PREFIX,
        title=title,
        department_id=fund.department_id,
        proposer_id=lead_id,
        fund_id=fund.id,
    )
    work.session.add(Bid(id=case.id, round_id=round_.id, lead_id=lead_id, title=title))
    work.session.flush()  # The round's closing date is read through the bid.
    arm_first_deadline(work, case, {})
    return case
