"""Settings: every wrong one is a plain line."""

from pathlib import Path

import pytest

from tests.settings import settings_for
from workflow.config import REFERENCE, MailTls, load_settings, redis_urls
from workflow.errors import SettingsError


def problem(**given: str) -> str:
    """What is said about these settings."""
    with pytest.raises(SettingsError) as raised:
        settings_for(**given)
    return str(raised.value)


def test_settings_that_are_not_given_have_their_defaults() -> None:
    settings = settings_for()
    assert settings.base_url == "http://localhost:8000"
    assert settings.demo is False
    assert settings.smtp.tls is MailTls.OFF
    assert settings.migration_database_url == settings.database_url


def test_the_address_follows_the_port_unless_it_is_given() -> None:
    assert settings_for(WORKFLOW_PORT="8123").base_url == "http://localhost:8123"
    given = settings_for(WORKFLOW_BASE_URL="https://grants.example.org/")
    assert given.base_url == "https://grants.example.org"
    assert given.is_secure


def test_the_demonstration_names_the_department_that_runs_it_unless_another_is_given() -> None:
    assert settings_for().owner == "The department that runs this service"
    assert settings_for(WORKFLOW_DEMO="on").owner == "Department for Communities and Local Government"
    assert settings_for(WORKFLOW_DEMO="on", WORKFLOW_OWNER="Ministry of Works").owner == "Ministry of Works"


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({})
    lines = str(raised.value).splitlines()
    assert [line.split()[0] for line in lines] == ["DATABASE_URL", "REDIS_URL", "WORKFLOW_SECRET_KEY"]
    assert all(line.endswith("to a file that holds it.") for line in lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKFLOW_PORT", "0"),
        ("WORKFLOW_PORT", "65536"),
        ("WORKFLOW_PORT", "eighty"),
        ("WORKFLOW_PORT", "-1"),
        ("WORKFLOW_PORT", "٣"),
        ("WORKFLOW_PORT", "9" * 5000),
        ("WORKFLOW_PROXIES", "1.5"),
        ("WORKFLOW_DEMO", "yes"),
        ("WORKFLOW_BASE_URL", "grants.example.org"),
        ("WORKFLOW_BASE_URL", "ftp://grants.example.org"),
        ("WORKFLOW_BASE_URL", "https://example.org/grants"),
        ("WORKFLOW_BASE_URL", "https://[::1"),
        ("DATABASE_URL", "sqlite:///here.db"),
        ("DATABASE_URL", "nonsense"),
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "redis://localhost/first"),
        ("REDIS_URL", "unix:///s?db=x"),
        ("REDIS_URL", "redis://[::1"),
        ("WORKFLOW_SECRET_KEY", "short"),
        ("SMTP_PORT", ""),
        ("SMTP_TLS", "ssl"),
        ("WORKFLOW_MAIL_FROM", "nobody"),
        ("WORKFLOW_MAIL_FROM", "a@example.org\nBcc: b@example.org"),
        ("WORKFLOW_REPLY_TO", "Help <help@example.org>"),
        ("WORKFLOW_SERVICE_NAME", "   "),
        ("WORKFLOW_SERVICE_NAME", "two\nlines"),
        ("WORKFLOW_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_setting_is_one_plain_line_that_names_it(name: str, value: str) -> None:
    said = problem(**{name: value})
    assert said.startswith(f"{name} ")
    assert len(said.splitlines()) == 1
    assert said.endswith((".", "`."))
    assert len(said) < 200


def test_a_misspelt_setting_is_named_with_the_nearest_that_exists() -> None:
    assert problem(WORKFLOW_PROT="9000") == "WORKFLOW_PROT is not a setting. Did you mean WORKFLOW_PORT?"


def test_a_setting_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("a secret key that stands in a file of its own\n")
    settings = load_settings(
        {"DATABASE_URL": "postgres:///a", "REDIS_URL": "redis://h", "WORKFLOW_SECRET_KEY_FILE": str(path)}
    )
    assert settings.secret_key == "a secret key that stands in a file of its own"


def test_a_setting_given_twice_or_in_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "both set" in problem(WORKFLOW_PORT="1", WORKFLOW_PORT_FILE=str(tmp_path / "port"))
    assert "cannot be read" in problem(SMTP_PASSWORD_FILE=str(tmp_path / "missing"))


def test_no_secret_is_shown_by_a_problem_or_by_the_settings_themselves() -> None:
    settings = settings_for(DATABASE_URL="postgresql://app:hush@host/db", WORKFLOW_SECRET_KEY="hush" * 10)
    assert "hush" not in repr(settings)
    assert "hush" not in problem(DATABASE_URL="mysql://app:hush@host/db")
    assert "hush" not in problem(WORKFLOW_SECRET_KEY="hush")
    assert "hush" not in problem(REDIS_URL="amqp://:hush@host/0")


def test_every_spelling_of_postgresql_becomes_the_one_of_our_driver() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        assert settings_for(DATABASE_URL=f"{scheme}://u@h/d").database_url == "postgresql+psycopg://u@h/d"


def test_old_keys_are_a_list() -> None:
    assert settings_for(WORKFLOW_SECRET_KEY_OLD="one, two,").old_secret_keys == ("one", "two")


def test_one_socket_and_one_server_have_three_spellings() -> None:
    socket = redis_urls("unix:///run/valkey.sock?db=3")
    assert socket.redis == "unix:///run/valkey.sock?db=3"
    assert socket.broker == "redis+socket:///run/valkey.sock?virtual_host=4"
    assert socket.limits == "redis+unix:///run/valkey.sock?db=5"
    server = redis_urls("rediss://:word@host:6379")
    assert server == (
        "rediss://:word@host:6379/0",
        "rediss://:word@host:6379/1",
        "rediss://:word@host:6379/2",
    )


def test_every_setting_is_explained_in_the_page_of_operations() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs/operations.md").read_text()
    for setting in REFERENCE:
        assert f"| `{setting.name}` | " in page
        assert setting.meaning in page
