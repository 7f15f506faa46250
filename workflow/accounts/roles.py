"""The roles: who sees what and does what, in one table that a page shows and tests call.

Source: domain, section 8.
"""

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What somebody is for an organisation: its own body, its department, its council, or everybody's."""

    DRAFTER = "drafter"
    SIGNATORY = "signatory"
    PARTNER = "partner"
    COUNCIL_OFFICER = "council_officer"
    CORPORATE_MAILBOX = "corporate_mailbox"
    CASE_OFFICER = "case_officer"
    SECOND_OFFICER = "second_officer"
    ASSESSOR = "assessor"
    APPROVER = "approver"
    ACCOUNTING_OFFICER = "accounting_officer"
    PRIVATE_OFFICE = "private_office"
    FINANCE_OFFICER = "finance_officer"
    PAYMENT_AUTHORISER = "payment_authoriser"
    GRANT_MANAGER = "grant_manager"
    SENIOR_OFFICER = "senior_officer"
    HEAD_OF_TEAM = "head_of_team"
    NETWORK_OFFICIAL = "network_official"
    NETWORK_BODY = "network_body"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    REVIEW_OWNER = "review_owner"


class Thing(enum.StrEnum):
    """A kind of page, by what stands on it. What a role may open of each is in the table below, and tests call it."""

    OWN_DRAFT = "own_draft"
    OTHERS_DRAFT = "others_draft"
    SENT_BID = "sent_bid"
    PART_IN_BID = "part_in_bid"
    SCORES = "scores"
    FUND_ENTRIES = "fund_entries"
    ANSWERS = "answers"
    OWN_ANSWER = "own_answer"
    NETWORK = "network"
    EXCEPTIONS = "exceptions"
    PEOPLE = "people"
    AUTHORITY = "authority"
    READINESS = "readiness"
    TIMES = "times"
    PUBLISHED = "published"


THINGS: dict[Thing, str] = {
    Thing.OWN_DRAFT: "A draft of its own body",
    Thing.OTHERS_DRAFT: "A draft of another body",
    Thing.SENT_BID: "A bid that was sent",
    Thing.PART_IN_BID: "Its own part in another body’s bid",
    Thing.SCORES: "Recommendation, scores and votes",
    Thing.FUND_ENTRIES: "A fund, entry by entry",
    Thing.ANSWERS: "All answers of councils to a bid",
    Thing.OWN_ANSWER: "Its own council’s answer",
    Thing.NETWORK: "News of all departments’ bids",
    Thing.EXCEPTIONS: "What was done differently, and samples",
    Thing.PEOPLE: "People, roles and addresses",
    Thing.AUTHORITY: "What others may approve, for whom they stand in, and their connections",
    Thing.READINESS: "What could not be decided for want of people or limits",
    Thing.TIMES: "How long bids take, state by state",
    Thing.PUBLISHED: "Consultations, awards and reports that are published",
}
"""The words of each kind of page."""


