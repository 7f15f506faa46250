"""Puts a database back to what its template held, after tests that really commit."""

from psycopg import sql

from tests.harness import Cluster, Database


class Cleaner:
    """Puts a database back to what the template held, after tests that commit.

    Tables that are empty in the template are emptied; those with rows are filled again from a copy, when a test
    changed them. Triggers and foreign keys are off meanwhile, because append-only tables refuse a DELETE.
    """

    def __init__(self, cluster: Cluster, database: Database) -> None:
        self._connection = cluster.connect(database.name)
        self._connection.execute("SET session_replication_role = replica")
        self._connection.execute("CREATE SCHEMA kept")
        self._tables = [
            row[0]
            for row in self._connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            )
        ]
        self._kept = [table for table in self._tables if self._has_rows(table)]
        for table in self._kept:
            names = {"kept": sql.Identifier("kept", table), "table": sql.Identifier(table)}
            self._connection.execute(sql.SQL("CREATE TABLE {kept} AS TABLE {table}").format(**names))

    def clean(self) -> None:
        """Put every table back."""
        # One statement asks all tables at once, so that an untouched database costs a single round trip.
        question = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {name} WHERE EXISTS (SELECT 1 FROM {table})").format(
                name=sql.Literal(table), table=sql.Identifier(table)
            )
            for table in self._tables
            if table not in self._kept
        )
        dirty = [row[0] for row in self._connection.execute(question)] if self._tables else []
        with self._connection.transaction():
            for table in dirty:
                self._connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table in self._kept:
                self._restore(table)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _has_rows(self, table: str) -> bool:
        question = sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(table))
        row = self._connection.execute(question).fetchone()
        return bool(row and row[0])

    def _restore(self, table: str) -> None:
        names = {"kept": sql.Identifier("kept", table), "table": sql.Identifier(table)}
        difference = self._connection.execute(
            sql.SQL(
                "SELECT EXISTS ((TABLE {table} EXCEPT TABLE {kept}) UNION ALL (TABLE {kept} EXCEPT TABLE {table}))"
            ).format(**names)
        ).fetchone()
        if not (difference and difference[0]):
            return
        columns = sql.SQL(", ").join(sql.Identifier(name) for name in self._written_columns(table))
        self._connection.execute(sql.SQL("DELETE FROM {table}").format(**names))
        self._connection.execute(
            sql.SQL(
                "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {kept}"
            ).format(columns=columns, **names)
        )

    def _written_columns(self, table: str) -> list[str]:
        rows = self._connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [f'public."{table}"'],
        )
        return [row[0] for row in rows]
