"""What anybody may read of a consultation, signed in or not."""

from werkzeug.wrappers import Response

from workflow.consultation.answers import public_consultation
from workflow.web.consultation.room import blueprint
from workflow.web.consultation.words import POSITION_WORDS
from workflow.web.context import current_viewer, now, read_session
from workflow.web.pages import render


@blueprint.get("/open/consultations/<int:consultation_id>")
def open_page(consultation_id: int) -> Response:
    """What is asked, of how many, until when; after the close what councils said, in numbers."""
    about, tally = public_consultation(read_session(), current_viewer(), consultation_id)
    return render(
        "pages/consultation/public.html",
        about=about,
        tally=tally,
        position_words=POSITION_WORDS,
        today=now(),
    )
