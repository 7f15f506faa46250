"""The base of every form: protected against forgery, redrawn with what was typed, and never used twice."""

import re
from typing import Any
from uuid import uuid4

from flask import current_app, g, request
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field

from workflow.errors import Invalid, ReasonLike, Refused
from workflow.web.forms.kit import KitField
from workflow.web.forms.texts import HiddenField

REDRAW = "_redraw"  # Sent by the pages that give typed text back: draw the form with it, apply nothing.
EXPIRED = (
    "This page was open for too long or was opened in another session. Check what you typed and send it again"
)
_KEY = re.compile(r"[0-9a-f]{32}")


class PlainForm(FlaskForm):  # type: ignore[misc]
    """A form without a revision, such as signing in or a first draft.

    A form's class adds one method `data_tuple()` that returns a typed `NamedTuple` for the command. The check for forgery is
    bound to the session and has no hour limit; where it fails, the same form is drawn with what was typed.
    """

    def __init__(self, **kwargs: Any) -> None:
        # Only what a form can send is read; a body of another type is a form with nothing in it.
        kwargs.setdefault("formdata", _sent() if _is_sent() else None)
        super().__init__(**kwargs)
        if _is_sent():
            g.form = self

    @property
    def is_redraw(self) -> bool:
        """Whether the typed text came back from a conflict or a sign-in and only wants to be drawn."""
        return REDRAW in request.form

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether the form was sent and is right."""
        return not self.is_redraw and bool(super().validate_on_submit(extra_validators=extra_validators))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; a failed check for forgery is told in words and wins over nothing."""
        is_right = bool(super().validate(extra_validators=extra_validators))
        token = self._fields.get("csrf_token")
        if token is not None and token.errors:
            token.errors = [EXPIRED]
            g.csrf_failed = True
        return is_right

    def visible(self) -> list[KitField]:
        """The fields a person sees, in order."""
        return [field for field in self if isinstance(field, KitField) and not isinstance(field, HiddenField)]

    def error_list(self) -> list[dict[str, str]]:
        """What the error summary lists: hidden troubles first without a link, then each field's first error with its link."""
        visible = self.visible()
        found = [{"text": text} for field in self if field not in visible for text in field.errors[:1]]
        found += [{"text": text} for text in self.form_errors]
        found += [
            {"text": field.errors[0], "href": f"#{field.error_anchor}"} for field in visible if field.errors
        ]
        return found

    def typed(self) -> list[tuple[str, str]]:
        """What the person typed, as (label, text), so that no page loses it."""
        pairs = [(str(field.label.text), field.typed()) for field in self.visible()]
        return [(label, text) for label, text in pairs if text]

    def refuse(self, error: Refused | Invalid) -> bool:
        """Put what a command found wrong beside its fields.

        Returns True when every reason has a field here, so that the view can draw the form again; otherwise nothing is
        changed and the view raises the error on.
        """
        found = list(error.reasons) if isinstance(error, Refused) else [error]
        pairs = [(self._field_of(reason), _words(reason)) for reason in found]
        if any(field is None for field, _ in pairs):
            return False
        for field, words in pairs:
            field.errors = [*field.errors, words]
        return True

    def _field_of(self, reason: ReasonLike | Invalid) -> Any:
        return self._fields.get(reason.field) if reason.field else None

    def hidden_tag(self, *_fields: Any) -> Markup:
        """All hidden fields; none has a label that a reader would miss."""
        return Markup("\n").join(_hidden(field) for field in self if _is_hidden(field))


class ActionForm(PlainForm):
    """A form for one action on something that others may change meanwhile.

    Give `rev`, the revision the page was drawn from: `SubmitForm(rev=case.revision)`. The form carries it and a one-time
    `key`; the view hands `form.revision` and `form.request_key` to the command, which raises `Stale` or answers a replay.
    """

    rev = HiddenField(longest=20)
    key = HiddenField(longest=64)

    def __init__(self, *, rev: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._drawn_from = rev
        if not _is_sent() or self.is_redraw:
            self._draw_new()

    def _draw_new(self) -> None:
        self.rev.data = str(self._drawn_from)
        self.key.data = uuid4().hex

    @property
    def revision(self) -> int:
        """The revision that the page was drawn from."""
        return int(str(self.rev.data))

    @property
    def request_key(self) -> str:
        """The one-time key of this drawing of the form, 32 hexadecimal figures."""
        return str(self.key.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that nobody changed the hidden ones."""
        is_right = super().validate(extra_validators=extra_validators)
        rev = self.rev.data or ""
        if not (rev.isascii() and rev.isdecimal() and len(rev) < 19 and _KEY.fullmatch(self.key.data or "")):
            self._draw_new()
            self.key.errors = ["The form arrived incomplete. Check what you typed and send it again"]
            return False
        return is_right


def _is_sent() -> bool:
    return bool(request.method == "POST")


def _sent() -> MultiDict[str, Any]:
    values: MultiDict[str, Any] = MultiDict(request.form)
    values.update(request.files)
    return values


def _words(reason: ReasonLike | Invalid) -> str:
    if isinstance(reason, Invalid):
        return str(reason)
    return f"{reason.text} {reason.how}".strip()


def _is_hidden(field: Field) -> bool:
    return isinstance(field, HiddenField) or field.name == current_app.config["WTF_CSRF_FIELD_NAME"]


def _hidden(field: Field) -> Markup:
    if isinstance(field, HiddenField):
        return field.draw()
    return Markup('<input type="hidden" name="{}" value="{}">').format(field.name, field._value())  # noqa: SLF001
