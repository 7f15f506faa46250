"""Who answers for a council: somebody signed in, or somebody with its secret link, kept in a narrow cookie.

The cookie holds the link's own token, reaches only the pages of that one consultation, and is checked at every request: a link
that was replaced is worth nothing from that moment, in a cookie as in a mail.
"""

from contextlib import suppress

from flask import request
from flask import session as browser
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.consultation.answers import Invited, LinkHolder, invited
from workflow.db import Actor, person
from workflow.errors import NotHere
from workflow.notifications import links
from workflow.web.context import current_viewer, settings

PURPOSE = "answer"
COOKIE = "workflow_answer"
CHECKS = {"confirm_answer": True, "dispute_answer": False}
"""The purposes of a link about one answer, and whether its holder may say that the answer is the council's own."""
CHECK_COOKIE = "workflow_answer_check"
CHOSEN = "answers_for"
"""What the browser's session keeps of somebody of several councils: a consultation, and the invitation they went to."""


def holder_of(token: str) -> LinkHolder:
    """Whose link a token is, as far as its signature goes.

    Raises:
        NotHere: when it was not made by this service.
    """
    found = links.read(token, PURPOSE, [settings().secret_key, *settings().old_secret_keys])
    if found is None:
        raise NotHere(
            "This link does not work. Open the newest message about this consultation and use the link in it."
        )
    return LinkHolder(*found)


def check_of(token: str) -> tuple[LinkHolder, bool] | None:
    """The answer that a link is about, by its id, and whether its holder may confirm it; None for any other link."""
    for purpose, may_confirm in CHECKS.items():
        found = links.read(token, purpose, [settings().secret_key, *settings().old_secret_keys])
        if found is not None:
            return LinkHolder(*found), may_confirm
    return None


def check_in_cookie(response_id: int) -> tuple[LinkHolder, bool] | None:
    """The link in this browser's cookie, if it is about this answer."""
    token = request.cookies.get(CHECK_COOKIE)
    found = None if token is None else check_of(token)
    return found if found is not None and found[0].invitation_id == response_id else None


def give_check_cookie(response: Response, token: str, response_id: int) -> None:
    """Keep the token for the page of this one answer, until the browser is closed."""
    response.set_cookie(
        CHECK_COOKIE,
        token,
        path=f"/answers/{response_id}",
        secure=settings().is_secure,
        httponly=True,
        samesite="Lax",
    )


def give_cookie(response: Response, token: str, consultation_id: int) -> None:
    """Keep the token in the browser for the pages of this consultation only, until the browser is closed."""
    response.set_cookie(
        COOKIE,
        token,
        path=f"/consultations/{consultation_id}/respond",
        secure=settings().is_secure,
        httponly=True,
        samesite="Lax",
    )


def choose(consultation_id: int, invitation_id: int) -> None:
    """Stay with one of somebody's several councils on the pages of a consultation that follow."""
    browser[CHOSEN] = [consultation_id, invitation_id]


def forget_choice() -> None:
    """Let a link say for which council it is."""
    browser.pop(CHOSEN, None)


def for_council(
    session: Session, consultation_id: int, *, asked: int | None = None
) -> tuple[Invited, Actor, int | None]:
    """The invitation that this request answers, who acts, and the version of the link that was used, if one was.

    Somebody signed in who answers for an invited council goes before a link. Of several councils the one `asked` for counts,
    else the one chosen before, else the link's.

    Raises:
        NotHere: when neither leads to an invitation of this consultation.
    """
    viewer, holder = current_viewer(), _holder()
    if viewer is not None:
        prefer = asked or _chosen(consultation_id) or (None if holder is None else holder.invitation_id)
        with suppress(NotHere):
            return invited(session, viewer, consultation_id, prefer=prefer), person(viewer.person_id), None
    if holder is None:
        raise NotHere
    found = invited(session, holder, consultation_id)
    return found, Actor("link", link_id=holder.invitation_id), holder.version


def _chosen(consultation_id: int) -> int | None:
    kept = browser.get(CHOSEN)
    return kept[1] if kept is not None and kept[0] == consultation_id else None


def _holder() -> LinkHolder | None:
    """The link in this browser's cookie, if it has one that this service made."""
    token = request.cookies.get(COOKIE)
    if token is None:
        return None
    with suppress(NotHere):
        return holder_of(token)
    return None
