"""A year of the demonstration: “next deadline” pressed to the end, with every message once and every figure right."""

import dataclasses
from collections import Counter
from datetime import timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import func, select

from workflow import wiring
from workflow.audit import verify
from workflow.config import Settings
from workflow.db import Sessions
from workflow.demo.clock import OPENS_AT, DemoClock
from workflow.demo.past import Post
from workflow.demo.travel import next_target, travel
from workflow.errors import Invalid
from workflow.notifications.models import Notification, State
from workflow.reports.check import check

pytestmark = pytest.mark.slow


def test_a_year_goes_by_with_every_message_once_and_every_figure_right(
    demo_settings: Settings, demo_sessions: Sessions
) -> None:
    post = Post()
    clock = DemoClock(demo_sessions)
    wired = wiring.connect(demo_settings, sessions=demo_sessions, clock=clock)
    wired = dataclasses.replace(wired, sender=post, anchors=None)
    until, presses = OPENS_AT + timedelta(days=366), 0
    while clock.now() < until:
        with demo_sessions() as session:
            try:
                target = next_target(session, clock.now())
            except Invalid:
                break
        while clock.now() < target:
            travel(wired, target)
        presses += 1

    assert presses > 20
    with demo_sessions() as session:
        assert verify(session) == []
        assert check(session) == []
        stuck = select(func.count()).where(Notification.state.in_((State.DEAD, State.UNKNOWN)))
        assert session.scalar(stuck) == 0
        sent_here = select(func.count()).where(
            Notification.state == State.SENT, Notification.sent_at > OPENS_AT
        )
        assert session.scalar(sent_here) == len(post.taken) > 50
    ids = Counter(str(message_from_bytes(letter)["Message-ID"]) for letter in post.taken)
    assert [one for one, count in ids.items() if count > 1] == []
    with demo_sessions() as session:
        day = func.date(Notification.sent_at)
        twice = (
            select(Notification.address, Notification.sent_subject, day)
            .where(Notification.state == State.SENT, Notification.sent_at > OPENS_AT)
            .group_by(Notification.address, Notification.sent_subject, day)
            .having(func.count() > 1)
        )
        assert session.execute(twice).all() == []
