"""The people of the demonstration, as data. All of them are invented; their addresses end in `.example`."""

from dataclasses import dataclass
from datetime import date

from workflow.accounts.roles import Role
from workflow.money import Pence

IN_OFFICE_FROM = date(2010, 4, 1)

GRANTER = "responsible@dclg.example"
COVER = ("approver4@dclg.example", "approver3@dclg.example")
"""Who is away, and who stands in, from one day to the other."""

AWAY_FROM, AWAY_TO = date(2011, 3, 28), date(2011, 4, 15)

LOW, HIGH = Pence(100_000_000), Pence(2_500_000_000)
"""What approvers may approve: 1,000,000.00 and 25,000,000.00."""


@dataclass(frozen=True, slots=True)
class Someone:
    """Somebody of the demonstration: at home in one organisation, with roles for it.

    `limit` is what an approver may approve, in pence. `serves` is the organisation for which the roles are held by somebody
    who is lent from another.
    """

    email: str
    name: str
    home: str
    roles: tuple[Role, ...]
    limit: Pence | None = None
    serves: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """An organisation that the demonstration needs beside the reference data."""

    code: str
    name: str
    kind: str
    is_charitable: bool = False
    provenance: str = "a real body in an invented part"


EXTRAS = (
    Extra(
        "NAVCA", "National Association for Voluntary and Community Action", "voluntary", is_charitable=True
    ),
    Extra("NAO", "National Audit Office", "other"),
)

_DCLG = (
    Someone(
        "case.officer@dclg.example",
        "Jo Drummond",
        "DCLG",
        (Role.CASE_OFFICER,),
    ),
    Someone("second.officer@dclg.example", "Ali Rahman", "DCLG", (Role.CASE_OFFICER, Role.SECOND_OFFICER)),
    Someone("assessor@dclg.example", "Sam Whitlock", "DCLG", (Role.ASSESSOR,)),
    Someone("assessor2@dclg.example", "Kit Farrow", "DCLG", (Role.ASSESSOR,)),
    Someone("approver1@dclg.example", "Nia Prosser", "DCLG", (Role.APPROVER,), limit=HIGH),
    Someone("approver2@dclg.example", "Max Okafor", "DCLG", (Role.APPROVER,), limit=HIGH),
    Someone("approver3@dclg.example", "Bea Lindqvist", "DCLG", (Role.APPROVER,), limit=LOW),
    Someone("approver4@dclg.example", "Sal Wexford", "LGID", (Role.APPROVER,), limit=HIGH, serves="DCLG"),
    Someone("finance@dclg.example", "Robin Achebe", "DCLG", (Role.FINANCE_OFFICER,)),
    Someone("payments@dclg.example", "Ray Costello", "DCLG", (Role.PAYMENT_AUTHORISER,)),
    Someone("grants@dclg.example", "Lee Mistry", "DCLG", (Role.GRANT_MANAGER,)),
    Someone("responsible@dclg.example", "Chris Varley", "DCLG", (Role.SENIOR_OFFICER,)),
    Someone("head@dclg.example", "Pat Holroyd", "DCLG", (Role.HEAD_OF_TEAM,)),
    Someone("accounting@dclg.example", "Vic Ainsley", "DCLG", (Role.ACCOUNTING_OFFICER,)),
    Someone("admin@dclg.example", "Toni Bellamy", "DCLG", (Role.ADMINISTRATOR,)),
    Someone("private@dclg.example", "Ora Ellwood", "DCLG", (Role.PRIVATE_OFFICE,)),
    Someone("review@dclg.example", "Fran Hewitt", "DCLG", (Role.REVIEW_OWNER,)),
)

_BODIES = (
    Someone("drafter@lgid.example", "Meera Blake", "LGID", (Role.DRAFTER,)),
    Someone("signatory@lgid.example", "Owen Tanner", "LGID", (Role.SIGNATORY,)),
    Someone("partner@lgr.example", "Ines Carver", "LGR", (Role.DRAFTER, Role.PARTNER)),
    Someone("drafter@acpo.example", "Del Harker", "ACPO", (Role.DRAFTER,)),
    Someone("signatory@acpo.example", "Una Stroud", "ACPO", (Role.SIGNATORY,)),
    Someone("drafter@adass.example", "Bo Lennard", "ADASS", (Role.DRAFTER,)),
    Someone("signatory@adass.example", "Gil Marsden", "ADASS", (Role.SIGNATORY,)),
    Someone("drafter@adcs.example", "Tess Ibarra", "ADCS", (Role.DRAFTER,)),
    Someone("signatory@adcs.example", "Hal Pemberton", "ADCS", (Role.SIGNATORY,)),
    Someone(
        "drafter@solace.example",
        "Rae Thornley",
        "SOLACE",
        (Role.DRAFTER,),
    ),
    Someone("signatory@solace.example", "Wyn Calder", "SOLACE", (Role.SIGNATORY,)),
    Someone("office@navca.example", "Noor Sefton", "NAVCA", (Role.DRAFTER, Role.SIGNATORY)),
)

