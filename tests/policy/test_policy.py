"""The definition against the rules of the domain: a part of the matrix and of the mutants; `make policy` asks all of it."""

from dataclasses import replace

import pytest

from tests.policy import matrix, mutants, oracle
from workflow.wiring.bid import BID

EVERY = 17
"""The short form asks every so-manieth world that changes one fact, and makes as many of the mutants of roles and edges."""

LEAST_CELLS = 300_000
LEAST_MUTANTS = 400


def test_the_definition_leads_where_the_rules_lead_and_records_the_same_steps() -> None:
    assert matrix.structure(BID) == []


def test_the_engine_allows_exactly_what_the_rules_allow() -> None:
    answers = [matrix.compare(BID, name, every=EVERY) for name in oracle.TABLE]
    assert [told for answer in answers for told in answer.differences][:10] == []
    assert sum(answer.cells for answer in answers) > LEAST_CELLS
    assert all(answer.allowed for answer in answers), "an action that nobody can ever do tests nothing"


def test_the_engine_offers_exactly_what_the_rules_allow_before_a_form_is_filled_in() -> None:
    answer = matrix.compare_offers(BID, every=EVERY)
    assert answer.differences[:10] == []
    assert 0 < answer.allowed < answer.cells


def test_every_broken_definition_is_noticed_but_those_with_a_reason() -> None:
    made, left = mutants.survivors(BID, every=EVERY)
    assert made > LEAST_MUTANTS
    assert {one.name for one in left} <= set(mutants.SURVIVORS)


def test_a_reason_is_kept_for_no_other_mutants_than_those_that_live() -> None:
    made = {one.name: one for action in BID.actions for one in mutants.mutants_of(action)}
    assert [name for name in mutants.SURVIVORS if mutants.is_killed(BID, made[name])] == []


@pytest.mark.parametrize(
    ("name", "who"), [("approve", "all, did appraise"), ("pay_claim", "all, covers who did check")]
)
def test_a_rule_that_is_left_out_is_told_in_words(name: str, who: str) -> None:
    careless = tuple(replace(one, guards=()) if one.name == name else one for one in BID.actions)
    told = matrix.compare(replace(BID, actions=careless), name, every=EVERY).differences
    assert any(f"by “{who}”" in one and "the rules say no, the engine says " in one for one in told)
