"""The question pages of a bid's sections, one form each; every one turns into the values that the command saves."""

from collections.abc import Sequence
from typing import Any

from wtforms.validators import ValidationError

from workflow.bids.content import Content
from workflow.bids.models import AreaKind, CostHead, SpendRoute, SupportType
from workflow.bids.values import (
    Area,
    Budget,
    BudgetLine,
    Exclusion,
    Facts,
    Outcomes,
    Route,
    Summary,
    Values,
)
from workflow.consultation.queries import Authority
from workflow.money import Pence, year_label
from workflow.web.bids.forms import YES_NO
from workflow.web.bids.words import AREAS, HEADS, ROUTES, SUPPORT
from workflow.web.forms import (
    ActionForm,
    CheckboxesField,
    DateField,
    LongTextField,
    MoneyField,
    Option,
    RadiosField,
    SelectField,
    TextField,
)

MOST_POUNDS = 10**13  # Pence; ten digits of pounds fill the box.


class SectionForm(ActionForm):
    """A section's form. `content` is what the bid says when the page is drawn, `councils` those that may be named."""

    def prepare(self, content: Content, councils: Sequence[Authority]) -> None:
        """Fill in choices that depend on the bid. Overridden where there are some."""

    def data_tuple(self) -> Values:
        """What the command saves."""
        raise NotImplementedError


class SummaryForm(SectionForm):
    """What the bid is."""

    title = TextField("Title", required="Enter a title", longest=150)
    summary = LongTextField(
        "What will be done, in a few sentences",
        hint="Councils read this first.",
        required="Say what will be done",
        what="The summary",
        longest=2000,
    )
    need = LongTextField(
        "Why is it needed?",
        hint="Say how you know, and what happens if it is not done.",
        required="Say why it is needed",
        what="The need",
        longest=4000,
    )

    def data_tuple(self) -> Summary:
        """What the command saves."""
        return Summary(self.title.data or "", self.summary.data or "", self.need.data or "")


SUPPORT_OPTIONS = tuple(Option(kind, words, hint) for kind, (words, hint) in SUPPORT.items())


class OutcomesForm(SectionForm):
    """Which outcomes, and which kind of support."""

    outcome_codes = CheckboxesField(
        "Which outcomes does it serve?",
        hint="These are what councils agreed the money is for.",
        required="Choose at least one outcome",
    )
    main_support = RadiosField(
        "What is the main kind of support?",
        options=SUPPORT_OPTIONS,
        required="Choose the main kind of support",
    )
    other_support = CheckboxesField(
        "Any other kinds of support?",
        hint="You may leave these empty.",
        options=[Option(option.value, option.text) for option in SUPPORT_OPTIONS],
    )

    def prepare(self, content: Content, councils: Sequence[Authority]) -> None:
        """The outcomes are those of the round's fund."""
        del councils
        self.outcome_codes.options = tuple(Option(one.code, one.title) for one in content.outcomes)

    def data_tuple(self) -> Outcomes:
        """What the command saves."""
        return Outcomes(
            tuple(self.outcome_codes.data),
            SupportType(self.main_support.data or ""),
            tuple(SupportType(kind) for kind in self.other_support.data),
        )


class ExclusionForm(SectionForm):
    """The exclusion test. Source: seed, paragraph 2."""

    operational_need = RadiosField(
        "Is this for one service’s day-to-day needs?",
        hint="For instance technical policing or healthcare. This money is not for that.",
        options=YES_NO,
        required="Choose yes or no",
        inline=True,
    )
    operational_reason = LongTextField(
        "Say why you think so", required="Say why you think so", what="The reason", longest=2000, rows=4
    )

    def data_tuple(self) -> Exclusion:
        """What the command saves."""
        return Exclusion(self.operational_need.data == "yes", self.operational_reason.data or "")


class RouteForm(SectionForm):
    """Who leads the work. Source: seed, paragraph 3."""

    spend_route = RadiosField(
        "Who leads the work?",
        options=[Option(route, words, hint) for route, (words, hint) in ROUTES.items()],
        required="Choose who leads the work",
    )
    transition_reason = LongTextField(
        "Why is temporary government support needed?",
        hint="Only for temporary government support.",
        longest=2000,
    )
    transition_ends_on = DateField(
        "When does it end?", hint="Only for temporary government support.", what="The end date"
    )
    exit_plan = LongTextField(
        "What happens when it ends?", hint="Only for temporary government support.", longest=2000
    )

    def _needed(self, value: object, message: str) -> None:
        if self.spend_route.data == SpendRoute.CENTRAL_TRANSITIONAL and not value:
            raise ValidationError(message)

    def validate_transition_reason(self, box: LongTextField) -> None:
        """Temporary support says why."""
        self._needed(box.data, "Say why temporary government support is needed")

    def validate_transition_ends_on(self, box: DateField) -> None:
        """Temporary support has an end."""
        self._needed(box.data, "Enter the date on which it ends")

    def validate_exit_plan(self, box: LongTextField) -> None:
        """Temporary support says what then."""
        self._needed(box.data, "Say what happens when it ends")

    def data_tuple(self) -> Route:
        """What the command saves; what was typed for another route is kept too."""
        return Route(
            SpendRoute(self.spend_route.data or ""),
            self.transition_reason.data,
            self.transition_ends_on.data,
            self.exit_plan.data,
        )


