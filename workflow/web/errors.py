"""What is shown when something goes wrong: a plain page that says what is so and how to go on, and loses nothing typed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import structlog
from flask import Flask, g, request
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from workflow.errors import (
    Invalid,
    NotAllowed,
    NotHere,
    Problem,
    ReasonLike,
    Refused,
    Stale,
    WorkflowError,
)
from workflow.web import kept
from workflow.web.context import end_reading, now
from workflow.web.headers import request_id
from workflow.web.pages import Link, render

log = structlog.get_logger(__name__)


class Words(NamedTuple):
    """A page's heading, and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


PAGES: dict[int, Words] = {
    400: Words(
        "We could not read what was sent",
        (
            "The page was open for too long, or something on the way changed it.",
            "Go back, open the page again and repeat what you did.",
        ),
    ),
    403: Words("You cannot open this page", ("Your role does not include it.",)),
    404: Words(
        "Page not found",
        (
            "You cannot see this page, or it does not exist.",
            "If you typed the address, check it. If you followed a link, it may be out of date.",
        ),
    ),
    405: Words(
        "This address cannot be used in that way", ("Go back and use the button or link on the page.",)
    ),
    409: Words("This is not possible now", ()),
    413: Words(
        "What you sent is too large",
        (
            "A file may be up to 10 MB, and one page of text up to 1 MB.",
            "Go back and send a smaller file or a shorter text.",
        ),
    ),
    429: Words("You have tried too often", ("Wait a few minutes, then try again.",)),
    500: Words(
        "Sorry, there is a problem with the service",
        (
            "Nothing that you sent was changed by halves: it was kept whole or not at all.",
            "Try again in a few minutes.",
        ),
    ),
    503: Words(
        "Sorry, the service is not available",
        (
            "Its database cannot be reached just now. What you typed is below if you had typed something.",
            "Try again in a few minutes.",
        ),
    ),
}


DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)


def typed() -> list[tuple[str, str]]:
    """What the person typed in this request, as (label, text)."""
    form = g.get("form")
    return form.typed() if form is not None else []


def given_back() -> list[tuple[str, str]]:
    """The same as (name, text), for the button that draws the current form with it."""
    try:
        return kept.typed_values() if request.method == "POST" else []
    except RequestEntityTooLarge:
        return []


def page(status: int, words: Words | None = None, *, reference: str = "") -> Response:
    """The page of a status."""
    return render(
        "pages/errors/error.html",
        status=status,
        words=words or PAGES.get(status) or PAGES[500],
        reference=reference,
        typed=typed() if status != 413 else [],
    )


def blocked(
    reasons: Sequence[ReasonLike],
    *,
    heading: str = "You cannot do this now",
    caption: str = "",
    lead: str = "",
    back: Link | None = None,
    ways_on: Sequence[Link] = (),
) -> Response:
    """The page of an action that is not possible: every reason with how to go on and who can, and what one can do now.

    The heading says "yet" only where it can ever happen. Those that can be put right come first.
    """
    return render(
        "pages/errors/blocked.html",
        status=409,
        heading=heading,
        caption=caption,
        lead=lead,
        reasons=sorted(reasons, key=_is_for_good),
        back_link=back,
        checked_at=now(),
        ways_on=ways_on,
        typed=typed(),
    )


def _is_for_good(reason: ReasonLike) -> bool:
    return not reason.how or reason.how.startswith("Nothing to put right")


def conflict(error: Stale) -> Response:
    """The page of a form drawn from an older revision, with the person's own text kept."""
    return render(
        "pages/errors/conflict.html",
        status=409,
        error=error,
        typed=typed(),
        given_back=given_back(),
        path=request.path,
    )


def register(app: Flask) -> None:
    """Give every error its page."""
    app.register_error_handler(WorkflowError, _workflow_error)
    app.register_error_handler(HTTPException, _http_error)
    for kind in DATABASE_AWAY:
        app.register_error_handler(kind, _database_away)
    app.register_error_handler(DataError, _impossible_value)
    app.register_error_handler(Exception, _unexpected)


def _workflow_error(error: WorkflowError) -> Response:
    match error:
        case Stale():
            return conflict(error)
        case Refused():
            return blocked(error.reasons)
        case NotHere():
            return page(404)
        case NotAllowed():
            return page(403, Words(PAGES[403].heading, (str(error),)))
        case Invalid():
            return blocked([Problem("invalid", str(error))], heading="This cannot be done as it stands")
        case _:
            return page(409, Words(PAGES[409].heading, (str(error),)))


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error
    if status >= 500:
        _forget_reader()
    try:
        answer = page(status)
    except DATABASE_AWAY as away:
        return _database_away(away)
    for name, value in error.get_headers():
        if name in {"Retry-After", "Allow"}:
            answer.headers[name] = value
    return answer


def _database_away(error: Exception) -> Response:
    log.error("database_away", kind=type(error).__name__)
    _forget_reader()
    answer = page(503, reference=request_id())
    answer.headers["Retry-After"] = "30"
    return answer


def _impossible_value(_error: DataError) -> Response:
    """A number too large or a character that no text holds, sent where nothing of the kind can be: it is not there."""
    _forget_reader()
    return page(400 if request.method == "POST" else 404)


def _unexpected(error: Exception) -> Response:
    log.error("unexpected_error", exc_info=error)
    _forget_reader()
    return page(500, reference=request_id())


def _forget_reader() -> None:
    """Draw the page as for nobody: what failed may have been the reader's own details, or the way to them."""
    g.is_offline = True
    g.pop("frame", None)
    end_reading()
