"""The notice of a decision, as a page and as a tagged PDF: both are drawn from the one paper that is made here."""

from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer, organisations_named
from workflow.approval.notice import DecisionNotice, Fate, notice_of
from workflow.cases import Case
from workflow.cases.queries import case_by_reference
from workflow.documents.pdf import tagged_pdf
from workflow.errors import NotHere
from workflow.funds.models import Fund
from workflow.money import year_label
from workflow.web.approval.room import blueprint
from workflow.web.bids.frame import bid_frame
from workflow.web.context import now, read_session, viewer
from workflow.web.filters import counted, end_of, london_date, pounds
from workflow.web.pages import render

FATES = {Fate.APPROVED: "Approved", Fate.REJECTED: "Not approved"}


@dataclass(frozen=True, slots=True)
class Paper:
    """The words of a notice: facts as (name, words), years as (year, amount), parts as (heading, paragraphs)."""

    title: str
    facts: list[tuple[str, str]]
    granted: str
    years: list[tuple[str, str]]
    total: str
    parts: list[tuple[str, list[str]]]


@blueprint.get("/bids/<reference>/notice")
def notice(reference: str) -> Response:
    """The notice of the decision, for the lead body, the department and auditors."""
    session, who = read_session(), viewer()
    case, decided = _decided(session, who, reference)
    paper = paper_of(session, case, decided)
    return render("pages/approval/notice.html", **bid_frame(session, who, case, tab="why"), paper=paper)


@blueprint.get("/bids/<reference>/notice.pdf")
def notice_pdf(reference: str) -> Response:
    """The same as a tagged PDF, always as a download."""
    session, who = read_session(), viewer()
    case, decided = _decided(session, who, reference)
    service = str(current_app.config["SETTINGS"].service_name)
    data: dict[str, Any] = {"service": service, **asdict(paper_of(session, case, decided))}
    answer = Response(tagged_pdf("notice.typ", data, at=decided.at), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{case.reference} decision.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _decided(session: Session, who: Viewer, reference: str) -> tuple[Case, DecisionNotice]:
    """The case and its decision.

    Raises:
        NotHere: when the reader may not see the bid, or nothing is decided.
    """
    case = case_by_reference(session, who, reference)
    found = notice_of(session, who, case, now=now())
    if found is None:
        raise NotHere
    return case, found


def paper_of(session: Session, case: Case, notice: DecisionNotice) -> Paper:
    """The words of the notice of a decision that the reader may see."""
    names = organisations_named(session, [case.proposer_id, case.department_id])
    lead, department = names[case.proposer_id], names[case.department_id]
    fund = session.get_one(Fund, case.fund_id)
    facts = [
        ("Bid", f"{case.reference}, {case.title}"),
        ("Lead body", lead),
        ("Fund", fund.title),
        ("Department", department),
        ("Decision", FATES[notice.fate]),
        ("Decided on", london_date(notice.at)),
        ("Decided by", _decided_by(notice)),
    ]
    if notice.version is not None:
        facts.append(("Text that was judged", f"Version {notice.version} of the bid"))
    return Paper(
        title="Notice of decision",
        facts=facts,
        granted="What is granted",
        years=[(year_label(number), pounds(pence)) for number, pence in notice.years.items()],
        total=pounds(notice.total_pence),
        parts=[*_next(notice, lead), ("How to check this notice", _proof(case, notice))],
    )


def _decided_by(notice: DecisionNotice) -> str:
    if notice.is_directed and notice.fate is Fate.APPROVED:
        return "The accounting officer, on a minister’s written direction"
    if notice.approvers:
        return f"{counted(notice.approvers, 'approver')} of the department, each within their limit"
    return "The accounting officer" if notice.fate is Fate.APPROVED else "The department"


def _next(notice: DecisionNotice, lead: str) -> list[tuple[str, list[str]]]:
    if notice.fate is Fate.APPROVED:
        words = (
            "The department makes an offer, which says on what terms the money is given. "
            f"Nothing is paid before somebody who can sign for {lead} accepts it."
        )
        return [("What happens next", [words])]
    ways = (
        f"Until {end_of(notice.appeal_by)} somebody who can sign for {lead} can ask for another look at the decision, "
        "once. People who had no part in it would judge the bid again."
        if notice.appeal_by
        else "The time to ask for another look at the decision is over, or it was asked for already."
    )
    again = "The text of the bid is kept, and can be used again in another funding round."
    return [("Reasons", notice.told.splitlines()), ("What can be done", [ways, again])]


def _proof(case: Case, notice: DecisionNotice) -> list[str]:
    said = [
        f"This notice rests on event {notice.event} of bid {case.reference}, whose digest is {notice.proof}."
    ]
    if notice.sha256:
        said.append(f"The digest of the text that was judged is {notice.sha256}.")
    return said
