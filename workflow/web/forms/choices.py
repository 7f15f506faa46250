"""Fields of a choice: one of few (radios), several (checkboxes), one of many (a list)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup
from wtforms.validators import ValidationError

from workflow.web.forms.kit import KitField
from workflow.web.forms.macros import draw


class Option(NamedTuple):
    """One thing to choose: its stable value, its words, and what choosing it means."""

    value: str
    text: str
    hint: str = ""


class ChoiceField(KitField):
    """A field whose answers are a closed list. A view may set `form.field.options` before it validates."""

    def __init__(self, label: str, *, options: Sequence[Option] = (), **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.options = tuple(options)

    @property
    def values(self) -> frozenset[str]:
        """The values that may be chosen."""
        return frozenset(option.value for option in self.options)

    @property
    def wrong_choice(self) -> str:
        """What is said when a value is sent that was never offered."""
        return f"{self.what}: choose from the list"

    def text_of(self, value: str) -> str:
        """The words of a value, for a page that gives back what was chosen."""
        return next((option.text for option in self.options if option.value == value), value)


class OneChoiceField(ChoiceField):
    """A field with one answer; `data` is the value or None. Nothing is chosen in advance."""

    def process_data(self, value: Any) -> None:
        """Take an enum or a number as its text."""
        self.data = None if value is None else str(getattr(value, "value", value))

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the first value."""
        raw = valuelist[0] if valuelist else None
        self.data = raw if isinstance(raw, str) and raw else None

    def check(self, value: str) -> None:
        """Check that the value was offered."""
        if value not in self.values:
            raise ValidationError(self.wrong_choice)

    def typed(self) -> str:
        """The words of what was chosen."""
        return "" if self.data is None else self.text_of(self.data)


class RadiosField(OneChoiceField):
    """One of few, all in view. With `inline` two short answers stand side by side."""

    def __init__(self, label: str, *, inline: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.inline = inline

    def draw(self, *, heading: bool = False, size: str = "", **kwargs: Any) -> Markup:
        """A fieldset; the first option carries the field's id, so that an error can lead to it."""
        params = self.base_params(**kwargs) | {
            "idPrefix": self.id,
            "fieldset": {"legend": self.label_params(heading=heading, size=size, kind="legend")},
            "items": [_item(option, option.value == self.data) for option in self.options],
        }
        if self.inline:
            params["classes"] = "govuk-radios--inline"
        return draw("radios", "govukRadios", params)


class CheckboxesField(ChoiceField):
    """Any number of answers; `data` is a list of values in the order offered, empty when none is ticked.

    With one option and no legend wanted, such as a declaration, give `label` as what is confirmed.
    """

    def __init__(self, label: str, *, small: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.small = small

    def process_data(self, value: Any) -> None:
        """Take enums and numbers as their texts."""
        self.data: list[str] = [str(getattr(one, "value", one)) for one in value or ()]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take all values, each once."""
        self.data = list(dict.fromkeys(value for value in valuelist if isinstance(value, str)))

    def check(self, value: list[str]) -> None:
        """Check that every value was offered, and put them in the order offered."""
        chosen = set(value)
        if not chosen <= self.values:
            raise ValidationError(self.wrong_choice)
        self.data = [option.value for option in self.options if option.value in chosen]

    def typed(self) -> str:
        """The words of what was ticked."""
        return ", ".join(self.text_of(value) for value in self.data)

    def draw(self, *, heading: bool = False, size: str = "", **kwargs: Any) -> Markup:
        """A fieldset; the first option carries the field's id."""
        params = self.base_params(**kwargs) | {
            "idPrefix": self.id,
            "fieldset": {"legend": self.label_params(heading=heading, size=size, kind="legend")},
            "items": [_item(option, option.value in self.data) for option in self.options],
        }
        if self.small:
            params["classes"] = "govuk-checkboxes--small"
        return draw("checkboxes", "govukCheckboxes", params)


class SelectField(OneChoiceField):
    """One of many in a list; the first line is `prompt` and means nothing is chosen."""

    def __init__(self, label: str, *, prompt: str = "Choose one", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.prompt = prompt

    def draw(
        self, *, hidden_label: bool = False, heading: bool = False, size: str = "", **kwargs: Any
    ) -> Markup:
        """A native list."""
        items = [{"value": "", "text": self.prompt, "selected": self.data is None}]
        items += [
            {"value": option.value, "text": option.text, "selected": option.value == self.data}
            for option in self.options
        ]
        params = self.base_params(**kwargs)
        params |= {
            "label": self.label_params(heading=heading, size=size, hidden=hidden_label),
            "items": items,
        }
        return draw("select", "govukSelect", params)


def _item(option: Option, is_chosen: bool) -> dict[str, Any]:
    item: dict[str, Any] = {"value": option.value, "text": option.text, "checked": is_chosen}
    if option.hint:
        item["hint"] = {"text": option.hint}
    return item
