"""The preparation does what is needed once, and says plainly what is missing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty copy of the product that the bootstrap works on."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(bootstrap, "BUILD", tmp_path / "build")
    (tmp_path / "requirements").mkdir()
    for name in ("base", "test"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"# {name}\n")
    return tmp_path


def test_a_real_virtual_environment_is_made_once_and_not_touched_again(copy: Path) -> None:
    bootstrap.install("base")
    assert (copy / ".venv/bin/python").exists()
    before = (copy / ".venv/installed.json").stat().st_mtime_ns
    bootstrap.install("base")
    assert (copy / ".venv/installed.json").stat().st_mtime_ns == before
    (copy / "requirements/base.txt").write_text("# changed\n")
    bootstrap.install("base")
    assert (copy / ".venv/installed.json").stat().st_mtime_ns != before


def test_what_the_tests_need_holds_what_the_product_needs(copy: Path) -> None:
    bootstrap.install("test")
    assert set(bootstrap.read_stamps()) == {"base", "test"}


def test_an_environment_whose_interpreter_is_gone_is_made_again(copy: Path) -> None:
    bootstrap.install("base")
    python = copy / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    bootstrap.install("base")
    assert subprocess.run([python, "-c", ""], check=False).returncode == 0


def test_a_requirement_that_cannot_be_had_is_one_plain_line(copy: Path) -> None:
    (copy / "requirements/base.txt").write_text("./no-such-package.whl --hash=sha256:00\n")
    with pytest.raises(bootstrap.Stopped, match=r"^requirements/base\.txt could not be installed"):
        bootstrap.install("base")
    assert bootstrap.read_stamps() == {}, "a failed installation is tried again"


def test_an_old_python_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (9, 99))
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(bootstrap.Stopped, match=r"is needed; this is 3\."):
        bootstrap.find_python()


def test_a_node_that_is_too_old_or_absent_gives_way_to_the_one_of_a_wheel(tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v12.22.0\n")
    old.chmod(0o755)
    assert bootstrap.node_version(str(old)) == 12 < bootstrap.OLDEST_NODE


def test_an_unknown_task_is_refused_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["nonsense"]) == 2
    assert "usage: python3 bootstrap.py run|test" in capsys.readouterr().err


def test_without_a_browser_continuous_integration_fails_and_a_person_is_told_loudly(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("install", "build_assets", "find_browser"):
        monkeypatch.setattr(bootstrap, name, lambda *_: None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(bootstrap.Stopped, match="may not be skipped"):
        bootstrap.prepare_tests()
    monkeypatch.delenv("CI")
    monkeypatch.delenv("TEST_BROWSER", raising=False)
    assert "TEST_BROWSER" not in bootstrap.prepare_tests()
    assert "NO BROWSER WAS FOUND" in capsys.readouterr().out


def test_the_bootstrap_needs_nothing_but_the_standard_library() -> None:
    script = f"import runpy; runpy.run_path({str(ROOT / 'bootstrap.py')!r}, run_name='imported')"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_requirement_is_pinned_with_hashes_and_without_an_address() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text()
        pins = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==[^\s;]+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
        blocks = re.split(r"(?m)^(?=[a-z])", text)[1:]
        assert len(pins) == len(blocks) > 0, path.name
        assert all("--hash=sha256:" in block for block in blocks), path.name
        assert "://" not in text


def test_no_committed_file_names_a_package_registry() -> None:
    # The names are put together here, so that this file does not name one itself.
    registries = [
        ".".join(parts)
        for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
    ]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    names = [name for name in listed.decode().split("\0") if name]
    if not names:
        pytest.skip("this copy is no repository")
    for name in names:
        path = ROOT / name
        if path.is_file():
            content = path.read_bytes()
            assert not any(registry.encode() in content for registry in registries), name
