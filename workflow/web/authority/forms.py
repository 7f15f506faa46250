"""The forms of those who give limits and cover, and of those who declare a connection."""

from datetime import date
from typing import NamedTuple, cast

from workflow.money import Pence
from workflow.web.forms import DateField, LongTextField, MoneyField, PlainForm, SelectField, TextField


class Limit(NamedTuple):
    """A limit in pence, with its days and the id of its department."""

    department_id: int
    limit_pence: Pence
    valid_from: date
    valid_to: date | None


class Covering(NamedTuple):
    """Who stands in, with the days."""

    person_id: int
    valid_from: date
    valid_to: date


class Said(NamedTuple):
    """A connection: to whom or what, and what it is."""

    to: str
    nature: str


class LimitForm(PlainForm):
    """What somebody may approve for a department, from a day to a day."""

    department = SelectField("Department", options=[], required="Choose a department")
    limit = MoneyField("Can approve up to", required="Enter an amount", least=1)
    valid_from = DateField("First day", hint="Today or later.", required="Enter the first day")
    valid_to = DateField("Last day", hint="Leave this empty if it has no end yet.")

    def data_tuple(self) -> Limit:
        """The limit."""
        return Limit(
            int(str(self.department.data)),
            cast("Pence", self.limit.data),
            cast("date", self.valid_from.data),
            self.valid_to.data,
        )


class CoverForm(PlainForm):
    """Who stands in for somebody who is away."""

    person = SelectField("Who stands in", options=[], required="Choose who stands in")
    valid_from = DateField("First day", hint="Today or later.", required="Enter the first day")
    valid_to = DateField(
        "Last day", hint="It counts until the end of this day.", required="Enter the last day"
    )

    def data_tuple(self) -> Covering:
        """The cover."""
        return Covering(
            int(str(self.person.data)), cast("date", self.valid_from.data), cast("date", self.valid_to.data)
        )


class EndForm(PlainForm):
    """The last day of a limit or of cover."""

    last_day = DateField(
        "Last day",
        hint="Today or later. It counts until the end of this day.",
        required="Enter the last day",
    )

    def data_tuple(self) -> date:
        """The last day."""
        return cast("date", self.last_day.data)


class ConnectionForm(PlainForm):
    """A connection of one's own, to an organisation or to one bid."""

    organisation = TextField(
        "Organisation or bid",
        hint="The full name or code of an organisation, or the reference of a bid, like SLI-2011-0001.",
        required="Enter an organisation or the reference of a bid",
        longest=200,
    )
    nature = LongTextField(
        "What connects you",
        hint="For example: my sister works there.",
        required="Say what the connection is",
        longest=1000,
    )

    def data_tuple(self) -> Said:
        """The connection."""
        return Said(str(self.organisation.data), str(self.nature.data))


class SettleForm(PlainForm):
    """Why a connection keeps somebody from deciding no more."""

    words = LongTextField(
        "Why does it no longer keep them from deciding?",
        hint="They read this, and it stays on record.",
        required="Say why the connection bars them no more",
        longest=1000,
    )

    def data_tuple(self) -> str:
        """The words."""
        return str(self.words.data)
