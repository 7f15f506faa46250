"""`python -m tests.screenshots [FOLDER]`: pictures of the main pages of the demonstration, for the README and the documents.

The demonstration is told anew and its clock stands still, so the same product gives the same pictures. A page that is not there
(yet) is left out and named, and then the exit status is 1.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import func, select

from tests import browser as browsers
from tests.demonstration import demo_settings_for, seeded_once
from tests.harness import Servers
from tests.live import served, sign_in
from workflow.accounts.models import Organisation, Person, RoleAssignment
from workflow.accounts.roles import Role
from workflow.app import create_app
from workflow.cases import Case
from workflow.clock import FixedClock
from workflow.consultation.models import Consultation, Invitation
from workflow.db import Sessions, make_engine, make_sessions
from workflow.deadlines.models import Deadline, DeadlineState
from workflow.demo.clock import OPENS_AT

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
DESK, PHONE = 1280, 375
BLOCKED = 409
TALLEST = 1700
"""Pixels; a longer page is cut off, as a picture of it says no more."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file, who looks, at which address, and how wide the window is.

    In the address `{deciding}` is a bid in that state, `{asked}` a consultation that Gateshead may answer; `{owing}`
    is a bid whose lead body owes the next progress report, and `{writer of owing}` somebody who writes for that body.
    """

    name: str
    reader: str
    path: str
    width: int = DESK


COUNCIL = "officer@gateshead.example"
PICTURES = (
    Picture("home", "case.officer@dclg.example", "/"),
    Picture("home_bidder", "drafter@lgid.example", "/"),
    Picture("home_375", "approver1@dclg.example", "/", PHONE),
    Picture("queue", "case.officer@dclg.example", "/queue"),
    Picture("queue_375", "case.officer@dclg.example", "/queue", PHONE),
    Picture("bid", "approver2@dclg.example", "/bids/{deciding}"),
    Picture("history", "case.officer@dclg.example", "/bids/{deciding}/history"),
    Picture("blocked", "approver3@dclg.example", "/bids/{deciding}/actions/approve"),
    Picture("decision", "approver2@dclg.example", "/bids/{deciding}/actions/approve"),
    Picture("brief_375", "approver2@dclg.example", "/bids/{deciding}/decision", PHONE),
    Picture("why", "auditor@nao.example", "/bids/{active}/why"),
    Picture("fund", "finance@dclg.example", "/funds/RSG"),
    Picture("register", "case.officer@dclg.example", "/bids/{deciding}/consultation"),
    Picture("answer_375", COUNCIL, "/consultations/{asked}/respond/position", PHONE),
    Picture("tasks", "drafter@lgid.example", "/bids/{draft}/sections"),
    Picture("budget", "drafter@lgid.example", "/bids/{draft}/sections/budget"),
    Picture("report_owed", "{writer of owing}", "/bids/{owing}/award"),
    Picture("award", "grants@dclg.example", "/bids/{active}/award"),
    Picture("demo", "", "/demo"),
    Picture("demo_375", "", "/demo", PHONE),
    Picture("six_questions", "", "/can-we-get-this-money"),
    Picture("public_consultation", "", "/open/consultations/{asked}"),
    Picture("public_consultation_375", "", "/open/consultations/{asked}", PHONE),
    Picture("review", "review@dclg.example", "/reports/review"),
    Picture("network", "network@dh.example", "/network"),
    Picture("roles", "", "/roles"),
)


def main(arguments: Sequence[str]) -> int:
    """Make every picture; the exit status."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    executable = browsers.obtained()
    if executable is None:
        sys.stderr.write("There is no browser, so no pictures can be made. Install chromium.\n")
        return 1
    with demonstration() as app, sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        missing = [name for name in taken(app, opened, folder) if name]
        opened.close()
    if missing:
        sys.stderr.write(f"Left out, as their pages could not be opened: {', '.join(missing)}\n")
    return 1 if missing else 0


@contextmanager
def demonstration() -> Iterator[Flask]:
    """The demonstration, told anew on servers of its own."""
    servers = Servers()
    cluster = servers.started()
    with tempfile.TemporaryDirectory(prefix="gw-") as shared:
        try:
            seeded = seeded_once(cluster, Path(shared))
            settings = demo_settings_for(seeded.database, cluster, seeded.state)
            engine = make_engine(settings.database_url)
            # Business time stands still, so that a picture says the same whenever it is taken.
            clock = FixedClock(OPENS_AT, datetime.now(UTC))
            yield create_app(settings, sessions=make_sessions(engine), clock=clock)
            engine.dispose()
        finally:
            servers.stop()


def taken(app: Flask, opened: Browser, folder: Path) -> Iterator[str]:
    """Take each picture; for each its name when its page could not be opened, else nothing."""
    places = places_of(app.extensions["sessions"])
    with served(app) as address:
        for picture in PICTURES:
            try:
                path, reader = picture.path.format_map(places), picture.reader.format_map(places)
            except KeyError:
                yield picture.name
                continue
            made = replace(picture, reader=reader)
            yield "" if take(app, opened, made, address + path, folder) else picture.name


def take(app: Flask, opened: Browser, picture: Picture, address: str, folder: Path) -> bool:
    """Take one picture; whether its page was there."""
    context = opened.new_context(
        viewport={"width": picture.width, "height": 800}, reduced_motion="reduce", locale="en-GB"
    )
    page = context.new_page()
    sign_in(app, context, address, picture.reader)
    answer = page.goto(address)
    is_there = answer is not None and answer.status == (BLOCKED if picture.name == "blocked" else 200)
    if is_there:
        height = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
        page.set_viewport_size({"width": picture.width, "height": height})
        page.screenshot(path=folder / f"{picture.name}.png", animations="disabled")
    context.close()
    return is_there


def places_of(sessions: Sessions) -> Mapping[str, str]:
    """What addresses are made of: for each state the bid that has most to show, and an open consultation."""
    with sessions() as session:
        rows = session.execute(
            select(Case.state, Case.reference)
            .join(Organisation, Organisation.id == Case.department_id)
            .order_by(Organisation.code == "DCLG", Case.rev, Case.id.desc())
        ).all()
        owed = func.concat("case:", Case.id, "/return:")
        owing = session.execute(
            select(Case.reference, Case.proposer_id)
            .join(Deadline, func.starts_with(Deadline.subject, owed))
            .where(Case.state == "active", Deadline.state == DeadlineState.OPEN)
            .order_by(Deadline.due_at, Case.id)
        ).first()
        writers = session.execute(
            select(Person.organisation_id, Person.email)
            .join(RoleAssignment, RoleAssignment.person_id == Person.id)
            .where(RoleAssignment.role == Role.DRAFTER)
        ).all()
        asked = session.scalars(
            select(Consultation.id)
            .join(Invitation, Invitation.consultation_id == Consultation.id)
            .join(Person, Person.organisation_id == Invitation.organisation_id)
            .where(Person.email == COUNCIL, Consultation.closed_at.is_(None))
            .order_by(Consultation.id)
        ).first()
    # The last of each state counts: one of the department that most readers are of, and with most to show.
    places: dict[str, str] = dict(rows)
    writes: dict[int, str] = dict(writers)
    if owing is not None and owing.proposer_id in writes:
        places |= {"owing": owing.reference, "writer of owing": writes[owing.proposer_id]}
    return places if asked is None else {**places, "asked": str(asked)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
