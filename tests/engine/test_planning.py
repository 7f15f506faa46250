from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.samples import ALL_FACTS, PAPER, case_in, holding, with_action
from workflow.engine import (
    SYSTEM_ACTOR,
    Actor,
    DeadlineRule,
    Guard,
    GuardContext,
    Offer,
    Plan,
    Reason,
    Refusal,
    UndeclaredTarget,
    offers,
    plan,
)

GRANTING = {"amount_pence": 100, "reason": "Good."}


def codes(answer: Plan | Refusal | Offer) -> list[str]:
    assert not isinstance(answer, Plan), answer
    return [reason.code for reason in answer.reasons]


def offer_of(name: str, state: str, actor: Actor, facts: dict[str, Any]) -> Offer:
    return next(one for one in offers(PAPER, case_in(state), actor, facts) if one.action.name == name)


def test_every_action_that_starts_in_the_state_is_offered_in_order_blocked_ones_too() -> None:
    found = offers(PAPER, case_in("judging"), holding("judge"), {})
    assert [one.action.name for one in found] == ["grant", "look_again", "restart", "refuse"]
    assert [one.may for one in found] == [False, True, True, True]


def test_a_blocked_action_lists_every_reason_and_not_only_the_first() -> None:
    actor = holding("writer")
    assert codes(offer_of("grant", "judging", actor, {"writer_id": 1})) == [
        "role_not_held",
        "no_text",
        "no_money",
        "same_person",
    ]


def test_a_role_not_held_says_who_can() -> None:
    reason = offer_of("refuse", "judging", holding("writer"), ALL_FACTS).reasons[0]
    assert (reason.who, reason.how) == ("judge of papers or chair", "Ask the judge of papers or chair.")


def test_what_the_calendar_does_is_shown_to_a_person_as_blocked() -> None:
    assert codes(offer_of("lapse", "draft", holding("writer", "system"), ALL_FACTS)) == ["only_system"]
    assert offer_of("lapse", "draft", SYSTEM_ACTOR, ALL_FACTS).may


def test_the_system_holds_no_role_of_a_person() -> None:
    pretender = Actor(None, frozenset({"judge"}), is_system=True)
    assert codes(offer_of("look_again", "judging", pretender, ALL_FACTS)) == ["role_not_held"]


def test_a_guard_on_the_form_is_left_out_when_one_only_asks_and_runs_when_one_acts() -> None:
    assert offer_of("grant", "judging", holding("judge"), ALL_FACTS).may
    refused = plan(PAPER, case_in("judging"), "grant", holding("judge"), ALL_FACTS, {"reason": "Good."})
    assert codes(refused) == ["no_amount"]


def test_all_guards_run_even_when_the_first_refuses() -> None:
    ran: list[str] = []

    def noted(name: str) -> Guard:
        def check(_context: GuardContext) -> Reason:
            ran.append(name)
            return Reason(name, f"{name} refuses.")

        return Guard(name, check)

    workflow = with_action("look_again", guards=(noted("one"), noted("two"), noted("three")))
    assert codes(plan(workflow, case_in("judging"), "look_again", holding("judge"), {})) == [
        "one",
        "two",
        "three",
    ]
    assert ran == ["one", "two", "three"]


def test_a_refusal_lists_the_role_the_guards_and_the_missing_reason_together() -> None:
    refused = plan(PAPER, case_in("judging"), "grant", holding("writer"), {"writer_id": 1}, {"reason": "  "})
    assert codes(refused) == [
        "role_not_held",
        "no_text",
        "no_money",
        "same_person",
        "no_amount",
        "reason_missing",
    ]
    assert isinstance(refused, Refusal)
    assert [reason.field for reason in refused.reasons[-2:]] == ["amount", "reason"]


@pytest.mark.parametrize("given_reason", [None, "", " \n", 7])
def test_a_reason_that_is_no_text_counts_as_missing(given_reason: object) -> None:
    data = {"amount_pence": 100, "reason": given_reason}
    assert codes(plan(PAPER, case_in("judging"), "grant", holding("judge"), ALL_FACTS, data)) == [
        "reason_missing"
    ]


def test_who_covers_for_the_writer_counts_as_the_writer() -> None:
    actor = holding("judge", person_id=2, principal_ids=frozenset({1}))
    assert codes(offer_of("grant", "judging", actor, ALL_FACTS | {"writer_id": 1})) == ["same_person"]
    assert SYSTEM_ACTOR.counted_ids == frozenset()


def test_an_action_of_another_state_is_refused_with_the_state_it_is_in() -> None:
    refused = plan(PAPER, case_in("judging"), "submit", holding("judge"), ALL_FACTS)
    assert codes(refused) == ["wrong_state", "role_not_held"]
    assert isinstance(refused, Refusal)
    assert "“Being judged”" in refused.reasons[0].text
    assert refused.reasons[0].who == "judge of papers"


