"""Who may do what to a bid, as plain data and plain booleans, transcribed from the rules of the domain.

Nothing here comes from the definition or from a guard, and nothing of the product is imported: sections 4, 5 and 8 of the
domain were read, and written down once more. Where the product and this table differ, one of the two misread the rules.

A line of the table says who (`who`, roles), from where (`start`), to where (`to`), which facts must hold (`needs`: all of
them; `!` before a fact means not, `|` means or, and `state:` before it only there), what the form must say (`form`), and what
the person may never have done on this bid (`never`), or never for the one thing that the form chooses (`never_own`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

BODY = {"drafter", "signatory"}
DEPARTMENT = {
    "case_officer",
    "second_officer",
    "assessor",
    "approver",
    "accounting_officer",
    "finance_officer",
    "grant_manager",
    "payment_authoriser",
    "senior_officer",
    "head_of_team",
}
SYSTEM = "system"
ROLES = BODY | DEPARTMENT | {SYSTEM}

LIVE_BEFORE_ACTIVE = (
    "draft submitted screening returned consulting responding appraisal deciding deferred referred direction_sought "
    "approved offered"
)
STATES = frozenset(
    f"{LIVE_BEFORE_ACTIVE} ineligible rejected declined active suspended closing terminated closed lapsed withdrawn".split()
)


@dataclass(frozen=True)
class Person:
    """Who acts, as the rules see them.

    `holds` are roles held for the department of the bid or for its lead body. `did` are the steps of this bid that the person,
    or somebody they stand in for, ever did. `connected`: a conflict of interest with the lead, a partner or the bid.
    `takes_part`: their own organisation is the lead or a partner.
    `limit` is below, at or above the value, or none.
    """

    holds: frozenset[str]
    did: frozenset[str] = frozenset()
    connected: bool = False
    takes_part: bool = False
    judged_before_appeal: bool = False
    approved_now: bool = False
    agreed_to_change: bool = False
    limit: str = "above"


@dataclass(frozen=True)
class Rule:
    """One line of the table; every text is a list of words."""

    who: str
    start: str
    to: str = ""
    needs: str = ""
    form: str = ""
    never: str = ""
    never_own: str = ""
    reason: bool = False
    free: bool = False
    outsider: bool = False
    fresh: bool = False
    limit: bool = False
    own_vote: bool = False
    no_second_say: bool = False
    counts_as: str = ""


_DECIDERS = "approver accounting_officer"
_EARLIER = "submit appraise"
_RUNNING = "active suspended closing"

TABLE: Mapping[str, Rule] = {
    # The bid and its first check.
    "submit": Rule(
        "signatory", "draft returned", "submitted",
        "draft:round_open returned:in_time sections_complete amount_fits power_fits", counts_as="submit",
    ),
    "lapse_draft": Rule(SYSTEM, "draft", "lapsed", "round_over"),
    "lapse_returned": Rule(SYSTEM, "returned", "lapsed", "!in_time"),
    "take_case": Rule(start="submitted", to="screening", counts_as="screen", who="case_officer", outsider=True),
    "pass_first_check": Rule(
        start="screening", needs="!finding_waits !check_passed", form="criteria_answered", counts_as="screen",
        who="case_officer", outsider=True
    ),
    "return_bid": Rule(
        start="screening", to="returned", needs="!finding_waits", form="defects_named", counts_as="screen",
        who="case_officer", outsider=True
    ),
    "propose_ineligible": Rule(
        start="screening", needs="!finding_waits", form="criterion_named", reason=True, counts_as="screen",
        who="case_officer", outsider=True
    ),
    "confirm_ineligible": Rule(
        "second_officer", "screening", "ineligible", "finding_waits", never="screen", outsider=True, counts_as="exclude"
    ),
    "decline_ineligible": Rule(
        "second_officer", "screening", "", "finding_waits", never="screen", outsider=True, reason=True
    ),
    "ask_review": Rule("signatory", "ineligible", "", "review_in_time !review_asked_once", reason=True),
    "accept_review": Rule(
        "second_officer head_of_team", "ineligible", "screening", "review_waits",
        never="screen exclude", outsider=True, reason=True, counts_as="review",
    ),
    "refuse_review": Rule(
        "second_officer head_of_team", "ineligible", "", "review_waits",
        never="screen exclude", outsider=True, reason=True, counts_as="review",
    ),
    # What councils say.
    "open_consultation": Rule(
        start="screening", to="consulting", needs="check_passed !finding_waits",
        form="councils_chosen closing_date_good covered_allowed election_explained", who="case_officer", outsider=True,
    ),
    "extend_consultation": Rule(
        start="consulting", needs="!consultation_over", form="later_date", reason=True, who="case_officer", outsider=True
    ),
    "restart_consultation": Rule(
        start="consulting responding", to="consulting", needs="material_change|objected_to_covered",
        form="closing_date_good election_explained", reason=True, who="case_officer", outsider=True,
    ),
    "close_consultation": Rule(SYSTEM, "consulting", "responding", "consultation_over"),
    "accept_late": Rule(
        start="responding", needs="late_in_time", form="late_chosen", reason=True, who="case_officer", outsider=True
    ),
    "send_change": Rule(
        "signatory", "consulting responding", "", "text_changed sections_complete amount_fits power_fits"
    ),
    "send_response": Rule(
        "drafter signatory", "responding", "", "!response_sent every_answer_considered !text_changed"
    ),
    "accept_response": Rule(
        start="responding", to="appraisal",
        needs="response_sent every_answer_considered !answer_held !material_change !objected_to_covered !text_changed",
        who="case_officer", outsider=True,
    ),
    # Assessment and decision.
    "recommend": Rule(
        "assessor", "appraisal", "deciding|referred", "power_fits",
        form="tests_answered marks_explained amounts_fit money_left", never="submit approve propose_rejection reject",
        counts_as="appraise", free=True, fresh=True,
    ),
    "advise_rejection": Rule(
        "assessor", "appraisal", "", never="submit approve propose_rejection reject", reason=True, counts_as="appraise",
        free=True, fresh=True,
    ),
    "reject_on_advice": Rule(
        "approver", "appraisal", "rejected", "rejection_advised", never=f"{_EARLIER} approve", reason=True, counts_as="reject",
        free=True, fresh=True
    ),
    "approve": Rule(
        "approver", "deciding", "deciding|approved",
        "!marked !rejection_waits power_fits version_is_assessed money_set_aside", form="no_conflict_declared",
        never=f"{_EARLIER} approve", reason=True, limit=True, counts_as="approve", free=True, fresh=True,
    ),
    "send_back": Rule(
        _DECIDERS, "deciding referred direction_sought approved", "appraisal", "approved:year_is_over|!power_fits unpaid",
        never=_EARLIER, reason=True, free=True, fresh=True,
    ),
    "defer": Rule(
        _DECIDERS, "deciding referred", "deferred", form="within_the_year", never=_EARLIER, reason=True, free=True, fresh=True
    ),
    "resume": Rule(f"{_DECIDERS} system", "deferred", "deciding|referred", never=_EARLIER, free=True, fresh=True),
    "declare_conflict": Rule("approver", "deciding referred", own_vote=True, reason=True),
    "refer": Rule("approver", "deciding", "referred", never=_EARLIER, reason=True, free=True, fresh=True),
    "record_consent": Rule("finance_officer", "referred", "", "marked", form="letter_dated", free=True),
    "approve_referred": Rule(
        "accounting_officer", "referred", "approved",
        "!marked|consented !rejection_waits power_fits version_is_assessed money_set_aside", form="no_conflict_declared",
        never=f"{_EARLIER} approve", reason=True, counts_as="approve", free=True, fresh=True,
    ),
    "seek_direction": Rule(
        "accounting_officer", "referred", "direction_sought", form="objection_stated",
        never=f"{_EARLIER} approve", free=True, fresh=True,
    ),
    "record_direction": Rule(
        "accounting_officer", "direction_sought", "approved", "power_fits version_is_assessed money_set_aside",
        form="letter_dated copied_to_both", never=f"{_EARLIER} approve", counts_as="approve", free=True, fresh=True,
    ),
    "give_up_direction": Rule(
        "accounting_officer", "direction_sought", "rejected", "unpaid",
        never=f"{_EARLIER} approve", reason=True, counts_as="reject", free=True, fresh=True,
    ),
    "reject": Rule(
        _DECIDERS, "deciding referred", "rejected", "!two_people_reject unpaid",
        never=f"{_EARLIER} approve", reason=True, counts_as="reject", free=True, fresh=True,
    ),
    "propose_rejection": Rule(
        _DECIDERS, "deciding referred", "", "two_people_reject !rejection_waits",
        never=f"{_EARLIER} approve", reason=True, counts_as="propose_rejection", free=True, fresh=True,
    ),
    "confirm_rejection": Rule(
        _DECIDERS, "deciding referred", "rejected", "rejection_waits unpaid",
        never=f"{_EARLIER} approve propose_rejection", counts_as="reject", free=True, fresh=True,
    ),
    "decline_rejection": Rule(
        _DECIDERS, "deciding referred", "", "rejection_waits", never=f"{_EARLIER} propose_rejection", reason=True,
        free=True, fresh=True
    ),
    "ask_appeal": Rule("signatory", "rejected", "", "appeal_in_time !appealed_once", reason=True),
    "accept_appeal": Rule("accounting_officer", "rejected", "appraisal", "appeal_waits", reason=True, free=True),
    "refuse_appeal": Rule(
        "accounting_officer senior_officer", "rejected", "", "appeal_waits",
        never="appraise approve propose_rejection reject", reason=True, free=True,
    ),
    # The award.
    "offer": Rule(
        "finance_officer",
        "approved",
        "offered",
        "support_ends power_fits award_adds_up !year_is_over",
        free=True,
        counts_as="offer",
    ),
    "accept_offer": Rule("signatory", "offered", "active", "in_time !work_over"),
    "decline_offer": Rule("signatory", "offered", "declined", "unpaid", reason=True),
    "lapse_offer": Rule(SYSTEM, "offered", "lapsed", "unpaid"),
    "send_return": Rule("drafter signatory", _RUNNING, "", "report_owed"),
    "make_claim": Rule("drafter signatory", "active closing", "", "!closure_proposed", form="claim_fits"),
    "check_claim": Rule(
        "grant_manager", "active closing terminated", "", "claim_waits", form="check_fits", never_own="claim",
        free=True, counts_as="check",
    ),
    "pay_claim": Rule(
        "payment_authoriser", "active closing terminated", "",
        "claim_checked !payments_held active:!payments_paused closing:!payments_paused",
        never="submit appraise approve check", free=True, counts_as="pay",
    ),
    "suspend": Rule("senior_officer", "active", "suspended", reason=True, free=True),
    "lift_suspension": Rule(
        "approver", "suspended closing", "active|closing", "payments_paused", reason=True, free=True
    ),
    "settle_year": Rule(
        "finance_officer", _RUNNING, "", "!closure_proposed year_is_over", form="year_adds_up", reason=True, free=True
    ),
    "ask_variation": Rule(
        "signatory", "active", "", "!change_waits", form="changes_something leaves_what_happened", reason=True
    ),
    "agree_variation": Rule(
        "approver", "active", "", "change_waits change_money_left", never="submit appraise check pay",
        limit=True, free=True, no_second_say=True, counts_as="approve",
    ),
    "refuse_variation": Rule("approver", "active", "", "change_waits", reason=True, free=True),
    "withdraw_variation": Rule("signatory", "active", "", "change_waits", reason=True),
    "start_closing": Rule("senior_officer", "active", "closing", "!claim_waits !claim_checked", reason=True, free=True),
    "end_award": Rule(SYSTEM, "active suspended", "closing"),
    "terminate": Rule(
        "approver", _RUNNING, "terminated", "!closure_proposed", form="notice_given", reason=True, free=True
    ),
    "propose_closure": Rule(
        "finance_officer", "closing terminated", "", "!closure_proposed !claim_waits !claim_checked", form="spent_told|unpaid",
        free=True, counts_as="propose_closure",
    ),
    "confirm_closure": Rule(
        "senior_officer", "closing terminated", "closed", "closure_proposed money_closes",
        never="propose_closure", free=True,
    ),
    "decline_closure": Rule(
        "senior_officer", "closing terminated", "", "closure_proposed", never="propose_closure", reason=True, free=True
    ),
    "record_recovery": Rule("finance_officer", "closed", "", "asked_back", free=True),
    "withdraw": Rule("signatory", LIVE_BEFORE_ACTIVE, "withdrawn", "unpaid", reason=True),
}  # fmt: skip


def holds(words: str, state: str, facts: Mapping[str, bool]) -> bool:
    """Whether every word of a line holds: a fact, `!` for its opposite, `|` for either, `state:` for there only."""
    for word in words.split():
        where, _, claim = word.rpartition(":")
        if where and where != state:
            continue
        if not any(facts[one.lstrip("!")] is not one.startswith("!") for one in claim.split("|")):
            return False
    return True


def allowed(
    rule: Rule, state: str, person: Person, facts: Mapping[str, bool], *, filled: bool = True
) -> bool:
    """Whether the person may do it there and then; `filled` is False when one only asks and no form is filled in."""
    return (
        state in rule.start.split()
        and comes(rule, person)
        and holds(rule.needs, state, facts)
        and (not filled or (well_filled(rule, state, facts) and not chooses_own(rule, person)))
    )


def comes(rule: Rule, person: Person) -> bool:
    """Whether it is this person's to do, whatever the facts."""
    return bool(person.holds & set(rule.who.split())) and not barred(rule, person)


