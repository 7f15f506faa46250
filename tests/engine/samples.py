"""A small sound definition with one of everything, and how to break it in one place."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workflow.engine import (
    NOBODY,
    SYSTEM,
    Action,
    Actor,
    CaseView,
    Data,
    DeadlineRule,
    Facts,
    Guard,
    GuardContext,
    Reason,
    Registry,
    Role,
    State,
    Workflow,
)


def refuses_unless(fact: str) -> Callable[[GuardContext], Reason | None]:
    def check(context: GuardContext) -> Reason | None:
        return (
            None
            if context.facts.get(fact)
            else Reason(f"no_{fact}", f"There is no {fact}.", "Bring it.", "You")
        )

    return check


def amount_is_given(context: GuardContext) -> Reason | None:
    given = (context.data or {}).get("amount_pence")
    return None if given else Reason("no_amount", "No amount is given.", "Give one.", "You", field="amount")


def is_not_writer(context: GuardContext) -> Reason | None:
    if context.facts.get("writer_id") in context.actor.counted_ids:
        return Reason("same_person", "You wrote it.", "Another person decides.", "Another judge")
    return None


def outcome(facts: Facts, data: Data) -> str:
    if "outcome" in data:
        return str(data["outcome"])
    return "granted" if facts.get("votes", 0) + 1 >= 2 else "judging"


COMPLETE = Guard("complete", refuses_unless("text"))
FUNDED = Guard("funded", refuses_unless("money"), money=True)
PRICED = Guard("priced", amount_is_given, needs_data=True)
NOT_WRITER = Guard("not_writer", is_not_writer)
IN_TIME = Guard("in_time", refuses_unless("time_left"))

DRAFT = State(
    "draft",
    "Draft",
    "writer",
    "Draft",
    initial=True,
    deadline=DeadlineRule("closing_day", date_fact="closes_on"),
    breach_action="lapse",
)
JUDGING = State(
    "judging",
    "Being judged",
    "judge",
    "With us",
    deadline=DeadlineRule("judgement", escalates_only=True),
    waits_for=lambda facts: f"{2 - facts.get('votes', 0)} more judges",
)
REVIEW = State("review", "Second look", "judge", "With us", waiver="A second look takes what it takes.")
WAITING = State(
    "waiting",
    "Objection period",
    SYSTEM,
    "Granted, open to objections",
    deadline=DeadlineRule("objections"),
    breach_action="end",
)
GRANTED = State("granted", "Granted", "clerk", "Granted", waiver="The clerk pays the same day.")
ENDED = State("ended", "Ended", NOBODY, "Ended", final=True)
REFUSED = State("refused", "Turned down", NOBODY, "Not granted", final=True)
LAPSED = State("lapsed", "Lapsed", NOBODY, "Ran out of time", final=True)

SUBMIT = Action(
    "submit",
    "Send it",
    ("draft",),
    ("judging",),
    ("writer",),
    "paper_sent",
    guards=(COMPLETE,),
    form="submit",
    effects=("snapshot",),
    notices=("paper_received",),
    duty="submit",
)
LAPSE = Action("lapse", "Let it lapse", ("draft",), ("lapsed",), (SYSTEM,), "paper_lapsed")
GRANT = Action(
    "grant",
    "Grant it",
    ("judging", "review"),
    ("judging", "granted"),
    ("judge",),
    "grant_voted",
    guards=(COMPLETE, FUNDED, NOT_WRITER, PRICED),
    reason_required=True,
    effects=("record_vote",),
    money=("commit",),
    duty="judge",
    decide=outcome,
)
LOOK_AGAIN = Action("look_again", "Look again", ("judging",), ("review",), ("judge",), "second_look_taken")
RESTART = Action(
    "restart",
    "Judge afresh",
    ("judging",),
    ("judging",),
    ("judge",),
    "judging_restarted",
    restarts_deadline=True,
)
REFUSE = Action(
    "refuse", "Turn it down", ("judging", "review"), ("refused",), ("judge", "chair"), "paper_refused"
)
PAY = Action(
    "pay", "Pay it", ("granted",), ("waiting",), ("clerk",), "paper_paid", guards=(FUNDED,), money=("pay",)
)
END = Action("end", "End it", ("waiting",), ("ended",), (SYSTEM,), "paper_ended")
APPEAL = Action(
    "appeal",
    "Accept an appeal",
    ("refused",),
    ("judging",),
    ("chair",),
    "appeal_accepted",
    guards=(IN_TIME,),
    reopens_within="appeal",
)

STATES = (DRAFT, JUDGING, REVIEW, WAITING, GRANTED, ENDED, REFUSED, LAPSED)
ACTIONS = (SUBMIT, LAPSE, GRANT, LOOK_AGAIN, RESTART, REFUSE, PAY, END, APPEAL)
ROLES = (Role("judge", "judge of papers"), Role("chair", "chair"))

PAPER = Workflow("paper", 3, STATES, ACTIONS, roles=ROLES, noun="paper")

REGISTRY = Registry(
    roles=frozenset({"writer", "judge", "chair", "clerk"}),
    guards=frozenset({"complete", "funded", "priced", "not_writer", "in_time"}),
    effects=frozenset({"snapshot", "record_vote"}),
    money_effects=frozenset({"commit", "pay"}),
    forms=frozenset({"submit"}),
    notices=frozenset({"paper_received"}),
    deadline_kinds=frozenset({"closing_day", "judgement", "objections", "appeal"}),
    events=frozenset(action.event for action in ACTIONS),
    inside_terms=frozenset({"quorum"}),
)

ALL_FACTS: dict[str, Any] = {"text": "yes", "money": 1, "time_left": True}


def with_state(name: str, /, **changes: Any) -> Workflow:
    """The sound definition with one state changed."""
    return replace(PAPER, states=tuple(replace(s, **changes) if s.name == name else s for s in STATES))


def with_action(name: str, /, **changes: Any) -> Workflow:
    """The sound definition with one action changed."""
    return replace(PAPER, actions=tuple(replace(a, **changes) if a.name == name else a for a in ACTIONS))


def adding(*parts: State | Action | Role) -> Workflow:
    """The sound definition with more in it."""
    return replace(
        PAPER,
        states=STATES + tuple(part for part in parts if isinstance(part, State)),
        actions=ACTIONS + tuple(part for part in parts if isinstance(part, Action)),
        roles=ROLES + tuple(part for part in parts if isinstance(part, Role)),
    )


def without(*names: str) -> Workflow:
    """The sound definition with some states and actions taken out."""
    return replace(
        PAPER,
        states=tuple(state for state in STATES if state.name not in names),
        actions=tuple(action for action in ACTIONS if action.name not in names),
    )


def case_in(state: str, **changes: Any) -> CaseView:
    return replace(CaseView(7, "paper", 3, state, 4), **changes)


def holding(*roles: str, person_id: int = 1, principal_ids: frozenset[int] = frozenset()) -> Actor:
    return Actor(person_id, frozenset(roles), principal_ids=principal_ids)
