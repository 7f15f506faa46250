"""The page of an action that is not possible: every reason as its reader may read it, with the way to put it right.

Source: comps/README, blocked; a refusal is a way on.
"""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Standing, Viewer, holders_of, standing_of
from workflow.accounts.roles import ROLES, Role, Side
from workflow.cases import ActorFacts, Case
from workflow.cases.facts import actor_for, facts_for, view_of
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.deadlines import calendar
from workflow.engine import Action, Offer, Reason, offers
from workflow.errors import ReasonLike
from workflow.money import format_pounds
from workflow.web import errors
from workflow.web.bids.frame import is_inside, state_words
from workflow.web.filters import due_words
from workflow.web.filters import london_date as written
from workflow.web.pages import Link, exists

NEVER = frozenset({"role_not_held", "of_the_proposer", "only_system"})
"""Reasons that no waiting puts right, so that the page does not say "yet"."""

DONE = frozenset({"first_check_done"})
"""Reasons that say that it was done already: there is no "yet" and nobody else to do it."""

PERSONAL = NEVER | {"home_organisation", "interest_on_record", "no_delegation", "over_limit"}
"""Reasons that lie in who asks: somebody else can do it."""

CURES: Mapping[str, tuple[str, str]] = {
    "sections_unfinished": ("Finish the sections", "sections"),
    "draft_changed": ("Open the sections", "sections"),
    "amount_outside_round": ("Change the budget", "sections/budget"),
    "criteria_open": ("Answer the first check", "actions/pass_first_check"),
    "first_check_open": ("Do the first check", "actions/pass_first_check"),
    "criteria_unmet": ("Read the sections", "sections"),
    "disposition_missing": ("Say what was done about each answer", "consultation"),
    "response_not_sent": ("See the answers", "consultation"),
    "consultation_open": ("See the consultation", "consultation"),
    "answer_held": ("See the answers", "consultation"),
    "changed_since_asked": ("See the consultation", "consultation"),
    "version_not_assessed": ("See what was assessed", "decision"),
    "not_set_aside": ("See the assessment", "decision"),
    "interest_on_record": ("See who decides", "decision"),
    "home_organisation": ("See who decides", "decision"),
    "over_limit": ("See who decides", "decision"),
    "waiting": ("See the award", "award"),
    "claim_under_way": ("See the payment requests", "award"),
    "closure_proposed": ("See the final figures", "award"),
    "no_closure": ("See the award", "award"),
}
"""Where a reason is put right, or read more of: the words of the link, and the part of the bid."""

MOST_ASKED_ABOUT = 8
"""Of how many people it is worked out whether they could do it."""


@dataclass(frozen=True, slots=True)
class Barred:
    """A reason as the page shows it."""

    code: str
    text: str
    how: str
    who: str
    field: str | None
    link: Link | None


def blocked_page(
    session: Session,
    reader: Viewer,
    case: Case,
    chosen: Action,
    *,
    reasons: Sequence[ReasonLike],
    open_to: Sequence[Offer],
    now: datetime,
) -> Response:
    """The page of all reasons, those that can be put right first; it ends with what the reader can do now."""
    told = _as_said(reader, case, reasons)
    can_ever = all(reason.code not in NEVER | DONE and not _is_for_good(reason) for reason in told)
    inside = is_inside(reader, case)
    others = _who_can(session, case, chosen, now) if inside else None
    label = chosen.label[:1].lower() + chosen.label[1:]
    address = url_for("bids.show", reference=case.reference)
    return errors.blocked(
        [_barred(case, reason, others) for reason in sorted(told, key=_is_for_good)],
        heading=f"You cannot {label}{' yet' if can_ever else ''}",
        caption=caption_of(case),
        lead=_due(session, case, now) if inside else "",
        back=Link("Back to the bid", address),
        ways_on=[Link(o.action.label, f"{address}/actions/{o.action.name}") for o in open_to],
    )


def caption_of(case: Case) -> str:
    """The line above the heading of a page about one bid."""
    return f"{case.reference} · {case.title} · {format_pounds(case.amount_pence)}"


def _is_for_good(reason: ReasonLike) -> bool:
    """Whether nothing can be put right about it by whoever asks."""
    return reason.code in PERSONAL or reason.how.startswith("Nothing to put right")


def _due(session: Session, case: Case, now: datetime) -> str:
    if case.due_on is None or case.ended:
        return ""
    words = due_words(calendar(session).working_days_left(london_date(now), case.due_on))
    verb = "was" if case.due_on < london_date(now) else "is"
    return f"It {verb} due on {written(case.due_on)}: {words[:1].lower()}{words[1:]}."


def _barred(case: Case, reason: ReasonLike, others: str | None) -> Barred:
    words, part = CURES.get(reason.code, ("", ""))
    path = f"/bids/{case.reference}/{part}"
    link = Link(words, path) if words and exists(path) else None
    who = others if others and _is_for_good(reason) else reason.who
    return Barred(reason.code, reason.text, reason.how, who, reason.field, link)


def _as_said(reader: Viewer, case: Case, reasons: Sequence[ReasonLike]) -> Sequence[ReasonLike]:
    """The reasons that the reader is given: outside the department only those of an action that can be the reader's.

    What stands in the way of somebody else's step may name amounts and stages that are the department's own.
    """
    if is_inside(reader, case):
        return reasons
    told = tuple(reason for reason in reasons if reason.code == "role_not_held") or reasons
    label = state_words(reader, case)[0]
    elsewhere = f"This cannot be done to the bid, which is now “{label}”."
    return tuple(
        Reason(reason.code, elsewhere, reason.how) if reason.code == "wrong_state" else reason
        for reason in told
    )


def _who_can(session: Session, case: Case, chosen: Action, now: datetime) -> str:
    """The names of those who could do it now; empty where the bid stands elsewhere, or the step is not the department's."""
    roles = [Role(name) for name in chosen.roles if name in set(Role)]
    if case.state not in chosen.sources or any(ROLES[role].side is not Side.DEPARTMENT for role in roles):
        return ""
    holders = holders_of(session, [(role, case.department_id) for role in roles], now)
    if not holders:
        return "Nobody holds this role today. An administrator can give it to somebody."
    facts = facts_for(session, [case], now=now, person_id=None)[case.id]
    names = [
        holder.name
        for holder in holders[:MOST_ASKED_ABOUT]
        if _could(case, chosen, facts, standing_of(session, holder.person_id, now))
    ]
    if not names:
        return "Nobody can at present. The person responsible for the bid can change who may."
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _could(case: Case, chosen: Action, facts: Mapping[str, Any], standing: Standing) -> bool:
    workflow = registry().workflow_of(case)
    if workflow is None:
        return False
    own = ActorFacts(
        standing.person_id,
        standing.organisation_id,
        standing.limits.get(case.department_id),
        standing.interests,
        standing.interest_cases,
        standing.principals,
    )
    seen = ChainMap({"actor": own}, cast("MutableMapping[str, Any]", facts))
    found = offers(workflow, view_of(case), actor_for(standing, case, standing.principals), seen)
    return any(offer.may for offer in found if offer.action.name == chosen.name)
