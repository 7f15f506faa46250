"""What nobody in their right mind would type, and what a page has to say to it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from werkzeug.test import TestResponse

from tests.web.strict import elements

TEXTS = (
    "", "\x00", "a\x00b", "\x1b[31m", "\u202etxt", "\u202b\u05e9\u05dc\u05d5\u05dd\u202c", "\U0001f600",
    "\u2028", "\ufffe", "e\u0301", "\u0130", "\r\nA: b", "<script>alert(1)</script>",
    "\"'><b>", "' OR 1=1 --", "%s%n%", "{{ 7 * 7 }}",
    "../../etc/passwd", "=1+1", "-1", "0", "0.001", "1e309", "nan", "infinity", "none.9", "2011-02-30.1", "٣",
    "9" * 18, "9" * 30, "9" * 5000, "x" * 10_001, "é" * 50_000,
)  # fmt: skip
BYTES = ("%ed%a0%80", "%ff%fe", "%00", "%f0%9f%98", "%")
"""What is no text at all once it is decoded: a lone surrogate, no UTF-8, half a character."""

DATES = (
    ("31", "2", "2011"), ("29", "2", "2011"), ("0", "0", "0"), ("1", "1", "0"), ("32", "13", "2011"), ("-1", "-1", "-1"),
    ("1", "1", "99999"), ("1", "1", "9" * 400), ("x", "y", "z"), ("", "4", ""), ("1", "", ""), ("٣", "٤", "٢٠١١"),
)  # fmt: skip

UNSEEN = ("a\x00b", "\x85")
"""What no text can hold: the first cannot be stored at all, the second is a control character all by itself."""

CHECKED_FIRST = {"approve", "approve_referred"}
"""The actions whose form is shown once more to be checked, before it is done."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CHECK = re.compile(r"<h1\b[^>]*>\s*Check your ")
_TYPED = {"text", "email", "number", "search", "tel", "url"}
_DATE = re.compile(r"-(?:day|month|year)$")

_SUMMARY = re.compile(r'class="govuk-error-summary".*?<li>(.*?)</li>', re.DOTALL)
_MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
_PARAGRAPH = re.compile(r"<(?:p|dd|li)\b[^>]*>(.*?)</(?:p|dd|li)>", re.DOTALL)
_HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)


def may_be_checked(path: str, values: Iterable[tuple[str, Any]]) -> bool:
    """Whether these values may be shown once more to be checked: not elsewhere, and not with what cannot be kept."""
    is_whole = not any(isinstance(value, str) and _CONTROL.search(value) for _, value in values)
    return path.rpartition("/")[2] in CHECKED_FIRST and is_whole


def is_silent(answer: TestResponse, *, is_checked: bool = False) -> str:
    """What is missing from the answer to a form that was sent, or to an odd address; nothing when it says how to go on.

    A form that comes back says in its summary what is wrong, unless it `is_checked` before it is done and says so in its
    heading; an error page has a heading, and words on what to do.
    """
    if answer.status_code >= 500:
        return f"an error of ours, {answer.status_code}"
    if answer.status_code < 400 and (answer.location or answer.request.method == "GET"):
        return ""
    if answer.mimetype != "text/html":
        return "" if answer.data else "an empty answer"
    if answer.status_code < 400:
        if is_checked and _CHECK.search(answer.text):
            return ""
        wrong = _SUMMARY.search(answer.text)
        return "" if wrong and _words([wrong[1]]) else "a form that comes back without a word"
    main = _MAIN.search(answer.text)
    heading = _HEADING.search(answer.text)
    if main is None or heading is None or not _words([heading[1]]):
        return "a page without a heading"
    return "" if _words(_PARAGRAPH.findall(main[0])) else "a page that does not say how to go on"


def boxes_for_typing(form: Any) -> list[str]:
    """The names of a form's boxes that take any keys of a keyboard."""
    return [
        box.get("name")
        for box in form.iter()
        if box.get("name")
        and (box.tag == "textarea" or (box.tag == "input" and box.get("type", "text") in _TYPED))
    ]


def kept_unseen(answer: TestResponse, names: Iterable[str]) -> Iterator[str]:
    """The boxes, sent with a character that cannot be seen, beside which the answer does not say so."""
    if answer.status_code >= 400 or answer.mimetype != "text/html":
        yield f"is answered {answer.status_code}"
        return
    said = {one.get("id"): "".join(one.itertext()) for one in elements(answer.text) if one.get("id")}
    for name in dict.fromkeys(_DATE.sub("", name) for name in names):
        if "hidden characters" not in said.get(f"{name}-error", ""):
            yield f"nothing is said beside {name}"


def _words(parts: Iterable[Any]) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", str(part)).strip() for part in parts).strip()
