"""The pages of this room about a bid that lives the deployed lifecycle, with its own signed text."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from tests.consultation.world import lifecycle_in_use
from tests.web.consultation.conftest import token_of
from tests.world import World, answer, make_world, to_appraisal, to_consulting
from workflow.accounts.models import Person
from workflow.accounts.queries import viewer_for
from workflow.clock import FixedClock
from workflow.consultation.models import Consultation, Invitation
from workflow.consultation.setting_up import open_by_council
from workflow.db import Sessions
from workflow.errors import Refused


@pytest.fixture
def real(sessions: Sessions, clock: FixedClock, app: Flask) -> Iterator[World]:
    """The small world under the deployed lifecycle."""
    with lifecycle_in_use():
        yield make_world(sessions, clock)


@pytest.fixture
def signed_in(real: World, sign_in_as: Callable[[Any], None]) -> Callable[[str], None]:
    """Sign in somebody of the small world by name."""

    def sign_in(name: str) -> None:
        with real.sessions() as session:
            someone = session.get_one(Person, real.ids[name])
        sign_in_as(someone)

    return sign_in


def statements(client: FlaskClient, app: Flask, address: str) -> int:
    """How many statements a page takes, once what is kept has been read."""
    client.get(address)
    counted: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if "SAVEPOINT" not in statement:
            counted.append(statement)

    with app.extensions["sessions"]() as session:
        engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", count)
    page = client.get(address)
    event.remove(engine, "before_cursor_execute", count)
    assert page.status_code == 200, address
    return len(counted)


def test_every_page_of_an_open_consultation_is_drawn_in_at_most_twenty_statements(
    client: FlaskClient, app: Flask, real: World, signed_in: Callable[[str], None]
) -> None:
    bid_id = to_consulting(real)
    answer(real, bid_id, "SUN")
    reference = real.case(bid_id).reference
    with real.sessions() as session:
        consultation_id = session.scalars(select(Consultation.id)).one()
        gateshead = session.scalars(
            select(Invitation).where(Invitation.organisation_id == real.ids["GAT"])
        ).one()
    client.get(f"/r/{token_of(app, gateshead.id)}")
    respond = f"/consultations/{consultation_id}/respond"
    for page in (
        respond,
        f"{respond}/position",
        f"{respond}/questions",
        f"{respond}/you",
        f"{respond}/proposal",
    ):
        assert statements(client, app, page) <= 20, page
    assert "Peer challenge" in client.get(f"{respond}/proposal").text
    assert "All of England" in client.get(f"{respond}/proposal").text
    assert statements(client, app, f"/open/consultations/{consultation_id}") <= 20
    for name in ("case", "drafter"):
        signed_in(name)
        for page in (
            f"/bids/{reference}/consultation",
            f"/bids/{reference}/consultation/proposal",
            "/consultations",
        ):
            assert statements(client, app, page) <= 20, page


def test_the_register_of_a_bid_that_moved_on_keeps_what_was_said_and_done(
    client: FlaskClient, real: World, signed_in: Callable[[str], None]
) -> None:
    bid_id = to_appraisal(real)
    signed_in("case")
    page = client.get(f"/bids/{real.case(bid_id).reference}/consultation")
    assert "One answer, one change." in page.text
    assert "1 of 4" in page.text
    assert "Changed" in page.text


def test_nobody_is_asked_about_a_bid_that_was_withdrawn_and_its_link_says_so(
    client: FlaskClient, app: Flask, real: World, signed_in: Callable[[str], None]
) -> None:
    bid_id = to_consulting(real)
    with real.sessions() as session:
        consultation_id = session.scalars(select(Consultation.id)).one()
        gateshead = session.scalars(
            select(Invitation).where(Invitation.organisation_id == real.ids["GAT"])
        ).one()
        reader = viewer_for(session, real.ids["case"], real.clock.now())
        assert open_by_council(session, reader, real.clock.now())["GAT"] == 1
    token = token_of(app, gateshead.id)
    assert "Peer challenge" in client.get("/open").text.split("What councils said")[0]
    real.act("signatory", bid_id, "withdraw", {"reason": "Our council reorganises."})
    with real.sessions() as session:
        assert open_by_council(session, reader, real.clock.now()) == {}
        assert session.get_one(Consultation, consultation_id).closed_at is None
    assert "Peer challenge" not in client.get("/open").text.split("What councils said")[0]
    assert "Peer challenge" not in client.get("/consultations").text
    assert "Peer challenge" not in client.get("/").text
    start = client.get(f"/r/{token}", follow_redirects=True).text
    assert "withdrew this bid" in start
    assert "considered" not in start
    assert "<form method" not in start.split("<main")[1].split("</main>")[0]
    for page in ("position", "questions", "you", "check"):
        answered = client.get(f"/consultations/{consultation_id}/respond/{page}")
        assert answered.location == f"/consultations/{consultation_id}/respond", page
    public = client.get(f"/open/consultations/{consultation_id}").text
    assert "Closed consultation" in public
    assert "withdrew this bid" in public
    with pytest.raises(Refused, match="withdrew this bid"):
        answer(real, bid_id, "GAT")
    signed_in("case")
    register = client.get(f"/bids/{real.case(bid_id).reference}/consultation").text
    assert "withdrew this bid" in register
    assert "Waiting for" not in register
    assert "Send again" not in register
    assert "Peer challenge" not in client.get("/consultations").text
    closed = client.get("/consultations?show=closed").text
    assert "The bid was withdrawn." in closed
