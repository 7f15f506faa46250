"""The engine's transactional shell: one action is one transaction, in eleven steps and one order.

`apply` is the only function that assigns a state. Everything that an action does stands or falls together: the rows of the
rooms above, the deadlines, the messages owed, the event, the money and the result kept for a second click.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from workflow import audit, deadlines
from workflow.accounts import queries as accounts
from workflow.cases.facts import actor_for, facts_for, view_of
from workflow.cases.keys import store_result, take_key
from workflow.cases.models import Case, CaseCounter
from workflow.cases.notices import owe_notices
from workflow.cases.registry import EffectContext, registry
from workflow.clock import london_date
from workflow.db import Work
from workflow.engine import DeadlineRule, Plan, Reason, Refusal, Workflow, plan
from workflow.errors import NotHere, Refused, Stale
from workflow.money import Pence


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of an action: where the case stands now, and what the effects left for the page."""

    case_id: int
    reference: str
    state: str
    rev: int
    action: str
    extra: Mapping[str, Any]


RULES_CHANGED = "rules_changed"
"""The event of a case that goes on under another version of its definition."""


def subject_of(case_id: int) -> str:
    """The name by which deadlines, messages and events know a case."""
    return f"case:{case_id}"


_LOCK = (
    select(Case)
    .where(Case.id == bindparam("case_id"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


def lock_case(work: Work, case_id: int) -> Case:
    """Lock a case for a change. Foreign keys of its children stay usable: the lock is FOR NO KEY UPDATE.

    Raises:
        NotHere: when there is no such case.
    """
    found = work.session.scalars(_LOCK, {"case_id": case_id}).one_or_none()
    if found is None:
        raise NotHere
    return found


def hold_case(work: Work, case_id: int) -> Case:
    """Keep a case where it stands while a row that its state governs is added: an answer, a section, evidence.

    Raises:
        NotHere: when there is no such case.
    """
    found = work.session.scalars(
        select(Case)
        .where(Case.id == case_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotHere
    return found


def apply(
    work: Work, case_id: int, *, action: str, seen_rev: int, data: Mapping[str, Any] | None = None, key: str
) -> Applied:
    """Do an action on a case, whole or not at all.

    `seen_rev` is the revision that the form was drawn from, `data` what the form gave, `key` its one-time key. A key that
    was used before gives back the stored result and changes nothing.

    Raises:
        NotHere: no such case. Stale: somebody acted since. Refused: with every reason.
        KeyMisused, Invalid: the key is not this form's. Errors of effects, such as the ledger's, pass through.
    """
    before = take_key(work, key, action=action, subject=subject_of(case_id))
    if before is not None:
        return Applied(**before)
    case = lock_case(work, case_id)
    _same_revision(work, case, seen_rev)
    workflow, facts, planned = _plan(work, case, action, data or {})
    context = EffectContext(case, case.state, planned, facts, data or {})
    _run(work, planned.effects, context)
    _deadlines(work, context)
    _move(work, workflow, context)
    owe_notices(work, planned.notices, context)
    _record(work, workflow, context)
    applied = Applied(case.id, case.reference, case.state, case.rev, action, context.result)
    store_result(work, key, {name: getattr(applied, name) for name in applied.__slots__})
    # Everybody who decides wants the same fund-year, so it is held from the last statement to the commit only.
    _run(work, planned.money, context)
    return applied


def _same_revision(work: Work, case: Case, seen_rev: int) -> None:
    if case.rev == seen_rev:
        return
    names = accounts.people_named(work.session, [case.changed_by] if case.changed_by else [])
    by = names.get(case.changed_by, "The system") if case.changed_by else "The system"
    raise Stale(by=by, when=case.changed_at, what=case.changed_what)


def _plan(
    work: Work, case: Case, action: str, data: Mapping[str, Any]
) -> tuple[Workflow, Mapping[str, Any], Plan]:
    """Plan under the lock, with fresh facts and the form's data; the offers a page showed count for nothing.

    Raises:
        Refused: with every reason. NotHere: who acts by a link, or left.
    """
    workflow = registry().workflow_of(case)
    if workflow is None:
        text = "This bid follows rules that this server does not know yet, so it can only be read."
        raise Refused([Reason("unknown_version", text, "Try again when the upgrade is done.")])
    person_id = work.actor.person_id
    if person_id is None and work.actor.kind != "system":
        raise NotHere
    facts = facts_for(work.session, [case], now=work.now, person_id=person_id)[case.id]
    actor = actor_for(facts.standing, case, facts["actor"].principals)
    planned = plan(workflow, view_of(case), action, actor, facts, data)
    if isinstance(planned, Refusal):
        raise Refused(planned.reasons)
    return workflow, facts, planned


def _run(work: Work, names: tuple[str, ...], context: EffectContext) -> None:
    effects = registry().effects
    for name in names:
        effects[name](work, context)


_DUTY = text("""
    INSERT INTO case_duty (case_id, rev, duty, person_id, principal_ids)
    VALUES (:case_id, :rev, :duty, :person_id, to_jsonb(CAST(:principals AS bigint[])))
""")


def _move(work: Work, workflow: Workflow, context: EffectContext) -> None:
    """The one place where a state and a revision are assigned; the row is written once, with its new date."""
    case, planned = context.case, context.plan
    case.state = planned.new_state
    case.ended = workflow.state_by_name[planned.new_state].final
    case.shared = case.shared or (planned.moves and not case.ended)
    case.rev += 1
    case.changed_at = work.now
    case.changed_by = work.actor.person_id
    case.changed_what = workflow.action_by_name[planned.action].label
    if planned.duty is not None and work.actor.person_id is not None:
        done = {"case_id": case.id, "rev": case.rev, "duty": planned.duty, "person_id": work.actor.person_id}
        work.session.execute(_DUTY, {**done, "principals": sorted(context.facts["actor"].principals)})


def _deadlines(work: Work, context: EffectContext) -> None:
    """End the deadlines of the state that is left, start those of the new one, and keep the next date on the case."""
    case, subject = context.case, subject_of(context.case.id)
    if not context.plan.cancel:
        opened = deadlines.open_deadlines(work.session, [subject]).get(subject, [])
    else:
        deadlines.meet(work, subject)  # All of them, so that what runs from here on is what is started here.
        opened = [_arm(work, subject, rule, context) for rule in context.plan.arm]
    case.due_on = min((deadline.due_on for deadline in opened), default=None)


def _arm(work: Work, subject: str, rule: DeadlineRule, context: EffectContext) -> deadlines.Deadline:
    dated = registry().due_on.get(rule.kind)
    if dated is None:
        return deadlines.arm(work, subject, rule.kind, start=work.now)
    due_on = dated(work.session, context.case, now=work.now, data=context.data)
    return deadlines.arm(work, subject, rule.kind, due_on=due_on)


def _record(work: Work, workflow: Workflow, context: EffectContext) -> None:
    case = context.case
    reason = context.data.get("reason")
    if isinstance(reason, str) and reason.strip():
        context.texts.setdefault("reason", reason)
    payload = {"action": context.plan.action, "from": context.before, "to": case.state, **context.payload}
    audit.record(
        work,
        subject_of(case.id),
        context.plan.event,
        payload,
        texts=context.texts,
        seq=case.rev,
        definition=f"{workflow.key}/{workflow.version}",
    )


def repin(work: Work, case: Case, target: Workflow, digest: str) -> None:
    """Let a case that the caller has locked and examined go on under another version of its definition, as one event.

    The state, its deadlines and all rows stay; the revision rises, so that whoever has a form open reads that rules changed.
    """
    versions = {"from_version": case.workflow_version, "to_version": target.version}
    case.workflow_version = target.version
    case.rev += 1
    case.changed_at = work.now
    case.changed_by = work.actor.person_id
    case.changed_what = "Moved to newer rules"
    work.session.flush()  # The foreign key refuses a state that the version does not have.
    audit.record(
        work,
        subject_of(case.id),
        RULES_CHANGED,
        {"action": "migrate", "from": case.state, "to": case.state, "digest": digest, **versions},
        seq=case.rev,
        definition=f"{target.key}/{target.version}",
    )


def open_case(
    work: Work, *, kind: str, prefix: str, title: str, department_id: int, proposer_id: int, fund_id: int
) -> Case:
    """Open a case in the first state of its definition's current version, as revision 1 with its first event.

    The caller holds a request key (`once`), so that an impatient double click opens one case.
    """
    workflow = registry().definitions[kind, registry().current[kind]]
    case = Case(
        kind=kind,
        reference=_next_reference(work, prefix),
        title=title,
        workflow_key=workflow.key,
        workflow_version=workflow.version,
        state=workflow.initial.name,
        rev=1,
        department_id=department_id,
        proposer_id=proposer_id,
        fund_id=fund_id,
        opened_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.person_id,
        changed_what="Started",
    )
    work.session.add(case)
    work.session.flush()  # The case's id names its stream and its children.
    audit.record(
        work,
        subject_of(case.id),
        f"{kind}_opened",
        {"action": "open", "to": case.state, "fund": fund_id},
        texts={"title": title},
        seq=case.rev,
        definition=f"{workflow.key}/{workflow.version}",
    )
    return case


def arm_first_deadline(work: Work, case: Case, data: Mapping[str, Any]) -> None:
    """Start the deadline of the first state, once the room above has written the rows that its date comes from."""
    workflow = registry().definitions[case.workflow_key, case.workflow_version]
    rule = workflow.state_by_name[case.state].deadline
    if rule is None:
        return
    dated = registry().due_on.get(rule.kind)
    subject = subject_of(case.id)
    if dated is None:
        armed = deadlines.arm(work, subject, rule.kind, start=work.now)
    else:
        armed = deadlines.arm(
            work, subject, rule.kind, due_on=dated(work.session, case, now=work.now, data=data)
        )
    case.due_on = armed.due_on


def describe_case(case: Case, *, title: str | None = None, amount_pence: Pence | None = None) -> None:
    """Keep the title and the amount that lists show; a draft's sections may change both without a revision."""
    if title is not None:
        case.title = title
    if amount_pence is not None:
        case.amount_pence = amount_pence


def _next_reference(work: Work, prefix: str) -> str:
    """The next number of the London year in which the case is opened: `SLI-2011-0001`."""
    year = london_date(work.now).year
    number = work.session.execute(
        insert(CaseCounter)
        .values(prefix=prefix, year=year, last=1)
        .on_conflict_do_update(index_elements=["prefix", "year"], set_={"last": CaseCounter.last + 1})
        .returning(CaseCounter.last)
    ).scalar_one()
    return f"{prefix}-{year}-{number:04d}"
