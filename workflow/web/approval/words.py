"""The words for criteria, scores and tests, as officials read them."""

from workflow.approval.models import AccountingTest, Criterion
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
