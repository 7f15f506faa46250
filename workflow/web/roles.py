"""Which roles make a person staff, and so give the dense pages. No rule of a decision reads this."""

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import ROLES, Role, Side

STAFF = frozenset(
    role
    for role, row in ROLES.items()
    if row.side in {Side.DEPARTMENT, Side.ALL} and role is not Role.NETWORK_BODY
)
_MOST = 2  # More roles than these do not fit into the page's head.


def is_staff(viewer: Viewer) -> bool:
    """Whether any role of the person is one of a department, or of everybody's."""
    return bool(viewer.roles & STAFF)


def line_of(viewer: Viewer) -> str:
    """Who is signed in, for the page's head: the name, the roles where they are few, the organisation."""
    labels = sorted(ROLES[role].label.lower() for role in viewer.roles)
    words = labels if len(labels) <= _MOST else []
    return ", ".join([viewer.name, *words, viewer.organisation_code])
