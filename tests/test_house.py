"""The house is held to its own rules: what cannot be seen from one file is looked for over all of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from worker.app import configuration
from workflow.engine.validation import Registry, validate
from workflow.notifications import CATALOGUE
from workflow.wiring import workflows
from workflow.wiring.registry import DEADLINE_NOTICES, NOTICES, REGISTRY

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "templates"
CODE = ROOT / "workflow"

# Queries that are asked by rules, effects or the worker, or that nobody in particular sees; each says so in its docstring.
UNSCOPED_ROOMS = {"accounts", "deadlines", "documents", "notifications", "audit"}
FOR_RULES = {
    "facts",
    "round_closes_on",
    "consultation_closes_on",
    "award_ends_on",
    "available_by_year",
    "case_balances",
    "balance_of",
    "cannot_be_paid",
    "recipient_of",
}

OUTSIDE_TERMS = (
    "consultee",
    "disposition",
    "screening",
    "appraisal",
    "appraiser",
    "determination",
    "spend route",
    "top-slice",
    "prospectus",
    "novation",
    "carry-forward",
    "underspend",
    "eligible head",
    "quorum",
    "recuse",
    "whole-life",
    "midnight",
    "monitoring officer",
)
"""Terms of the trade that no page or mail for councils, bidders or the public may use. Source: domain, section 2."""


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (node for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_public_query_takes_the_viewer_and_scopes_by_it() -> None:
    unscoped = [
        f"{path.parent.name}.{function.name}"
        for path in sorted(CODE.rglob("queries.py"))
        if path.parent.name not in UNSCOPED_ROOMS
        for function in functions(path)
        if not function.name.startswith("_")
        and function.name not in FOR_RULES
        and "viewer" not in {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    ]
    assert unscoped == []


def test_nothing_but_the_shell_assigns_a_state_or_a_revision_of_a_case() -> None:
    """`apply` and `open_case` are in cases/commands.py; no other line writes `case.state`, `case.rev` or updates Case."""
    pattern = re.compile(r"\bcase\.(state|rev|ended)\s*[-+]?=(?!=)|update\(Case\)")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*CODE.rglob("*.py"), *(ROOT / "worker").rglob("*.py")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line) and path != CODE / "cases" / "commands.py"
    ]
    assert found == []


def test_only_units_of_work_and_set_up_commit() -> None:
    """Commits are `unit_of_work`'s; what prepares an installation has its own connections and says so here."""
    allowed = {
        "db.py",
        "context.py",
        "embedded",
        "clock.py",
        "delivery.py",
        "attempts.py",
        "commands.py",
        "reference",
        "demo",
    }
    found = [
        str(path.relative_to(CODE))
        for path in CODE.rglob("*.py")
        if re.search(r"\.commit\(\)", path.read_text(encoding="utf-8"))
        and not allowed & {path.name, *path.relative_to(CODE).parts}
    ]
    assert found == []


def test_every_definition_is_sound_and_names_only_what_is_wired() -> None:
    known = Registry(
        roles=frozenset(role.name for one in workflows() for role in one.roles),
        guards=frozenset(guard.name for one in workflows() for a in one.actions for guard in a.guards),
        effects=frozenset(REGISTRY.effects),
        money_effects=frozenset(REGISTRY.effects),
        forms=form_names(),
        notices=frozenset(NOTICES),
        deadline_kinds=frozenset(DEADLINE_NOTICES),
        events=frozenset(action.event for one in workflows() for action in one.actions),
        inside_terms=frozenset(OUTSIDE_TERMS),
    )
    assert [problem for one in workflows() for problem in validate(one, registry=known)] == []


def form_names() -> frozenset[str]:
    from workflow.app import ROOMS  # noqa: PLC0415 - rooms register their forms when they are imported.
    from workflow.web import actions  # noqa: PLC0415

    for room in ROOMS:
        __import__(room)
    return actions.form_names()


def test_every_action_has_a_past_event_and_a_decision_about_mail() -> None:
    silent = {"take_case", "pass_first_check", "confirm_closure"} - {"confirm_closure"}
    for one in workflows():
        for action in one.actions:
            assert action.event, action.name
            assert bool(action.notices) != (action.name in silent), f"{action.name}: who is told?"


