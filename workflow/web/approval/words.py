"""The words for criteria, scores and tests, as officials read them."""

from workflow.approval.terms import AccountingTest, Criterion, Mark, StepKind
from workflow.web.forms import Option

CRITERION_WORDS = {
    Criterion.FIT: "Does it fit what this money is for?",
    Criterion.OUTCOME: "Will it reach its outcome?",
    Criterion.VALUE: "Is it worth its cost?",
    Criterion.DELIVERABILITY: "Can the lead body and its partners do it?",
    Criterion.SECTOR_SUPPORT: "Do councils support it?",
    Criterion.DUPLICATION: "Is it free of what others do already?",
}

TEST_WORDS = {
    AccountingTest.REGULARITY: "Regular: is it within the law and the fund’s powers?",
    AccountingTest.PROPRIETY: "Proper: does it meet the standards of public life?",
    AccountingTest.VALUE_FOR_MONEY: "Value for money: is it better than the other ways to do this?",
    AccountingTest.FEASIBILITY: "Feasible: can it be done as planned, in the time?",
}

SCORES = tuple(Option(str(score), str(score)) for score in range(6))
"""From 0, not at all, to 5, fully; the page says what each means."""

MARK_WORDS = {
    Mark.NOVEL: ("Novel", "Nothing like it was paid for before, so nobody knows its rules"),
    Mark.CONTENTIOUS: ("Contentious", "It may be criticised in public or in Parliament"),
    Mark.REPERCUSSIVE: ("Repercussive", "Others could ask for the same, or it costs other departments money"),
}
"""What takes a decision out of every delegation, with what each means. Source: Managing Public Money."""

STEP_WORDS = {
    StepKind.REJECTION_ADVISED: "Advised to reject",
    StepKind.REJECTION_PROPOSED: "Proposed to reject",
    StepKind.REJECTION_DECLINED: "Declined the rejection",
    StepKind.REJECTED: "Rejected",
    StepKind.DEFERRED: "Put off",
    StepKind.RESUMED: "Taken up again",
    StepKind.REFERRED: "Referred to the accounting officer",
    StepKind.DIRECTION_SOUGHT: "Sought a minister’s direction",
    StepKind.DIRECTED: "Approved on a minister’s direction",
    StepKind.APPROVED: "Approved by the accounting officer",
    StepKind.SENT_BACK: "Sent back to be assessed again",
    StepKind.APPEAL_ASKED: "Asked for another look",
    StepKind.APPEAL_ACCEPTED: "To be judged again by others",
    StepKind.APPEAL_REFUSED: "Decision kept",
}
"""What each step of a decision is called, as officials read it."""
