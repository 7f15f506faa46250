"""A definition drawn: as Mermaid and tables for documents, and as SVG for the page of a case.

`docs/lifecycle.md` is `document()` of the deployed definitions; a check fails when the two drift apart.
"""

import textwrap
from collections.abc import Collection, Iterable, Mapping
from html import escape

from workflow.engine.definition import Action, State, Workflow

Point = tuple[float, float]

CELL_WIDTH, CELL_HEIGHT = 190, 100
BOX_WIDTH, BOX_HEIGHT = 150, 58
LINE_HEIGHT = 16
LETTERS_PER_LINE = 20


def document(workflows: Iterable[Workflow]) -> str:
    """The text of `docs/lifecycle.md`: for each definition its drawing and its tables, the newest version first."""
    parts = [
        "# Life cycles\n\nMade from the definitions with `python -m workflow lifecycle table`; edit those, not this page.\n"
    ]
    for workflow in sorted(workflows, key=lambda one: (one.key, -one.version)):
        parts.append(f"## {workflow.noun.capitalize()}, version {workflow.version}\n")
        parts.append(f"```mermaid\n{mermaid(workflow)}```\n")
        parts.append(table(workflow))
    return "\n".join(parts)


def mermaid(workflow: Workflow) -> str:
    """The definition as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_quiet(state.label)}" as {state.name}' for state in workflow.states]
    lines += [f"    [*] --> {state.name}" for state in workflow.states if state.initial]
    lines += [
        f"    {source} --> {target}: {_quiet(action.label)}"
        for action in workflow.actions
        for source in action.sources
        for target in action.targets
    ]
    lines += [f"    {state.name} --> [*]" for state in workflow.states if state.final]
    return "\n".join(lines) + "\n"


def table(workflow: Workflow) -> str:
    """The states and the actions as two tables in Markdown."""
    states = [_state_cells(workflow, state) for state in workflow.states]
    actions = [_action_cells(workflow, action) for action in workflow.actions]
    state_heads = ("State", "Whose move", "Deadline", "When it passes", "What people outside read")
    action_heads = ("Action", "From", "To", "Who", "Rules", "Event")
    return f"{_markdown(state_heads, states)}\n{_markdown(action_heads, actions)}"


def svg(
    workflow: Workflow,
    places: Mapping[str, tuple[int, int]],
    *,
    visited: Collection[str] = (),
    current: str | None = None,
    possible: Collection[str] = (),
    without_arrows_to: Collection[str] = (),
) -> str:
    """The definition as one `<svg>` element, safe to put into a page; states without a place are left out.

    `places` gives each state its column and row from (0, 0). An end that nearly every state leads to is named in
    `without_arrows_to`, and the page says from where one comes there. The marks are words, outlines and fills, so that
    colour alone says nothing. It has a fixed size in pixels; the page lets it scroll.
    """
    columns = max((column for column, _ in places.values()), default=0) + 1
    rows = max((row for _, row in places.values()), default=0) + 1
    title = escape(f"The life of a {workflow.noun}")
    size = f'width="{columns * CELL_WIDTH}" height="{rows * CELL_HEIGHT}"'
    drawn = [
        f'<svg class="lifecycle" role="img" {size} xmlns="http://www.w3.org/2000/svg"><title>{title}</title>'
    ]
    drawn.append(
        '<defs><marker id="lifecycle-arrow" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#505a5f"/></marker></defs>'
    )
    drawn += [
        _line(places[source], places[target], marked=source == current and target in possible)
        for source, target in _edges(workflow)
        if source in places and target in places and target not in without_arrows_to
    ]
    marks = dict.fromkeys(visited, "visited") | dict.fromkeys(possible, "possible")
    if current is not None:
        marks[current] = "current"
    drawn += [
        _box(state, places[state.name], marks.get(state.name, "other"))
        for state in workflow.states
        if state.name in places
    ]
    return "".join(drawn) + "</svg>"


BOX_MARKS: Mapping[str, tuple[str, str, str]] = {
    # The words for those who cannot see it, the attributes of the box, and the colour of its text.
    "current": ("it is here now", 'fill="#00625e" stroke="#00625e" stroke-width="4"', "#ffffff"),
    "visited": ("it was here", 'fill="#e0efee" stroke="#00625e" stroke-width="2"', "#0b0c0c"),
    "possible": (
        "it can go here next",
        'fill="#ffffff" stroke="#00625e" stroke-width="2" stroke-dasharray="6 4"',
        "#0b0c0c",
    ),
    "other": ("", 'fill="#ffffff" stroke="#b1b4b6" stroke-width="1"', "#505a5f"),
}


def _box(state: State, place: tuple[int, int], mark: str) -> str:
    words, attributes, ink = BOX_MARKS[mark]
    x, y = _centre(place)
    lines = textwrap.wrap(state.label, LETTERS_PER_LINE)
    first = y - LINE_HEIGHT * (len(lines) - 1) / 2 + 5
    spans = "".join(
        f'<tspan x="{x:g}" y="{first + LINE_HEIGHT * n:g}">{escape(line)}</tspan>'
        for n, line in enumerate(lines)
    )
    title = escape(f"{state.label}: {words}" if words else state.label)
    corner = f'x="{x - BOX_WIDTH / 2:g}" y="{y - BOX_HEIGHT / 2:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}"'
    return (
        f'<g class="lifecycle__state lifecycle__state--{mark}"><title>{title}</title><rect {corner} {attributes}/>'
        f'<text text-anchor="middle" font-size="14" fill="{ink}">{spans}</text></g>'
    )


def _line(source: tuple[int, int], target: tuple[int, int], *, marked: bool) -> str:
    """An arrow from the edge of one box to the edge of the other, along the line between their centres."""
    (x1, y1), (x2, y2) = _centre(source), _centre(target)
    dx, dy = x2 - x1, y2 - y1
    share = min(BOX_WIDTH / 2 / abs(dx) if dx else 1, BOX_HEIGHT / 2 / abs(dy) if dy else 1)
    ends = (
        f'x1="{x1 + dx * share:g}" y1="{y1 + dy * share:g}" x2="{x2 - dx * share:g}" y2="{y2 - dy * share:g}"'
    )
    width = 3 if marked else 1
    return f'<line {ends} stroke="#505a5f" stroke-width="{width}" marker-end="url(#lifecycle-arrow)"/>'


def _centre(place: tuple[int, int]) -> Point:
    column, row = place
    return (column + 0.5) * CELL_WIDTH, (row + 0.5) * CELL_HEIGHT


def _edges(workflow: Workflow) -> list[tuple[str, str]]:
    """Every pair of different states that an action joins, once, in the definition's order."""
    pairs = ((s, t) for action in workflow.actions for s in action.sources for t in action.targets if s != t)
    return list(dict.fromkeys(pairs))


def _state_cells(workflow: Workflow, state: State) -> tuple[str, ...]:
    rule = state.deadline
    breach = workflow.action_by_name.get(state.breach_action or "")
    passes = breach.label if breach else "people are told" if rule else ""
    kind = rule.kind.replace("_", " ") if rule else f"none: {state.waiver}" if state.waiver else "none"
    return state.label, workflow.role_label(state.owner), kind, passes, state.outside_label


def _action_cells(workflow: Workflow, action: Action) -> tuple[str, ...]:
    def labels(names: Iterable[str]) -> str:
        return ", ".join(workflow.state_by_name[name].label for name in names)

    rules = ", ".join(guard.name.replace("_", " ") for guard in action.guards)
    event = action.event.replace("_", " ")
    return (
        action.label,
        labels(action.sources),
        labels(action.targets),
        workflow.who_can(action),
        rules,
        event,
    )


def _markdown(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _quiet(label: str) -> str:
    """A label without the signs that Mermaid reads as its own."""
    return " ".join(label.translate(str.maketrans('":;#', "    ")).split())
