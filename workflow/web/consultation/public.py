"""What anybody may read of a consultation, signed in or not."""

from collections.abc import Mapping

from flask import request, url_for
from werkzeug.wrappers import Response

from workflow.consultation.published import published
from workflow.consultation.tallies import Tally
from workflow.consultation.terms import Position
from workflow.web.consultation.room import blueprint
from workflow.web.consultation.words import OUTCOME_WORDS, POSITION_WORDS
from workflow.web.context import current_viewer, now, read_session
from workflow.web.filters import counted, percent
from workflow.web.pages import render

FILLS = {
    Position.SUPPORT: "paid",
    Position.SUPPORT_WITH_CHANGES: "committed",
    Position.NEUTRAL: "free",
    Position.OPPOSE: "oppose",
}
"""How the bar of each position is filled, so that neighbours differ by more than colour."""


@blueprint.get("/open/consultations/<int:consultation_id>")
def open_page(consultation_id: int) -> Response:
    """What is asked, of how many, until when; after the close what councils said, and what was done about it."""
    found = published(
        read_session(), current_viewer(), consultation_id, after=request.args.get("after", type=int)
    )
    return render(
        "pages/consultation/public.html",
        found=found,
        about=found.about,
        tally=found.tally,
        bars=_bars(found.tally),
        strongest=_strongest(found.tally.positions),
        position_words=POSITION_WORDS,
        outcome_words=OUTCOME_WORDS,
        next_href=url_for("consultation.open_page", consultation_id=consultation_id, after=found.after)
        if found.after
        else "",
        today=now(),
    )


def _bars(tally: Tally) -> list[tuple[str, str, list[tuple[str, int]]]]:
    return [
        (
            POSITION_WORDS[position.value],
            f"{counted(count, 'council')}, {percent(count, tally.answered)}",
            [(FILLS[position], count)],
        )
        for position, count in tally.positions.items()
    ]


def _strongest(positions: Mapping[Position, int]) -> str:
    """What most councils that answered think, in a sentence: "188 support the bid, 31 would if it changed, 8 oppose it"."""
    words = {
        Position.SUPPORT: ("supports the bid", "support the bid"),
        Position.SUPPORT_WITH_CHANGES: ("would support it if it changed", "would support it if it changed"),
        Position.NEUTRAL: ("is neutral", "are neutral"),
        Position.OPPOSE: ("opposes it", "oppose it"),
    }
    said = [
        f"{count} {words[position][0 if count == 1 else 1]}" for position, count in positions.items() if count
    ]
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said)
