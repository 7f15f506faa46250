"""The sections that are lists: partners, deliverables, indicators, risks. Each row has its own page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.bids.content import Content, PartnerView
from workflow.bids.models import Section
from workflow.bids.values import DeliverableLine, IndicatorLine, Line, PartnerLine, RiskLine
from workflow.money import format_pounds, year_label
from workflow.web.filters import short_date
from workflow.web.forms import (
    ActionForm,
    DateField,
    LongTextField,
    MoneyField,
    Option,
    SelectField,
    TextField,
)

MOST_POUNDS = 10**13  # Pence; ten digits of pounds fill the box.


class DoneForm(ActionForm):
    """The list is finished; one button."""


class RemoveForm(ActionForm):
    """The row goes; one button."""


class RowForm(ActionForm):
    """A row's form; `bodies` are the code and name of each organisation that can be a partner."""

    def prepare(self, content: Content, bodies: Sequence[tuple[str, str]]) -> None:
        """Fill in choices that depend on the bid. Overridden where there are some."""

    def data_tuple(self) -> Line:
        """What the command saves."""
        raise NotImplementedError


class PartnerForm(RowForm):
    """A partner with its task."""

    organisation = SelectField(
        "Which organisation?", prompt="Choose an organisation", required="Choose an organisation"
    )
    task = LongTextField(
        "What does it do in this bid?",
        required="Say what the partner does",
        what="The task",
        longest=500,
        rows=3,
    )

    def prepare(self, content: Content, bodies: Sequence[tuple[str, str]]) -> None:
        """The organisations of today."""
        del content
        self.organisation.options = tuple(Option(code, name) for code, name in bodies)

    def data_tuple(self) -> PartnerLine:
        """What the command saves."""
        shares = tuple(
            (int(name.removeprefix(SHARE)), field.data)
            for name, field in self._fields.items()
            if name.startswith(SHARE) and field.data
        )
        return PartnerLine(self.organisation.data or "", self.task.data or "", shares)


SHARE = "share_"


def partner_form(content: Content) -> type[PartnerForm]:
    """The partner's form with a box for each year of the round."""
    years = range(content.round.first_year, content.round.last_year + 1)
    fields: dict[str, Any] = {
        f"{SHARE}{year}": MoneyField(
            f"Its share in {year_label(year)}",
            hint="Of the money you ask for. Leave it empty if there is none." if year == years[0] else "",
            least=1,
            most=MOST_POUNDS,
        )
        for year in years
    }
    return type("PartnerForm", (PartnerForm,), fields)


class DeliverableForm(RowForm):
    """Something that will be there by a date."""

    text = TextField(
        "What will be there?", required="Say what will be there", what="The deliverable", longest=300
    )
    due_on = DateField("By when?", required="Enter the date by which it will be there", what="The date")
    outcome_code = SelectField("Which outcome does it serve?", prompt="None in particular")

    def prepare(self, content: Content, bodies: Sequence[tuple[str, str]]) -> None:
        """The outcomes are those of the round's fund."""
        del bodies
        self.outcome_code.options = tuple(Option(one.code, one.title) for one in content.outcomes)

    def data_tuple(self) -> DeliverableLine:
        """What the command saves."""
        return DeliverableLine(self.text.data or "", self.due_on.data or date.min, self.outcome_code.data)


class IndicatorForm(RowForm):
    """How one will see that it worked."""

    text = TextField(
        "What do you look at?", required="Say what you look at", what="The indicator", longest=300
    )
    baseline = TextField(
        "Where does it stand now?", required="Say where it stands now", what="The figure now", longest=100
    )
    target = TextField(
        "Where should it stand?",
        required="Say where it should stand",
        what="The figure aimed at",
        longest=100,
    )

    def data_tuple(self) -> IndicatorLine:
        """What the command saves."""
        return IndicatorLine(self.text.data or "", self.baseline.data or "", self.target.data or "")


class RiskForm(RowForm):
    """What may go wrong, and the answer."""

    text = TextField("What may go wrong?", required="Say what may go wrong", what="The risk", longest=300)
    answer = LongTextField(
        "What do you do about it?",
        required="Say what you do about it",
        what="The answer",
        longest=1000,
        rows=3,
    )

    def data_tuple(self) -> RiskLine:
        """What the command saves."""
        return RiskLine(self.text.data or "", self.answer.data or "")


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list's pages: its heading, the word for one row, its columns, and what each row shows and fills in."""

    heading: str
    one: str
    empty: str
    columns: tuple[str, ...]
    form: type[RowForm]
    rows: Callable[[Content], Sequence[Any]]
    cells: Callable[[Any, Content], tuple[str, ...]]
    before: Callable[[Any], dict[str, Any]]
    form_for: Callable[[Content], type[RowForm]] | None = None

    def form_of(self, content: Content) -> type[RowForm]:
        """The form of a row of this bid."""
        return self.form if self.form_for is None else self.form_for(content)

    def row(self, content: Content, row_id: int) -> Any | None:
        """One row by its id, or None when the bid has no such row."""
        return next((row for row in self.rows(content) if row.id == row_id), None)


def _outcome(code: str | None, content: Content) -> str:
    return next((one.title for one in content.outcomes if one.code == code), "–")


def _share(row: PartnerView) -> str:
    return format_pounds(row.share_pence) if row.shares else "None"


def _confirmed(row: PartnerView) -> str:
    if row.is_withdrawn:
        return "Takes no part any more"
    return "Yes" if row.is_confirmed else "Not yet"


LISTS: Mapping[Section, ListPage] = {
    Section.PARTNERS: ListPage(
        "Partners",
        "partner",
        "There is no partner yet. A bid may have none; otherwise add each with its task.",
        ("Organisation", "Task", "Its share", "Has it confirmed?"),
        PartnerForm,
        lambda content: content.partners,
        lambda row, _content: (row.name, row.task, _share(row), _confirmed(row)),
        lambda row: {
            "organisation": row.code,
            "task": row.task,
            **{f"{SHARE}{year}": pence for year, pence in row.shares},
        },
        partner_form,
    ),
    Section.DELIVERABLES: ListPage(
        "What it will deliver",
        "deliverable",
        "Nothing is listed yet. Add at least one thing that will be there by a date.",
        ("Deliverable", "By", "Outcome"),
        DeliverableForm,
        lambda content: content.deliverables,
        lambda row, content: (row.text, short_date(row.due_on), _outcome(row.outcome_code, content)),
        lambda row: {"text": row.text, "due_on": row.due_on, "outcome_code": row.outcome_code},
    ),
    Section.INDICATORS: ListPage(
        "How you will see that it worked",
        "indicator",
        "Nothing is listed yet. Add at least one thing that you look at.",
        ("What you look at", "Now", "Aimed at"),
        IndicatorForm,
        lambda content: content.indicators,
        lambda row, _content: (row.text, row.baseline, row.target),
        lambda row: {"text": row.text, "baseline": row.baseline, "target": row.target},
    ),
    Section.RISKS: ListPage(
        "Risks",
        "risk",
        "Nothing is listed yet. Add at least one thing that may go wrong.",
        ("What may go wrong", "What you do about it"),
        RiskForm,
        lambda content: content.risks,
        lambda row, _content: (row.text, row.answer),
        lambda row: {"text": row.text, "answer": row.answer},
    ),
}
"""The sections that are lists."""