def test_a_case_in_a_state_that_the_definition_does_not_know_can_only_be_read() -> None:
    case = case_in("melted")
    assert offers(PAPER, case, holding("judge"), ALL_FACTS) == ()
    assert codes(plan(PAPER, case, "refuse", holding("judge"), ALL_FACTS)) == ["wrong_state"]


def test_an_unknown_action_is_refused() -> None:
    assert codes(plan(PAPER, case_in("draft"), "x" * 9000, holding("writer"), {})) == ["unknown_action"]


@pytest.mark.parametrize("pin", [{"version": 2}, {"workflow_key": "bid"}])
def test_a_case_pinned_to_another_definition_can_only_be_read(pin: dict[str, Any]) -> None:
    case = case_in("draft", **pin)
    assert offers(PAPER, case, holding("writer"), ALL_FACTS) == ()
    assert codes(plan(PAPER, case, "submit", holding("writer"), ALL_FACTS)) == ["other_version"]


def test_a_plan_says_all_that_follows() -> None:
    assert plan(PAPER, case_in("draft"), "submit", holding("writer"), ALL_FACTS) == Plan(
        action="submit",
        old_state="draft",
        new_state="judging",
        effects=("snapshot",),
        money=(),
        cancel=True,
        arm=(DeadlineRule("judgement", escalates_only=True),),
        notices=("paper_received",),
        event="paper_sent",
        duty="submit",
    )


def planned(state: str, action: str, facts: dict[str, Any], data: dict[str, Any] | None = None) -> Plan:
    made = plan(PAPER, case_in(state), action, holding("judge"), ALL_FACTS | facts, data)
    assert isinstance(made, Plan), made
    return made


def test_a_vote_below_the_quorum_keeps_the_state_and_its_deadline() -> None:
    made = planned("judging", "grant", {"votes": 0}, GRANTING)
    assert (made.new_state, made.moves, made.cancel, made.arm) == ("judging", False, False, ())
    assert (made.effects, made.money, made.duty) == (("record_vote",), ("commit",), "judge")


def test_the_last_vote_moves_the_case_and_ends_the_deadline_of_the_state_it_leaves() -> None:
    made = planned("judging", "grant", {"votes": 1}, GRANTING)
    assert (made.new_state, made.moves, made.cancel, made.arm) == ("granted", True, True, ())


def test_a_restart_keeps_the_state_and_begins_its_deadline_again() -> None:
    made = planned("judging", "restart", {})
    assert (made.moves, made.cancel, [rule.kind for rule in made.arm]) == (False, True, ["judgement"])


def test_a_decision_for_an_undeclared_state_is_a_fault_of_the_code() -> None:
    with pytest.raises(UndeclaredTarget, match="'ended'"):
        planned("judging", "grant", {}, GRANTING | {"outcome": "ended"})


FACTS = st.fixed_dictionaries(
    {
        "text": st.booleans(),
        "money": st.booleans(),
        "time_left": st.booleans(),
        "votes": st.integers(0, 3),
        "writer_id": st.integers(1, 3),
    }
)
ACTORS = st.one_of(
    st.just(SYSTEM_ACTOR),
    st.builds(
        Actor,
        st.integers(1, 3),
        st.frozensets(st.sampled_from(["writer", "judge", "chair", "clerk", "system"])),
        st.just(False),
        st.frozensets(st.integers(1, 3), max_size=1),
    ),
)


@given(st.sampled_from(PAPER.states), ACTORS, FACTS)
def test_what_is_offered_is_what_a_complete_form_achieves(
    state: Any, actor: Actor, facts: dict[str, Any]
) -> None:
    offered = offers(PAPER, case_in(state.name), actor, facts)
    for one in offered:
        answer = plan(PAPER, case_in(state.name), one.action.name, actor, facts, GRANTING)
        assert isinstance(answer, Plan) == one.may
        assert not isinstance(answer, Refusal) or answer.reasons == one.reasons
    elsewhere = {action.name for action in PAPER.actions} - {one.action.name for one in offered}
    for name in elsewhere:
        assert isinstance(plan(PAPER, case_in(state.name), name, actor, facts, GRANTING), Refusal)


@given(st.sampled_from(PAPER.states), ACTORS, FACTS)
def test_no_action_is_blocked_without_a_reason_that_can_be_read(
    state: Any, actor: Actor, facts: dict[str, Any]
) -> None:
    for action in PAPER.actions:
        answer = plan(PAPER, case_in(state.name), action.name, actor, facts)
        if isinstance(answer, Refusal):
            assert answer.reasons
            assert all(reason.code and reason.text.endswith(".") and reason.how for reason in answer.reasons)


def test_asking_changes_nothing_and_answers_the_same_twice() -> None:
    facts = dict(ALL_FACTS)
    first = offers(PAPER, case_in("judging"), holding("judge"), facts)
    assert offers(PAPER, case_in("judging"), holding("judge"), facts) == first
    assert facts == ALL_FACTS
