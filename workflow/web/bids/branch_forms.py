"""The forms of putting text back and of copying a bid."""

from typing import NamedTuple

from workflow.web.forms import ActionForm, RadiosField


class Nothing(NamedTuple):
    """A form that asks for nothing but the press of its button."""


class PutBackForm(ActionForm):
    """One button: what was written since is gone."""

    def data_tuple(self) -> Nothing:
        """Nothing is asked."""
        return Nothing()


class CopyData(NamedTuple):
    """The code of the round."""

    round_code: str


class CopyForm(ActionForm):
    """Into which round the text is copied."""

    round = RadiosField("Into which funding round?", required="Choose a funding round")

    def data_tuple(self) -> CopyData:
        """What the command takes."""
        return CopyData(self.round.data or "")
