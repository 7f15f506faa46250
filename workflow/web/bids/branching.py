"""The versions of a bid with what each changed, its first check, putting text back, and copying it into another round."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer, people_named
from workflow.bids import queries
from workflow.bids.branches import commands
from workflow.bids.branches.queries import FindingView, defects_of, findings_of, versions_of
from workflow.bids.branches.versions import as_sent
from workflow.bids.commands import may_be_written
from workflow.bids.content import Content, content_of
from workflow.bids.models import BidVersion, Change
from workflow.bids.sections import SECTIONS
from workflow.cases import Case
from workflow.cases.queries import case_by_reference
from workflow.errors import Invalid, NotAllowed, NotHere, Refused
from workflow.web.bids.branch_forms import CopyForm, PutBackForm
from workflow.web.bids.comparing import SectionDiff, compared
from workflow.web.bids.frame import bid_frame, is_inside
from workflow.web.bids.reading import answers_of
from workflow.web.bids.room import blueprint
from workflow.web.context import now, read_session, viewer, work
from workflow.web.forms import Option
from workflow.web.pages import render


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the list: its number, what it was, when it was sent, by whom, and what the lead body said of it."""

    number: int
    what: str
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What the record of a bid says beside the straight line: a finding, the way into another round, words not sent."""

    finding: FindingView | None
    may_copy: bool
    unsent_words: bool


def beside_of(session: Session, reader: Viewer, case: Case, facts: Mapping[str, Any]) -> Beside:
    """The same for one reader; findings are read only where there are some."""
    bid = facts["bids"]
    is_writer = case.proposer_id in reader.organisations(*queries.WRITERS)
    found = findings_of(session, reader, case) if bid is not None and bid.finding is not None else []
    return Beside(
        found[0] if found else None,
        may_copy=is_writer and case.ended,
        unsent_words=is_writer and bid is not None and bid.unsent and may_be_written(case),
    )


@blueprint.get("/bids/<reference>/versions")
def versions(reference: str) -> Response:
    """Every version of a bid that was sent, the newest first."""
    session, reader = read_session(), viewer()
    case = case_by_reference(session, reader, reference)
    found = versions_of(session, reader, case)
    return render(
        "pages/bids/versions.html",
        **bid_frame(session, reader, case, tab="versions"),
        rows=_rows(session, reader, case, found)[::-1],
    )


@blueprint.get("/bids/<reference>/versions/<int:number>")
def version(reference: str, number: int) -> Response:
    """One version: what it changed against the one before, section by section, and all that it says."""
    session, reader = read_session(), viewer()
    case = case_by_reference(session, reader, reference)
    found = {one.number: one for one in versions_of(session, reader, case)}
    if number not in found:
        raise NotHere
    content = content_of(session, case.id)
    sent = _as_sent(content, found[number])
    rows = {row.number: row for row in _rows(session, reader, case, list(found.values()))}
    return render(
        "pages/bids/version.html",
        **bid_frame(session, reader, case, tab="versions"),
        row=rows[number],
        sha256=found[number].sha256,
        changed=_changed(content, found, number),
        sections=answers_of(sent),
        newest=max(found),
    )


def _as_sent(content: Content, one: BidVersion) -> Content:
    return as_sent(content, one.snapshot, one.made_at)


def _changed(content: Content, found: dict[int, BidVersion], number: int) -> tuple[SectionDiff, ...]:
    before = found.get(number - 1)
    if before is None:
        return ()
    return compared(_as_sent(content, before), _as_sent(content, found[number]))


def _rows(session: Session, reader: Viewer, case: Case, found: list[BidVersion]) -> list[VersionRow]:
    is_told = is_inside(reader, case) or case.proposer_id in reader.organisations(*queries.WRITERS)
    names = people_named(session, [one.made_by for one in found]) if is_told else {}
    return [
        VersionRow(one.number, _what(one), one.made_at, names.get(one.made_by, "The lead body"), one.note)
        for one in found
    ]


def _what(one: BidVersion) -> str:
    match one.change:
        case Change.MINOR:
            return "A small change"
        case Change.MATERIAL:
            return "A large change: councils are asked again"
        case None:
            return "As first sent" if one.number == 1 else "Sent again"


@blueprint.get("/bids/<reference>/first-check")
def first_check(reference: str) -> Response:
    """What the first check found: what is to be put right, and whether the bid is eligible."""
    session, reader = read_session(), viewer()
    case = case_by_reference(session, reader, reference)
    is_writer = case.proposer_id in reader.organisations(*queries.WRITERS)
    return render(
        "pages/bids/first_check.html",
        **bid_frame(session, reader, case, tab="first_check"),
        defects=defects_of(session, reader, case),
        labels={section: words.label for section, words in SECTIONS.items()},
        findings=findings_of(session, reader, case),
        may_put_right=case.state == "returned" and is_writer,
        may_copy=is_writer,
    )


@blueprint.route("/bids/<reference>/put-back", methods=["GET", "POST"])
def put_back(reference: str) -> Response:
    """Put the text back to the version that was sent, after showing what would be lost."""
    session, reader = read_session(), viewer()
    case, content = _written(session, reader, reference)
    sent = queries.version_of(session, reader, case)
    if sent is None or not may_be_written(case):
        raise Invalid("There is no version that was sent to which this text could be put back.")
    form = PutBackForm(rev=case.rev)
    if form.validate_on_submit():
        with work() as opened:
            commands.put_back(opened, case.id, key=form.request_key)
        flash("Text put back")
        return redirect(url_for("bids.sections", reference=reference), 303)
    return render(
        "pages/bids/put_back.html",
        form=form,
        case=case,
        number=sent.number,
        changed=compared(_as_sent(content, sent), content),
    )


@blueprint.route("/bids/<reference>/copy", methods=["GET", "POST"])
def copy(reference: str) -> Response:
    """Begin a bid in an open round with the words of this one."""
    session, reader = read_session(), viewer()
    case, content = _written(session, reader, reference)
    opened_rounds = [one for one in queries.rounds(session, reader, now()) if one.is_open]
    form = CopyForm(rev=case.rev, data={"round": request.args.get("round")})
    form.round.options = tuple(
        Option(one.round.code, one.round.title, _about_round(one, content)) for one in opened_rounds
    )
    if not form.validate_on_submit():
        return render("pages/bids/copy.html", form=form, case=case, rounds=opened_rounds)
    try:
        with work() as at_work:
            made = commands.copy_bid(
                at_work, case.id, round_code=form.data_tuple().round_code, key=form.request_key
            )
    except (Refused, Invalid) as error:
        if not form.refuse(error):
            raise
        return render("pages/bids/copy.html", form=form, case=case, rounds=opened_rounds)
    flash("Text copied")
    return redirect(url_for("bids.sections", reference=made), 303)


def _about_round(one: queries.RoundView, content: Content) -> str:
    """The fund, and why it cannot be paid to the lead body where it cannot."""
    wrong = queries.cannot_be_paid(one, content.lead, now())
    return f"{one.fund.title}. {wrong.text}" if wrong else one.fund.title


def _written(session: Session, reader: Viewer, reference: str) -> tuple[Case, Content]:
    """A bid of the reader's own body, with what is written of it.

    Raises:
        NotAllowed: when the reader may read it and not write it.
    """
    case, content = queries.content_by_reference(session, reader, reference)
    if case.proposer_id not in reader.organisations(*queries.WRITERS):
        raise NotAllowed("Only a bid writer or signatory of the lead body can do this.")
    return case, content
