"""The six questions, one on a page. Their answers travel in the address, so that a page can be shared and gone back to."""

from collections.abc import Mapping

from flask import request
from werkzeug.datastructures import MultiDict

from workflow.accounts.models import Organisation
from workflow.money import year_label
from workflow.reports.eligibility import Candidate
from workflow.web.forms import Option, PlainForm, RadiosField, SelectField
from workflow.web.forms.choices import OneChoiceField

COUNCIL, CHARITY, ANOTHER, NAMED = "council", "charity", "another", "body:"
YES, NO = "yes", "no"

GENERAL = (
    Option(COUNCIL, "A council in England"),
    Option(CHARITY, "A charity or voluntary organisation that is not in this list"),
    Option(ANOTHER, "Another organisation that is not in this list"),
)


class FundForm(PlainForm):
    """Question 1."""

    fund = RadiosField("Which fund do you want to bid to?", required="Choose a fund")


class BodyForm(PlainForm):
    """Question 2. What is known of a body that is named here is not asked again."""

    body = SelectField(
        "Which organisation would lead the bid?",
        required="Choose an organisation, or what it is",
        hint="The lead signs the agreement and is paid. Partners can be anybody.",
    )


class LegalForm(PlainForm):
    """Question 3."""

    legal = RadiosField(
        "Can it sign an agreement in its own name?",
        required="Choose yes or no",
        hint="A company, a council or a charity with members of its own can. A working group or a network cannot.",
        options=(Option(YES, "Yes"), Option(NO, "No")),
    )


class PurposeForm(PlainForm):
    """Question 4."""

    purpose = RadiosField(
        "What is it set up for?",
        required="Choose what it is set up for",
        options=(
            Option("charitable", "Charitable, benevolent or philanthropic purposes"),
            Option("voluntary", "Voluntary work, without profit, but not a charity"),
            Option("other", "Something else"),
        ),
    )


class SpecifiedForm(PlainForm):
    """Question 5."""

    specified = RadiosField(
        "Has the government specified it for council grant money?",
        required="Choose yes or no",
        hint="Some bodies that serve councils are named by the government before a financial year begins. "
        "If you do not know, the answer is no.",
        options=(Option(YES, "Yes, before the year begins"), Option(NO, "No, or I do not know")),
    )


class YearForm(PlainForm):
    """Question 6."""

    year = RadiosField("In which year would you first need the money?", required="Choose a year")


FORMS: Mapping[str, type[PlainForm]] = {
    "fund": FundForm,
    "body": BodyForm,
    "legal": LegalForm,
    "purpose": PurposeForm,
    "specified": SpecifiedForm,
    "year": YearForm,
}
"""The questions in order, by the name that each answer has in the address."""


def options_of(
    name: str, funds: list[Candidate], bodies: list[Organisation], fund_code: str | None
) -> tuple[Option, ...] | None:
    """The choices of a question that come from the database; None where the form has its own."""
    match name:
        case "fund":
            return tuple(Option(one.fund.code, one.fund.title, one.power.law) for one in funds)
        case "body":
            named = (Option(f"{NAMED}{one.code}", f"{one.name} ({one.short_name})") for one in bodies)
            return (*GENERAL, *named)
        case "year":
            years = sorted({year for one in funds if one.fund.code == fund_code for year in one.years})
            return tuple(Option(str(year), year_label(year)) for year in years)
        case _:
            return None


def form_of(name: str, options: tuple[Option, ...] | None, *, is_sent: bool) -> PlainForm:
    """The form of one question: checked when it was sent, else drawn with the answer given before."""
    form = FORMS[name](
        formdata=MultiDict(request.args) if is_sent else None,
        data={name: request.args.get(name)},
        meta={"csrf": False},
    )
    if options is not None:
        field_of(form, name).options = options
    if is_sent:
        form.validate()
    return form


def field_of(form: PlainForm, name: str) -> OneChoiceField:
    """The one field of a question."""
    field = form[name]
    if not isinstance(field, OneChoiceField):
        raise TypeError(name)
    return field
