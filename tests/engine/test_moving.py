"""A case may go on under another version only where nothing of its life so far would be missing from it."""

from dataclasses import replace

import pytest

from tests.engine.samples import PAPER, with_action, with_state, without
from workflow.engine import DeadlineRule, Workflow
from workflow.engine.moving import Life, OpenDeadline, move_digest, obstacles

JUDGED = OpenDeadline("judgement", is_past=False, acts=False)
DRAFTED = OpenDeadline("closing_day", is_past=False, acts=True)
SENT = frozenset({("submit", 3)})


def against(life: Life, target: Workflow) -> tuple[str, ...]:
    return obstacles(life, replace(target, version=4), {3: PAPER})


def test_a_case_moves_where_the_new_version_has_all_that_it_stands_on() -> None:
    assert against(Life("judging", (JUDGED,), SENT), PAPER) == ()
    assert against(Life("review", (), SENT), PAPER) == ()


@pytest.mark.parametrize(
    ("life", "target", "reason"),
    [
        (Life("review", (), SENT), without("review"), "version 4 has no state review"),
        (
            Life("judging", (JUDGED,), SENT),
            with_state("judging", deadline=DeadlineRule("hearing")),
            "the deadline judgement is open, and judging of version 4 does not have it",
        ),
        (
            Life("judging", (), SENT),
            PAPER,
            "judging of version 4 has the deadline judgement, and none is open",
        ),
        (
            Life("draft", (replace(DRAFTED, is_past=True),), frozenset()),
            PAPER,
            "the deadline closing_day has passed, so lapse would be done at once",
        ),
        (
            Life("draft", (replace(DRAFTED, acts=False),), frozenset()),
            PAPER,
            "the deadline closing_day was started without an end, so lapse would never be done",
        ),
        (
            Life("judging", (JUDGED,), SENT),
            with_action("submit", duty="write"),
            "submit was done, and in version 4 it has another duty",
        ),
        (
            Life("judging", (JUDGED,), SENT),
            with_action("submit", effects=("snapshot", "record_vote")),
            "submit was done, and in version 4 it has other effects",
        ),
        (
            Life("judging", (JUDGED,), SENT),
            without("submit"),
            "submit was done, and version 4 has no such action",
        ),
        (
            Life("judging", (JUDGED,), frozenset({("submit", 1)})),
            PAPER,
            "submit was done under version 1, which this program does not know",
        ),
    ],
    ids=["state", "kind", "none open", "passed", "no end", "duty", "effects", "action", "unknown"],
)
def test_what_keeps_a_case_is_named(life: Life, target: Workflow, reason: str) -> None:
    assert reason in against(life, target)


def test_a_deadline_with_which_a_step_restarts_the_state_belongs_to_it() -> None:
    target = with_action("restart", restarts_with=DeadlineRule("hearing"))
    life = Life("judging", (OpenDeadline("hearing", is_past=False, acts=False),), SENT)
    assert against(life, target) == ()


def test_the_digest_of_a_move_holds_both_structures_and_its_direction() -> None:
    newer = replace(PAPER, version=4)
    edited = replace(with_state("review", owner="chair"), version=4)
    assert len({move_digest(PAPER, newer), move_digest(newer, PAPER), move_digest(PAPER, edited)}) == 3
