"""Which roles make a person staff of a department, and so give the dense pages. No rule of a decision reads this."""

from workflow.accounts.queries import Viewer

OUTSIDE = frozenset(
    {"drafter", "signatory", "partner", "council_officer", "corporate_mailbox", "improvement_body"}
)


def is_staff(viewer: Viewer) -> bool:
    """Whether any role of the person is one of a department."""
    return any(role not in OUTSIDE for role, _ in viewer.roles)
