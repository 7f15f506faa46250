from dataclasses import replace
from typing import Any

import pytest

from tests.engine.samples import (
    ACTIONS,
    COMPLETE,
    FUNDED,
    IN_TIME,
    PAPER,
    REGISTRY,
    STATES,
    adding,
    is_not_writer,
    refuses_unless,
    with_action,
    with_state,
    without,
)
from workflow.engine import (
    NOBODY,
    SYSTEM,
    Action,
    DeadlineRule,
    Guard,
    Registry,
    Role,
    State,
    Workflow,
    validate,
)

LIVE = State("extra", "Extra", "judge", "Extra", waiver="For the test.")
BACK = Action("back", "Send back", ("judging",), ("extra",), ("judge",), "sent_back")


def leaving(target: str, **changes: Any) -> Action:
    return replace(Action("leave", "Leave", ("extra",), (target,), ("judge",), "left"), **changes)


def test_a_sound_definition_has_no_problem() -> None:
    assert validate(PAPER) == []
    assert validate(PAPER, registry=REGISTRY) == []


MUTANTS: dict[str, tuple[Workflow, str]] = {
    "no initial state": (
        with_state("draft", initial=False),
        "there must be exactly one initial state, and there are 0",
    ),
    "two initial states": (
        with_state("judging", initial=True),
        "there must be exactly one initial state, and there are 2: draft, judging",
    ),
    "state twice": (adding(STATES[0]), "state draft is there 2 times"),
    "state label twice": (
        with_state("review", label="Being judged"),
        "state label Being judged is there 2 times",
    ),
    "action twice": (adding(ACTIONS[0]), "action submit is there 2 times"),
    "role twice": (adding(Role("chair", "the chair")), "role chair is there 2 times"),
    "source twice": (
        with_action("pay", sources=("granted",) * 2),
        "action pay: source granted is there 2 times",
    ),
    "guard twice": (
        with_action("submit", guards=(COMPLETE,) * 2),
        "action submit: guard complete is there 2 times",
    ),
    "money effect among the others": (
        with_action("pay", effects=("pay",)),
        "action pay: effect pay is there 2 times",
    ),
    "one guard name for two checks": (
        with_action("submit", guards=(Guard("complete", is_not_writer),)),
        "guard complete is there 2 times with different checks",
    ),
    "no label": (with_state("review", label=" "), "state review: a label or an outside label is missing"),
    "no outside label": (
        with_state("review", outside_label=""),
        "state review: a label or an outside label is missing",
    ),
    "no action label": (
        with_action("end", label=""),
        "action end: a label or the name of its event is missing",
    ),
    "no event": (with_action("end", event=""), "action end: a label or the name of its event is missing"),
    "unknown source": (
        with_action("pay", sources=("granted", "melted")),
        "action pay: unknown source melted",
    ),
    "unknown target": (
        with_action("look_again", targets=("melted",)),
        "action look_again: unknown target melted",
    ),
    "unreachable": (adding(LIVE, leaving("ended")), "state extra: unreachable"),
    "dead end": (adding(LIVE, BACK), "state extra: a dead end, no action leads out of it"),
    "dead end with a step on the spot": (
        adding(LIVE, BACK, leaving("extra")),
        "state extra: a dead end, no action leads out of it",
    ),
    "no path to an end": (
        adding(
            LIVE,
            State("other", "Other", "judge", "Other", waiver="For the test."),
            BACK,
            leaving("other"),
            Action("return", "Return", ("other",), ("extra",), ("judge",), "returned"),
        ),
        "state other: no path to an end",
    ),
    "way out of an end": (
        with_action("end", sources=("waiting", "lapsed"), targets=("ended",)),
        "action end: a way out of the end lapsed",
    ),
    "reopening without a limit": (
        with_action("appeal", reopens_within=None),
        "action appeal: a way out of the end refused",
    ),
    "reopening of nothing": (
        with_action("pay", reopens_within="appeal"),
        "action pay: declared a reopening, but starts in no end",
    ),
    "reopening that nothing holds": (
        with_action("appeal", guards=()),
        "action appeal: a reopening without a guard that holds its time limit",
    ),
    "no owner": (with_state("review", owner=""), "state review: a live state without an owner"),
    "nobody owns a live state": (
        with_state("review", owner=NOBODY),
        "state review: a live state without an owner",
    ),
    "idle owner": (
        with_state("judging", owner="clerk"),
        "state judging: its owner clerk can do nothing there",
    ),
    "no deadline, no waiver": (
        with_state("review", waiver=None),
        "state review: no deadline, and no written reason why",
    ),
    "empty waiver": (
        with_state("review", waiver=" "),
        "state review: no deadline, and no written reason why",
    ),
    "deadline and waiver": (
        with_state("judging", waiver="None."),
        "state judging: a deadline and a reason why there is none",
    ),
    "no breach action": (
        with_state("draft", breach_action=None),
        "state draft: its deadline has no breach action and does not say that it only escalates",
    ),
    "breach action without a deadline": (
        with_state("review", breach_action="refuse"),
        "state review: a breach action without a deadline that calls it",
    ),
    "breach action beside an escalation": (
        with_state("judging", breach_action="refuse"),
        "state judging: a breach action without a deadline that calls it",
    ),
    "unknown breach action": (
        with_state("draft", breach_action="melt"),
        "state draft: unknown breach action melt",
    ),
    "breach action of another state": (
        with_state("draft", breach_action="end"),
        "state draft: breach action end is not allowed there",
    ),
    "breach action of people": (
        with_action("lapse", roles=("writer",)),
        "state draft: breach action lapse is not open to system",
    ),
    "breach action with a reason": (
        with_action("lapse", reason_required=True),
        "state draft: breach action lapse asks for a reason, which system cannot write",
    ),
    "no source": (with_action("restart", sources=()), "action restart: no source or no target"),
    "no target": (with_action("restart", targets=()), "action restart: no source or no target"),
    "undecided": (
        with_action("grant", decide=None),
        "action grant: several targets, and nothing decides between them",
    ),
    "nobody may": (with_action("restart", roles=()), "action restart: nobody may do it"),
    "money untested": (
        with_action("pay", guards=(COMPLETE,)),
        "action pay: a money effect without a money guard",
    ),
    "system goes round": (
        adding(
            LIVE,
            BACK,
            leaving("granted", roles=("judge", SYSTEM)),
            replace(BACK, name="again", sources=("granted",), roles=(SYSTEM,)),
        ),
        "the system alone can go round for ever: granted, extra",
    ),
    "system goes round on the spot": (
        adding(Action("tick", "Tick", ("waiting",), ("waiting",), (SYSTEM,), "ticked")),
        "the system alone can go round for ever: waiting",
    ),
    "outside label leaks a label": (
        with_state("granted", outside_label="After the second look"),
        "state granted: its outside label “After the second look” leaks “second look”",
    ),
    "outside label leaks a name": (
        with_state("granted", outside_label="Done judging"),
        "state granted: its outside label “Done judging” leaks “judging”",
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_definition_broken_in_one_place_is_reported(mutant: str) -> None:
    workflow, problem = MUTANTS[mutant]
    assert problem in validate(workflow)


@pytest.mark.parametrize(
    ("workflow", "problem"),
    [
        (with_state("judging", owner="cook"), "state judging: unknown owner cook"),
        (with_state("judging", deadline=DeadlineRule("moon")), "state judging: unknown deadline kind moon"),
        (with_action("refuse", roles=("judge", "cook")), "action refuse: unknown role cook"),
        (with_action("refuse", guards=(Guard("moon", is_not_writer),)), "action refuse: unknown guard moon"),
        (with_action("refuse", effects=("moon",)), "action refuse: unknown effect moon"),
        (with_action("pay", money=("moon",)), "action pay: unknown money effect moon"),
        (with_action("refuse", form="moon"), "action refuse: unknown form moon"),
        (with_action("refuse", notices=("moon",)), "action refuse: unknown notice moon"),
        (with_action("appeal", reopens_within="moon"), "action appeal: unknown deadline kind moon"),
        (with_action("refuse", event="mooned"), "action refuse: unknown event mooned"),
        (with_state("review", outside_label="Short of a quorum"), "leaks “quorum”"),
    ],
)
def test_a_name_that_wiring_does_not_know_is_reported(workflow: Workflow, problem: str) -> None:
    assert any(problem in line for line in validate(workflow, registry=REGISTRY))
    assert not any(problem in line for line in validate(workflow))


def test_an_empty_registry_knows_only_the_system_and_nobody() -> None:
    lines = validate(PAPER, registry=Registry())
    assert any("unknown role judge" in line for line in lines)
    assert not any(f"unknown role {SYSTEM}" in line or f"unknown owner {NOBODY}" in line for line in lines)


def test_every_problem_is_listed_at_once() -> None:
    workflow = replace(
        with_action("pay", guards=(), roles=()),
        states=with_state("review", waiver=None, owner="").states,
    )
    assert validate(workflow) == [
        "state review: a live state without an owner",
        "state granted: its owner clerk can do nothing there",
        "state review: no deadline, and no written reason why",
        "action pay: nobody may do it",
        "action pay: a money effect without a money guard",
    ]


def test_an_outside_label_may_say_a_states_own_word() -> None:
    workflow = with_state("granted", label="Granted, to be paid")
    assert not any("state granted" in line for line in validate(workflow))
    assert "state waiting: its outside label “Granted, open to objections” leaks “granted”" in validate(
        workflow
    )


def test_a_guard_made_twice_by_one_maker_is_one_guard() -> None:
    workflow = with_action("appeal", guards=(IN_TIME, Guard("funded", refuses_unless("money"), money=True)))
    assert FUNDED.check is not workflow.action_by_name["appeal"].guards[1].check
    assert validate(workflow) == []


def test_a_definition_without_an_initial_state_says_so_when_asked() -> None:
    assert PAPER.initial.name == "draft"
    with pytest.raises(LookupError, match="paper v3 has no initial state"):
        _ = without("draft").initial


def test_a_note_on_an_end_is_no_way_out_of_it() -> None:
    note = Action("note", "Note", ("refused",), ("refused",), ("chair",), "noted")
    assert validate(adding(note)) == []


def test_without_a_beginning_nothing_is_called_unreachable() -> None:
    assert validate(with_state("draft", initial=False)) == [
        "there must be exactly one initial state, and there are 0"
    ]


def test_an_outside_label_leaks_by_whole_words_only() -> None:
    label = "Previewed and granted"
    assert validate(with_state("granted", label=label, outside_label=label)) == []
