"""How things can stand: plain facts by name, and the product's own facts that say the same.

The table of the oracle speaks of the names; the engine's guards read what `facts_of` and `form_of` make of them. Nothing is
read from a database, as guards are pure.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workflow.approval.deciders import Deciders
from workflow.approval.rules import ACCOUNTING_TESTS, ApprovalFacts
from workflow.bids.rules import CRITERIA, BidsFacts, Finding
from workflow.consultation.elections import Election
from workflow.consultation.rules import ConsultationFacts, Length
from workflow.consultation.terms import AppliesTo, ConsultationKind
from workflow.engine import Calendar
from workflow.funds.rules import FundFacts, Held, PowerTerms, Recipient, Recipients, Recovery
from workflow.money import Pence
from workflow.monitoring.branches.terms import Branches, Change, Report
from workflow.monitoring.rules import ClaimView, MonitoringFacts

NOW = datetime(2011, 9, 5, 11, 0, tzinfo=UTC)
TODAY = date(2011, 9, 5)
DAY = timedelta(days=1)
CALENDAR = Calendar(frozenset(), date(2015, 12, 31), date(2009, 1, 1))
LEAD, PARTNER, NAMED, DEPARTMENT, ELSEWHERE = 21, 22, 23, 11, 31
CASE = 5
YEAR_PENCE = 100_000_00
VALUE = 2 * YEAR_PENCE
VALUE_AFTER_CHANGE = VALUE + YEAR_PENCE // 2
VOTER, EARLIER_VOTER, BARRED, AGREED, CLAIMANT = 201, 202, 203, 204, 205


def _words(text: str) -> list[str]:
    return text.split()


TRUE_ORDINARILY = _words("""
    round_open in_time sections_complete amount_fits power_fits check_passed review_in_time late_in_time
    every_answer_considered version_is_assessed money_set_aside unpaid appeal_in_time support_ends award_adds_up report_owed
    change_money_left money_closes reason_given
    criteria_answered defects_named criterion_named councils_chosen closing_date_good covered_allowed election_explained
    later_date late_chosen tests_answered marks_explained amounts_fit money_left no_conflict_declared
    within_the_year letter_dated objection_stated copied_to_both claim_fits check_fits year_adds_up changes_something
    leaves_what_happened notice_given spent_told
""")
FALSE_ORDINARILY = _words("""
    round_over finding_waits review_asked_once review_waits text_changed consultation_over material_change response_sent
    answer_held objected_to_covered marked consented rejection_waits rejection_advised two_people_reject last_vote
    appealed_once appeal_waits above_every_limit was_referred closure_proposed claim_waits claim_checked payments_held
    payments_paused year_is_over change_waits asked_back election_now marks_put work_over
