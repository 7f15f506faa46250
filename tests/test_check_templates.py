"""The check of the templates finds what it says it finds."""

from pathlib import Path

from tests.check_templates import ROOT, problems


def test_our_templates_have_no_problem() -> None:
    assert list(problems(ROOT / "templates")) == []


def test_what_breaks_or_escapes_is_found_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    text = "{{ x | safe }}\n<script>1</script>\n<p style='x' onclick=\"y\">\n<script nonce='n' src='a'>\n{% if %}"
    (tmp_path / "pages" / "a.html").write_text(text)
    assert [line.partition(": ")[0] for line in problems(tmp_path)] == [
        "pages/a.html:5",
        "pages/a.html:1",
        "pages/a.html:2",
        "pages/a.html:3",
        "pages/a.html:3",
    ]


def test_mail_may_carry_its_styles_in_attributes_but_never_raw_text(tmp_path: Path) -> None:
    (tmp_path / "emails").mkdir()
    (tmp_path / "emails" / "a.html").write_text("<p style='x'>\n{{ x|safe }}")
    assert list(problems(tmp_path)) == ["emails/a.html:2: |safe switches escaping off"]
