"""How many statements the pages of a decision take."""

import pytest
from flask import Flask
from sqlalchemy import event

from tests.web.monitoring.drawing import Desk
from tests.world import APPROVAL, World, to_deciding


@pytest.mark.parametrize(
    ("page", "most"), [("decision", 19), ("actions/approve", 17), ("why", 26), ("history", 13)]
)
def test_a_page_about_a_decision_reads_nothing_twice(
    desk: Desk, world: World, app: Flask, page: str, most: int
) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    desk.read("approver2", bid_id, page)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "SAVEPOINT" not in statement:
            seen.append(" ".join(statement.split()))

    with app.extensions["sessions"]() as session:
        engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        desk.read("approver2", bid_id, page)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    # The page begins where the session in the cookie is looked up.
    begins = next(
        number for number, one in enumerate(seen) if one.startswith("SELECT user_session.person_id")
    )
    asked = seen[begins:]
    assert len(asked) <= most, "\n".join(asked)
    assert len(set(asked)) == len(asked), "\n".join(asked)