def test_every_notice_has_a_template_of_two_parts_in_the_catalogue() -> None:
    templates = {notice.template for notice in NOTICES.values()}
    templates |= {one.reminder for one in DEADLINE_NOTICES.values()}
    templates |= {one.escalation for one in DEADLINE_NOTICES.values()}
    assert templates <= set(CATALOGUE)
    for name in CATALOGUE:
        assert (TEMPLATES / "emails" / f"{name}.txt").is_file(), name
        assert (TEMPLATES / "emails" / f"{name}.html").is_file(), name


def test_every_beat_entry_names_a_real_task_and_the_timetable_is_in_utc() -> None:
    from worker import tasks  # noqa: PLC0415

    for entry in configuration("redis://")["beat_schedule"].values():
        _, _, name = entry["task"].rpartition(".")
        assert callable(getattr(tasks, name))
        assert entry["options"]["expires"] == 2 * entry["schedule"]
    settings = configuration("redis://")
    assert settings["timezone"] == "UTC"
    assert settings["enable_utc"] is True


def pages() -> list[Path]:
    return sorted(path for path in (TEMPLATES / "pages").rglob("*.html") if not path.name.startswith("_"))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_every_page_extends_a_layout(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    extended = re.search(r"{%-?\s*extends\s+(.+?)\s*-?%}", source)
    assert extended is not None
    assert "layout" in extended[1] or "pages/" in extended[1]


def test_every_page_is_drawn_by_some_view_and_every_page_a_view_names_exists() -> None:
    # The how-to for writing pages names one that is only an example.
    views = (path for path in CODE.rglob("*.py") if path != CODE / "web" / "__init__.py")
    source = "\n".join(path.read_text(encoding="utf-8") for path in views)
    templates = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    named = set(re.findall(r"[\"'](pages/[\w/]+\.html)[\"']", source + templates))
    missing = sorted(name for name in named if not (TEMPLATES / name).is_file())
    assert missing == []
    unused = sorted(
        str(page.relative_to(TEMPLATES))
        for page in pages()
        if str(page.relative_to(TEMPLATES)) not in named
        and "actions" not in page.parts
        and "sections" not in page.parts
    )
    assert unused == []


def test_the_page_of_an_action_has_an_action() -> None:
    names = {action.name for one in workflows() for action in one.actions}
    special = {page.stem for page in pages() if page.parent.name == "actions"}
    assert special <= names | {"any"}


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_no_term_of_the_trade_reaches_a_mail_for_outside_people(name: str) -> None:
    text = (TEMPLATES / "emails" / f"{name}.txt").read_text(encoding="utf-8")
    words = re.sub(r"{[{%].*?[%}]}", " ", text, flags=re.DOTALL).lower()
    assert [term for term in OUTSIDE_TERMS if term in words] == []


OUTSIDE_PAGES = (
    "consultation/respond",
    "consultation/public.html",
    "sign_in",
    "site",
    "errors",
    "eligibility",
    "home/welcome",
)


def test_no_term_of_the_trade_reaches_a_page_for_outside_people() -> None:
    found = []
    for page in pages():
        name = str(page.relative_to(TEMPLATES / "pages"))
        if not name.startswith(OUTSIDE_PAGES):
            continue
        source = page.read_text(encoding="utf-8")
        words = re.sub(r"{[{%#].*?[%#}]}|<[^>]*>", " ", source, flags=re.DOTALL).lower()
        found += [f"{name}: {term}" for term in OUTSIDE_TERMS if term in words]
    assert found == []


def test_outside_labels_use_no_term_of_the_trade() -> None:
    labels = " ".join(state.outside_label.lower() for one in workflows() for state in one.states)
    assert [term for term in OUTSIDE_TERMS if term in labels] == []


def test_no_committed_file_is_longer_than_a_person_reads_in_one_go() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*CODE.rglob("*.py"), *(ROOT / "worker").rglob("*.py")]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 330
    }
    assert long == {}


def test_the_lifecycle_page_is_what_the_definitions_say() -> None:
    from workflow.engine.diagram import document  # noqa: PLC0415

    assert (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8") == document(workflows())
