"""What lies ahead if nobody does anything: what is sent to whom, what happens by itself, what each queue will hold, who is away.

It asks the very rules by which the sweep acts, on a clock that runs ahead, and changes nothing. For those who see all bids of a
department, and for auditors; a draft is its proposer's own. People of the department are named, those outside only counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy import case as either
from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.facts import facts_for
from workflow.cases.queries import DEPARTMENT_ROLES, seen_whole
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.deadlines.models import Deadline, DeadlineState, DeadlineStep, StepAction, StepState
from workflow.deadlines.rules import DueStep, sort_due
from workflow.engine import State
from workflow.errors import NotHere
from workflow.wiring.mailroom.reminders import TASKS
from workflow.wiring.recipients import Told, tellers

MOST = 200
"""So many messages, and so many things that happen by themselves, are looked at: the soonest."""

_CASE_ID = cast(
    func.nullif(func.regexp_replace(Deadline.subject, r"^case:([0-9]+)(/.*)?$|^.*$", r"\1"), ""), BigInteger
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent at a moment about a bid: `what` it is about, when that is due, and who is told; `missed` is an escalation."""

    at: datetime
    reference: str
    title: str
    what: str
    due_on: date
    missed: bool
    told: Told


@dataclass(frozen=True, slots=True)
class Happening:
    """What the product does by itself at a moment when nobody acted: the label of the action, empty for what only is told."""

    at: datetime
    reference: str
    title: str
    what: str
    action: str
    to_state: str


