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


class Side(enum.StrEnum):
    """Whose role it is."""

    BODY = "body"
    COUNCIL = "council"
    DEPARTMENT = "department"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One row of the table. `at_least` is how many people an organisation of that side needs in the role."""

    label: str
    side: Side
    sees: str
    may_do: str
    at_least: int = 0


_OWN_BIDS = "The bids and awards of its own body"
_OWN_FUNDS = "The bids of its own department’s funds, once they are submitted"
_COUNCIL = "The consultations that invite the council"

ROLES: dict[Role, RoleRow] = {
    Role.DRAFTER: RoleRow(
        "Bid writer", Side.BODY, _OWN_BIDS, "Writes bids, answers councils, requests payments", 1
    ),
    Role.SIGNATORY: RoleRow("Signatory", Side.BODY, _OWN_BIDS, "Signs and sends bids, accepts offers", 1),
    Role.PARTNER: RoleRow(
        "Partner",
        Side.BODY,
        "The bid it is named in, without others’ money",
        "Confirms or withdraws its part",
    ),
    Role.COUNCIL_OFFICER: RoleRow("Council officer", Side.COUNCIL, _COUNCIL, "Answers for the council", 1),
    Role.CORPORATE_MAILBOX: RoleRow(
        "Corporate mailbox", Side.COUNCIL, _COUNCIL, "Answers for the council, or passes the message on", 1
    ),
    Role.CASE_OFFICER: RoleRow(
        "Case officer",
        Side.DEPARTMENT,
        _OWN_FUNDS,
        "Takes bids, does the first check, asks councils, accepts what was done",
        2,
    ),
    Role.SECOND_OFFICER: RoleRow(
        "Second officer", Side.DEPARTMENT, _OWN_FUNDS, "Confirms what a case officer proposes", 1
    ),
    Role.ASSESSOR: RoleRow(
        "Assessor", Side.DEPARTMENT, _OWN_FUNDS, "Assesses and recommends, which sets money aside", 2
    ),
    Role.APPROVER: RoleRow("Approver", Side.DEPARTMENT, _OWN_FUNDS, "Approves within a dated limit", 3),
    Role.ACCOUNTING_OFFICER: RoleRow(
        "Accounting officer",
        Side.DEPARTMENT,
        _OWN_FUNDS,
        "Decides what is new, contentious or above all limits",
        1,
    ),
    Role.PRIVATE_OFFICE: RoleRow(
        "Private office", Side.DEPARTMENT, "What its principal sees", "Prepares, never votes"
    ),
    Role.FINANCE_OFFICER: RoleRow(
        "Finance officer", Side.DEPARTMENT, _OWN_FUNDS, "Makes offers, proposes closing figures", 1
    ),
    Role.PAYMENT_AUTHORISER: RoleRow(
        "Payment authoriser", Side.DEPARTMENT, _OWN_FUNDS, "Pays checked payment requests", 1
    ),
    Role.GRANT_MANAGER: RoleRow(
        "Grant manager", Side.DEPARTMENT, _OWN_FUNDS, "Looks after awards, checks payment requests", 1
    ),
    Role.SENIOR_OFFICER: RoleRow(
        "Person responsible", Side.DEPARTMENT, _OWN_FUNDS, "Starts and confirms closing, grants limits", 1
    ),
    Role.HEAD_OF_TEAM: RoleRow("Head of team", Side.DEPARTMENT, _OWN_FUNDS, "Is told what is late", 1),
    Role.NETWORK_OFFICIAL: RoleRow(
        "Network, official", Side.ALL, "Title, amount, area and stage of all departments’ bids", "Reads"
    ),
    Role.NETWORK_BODY: RoleRow(
        "Network, improvement body", Side.ALL, "The same from the opening of the consultation", "Reads"
    ),
    Role.AUDITOR: RoleRow("Auditor", Side.ALL, "Everything; what is read is logged", "Reads only", 1),
    Role.ADMINISTRATOR: RoleRow(
        "Administrator", Side.ALL, "People and settings, no bids", "Looks after people and settings", 1
    ),
    Role.REVIEW_OWNER: RoleRow(
        "Review owner", Side.ALL, "The mapping, the actions, the closing report", "Looks after the review", 1
    ),
}
"""Every role with what it sees, what it may do, and how many people are needed at least."""
