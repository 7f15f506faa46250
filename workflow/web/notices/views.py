"""A person's own messages: the list, and each one as it was sent."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from workflow.errors import NotHere
from workflow.notifications.queries import of_person
from workflow.web.context import read_session, viewer
from workflow.web.notices.words import COLOURS, STATES, TEMPLATES
from workflow.web.pages import render

blueprint = Blueprint("notices", __name__)

PAGE = 25


@blueprint.get("/notices")
def index() -> Response:
    """The viewer's own messages, the newest first."""
    before = request.args.get("before", type=int)
    found = of_person(read_session(), viewer().person_id, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    return render(
        "pages/notices/index.html",
        messages=shown,
        older_href=url_for("notices.index", before=shown[-1].id) if len(found) > PAGE else "",
        newest_href=url_for("notices.index") if before else "",
        state_words=STATES,
        state_colours=COLOURS,
        template_words=TEMPLATES,
    )


@blueprint.get("/notices/<int:notice_id>")
def show(notice_id: int) -> Response:
    """One message as it was sent, with its secret links masked.

    Raises:
        NotHere: when it is not the viewer's.
    """
    # The newest message below the next number is this one, if it is the viewer's.
    found = of_person(read_session(), viewer().person_id, before=notice_id + 1, limit=1)
    if not found or found[0].id != notice_id:
        raise NotHere
    return render("pages/notices/show.html", message=found[0], state_words=STATES, template_words=TEMPLATES)
