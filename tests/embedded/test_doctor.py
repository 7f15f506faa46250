"""The doctor finds what is wrong and says how to put it right."""

import psycopg
import pytest

from tests.harness import Cluster, Database, SmtpSink
from tests.settings import settings_for
from workflow.embedded import doctor
from workflow.embedded.dumps import libpq_url


def examined(database: Database, cluster: Cluster, **given: str) -> list[doctor.Finding]:
    """What the doctor says about an installation on servers of one's own."""
    environ = {
        "DATABASE_URL": database.app_url,
        "MIGRATION_DATABASE_URL": database.owner_url,
        "REDIS_URL": cluster.redis.redis,
        "WORKFLOW_SECRET_KEY": "for tests only, and long enough to pass",
        "WORKFLOW_STATE": "/srv/nothing-is-kept-here",
        "WORKFLOW_DEMO": "off",
        **given,
    }
    return doctor.examine({name: value for name, value in environ.items() if value})


def wrong(findings: list[doctor.Finding]) -> list[str]:
    """The findings that are wrong, but for assets that this copy may not have built."""
    return [finding.text for finding in findings if finding.is_wrong and "style sheet" not in finding.text]


def test_a_sound_installation_has_nothing_wrong(
    database: Database, cluster: Cluster, smtp_sink: SmtpSink
) -> None:
    host, port = smtp_sink.address
    findings = examined(database, cluster, SMTP_HOST=host, SMTP_PORT=str(port))
    assert wrong(findings) == []
    said = "\n".join(str(finding) for finding in findings)
    assert "The database answers to workflow_app." in said
    assert "Redis answers." in said
    assert f"The mail server 127.0.0.1:{port} answers." in said


def test_servers_that_do_not_answer_are_named(database: Database, cluster: Cluster) -> None:
    nowhere = examined(
        database,
        cluster,
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
        REDIS_URL="redis://127.0.0.1:1/0",
        SMTP_HOST="127.0.0.1",
        SMTP_PORT="1",
    )
    starts = [line.split(":")[0].split(" 127")[0] for line in wrong(nowhere)]
    assert starts == ["The database does not answer", "Redis does not answer", "The mail server"]


def test_one_role_for_everything_is_a_warning(database: Database, cluster: Cluster) -> None:
    said = "\n".join(
        wrong(examined(database, cluster, MIGRATION_DATABASE_URL="", DATABASE_URL=database.owner_url))
    )
    assert "DATABASE_URL is set without MIGRATION_DATABASE_URL" in said
    assert "workflow_owner may change or delete rows of event" in said
    assert "workflow_owner may change or delete rows of ledger_entry" in said


def test_a_superuser_is_no_role_for_the_product(database: Database, cluster: Cluster) -> None:
    said = "\n".join(wrong(examined(database, cluster, DATABASE_URL=database.superuser_url)))
    assert "The product connects as postgres, a superuser. Give it the role workflow_app." in said


def test_a_database_that_is_empty_or_behind_says_which_command_helps(
    cluster: Cluster, database: Database
) -> None:
    empty = cluster.empty()
    assert "The database is empty. Run `python -m workflow migrate`." in wrong(examined(empty, cluster))
    with psycopg.connect(libpq_url(database.owner_url), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    assert any(
        line.startswith("The schema is at 0001, this version needs")
        for line in wrong(examined(database, cluster))
    )
    cluster.drop(empty)


def test_wrong_settings_are_listed_line_by_line(database: Database, cluster: Cluster) -> None:
    lines = wrong(examined(database, cluster, WORKFLOW_PORT="x", SMTP_TLS="ssl"))
    assert [line.split()[0] for line in lines] == ["WORKFLOW_PORT", "SMTP_TLS"]


def test_a_redis_that_forgets_is_wrong(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    import redis  # noqa: PLC0415

    with redis.Redis.from_url(cluster.redis.redis) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            finding = doctor._redis(settings_for(REDIS_URL=cluster.redis.redis))
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    assert finding.is_wrong
    assert "Set it to noeviction." in finding.text
