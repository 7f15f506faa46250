"""The questions of those who decide: asking one person, and answering."""

from typing import NamedTuple

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from workflow.approval import questions
from workflow.cases.queries import case_by_reference
from workflow.errors import Invalid, NotAllowed, NotHere, Refused
from workflow.web.approval.room import blueprint
from workflow.web.bids.frame import bid_frame, is_inside
from workflow.web.context import now, read_session, viewer, work
from workflow.web.forms import ActionForm, LongTextField, Option, SelectField
from workflow.web.pages import render


class Asked(NamedTuple):
    """Who is asked what."""

    asked_of: int
    text: str


class AskForm(ActionForm):
    """A question to one person."""

    asked_of = SelectField("Whom do you ask?", required="Choose whom you ask")
    text = LongTextField(
        "What do you want to know?",
        hint="Everybody who decides after you sees the question and the answer. Nobody can be answered about two things "
        "at once: ask one thing.",
        required="Write your question",
        what="The question",
        longest=1000,
        rows=3,
    )

    def data_tuple(self) -> Asked:
        """What was filled in."""
        chosen = self.asked_of.data or ""
        return Asked(int(chosen) if chosen.isdecimal() else 0, self.text.data or "")


class Answered(NamedTuple):
    """The answer."""

    text: str


class AnswerForm(ActionForm):
    """The answer to one question."""

    text = LongTextField("Your answer", required="Write your answer", longest=4000, rows=6)

    def data_tuple(self) -> Answered:
        """What was filled in."""
        return Answered(self.text.data or "")


@blueprint.route("/bids/<reference>/questions", methods=["GET", "POST"], endpoint="questions")
def ask(reference: str) -> Response | str:
    """All questions about a bid that the reader may see, and the form of a new one for those who decide."""
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    inside = is_inside(who, case)
    form = AskForm(rev=case.rev) if questions.may_ask(who, case) else None
    if form is not None:
        people = questions.people_to_ask(session, case, now())
        form.asked_of.options = tuple(
            Option(str(one.person_id), f"{one.name}, {one.role.lower()}, {one.organisation}")
            for one in people
            if one.person_id != who.person_id
        )
        if form.validate_on_submit():
            try:
                with work() as opened:
                    questions.ask(opened, case.id, **form.data_tuple()._asdict(), key=form.request_key)
            except (Refused, Invalid) as error:
                if not form.refuse(error):
                    raise
            else:
                flash("Your question is on its way. Nothing else changes because of it")
                return redirect(url_for("approval.questions", reference=reference), 303)
    elif _is_post():
        AskForm(rev=case.rev)  # What was typed is given back on the page that says why.
        raise NotAllowed(
            "Only those who assess or decide this bid ask questions here, and only until it has ended. What you typed is below."
        )
    return render(
        "pages/approval/questions.html",
        **bid_frame(session, who, case, tab="questions"),
        form=form,
        asked=questions.questions_of(session, who, case, inside=inside),
        inside=inside,
    )


@blueprint.route(
    "/bids/<reference>/questions/<int:number>", methods=["GET", "POST"], endpoint="answer_question"
)
def answer(reference: str, number: int) -> Response | str:
    """The answer to a question that was put to the reader.

    Raises:
        NotHere: when nobody asked the reader this, or it is answered.
    """
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    found = questions.questions_of(session, who, case, inside=is_inside(who, case))
    question = next((one for one in found if one.number == number), None)
    if question is None or not (question.is_mine or _is_post()):
        raise NotHere
    form = AnswerForm(rev=case.rev)
    if form.validate_on_submit():
        try:
            with work() as opened:
                questions.answer(opened, case.id, number, text=form.data_tuple().text, key=form.request_key)
        except Invalid as error:
            if not form.refuse(error):
                raise
        else:
            flash("Your answer is kept, and whoever asked is told")
            return redirect(url_for("approval.questions", reference=reference), 303)
    return render(
        "pages/approval/answer.html",
        case=case,
        question=question,
        form=form,
    )


def _is_post() -> bool:
    return bool(request.method == "POST")
