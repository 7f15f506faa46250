"""The frozen text is readable from what the bid's own room wrote down."""

import json

from workflow.web.consultation.text import readable


def test_dates_and_lists_of_a_signed_text_are_in_words() -> None:
    said = readable(
        json.dumps(
            {
                "main_support": "challenge_review",
                "spend_route": "sector_led",
                "area": {"kind": "authorities", "codes": ["KEN", "LCE"]},
                "deliverables": [{"text": "Teams", "due_on": "2012-03-31", "outcome": None}],
            }
        )
    )
    assert said["support_words"] == "Peer challenge and review"
    assert said["area_words"] == "2 councils"
    assert said["deliverables"][0]["due_on"] == "Sat 31 Mar 2012"
    assert readable(json.dumps({"area": {"kind": "region", "region": "London"}}))["area_words"] == "London"
    assert readable("{}")["area_words"] == ""
