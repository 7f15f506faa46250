"""Whose move a bid is, until when, and what then: the first thing on the page of every bid, in the reader's own words.

Source: engine, explain and foresee; comps/README, principle 1.
"""

from collections import ChainMap
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer, people_named
from workflow.approval.rules import votes_needed
from workflow.cases import ActorFacts, Case
from workflow.cases.facts import actor_for, facts_for, view_of
from workflow.cases.queries import PROPOSER_ROLES
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.deadlines import calendar
from workflow.engine import SYSTEM, Action, Offer, State, Workflow, offers, offers_to_anybody
from workflow.money import format_pounds
from workflow.web.bids import ball_words
from workflow.web.bids.due import OWN_KINDS, due_days
from workflow.web.bids.frame import is_inside, is_theirs
from workflow.web.filters import counted, due_words
from workflow.web.filters import london_date as written

Parts = list[tuple[str, str, str]]

BODY_ROLES = frozenset(str(role) for role in PROPOSER_ROLES)
"""The roles of the side that asks."""

ANYBODY = ActorFacts(None, None, 2**62, frozenset(), frozenset(), frozenset())
"""Somebody in whose way nothing personal stands: no connection, no other organisation, a limit above every bid."""

NOBODY_NOW = "Nobody just now"

LEADS_ON = frozenset({"open_consultation", "accept_response", "confirm_closure"})
"""The steps that lead on where others that keep a bid in its state, or send it back, are open as well."""

IDLE = frozenset({"active", "suspended"})
"""The states in which nothing has to be waited for."""


@dataclass(frozen=True, slots=True)
class Move:
    """A case as one reader meets it.

    `offered` are the actions of the reader's roles, each with the reasons that stand in its way; `steps` are the actions
    that the case waits for, whoever does them; where there are none, `lacks` says what the case itself lacks for the step
    of whoever's it is. `is_owner`: the reader holds the role whose move the state is.
    """

    workflow: Workflow | None
    facts: Mapping[str, Any]
    offered: tuple[Offer, ...]
    steps: tuple[Action, ...]
    lacks: tuple[str, ...]
    is_owner: bool

    @property
    def may(self) -> tuple[Offer, ...]:
        """What the reader is called on to do and may do now, what leads on before what leads back."""
        called = [
            offer
            for offer in self.offered
            if offer.may
            and (not offer.action.optional or (offer.action.name in ball_words.UNBLOCKS and not self.steps))
        ]
        return tuple(sorted(called, key=lambda offer: offer.action.name not in LEADS_ON))

    def waited_for(self, *, inside: bool) -> str:
        """The name of the step that comes first: the reader's own, else within the department whoever's it is; or nothing."""
        steps = [offer.action for offer in self.may] or (self.steps if inside else ())
        return steps[0].name if steps else ""

    @property
    def may_also(self) -> tuple[Offer, ...]:
        """What the reader may do, and nobody waits for."""
        called = self.may
        return tuple(o for o in self.offered if o.may and o.action.optional and o not in called)

    @property
    def blocked(self) -> tuple[Offer, ...]:
        """What the reader's roles are for and something stands in the way of.

        What is optional is not missed, nor what the case does not wait for now, nor an answer to what nobody proposed.
        """
        barred = [
            offer
            for offer in self.offered
            if not (offer.may or offer.action.optional)
            and ball_words.NOTHING_PROPOSED.isdisjoint(reason.code for reason in offer.reasons)
        ]
        if not self.steps:
            return tuple(barred[:1]) if self.lacks and self.is_owner else ()
        waited_for = {action.name for action in self.steps}
        return tuple(offer for offer in barred if offer.action.name in waited_for)


def moves_of(session: Session, who: Viewer, cases: Sequence[Case], now: datetime) -> dict[int, Move]:
    """Whose move each case is, by case id, in a number of statements that does not grow with the cases."""
    if not cases:
        return {}
    facts = facts_for(session, cases, now=now, person_id=who.person_id)
    return {case.id: _move(who, case, facts[case.id]) for case in cases}


def _move(who: Viewer, case: Case, facts: Mapping[str, Any]) -> Move:
    workflow = registry().workflow_of(case)
    if workflow is None or case.state not in workflow.state_by_name:
        return Move(None, facts, (), (), (), is_owner=False)
    actor = actor_for(who, case, facts["actor"].principals)
    offered = tuple(o for o in offers(workflow, view_of(case), actor, facts) if is_theirs(who, case, o))
    unhindered = ChainMap({"actor": ANYBODY}, cast("MutableMapping[str, Any]", facts))
    owed = offers_to_anybody(workflow, view_of(case), unhindered)
    steps = tuple(offer.action for offer in owed if offer.may)
    owner = workflow.state_by_name[case.state].owner
    lacks = [reason.text for o in owed if owner in o.action.roles for reason in o.reasons]
    is_idle = bool(steps) or case.ended or case.state in IDLE
    lacks = [] if is_idle else lacks
    return Move(workflow, facts, offered, steps, tuple(lacks), is_owner=owner in actor.held_roles)


