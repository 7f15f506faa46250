"""The tests' own foundations do what they promise."""

import smtplib
from email.message import EmailMessage

import psycopg
import pytest
import redis
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.cleaning import Cleaner
from tests.harness import Cluster, Database, SmtpSink
from workflow.embedded.migrate import current, head


def _value(engine: Engine, statement: str) -> object:
    with engine.connect() as connection:
        return connection.execute(text(statement)).scalar_one()


def test_tests_run_as_the_role_of_the_product_with_its_settings(app_engine: Engine) -> None:
    assert _value(app_engine, "SELECT current_user") == "workflow_app"
    assert _value(app_engine, "SHOW timezone") == "UTC"
    assert _value(app_engine, "SHOW lock_timeout") == "3s"
    assert _value(app_engine, "SHOW statement_timeout") == "30s"
    assert _value(app_engine, "SHOW idle_in_transaction_session_timeout") == "30s"


def test_the_role_of_the_product_may_not_make_a_table(session: Session) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("CREATE TABLE mine (id int)"))


def test_a_clone_stands_at_the_head_of_the_migrations(database: Database) -> None:
    assert current(database.app_url) == head()


def test_sorting_is_by_code_point_as_on_every_other_installation(app_engine: Engine) -> None:
    assert (
        _value(app_engine, "SELECT datlocprovider FROM pg_database WHERE datname = current_database()") == "b"
    )
    assert (
        _value(app_engine, "SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['b','A','a','B']) x")
        == "ABab"
    )


def test_cleaning_empties_what_was_empty_and_restores_what_was_not(
    cluster: Cluster, database: Database
) -> None:
    with cluster.connect(database.name) as connection:
        connection.execute("CREATE TABLE public.t_empty (id int)")
        connection.execute(
            "CREATE TABLE public.t_full (id int GENERATED ALWAYS AS IDENTITY, name text, twice text"
            " GENERATED ALWAYS AS (name || name) STORED)"
        )
        connection.execute("INSERT INTO public.t_full (name) VALUES ('kept'), ('too')")
        cleaner = Cleaner(cluster, database)
        connection.execute("INSERT INTO public.t_empty VALUES (1)")
        connection.execute("UPDATE public.t_full SET name = 'changed' WHERE name = 'kept'")
        connection.execute("INSERT INTO public.t_full (name) VALUES ('added')")
        cleaner.clean()
        cleaner.close()
        assert connection.execute("SELECT count(*) FROM public.t_empty").fetchone() == (0,)
        assert connection.execute("SELECT id, twice FROM public.t_full ORDER BY id").fetchall() == [
            (1, "keptkept"),
            (2, "tootoo"),
        ]


def test_the_three_spellings_of_valkey_are_three_databases_of_the_worker(
    cluster: Cluster, redis_url: str
) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()
        assert client.dbsize() == 0
    urls = cluster.redis
    assert urls.redis.startswith("unix:///")
    assert urls.broker.startswith("redis+socket:///")
    assert urls.limits.startswith("redis+unix:///")


def test_the_mail_sink_keeps_what_it_takes_and_refuses_when_told(smtp_sink: SmtpSink) -> None:
    message = EmailMessage()
    message["Subject"] = "Grüße"
    message.set_content("Read me.")
    smtp_sink.on_rcpt = lambda address: "450 later" if address == "late@example.org" else None
    host, port = smtp_sink.address
    with smtplib.SMTP(host, port) as client:
        client.send_message(message, "a@example.org", ["b@example.org"])
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(message, "a@example.org", ["late@example.org"])
    [received] = smtp_sink.wait_for(1)
    assert received.recipients == ("b@example.org",)
    assert received.message["Subject"] == "Grüße"


def test_nobody_but_the_starting_account_gets_in_as_superuser(cluster: Cluster) -> None:
    with cluster.connect() as connection:
        rules = connection.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()
        assert rules == [("local", "peer")]
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(cluster.sockets), dbname="postgres", user="stranger")


def test_a_dropped_clone_is_gone(cluster: Cluster) -> None:
    cloned = cluster.clone()
    cluster.drop(cloned)
    engine = create_engine(cloned.app_url, poolclass=NullPool)
    with pytest.raises(Exception, match="does not exist"):
        engine.connect()
