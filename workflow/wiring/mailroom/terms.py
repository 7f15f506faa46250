"""What the makers of a message's facts have in common."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy.orm import Session

from workflow.cases import Case
from workflow.clock import Clock

Payload = Mapping[str, Any]
Found = dict[str, Any] | None
"""The facts of one message; None when it is no longer due."""


class Room(Protocol):
    """What a maker of facts may ask the mailroom for."""

    @property
    def clock(self) -> Clock:
        """Business time."""

    def bid(self, session: Session, case: Case) -> dict[str, Any]:
        """What every message says of its bid."""


Extra = Callable[[Room, Session, Case, Payload], Found]
"""Makes what one template needs beside what every message has."""
