"""The states in which an award runs or can be paid, and the choice of an action that leaves an award where it stands."""

from workflow.engine import Data, Facts

RUNNING = ("active", "suspended", "closing")
"""The states in which the work, or its settling, goes on."""

PAYABLE = ("active", "closing", "terminated")
"""The states in which a payment request can be checked and paid; while an award is paused nothing is paid."""


def where_it_was(facts: Facts, _data: Data) -> str:
    """The state in which the award stands."""
    state: str = facts["approval"].state
    return state


def after_the_pause(facts: Facts, _data: Data) -> str:
    """Where an award goes on once payments do: it runs again, unless its time is over and it is closing."""
    return "active" if facts["approval"].state == "suspended" else "closing"
