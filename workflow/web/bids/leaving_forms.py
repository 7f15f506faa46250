"""The form of taking a bid back."""

from typing import NamedTuple

from workflow.web.actions import form_named
from workflow.web.forms import ActionForm, LongTextField


class Leaving(NamedTuple):
    """Why the bid is withdrawn."""

    reason: str


@form_named("withdraw")
class WithdrawForm(ActionForm):
    """Taking a bid back, for good, with the reason that everybody who was asked for anything is owed."""

    reason = LongTextField(
        "Why do you withdraw it?",
        hint="The department keeps your reason with the bid.",
        required="Say why you withdraw it",
        longest=2000,
        rows=5,
    )

    def data_tuple(self) -> Leaving:
        """What the command takes."""
        return Leaving(self.reason.data or "")
