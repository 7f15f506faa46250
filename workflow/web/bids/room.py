"""The room's blueprint."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from workflow.cases.queries import case_by_reference
from workflow.errors import Invalid, NotHere, Problem
from workflow.web import errors
from workflow.web.context import read_session, viewer
from workflow.web.pages import Link

blueprint = Blueprint("bids", __name__)


@blueprint.errorhandler(Invalid)
def not_as_it_stands(error: Invalid) -> Response:
    """What cannot be done to a bid as it stands is said with a way back to the bid, for whoever may read it."""
    return errors.blocked(
        [Problem("invalid", str(error))], heading="This cannot be done as it stands", back=_to_the_bid()
    )


def _to_the_bid() -> Link | None:
    reference = (request.view_args or {}).get("reference", "")
    try:
        case_by_reference(read_session(), viewer(), reference)
    except NotHere:
        return None
    return Link("Back to the bid", url_for("bids.show", reference=reference))
