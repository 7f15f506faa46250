"""The words for where a message stands and, until it has a subject of its own, for what it is about."""

from workflow.notifications import State

STATES = {
    State.READY: "Waiting to be sent",
    State.SENDING: "Being sent",
    State.UNKNOWN: "Not sure whether it arrived",
    State.SENT: "Sent",
    State.DELIVERED: "Delivered",
    State.BOUNCED: "Address not working",
    State.DEAD: "Not delivered",
    State.SUPPRESSED: "Stopped",
    State.CANCELLED: "No longer needed",
}
COLOURS = {
    State.READY: "blue",
    State.SENDING: "blue",
    State.UNKNOWN: "red",
    State.SENT: "green",
    State.DELIVERED: "green",
    State.BOUNCED: "red",
    State.DEAD: "red",
    State.SUPPRESSED: "grey",
    State.CANCELLED: "grey",
}
TEMPLATES = {
    "consultation_invitation": "A council is asked about a bid",
    "consultation_reminder": "A council has not answered yet",
    "answer_received": "A council’s answer arrived",
    "bid_received": "A bid was received",
    "bid_to_check": "A bid waits for its first check",
    "consultation_started": "Councils are being asked",
    "consultation_closed": "A consultation has closed",
    "low_response": "Few councils have answered",
    "response_sent": "The lead body said what it did about each answer",
    "response_accepted": "What the lead body did was accepted",
    "bid_to_assess": "A bid waits to be assessed",
    "bid_to_decide": "A bid waits for a decision",
    "approval_given": "An approval was given",
    "offer_made": "An offer waits to be accepted",
    "offer_accepted": "An offer was accepted",
    "claim_to_check": "A payment request waits to be checked",
    "claim_to_pay": "A payment request waits to be paid",
    "claim_paid": "A payment was made",
    "closing_started": "An award is being closed",
    "closure_to_confirm": "Final figures wait to be confirmed",
    "award_closed": "An award was closed",
    "deadline_reminder": "A date is near",
    "deadline_missed": "A date was missed",
}
"""What each template of the catalogue tells."""
