"""One folder holds everything, one process holds the folder, and others find what runs."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from workflow.embedded import state as states
from workflow.embedded.access import check_settings, completed, reach
from workflow.embedded.processes import CannotStart
from workflow.embedded.state import Running, State, choose_state
from workflow.errors import SettingsError

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops the servers to another account")


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A state folder that was just made."""
    made = State(tmp_path / "var")
    states.make(made)
    return made


def test_the_state_is_kept_in_the_copy_unless_a_setting_names_another_folder(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        assert choose_state({}, tmp_path) == State(tmp_path / "var")
        assert choose_state({"WORKFLOW_STATE": str(tmp_path / "x")}) == State(tmp_path / "x")
    assert choose_state({}, Path("/usr")) == State(Path("/usr/var"))
    assert choose_state({"WORKFLOW_STATE": "/srv/grants"}, tmp_path) == State(Path("/srv/grants"))


@needs_root
def test_root_in_a_closed_copy_keeps_its_state_in_a_folder_of_the_system_and_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    first, second = choose_state({}, tmp_path / "a" / "copy"), choose_state({}, tmp_path / "b" / "copy")
    assert first.was_moved
    assert first.folder.parent == Path("/var/lib/grant-workflow")
    assert first.folder.name.startswith("copy-")
    assert first.folder != second.folder


@needs_root
def test_root_may_not_choose_a_folder_closed_to_the_servers(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(CannotStart, match=r"^WORKFLOW_STATE is .*/var/lib or /srv\.$"):
        choose_state({"WORKFLOW_STATE": str(tmp_path / "x")})


def test_the_folder_is_closed_to_others(state: State) -> None:
    # Root's servers run as another account and have to pass through, which shows them nothing.
    assert stat.S_IMODE(state.folder.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)
    for place in (state.logs, state.mail, state.dumps, state.files, state.anchors):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_one_plain_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match=r"^The state folder .* cannot be written \(Not a directory\)\."):
        states.make(State(tmp_path / "file" / "var"))


def test_only_one_process_holds_the_folder(state: State) -> None:
    script = (
        "import sys; from pathlib import Path; from workflow.embedded.state import State, held\n"
        "with held(State(Path(sys.argv[1]))) as mine: print(mine)"
    )

    def other() -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, str(state.folder)], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    with states.held(state) as mine:
        assert mine
        assert other() == "False"
    assert other() == "True"


def test_the_secret_key_is_written_once_and_read_by_its_owner_only(state: State) -> None:
    path = states.secret_key(state)
    first = path.read_text()
    assert len(first) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert states.secret_key(state).read_text() == first


def test_what_runs_is_read_as_it_was_written_and_nonsense_is_nothing(state: State) -> None:
    running = Running(1, "http://localhost:8000", "a", "b", "c", 25)
    states.write_running(state, running)
    assert states.read_running(state) == running
    for text in ("", "{", "[]", '{"pid": 1}'):
        state.running.write_text(text)
        assert states.read_running(state) is None


def test_what_the_installation_knows_never_overrules_a_setting(state: State) -> None:
    found = {"DATABASE_URL": "postgresql:///own", "SMTP_HOST": "127.0.0.1"}
    given = {
        "DATABASE_URL_FILE": "/run/secrets/x",
        "SMTP_HOST": "mail",
        "WORKFLOW_DEMO": "off",
        "SMTP_USER": "",
    }
    merged = completed(given, state, found)
    assert "DATABASE_URL" not in merged
    assert merged["SMTP_HOST"] == "mail"
    assert merged["WORKFLOW_DEMO"] == "off"
    assert merged["WORKFLOW_SECRET_KEY_FILE"] == str(state.secret_key)
    assert "SMTP_USER" not in merged


def test_a_wrong_setting_is_found_before_anything_starts(state: State) -> None:
    check_settings({}, state)
    with pytest.raises(SettingsError, match="WORKFLOW_PORT must be a whole number"):
        check_settings({"WORKFLOW_PORT": "x"}, state)


def test_a_command_says_what_to_do_where_nothing_was_set_up() -> None:
    given = {"WORKFLOW_STATE": "/srv/nothing-was-set-up-here"}
    with (
        pytest.raises(CannotStart, match=r"^Nothing was set up in /srv/.* Run `make run` first\.$"),
        reach(given),
    ):
        pass
    assert not Path(given["WORKFLOW_STATE"]).exists(), "asking makes nothing"
