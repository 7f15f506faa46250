"""The database kernel: the declarative base, types, the engine, and the one place that commits.

Only `unit_of_work` commits. A unit of work carries its session, its business moment, its machine moment, who acts, and the
request it belongs to. Locks are taken in one order everywhere: request key; cases (parent before child, else ascending id);
deadlines ascending; fund-years ascending.
"""

import enum
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Identity,
    MetaData,
    Text,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from workflow.clock import Clock
from workflow.money import Pence

APP_ROLE = "workflow_app"
"""The database role with which the product works; the migrations grant it what it may do, and no more."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in time: aware in Python, `timestamptz` in the database, always handed back as UTC.

    Raises:
        ValueError: when a naive moment is written.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone was written")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


class TextEnum(TypeDecorator[enum.StrEnum]):
    """A `StrEnum` kept as text; pair it with `enum_check` so that the table states the rule too."""

    impl = Text
    cache_ok = True

    def __init__(self, choices: type[enum.StrEnum]) -> None:
        super().__init__()
        self.choices = choices

    def process_bind_param(self, value: enum.StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.choices(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> enum.StrEnum | None:
        return None if value is None else self.choices(value)


def enum_check(column: str, choices: type[enum.StrEnum]) -> CheckConstraint:
    """The CHECK that holds a text column to the values of an enum."""
    values = ", ".join(f"'{choice.value}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({values})", name=column)


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        Pence: BigInteger,
        int: BigInteger,
        str: Text,
        datetime: UtcDateTime,
        dict[str, Any]: JSONB,
        list[str]: JSONB,
        list[int]: JSONB,
    }


class WithId:
    """A table whose rows are numbered by the database."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in person, the system, or somebody holding a secret link to one subject."""

    kind: Literal["person", "system", "link"]
    person_id: int | None = None
    link_id: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.person_id or self.link_id or 'workflow'}"


SYSTEM = Actor("system")


def person(person_id: int) -> Actor:
    """The actor for a signed-in person."""
    return Actor("person", person_id=person_id)


@dataclass(frozen=True, slots=True)
class Work:
    """One unit of work: everything a command needs from outside.

    `now` is business time taken once, `real` the machine's time taken once.
    """

    session: Session
    now: datetime
    real: datetime
    actor: Actor
    request_id: str = "-"


Sessions = sessionmaker[Session]


def make_engine(url: str, *, pool_size: int = 8) -> Engine:
    """An engine that is safe behind a transaction pooler: no session state is kept between transactions."""
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=4, pool_pre_ping=True, pool_timeout=5, hide_parameters=True
    )
    event.listen(engine, "handle_error", _say_no_values)
    return engine


def _say_no_values(context: ExceptionContext) -> None:
    """Keep of a database error what went wrong, not the rows it was about: errors are logged, and rows hold people."""
    first = str(context.original_exception).partition("\n")[0]
    context.original_exception.args = (first,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"{type(context.original_exception).__name__}: {first}",)


def make_sessions(engine: Engine) -> Sessions:
    """The one kind of session: objects stay readable after the commit, so that a redirect can name them."""
    return sessionmaker(engine, expire_on_commit=False)


def read_columns(
    session: Session, statement: Executable, given: Mapping[str, Any]
) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement that reads columns and no entities, for half of what it costs through the mapper.

    What the session has not written yet is written first, as for any other statement.
    """
    session.flush()
    return session.connection().execute(statement, given)


@contextmanager
def unit_of_work(
    sessions: Sessions, clock: Clock, *, actor: Actor, request_id: str = "-", now: datetime | None = None
) -> Iterator[Work]:
    """Open a transaction, hand out the `Work`, and commit when the block ends without an error.

    `now` is given when the moment was taken earlier, as a request does on arrival. Any error rolls everything back.
    """
    with sessions() as session, session.begin():
        yield Work(session, now or clock.now(), clock.real(), actor, request_id)
