"""What all fields of the kit have in common: how they are asked, drawn, cleaned and checked."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup
from wtforms import Field
from wtforms.validators import StopValidation

# Control characters other than tab and line ends, and what no text of a person contains: they cannot be put on a page. The
# marks that turn the direction of writing round are among them, because with them a text reads otherwise than it is kept.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)

LABEL_SIZES = ("s", "m", "l", "xl")


def length(text: str) -> int:
    """The length as the counter in the browser counts it: in UTF-16 units, so that an emoji counts as two."""
    return len(text.encode("utf-16-le")) // 2


def clean(text: str, *, lines: bool = False) -> tuple[str, bool]:
    """The text without control characters and outer spaces, and whether any control character was there.

    Line ends are single line feeds where `lines` are allowed, else spaces. The text is put in composed form, so that the
    same word typed on two keyboards is the same text.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        unified = unified.replace("\n", " ").replace("\t", " ")
    cleaned = _CONTROL.sub("", unified)
    return unicodedata.normalize("NFC", cleaned).strip(), cleaned != unified


class KitField(Field):  # type: ignore[misc]
    """A field that draws itself with a GOV.UK macro.

    `label` is the question; `hint` stands under it; `required` is the message when nothing is given ("Enter a title"), and
    without it the field may be left empty; `what` names the field in messages ("Title") and is the label by default;
    `size` makes the label larger ("s", "m", "l"); `checks` are callables `(form, field)` that raise `ValidationError`.

    In a template: `{{ form.title() }}`, or `{{ form.title(heading=true) }}` where the label is the page's only h1.
    """

    control_characters = False

    def __init__(
        self,
        label: str,
        *,
        hint: str = "",
        required: str = "",
        what: str = "",
        size: str = "s",
        checks: Sequence[Callable[[Any, Any], None]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators=tuple(checks), **kwargs)
        self.hint = hint
        self.required = required
        self.what = what or label
        self.size = size

    def __call__(self, **kwargs: Any) -> Markup:
        """The field's markup; see the class."""
        return self.draw(**kwargs)

    def draw(self, **kwargs: Any) -> Markup:
        """The field's markup. Overridden by each kind of field."""
        raise NotImplementedError

    @property
    def is_empty(self) -> bool:
        """Whether nothing was given."""
        return self.data is None or not self.data

    @property
    def error_anchor(self) -> str:
        """The id that the error summary links to: the first box that can take the focus."""
        return str(self.id)

    def typed(self) -> str:
        """What the person typed, as text to be given back after a conflict."""
        return "" if self.data is None else str(self.data)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  WTForms gives it.
        """Check what every field is checked for.

        The form's own checks still run on a field that may be empty, so that they can ask for it after all.
        """
        if self.control_characters:
            raise StopValidation(
                f"{self.what} had hidden characters that cannot be kept. They are removed: check the text and send it again"
            )
        if self.errors:
            raise StopValidation
        if not self.is_empty:
            self.check(self.data)
        elif self.required:
            raise StopValidation(self.required)

    def check(self, value: Any) -> None:
        """Check a value that is there. Overridden where a kind of field has a rule of its own.

        Raises:
            ValidationError: with a message fit for the page.
        """

    def base_params(self, *, hint: str | None = None) -> dict[str, Any]:
        """The part of a macro's parameters that all macros share: id, name, hint and error."""
        hint = self.hint if hint is None else hint
        params: dict[str, Any] = {"id": self.id, "name": self.name}
        if hint:
            params["hint"] = {"text": hint}
        if self.errors:
            params["errorMessage"] = {"text": self.errors[0]}
        return params

    def label_params(
        self, *, heading: bool = False, size: str = "", hidden: bool = False, kind: str = "label"
    ) -> dict[str, Any]:
        """The label or legend: large where it is the page's heading, hidden where a table's headings say it."""
        chosen = size or ("l" if heading else self.size)
        prefix = "govuk-fieldset__legend" if kind == "legend" else "govuk-label"
        classes = (
            "govuk-visually-hidden" if hidden else (f"{prefix}--{chosen}" if chosen in LABEL_SIZES else "")
        )
        return {"text": self.label.text, "isPageHeading": heading, "classes": classes}
