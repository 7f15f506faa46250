"""Letters: every template in words for its readers, links shown once and kept masked, nothing taken on trust."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import html5lib
import pytest
from jinja2 import UndefinedError

from workflow.notifications import CATALOGUE, SecretLink, links
from workflow.notifications.letters import TEMPLATES, Letterhead, envelope, write

NOW = datetime(2011, 3, 29, 8, 0, tzinfo=UTC)
HEAD = Letterhead(
    service="Apply for improvement funding",
    base_url="https://grants.example",
    sender="no-reply@grants.example",
    reply_to="help@grants.example",
    owner="The department",
    telephone="0300 000 0000",
    secret="s" * 32,
)
BID = {
    "title": "Knowledge Hub",
    "reference": "SLI-2011-0001",
    "url": "https://grants.example/bids/SLI-2011-0001",
    "lead": "LGID",
    "department": "DCLG",
    "fund": "RSG top-slice",
    "amount_pence": 120_000_000,
}
INVITATION = {"organisation": "Rotherham Metropolitan Borough Council", "link": SecretLink("answer", 34, 1)}
SAMPLE: dict[str, Any] = {
    "bid": BID,
    "name": "Ada Byron",
    "invitations": [INVITATION],
    "due_on": date(2011, 6, 21),
    "what": "Councils are asked about this bid",
    "days_left": 84,
    "questions": ["What should change", "Whether it serves a need in your area"],
    "consulted_count": 152,
    "answered_count": 61,
    "opened_by": "K. Patel, case officer, DCLG",
    "organisation": INVITATION["organisation"],
    "position": "support with changes",
    "answered_at": NOW,
    "is_late": False,
    "is_outside": True,
    "is_covered": False,
    "sender": "pat@elsewhere.example",
    "confirm": SecretLink("confirm_answer", 7, 1),
    "wrong": SecretLink("dispute_answer", 7, 1),
    "disputed": "Nobody here sent this. Ask the chief executive.",
    "is_inside": False,
    "register_url": "https://grants.example/bids/SLI-2011-0001/consultation?show=held",
    "counts": True,
    "why": "The council confirmed it.",
    "was_on": date(2011, 5, 3),
    "given": [
        {
            "organisation": INVITATION["organisation"],
            "position": "support",
            "answered_at": NOW,
            "words": "Fewer days, please.",
            "outcome": "The bid was changed in part.",
            "done": "We took two days off.",
            "link": SecretLink("answer", 34, 1),
        }
    ],
    "decision": "approved this bid",
    "is_approved": True,
    "told": "The work overlaps with what another fund pays for already.",
    "marks": "novel and contentious",
    "asked_by": "Rita Menon",
    "answered_by": "Tom Adeyemi",
    "question": "Why three days and not two?",
    "claim_pence": 1_250_050,
    "task": "First check",
    "owner": "case officer",
    "version": 2,
    "defects": [{"section": "Risks", "text": "Say what you do when too few peers can be found."}],
    "criterion": "Is it free of one service’s day-to-day needs?",
    "reason": "It buys training for one service.",
    "review_until": date(2011, 7, 5),
    "review_reason": "It trains all services.",
    "words": "The first check missed a page.",
    "was_draft": True,
    "was_asked": True,
    "was_approved": False,
    "released_pence": 30_000_000,
    "note": "We say it more clearly.",
    "is_material": False,
    "partner": "Gateshead Council",
    "said": "confirmed",
    "share_pence": 2_000_000,
    "claim_number": 2,
    "claimed_pence": 1_500_050,
    "quarter": "April to June 2011",
    "report_url": "https://grants.example/bids/SLI-2011-0001/award/returns/1",
    "notice_ends_on": date(2011, 9, 30),
    "recovery_pence": 4_000_000,
    "paid_back_pence": 1_000_000,
    "left_pence": 3_000_000,
    "year": 2011,
    "paid_pence": 46_707_700,
    "accrued_pence": 1_000_000,
    "carried_pence": 4_849_600,
    "lapsed_pence": 2_542_700,
    "given_by": "Chris Varley",
    "page_url": "https://grants.example/me/authority",
    "change": {
        "words": "More money",
        "total_before": 90_000_000,
        "total_after": 110_000_000,
        "ends_on": date(2013, 3, 31),
        "reason": "Fifty more councils.",
        "is_agreed": True,
    },
}
TERMS = re.compile(
    r"consultee|disposition|screening|apprais|determination|instrument|top-slice|prospectus|novation|recus|quorum",
    re.IGNORECASE,
)


def context_of(name: str) -> dict[str, Any]:
    return {key: SAMPLE[key] for key in {"bid", "name", *CATALOGUE[name].needs}}


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_letter_can_be_written_from_what_it_says_it_needs(name: str) -> None:
    letter = write(name, context_of(name), HEAD, NOW)
    assert letter.subject
    assert "\n" not in letter.subject
    html5lib.HTMLParser(strict=True).parse(letter.html)
    for part in (letter.text, letter.html):
        assert HEAD.telephone in part
        assert "None" not in part
        assert "{{" not in part
        assert "{%" not in part
    assert "\n\n\n" not in letter.text


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_no_letter_uses_a_term_of_the_department(name: str) -> None:
    context = context_of(name) | {"bid": BID | {"fund": "Sector fund"}}
    letter = write(name, context, HEAD, NOW)
    assert TERMS.search(letter.text + letter.html) is None


def test_no_letter_names_midnight() -> None:
    context = context_of("answer_received") | {"answered_at": datetime(2011, 5, 3, 23, 0, 20, tzinfo=UTC)}
    letter = write("answer_received", context, HEAD, NOW)
    assert "12:00am" not in letter.text
    assert "the start of Wednesday 4 May 2011" in letter.text


ALWAYS_DATED = {
    "consultation_invitation",
    "consultation_reminder",
    "consultation_extended",
    "consultation_restarted",
    "answer_received",
}


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, template in CATALOGUE.items()
        if "due_on" in template.needs and name not in ALWAYS_DATED and template.category != "reminder"
    ),
)
def test_a_letter_about_something_without_a_date_says_nothing_of_a_date(name: str) -> None:
    assert "due by" not in write(name, context_of(name) | {"due_on": None}, HEAD, NOW).text


def test_every_text_in_the_folder_belongs_to_the_catalogue() -> None:
    names = {path.stem for path in (TEMPLATES / "emails").iterdir() if not path.name.startswith("_")}
    assert names == set(CATALOGUE)


def test_a_secret_link_is_shown_in_the_letter_and_masked_in_what_is_kept() -> None:
    letter = write("consultation_invitation", context_of("consultation_invitation"), HEAD, NOW)
    address = f"https://grants.example/r/{links.derive(HEAD.secret, 'answer', 34, 1)}"
    assert address in letter.text
    assert f'href="{address}"' in letter.html
    assert "/r/" not in letter.kept_text
    assert "[link]" in letter.kept_text


def test_one_address_of_two_councils_finds_both_links() -> None:
    other = {"organisation": "Leeds City Council", "link": SecretLink("answer", 35, 2)}
    context = context_of("consultation_invitation") | {"invitations": [INVITATION, other]}
    letter = write("consultation_invitation", context, HEAD, NOW)
    assert letter.subject == "What do your councils think of this bid?"
    for row_id, version in ((34, 1), (35, 2)):
        token = links.derive(HEAD.secret, "answer", row_id, version)
        assert token in letter.text
        assert token in letter.html


def test_a_title_cannot_forge_a_link_or_markup_or_a_header() -> None:
    evil = "link-0:answer:34:1: <b>x</b> {{ head.secret }}\r\nBcc: all@example.org"
    letter = write("bid_to_check", context_of("bid_to_check") | {"bid": BID | {"title": evil}}, HEAD, NOW)
    assert "/r/" not in letter.text
    assert "<b>" not in letter.html
    assert HEAD.secret not in letter.text
    message = envelope(letter, to="a@b.uk", letterhead=HEAD, message_id="<k@grants.example>", real=NOW)
    assert message["Bcc"] is None
    assert b"\nBcc:" not in message.as_bytes().split(b"\n\n")[0]


def test_a_letter_that_lacks_a_fact_is_not_written() -> None:
    with pytest.raises((UndefinedError, TypeError)):
        write("claim_paid", {"bid": BID, "name": "Ada"}, HEAD, NOW)


def test_a_letter_reads_the_same_after_its_journey() -> None:
    title = "Café “Æther” – naïve, " + "a long title " * 30 + "\n.\n"
    letter = write("bid_received", context_of("bid_received") | {"bid": BID | {"title": title}}, HEAD, NOW)
    made = envelope(letter, to="a@b.uk", letterhead=HEAD, message_id="<k@grants.example>", real=NOW)
    read = message_from_bytes(
        made.as_bytes(policy=policy.compat32.clone(linesep="\r\n")), policy=policy.default
    )
    assert isinstance(read, EmailMessage)
    assert read["Subject"] == letter.subject
    assert str(read["From"]) == "Apply for improvement funding <no-reply@grants.example>"
    text, html = (part.get_content().replace("\r\n", "\n") for part in read.iter_parts())
    assert (text, html) == (letter.text, letter.html)
    assert max(len(line) for line in made.as_bytes().splitlines()) <= 998


def test_an_address_with_a_line_break_is_refused() -> None:
    letter = write("bid_to_check", context_of("bid_to_check"), HEAD, NOW)
    with pytest.raises(ValueError, match="line break"):
        envelope(letter, to="a@b.uk\nBcc: c@d.uk", letterhead=HEAD, message_id="<k@x>", real=NOW)


@pytest.mark.parametrize(
    "title",
    [
        "\U0001f469\u200d\U0001f4bb skills",
        "co\u00adop\u00aderate",
        "a\u200bb",
        "\u200f\u05de\u05d1",
        "x\u2028y",
    ],
)
def test_a_title_pasted_from_anywhere_keeps_no_letter_back(title: str) -> None:
    letter = write("bid_received", context_of("bid_received") | {"bid": BID | {"title": title}}, HEAD, NOW)
    made = envelope(letter, to="a@b.uk", letterhead=HEAD, message_id="<k@grants.example>", real=NOW)
    read = message_from_bytes(made.as_bytes(), policy=policy.default)
    assert read["Subject"] == letter.subject
    assert " ".join(title.split()) in letter.subject
