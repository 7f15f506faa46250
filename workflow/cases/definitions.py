"""Deployed definitions: what this program knows against what the database has, held by the digest of the structure."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.cases.models import Case, WorkflowState, WorkflowVersion
from workflow.engine import Workflow
from workflow.engine.digest import structure_digest
from workflow.errors import WorkflowError


class EditedUnderLiveCases(WorkflowError):
    """A deployed definition's structure was edited while cases are pinned to it; give it a new version instead."""


def deploy(session: Session, definitions: Iterable[Workflow], now: datetime) -> int:
    """Write down the definitions that the database does not have yet; returns how many were new.

    Raises:
        EditedUnderLiveCases: when the structure of a deployed version differs and cases are pinned to it.
    """
    new = 0
    for workflow in definitions:
        digest = structure_digest(workflow)
        known = session.get(WorkflowVersion, (workflow.key, workflow.version))
        if known is None:
            session.add(
                WorkflowVersion(key=workflow.key, version=workflow.version, digest=digest, deployed_at=now)
            )
            session.flush()  # The states refer to their version.
            new += 1
        elif known.digest != digest:
            _refuse_when_pinned(session, workflow)
            known.digest = digest
        _add_states(session, workflow)
    return new


def differing(session: Session, definitions: Iterable[Workflow]) -> list[str]:
    """The definitions whose structure is not the deployed one, as `key/version`; a new release is not ready with any."""
    stored = {(row.key, row.version): row.digest for row in session.scalars(select(WorkflowVersion))}
    return [
        f"{workflow.key}/{workflow.version}"
        for workflow in definitions
        if stored.get((workflow.key, workflow.version)) != structure_digest(workflow)
    ]


def _refuse_when_pinned(session: Session, workflow: Workflow) -> None:
    pinned = session.scalars(
        select(Case.reference)
        .where(Case.workflow_key == workflow.key, Case.workflow_version == workflow.version)
        .order_by(Case.id)
        .limit(3)
    ).all()
    if pinned:
        raise EditedUnderLiveCases(
            f"The structure of {workflow.key}/{workflow.version} was edited while cases are pinned to it "
            f"({', '.join(pinned)}). Give the edited definition a new version."
        )


def _add_states(session: Session, workflow: Workflow) -> None:
    stored = set(
        session.scalars(
            select(WorkflowState.state).where(
                WorkflowState.key == workflow.key, WorkflowState.version == workflow.version
            )
        )
    )
    for state in workflow.states:
        if state.name not in stored:
            session.add(
                WorkflowState(key=workflow.key, version=workflow.version, state=state.name, final=state.final)
            )
