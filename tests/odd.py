"""What nobody in their right mind would type, and what a page has to say to it."""

import re
from collections.abc import Iterable
from typing import Any

from werkzeug.test import TestResponse

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

_CHECK = re.compile(r"<h1\b[^>]*>\s*Check your ")
"""The heading of a page that shows what was given once more, before it is done: nothing is wrong there."""

_SUMMARY = re.compile(r'class="govuk-error-summary".*?<li>(.*?)</li>', re.DOTALL)
_MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
_PARAGRAPH = re.compile(r"<(?:p|dd|li)\b[^>]*>(.*?)</(?:p|dd|li)>", re.DOTALL)
_HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)


def is_silent(answer: TestResponse) -> str:
    """What is missing from the answer to a form that was sent, or to an odd address; nothing when it says how to go on.

    A form that comes back says in its summary what is wrong; an error page has a heading, and words on what to do.
    """
    if answer.status_code >= 500:
        return f"an error of ours, {answer.status_code}"
    if answer.status_code < 400 and (answer.location or answer.request.method == "GET"):
        return ""
    if answer.mimetype != "text/html":
        return "" if answer.data else "an empty answer"
    if answer.status_code < 400:
        if _CHECK.search(answer.text):
            return ""
        wrong = _SUMMARY.search(answer.text)
        return "" if wrong and _words([wrong[1]]) else "a form that comes back without a word"
    main = _MAIN.search(answer.text)
    heading = _HEADING.search(answer.text)
    if main is None or heading is None or not _words([heading[1]]):
        return "a page without a heading"
    return "" if _words(_PARAGRAPH.findall(main[0])) else "a page that does not say how to go on"


def _words(parts: Iterable[Any]) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", str(part)).strip() for part in parts).strip()
