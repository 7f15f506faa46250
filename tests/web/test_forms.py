"""The fields: what they take, what they say, and that they draw what was typed in valid markup."""

from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms.validators import ValidationError

from tests.web.every_field import RIGHT, EveryField, Send, date_of, draw
from tests.web.strict import check_references, elements
from workflow.errors import Invalid, Problem, Refused
from workflow.web.forms import LongTextField, MoneyField, PlainForm


def test_a_right_form_gives_typed_values(send: Send) -> None:
    form = send(
        **RIGHT,
        summary="Two\r\nlines",
        amount="£1,200.50",
        kinds=["central", "sector"],
        **{"ends_on-day": "31", "ends_on-month": "3", "ends_on-year": "2014"},
    )
    assert form.errors == {}
    assert form.title.data == "Peer challenge"
    assert form.summary.data == "Two\nlines"
    assert form.amount.data == 120_050
    assert form.ends_on.data == date(2014, 3, 31)
    assert form.kinds.data == ["sector", "central"]
    assert (form.council.data, form.evidence.data, form.secret.data) == (None, None, None)
    assert (form.revision, form.request_key) == (3, "0" * 32)


def test_every_field_draws_valid_markup_when_new(lonely_app: Flask) -> None:
    with lonely_app.test_request_context("/"):
        form = EveryField(rev=3)
        check_references(elements(draw(form), is_page=False))


def test_every_field_draws_valid_markup_with_its_error(send: Send) -> None:
    form = send(
        title="x" * 10_000,
        summary='"><script>' + "y" * 10_000,
        amount="lots",
        kinds="other",
        council="other",
        secret="z" * 5000,
        **{"ends_on-day": "x"},
    )
    found = elements(draw(form), is_page=False)
    check_references(found)
    ids = {element.get("id") for element in found}
    errors = form.error_list()
    assert {name for name, _ in form.errors.items()} >= {
        "title",
        "summary",
        "amount",
        "kinds",
        "council",
        "secret",
        "route",
    }
    assert all(error["href"][1:] in ids for error in errors if "href" in error)
    assert not any(element.tag == "script" for element in found)


def test_the_first_option_carries_the_id_of_its_field(lonely_app: Flask) -> None:
    with lonely_app.test_request_context("/"):
        form = EveryField(rev=3)
        for field in (form.route, form.kinds):
            boxes = [one for one in elements(str(field()), is_page=False) if one.tag == "input"]
            assert boxes[0].get("id") == field.id == field.error_anchor


def test_nothing_is_chosen_in_advance(lonely_app: Flask) -> None:
    with lonely_app.test_request_context("/"):
        form = EveryField(rev=3)
        assert "checked" not in str(form.route()) + str(form.kinds())


def test_an_empty_field_says_what_to_enter_and_an_optional_one_nothing(send: Send) -> None:
    form = send(rev="3", key="0" * 32)
    assert form.errors == {"title": ["Enter a title"], "route": ["Choose who leads"]}


def test_spaces_alone_are_nothing(send: Send) -> None:
    assert send(**RIGHT | {"title": " \t \u00a0 "}).errors == {"title": ["Enter a title"]}


@pytest.mark.parametrize(
    "text", ["£5.123", "five", "1e9", "1,00", "٣٤٥", "=1+1", "1.2.3", "NaN", "0x10", "£"]
)
def test_an_amount_that_is_none_is_told_and_kept_as_typed(send: Send, text: str) -> None:
    form = send(**RIGHT, amount=text)
    assert form.errors.keys() == {"amount"}
    assert form.errors["amount"][0].startswith("Amount: enter an amount in pounds")
    assert Markup.escape(text) in form.amount()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("-1", "Amount: the amount must be 0 or more"),
        ("0", "Amount must be £1 or more"),
        ("100,000.01", "Amount must be £100,000 or less"),
        ("9" * 25, "Amount: the amount is too large"),
        ("9" * 10_000, "Amount is too long to be an amount"),
    ],
)
def test_an_amount_outside_its_limits_is_told_the_limit(send: Send, text: str, says: str) -> None:
    assert send(**RIGHT, amount=text).errors == {"amount": [says]}


def test_zero_pounds_is_an_amount_where_it_is_allowed(send: Send) -> None:
    class Zero(PlainForm):
        amount = MoneyField("Amount", required="Enter an amount")

    assert send(Zero, amount="0").amount.data == 0
    assert send(Zero, amount="").errors == {"amount": ["Enter an amount"]}


def test_a_known_amount_is_drawn_with_commas_and_no_sign(lonely_app: Flask) -> None:
    with lonely_app.test_request_context("/"):
        form = EveryField(rev=3, data={"amount": 120_000_000})
        assert 'value="1,200,000"' in form.amount()


