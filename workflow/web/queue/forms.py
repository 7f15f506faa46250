"""The forms of the queue's page."""

from workflow.bids.saved import LONGEST_NAME
from workflow.web.forms import PlainForm, TextField


class SaveForm(PlainForm):
    """A name for what is asked of the queue now."""

    name = TextField("Name of this filter", required="Give this filter a name", longest=LONGEST_NAME)

    def data_tuple(self) -> str:
        """The name."""
        return str(self.name.data)


class RemoveForm(PlainForm):
    """Nothing to fill in: the press is what counts."""

    def data_tuple(self) -> None:
        """Nothing."""
