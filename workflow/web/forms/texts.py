"""Fields of one box: text, long text, money, password, a file, and what is carried along unseen."""

from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms.validators import ValidationError

from workflow.money import NotMoney, Pence, format_pounds, parse_pounds
from workflow.web.forms.kit import KitField, clean, length
from workflow.web.forms.macros import draw


class TextField(KitField):
    """One line of text; `data` is a cleaned `str`, or None when empty.

    `longest` is the most characters; `width` is a class such as "20", "10" or "two-thirds".
    """

    def __init__(
        self,
        label: str,
        *,
        longest: int = 200,
        width: str = "",
        autocomplete: str = "",
        inputmode: str = "",
        spellcheck: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.longest = longest
        self.width = width
        self.autocomplete = autocomplete
        self.inputmode = inputmode
        self.spellcheck = spellcheck

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Clean what was typed; a file sent where text belongs counts as nothing."""
        raw = valuelist[0] if valuelist else ""
        text, self.control_characters = clean(raw if isinstance(raw, str) else "", lines=self.has_lines)
        self.data = text or None

    has_lines = False

    def check(self, value: str) -> None:
        """Check the length."""
        if length(value) > self.longest:
            raise ValidationError(f"{self.what} must be {self.longest:,} characters or fewer")

    def draw(
        self, *, hidden_label: bool = False, heading: bool = False, size: str = "", **kwargs: Any
    ) -> Markup:
        """The box with its label, hint and error."""
        params = self.base_params(**kwargs)
        params["label"] = self.label_params(heading=heading, size=size, hidden=hidden_label)
        params["value"] = self.shown()
        return self.draw_box(params)

    def shown(self) -> str:
        """What stands in the box."""
        return "" if self.data is None else str(self.data)

    def draw_box(self, params: dict[str, Any]) -> Markup:
        """The box itself."""
        params["autocomplete"] = self.autocomplete or None
        params["inputmode"] = self.inputmode or None
        if self.spellcheck is not None:
            params["spellcheck"] = self.spellcheck
        if self.width:
            params["classes"] = _width_class(self.width)
        return draw("input", "govukInput", params)


def _width_class(width: str) -> str:
    """The class of a fixed width in characters, or of a share of the column."""
    return f"govuk-input--width-{width}" if width.isdigit() else f"govuk-!-width-{width}"


class LongTextField(TextField):
    """Several lines with a count; `data` is a cleaned `str` whose line ends are line feeds, or None when empty."""

    has_lines = True

    def __init__(self, label: str, *, longest: int = 4000, rows: int = 6, **kwargs: Any) -> None:
        super().__init__(label, longest=longest, **kwargs)
        self.rows = rows

    def draw_box(self, params: dict[str, Any]) -> Markup:
        """A text area whose count speaks up near the end."""
        params |= {"rows": self.rows, "maxlength": self.longest, "threshold": 75}
        params["textareaDescriptionText"] = f"You can enter up to {self.longest:,} characters"
        # A browser drops the first line end inside a text area, so one more keeps a text that begins with one.
        return draw("character-count", "govukCharacterCount", params)


class MoneyField(KitField):
    """An amount in pounds; `data` is integer pence or None, and what was typed is drawn again as it was.

    `least` and `most` are in pence. With `whole` an amount must be in full pounds.
    """

    def __init__(
        self,
        label: str,
        *,
        least: int = 0,
        most: int = 10**13,
        whole: bool = False,
        width: str = "10",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.least = least
        self.most = most
        self.whole = whole
        self.width = width
        self.text: str | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read pounds; a wrong amount becomes an error and stays in the box.

        Raises:
            ValueError: when it is no amount.
        """
        self.data: Pence | None = None
        raw = valuelist[0] if valuelist else ""
        self.text, self.control_characters = clean(raw if isinstance(raw, str) else "")
        if not self.text or self.control_characters:
            return
        if len(self.text) > 30:
            raise ValueError(f"{self.what} is too long to be an amount")
        try:
            self.data = parse_pounds(self.text)
        except NotMoney as wrong:
            raise ValueError(f"{self.what}: {_lower_first(str(wrong))}") from wrong

    @property
    def is_empty(self) -> bool:
        """Zero is an amount; only nothing is empty."""
        return self.data is None

    def check(self, value: Pence) -> None:
        """Check the limits, and full pounds where they are asked for."""
        if value < self.least:
            raise ValidationError(f"{self.what} must be {format_pounds(self.least)} or more")
        if value > self.most:
            raise ValidationError(f"{self.what} must be {format_pounds(self.most)} or less")
        if self.whole and value % 100:
            raise ValidationError(f"{self.what} must be in full pounds, without pence")

    def typed(self) -> str:
        """What was typed, or the amount."""
        return self.shown()

    def shown(self) -> str:
        """What stands in the box: the text as typed, else the amount with commas and no pound sign."""
        if self.text is not None:
            return self.text
        return "" if self.data is None else format_pounds(self.data).replace("£", "")

    def draw(
        self, *, hidden_label: bool = False, heading: bool = False, size: str = "", **kwargs: Any
    ) -> Markup:
        """A box behind a pound sign; in a table of boxes the label is hidden but there."""
        params = self.base_params(**kwargs)
        params |= {
            "label": self.label_params(heading=heading, size=size, hidden=hidden_label),
            "value": self.shown(),
            "prefix": {"text": "£"},
            "classes": f"{_width_class(self.width)} app-money-input",
            "inputmode": "decimal",
            "spellcheck": False,
        }
        return draw("input", "govukInput", params)


def _lower_first(text: str) -> str:
    """The sentence as the second half of a message, without its full stop."""
    return (text[:1].lower() + text[1:]).removesuffix(".")


class PasswordField(KitField):
    """A password: never drawn again, never trimmed, and long ones are allowed."""

    longest = 1000

    def __init__(self, label: str, *, autocomplete: str = "current-password", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.autocomplete = autocomplete

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take it as it is."""
        raw = valuelist[0] if valuelist else ""
        self.data = raw if isinstance(raw, str) and raw else None

    def check(self, value: str) -> None:
        """Check the length, so that hashing stays cheap."""
        if len(value) > self.longest:
            raise ValidationError(f"{self.what} must be {self.longest:,} characters or fewer")

    def typed(self) -> str:
        """A password is never given back."""
        return ""

    def draw(self, *, heading: bool = False, size: str = "", **kwargs: Any) -> Markup:
        """The box with its button to show what is typed."""
        params = self.base_params(**kwargs)
        params |= {"label": self.label_params(heading=heading, size=size), "autocomplete": self.autocomplete}
        return draw("password-input", "govukPasswordInput", params)


class UploadField(KitField):
    """One file by the browser's own input; `data` is a `FileStorage` with a name, or None."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the first real file."""
        files = [value for value in valuelist if isinstance(value, FileStorage) and value.filename]
        self.data = files[0] if files else None

    def typed(self) -> str:
        """The file's name: a file itself cannot be put back into a form."""
        return "" if self.data is None else str(self.data.filename)

    def draw(self, *, heading: bool = False, size: str = "", **kwargs: Any) -> Markup:
        """The native input, which every assistive technology knows."""
        params = self.base_params(**kwargs)
        params["label"] = self.label_params(heading=heading, size=size)
        return draw("file-upload", "govukFileUpload", params)


class HiddenField(KitField):
    """A value that travels with the form unseen; `data` is a cleaned `str` or None. Never trust it."""

    def __init__(self, *, longest: int = 4000, **kwargs: Any) -> None:
        super().__init__("", what="The form", **kwargs)
        self.longest = longest

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the text, within bounds."""
        raw = valuelist[0] if valuelist else ""
        text, self.control_characters = clean(raw if isinstance(raw, str) else "")
        self.data = text[: self.longest] or None

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)

    def draw(self, **_kwargs: Any) -> Markup:
        """The hidden input; without an id, so that two forms of one page never share one."""
        return Markup('<input type="hidden" name="{}" value="{}">').format(self.name, self._value())
