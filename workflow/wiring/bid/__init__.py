"""The life of a bid, as data: version 2, the straight line with every branch off it.

Source: domain, section 4. Each file here holds one part of the life: its states and actions, and the effects, the mail and the
dates that they name. Guards come from the rooms whose rule they are. Bids that began under version 1 stay with it.
"""

from workflow.cases.registry import DeadlineNotice, DueOn, Effect, Notice
from workflow.engine import Workflow
from workflow.wiring.bid import award, consulting, deciding, first_check, leaving, news
from workflow.wiring.bid.roles import ROLES

BID = Workflow(
    "bid",
    2,
    states=(
        *first_check.STATES,
        *consulting.STATES,
        *deciding.STATES,
        *award.STATES,
        *leaving.STATES,
    ),
    actions=news.with_news(
        (
            *first_check.ACTIONS,
            *consulting.ACTIONS,
            *deciding.ACTIONS,
            *award.ACTIONS,
            *leaving.ACTIONS,
        )
    ),
    roles=ROLES,
)
"""What every new bid follows."""

_PARTS = (first_check, consulting, deciding, award, leaving)

EFFECTS: dict[str, Effect] = {name: effect for part in _PARTS for name, effect in part.EFFECTS.items()}
MONEY_EFFECTS: dict[str, Effect] = {
    name: effect for part in _PARTS for name, effect in part.MONEY_EFFECTS.items()
}
NOTICES: dict[str, Notice] = news.NOTICES | {
    name: notice for part in _PARTS for name, notice in part.NOTICES.items()
}
DEADLINE_NOTICES: dict[str, DeadlineNotice] = {
    kind: notice for part in _PARTS for kind, notice in part.DEADLINE_NOTICES.items()
}
DUE_ON: dict[str, DueOn] = {kind: due_on for part in _PARTS for kind, due_on in part.DUE_ON.items()}