def well_filled(rule: Rule, state: str, facts: Mapping[str, bool]) -> bool:
    """Whether the form says what it must."""
    return holds(rule.form, state, facts) and (facts["reason_given"] or not rule.reason)


def chooses_own(rule: Rule, person: Person) -> bool:
    """Whether the form chooses what the person made; with no form there may be another one to choose."""
    return bool(person.did & set(rule.never_own.split()))


def barred(rule: Rule, person: Person) -> bool:
    """Whether the person is kept away, whatever the facts. The calendar is nobody, and nothing bars it."""
    if person.holds == {SYSTEM}:
        return False
    return bool(
        (person.did & set(rule.never.split()))
        or (rule.free and person.connected)
        or (rule.outsider and person.takes_part)
        or (rule.fresh and person.judged_before_appeal)
        or (rule.limit and person.limit in {"none", "below"})
        or (rule.own_vote and not person.approved_now)
        or (rule.no_second_say and person.agreed_to_change)
    )


def lands(name: str, state: str, facts: Mapping[str, bool]) -> str:
    """Where the bid stands afterwards."""
    match name:
        case "recommend":
            return "referred" if facts["marks_put"] or facts["above_every_limit"] else "deciding"
        case "approve":
            return "approved" if facts["last_vote"] else "deciding"
        case "resume":
            return "referred" if facts["was_referred"] else "deciding"
        case "lift_suspension":
            return "active" if state == "suspended" else "closing"
        case _:
            return TABLE[name].to or state
