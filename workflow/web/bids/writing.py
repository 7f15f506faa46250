"""Writing a bid: the list of sections, one question page for each, the pages of rows, checking the answers."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.bids import commands, queries
from workflow.bids.branches.queries import Defect, defects_of
from workflow.bids.commands import StaleSection
from workflow.bids.content import Content
from workflow.bids.models import CostHead, Section
from workflow.bids.sections import SECTIONS, unfinished
from workflow.cases import Case
from workflow.cases.registry import registry
from workflow.consultation.queries import Authority, authorities
from workflow.errors import Invalid, NotHere
from workflow.web.bids import change_forms, parts
from workflow.web.bids.ball import explained, moves_of
from workflow.web.bids.frame import bid_frame
from workflow.web.bids.list_forms import LISTS, DoneForm, ListPage, RemoveForm, RowForm
from workflow.web.bids.questions import QUESTIONS
from workflow.web.bids.reading import answers_of, section_answers
from workflow.web.bids.room import blueprint
from workflow.web.bids.section_forms import SectionForm
from workflow.web.bids.tasks import tasks_of
from workflow.web.bids.words import HEADS
from workflow.web.context import now, read_session, viewer, work
from workflow.web.pages import render

__all__ = ["blueprint", "change_forms", "is_writable", "parts", "section_rev"]

OWN_PAGES = {Section.BUDGET: "pages/bids/budget.html", Section.AREA: "pages/bids/area.html"}
"""The sections whose boxes need a page of their own."""


@blueprint.get("/bids/<reference>/sections")
def sections(reference: str) -> Response:
    """The task list of a draft for those who write it; for everybody else what each section says."""
    session, reader = read_session(), viewer()
    case, content = queries.content_by_reference(session, reader, reference)
    frame = bid_frame(session, reader, case, tab="sections")
    if not is_writable(reader, case):
        return render("pages/bids/read.html", **frame, sections=answers_of(content))
    defects = _open_defects(session, reader, case)
    move = moves_of(session, reader, [case], now())[case.id]
    return render(
        "pages/bids/tasks.html",
        **frame,
        explain=explained(session, reader, case, move, lead=content.lead.short_name, now=now()),
        groups=tasks_of(case, content, defects),
        done=len(SECTIONS) - len(unfinished(content)),
        count=len(SECTIONS),
        is_signatory=reader.has(queries.SIGNATORY, case.proposer_id),
        content=content,
        defects=defects,
        labels={section: words.label for section, words in SECTIONS.items()},
        sends=_sends(case),
        written_on_version=queries.version_of(session, reader, case),
    )


def _open_defects(session: Session, reader: Viewer, case: Case) -> list[Defect]:
    """What is to be put right now; nothing of it once the bid was sent again."""
    return defects_of(session, reader, case) if case.state == "returned" else []


def _sends(case: Case) -> str:
    """The action with which the text is sent from where the bid stands."""
    workflow = registry().workflow_of(case)
    names = {action.name for action in workflow.actions_from[case.state]} if workflow else set()
    return "submit" if "submit" in names else "send_change"


@blueprint.route("/bids/<reference>/sections/<name>", methods=["GET", "POST"])
def section(reference: str, name: str) -> Response:
    """One section of a draft: its question page, or its list."""
    session, reader = read_session(), viewer()
    chosen = _section_named(name)
    case, content = _draft(session, reader, reference, chosen)
    if chosen in LISTS:
        return _list_page(case, content, chosen)
    question = QUESTIONS[chosen]
    form = question.form(content)(rev=section_rev(content, chosen), data=question.before(content))
    form.prepare(content, _councils(session, reader, chosen))
    if not form.validate_on_submit():
        return _question_page(case, content, chosen, form)
    try:
        _save(case, chosen, form, form.data_tuple())
    except StaleSection as error:
        return _conflict(session, reader, chosen, form, case=case, error=error)
    except Invalid as error:
        if not form.refuse(error):
            raise
        return _question_page(case, content, chosen, form)
    flash(f"{SECTIONS[chosen].label} saved")
    stays = "add_up" in request.form
    endpoint = url_for("bids.section", reference=reference, name=name) if stays else _tasks_href(case)
    return redirect(endpoint, 303)


def _save(case: Case, chosen: Section, form: SectionForm | DoneForm, values: Any) -> None:
    with work() as opened:
        commands.save_section(opened, case.id, chosen, values, seen_rev=form.revision, key=form.request_key)


def _question_page(
    case: Case, content: Content, chosen: Section, form: SectionForm, *, status: int = 200, **more: Any
) -> Response:
    return render(
        OWN_PAGES.get(chosen, "pages/bids/section.html"),
        status=status,
        form=form,
        case=case,
        content=content,
        heading=QUESTIONS[chosen].heading,
        defects=_defects_here(case, chosen),
        tasks_href=_tasks_href(case),
        heads=HEADS,
        all_heads=tuple(CostHead),
        **more,
    )


def _defects_here(case: Case, chosen: Section) -> list[Defect]:
    found = _open_defects(read_session(), viewer(), case)
    return [one for one in found if one.section is chosen]


def _conflict(
    session: Session, reader: Viewer, chosen: Section, form: SectionForm, *, case: Case, error: StaleSection
) -> Response:
    """Both texts: what the other person saved, and the form with one's own, to be saved over it knowingly."""
    session.expire_all()
    case, content = _draft(session, reader, case.reference)
    form.rev.data, form.key.data = str(section_rev(content, chosen)), uuid4().hex
    theirs = section_answers(content, chosen)
    return _question_page(case, content, chosen, form, status=409, error=error, theirs=theirs)


