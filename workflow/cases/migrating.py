"""Moves live cases from one version of their definition to another: planned first, then each in a transaction of its own.

Source: the rule that a case stays with the version it began in, unless somebody who runs the service moves it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from workflow import deadlines
from workflow.cases.commands import repin, subject_of
from workflow.cases.definitions import differing
from workflow.cases.models import Case
from workflow.cases.registry import registry
from workflow.clock import Clock
from workflow.db import SYSTEM, Sessions, unit_of_work
from workflow.engine import Workflow
from workflow.engine.moving import Life, OpenDeadline, move_digest, obstacles
from workflow.errors import WorkflowError

BATCH = 100
"""So many cases are read at once."""
BUSY = "somebody is working on it now; run this again"
"""Why a locked case is passed over."""


class CannotMigrate(WorkflowError):
    """The move as a whole is refused: a version that is not known or not deployed, or another plan than the one made."""


@dataclass(frozen=True, slots=True)
class Move:
    """From which version of a definition to which, with the fingerprint of both structures."""

    source: Workflow
    target: Workflow
    digest: str


@dataclass(slots=True)
class Found:
    """What a plan or a run found: how many can move or moved by state, and each that cannot, with the reasons."""

    moved: Counter[str] = field(default_factory=Counter)
    left: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    ended: int = 0


def choose(session: Session, key: str, source: int, target: int) -> Move:
    """The move between two versions that this program knows and the database has, with the very same structure.

    Raises:
        CannotMigrate: naming the version that is not so.
    """
    known = registry().definitions
    for version in (source, target):
        if (key, version) not in known:
            raise CannotMigrate(f"This program does not know {key}/{version}.")
    if source == target:
        raise CannotMigrate("Name two different versions.")
    chosen = known[key, source], known[key, target]
    undeployed = differing(session, chosen)
    if undeployed:
        raise CannotMigrate(
            f"The structure of {' and '.join(undeployed)} is not the deployed one. Run `migrate` with this release first."
        )
    return Move(*chosen, move_digest(*chosen))


def plan_move(sessions: Sessions, move: Move, now: datetime) -> Found:
    """What would move and what could not, and why; nothing is changed.

    Locks of a batch are asked for and given back with the session at once, so that a case somebody works on is found.
    """
    found, after = Found(), 0
    while True:
        with sessions() as session:
            cases = _batch(session, move, after)
            if not cases:
                found.ended = _ended(session, move)
                return found
            against = _examine(session, move, cases, now)
            free = set(
                session.scalars(
                    select(Case.id)
                    .where(Case.id.in_(against))
                    .with_for_update(key_share=True, skip_locked=True)
                )
            )
        for case in cases:
            reasons = against[case.id] + (() if case.id in free else (BUSY,))
            _count(found, case, reasons)
        after = cases[-1].id


def apply_move(
    sessions: Sessions,
    clock: Clock,
    move: Move,
    digest: str,
    *,
    batch: int = BATCH,
    say: Callable[[Found], None] = lambda _found: None,
) -> Found:
    """Move every case that can; each under its lock, examined again, in a transaction of its own with one event.

    A case that moved is not asked again, so that a run that was cut off is simply run again. `say` is told after each batch.

    Raises:
        CannotMigrate: when the digest is not the plan's, or the database role may not change to what a case is pinned.
    """
    if digest != move.digest:
        raise CannotMigrate(
            "This is not the digest of the plan. Make the plan again, read it, and give its digest."
        )
    _may_repin(sessions)
    found, after = Found(), 0
    while True:
        with sessions() as session:
            ids = [case.id for case in _batch(session, move, after, batch)]
            if not ids:
                found.ended = _ended(session, move)
                return found
        for case_id in ids:
            _move_one(sessions, clock, move, case_id, found)
        after = ids[-1]
        say(found)


_PRIVILEGE = text("SELECT has_column_privilege('\"case\"', 'workflow_version', 'UPDATE')")


def _may_repin(sessions: Sessions) -> None:
    with sessions() as session:
        if not session.execute(_PRIVILEGE).scalar_one():
            raise CannotMigrate(
                "This database role may not change the version of a bid. Set MIGRATION_DATABASE_URL to the role workflow_owner."
            )


def _move_one(sessions: Sessions, clock: Clock, move: Move, case_id: int, found: Found) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM, request_id=f"migrate:{case_id}") as work:
        case = work.session.scalars(
            select(Case).where(Case.id == case_id).with_for_update(key_share=True, skip_locked=True)
        ).one_or_none()
        if case is None:
            _count(found, work.session.get_one(Case, case_id), (BUSY,))
            return
        if case.workflow_version != move.source.version or case.ended:
            return  # Somebody ended it, or another run moved it, since the batch was read.
        reasons = _examine(work.session, move, [case], work.now)[case.id]
        if not reasons:
            repin(work, case, move.target, move.digest)
    _count(found, case, reasons)  # Counted only once it is committed.


def _count(found: Found, case: Case, reasons: tuple[str, ...]) -> None:
    if reasons:
        found.left[case.reference] = (case.state, reasons)
    else:
        found.moved[case.state] += 1


def _batch(session: Session, move: Move, after: int, size: int = BATCH) -> Sequence[Case]:
    return session.scalars(
        select(Case)
        .where(
            Case.workflow_key == move.source.key,
            Case.workflow_version == move.source.version,
            ~Case.ended,
            Case.id > after,
        )
        .order_by(Case.id)
        .limit(size)
    ).all()


_ENDED = text(
    'SELECT count(*) FROM "case" WHERE workflow_key = :key AND workflow_version = :version AND ended'
)


def _ended(session: Session, move: Move) -> int:
    given = {"key": move.source.key, "version": move.source.version}
    return int(session.execute(_ENDED, given).scalar_one())


def _examine(
    session: Session, move: Move, cases: Sequence[Case], now: datetime
) -> dict[int, tuple[str, ...]]:
    """Why each case cannot move, by case id, in two statements for all of them."""
    known = {
        version: workflow
        for (key, version), workflow in registry().definitions.items()
        if key == move.target.key
    }
    running = deadlines.open_deadlines(session, [subject_of(case.id) for case in cases])
    done = _done(session, cases)
    return {
        case.id: obstacles(
            Life(case.state, _running(running.get(subject_of(case.id), ()), now), done[case.id]),
            move.target,
            known,
        )
        for case in cases
    }


def _running(opened: Iterable[deadlines.Deadline], now: datetime) -> tuple[OpenDeadline, ...]:
    return tuple(OpenDeadline(one.kind, one.due_at <= now, one.breach_at is not None) for one in opened)


_DONE = text("""
    SELECT DISTINCT stream, definition, canonical::json #>> '{payload,action}' AS action
    FROM event WHERE stream = ANY(CAST(:streams AS text[])) AND definition IS NOT NULL
    ORDER BY stream, definition, action
