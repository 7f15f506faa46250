"""A server that does not know a bid's rules yet shows the bid, offers nothing and takes nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.bids.world import World
from tests.web.conftest import form_of
from workflow.cases import registry as installed

SignIn = Callable[[str], None]


def forget_version_2() -> None:
    """Install the registry of a program that was released before version 2."""
    known = installed.registry()
    older = {pin: workflow for pin, workflow in known.definitions.items() if pin != ("bid", 2)}
    installed.install(replace(known, definitions=older, current={"bid": 1}))


@pytest.mark.parametrize("part", ["", "/sections", "/history"])
def test_a_bid_whose_version_the_server_does_not_know_is_shown_without_any_action(
    client: FlaskClient, world: World, sign_in: SignIn, part: str
) -> None:
    reference = world.submitted()
    assert world.case(reference).workflow_version == 2
    sign_in("officer")
    assert "/actions/" in client.get(f"/bids/{reference}").text
    forget_version_2()
    answer = client.get(f"/bids/{reference}{part}")
    assert answer.status_code == 200
    assert reference in answer.text
    assert "/actions/" not in answer.text


def test_a_form_that_is_sent_to_such_a_server_changes_nothing_and_says_why(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    sign_in("officer")
    path = f"/bids/{reference}/actions/take_case"
    typed = form_of(client.get(path))
    forget_version_2()
    answer = client.post(path, data=typed)
    assert answer.status_code == 409
    assert "follows rules that this server does not know yet" in answer.text
    assert (world.case(reference).state, world.case(reference).rev) == ("submitted", 2)