@pytest.mark.parametrize("field", ["title", "summary", "amount"])
def test_control_characters_are_removed_and_told(send: Send, field: str) -> None:
    form = send(**RIGHT | {field: "be\x00fo\x1bre\x7f\u0085\u202e\u2066"})
    assert "hidden characters" in form.errors[field][0]
    assert "before" in form[field]()
    elements(draw(form), is_page=False)


@pytest.mark.parametrize("text", ["שלום עולם", "🙂🙂", "=SUM(A1)", "O'Neill & <Sons>", "a\u0301"])
def test_all_writing_is_kept(send: Send, text: str) -> None:
    form = send(**RIGHT | {"title": text})
    assert form.errors == {}
    assert form.title.data == ("\u00e1" if text == "a\u0301" else text)
    assert Markup.escape(form.title.data) in form.title()


def test_the_length_is_counted_as_the_browser_counts_it(send: Send) -> None:
    assert send(**RIGHT | {"title": "🙂" * 10}).errors == {}
    assert send(**RIGHT | {"title": "🙂" * 11}).errors == {"title": ["Title must be 20 characters or fewer"]}


def test_a_value_that_was_never_offered_is_refused(send: Send) -> None:
    form = send(**RIGHT | {"route": "forged", "kinds": "forged", "council": "forged"})
    assert form.errors.keys() == {"route", "kinds", "council"}


def test_a_file_sent_where_text_belongs_counts_as_nothing(send: Send) -> None:
    assert send(**RIGHT | {"title": FileStorage(BytesIO(b"x"), "x.txt")}).errors == {
        "title": ["Enter a title"]
    }


def test_a_file_is_taken_by_its_name_and_text_in_its_place_is_nothing(send: Send) -> None:
    form = send(**RIGHT, evidence=FileStorage(BytesIO(b"x"), "plan.pdf"))
    assert form.evidence.typed() == "plan.pdf"
    assert send(**RIGHT, evidence="plan.pdf").evidence.data is None


def test_a_password_is_never_drawn_again_and_never_trimmed(send: Send) -> None:
    form = send(secret=" spaced ")
    assert form.secret.data == " spaced "
    assert "spaced" not in form.secret()
    assert form.typed() == []


@pytest.mark.parametrize(
    "changed", [{"rev": "x"}, {"rev": ""}, {"rev": "9" * 30}, {"rev": "-1"}, {"key": "no"}, {"key": ""}]
)
def test_changed_hidden_fields_are_told_and_drawn_anew(send: Send, changed: dict[str, str]) -> None:
    form = send(**RIGHT | changed)
    assert form.error_list() == [
        {"text": "The form arrived incomplete. Check what you typed and send it again"}
    ]
    assert form.rev.data == "3"
    assert form.request_key != RIGHT["key"]
    assert form.title.data == "Peer challenge"


def test_each_drawing_has_a_key_of_its_own_and_a_failed_form_keeps_it(lonely_app: Flask, send: Send) -> None:
    with lonely_app.test_request_context("/"):
        assert EveryField(rev=3).request_key != EveryField(rev=3).request_key
    form = send(**RIGHT | {"title": ""})
    assert form.errors
    assert form.request_key == RIGHT["key"]


def test_text_given_back_is_drawn_on_the_new_revision_and_not_applied(send: Send) -> None:
    form = send(title="Mine", _redraw="1")
    assert form.validate_on_submit() is False
    assert form.errors == {}
    assert form.title.data == "Mine"
    assert form.revision == 3


def test_reasons_with_fields_stand_beside_them_and_others_are_raised_on(send: Send) -> None:
    form = send(**RIGHT)
    with_field = Problem("late", "That day is past.", "Choose a later one.", field="ends_on")
    assert form.refuse(Refused([with_field])) is True
    assert form.errors == {"ends_on": ["That day is past. Choose a later one."]}
    assert form.refuse(Invalid("Too long.", field="title")) is True
    assert form.errors["title"] == ["Too long."]
    other = send(**RIGHT)
    assert other.refuse(Refused([with_field, Problem("x", "The round is closed.")])) is False
    assert other.errors == {}


def test_what_was_typed_is_given_as_labels_and_words(send: Send) -> None:
    form = send(**RIGHT, amount="1,2", kinds=["sector"], **date_of("31", "x", ""))
    assert form.typed() == [
        ("Title", "Peer challenge"),
        ("Amount", "1,2"),
        ("End date", "31 x"),
        ("Who leads?", "Councils together"),
        ("Kinds", "Councils together"),
    ]


def test_a_forms_own_check_can_ask_for_a_field_that_may_be_empty(send: Send) -> None:
    class Reasoned(PlainForm):
        why = LongTextField("Why")

        def validate_why(self, field: LongTextField) -> None:
            if not field.data:
                raise ValidationError("Say why")

    assert send(Reasoned).errors == {"why": ["Say why"]}
    assert send(Reasoned, why="Because").errors == {}