def _list_page(case: Case, content: Content, chosen: Section) -> Response:
    page = LISTS[chosen]
    form = DoneForm(rev=section_rev(content, chosen))
    rows = page.rows(content)
    if form.validate_on_submit():
        if rows or chosen is Section.PARTNERS:
            _save(case, chosen, form, None)
            return redirect(_tasks_href(case), 303)
        form.form_errors.append(f"Add at least one {page.one} first")
    return render(
        "pages/bids/list.html",
        form=form,
        case=case,
        page=page,
        name=chosen.value,
        defects=_defects_here(case, chosen),
        rows=[(row.id, page.cells(row, content)) for row in rows],
        tasks_href=_tasks_href(case),
    )


@blueprint.route("/bids/<reference>/sections/<name>/new", methods=["GET", "POST"])
def new_row(reference: str, name: str) -> Response:
    """Add a row to a list."""
    return _row_page(reference, name, None)


@blueprint.route("/bids/<reference>/sections/<name>/<int:row_id>", methods=["GET", "POST"])
def row(reference: str, name: str, row_id: int) -> Response:
    """Change a row of a list."""
    return _row_page(reference, name, row_id)


def _row_page(reference: str, name: str, row_id: int | None) -> Response:
    session, reader = read_session(), viewer()
    chosen, page = _list_named(name)
    case, content = _draft(session, reader, reference, chosen)
    before = {} if row_id is None else page.before(_row(content, page, row_id))
    form = page.form_of(content)(rev=section_rev(content, chosen), data=before)
    form.prepare(content, _bodies(session, reader, case, chosen))
    if form.validate_on_submit():
        try:
            _save_row(case, chosen, form, row_id)
            return redirect(url_for("bids.section", reference=reference, name=name), 303)
        except Invalid as error:
            if not form.refuse(error):
                raise
    return render(
        "pages/bids/row.html",
        form=form,
        case=case,
        page=page,
        name=name,
        row_id=row_id,
        is_new=row_id is None,
    )


def _save_row(case: Case, chosen: Section, form: RowForm, row_id: int | None) -> None:
    with work() as opened:
        commands.add_row(
            opened,
            case.id,
            chosen,
            form.data_tuple(),
            seen_rev=form.revision,
            key=form.request_key,
            row_id=row_id,
        )


@blueprint.route("/bids/<reference>/sections/<name>/<int:row_id>/remove", methods=["GET", "POST"])
def remove_row(reference: str, name: str, row_id: int) -> Response:
    """Remove a row of a list, after showing it once more."""
    session, reader = read_session(), viewer()
    case, content = _draft(session, reader, reference)
    chosen, page = _list_named(name)
    form = RemoveForm(rev=section_rev(content, chosen))
    list_href = url_for("bids.section", reference=reference, name=name)
    if form.validate_on_submit():
        with work() as opened:
            commands.remove_row(opened, case.id, chosen, row_id, key=form.request_key)
        return redirect(list_href, 303)
    cells = page.cells(_row(content, page, row_id), content)
    return render("pages/bids/remove.html", form=form, case=case, page=page, cells=cells, list_href=list_href)


@blueprint.get("/bids/<reference>/check")
def check(reference: str) -> Response:
    """All answers of a draft on one page, each with its way back."""
    session, reader = read_session(), viewer()
    case, content = _draft(session, reader, reference)
    return render(
        "pages/bids/check.html",
        case=case,
        sections=answers_of(content),
        unfinished=[SECTIONS[one].label for one in unfinished(content)],
        tasks_href=_tasks_href(case),
        is_signatory=reader.has(queries.SIGNATORY, case.proposer_id),
        sends=_sends(case),
    )


def is_writable(reader: Viewer, case: Case) -> bool:
    """Whether the reader may write this bid now."""
    return commands.may_be_written(case) and case.proposer_id in reader.organisations(*queries.WRITERS)


def section_rev(content: Content, chosen: Section) -> int:
    """The revision of a section; 0 when it was never saved."""
    row = content.sections.get(chosen.value)
    return row.rev if row else 0


def _draft(
    session: Session, reader: Viewer, reference: str, chosen: Section | None = None
) -> tuple[Case, Content]:
    case, content = queries.content_by_reference(session, reader, reference)
    if case.proposer_id not in reader.organisations(*queries.WRITERS):
        raise NotHere
    if not commands.may_be_written(case):
        # A form is read only so that the refusal gives back what was typed.
        if chosen is not None and chosen in QUESTIONS:
            QUESTIONS[chosen].form(content)(rev=0).prepare(content, _councils(session, reader, chosen))
        elif chosen is not None:
            LISTS[chosen].form_of(content)(rev=0).prepare(content, _bodies(session, reader, case, chosen))
        raise Invalid("This bid was sent, so its text can no longer be changed here.")
    return case, content


def _section_named(name: str) -> Section:
    try:
        return Section(name)
    except ValueError:
        raise NotHere from None


def _list_named(name: str) -> tuple[Section, ListPage]:
    chosen = _section_named(name)
    if chosen not in LISTS:
        raise NotHere
    return chosen, LISTS[chosen]


def _row(content: Content, page: ListPage, row_id: int) -> Any:
    found = page.row(content, row_id)
    if found is None:
        raise NotHere
    return found


def _tasks_href(case: Case) -> str:
    return url_for("bids.sections", reference=case.reference)


def _bodies(session: Session, reader: Viewer, case: Case, chosen: Section) -> Sequence[tuple[str, str]]:
    return queries.possible_partners(session, reader, case, now()) if chosen is Section.PARTNERS else ()


def _councils(session: Session, reader: Viewer, chosen: Section) -> list[Authority]:
    return authorities(session, reader, now()) if chosen is Section.AREA else []
