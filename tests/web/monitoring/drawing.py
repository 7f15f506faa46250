"""Opens and sends the pages of actions as somebody of the small world, through the browser's own addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import form_of
from tests.web.strict import text_of
from tests.world import World


@dataclass
class Desk:
    """A browser in which the people of the small world sign in one after the other."""

    client: FlaskClient
    sign_in_as: Callable[[Any], None]
    world: World

    def open(self, who: str, bid_id: int, page: str) -> TestResponse:
        """A page of a bid, such as `award` or `actions/offer`."""
        self.sign_in_as(SimpleNamespace(id=self.world.ids[who]))
        return self.client.get(self.address(bid_id, page))

    def read(self, who: str, bid_id: int, page: str) -> str:
        """Its words; it must be there."""
        answer = self.open(who, bid_id, page)
        assert answer.status_code == 200, text_of(answer.text)
        return text_of(answer.text)

    def send(self, who: str, bid_id: int, page: str, **typed: Any) -> TestResponse:
        """Open a page with a form, fill it in and send it."""
        hidden = form_of(self.open(who, bid_id, page))
        return self.client.post(
            self.address(bid_id, page), data=hidden | typed, content_type="multipart/form-data"
        )

    def address(self, bid_id: int, page: str) -> str:
        """The address of a page of a bid."""
        return f"/bids/{self.world.case(bid_id).reference}/{page}".rstrip("/")
