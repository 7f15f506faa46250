"""`python -m tests.check_templates`: every template parses, and none switches escaping off."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = (
    (re.compile(r"\|\s*safe\b"), "|safe switches escaping off"),
    (re.compile(r"{%-?\s*autoescape\s+false"), "autoescape false switches escaping off"),
)
ON_PAGES = (
    (
        re.compile(r"<script(?![^>]*\b(src|nonce)=)"),
        "a script without a source and without a nonce never runs",
    ),
    (re.compile(r"\sstyle=[\"']"), "a style attribute is refused by the content security policy"),
    (re.compile(r"\son[a-z]+=[\"']"), "an event attribute is refused by the content security policy"),
)


def problems(folder: Path) -> Iterator[str]:
    """Every problem of the templates in a folder, with file and line."""
    environment = Environment(autoescape=True)
    for path in sorted(path for path in folder.rglob("*") if path.suffix in {".html", ".txt", ".jinja"}):
        source = path.read_text(encoding="utf-8")
        name = path.relative_to(folder)
        try:
            environment.parse(source, str(name))
        except TemplateSyntaxError as problem:
            yield f"{name}:{problem.lineno}: {problem.message}"
        # Mail has no such policy, and its programs read styles from attributes only.
        rules = FORBIDDEN if name.parts[0] == "emails" else FORBIDDEN + ON_PAGES
        for number, line in enumerate(source.splitlines(), start=1):
            yield from (f"{name}:{number}: {rule}" for pattern, rule in rules if pattern.search(line))


def main() -> int:
    """Print the problems; the exit status."""
    found = list(problems(ROOT / "templates"))
    for line in found:
        sys.stdout.write(f"templates/{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
