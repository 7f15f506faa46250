"""Reads a page as strictly as a page can be read: any parse error, lost reference or second heading fails the test."""

import re
from collections.abc import Iterator
from typing import Any

import html5lib
from html5lib.html5parser import ParseError

TITLE = re.compile(r"^(Error: )?\S.* – Sector-led improvement grants$")
_REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "headers")


def elements(markup: str, *, is_page: bool = True) -> list[Any]:
    """All elements of a page, or of a part of one, in order.

    Raises:
        AssertionError: when the markup has any parse error.
    """
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    try:
        tree = parser.parse(markup) if is_page else parser.parseFragment(markup)
    except ParseError as wrong:
        line, _ = parser.tokenizer.stream.position()
        nearby = "\n".join(markup.splitlines()[max(0, line - 3) : line + 1])
        raise AssertionError(f"Parse error near line {line}: {wrong}\n{nearby}") from wrong
    return [element for element in tree.iter() if isinstance(element.tag, str)]


def check_references(found: list[Any]) -> None:
    """Every id is there once, and whatever points at an id finds it."""
    ids = [element.get("id") for element in found if element.get("id") is not None]
    assert len(ids) == len(set(ids)), f"ids used twice: {sorted({one for one in ids if ids.count(one) > 1})}"
    for element in found:
        for name in _REFERENCES:
            missing = set((element.get(name) or "").split()) - set(ids)
            assert not missing, f"{name} of <{element.tag}> points at {missing}, which is not there"
        link = element.get("href") or ""
        if element.tag == "a" and link.startswith("#") and len(link) > 1:
            assert link[1:] in ids, f"a link points at {link}, which is not there"


def check_page(markup: str) -> list[Any]:
    """A whole page: also one h1, a title of the pattern, a language, and a name for every box."""
    found = elements(markup)
    check_references(found)
    headings = [element for element in found if element.tag == "h1"]
    assert len(headings) == 1, f"{len(headings)} h1 on the page"
    titles = [" ".join("".join(element.itertext()).split()) for element in found if element.tag == "title"]
    assert len(titles) == 1
    assert TITLE.match(titles[0]), titles
    assert next(element for element in found if element.tag == "html").get("lang") == "en"
    _check_names(found)
    return found


def _check_names(found: list[Any]) -> None:
    labelled = {element.get("for") for element in found if element.tag == "label"}
    for element in found:
        if element.tag in {"input", "select", "textarea"} and element.get("type") not in {"hidden", "submit"}:
            if element.get("hidden") is not None:
                continue
            assert element.get("id") in labelled or element.get("aria-label"), (
                f"a box without a label: {element.attrib}"
            )


def text_of(markup: str) -> str:
    """The words of a page, without markup and with single spaces."""
    body = next(element for element in elements(markup) if element.tag == "body")
    return " ".join(" ".join(_texts(body)).split())


def _texts(element: Any) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in {"script", "style", "template"}:
        return
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield child.tail or ""