class AreaForm(SectionForm):
    """Where it works."""

    area_kind = RadiosField(
        "Where will it work?",
        options=[Option(kind, words) for kind, words in AREAS.items()],
        required="Choose where it will work",
    )
    area_region = SelectField("Which region?", hint="Only if you chose one region.", prompt="Choose a region")
    area_codes = CheckboxesField("Which councils?", hint="Only if you chose certain councils.", small=True)

    def prepare(self, content: Content, councils: Sequence[Authority]) -> None:
        """The regions and councils that exist today, and those that the bid names already."""
        known = {one.code for one in councils}
        kept = [Option(code, code) for code in content.bid.area_codes if code not in known]
        self.area_codes.options = (*(Option(one.code, one.name) for one in councils), *kept)
        regions = sorted({one.region for one in councils if one.region})
        self.area_region.options = tuple(Option(region, region) for region in regions)

    def validate_area_region(self, box: SelectField) -> None:
        """One region needs its name."""
        if self.area_kind.data == AreaKind.REGION and not box.data:
            raise ValidationError("Choose a region")

    def validate_area_codes(self, box: CheckboxesField) -> None:
        """Certain councils need naming."""
        if self.area_kind.data == AreaKind.AUTHORITIES and not box.data:
            raise ValidationError("Tick at least one council")

    def data_tuple(self) -> Area:
        """What the command saves: only what belongs to the choice."""
        kind = AreaKind(self.area_kind.data or "")
        return Area(
            kind,
            self.area_region.data if kind is AreaKind.REGION else None,
            tuple(self.area_codes.data) if kind is AreaKind.AUTHORITIES else (),
        )


class FactsForm(SectionForm):
    """Two facts that decide which rules apply later."""

    sells = RadiosField(
        "Does the lead body, or a partner, sell goods or services in this work?",
        hint="If so, the rules on subsidies apply, and the award is published.",
        options=YES_NO,
        required="Choose yes or no",
        inline=True,
    )
    new_cost_for_councils = RadiosField(
        "Does it cost councils anything new?", options=YES_NO, required="Choose yes or no", inline=True
    )
    new_cost_reason = LongTextField(
        "What does it cost them?", hint="Only if you answered yes.", longest=2000, rows=3
    )

    def validate_new_cost_reason(self, box: LongTextField) -> None:
        """A new cost is described."""
        if self.new_cost_for_councils.data == "yes" and not box.data:
            raise ValidationError("Say what it costs councils")

    def data_tuple(self) -> Facts:
        """What the command saves."""
        return Facts(
            self.sells.data == "yes", self.new_cost_for_councils.data == "yes", self.new_cost_reason.data
        )


class BudgetForm(SectionForm):
    """What is asked for in each year and for each kind of cost; the server adds up. `budget_form` adds the boxes."""

    years: tuple[int, ...] = ()
    match = MoneyField(
        "Money from elsewhere, over all years",
        hint="Leave this empty if there is none.",
        what="Money from elsewhere",
    )
    match_source = TextField(
        "Where does it come from?", hint="Only if there is money from elsewhere.", longest=200
    )

    def box(self, year: int, head: CostHead) -> Any:
        """The box of one year and one kind of cost."""
        return self[box_name(year, head)]

    def validate_match_source(self, box: TextField) -> None:
        """Money from elsewhere comes from somewhere."""
        if self.match.data and not box.data:
            raise ValidationError("Say where the money from elsewhere comes from")

    def data_tuple(self) -> Budget:
        """What the command saves; an empty box is nothing."""
        lines = tuple(
            BudgetLine(year, head, self.box(year, head).data)
            for year in self.years
            for head in CostHead
            if self.box(year, head).data
        )
        return Budget(lines, self.match.data or Pence(0), self.match_source.data)


def box_name(year: int, head: CostHead) -> str:
    """The name of the box of one year and one kind of cost."""
    return f"amount_{year}_{head.value}"


def budget_form(content: Content) -> type[BudgetForm]:
    """The budget form with a box for each year of the round and each kind of cost."""
    years = tuple(range(content.round.first_year, content.round.last_year + 1))
    boxes: dict[str, Any] = {
        box_name(year, head): MoneyField(f"{HEADS[head]}, {year_label(year)}", most=MOST_POUNDS, width="10")
        for head in CostHead
        for year in years
    }
    return type("BudgetForm", (BudgetForm,), {**boxes, "years": years})