def whose(who: Viewer, case: Case, move: Move) -> str:
    """Whose move a case is, in a few words for a line of a list: the reader's own step, or a role of the department."""
    if move.may:
        return f"You: {move.may[0].action.label}"
    if move.workflow is None or not is_inside(who, case):
        return ""
    state = move.workflow.state_by_name[case.state]
    if state.owner == SYSTEM:
        facts = move.facts["consultation"]
        return f"{facts.answered} of {facts.invited} answered" if facts.consultation_id else ""
    first = next(iter(move.steps), None)
    if (first is None and state.owner in BODY_ROLES) or (first and BODY_ROLES.issuperset(first.roles)):
        return "Lead body"
    groups = _groups(move.workflow, state, move.steps, ())
    if not groups and (case.ended or state.name in IDLE):
        return ""
    return _capital(groups[0][0] if groups else move.workflow.role_label(state.owner))


def explained(session: Session, who: Viewer, case: Case, move: Move, *, lead: str, now: datetime) -> Parts:
    """The box: (label, main, more) for what is waited for, until when, then what; nothing for an unknown definition.

    `lead` is the short name of the body that bids.
    """
    if move.workflow is None:
        return []
    state = move.workflow.state_by_name[case.state]
    inside = is_inside(who, case)
    main, more = _inside(session, case, move, state) if inside else _outside(who, case, move, state, lead)
    parts = [("Waiting for", main, more)]
    if not case.ended:
        parts.append(_until(session, case, move, state, now=now, inside=inside))
    return [*parts, ("Then", _then(who, case, move, inside=inside), "")]


def _groups(
    workflow: Workflow, state: State, steps: Iterable[Action], mine: Iterable[Action]
) -> list[tuple[str, list[Action]]]:
    """The steps by who does them: the reader's own first, then those of the state's owner, then the rest."""
    own = {action.name for action in mine}
    found: dict[tuple[str, ...], list[Action]] = {}
    for action in steps:
        found.setdefault(action.roles, []).append(action)
    ranked = sorted(
        found.items(), key=lambda item: (not own & {a.name for a in item[1]}, state.owner not in item[0])
    )
    return [(" or ".join(workflow.role_label(role) for role in roles), actions) for roles, actions in ranked]


def _inside(session: Session, case: Case, move: Move, state: State) -> tuple[str, str]:
    workflow = cast("Workflow", move.workflow)
    mine = [offer.action for offer in move.may]
    steps = list(dict.fromkeys((*mine, *move.steps)))
    if case.ended:
        # What the body may still ask for is its own to know; only what was asked for waits for the department.
        steps = [action for action in steps if BODY_ROLES.isdisjoint(action.roles)]
    if case.ended and not steps:
        return "Nobody", f"This {workflow.noun} has ended"
    if state.owner == SYSTEM and not mine:
        return _councils(move) if move.facts["consultation"].consultation_id else ("The calendar", "")
    groups = _groups(workflow, state, steps, mine)
    if not groups:
        if state.name in IDLE:
            return NOBODY_NOW, "No payment request and no report waits"
        if state.name in ball_words.WAITS_FOR_A_DAY:
            return ball_words.WAITS_FOR_A_DAY[state.name]
        role = workflow.role_label(state.owner)
        main = f"You, or another {role}" if move.is_owner else _article(role)
        return main, next(iter(is_stuck(case, move)), "")
    role, actions = groups[0]
    more = _asked(actions)
    if state.name == "deciding" and "approver" in actions[0].roles:
        role, more = _which_approver(session, move, role)
    is_mine = bool(mine) and any(action in mine for action in actions)
    main = f"You, or another {role}" if is_mine else _article(role)
    others = [f"{_article(name).lower()} ({_lower(acts[0].label)})" for name, acts in groups[1:3]]
    return main, f"{more}. Also {' and '.join(others)}" if others else more


def _which_approver(session: Session, move: Move, role: str) -> tuple[str, str]:
    """Which approval is missing, and what whoever gives it needs."""
    approval = move.facts["approval"]
    given = len(approval.voters)
    if approval.quorum > 1 and given < len(ball_words.ORDINALS) and votes_needed(approval):
        role = f"{ball_words.ORDINALS[given]} {role}"
    more = f"With a limit of at least {format_pounds(approval.whole_life_pence)}"
    names = sorted(people_named(session, approval.voters).values())
    return role, f"{more}, and not {' or '.join(names)}, who approved" if names else more


def _councils(move: Move) -> tuple[str, str]:
    facts = move.facts["consultation"]
    return "The councils that were asked", f"{facts.answered} of {facts.invited} have answered"


def _asked(actions: Sequence[Action]) -> str:
    """What is asked of whoever has the ball: a step, one of two, or the first of many."""
    first = actions[0].label
    match len(actions):
        case 1:
            return first
        case 2:
            return f"{first}, or {_lower(actions[1].label)}"
        case _:
            return f"{first}, or another step"


