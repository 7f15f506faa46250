"""Rounds, the list of bids, starting one, and the record of a bid with its sections and history."""

from flask import request, url_for
from werkzeug.wrappers import Response

from workflow.approval.branching import too_few_left
from workflow.approval.queries import refusal_of
from workflow.bids import lists, queries
from workflow.cases.queries import case_by_reference
from workflow.web.bids import acting, branching, starting, writing
from workflow.web.bids.frame import bid_frame, due_told, is_inside, state_words
from workflow.web.bids.happened import shown_history, timeline
from workflow.web.bids.record import key_facts, person_responsible, record_of
from workflow.web.bids.room import blueprint
from workflow.web.context import current_viewer, now, read_session, viewer
from workflow.web.pages import render

__all__ = ["acting", "blueprint", "branching", "starting", "writing"]


@blueprint.get("/rounds")
def rounds() -> Response:
    """All funding rounds, open ones first; everybody may see them."""
    return render("pages/bids/rounds.html", rounds=queries.rounds(read_session(), current_viewer(), now()))


@blueprint.get("/rounds/<code>")
def round_page(code: str) -> Response:
    """One round: what it is for, until when, how much, and whether the reader's bodies can be paid from it."""
    session, reader = read_session(), current_viewer()
    found = queries.round_by_code(session, reader, code, now())
    bodies = queries.bodies_of(session, reader) if reader else []
    return render(
        "pages/bids/round.html",
        found=found,
        outcomes=queries.outcomes_of(session, reader, found.round),
        bodies=[(body, queries.cannot_be_paid(found, body, now())) for body in bodies],
    )


@blueprint.get("/bids")
def index() -> Response:
    """Every bid that the reader may see, the newest first, ended ones too."""
    session, reader = read_session(), viewer()
    rows, more = lists.bids(session, reader, after=request.args.get("after", type=int))
    next_href = url_for("bids.index", after=rows[-1].case.id) if more else ""
    return render(
        "pages/bids/index.html",
        rows=[(row, *state_words(reader, row.case), due_told(reader, row.case)) for row in rows],
        next_href=next_href,
        may_start=bool(queries.bodies_of(session, reader)),
    )


@blueprint.get("/bids/<reference>")
def show(reference: str) -> Response:
    """The record of a bid: who, until when, then what; where it is; its facts, money and newest events."""
    session, reader = read_session(), viewer()
    case, content = queries.content_by_reference(session, reader, reference)
    record = record_of(session, reader, case, now(), lead=content.lead.short_name)
    inside = is_inside(reader, case)
    fund = queries.fund_title(session, reader, case)
    return render(
        "pages/bids/show.html",
        **bid_frame(session, reader, case, tab="summary", facts=record.facts),
        content=content,
        record=record,
        key_facts=[
            *key_facts(case, content, fund, record.facts, inside=inside),
            *person_responsible(session, reader, case, now()),
        ],
        outcome_titles={one.code: one.title for one in content.outcomes},
        is_writer=writing.is_writable(reader, case),
        inside=inside,
        beside=branching.beside_of(session, reader, case, record.facts),
        refusal=refusal_of(session, reader, case),
        too_few_left=too_few_left(record.facts) if inside else "",
    )


@blueprint.get("/bids/<reference>/history")
def history(reference: str) -> Response:
    """Everything that happened to a bid, newest first."""
    session, reader = read_session(), viewer()
    case = case_by_reference(session, reader, reference)
    entries = shown_history(session, reader, case)
    return render(
        "pages/bids/history.html",
        **bid_frame(session, reader, case, tab="history"),
        entries=timeline(entries, now(), inside=is_inside(reader, case)),
        newest=entries[0] if entries else None,
    )
