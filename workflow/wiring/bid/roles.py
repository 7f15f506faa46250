"""The roles that have a part in the life of a bid, in the words that officials read."""

from workflow.engine import Role

ROLES = (
    Role("drafter", "bid writer"),
    Role("signatory", "signatory of the lead body"),
    Role("case_officer", "case officer"),
    Role("second_officer", "second officer"),
    Role("assessor", "assessor"),
    Role("approver", "approver"),
    Role("accounting_officer", "accounting officer"),
    Role("finance_officer", "finance officer"),
    Role("grant_manager", "grant manager"),
    Role("payment_authoriser", "payment authoriser"),
    Role("senior_officer", "person responsible"),
    Role("head_of_team", "head of team"),
)
