"""Draws the page of an action for one person, strictly, without the view that serves it."""

from flask import Flask, g

from tests.web.strict import check_page, text_of
from tests.world import World
from workflow.accounts.queries import viewer_for
from workflow.cases.facts import facts_for
from workflow.web.actions import form_for
from workflow.web.pages import render


def draw(app: Flask, world: World, who: str, case_id: int, action: str) -> str:
    """The words of the page on which somebody does an action on a case."""
    return text_of(markup(app, world, who, case_id, action))


def markup(app: Flask, world: World, who: str, case_id: int, action: str) -> str:
    """The same page as it goes to the browser."""
    now = world.clock.now()
    room = "approval" if action in {"recommend", "approve"} else "monitoring"
    case = world.case(case_id)
    with app.test_request_context(f"/bids/{case.reference}/actions/{action}"), world.sessions() as session:
        g.viewer = viewer_for(session, world.ids[who], now)
        form = form_for(action, session, g.viewer, case, now)
        facts = facts_for(session, [case], now=now, person_id=world.ids[who])[case_id]
        page = render(
            f"pages/{room}/actions/{action}.html", form=form, case=case, facts=facts, offer=None, explain=None
        )
        g.pop("session", None)
        text = page.get_data(as_text=True)
        check_page(text)
        return text
