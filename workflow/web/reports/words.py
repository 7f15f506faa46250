"""The words of the reports; people outside read them."""

from collections.abc import Mapping
from decimal import Decimal

from workflow.bids.models import SpendRoute
from workflow.reports.exceptions import Different
from workflow.reports.models import MappedSupport
from workflow.reports.times import Waits
from workflow.web.filters import origin

SUPPORT: Mapping[MappedSupport, str] = {
    MappedSupport.INNOVATION: "Innovation",
    MappedSupport.DIFFUSION: "Spreading what works",
    MappedSupport.CHALLENGE_REVIEW: "Peer challenge and review",
    MappedSupport.INTERVENTION: "Help for a council in difficulty",
    MappedSupport.MIXED: "Several kinds",
}
ROUTES: Mapping[SpendRoute, str] = {
    SpendRoute.SECTOR_LED: "Councils and their bodies",
    SpendRoute.CENTRAL_TRANSITIONAL: "Temporary government support",
    SpendRoute.CENTRAL: "Central government",
}


DIFFERENT: Mapping[Different, str] = {
    Different.SHORTER_CONSULTATION: "Councils had less time than usual",
    Different.ELECTION_PERIOD: "Councils were asked in an election period",
    Different.CONSULTATION_RESTARTED: "Councils were asked anew",
    Different.LATE_ANSWER: "A late answer was counted",
    Different.DECIDED_FAST: "Decided fast",
    Different.CONFLICT: "A connection was declared after an approval",
    Different.SENT_BACK: "Sent back from the decision",
    Different.DIRECTION: "Approved on a minister’s written direction",
    Different.SECOND_THOUGHTS: "Opened again on a review or an appeal",
}


PROVENANCE: Mapping[str, str] = {
    "invented": "invented for this product",
    "SR10 total real": "the total for 2011 to 2015 is real",
    "SR10 zero inferred": "that nothing follows from 2011 is inferred",
    "profile invented": "how it is spread over the years is invented",
    "baseline real (2009-10)": "the amount before is real, of 2009 to 2010",
    "2011-12 and 2012-13 real": "the amounts of 2011 to 2013 are real",
    "EXCLUDED technical policing": "left out: technical policing is one service’s own need, which the review does not cover",
}
"""What the data file notes of a line, in words; the file keeps its notes as they are."""


def sourced(note: str) -> str:
    """Where a line's figures come from, as a sentence. A note that has no words here is shown as it is.

    Source: seed, paragraph 2, for what is left out.
    """
    parts = [part.strip() for part in note.split(";")]
    return origin("; ".join(PROVENANCE.get(part, part) for part in parts))


def hundredths(points: int | None) -> str:
    """`62.47%`, of basis points; a dash for none."""
    return "–" if points is None else f"{Decimal(points) / 100:.2f}%".replace("-", "−")


def millions(pence: int) -> str:
    """`24.75`, of pence: millions of pounds, exact, with two decimals at least."""
    exact = Decimal(pence) / 100_000_000
    places = max(2, -int(exact.normalize().as_tuple().exponent))
    return f"{exact:,.{places}f}".replace("-", "−")


def met(answer: bool | None) -> str:
    """Whether a test is met, in words."""
    match answer:
        case None:
            return "Not applicable"
        case True:
            return "Met"
        case False:
            return "Not met"


WAITS: Mapping[Waits, str] = {
    Waits.DEPARTMENT: "The department",
    Waits.PROPOSER: "The body that proposes",
    Waits.OTHERS: "Councils, or nobody",
}
"""For whom a bid waits."""


def days_of(seconds: int | None) -> str:
    """`2.8`, of seconds: days with one decimal; a dash for none."""
    return "–" if seconds is None else f"{Decimal(seconds) / 86_400:,.1f}"


def of_all(part: int, whole: int) -> str:
    """`3 of 4`; a dash where there is nothing to count."""
    return f"{part} of {whole}" if whole else "–"
