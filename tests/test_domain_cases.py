"""Every case of the domain is shown by a test that carries its number: `pytest -m domain_case`. Source: domain, section 10."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent
CASES = frozenset(range(1, 25))


def carried(tree: ast.Module) -> Iterator[int]:
    """The numbers that the tests of a file carry; one that is marked to be left out shows nothing."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        marks = [ast.unparse(mark) for mark in node.decorator_list]
        if any("skip" in mark or "xfail" in mark for mark in marks):
            continue
        for mark in marks:
            if mark.startswith("pytest.mark.domain_case("):
                yield int(mark.partition("(")[2].rstrip(")"))


def numbers() -> set[int]:
    found: set[int] = set()
    for path in TESTS.rglob("test_*.py"):
        found.update(carried(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def test_every_case_of_the_domain_has_a_test_and_no_test_carries_another_number() -> None:
    assert numbers() == CASES


def test_a_test_that_is_left_out_shows_no_case() -> None:
    source = """
@pytest.mark.domain_case(1)
def test_one(): ...

@pytest.mark.skip
@pytest.mark.domain_case(2)
def test_two(): ...

@pytest.mark.domain_case(3)
def helper(): ...
"""
    assert set(carried(ast.parse(source))) == {1}
