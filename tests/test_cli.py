"""Every command has help, and answers what is wrong with one plain line and its exit status."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workflow import cli

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = (
    "up",
    "migrate",
    "seed",
    "tick",
    "check",
    "audit verify",
    "audit export",
    "lifecycle check",
    "lifecycle table",
    "lifecycle migrate",
    "demo accounts",
    "doctor",
    "backup",
    "restore",
)
# The definitions and the demonstration's people need no settings; the doctor lists wrong ones among its findings.
READING_SETTINGS = [name for name in COMMANDS if name.split()[0] not in {"lifecycle", "demo", "doctor"}]


def workflow(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person does."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("WORKFLOW_", "DATABASE_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "workflow", *arguments],
        cwd=ROOT,
        env={**environ, **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*command.split(), "--help"])
    assert ended.value.code == 0
    assert f"usage: python -m workflow {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["audit"], ["backup"], ["up", "now"], ["check", "--fast"]]
)
def test_a_wrong_command_is_refused_with_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m workflow")


@pytest.mark.parametrize("command", READING_SETTINGS)
def test_a_wrong_setting_is_one_line_and_status_2(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKFLOW_PORT", "eighty")
    arguments = [
        *command.split(),
        *(["/srv/nowhere"] if command in {"backup", "restore", "audit export"} else []),
    ]
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "WORKFLOW_PORT must be a whole number from 1 to 65535, not 'eighty'.\n"


@pytest.mark.parametrize("command", ["check", "audit verify", "backup /srv/nowhere"])
def test_a_command_before_the_first_start_says_what_to_do(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKFLOW_STATE", "/srv/nothing-was-set-up-here")
    assert cli.main(command.split()) == 1
    assert capsys.readouterr().err == (
        "Nothing was set up in /srv/nothing-was-set-up-here yet. Run `make run` first.\n"
    )


def test_a_database_that_does_not_answer_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("WORKFLOW_SECRET_KEY", "for tests only, and long enough to pass")
    assert cli.main(["check"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("The database does not answer: ")
    assert len(err.splitlines()) == 1


def test_no_traceback_reaches_a_person_from_the_real_command_line() -> None:
    done = workflow("up", WORKFLOW_STATE="/proc/nowhere")
    assert done.returncode == 1
    assert done.stderr.startswith("The state folder /proc/nowhere cannot be written")
    assert "Traceback" not in done.stderr