""")
ORDINARY: Mapping[str, bool] = dict.fromkeys(TRUE_ORDINARILY, True) | dict.fromkeys(FALSE_ORDINARILY, False)

WAYS = {
    "check_passed": 2,
    "amount_fits": 2,
    "power_fits": 3,
    "late_in_time": 2,
    "version_is_assessed": 2,
    "money_set_aside": 3,
    "appeal_in_time": 2,
    "consented": 2,
    "criteria_answered": 2,
    "closing_date_good": 3,
    "later_date": 2,
    "amounts_fit": 2,
    "money_left": 2,
    "within_the_year": 2,
    "letter_dated": 3,
    "copied_to_both": 3,
    "claim_fits": 3,
    "check_fits": 2,
    "year_adds_up": 2,
    "changes_something": 2,
    "leaves_what_happened": 2,
    "change_money_left": 2,
    "report_owed": 2,
}
"""In how many ways a fact can fail to hold, where there are several; the first is way 0."""

_FOLLOWS: Mapping[tuple[str, bool], Mapping[str, bool]] = {
    ("round_over", True): {"round_open": False},
    ("round_open", True): {"round_over": False},
    ("finding_waits", True): {"review_waits": False},
    ("review_waits", True): {"finding_waits": False},
    ("rejection_waits", True): {"rejection_advised": False, "appeal_waits": False},
    ("rejection_advised", True): {"rejection_waits": False, "appeal_waits": False},
    ("appeal_waits", True): {"rejection_waits": False, "rejection_advised": False},
    ("money_closes", False): {"unpaid": False},
    ("unpaid", True): {"money_closes": True},
    ("spent_told", False): {"unpaid": False},
    ("payments_held", True): {"report_owed": True},
    ("report_owed", False): {"payments_held": False},
    ("marks_explained", False): {"marks_put": True},
    ("marks_put", False): {"marks_explained": True},
    ("election_explained", False): {"election_now": True},
    ("election_now", False): {"election_explained": True},
}
"""What cannot be otherwise once a fact is as it is, so that no impossible world is asked about."""


How = Callable[[str], int]


@dataclass(frozen=True)
class World:
    """One way that things stand; `way` says in which of its ways the fact `latest`, changed last, fails to hold."""

    facts: Mapping[str, bool]
    latest: str = ""
    way: int = 0

    def how(self, name: str) -> int:
        """In which of its ways a fact fails to hold."""
        return self.way if name == self.latest else 0

    def changed(self, name: str, *, to: bool, way: int = 0) -> "World":
        """The world in which one fact is different, with what follows from it."""
        return World({**self.facts, name: to, **_FOLLOWS.get((name, to), {})}, name, way)

    def neighbours(self) -> Iterator["World"]:
        """Every world that differs in one fact, in each way that it can."""
        for name, so in self.facts.items():
            for way in range(WAYS.get(name, 1) if so else 1):
                yield self.changed(name, to=not so, way=way)


def enabling(needs: str, form: str) -> World:
    """The ordinary world, changed so that a line of the table holds in it."""
    world = World(ORDINARY)
    for word in f"{needs} {form}".split():
        claim = word.rpartition(":")[2].split("|")[0]
        name = claim.lstrip("!")
        if name in ORDINARY and ORDINARY[name] is claim.startswith("!"):
            world = world.changed(name, to=not claim.startswith("!"))
    return world


def facts_of(world: World, state: str) -> dict[str, Any]:
    """The facts of every room, as the guards read them."""
    is_so, how = world.facts, world.how
    return {
        "now": NOW,
        "bids": _bid(is_so, how, state),
        "consultation": _consultation(is_so, how),
        "approval": _approval(is_so, how, state),
        "deciders": Deciders((), YEAR_PENCE // 2 if is_so["above_every_limit"] else 10 * VALUE),
        "funds": _money(is_so, how),
        "monitoring": _award(is_so, how),
    }


def _bid(is_so: Mapping[str, bool], how: How, state: str) -> BidsFacts:
    opens, closes = TODAY - 10 * DAY, TODAY
    if is_so["round_over"]:
        opens, closes = TODAY - 30 * DAY, TODAY - DAY
    elif not is_so["round_open"]:
        opens, closes = TODAY + DAY, TODAY + 30 * DAY
    least, most = (
        (0, VALUE) if is_so["amount_fits"] else ((VALUE + 1, 2 * VALUE), (0, VALUE - 1))[how("amount_fits")]
    )
    power = PowerTerms(
        "a law", Recipients.SPECIFIED_BODIES, date(2000, 1, 1), recovery=Recovery.RESTORES_ALLOCATION
    )
    recipient = Recipient("The lead", is_legal_person=True, specified_from=date(2011, 4, 1))
    if not is_so["power_fits"]:
        power = (
            power,
            power,
            PowerTerms("a law", Recipients.ANY_PERSON, date(2000, 1, 1), date(2011, 9, 4)),
        )[how("power_fits")]
        recipient = (
            Recipient("The lead", is_legal_person=False, specified_from=date(2011, 4, 1)),
            Recipient("The lead", is_legal_person=True, specified_from=date(2011, 4, 2)),
            recipient,
        )[how("power_fits")]
    return BidsFacts(
        opens_on=opens,
        closes_on=closes,
        unfinished=() if is_so["sections_complete"] else ("Money",),
        asked={2011: YEAR_PENCE, 2012: YEAR_PENCE},
        least_pence=least,
        most_pence=most,
        first_year=2011,
        last_year=2014,
        lead_name="The lead",
        power=power,
        recipient=recipient,
        partner_ids=frozenset({PARTNER}),
        named_ids=frozenset({NAMED}),
        current_version=2,
        unmet=() if is_so["check_passed"] else (None, ("power_fits",))[how("check_passed")],
        returned_until=NOW + timedelta(seconds=1) if is_so["in_time"] else NOW,
        finding=Finding(
            is_so["finding_waits"], TODAY if is_so["review_in_time"] else TODAY - DAY, is_so["review_waits"]
        ),
        review_asked=is_so["review_asked_once"],
        unsent=is_so["text_changed"],
        state=state,
    )


def _consultation(is_so: Mapping[str, bool], how: How) -> ConsultationFacts:
    over = is_so["consultation_over"]
    late = frozenset() if not is_so["late_in_time"] and how("late_in_time") == 0 else frozenset({9})
    election = Election(AppliesTo.COUNCILS, TODAY, TODAY + 20 * DAY)
    return ConsultationFacts(
        now=NOW,
        starts_on=TODAY,
        calendar=CALENDAR,
        lengths={kind: Length(28) for kind in ConsultationKind},
        elections=(election,) if is_so["election_now"] else (),
        consultation_id=1,
        kind=ConsultationKind.COVERED if is_so["objected_to_covered"] else ConsultationKind.FULL,
        version_number=1,
        opens_at=NOW - 60 * DAY,
        closes_on=TODAY if not over else TODAY - DAY,
        closes_at=NOW + timedelta(seconds=1) if not over else NOW - timedelta(seconds=30),
        undisposed=0 if is_so["every_answer_considered"] else 1,
        undisposed_names=() if is_so["every_answer_considered"] else ("Kent",),
        response_sent=is_so["response_sent"],
        held_names=("Kent",) if is_so["answer_held"] else (),
        held_late=late,
        late_until=TODAY if is_so["late_in_time"] else TODAY - DAY,
        material_version=2 if is_so["material_change"] else None,
        objections=1 if is_so["objected_to_covered"] else 0,
        covered_bars=() if is_so["covered_allowed"] else ("it names a council",),
    )


def _approval(is_so: Mapping[str, bool], how: How, state: str) -> ApprovalFacts:
    steps = {
        "rejection_waits": "rejection_proposed",
        "rejection_advised": "rejection_advised",
        "appeal_waits": "appeal_asked",
    }
    recommended = {2011: YEAR_PENCE, 2012: YEAR_PENCE}
    if not is_so["money_set_aside"] and how("money_set_aside") == 2:
        recommended = {2010: YEAR_PENCE, 2011: YEAR_PENCE}
    consent = VALUE if is_so["consented"] else (0, VALUE - 1)[how("consented")]
    return ApprovalFacts(
        round=1,
        assessed_version=2 if is_so["version_is_assessed"] else (None, 1)[how("version_is_assessed")],
        recommended=recommended,
        whole_life_pence=VALUE,
        quorum=2 if is_so["last_vote"] else 3,
        voters=frozenset({VOTER}),
        state=state,
        rejection_quorum=2 if is_so["two_people_reject"] else 1,
        marks=frozenset({"contentious"}) if is_so["marked"] else frozenset(),
        last_step=next((step for name, step in steps.items() if is_so[name]), None),
        deferred_from="referred" if is_so["was_referred"] else "deciding",
        consent_pence=consent,
        barred=frozenset({BARRED}),
        appeal_by=TODAY if is_so["appeal_in_time"] else (TODAY - DAY, None)[how("appeal_in_time")],
        has_appealed=is_so["appealed_once"],
    )


def _money(is_so: Mapping[str, bool], how: How) -> FundFacts:
    reserved = {2010: 0, 2011: YEAR_PENCE, 2012: YEAR_PENCE}
    if not is_so["money_set_aside"]:
        reserved |= ({2011: YEAR_PENCE - 1}, {2012: 0}, {2010: YEAR_PENCE})[how("money_set_aside")]
    committed = {2010: 0, 2011: YEAR_PENCE, 2012: YEAR_PENCE}
    if is_so["year_is_over"]:
        committed |= {2010: YEAR_PENCE // 2, 2012: YEAR_PENCE // 2}
    if not is_so["award_adds_up"]:
        committed = {year: pence // 2 for year, pence in committed.items()}
    if not is_so["money_closes"]:
        committed |= {2011: committed[2011] + committed[2012], 2012: 0}
    paid = {2010: 0, 2011: 0 if is_so["unpaid"] else 1, 2012: 0 if is_so["money_closes"] else 1}
    held = {year: Held(Pence(reserved[year]), Pence(committed[year]), Pence(paid[year])) for year in reserved}
    left = YEAR_PENCE if is_so["money_left"] else (YEAR_PENCE - 1, 0)[how("money_left")]
    for_change = (
        YEAR_PENCE // 2
        if is_so["change_money_left"] or how("change_money_left") == 1
        else YEAR_PENCE // 2 - 1
    )
    confirmed = {2011, 2012} if is_so["change_money_left"] or how("change_money_left") == 0 else {2011}
    power = PowerTerms(
        "a law", Recipients.ANY_PERSON, date(2000, 1, 1), recovery=Recovery.RESTORES_ALLOCATION
    )
    return FundFacts(1, power, {2011: Pence(left), 2012: Pence(for_change)}, confirmed, held)


def _award(is_so: Mapping[str, bool], how: How) -> MonitoringFacts:
    owed, held = is_so["report_owed"], is_so["payments_held"]
    report = Report(
        1,
        date(2011, 4, 1),
        date(2011, 6, 30) if owed or how("report_owed") == 0 else TODAY,
        date(2011, 7, 21),
        TODAY if held else TODAY + DAY,
        is_sent=not owed and how("report_owed") == 0,
    )
    plan = {2011: YEAR_PENCE, 2012: YEAR_PENCE}
    change = Change(
        1,
        "amount_up",
        plan,
        plan | {2012: YEAR_PENCE * 3 // 2},
        VALUE_AFTER_CHANGE,
        date(2013, 3, 31),
        date(2013, 3, 31),
        1,
        frozenset({AGREED}),
        2,
    )
    claims = (
        ClaimView(1, 1, 2011, "waiting" if is_so["claim_waits"] else "paid", 10, None, CLAIMANT, None),
        ClaimView(2, 2, 2011, "checked" if is_so["claim_checked"] else "paid", 10, 10, CLAIMANT, None),
    )
    return MonitoringFacts(
        plan,
        claims,
        1 if is_so["closure_proposed"] else None,
        Branches(
            total_pence=VALUE,
            ends_on=TODAY - DAY if is_so["work_over"] else date(2013, 3, 31),
            reports=(report,),
            change=change if is_so["change_waits"] else None,
            asked_back=1000 if is_so["asked_back"] else 0,
            is_transitional=True,
            transition_ends_on=date(2013, 3, 31) if is_so["support_ends"] else None,
            is_paused=is_so["payments_paused"],
            accept_until=NOW + timedelta(seconds=1) if is_so["in_time"] else NOW,
        ),
    )


def form_of(name: str, world: World) -> dict[str, Any]:
    """The form of an action, filled in as the world says."""
    is_so, how = world.facts, world.how
    common: dict[str, Any] = {"reason": "Because of this."} if is_so["reason_given"] else {"reason": "  "}
    return common | (_FORMS[name](is_so, how) if name in _FORMS else {})


def _first_check(is_so: Mapping[str, bool], how: How) -> dict[str, Any]:
    answers = dict.fromkeys(CRITERIA, True)
    if not is_so["criteria_answered"]:
        answers = {"complete": True} if how("criteria_answered") else answers | {"power_fits": False}
    return {"answers": answers}


def _opening(is_so: Mapping[str, bool], how: How) -> dict[str, Any]:
    closes = (
        TODAY + 28 * DAY
        if is_so["closing_date_good"]
        else (TODAY + 20 * DAY, None, TODAY + 900 * DAY)[how("closing_date_good")]
    )
    return {
        "consultees": "all" if is_so["councils_chosen"] else "",
        "kind": "full" if is_so["covered_allowed"] else "covered",
        "closes_on": closes,
        "reason": "Because of this." if is_so["reason_given"] else "",
        "election_reason": "It cannot wait." if is_so["election_explained"] else " ",
    }


def _recommendation(is_so: Mapping[str, bool], how: How) -> dict[str, Any]:
    wanted = (
        {2011: YEAR_PENCE}
        if is_so["amounts_fit"]
        else ({2011: 0}, {2011: YEAR_PENCE + 1})[how("amounts_fit")]
    )
    tests = ACCOUNTING_TESTS if is_so["tests_answered"] else ACCOUNTING_TESTS[:3]
    return {
        "tests": dict.fromkeys(tests, True),
        "amounts": wanted,
        "marks": ["novel"] if is_so["marks_put"] else [],
        "marked_why": "Nobody did it before." if is_so["marks_explained"] else "",
    }


def _letter(is_so: Mapping[str, bool], how: How) -> dict[str, Any]:
    good, copied = is_so["letter_dated"], is_so["copied_to_both"]
    return {
        "dated_on": TODAY if good else (TODAY + DAY, None, TODAY)[how("letter_dated")],
        "document": b"letter" if good or how("letter_dated") != 2 else None,
        "copied_to_auditor": copied or how("copied_to_both") != 0,
        "copied_to_treasury": copied or how("copied_to_both") != 1,
        "publish_on": TODAY if copied or how("copied_to_both") != 2 else None,
        "minister": "A minister",
    }


def _change(is_so: Mapping[str, bool], how: How) -> dict[str, Any]:
    after = {2011: YEAR_PENCE, 2012: YEAR_PENCE * 3 // 2}
    kind, ends_on = "amount_up", date(2013, 3, 31)
    if not is_so["changes_something"]:
        after[2012], kind = YEAR_PENCE, ("amount_up", "time")[how("changes_something")]
    if not is_so["leaves_what_happened"]:
        after, ends_on = (after | {2010: 1}, ends_on) if how("leaves_what_happened") else (after, TODAY - DAY)
    return {"kind": kind, "amounts": after, "ends_on": ends_on}


def _claim(is_so: Mapping[str, bool], how: How) -> dict[str, Any]:
    if is_so["claim_fits"]:
        return {"year": 2011, "amount_pence": 100}
    return ({"year": 2011, "amount_pence": 2 * VALUE}, {"year": 2012, "amount_pence": 1}, {"year": 2011})[
        how("claim_fits")
    ]


def _checked(is_so: Mapping[str, bool], how: How) -> dict[str, Any]:
    if is_so["check_fits"]:
        return {"claim_id": 1, "accepted_pence": 10}
    return (
        {"claim_id": 1, "accepted_pence": 11}
        if how("check_fits") == 0
        else {"claim_id": 1, "accepted_pence": 9, "reason": ""}
    )


def _year_end(is_so: Mapping[str, bool], how: How) -> dict[str, Any]:
    carried = 0 if is_so["year_adds_up"] else (VALUE, 1)[how("year_adds_up")]
    return {
        "year": 2010,
        "accrued_pence": 0,
        "carried_pence": carried,
        "agreement": "LGF/1" if how("year_adds_up") == 0 else "",
    }


_FORMS: Mapping[str, Callable[[Mapping[str, bool], How], dict[str, Any]]] = {
    "pass_first_check": _first_check,
    "return_bid": lambda is_so, _how: {"defects": [{"text": "Add it up."}] if is_so["defects_named"] else []},
    "propose_ineligible": lambda is_so, _how: {
        "criterion": "not_operational" if is_so["criterion_named"] else "none"
    },
    "open_consultation": _opening,
    "restart_consultation": _opening,
    "extend_consultation": lambda is_so, how: {
        "closes_on": TODAY + 20 * DAY if is_so["later_date"] else (TODAY - 2 * DAY, None)[how("later_date")]
    },
    "accept_late": lambda is_so, _how: {"response_id": 9 if is_so["late_chosen"] else 8},
    "recommend": _recommendation,
    "approve": lambda is_so, _how: {"no_conflict": is_so["no_conflict_declared"]},
    "approve_referred": lambda is_so, _how: {"no_conflict": is_so["no_conflict_declared"]},
    "defer": lambda is_so, how: {
        "until_on": date(2012, 3, 30)
        if is_so["within_the_year"]
        else (date(2012, 4, 2), TODAY)[how("within_the_year")]
    },
    "record_consent": _letter,
    "record_direction": _letter,
    "seek_direction": lambda is_so, _how: {
        "objections": {"propriety": "It is not proper."} if is_so["objection_stated"] else {}
    },
    "make_claim": _claim,
    "check_claim": _checked,
    "pay_claim": lambda _is_so, _how: {"claim_id": 2},
    "settle_year": _year_end,
    "ask_variation": _change,
    "terminate": lambda is_so, _how: {"notice_ends_on": TODAY if is_so["notice_given"] else TODAY - DAY},
    "propose_closure": lambda is_so, _how: {"eligible_pence": 1 if is_so["spent_told"] else None},
    "record_recovery": lambda _is_so, _how: {"amount_pence": 500},
}
