"""What can go wrong, in words fit for the person who meets it.

Every rule raises a subclass of `WorkflowError`. The text says what is so and how to go on, because the page shows it as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class ReasonLike(Protocol):
    """One reason why an action is not possible: what is so, how to go on, and who can."""

    @property
    def code(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def how(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def field(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason made outside the engine, for instance by the ledger or by a form's rule."""

    code: str
    text: str
    how: str = ""
    who: str = ""
    field: str | None = None


class WorkflowError(Exception):
    """The base of all errors that a person may read; `str(error)` is a plain sentence."""


class NotHere(WorkflowError):
    """What was asked for does not exist, or the person may not see it; the two answer alike."""

    def __init__(self, text: str = "You cannot see this page, or it does not exist.") -> None:
        super().__init__(text)


class NotAllowed(WorkflowError):
    """The person may see the thing but may never do this to it."""


class Invalid(WorkflowError):
    """What was typed breaks a rule that only the command can check; `field` names the form's field."""

    def __init__(self, text: str, *, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class Refused(WorkflowError):
    """An action is not possible now; `reasons` lists every reason, never only the first."""

    def __init__(self, reasons: Sequence[ReasonLike]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(reason.text for reason in self.reasons) or "This is not possible now.")


class Stale(WorkflowError):
    """The page was drawn from an older revision; `by`, `when` (aware UTC) and `what` say what happened since."""

    def __init__(self, *, by: str, when: datetime, what: str) -> None:
        self.by, self.when, self.what = by, when, what
        super().__init__(f"{by} changed this while you were working on it: {what}.")


class KeyMisused(WorkflowError):
    """A one-time form key came back for another person, action or subject."""

    def __init__(self) -> None:
        super().__init__(
            "This form was already used for something else. Open the page again and repeat what you did."
        )


class SettingsError(WorkflowError):
    """A setting is wrong or missing; the command line prints the one line and stops."""