def _outside(who: Viewer, case: Case, move: Move, state: State, lead: str) -> tuple[str, str]:
    workflow = cast("Workflow", move.workflow)
    is_lead = case.proposer_id in who.organisations(*PROPOSER_ROLES)
    theirs = [action for action in move.steps if not BODY_ROLES.isdisjoint(action.roles)]
    if case.ended:
        if is_lead and move.may_also:
            return "You, if you wish", move.may_also[0].action.label
        return "Nobody", f"This {workflow.noun} has ended"
    if state.owner == SYSTEM:
        return _councils(move) if move.facts["consultation"].consultation_id else ("The department", "")
    if theirs or (state.owner in BODY_ROLES and not move.steps):
        if not is_lead:
            return lead, ""
        return f"You, {lead}", _own_move(workflow, move, state, theirs)
    if state.name in IDLE and not move.steps:
        return NOBODY_NOW, "You can request a payment" if is_lead else "The work is under way"
    doing = ball_words.TOLD[state.name].doing if state.name in ball_words.TOLD else ""
    return "The department", f"{doing}. There is nothing for you to do" if is_lead and doing else doing


def _own_move(workflow: Workflow, move: Move, state: State, theirs: Sequence[Action]) -> str:
    """What the body that bids is to do, and how much of it is left."""
    bids, consultation = move.facts["bids"], move.facts["consultation"]
    if bids.unfinished:
        return f"Your move: {counted(len(bids.unfinished), 'section is', 'sections are')} not finished"
    if state.name == "returned":
        return "Your move: put right what was named, and send it again"
    if state.name == "responding" and consultation.undisposed:
        left = counted(consultation.undisposed, "answer")
        return f"Your move: say what you did about {left}, of {consultation.answered} in all"
    if not theirs:
        return "Your move"
    if move.may:
        return f"Your move: {_lower(move.may[0].action.label)}"
    return f"Your {workflow.role_label(theirs[0].roles[-1]).removesuffix(' of the lead body')}: {_lower(theirs[0].label)}"


def _until(
    session: Session, case: Case, move: Move, state: State, *, now: datetime, inside: bool
) -> tuple[str, str, str]:
    """The date, how far it is, and what happens when it passes; outside, no date that would tell one inner stage from another."""
    workflow = cast("Workflow", move.workflow)
    alike = [one for one in workflow.states if one.outside_label == state.outside_label]
    if case.due_on is None or not (inside or len(alike) == 1):
        done, *who = ball_words.UNTIL_DONE.get(state.name, ball_words.UNDATED)
        return "Until", done, who[not inside]
    verb = "Closes" if state.owner == SYSTEM else "Due"
    step = move.waited_for(inside=inside)
    due_on = due_days(session, [(case, step)], IDLE)[0]
    if due_on is None:
        return "Until", "No date is set", f"The award runs until {written(case.due_on)}"
    words = due_words(calendar(session).working_days_left(london_date(now), due_on), verb)
    after = "" if step in OWN_KINDS else ball_words.AFTER_DEADLINE.get(state.breach_action or "", "")
    if not after and inside and state.deadline is not None:
        after = "Then their manager is told"
    return "Until", written(due_on), f"{words}. {after}" if after else words


def _then(who: Viewer, case: Case, move: Move, *, inside: bool) -> str:
    told = ball_words.TOLD.get(case.state, ball_words.Told("", "", ""))
    if inside:
        steps = (*move.steps, *(offer.action for offer in move.may))
        named = next((ball_words.THEN_AFTER[a.name] for a in steps if a.name in ball_words.THEN_AFTER), None)
        if case.state == "deciding" and votes_needed(move.facts["approval"]) > 1:
            return f"Another approver decides too: {move.facts['approval'].quorum} approvals are needed"
        return named or told.then_inside
    is_lead = case.proposer_id in who.organisations(*PROPOSER_ROLES)
    return told.then_lead if is_lead else told.then_others or told.then_lead


def _article(words: str) -> str:
    return f"{'An' if words[:1] in 'aeiou' else 'A'} {words}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def is_stuck(case: Case, move: Move) -> tuple[str, ...]:
    """Why nobody in the department can take a case forward though it is the department's; empty while somebody can."""
    if move.workflow is None or move.steps or case.ended:
        return ()
    state = move.workflow.state_by_name[case.state]
    is_moved_by_time = state.owner == SYSTEM or state.breach_action is not None
    if is_moved_by_time or state.owner in BODY_ROLES or state.name in IDLE:
        return ()
    return move.lacks[:1] or ("Nobody can take it forward now",)


def personal_bars(move: Move) -> tuple[str, ...]:
    """Why the reader may not do what the case waits for though the reader's role is for it: somebody else can."""
    return tuple(offer.reasons[0].text for offer in move.blocked) if move.steps else ()
