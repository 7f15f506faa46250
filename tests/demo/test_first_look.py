"""What a newcomer meets: everybody has a first page and can open what it leads to."""

import re

import pytest
from flask.testing import FlaskClient

from tests.demo.test_pages import press
from workflow.demo.people import PEOPLE, Someone

ADDRESS = re.compile(r'href="(/(?:bids|funds|queue|consultations|notices|rounds)[^"#]*)"')
MOST = 25


@pytest.mark.parametrize("someone", PEOPLE, ids=lambda someone: someone.email)
def test_everybody_can_open_their_first_page_and_all_that_it_leads_to(
    newcomer: FlaskClient, someone: Someone
) -> None:
    press(newcomer, "/demo/sign-in", "/demo", person=someone.email)
    first = newcomer.get("/")
    assert first.status_code == 200

    for path in list(dict.fromkeys(ADDRESS.findall(first.text)))[:MOST]:
        assert newcomer.get(path.replace("&amp;", "&"), follow_redirects=True).status_code in {200, 409}, path