""")
_NO_STEP = frozenset({"open", "migrate"})


def _done(session: Session, cases: Sequence[Case]) -> Mapping[int, frozenset[tuple[str, int]]]:
    """Each action that was ever done on a case, with the version under which it was."""
    found: dict[str, set[tuple[str, int]]] = {subject_of(case.id): set() for case in cases}
    for row in session.execute(_DONE, {"streams": list(found)}):
        if row.action is not None and row.action not in _NO_STEP:
            found[row.stream].add((row.action, int(row.definition.rpartition("/")[2])))
    return {case.id: frozenset(found[subject_of(case.id)]) for case in cases}


def told(move: Move, found: Found, verb: str) -> list[str]:
    """What was found, as lines for a terminal: counts by state, then each case that stays with its reasons."""
    source, target = move.source, move.target
    lines = [f"{source.key}/{source.version} to {target.key}/{target.version}, digest {move.digest}"]
    lines += [f"{state:<20} {count} {verb}" for state, count in sorted(found.moved.items())]
    stays = Counter(state for state, _ in found.left.values())
    lines += [f"{state:<20} {count} cannot move" for state, count in sorted(stays.items())]
    lines += [f"{'ended':<20} {found.ended} stay with the rules under which they ended"]
    for reference, (state, reasons) in sorted(found.left.items()):
        lines += [f"{reference} ({state}): {reason}" for reason in reasons]
    return lines
