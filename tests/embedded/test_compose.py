"""The containers run the same product as one machine does; checked without an engine, on the text of the files."""

import os
import re
import stat
from pathlib import Path

import pytest

from tests.settings import settings_for
from workflow.embedded import parts, roles, servers

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVERS = {"postgres", "valkey", "mailpit"}
ALWAYS_ON = SERVERS | {"web", "worker", "beat"}


def services() -> dict[str, str]:
    """The text of each service, by its name."""
    body = re.search(r"^services:\n(.*?)^\S", COMPOSE, re.MULTILINE | re.DOTALL)
    assert body is not None
    found = re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", body.group(1), re.MULTILINE)
    return dict(found)


def command(service: str) -> list[str]:
    """The command of a service, written as a flow list."""
    found = re.search(r"command: \[(.*?)\]\n", services()[service], re.DOTALL)
    assert found is not None, service
    return [part.strip().strip('"') for part in re.split(r",\s+", found.group(1))]


def test_every_service_of_the_design_is_there() -> None:
    assert set(services()) == ALWAYS_ON | {"prepare"}


@pytest.mark.parametrize("service", sorted(ALWAYS_ON))
def test_a_service_that_stays_up_has_a_health_check_a_restart_policy_and_limits(service: str) -> None:
    text = services()[service]
    assert "healthcheck:" in text
    assert "restart: unless-stopped" in text or "<<: *product" in text
    assert re.search(r"limits: \{cpus: \S+, memory: \d+[MG]\}", text)


def test_the_containers_run_the_commands_of_one_machine() -> None:
    settings = settings_for(WORKFLOW_HOST="0.0.0.0")
    assert command("web")[1:] == parts.web_command(settings)[1:]
    assert command("worker")[1:] == parts.worker_command()[1:]
    assert command("beat")[1:] == parts.beat_command()[1:]
    assert command("prepare") == ["python", "-m", "workflow", "seed"]


def test_the_database_of_the_containers_sorts_like_the_embedded_one() -> None:
    shared = [
        flag for flag in servers.INITDB if flag.startswith(("--locale", "--builtin", "--enc", "--data"))
    ]
    assert len(shared) == 5
    for flag in shared:
        assert flag in services()["postgres"]


def test_the_roles_of_the_containers_have_the_settings_of_the_embedded_ones() -> None:
    script = (ROOT / "docker/roles.sh").read_text()
    for name, value in roles.APP_SETTINGS.items():
        assert f"ALTER ROLE {roles.APP} SET {name} = '{value}';" in script
    assert f"CREATE DATABASE workflow OWNER {roles.OWNER};" in script


def test_secrets_come_by_file_and_none_stands_in_the_file_itself() -> None:
    assert not re.search(r"(PASSWORD|SECRET_KEY|TOKEN|DATABASE_URL): ", COMPOSE)
    named = set(re.findall(r"/run/secrets/(\w+)", COMPOSE + (ROOT / "docker/roles.sh").read_text()))
    defined = set(re.findall(r"^  (\w+): \{file: secrets/\1\}", COMPOSE, re.MULTILINE))
    assert named <= defined
    assert defined <= set(re.findall(r"\w+", (ROOT / "docker/make-secrets.sh").read_text()))


def test_what_people_reach_does_not_own_the_tables() -> None:
    shared = COMPOSE.partition("\nservices:\n")[0]
    assert "migration_database_url" not in shared.lower()
    for service, text in services().items():
        assert ("migration_database_url" in text) is (service == "prepare"), service


def test_a_demonstration_is_reached_from_its_own_machine_alone() -> None:
    assert "WORKFLOW_DEMO: ${WORKFLOW_DEMO:-on}" in COMPOSE
    published = re.findall(r"ports: \[\"([^\"]*)\"\]", COMPOSE)
    assert published == ["${WORKFLOW_PORTS:-127.0.0.1:8000}:8000", "127.0.0.1:8025:8025"]


@pytest.mark.parametrize("script", ["docker/roles.sh", "docker/make-secrets.sh", ".ci/run"])
def test_a_script_may_be_run(script: str) -> None:
    assert stat.S_IMODE((ROOT / script).stat().st_mode) & 0o111
    assert os.access(ROOT / script, os.X_OK)


def test_continuous_integration_runs_make_test_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".ci/run").read_text().splitlines() if not line.startswith("#")]
    assert lines == ["set -eu", 'cd "$(dirname "$0")/.."', "exec make test"]
