"""The one list of definitions with their facts, effects, notices and deadlines, by name."""

from workflow.approval import deciders
from workflow.approval import queries as approval
from workflow.bids import queries as bids
from workflow.cases.registry import Registry
from workflow.consultation import queries as consultation
from workflow.funds import queries as funds
from workflow.monitoring import queries as monitoring
from workflow.wiring import bid, bid_1

NOTICES = bid.NOTICES
DEADLINE_NOTICES = bid.DEADLINE_NOTICES

REGISTRY = Registry(
    definitions={(known.key, known.version): known for known in (bid_1.BID, bid.BID)},
    current={bid.BID.key: bid.BID.version},
    facts={
        "funds": funds.facts,
        "bids": bids.facts,
        "consultation": consultation.facts,
        "approval": approval.facts,
        "deciders": deciders.facts,
        "monitoring": monitoring.facts,
    },
    effects=bid.EFFECTS | bid.MONEY_EFFECTS,
    notices=NOTICES,
    due_on=bid.DUE_ON,
    deadline_notices=DEADLINE_NOTICES,
)
"""What `wire()` installs."""
