"""The demonstration's bids that left the line: sent back, not eligible, refused, declined, withdrawn and out of time.

Titles are those of `improvement_programmes.csv`, and so are the amounts of P039, P041, P063, P064 and P065; all else is
invented.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflow.bids.models import AreaKind, SupportType
from workflow.demo.story import (
    ACPO,
    ADASS,
    DH,
    HO,
    S31,
    Asked,
    Lead,
    Stage,
    Story,
    Then,
    autumn,
    council,
    grant,
    pounds,
)

BIG = Asked("BIG-2011-1", "dclg")
NAVCA = Lead("NAVCA", "office@navca.example", "office@navca.example")
NOT_ELIGIBLE = "not_operational"


def _small(ref: str, title: str, code: str, name: str, stage: Stage, *then: Then, **more: Any) -> Story:
    """A small bid of one council, of which its neighbours were asked where it came that far."""
    told: Mapping[str, Any] = {
        "summary": "Residents and staff try out a new way of running a service, and write down what it cost.",
        "need": "The service costs more each year, and fewer people are content with it.",
        "amounts": {2011: pounds(60_000)},
        "begins_on": date(2010, 11, 1),
        "consulted": autumn((code, "MAN", "LDS")),
        **more,
    }
    return Story(
        ref,
        title,
        council(code, name),
        S31,
        outcomes=("CG1",),
        support=SupportType.INNOVATION,
        stage=stage,
        area=AreaKind.AUTHORITIES,
        councils=(code,),
        then=then,
        **told,
    )


def _unsuccessful(ref: str, code: str, name: str, where: str, why: str) -> Story:
    return _small(
        ref,
        f"Creative Councils phase 1: {where}",
        code,
        name,
        Stage.ANSWERED,
        Then(date(2010, 12, 7), "assessor", "advise_rejection", {"reason": why}),
        Then(date(2010, 12, 14), "approver1", "reject_on_advice", {"reason": why, "note": ""}),
    )


ENDED: tuple[Story, ...] = (
    Story(
        "P065",
        "Community right to challenge: peer support for charities",
        NAVCA,
        BIG,
        summary="Charities that run a public service stand beside those that want to challenge for one.",
        need="The right to challenge helps only those who know how to use it.",
        outcomes=("BS1",),
        support=SupportType.DIFFUSION,
        amounts={2011: pounds(100_000), 2012: pounds(80_000)},
        begins_on=date(2011, 3, 9),
        stage=Stage.TAKEN,
        deliverable="Forty charities that were helped",
        indicator=("Challenges that were accepted", "0", "20"),
        then=(
            Then(
                date(2011, 3, 23),
                "case.officer",
                "return_bid",
                {
                    "defects": [
                        {"section": "budget", "text": "Say what the 80,000 of the second year are spent on."},
                        {"section": "risks", "text": "Say what you do when a council refuses a challenge."},
                    ]
                },
            ),
        ),
    ),
    Story(
        "P063",
        "Firearms tactical adviser refresher",
        ACPO,
        HO,
        summary="Refresher training for the officers who advise commanders on the use of firearms.",
        need="What an adviser learned five years ago is out of date.",
        outcomes=("PI2",),
        support=SupportType.DIFFUSION,
        amounts={2011: pounds(250_000), 2012: pounds(150_000)},
        begins_on=date(2011, 3, 15),
        stage=Stage.TAKEN,
        deliverable="Every adviser trained again",
        indicator=("Advisers trained", "0", "180"),
        then=(
            Then(
                date(2011, 3, 25),
                "case.officer",
                "propose_ineligible",
                {
                    "criterion": NOT_ELIGIBLE,
                    "reason": "It trains one service for its own operations, which this fund does not pay for.",
                },
            ),
        ),
    ),
    Story(
        "P064",
        "Ward infection-control audit tool",
        ADASS,
        DH,
        summary="A checklist on a tablet with which a ward audits its own infection control.",
        need="Audits on paper are read weeks later.",
        outcomes=("SC2",),
        support=SupportType.DIFFUSION,
        amounts={2011: pounds(150_000), 2012: pounds(100_000)},
        begins_on=date(2011, 3, 7),
        stage=Stage.TAKEN,
        deliverable="The tool, on 200 wards",
        indicator=("Wards that use it", "0", "200"),
        then=(
            Then(
                date(2011, 3, 14),
                "case.officer",
                "propose_ineligible",
                {"criterion": NOT_ELIGIBLE, "reason": "It serves the day-to-day needs of hospitals alone."},
            ),
            Then(date(2011, 3, 16), "second.officer", "confirm_ineligible"),
            Then(
                date(2011, 3, 24),
                "signatory@adass.example",
                "ask_review",
                {"reason": "Care homes use the tool as much as hospitals do, and councils pay for those."},
            ),
        ),
    ),
    _small(
        "P034",
        "Cambridgeshire Future Transport",
        "CAM",
        "cambridgeshire",
        Stage.SENT,
        begins_on=date(2011, 3, 24),
        consulted=None,
    ),
    _small(
        "P037",
        "GeniUS! York open innovation platform",
        "YOR",
        "york",
        Stage.ASKED,
        Then(
            date(2010, 11, 22),
            "grants@york.example",
            "withdraw",
            {"reason": "Another fund pays for this from January."},
        ),
        consulted=grant(date(2010, 11, 3), date(2010, 12, 1), ("YOR", "NYK", "ERY"), 0),
    ),
    # Nobody sends it again, so that its time runs out ten working days later.
    _small(
        "P038",
        "Incentives for behaviour change",
        "ESS",
        "essex",
        Stage.TAKEN,
        Then(
            date(2010, 11, 8),
            "case.officer",
            "return_bid",
            {"defects": [{"section": "summary", "text": "Say whose behaviour is to change, and how."}]},
        ),
        consulted=None,
    ),
    _small(
        "P039",
        "Shaped by Us",
        "CON",
        "cornwall",
        Stage.RECOMMENDED,
        Then(
            date(2011, 3, 14),
            "accounting",
            "seek_direction",
            {"objections": {"value_for_money": "Three councils offer the same for half the price."}},
        ),
        amounts={2011: pounds(150_000)},
        recommends={
            "marks": ("novel",),
            "marked_why": "Nobody has paid residents to design services before.",
        },
        days={"recommend": date(2011, 2, 28)},
    ),
    _small(
        "P041",
        "Energy self-sufficient city",
        "STE",
        "stoke-on-trent",
        Stage.OFFERED,
        Then(
            date(2011, 1, 10),
            "grants@stoke-on-trent.example",
            "decline_offer",
            {"reason": "Our cabinet chose to wait for the national scheme."},
        ),
        amounts={2011: pounds(150_000)},
    ),
    _unsuccessful(
        "P042", "WGN", "wigan", "Wigan", "Two other councils do this already and share what they learn."
    ),
    _unsuccessful("P044", "BST", "bristol", "Bristol", "The saving is not shown, and the cost is high."),
    _unsuccessful(
        "P047", "LCE", "leicester", "Leicester", "It helps one council, and others could not use it."
    ),
)
"""Bids that are not on the straight line, or no longer."""
