"""What the shell needs to know of the rooms above it: definitions, facts, effects, notices and deadlines, by name.

`wiring` makes the one `Registry` and installs it when the program starts. Nothing here knows what a bid is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workflow.cases.models import Case
from workflow.db import Work
from workflow.engine import Plan, Workflow
from workflow.notifications import Recipient

FactsOf = Callable[..., Mapping[int, Any]]
"""`(session, case_ids, *, now, person_id) -> {case id: facts}`, in a constant number of statements."""

Audience = Callable[..., Sequence[Recipient]]
"""`(session, case, *, now, data) -> recipients`."""

DueOn = Callable[..., date]
"""`(session, case, *, now, data) -> London date`, for deadlines that are a date and not a period."""


@dataclass(slots=True)
class EffectContext:
    """What an effect works with. It may add to `payload`, `texts` and `result`, and never sets a state.

    `before` is the state the action left. `payload` goes into the event: names, ids and integers, no free text.
    `texts` are long or free texts, kept beside the event by their digest. `result` is stored on the request key,
    before the money moves, so money effects add nothing to it.
    """

    case: Case
    before: str
    plan: Plan
    facts: Mapping[str, Any]
    data: Mapping[str, Any]
    payload: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)


def decided(context: EffectContext) -> str:
    """The event that an entry of the ledger follows: the case's stream and the revision being applied."""
    return f"case:{context.case.id}/{context.case.rev}"


Effect = Callable[[Work, EffectContext], None]


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail that an action owes: which template goes to whom. A `statutory` one ignores quiet hours."""

    template: str
    audience: Audience
    statutory: bool = False


@dataclass(frozen=True, slots=True)
class DeadlineNotice:
    """Who is reminded of a kind of deadline, and who is told when it is missed, by template.

    `breach` is the template for what follows a missed deadline that stands beside the state, and `breach_to` who reads it.
    """

    reminder: str
    audience: Audience
    escalation: str = "deadline_missed"
    escalate_to: Mapping[str, Audience] = field(default_factory=dict)
    breach: str | None = None
    breach_to: Audience | None = None


@dataclass(frozen=True)
class Registry:
    """Everything by name; `current` gives the version in which new cases of a definition begin."""

    definitions: Mapping[tuple[str, int], Workflow]
    current: Mapping[str, int]
    facts: Mapping[str, FactsOf]
    effects: Mapping[str, Effect]
    notices: Mapping[str, Notice]
    due_on: Mapping[str, DueOn]
    deadline_notices: Mapping[str, DeadlineNotice]

    def workflow_of(self, case: Case) -> Workflow | None:
        """The definition that a case is pinned to, or None when this program does not know that version."""
        return self.definitions.get((case.workflow_key, case.workflow_version))


class NotInstalled(RuntimeError):
    """The program used a case before `wiring` installed the registry: a fault of the code."""


_installed: list[Registry] = []


def install(registry: Registry) -> None:
    """Make a registry the one in use; a second call replaces it."""
    _installed[:] = [registry]


def registry() -> Registry:
    """The registry in use.

    Raises:
        NotInstalled: when nothing was installed.
    """
    if not _installed:
        raise NotInstalled("workflow.wiring.wire() was not called")
    return _installed[0]


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the shell itself knows of a case, for guards: `context.facts["case"]`.

    `duties` holds (duty, person id) for everybody who ever did one, with those they stood in for.
    """

    duties: frozenset[tuple[str, int]]
    department_id: int
    proposer_id: int
    amount_pence: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """What is known of who asks or acts: `context.facts["actor"]`. All empty for the system.

    `limit_pence` is what the person may approve for the case's department today, None when nothing was delegated.
    """

    person_id: int | None
    organisation_id: int | None
    limit_pence: int | None
    interests: frozenset[int]
    interest_cases: frozenset[int]
    principals: frozenset[int]
