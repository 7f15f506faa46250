from dataclasses import replace
from typing import Any

import pytest

from tests.engine.samples import COMPLETE, PAPER, adding, is_not_writer, with_action, with_state, without
from workflow.engine import DeadlineRule, Guard, Role, Workflow, structure_digest

SOUND = structure_digest(PAPER)


def test_the_digest_is_the_same_today_as_when_it_was_stored() -> None:
    # A stored digest is compared with this one for years; when this fails, every deployed definition looks edited.
    assert SOUND == "bc93d37877bc83f5da6f53b3ffe7066206f880827aa5a5bace1a75e51c2352e5"


@pytest.mark.parametrize(
    "same",
    [
        with_state("judging", label="Under judgement", outside_label="Ours", waits_for=None),
        with_state("review", waiver="Another reason."),
        with_action("grant", label="Say yes", decide=lambda _facts, _data: "granted", notices=("other",)),
        with_action("submit", guards=(Guard("complete", is_not_writer),)),
        with_action("refuse", roles=("chair", "judge"), sources=("review", "judging")),
        replace(PAPER, states=PAPER.states[::-1], actions=PAPER.actions[::-1]),
        replace(adding(Role("clerk", "clerk of the house")), noun="essay"),
    ],
)
def test_labels_code_and_order_leave_the_digest_as_it_is(same: Workflow) -> None:
    assert structure_digest(same) == SOUND


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "deliberating"},
        {"owner": "chair"},
        {"deadline": None},
        {"deadline": DeadlineRule("other", escalates_only=True)},
        {"deadline": DeadlineRule("judgement", date_fact="judged_by", escalates_only=True)},
        {"deadline": DeadlineRule("judgement")},
        {"final": True},
        {"initial": True},
        {"breach_action": "refuse"},
    ],
)
def test_another_state_is_another_digest(changes: dict[str, Any]) -> None:
    assert structure_digest(with_state("judging", **changes)) != SOUND


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "award"},
        {"sources": ("judging",)},
        {"targets": ("granted",)},
        {"roles": ("chair",)},
        {"guards": (COMPLETE,)},
        {"form": "grant"},
        {"reason_required": False},
        {"effects": ()},
        {"effects": ("record_vote", "commit")},
        {"money": ()},
        {"event": "granted"},
        {"duty": None},
        {"decide": None},
        {"restarts_deadline": True},
        {"restarts_with": DeadlineRule("second_vote")},
        {"reopens_within": "appeal"},
    ],
)
def test_another_action_is_another_digest(changes: dict[str, Any]) -> None:
    assert structure_digest(with_action("grant", **changes)) != SOUND


def test_the_order_of_effects_is_part_of_the_structure() -> None:
    one, other = (with_action("submit", effects=effects) for effects in (("a", "b"), ("b", "a")))
    assert structure_digest(one) != structure_digest(other)


@pytest.mark.parametrize(
    "other", [replace(PAPER, key="essay"), replace(PAPER, version=4), without("restart")]
)
def test_another_key_version_or_number_of_actions_is_another_digest(other: Workflow) -> None:
    assert structure_digest(other) != SOUND
