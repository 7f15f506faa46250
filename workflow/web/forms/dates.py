"""A date in three boxes. Odd and short input gets a message for the part it belongs to, never an error page."""

from calendar import monthrange
from datetime import date
from typing import Any

from markupsafe import Markup
from wtforms.validators import ValidationError

from workflow.web.forms.kit import KitField, clean
from workflow.web.forms.macros import draw

PARTS = ("day", "month", "year")
_WIDTHS = {"day": "2", "month": "2", "year": "4"}
_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199


class DateField(KitField):
    """Day, month and year; `data` is a `date` or None.

    The boxes are named `<field>-day`, `<field>-month` and `<field>-year` and have these as their ids. A month may also
    be typed in letters. `earliest` and `latest` are dates that are still allowed.
    """

    def __init__(
        self, label: str, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.earliest = earliest
        self.latest = latest
        self.texts: dict[str, str] | None = None
        self.wrong_parts: tuple[str, ...] = ()

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ARG002
        """Read three boxes where other fields read one."""
        self.process_errors: list[str] = []
        self.object_data = data if isinstance(data, date) else self.default
        self.data: date | None = self.object_data
        if formdata is None:
            return
        found = {part: clean(_text(formdata.get(f"{self.name}-{part}", "")) or "") for part in PARTS}
        self.texts = {part: text[:40] for part, (text, _) in found.items()}
        self.control_characters = any(broken for _, broken in found.values())
        self.raw_data = list(self.texts.values())
        self.data = None
        if not self.control_characters and any(self.texts.values()):
            self._read(self.texts)

    def _read(self, texts: dict[str, str]) -> None:
        missing = tuple(part for part in PARTS if not texts[part])
        if missing:
            self._wrong(missing, f"{self.what} must include a {' and a '.join(missing)}")
            return
        numbers = {part: _number(part, texts[part]) for part in PARTS}
        wrong = tuple(part for part in PARTS if not _is_possible(part, numbers[part]))
        if wrong:
            self._wrong(wrong, _sentence(self.what, wrong[0]))
            return
        year, month, day = (numbers[part] or 0 for part in ("year", "month", "day"))
        if day > monthrange(year, month)[1]:
            self._wrong(
                ("day",), f"{self.what} must be a real date: that month has {monthrange(year, month)[1]} days"
            )
            return
        self.data = date(year, month, day)

    def _wrong(self, parts: tuple[str, ...], message: str) -> None:
        self.wrong_parts = parts
        self.process_errors.append(message)

    @property
    def is_empty(self) -> bool:
        """Whether no box has anything in it."""
        return self.data is None

    @property
    def error_anchor(self) -> str:
        """The first wrong box."""
        return f"{self.id}-{self.wrong_parts[0] if self.wrong_parts else 'day'}"

    def check(self, value: date) -> None:
        """Check the first and the last date allowed."""
        if self.earliest and value < self.earliest:
            raise ValidationError(f"{self.what} must be on or after {_written(self.earliest)}")
        if self.latest and value > self.latest:
            raise ValidationError(f"{self.what} must be on or before {_written(self.latest)}")

    def typed(self) -> str:
        """What was typed, part by part, or the date."""
        if self.texts is not None:
            return " ".join(text for text in self.texts.values() if text)
        return "" if self.data is None else _written(self.data)

    def draw(self, *, heading: bool = False, size: str = "", **kwargs: Any) -> Markup:
        """A fieldset of three boxes, the wrong ones marked."""
        params = self.base_params(**kwargs)
        params |= {
            "namePrefix": self.name,
            "fieldset": {"legend": self.label_params(heading=heading, size=size, kind="legend")},
            "items": [self._box(part) for part in PARTS],
        }
        del params["name"]
        return draw("date-input", "govukDateInput", params)

    def _box(self, part: str) -> dict[str, Any]:
        is_wrong = bool(self.errors) and (part in self.wrong_parts or not self.wrong_parts)
        return {
            "name": part,
            "classes": f"govuk-input--width-{_WIDTHS[part]}" + (" govuk-input--error" if is_wrong else ""),
            "value": self._shown(part),
        }

    def _shown(self, part: str) -> str:
        if self.texts is not None:
            return self.texts[part]
        return "" if self.data is None else str(getattr(self.data, part))


def _text(value: object) -> str:
    """The text of one box; a file sent in its place counts as nothing."""
    return value if isinstance(value, str) else ""


def _number(part: str, text: str) -> int | None:
    """The number in a box, a month's name in letters included; None when there is none."""
    if text.isascii() and text.isdecimal() and len(text) <= 4:
        return int(text)
    if part == "month" and len(text) >= 3:
        return next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(text.lower())), None)
    return None


def _is_possible(part: str, number: int | None) -> bool:
    first, last = {"day": (1, 31), "month": (1, 12), "year": (EARLIEST_YEAR, LATEST_YEAR)}[part]
    return number is not None and first <= number <= last


def _sentence(what: str, part: str) -> str:
    says = {
        "day": "the day must be a number from 1 to 31",
        "month": "the month must be a number from 1 to 12",
        "year": f"the year must be four figures from {EARLIEST_YEAR} to {LATEST_YEAR}",
    }
    return f"{what}: {says[part]}"


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
