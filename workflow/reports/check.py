"""All invariants in one list; `workflow check` prints it, and every test of a fault ends with it.

An empty list means that the ledger adds up, the history is whole, nothing owed is forgotten and every file is there.
"""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from workflow import audit, deadlines
from workflow.documents.reading import missing_files
from workflow.reports.award_checks import award_problems
from workflow.reports.invariants import Invariant, broken
from workflow.reports.ledger_checks import decision_problems, ledger_problems

CASES = (
    Invariant(
        "bid {reference}: its revision is {rev} and its last event is number {last}",
        """
        SELECT c.reference, c.rev, s.last FROM "case" c
        LEFT JOIN LATERAL (SELECT coalesce(max(e.seq), 0) AS last FROM event e
                           WHERE e.stream = 'case:' || c.id) s ON true
        WHERE c.rev <> s.last ORDER BY c.reference
        """,
    ),
    Invariant(
        "bid {reference}: it is {state}, and its last event says {said}",
        """
        SELECT c.reference, c.state, coalesce(s.canonical::json #>> '{payload,to}', 'nothing') AS said FROM "case" c
        LEFT JOIN LATERAL (SELECT e.canonical FROM event e WHERE e.stream = 'case:' || c.id
                           ORDER BY e.seq DESC LIMIT 1) s ON true
        WHERE c.state IS DISTINCT FROM s.canonical::json #>> '{payload,to}' ORDER BY c.reference
        """,
    ),
    Invariant(
        "bid {reference}: it is {state}, and its rules have no such state or say another about its end",
        """
        SELECT c.reference, c.state FROM "case" c
        LEFT JOIN workflow_state w ON (w.key, w.version, w.state) = (c.workflow_key, c.workflow_version, c.state)
        WHERE w.final IS DISTINCT FROM c.ended ORDER BY c.reference
        """,
    ),
    Invariant(
        "form key {key}: it was used for {action} and holds no result",
        "SELECT key, action FROM request_key WHERE result IS NULL ORDER BY key",
    ),
)
DEADLINES = (
    Invariant(
        "deadline {kind} of {subject}: it is {state}, and its step {step} is still waiting",
        """
        SELECT d.subject, d.kind, d.state, s.step FROM deadline d JOIN deadline_step s ON s.deadline_id = d.id
        WHERE s.state = 'pending' AND (d.state NOT IN ('open', 'breached') OR s.deadline_version <> d.version) ORDER BY s.id
        """,
    ),
)
MESSAGES = (
    Invariant(
        "message {id} ({template}): its sender gave up its lease at {lease_until} without an answer",
        """
        SELECT id, template, lease_until FROM notification WHERE state = 'sending' AND lease_until < :real ORDER BY id
        """,
    ),
    Invariant(
        "message {id} ({template}): an attempt is unfinished, and the message is {state}",
        """
        SELECT DISTINCT n.id, n.template, n.state FROM attempt a JOIN notification n ON n.id = a.notification_id
        WHERE a.finished_at IS NULL AND n.state <> 'sending' ORDER BY n.id
        """,
    ),
    Invariant(
        "message {id} ({template}): it is {state} after {attempts} attempts, and {known} are on record",
        """
        SELECT n.id, n.template, n.state, n.attempts, count(a.id) AS known
        FROM notification n LEFT JOIN attempt a ON a.notification_id = n.id
        GROUP BY n.id HAVING count(a.id) <> n.attempts ORDER BY n.id
        """,
    ),
)


def check(
    session: Session,
    *,
    documents: Path | None = None,
    anchors: Path | None = None,
    real: datetime | None = None,
) -> list[str]:
    """One sentence for everything that is not as it must be.

    `documents` is the folder of files and `anchors` the file of anchors kept outside the database; without them what
    they prove is not asked. `real` is the machine's time, for leases.
    """
    outside = audit.read_anchors(anchors) if anchors is not None and anchors.exists() else []
    return [
        *ledger_problems(session),
        *decision_problems(session),
        *award_problems(session),
        *audit.verify(session, outside),
        *broken(session, CASES),
        *deadlines.check(session),
        *broken(session, DEADLINES),
        *broken(session, MESSAGES, {"real": real or datetime.now(UTC)}),
        *(missing_files(session, documents) if documents is not None else []),
    ]
