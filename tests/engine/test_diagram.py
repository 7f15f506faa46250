from dataclasses import replace
from xml.etree import ElementTree as ET

from tests.engine.samples import PAPER, with_action, with_state
from workflow.engine.diagram import document, mermaid, svg, table

PLACES = {
    "draft": (0, 0),
    "judging": (1, 0),
    "review": (1, 1),
    "granted": (2, 0),
    "waiting": (3, 0),
    "ended": (4, 1),
    "refused": (2, 2),
}
NAMESPACE = "{http://www.w3.org/2000/svg}"


def drawn(**marks: object) -> ET.Element:
    return ET.fromstring(svg(PAPER, PLACES, **marks))  # type: ignore[arg-type]


def boxes(root: ET.Element) -> dict[str, str]:
    """The title of each box with the kind of its mark."""
    groups = root.findall(f"{NAMESPACE}g")
    return {str(g.findtext(f"{NAMESPACE}title")): g.attrib["class"].rpartition("--")[2] for g in groups}


def test_mermaid_has_every_state_every_way_the_beginning_and_the_ends() -> None:
    lines = mermaid(PAPER).splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert '    state "Being judged" as judging' in lines
    assert "    [*] --> draft" in lines
    assert {"    judging --> granted: Grant it", "    review --> judging: Grant it"} <= set(lines)
    assert [line for line in lines if line.endswith("[*]")] == [
        "    ended --> [*]",
        "    refused --> [*]",
        "    lapsed --> [*]",
    ]


def test_a_label_cannot_break_mermaid() -> None:
    text = mermaid(with_state("review", label='A "second": look; #1'))
    assert 'state "A second look 1" as review' in text


def test_the_tables_say_whose_move_it_is_and_what_the_rules_are() -> None:
    text = table(PAPER)
    assert "| Being judged | judge of papers | judgement | people are told | With us |" in text
    assert "| Draft | writer | closing day | Let it lapse | Draft |" in text
    assert "| Second look | judge of papers | none: A second look takes what it takes. |  | With us |" in text
    assert "| Ended | nobody | none |  | Ended |" in text
    assert "| Grant it | Being judged, Second look | Being judged, Granted | judge of papers |" in text
    assert "complete, funded, not writer, priced" in text
    assert "| Let it lapse | Draft | Lapsed | the system |" in text


def test_a_label_cannot_break_a_table() -> None:
    assert "| Pay \\| it |" in table(with_action("pay", label="Pay | it"))


def test_the_document_has_drawing_and_tables_of_each_definition_and_is_stable() -> None:
    text = document([PAPER, replace(PAPER, version=4)])
    assert text.startswith("# Life cycles\n")
    assert text.count("```mermaid\n") == 2
    assert "## Paper, version 3\n" in text
    assert "## Paper, version 4\n" in text
    assert document([PAPER, replace(PAPER, version=4)]) == text


def test_the_drawing_marks_where_a_case_is_was_and_can_go() -> None:
    found = boxes(drawn(visited=["draft", "judging"], current="judging", possible=["review", "granted"]))
    assert found == {
        "Draft: it was here": "visited",
        "Being judged: it is here now": "current",
        "Second look: it can go here next": "possible",
        "Granted: it can go here next": "possible",
        "Objection period": "other",
        "Ended": "other",
        "Turned down": "other",
    }


def test_the_drawing_joins_states_once_and_strengthens_the_ways_that_are_open() -> None:
    lines = drawn(current="judging", possible=["granted"]).findall(f"{NAMESPACE}line")
    widths = sorted(line.attrib["stroke-width"] for line in lines)
    # draft-judging, judging-granted, review-judging, review-granted, judging-review, two refusals, two steps to the
    # end, one appeal; the way to the state without a place is left out.
    assert widths == ["1"] * 9 + ["3"]


def test_an_arrow_runs_from_edge_to_edge() -> None:
    root = ET.fromstring(svg(PAPER, {"draft": (0, 0), "judging": (1, 0)}))
    (line,) = root.findall(f"{NAMESPACE}line")
    assert [line.attrib[name] for name in ("x1", "y1", "x2", "y2")] == ["170", "50", "210", "50"]
    root = ET.fromstring(svg(PAPER, {"draft": (0, 0), "judging": (0, 1)}))
    (line,) = root.findall(f"{NAMESPACE}line")
    assert [line.attrib[name] for name in ("x1", "y1", "x2", "y2")] == ["95", "79", "95", "121"]


def test_two_states_in_one_place_do_not_break_the_drawing() -> None:
    assert len(boxes(ET.fromstring(svg(PAPER, {"draft": (0, 0), "judging": (0, 0)})))) == 2


def test_a_label_cannot_bring_markup_into_the_drawing() -> None:
    text = svg(with_state("draft", label="<script>&"), {"draft": (0, 0)})
    assert "<script" not in text
    assert "&lt;script&gt;&amp;" in text


def test_a_drawing_without_places_is_empty_but_whole() -> None:
    assert boxes(ET.fromstring(svg(PAPER, {}))) == {}
