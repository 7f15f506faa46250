"""The findings of readiness in words, alike for the page and for the command line."""

from dataclasses import dataclass
from datetime import date

from workflow.accounts.roles import ROLES, Role
from workflow.approval.readiness import Bar, Why
from workflow.bids.rules import written
from workflow.money import format_pounds
from workflow.reports.readiness import Finding

ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
MOST = 10
"""So many people are named in one finding."""

PERMANENT = "Nothing to put right: somebody else does this."
_LIMIT = "The person responsible gives a limit, with its days."
_ROLE = "An administrator gives the role, with its days."
CURES = {
    Bar.ROLE_ENDS: _ROLE,
    Bar.ROLE_BEGINS: _ROLE,
    Bar.LEAVES: "An administrator gives the role to somebody else.",
    Bar.DID: PERMANENT,
    Bar.CONNECTED: "If the connection has ended, the person responsible settles it.",
    Bar.LIMIT_ENDS: _LIMIT,
    Bar.LIMIT_BEGINS: _LIMIT,
    Bar.LIMIT_LOW: _LIMIT,
    Bar.NO_LIMIT: _LIMIT,
    Bar.AWAY: "The person responsible or the head of team can end the cover earlier, or the stand-in is given a limit.",
}
"""Who can cure what keeps somebody from deciding."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one person's case is in words, and who can cure it."""

    person_id: int
    text: str
    cure: str
    bar: Bar


def when(finding: Finding, today: date) -> str:
    """From when to when, in words."""
    start = "Now" if finding.first <= today else f"From {written(finding.first)}"
    return f"{start}, until the end of {written(finding.last)}" if finding.last else start


def heading(finding: Finding) -> str:
    """What could not be decided, and for want of whom."""
    lack, what = finding.lack, about(finding)
    label = ROLES[lack.role].label.lower()
    count = len(lack.left)
    if lack.apart:
        have = "only 1 person is" if count == 1 else f"only {count} people are"
        return f"{lack.needed} different people assess and approve {what}, and {have} left for both"
    match lack.role:
        case Role.APPROVER if not lack.left:
            return f"Nobody can approve {what}"
        case Role.APPROVER:
            nth = ORDINALS.get(count + 1, f"{count + 1}th")
            return f"Nobody can give the {nth} of {lack.needed} approvals still needed for {what}"
        case Role.ACCOUNTING_OFFICER:
            return f"No {label} can decide {what}"
        case Role.ASSESSOR:
            return f"No {label} can assess {what}"
        case _:
            return f"No {label} can take {what} forward"


def about(finding: Finding) -> str:
    """The bids or the amounts that a finding is about."""
    if finding.count:
        amount = "" if finding.up_to is None else format_pounds(finding.up_to)
        return f"a bid of {amount}" if finding.count == 1 else f"{finding.count} bids of up to {amount}"
    parts = [f"above {format_pounds(finding.above)}"] if finding.above else []
    parts += [f"up to {format_pounds(finding.up_to)}"] if finding.up_to is not None else []
    return f"bids {' and '.join(parts)} that could come" if parts else "any bid that could come"


def cure(finding: Finding) -> str:
    """Who can cure it, where it is not about one person."""
    role = finding.lack.role
    label = ROLES[role].label.lower()
    if role is Role.APPROVER and finding.count:
        return (
            "The person responsible gives somebody a limit that is high enough; "
            "an administrator can make more people approvers; or an approver refers the bid to the accounting officer."
        )
    if role is Role.APPROVER:
        return (
            "The person responsible gives somebody a limit that is high enough; "
            "an administrator can make more people approvers."
        )
    return f"An administrator gives somebody else the role of {label}."


def people(finding: Finding, *, knows_bids: bool) -> list[Said]:
    """Why each person cannot be counted on; whoever sees no bids reads nothing of what somebody did or is connected to."""
    label = ROLES[finding.lack.role].label.lower()
    found = [_said(why, label) for why in finding.lack.whys]
    hidden = {Bar.DID, Bar.CONNECTED}
    if not knows_bids:
        found = [
            Said(one.person_id, f"{one_name} takes no part in it.", PERMANENT, one.bar)
            if one.bar in hidden
            else one
            for one, one_name in zip(found, (why.name for why in finding.lack.whys), strict=True)
        ]
    return found[:MOST]


def _said(why: Why, label: str) -> Said:
    day = written(why.day) if why.day else ""
    words = {
        Bar.ROLE_ENDS: f"{why.name} is {label} only until {day}.",
        Bar.ROLE_BEGINS: f"{why.name} is {label} only from {day}.",
        Bar.LEAVES: f"{why.name} leaves on {day}.",
        Bar.DID: f"{why.name} did an earlier step of it.",
        Bar.CONNECTED: f"{why.name} has a connection to it.",
        Bar.LIMIT_ENDS: f"{why.name} has a limit only until {day}.",
        Bar.LIMIT_BEGINS: f"{why.name} has a limit only from {day}.",
        Bar.LIMIT_LOW: f"{why.name} can approve up to {format_pounds(why.pence or 0)}.",
        Bar.NO_LIMIT: f"{why.name} has no limit.",
        Bar.AWAY: f"{why.name} is away until {day}; {why.other} stands in, under a limit of their own.",
    }
    return Said(why.person_id, words[why.bar], CURES[why.bar], why.bar)


def plain(finding: Finding, today: date) -> str:
    """A finding as one line of the command line."""
    whys = " ".join(one.text for one in people(finding, knows_bids=False))
    funds = ", ".join(finding.funds)
    line = f"{finding.department} ({funds}): {when(finding, today)}: {heading(finding)}."
    return f"{line} {whys} {cure(finding)}".replace("  ", " ")
