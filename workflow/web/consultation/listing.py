"""The register as a file: every council asked, with how it stands, sent row by row."""

import csv
from collections.abc import Iterator
from io import StringIO

from flask import Response as FlaskResponse
from flask import stream_with_context
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.cases.queries import case_by_reference
from workflow.consultation import register
from workflow.consultation.tallies import newest
from workflow.consultation.terms import HoldKind
from workflow.errors import NotHere
from workflow.web.consultation.room import blueprint
from workflow.web.consultation.words import OUTCOME_WORDS, POSITION_WORDS, TYPE_WORDS
from workflow.web.context import read_session, viewer

COLUMNS = (
    "Code",
    "Council",
    "Type",
    "Region",
    "State",
    "Position",
    "Answered at",
    "Answers given",
    "Last written to",
    "What was done",
)
ROWS_AT_ONCE = 200
HELD_WORDS = {
    HoldKind.DISPUTED: "Disputed",
    HoldKind.OUTSIDE: "To be confirmed",
    HoldKind.LATE: "Late, held",
}
"""How a held answer is called, the most pressing first."""


@blueprint.get("/bids/<reference>/consultation.csv")
def csv_of_bid(reference: str) -> Response:
    """The register of a bid's newest consultation as a file."""
    session, reader = read_session(), viewer()
    case = case_by_reference(session, reader, reference)
    found = newest(session, case.id)
    if found is None:
        raise NotHere
    made = FlaskResponse(stream_with_context(_lines(session, reader, found.id)), mimetype="text/csv")
    made.headers["Content-Disposition"] = f'attachment; filename="{case.reference}-councils.csv"'
    return made


def _lines(session: Session, reader: Viewer, consultation_id: int) -> Iterator[str]:
    yield _line(COLUMNS)
    after: int | None = None
    more = True
    while more:
        rows, more = register.register_rows(session, reader, consultation_id, after=after, limit=ROWS_AT_ONCE)
        for row in rows:
            yield _line(_cells(row))
            after = row.invitation_id


def _cells(row: register.RegisterRow) -> tuple[str, ...]:
    return (
        row.code,
        row.name,
        TYPE_WORDS.get(row.type, row.type),
        row.region,
        state_words(row),
        POSITION_WORDS[row.position.value] if row.position else "",
        row.answered_at.isoformat() if row.answered_at else "",
        str(row.times),
        row.contacted_at.isoformat() if row.contacted_at else "",
        OUTCOME_WORDS[row.outcome] if row.outcome else "",
    )


def state_words(row: register.RegisterRow) -> str:
    """How a council stands, in a few words; what somebody must look at goes first."""
    held = next((words for kind, words in HELD_WORDS.items() if kind in row.held_as), "")
    if held:
        return held
    if row.response_id is not None:
        return "Answered late, counted" if row.is_late else "Answered"
    if row.unreached:
        return "No address"
    if row.failed:
        return "Message failed"
    return "Opened" if row.opened_at else "Not opened"


def _line(cells: tuple[str, ...]) -> str:
    out = StringIO()
    # A spreadsheet takes a cell that begins with one of these marks for a formula.
    csv.writer(out).writerow(f"'{cell}" if cell[:1] in "=+-@\t" and cell else cell for cell in cells)
    return out.getvalue()
