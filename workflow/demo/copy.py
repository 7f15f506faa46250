"""The copy of the freshly told demonstration beside its tables, and the way back to it in seconds.

The product's own role may neither empty a table nor rewrite a history, and that stays so. The owner's role, which
migrates, puts a function beside the copy that does this one thing, and lets the product's role call it. It is there only
in a database of the demonstration.
"""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from workflow.audit.anchors import anchors_kept, read_anchors
from workflow.config import Settings
from workflow.db import APP_ROLE, Sessions
from workflow.errors import Invalid

SCHEMA = "demonstration"
NOT_COPIED = ("alembic_version", "heartbeat")
"""What says how the product is, not what it holds."""

TRIES = 3
NO_COPY = (
    "There is no copy to go back to: this database was begun by another version, or without the owner’s address. "
    "Stop the service, remove its state folder and start it."
)

_TABLES = text("""
    SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (:left_out) ORDER BY tablename
""")
_NOTES = """
    CREATE TABLE {schema}."_keys" AS
        SELECT conrelid::regclass::text AS relation, conname::text AS name, pg_get_constraintdef(oid) AS body
        FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 1, 2;
    CREATE TABLE {schema}."_numbers" AS
        SELECT sequencename::text AS name, last_value FROM pg_sequences WHERE schemaname = 'public';
    CREATE TABLE {schema}."_copy" AS
        SELECT version_num::text AS version, CAST(:letter AS text) AS letter FROM public.alembic_version;
"""
_FUNCTION = """
    CREATE FUNCTION {schema}.start_again() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public SET lock_timeout = '5s' AS $body$
    DECLARE
        one record;
        every text;
        columns text;
    BEGIN
        SELECT string_agg(format('public.%I', tablename), ', ' ORDER BY tablename) INTO every
        FROM pg_tables WHERE schemaname = '{schema}' AND tablename NOT LIKE E'\\\\_%';
        EXECUTE 'LOCK TABLE ' || every || ' IN ACCESS EXCLUSIVE MODE';
        FOR one IN SELECT * FROM {schema}."_keys" LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.relation, one.name);
        END LOOP;
        FOR one IN SELECT tablename AS name FROM pg_tables
                   WHERE schemaname = '{schema}' AND tablename NOT LIKE E'\\\\_%' LOOP
            EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER USER', one.name);
            EXECUTE format('TRUNCATE public.%I', one.name);
            SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) INTO columns
            FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = one.name AND is_generated = 'NEVER';
            EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM {schema}.%I',
                           one.name, columns, columns, one.name);
            EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER USER', one.name);
        END LOOP;
        FOR one IN SELECT * FROM {schema}."_keys" LOOP
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', one.relation, one.name, one.body);
        END LOOP;
        FOR one IN SELECT * FROM {schema}."_numbers" LOOP
            PERFORM setval(format('public.%I', one.name)::regclass, coalesce(one.last_value, 1),
                           one.last_value IS NOT NULL);
        END LOOP;
        -- Business time goes on from here, not from the machine's moment at which the copy was made.
        UPDATE public.business_clock SET real_at = clock_timestamp();
    END
    $body$;
    REVOKE ALL ON FUNCTION {schema}.start_again() FROM PUBLIC;
    GRANT USAGE ON SCHEMA {schema} TO {app};
    GRANT SELECT ON {schema}."_copy" TO {app};
    GRANT EXECUTE ON FUNCTION {schema}.start_again() TO {app};
"""


def keep_copy(owner_url: str, folder: Path) -> None:
    """Copy every table as it is now, with the name of the newest letter in `folder`; an older copy is replaced."""
    letters = _letters(folder)
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        for table in _tables(connection):
            connection.execute(text(f'CREATE TABLE {SCHEMA}."{table}" AS TABLE public."{table}"'))
        for statement in _NOTES.format(schema=SCHEMA).split(";")[:-1]:
            given = {"letter": letters[-1].stem if letters else ""}
            connection.execute(text(statement), given if ":letter" in statement else {})
        # The function's body holds colons and semicolons of its own, so it goes to the driver as it is.
        connection.exec_driver_sql(_FUNCTION.format(schema=SCHEMA, app=APP_ROLE).replace("%", "%%"))


def can_start_again(session: Session) -> bool:
    """Whether there is a copy, and the tables still have the shape that they had when it was made."""
    if session.scalar(select(func.to_regclass(f'{SCHEMA}."_copy"'))) is None:
        return False
    same = text(
        'SELECT copy.version = now.version_num FROM demonstration."_copy" AS copy, alembic_version AS now'
    )
    return bool(session.scalar(same))


def start_again(sessions: Sessions, settings: Settings) -> None:
    """Put everything back to where the demonstration opens: the tables, the clock, the mailbox and the anchors' file.

    Everybody is signed out, because the copy knows of no session.

    Raises:
        Invalid: when there is no copy that fits, or others keep the tables busy.
    """
    for tried in range(1, TRIES + 1):
        try:
            with sessions() as session, session.begin():
                _put_back(session, settings)
        except OperationalError as error:
            # A worker held a table, or waited for one of ours; its transactions are short, so the next try succeeds.
            if tried == TRIES or error.connection_invalidated:
                raise Invalid("The service is busy. Wait some seconds and press again.") from error
        else:
            return


def _put_back(session: Session, settings: Settings) -> None:
    if not can_start_again(session):
        raise Invalid(NO_COPY)
    newest = session.scalar(text('SELECT letter FROM demonstration."_copy"')) or ""
    session.execute(text(f"SELECT {SCHEMA}.start_again()"))
    # The tables stay locked until the commit, so nobody is between a new anchor and its line in the file.
    _cut_anchors(session, settings.state / "anchors" / "anchors.jsonl")
    for letter in _letters(settings.state / "mail"):
        if letter.stem > newest:
            letter.unlink(missing_ok=True)


def _cut_anchors(session: Session, file: Path) -> None:
    """Put a file of anchors aside that the copy does not know; it stays beside, for whoever wants to see it."""
    if not file.exists():
        return
    known = {anchor.root for anchor in anchors_kept(session)}
    if any(anchor.root not in known for anchor in read_anchors(file)):
        file.rename(file.with_suffix(f".{datetime.now(UTC):%Y%m%d%H%M%S%f}.before"))


def _tables(connection: Connection) -> list[str]:
    return list(connection.execute(_TABLES, {"left_out": list(NOT_COPIED)}).scalars())


def _letters(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"))
