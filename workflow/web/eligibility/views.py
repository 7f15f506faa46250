"""One question a page, then the answer: whether this fund can be paid to this body, and what it may do instead."""

from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from workflow.accounts.models import Organisation
from workflow.bids.queries import rounds
from workflow.clock import london_date
from workflow.funds.recipients import recipient_of
from workflow.funds.rules import Recipient
from workflow.reports import eligibility
from workflow.reports.eligibility import Candidate
from workflow.web.context import current_viewer, now, read_session
from workflow.web.eligibility.forms import (
    CHARITY,
    COUNCIL,
    FORMS,
    NAMED,
    YES,
    field_of,
    form_of,
    options_of,
)
from workflow.web.pages import render

blueprint = Blueprint("eligibility", __name__)

KNOWN = ("legal", "purpose", "specified")
"""What is not asked of a council, because the law says it, or of a body that the register holds."""


@blueprint.get("/can-we-get-this-money")
def ask() -> Response:
    """The first question without an answer that means something; after the last, what follows from all of them."""
    session, reader = read_session(), current_viewer()
    funds, bodies = eligibility.candidates(session, reader), eligibility.bodies(session, reader)
    answers: dict[str, str] = {}
    for name in FORMS:
        if name in _skipped(answers):
            continue
        options = options_of(name, funds, bodies, answers.get("fund"))
        given = request.args.get(name, "")
        choices = options or field_of(form_of(name, None, is_sent=False), name).options
        if given not in {option.value for option in choices} or request.args.get("change") == name:
            form = form_of(name, options, is_sent=request.args.get("asked") == name)
            return render(
                "pages/eligibility/question.html",
                form=form,
                field=field_of(form, name),
                name=name,
                answers=answers,
                number=len(answers) + 1,
                count=_count(answers),
                back_href=_back(answers),
            )
        answers[name] = given
    return _result(answers, funds, bodies)


def _skipped(answers: dict[str, str]) -> tuple[str, ...]:
    body = answers.get("body", "")
    if body == COUNCIL or body.startswith(NAMED):
        return KNOWN
    return ("purpose",) if body == CHARITY else ()


def _count(answers: dict[str, str]) -> int:
    return len(FORMS) - len(_skipped(answers))


def _back(answers: dict[str, str]) -> str:
    """The question before, with its answer; before the first, the first page."""
    if not answers:
        return url_for("home.home")
    values: dict[str, Any] = {**answers, "change": list(answers)[-1]}
    return url_for("eligibility.ask", **values)


def _result(answers: dict[str, str], funds: list[Candidate], bodies: list[Organisation]) -> Response:
    body = next((one for one in bodies if f"{NAMED}{one.code}" == answers["body"]), None)
    recipient, year = _recipient(answers, body), int(answers["year"])
    today = london_date(now())
    found = eligibility.answer(funds, bodies, recipient, fund_code=answers["fund"], year=year, on=today)
    open_rounds = [view for view in rounds(read_session(), current_viewer(), now()) if view.is_open]
    return render(
        "pages/eligibility/result.html",
        found=found,
        who=body.short_name if body else recipient.name,
        body=body,
        year=year,
        answers=answers,
        back_href=_back(answers),
        open_rounds=open_rounds,
    )


def _recipient(answers: dict[str, str], body: Organisation | None) -> Recipient:
    if body is not None:
        return recipient_of(body)
    if answers["body"] == COUNCIL:
        return Recipient(name="a council", is_legal_person=True, is_section_33=True)
    purpose = "charitable" if answers["body"] == CHARITY else answers["purpose"]
    before = date(int(answers["year"]), 4, 1)  # The law asks for a body specified by the year's first day.
    return Recipient(
        name="your organisation",
        is_legal_person=answers["legal"] == YES,
        specified_from=before if answers["specified"] == YES else None,
        is_voluntary=purpose in {"charitable", "voluntary"},
        is_charitable=purpose == "charitable",
    )