class Side(enum.StrEnum):
    """Whose role it is."""

    BODY = "body"
    COUNCIL = "council"
    DEPARTMENT = "department"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One row of the table. `at_least` is how many people an organisation of that side needs in the role.

    `opens` are the kinds of page that the role opens; what is published is for everybody. What `opens` does not name
    answers as if it were not there.
    """

    label: str
    side: Side
    sees: str
    may_do: str
    at_least: int = 0
    opens: frozenset[Thing] = frozenset()

    def shows(self, thing: Thing) -> bool:
        """Whether the role opens pages of a kind."""
        return thing is Thing.PUBLISHED or thing in self.opens


_OWN_BIDS = "The bids and awards of its own body"
_OWN_FUNDS = "The bids of its own department’s funds, once they are submitted"
_COUNCIL = "The consultations that invite the council"

_PROPOSES = frozenset({Thing.OWN_DRAFT, Thing.SENT_BID, Thing.ANSWERS})
_ASKED = frozenset({Thing.OWN_ANSWER})
_DECIDES = frozenset({Thing.SENT_BID, Thing.SCORES, Thing.FUND_ENTRIES, Thing.ANSWERS, Thing.TIMES})
_READY = _DECIDES | {Thing.READINESS}
_GRANTS = _READY | {Thing.AUTHORITY}
_READS_ALL = frozenset(Thing) - {Thing.PART_IN_BID, Thing.OWN_ANSWER}

ROLES: dict[Role, RoleRow] = {
    Role.DRAFTER: RoleRow(
        "Bid writer",
        Side.BODY,
        _OWN_BIDS,
        "Writes bids, answers councils, requests payments",
        1,
        opens=_PROPOSES,
    ),
    Role.SIGNATORY: RoleRow(
        "Signatory", Side.BODY, _OWN_BIDS, "Signs and sends bids, accepts offers", 1, opens=_PROPOSES
    ),
    Role.PARTNER: RoleRow(
        "Partner",
        Side.BODY,
        "Its part in the bid it is named in; the whole bid once sent, without others’ money",
        "Confirms its part, comments, or withdraws",
        opens=frozenset({Thing.PART_IN_BID}),
    ),
    Role.COUNCIL_OFFICER: RoleRow(
        "Council officer", Side.COUNCIL, _COUNCIL, "Answers for the council", 1, opens=_ASKED
    ),
    Role.CORPORATE_MAILBOX: RoleRow(
        "Corporate mailbox",
        Side.COUNCIL,
        _COUNCIL,
        "Answers for the council, or passes the message on",
        1,
        opens=_ASKED,
    ),
    Role.CASE_OFFICER: RoleRow(
        "Case officer",
        Side.DEPARTMENT,
        _OWN_FUNDS,
        "Takes bids, does the first check, asks councils, accepts what was done",
        2,
        opens=_DECIDES,
    ),
    Role.SECOND_OFFICER: RoleRow(
        "Second officer",
        Side.DEPARTMENT,
        _OWN_FUNDS,
        "Confirms what a case officer proposes",
        1,
        opens=_DECIDES,
    ),
    Role.ASSESSOR: RoleRow(
        "Assessor",
        Side.DEPARTMENT,
        _OWN_FUNDS,
        "Assesses and recommends, which sets money aside",
        2,
        opens=_DECIDES,
    ),
    Role.APPROVER: RoleRow(
        "Approver", Side.DEPARTMENT, _OWN_FUNDS, "Approves within a dated limit", 3, opens=_DECIDES
    ),
    Role.ACCOUNTING_OFFICER: RoleRow(
        "Accounting officer",
        Side.DEPARTMENT,
        _OWN_FUNDS,
        "Decides what is new, contentious or above all limits",
        1,
        opens=_READY,
    ),
    Role.PRIVATE_OFFICE: RoleRow(
        "Private office", Side.DEPARTMENT, "What its principal sees", "Prepares, never votes", opens=_DECIDES
    ),
    Role.FINANCE_OFFICER: RoleRow(
        "Finance officer",
        Side.DEPARTMENT,
        _OWN_FUNDS,
        "Makes offers, proposes closing figures",
        1,
        opens=_DECIDES,
    ),
    Role.PAYMENT_AUTHORISER: RoleRow(
        "Payment authoriser", Side.DEPARTMENT, _OWN_FUNDS, "Pays checked payment requests", 1, opens=_DECIDES
    ),
    Role.GRANT_MANAGER: RoleRow(
        "Grant manager",
        Side.DEPARTMENT,
        _OWN_FUNDS,
        "Looks after awards, checks payment requests",
        1,
        opens=_DECIDES,
    ),
    Role.SENIOR_OFFICER: RoleRow(
        "Person responsible",
        Side.DEPARTMENT,
        _OWN_FUNDS,
        "Starts and confirms closing, grants limits, says who stands in, settles connections",
        1,
        opens=_GRANTS,
    ),
    Role.HEAD_OF_TEAM: RoleRow(
        "Head of team",
        Side.DEPARTMENT,
        _OWN_FUNDS,
        "Is told what is late, accepts a review of a bid found not eligible, says who stands in",
        1,
        opens=_GRANTS,
    ),
    Role.NETWORK_OFFICIAL: RoleRow(
        "Network official",
        Side.ALL,
        "Title, amount, area, support, stage and decision of all departments’ bids",
        "Reads",
        opens=frozenset({Thing.FUND_ENTRIES, Thing.NETWORK}),
    ),
    Role.NETWORK_BODY: RoleRow(
        "Network improvement body",
        Side.ALL,
        "The same from the opening of the consultation",
        "Reads",
        opens=frozenset({Thing.NETWORK}),
    ),
    Role.AUDITOR: RoleRow(
        "Auditor", Side.ALL, "Everything; what is read is logged", "Reads only", 1, opens=_READS_ALL
    ),
    Role.ADMINISTRATOR: RoleRow(
        "Administrator",
        Side.ALL,
        "People and settings, no bids",
        "Looks after people and settings, gives and ends roles",
        1,
        opens=frozenset({Thing.PEOPLE, Thing.READINESS}),
    ),
    Role.REVIEW_OWNER: RoleRow(
        "Review owner",
        Side.ALL,
        "The mapping, the actions, the closing report",
        "Looks after the review",
        1,
        opens=frozenset({Thing.FUND_ENTRIES, Thing.NETWORK}),
    ),
}
"""Every role with what it sees, what it may do, and how many people are needed at least."""


def roles_that_open(thing: Thing) -> frozenset[Role]:
    """The roles that open pages of a kind; the access table and the queries ask this."""
    return frozenset(role for role, row in ROLES.items() if row.shows(thing))


class Grantable(enum.StrEnum):
    """What somebody gives to somebody else, or settles for them."""

    ROLE = "role"
    LIMIT = "limit"
    COVER = "cover"
    CONNECTION = "connection"


GRANTERS: dict[Grantable, frozenset[Role]] = {
    Grantable.ROLE: frozenset({Role.ADMINISTRATOR}),
    Grantable.LIMIT: frozenset({Role.SENIOR_OFFICER}),
    Grantable.COVER: frozenset({Role.SENIOR_OFFICER, Role.HEAD_OF_TEAM}),
    Grantable.CONNECTION: frozenset({Role.SENIOR_OFFICER}),
}
"""Which roles give what: an administrator everybody's roles, the others for their own department, and nobody to themselves."""


NEVER_TOGETHER = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Roles that nobody holds beside any role of a department, a body or a council: one looks after people and decides nothing,
the other reads everything and changes nothing. Source: domain, sections 4 and 8."""