_COUNCILS = (
    Someone("officer@gateshead.example", "Cath Renwick", "GAT", (Role.COUNCIL_OFFICER,)),
    Someone("corporate@county-durham.example", "Durham corporate mailbox", "DUR", (Role.CORPORATE_MAILBOX,)),
    Someone("officer@hartlepool.example", "Dan Yarrow", "HPL", (Role.COUNCIL_OFFICER,)),
    Someone("grants@suffolk.example", "Ivy Sparrow", "SFK", (Role.DRAFTER, Role.COUNCIL_OFFICER)),
    Someone("signatory@suffolk.example", "Roy Kessing", "SFK", (Role.SIGNATORY,)),
    Someone("grants@croydon.example", "Lou Petrov", "CRY", (Role.DRAFTER, Role.COUNCIL_OFFICER)),
    Someone("signatory@croydon.example", "Ada Finch", "CRY", (Role.SIGNATORY,)),
    Someone("grants@southampton.example", "Zed Harbour", "STH", (Role.DRAFTER, Role.COUNCIL_OFFICER)),
    Someone("grants@lancashire.example", "Bel Harrop", "LAN", (Role.DRAFTER, Role.SIGNATORY)),
    Someone("signatory@southampton.example", "Kay Netley", "STH", (Role.SIGNATORY,)),
    *(
        Someone(f"grants@{box}.example", name, code, (Role.DRAFTER, Role.SIGNATORY))
        for code, box, name in (
            ("SST", "south-staffordshire", "Gwen Abbott"),
            ("CMA", "cumbria", "Ned Airey"),
            ("DBY", "derbyshire", "Isla Peake"),
            ("WSM", "westminster", "Theo Grant"),
            ("CAM", "cambridgeshire", "Anya Fenn"),
            ("YOR", "york", "Joss Minster"),
            ("ESS", "essex", "Dot Mersea"),
            ("CON", "cornwall", "Wella Tregear"),
            ("STE", "stoke-on-trent", "Vera Burslem"),
            ("WGN", "wigan", "Leigh Haydock"),
            ("BST", "bristol", "Cam Clifton"),
            ("LCE", "leicester", "Uma Belgrave"),
        )
    ),
)

_ALL = (
    Someone("auditor@nao.example", "Erin Latimer", "NAO", (Role.AUDITOR,)),
    Someone("network@dh.example", "Ash Coombe", "DH", (Role.NETWORK_OFFICIAL,)),
    Someone("network@lga.example", "Rio Vance", "LGA", (Role.NETWORK_BODY,)),
)

_TEAM: tuple[tuple[str, tuple[Role, ...]], ...] = (
    ("case.officer", (Role.CASE_OFFICER,)),
    ("second.officer", (Role.CASE_OFFICER, Role.SECOND_OFFICER)),
    ("assessor", (Role.ASSESSOR,)),
    ("approver1", (Role.APPROVER,)),
    ("approver2", (Role.APPROVER,)),
    ("finance", (Role.FINANCE_OFFICER,)),
    ("payments", (Role.PAYMENT_AUTHORISER,)),
    ("grants", (Role.GRANT_MANAGER,)),
    ("responsible", (Role.SENIOR_OFFICER, Role.HEAD_OF_TEAM)),
)

_NAMES = {
    "DfE": (
        "Jan Ormond", "Lyn Castell", "Gus Farley", "Mo Ellery", "Pia Render",
        "Sol Wicks", "Ty Barlow", "Em Garside", "Viv Naylor",
    ),
    "DH": (
        "Kim Astley", "Ed Marlow", "Dee Falcon", "Al Birkett", "Jude Rowe",
        "Nat Selwyn", "Roz Tully", "Si Garnett", "Mel Draycott",
    ),
    "HO": (
        "Ben Haldane", "Cy Loxley", "Flo Markham", "Guy Ferris", "Ida Brandt",
        "Jem Colby", "Lex Dunmore", "May Orrell", "Ned Silver",
    ),
}  # fmt: skip


def _team(department: str) -> tuple[Someone, ...]:
    domain = f"{department.lower()}.example"
    return tuple(
        Someone(
            f"{box}@{domain}",
            name,
            department,
            roles,
            limit=HIGH if Role.APPROVER in roles else None,
        )
        for (box, roles), name in zip(_TEAM, _NAMES[department], strict=True)
    )


PEOPLE: tuple[Someone, ...] = (
    *_BODIES[:2],
    *_COUNCILS[:2],
    *_DCLG,
    *_ALL,
    *_BODIES[2:],
    *_COUNCILS[2:],
    *_team("DfE"),
    *_team("DH"),
    *_team("HO"),
)
"""Everybody, those that a newcomer tries first in front."""