@dataclass(frozen=True, slots=True)
class Queue:
    """One state's queue: how many stand there today and at the end, how many are late and fall due until then."""

    label: str
    owner: str
    state: str
    today: int
    at_end: int
    late: int
    due: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """All that is foreseen from `today` to `until`; `is_cut` when there is more than is looked at."""

    today: date
    until: date
    sent: tuple[Sent, ...]
    happening: tuple[Happening, ...]
    queues: tuple[Queue, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _Step:
    step: DeadlineStep
    deadline: Deadline
    case: Case

    @property
    def task(self) -> str:
        """What is due, in the words of the mail."""
        workflow = registry().workflow_of(self.case)
        state = None if workflow is None else workflow.state_by_name.get(self.case.state)
        return TASKS.get(self.deadline.kind) or (state.label if state else self.deadline.kind)


def departments_ahead(viewer: Viewer) -> frozenset[int] | None:
    """The departments that a viewer looks ahead for; None for an auditor, who looks at all.

    Raises:
        NotHere: when there is none.
    """
    if viewer.has(Role.AUDITOR):
        return None
    departments = viewer.organisations(*DEPARTMENT_ROLES)
    if not departments:
        raise NotHere
    return departments


def foresee(session: Session, viewer: Viewer, now: datetime, days: int) -> Ahead:
    """What happens in the viewer's departments from now to the end of some days, if nobody does anything.

    Raises:
        NotHere: for whoever sees no department's bids.
    """
    departments_ahead(viewer)
    end = now + timedelta(days=days)
    speaking, more = _steps(session, viewer, end, breach=False)
    breaches, more_breaches = _steps(session, viewer, end, breach=True)
    happening, moved = _happening(session, breaches, now, end)
    return Ahead(
        london_date(now),
        london_date(end),
        tuple(_sent(session, speaking, now, end)),
        tuple(happening),
        tuple(_queues(session, viewer, london_date(now), london_date(end), moved)),
        more or more_breaches,
    )


def _steps(session: Session, viewer: Viewer, end: datetime, *, breach: bool) -> tuple[list[_Step], bool]:
    """The steps to come of bids that the viewer sees, the soonest first, and whether there are more."""
    action = DeadlineStep.action == StepAction.BREACH
    rows = session.execute(
        select(DeadlineStep, Deadline, Case)
        .join(Deadline, Deadline.id == DeadlineStep.deadline_id)
        .join(Case, Case.id == _CASE_ID)
        .where(
            DeadlineStep.state == StepState.PENDING,
            DeadlineStep.fire_at <= end,
            action if breach else ~action,
            DeadlineStep.deadline_version == Deadline.version,
            Deadline.state.in_([DeadlineState.OPEN, DeadlineState.BREACHED]),
            seen_whole(viewer),
            Case.shared,
        )
        .order_by(DeadlineStep.fire_at, DeadlineStep.id)
        .limit(MOST + 1)
    ).all()
    return [_Step(*row) for row in rows[:MOST]], len(rows) > MOST


def _sent(session: Session, steps: Sequence[_Step], now: datetime, end: datetime) -> Iterable[Sent]:
    """What the sweep would say, by its own rule of what gives way to what, at the moment at which it would come by."""
    together: dict[tuple[int, datetime], list[_Step]] = {}
    for one in steps:
        together.setdefault((one.deadline.id, max(one.step.fire_at, now)), []).append(one)
    speaking: list[tuple[datetime, _Step]] = []
    for (_, moment), due in together.items():
        deadline = due[0].deadline
        fired = sort_due(
            [_due_step(one.step) for one in due],
            version=deadline.version,
            is_running=True,
            is_late=moment >= deadline.due_at,
        ).fire
        speaking += [(moment, one) for one in due if one.step.id in fired]
    tell = tellers(session, [one.case for _, one in speaking], now, end)
    for moment, one in sorted(speaking, key=lambda pair: (pair[0], pair[1].step.id)):
        notice = registry().deadline_notices.get(one.deadline.kind)
        is_reminder = one.step.action is StepAction.REMIND
        if notice is None:
            continue
        audience = notice.audience if is_reminder else notice.escalate_to.get(one.step.audience or "")
        told = None if audience is None else tell(one.case, audience, moment)
        if told is not None:
            yield Sent(
                moment,
                one.case.reference,
                one.case.title,
                one.task,
                one.deadline.due_on,
                not is_reminder,
                told,
            )


def _due_step(step: DeadlineStep) -> DueStep:
    return DueStep(
        step.id,
        step.deadline_version,
        step.action.value,
        step.audience,
        step.offset_days,
        step.collapse_group,
        step.fire_at,
    )


def _happening(
    session: Session, breaches: Sequence[_Step], now: datetime, end: datetime
) -> tuple[list[Happening], list[tuple[Case, State | None]]]:
    """What the product does by itself, and where it leaves each bid: the state, None where the bid ends."""
    facts = facts_for(session, [one.case for one in breaches], now=end, person_id=None)
    found: list[Happening] = []
    moved: list[tuple[Case, State | None]] = []
    for one in breaches:
        workflow = registry().workflow_of(one.case)
        if workflow is None:
            continue
        state = workflow.state_by_name[one.case.state]
        moment = max(one.step.fire_at, now)
        is_own = one.deadline.subject == f"case:{one.case.id}"
        if not is_own or state.breach_action is None or state.deadline is None:
            found.append(Happening(moment, one.case.reference, one.case.title, one.task, "", ""))
            continue
        if state.deadline.kind != one.deadline.kind:
            continue
        action = workflow.action_by_name[state.breach_action]
        target = action.decide(facts[one.case.id], {}) if action.decide else action.targets[0]
        to = workflow.state_by_name[target]
        found.append(Happening(moment, one.case.reference, one.case.title, one.task, action.label, to.label))
        moved.append((one.case, None if to.final else to))
    return found, moved


def _queues(
    session: Session, viewer: Viewer, today: date, until: date, moved: Iterable[tuple[Case, State | None]]
) -> list[Queue]:
    """Each state in which live bids stand or will stand, by the newest definition that knows it."""
    rows = session.execute(
        select(
            Case.state,
            func.count(),
            func.count(either((Case.due_on < today, 1))),
            func.count(either((Case.due_on.between(today, until), 1))),
        )
        .where(seen_whole(viewer), Case.shared, ~Case.ended)
        .group_by(Case.state)
    ).all()
    counted = {state: (count, late, due) for state, count, late, due in rows}
    change: Counter[str] = Counter()
    for case, state in moved:
        change[case.state] -= 1
        if state is not None:
            change[state.name] += 1
    known = _states()
    order = list(known)
    return [
        Queue(
            known[name][0].label,
            known[name][1],
            name,
            counted.get(name, (0, 0, 0))[0],
            counted.get(name, (0, 0, 0))[0] + change[name],
            *counted.get(name, (0, 0, 0))[1:],
        )
        for name in sorted({*counted, *change} & known.keys(), key=order.index)
    ]


def _states() -> Mapping[str, tuple[State, str]]:
    """Every state by name with the label of its owner, in the order of the newest definition."""
    found: dict[str, tuple[State, str]] = {}
    for _, workflow in sorted(registry().definitions.items(), reverse=True):
        for state in workflow.states:
            found.setdefault(state.name, (state, workflow.role_label(state.owner)))
    return found
