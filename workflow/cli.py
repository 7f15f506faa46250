"""The command line. Each command is found by its name, has help, and answers a wrong input with one plain line."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workflow.embedded.access import Reach, reach
from workflow.embedded.up import up
from workflow.errors import SettingsError, WorkflowError

if TYPE_CHECKING:
    from sqlalchemy.exc import OperationalError
    from sqlalchemy.orm import Session

# ruff: noqa: PLC0415
# A command imports the room it needs when it is called, so that `--help` and `doctor` answer without the rest.

OK, BROKEN, WRONG = 0, 1, 2
Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 1 something is broken, 2 a wrong input or setting."""
    chosen = _parser().parse_args(arguments)
    command: Command = chosen.command
    try:
        return command(chosen)
    except SettingsError as problem:
        return _complain(str(problem), WRONG)
    except WorkflowError as problem:
        return _complain(str(problem), BROKEN)
    except _no_database() as problem:
        reason = str(problem.orig).strip().splitlines()[0]
        return _complain(f"The database does not answer: {reason}", BROKEN)
    except BrokenPipeError:
        # The reader, such as `head`, has had enough. Python would complain again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return _complain("Interrupted.", 130)


def _no_database() -> "type[OperationalError]":
    # Python asks for this class only when an error came this far, so `up` never loads what it does not need.
    from sqlalchemy.exc import OperationalError

    return OperationalError


def _complain(text: str, status: int) -> int:
    print(text, file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workflow", description="The grant allocation workflow.", allow_abbrev=False
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    _add(commands, "up", _up, "start everything on this machine and keep it running")
    _add(commands, "migrate", _migrate, "bring the database to the newest schema, with a dump before it")
    _add(commands, "seed", _seed, "load the reference data, and the demonstration where it is on")
    _add(commands, "tick", _tick, "one round of sweep, drain and reap, with no broker")
    _add(commands, "check", _check, "check all invariants; exit status 1 and a list when one is broken")
    audit = _group(commands, "audit", "the history of every change")
    verified = _add(
        audit, "verify", _audit_verify, "recompute every chain and anchor; exit status 1 when broken"
    )
    verified.add_argument("--export", type=Path, metavar="FILE", help="check this file, with no database")
    verified.add_argument("--anchors", type=Path, metavar="FILE", help="anchors kept outside")
    verified.add_argument(
        "--part", action="store_true", help="the file holds some streams only, as in a sample"
    )
    exported = _add(audit, "export", _audit_export, "write every event, a line each, into a new file")
    exported.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")
    exported.add_argument("--no-texts", action="store_true", help="leave out the texts beside the events")
    lifecycle = _group(commands, "lifecycle", "the definition of the lifecycle")
    _add(lifecycle, "check", _lifecycle_check, "validate the definitions; exit status 1 when one is wrong")
    _add(lifecycle, "table", _lifecycle_table, "print states, actions and who may, as Markdown")
    moved = _add(lifecycle, "migrate", _lifecycle_migrate, "move live bids to another version of their rules")
    moved.add_argument("key", help="the definition, such as bid")
    moved.add_argument("source", type=int, metavar="FROM", help="the version that they follow")
    moved.add_argument("target", type=int, metavar="TO", help="the version that they shall follow")
    how = moved.add_mutually_exclusive_group(required=True)
    how.add_argument("--plan", action="store_true", help="say what can move, and why the rest cannot")
    how.add_argument("--apply", metavar="DIGEST", help="move what can, by the plan with this digest")
    demo = _group(commands, "demo", "the demonstration")
    accounts = _add(demo, "accounts", _demo_accounts, "who can sign in: e-mail, password, role, organisation")
    accounts.add_argument("--json", action="store_true", help="print JSON")
    looked = _add(commands, "doctor", _doctor, "say what is wrong with this installation")
    looked.add_argument(
        "--people",
        action="store_true",
        help="say what could not be decided for want of people or limits, today and for 30 days; exit status 1 when anything",
    )
    made = _add(
        commands, "backup", _backup, "write database, files, secret key and anchors into a new folder"
    )
    made.add_argument("folder", type=Path, metavar="DIR", help="a folder that is new or empty")
    back = _add(
        commands, "restore", _restore, "put back what a backup holds; the present data is moved aside"
    )
    back.add_argument(
        "folder", type=Path, metavar="DIR", help="a backup's folder, or one dump from the state folder"
    )
    return parser


Subparsers = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it.


def _add(
    commands: "Subparsers[argparse.ArgumentParser]", name: str, command: Command, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=text, description=f"{text[0].upper()}{text[1:]}.", allow_abbrev=False
    )
    parser.set_defaults(command=command)
    return parser


def _group(
    commands: "Subparsers[argparse.ArgumentParser]", name: str, text: str
) -> "Subparsers[argparse.ArgumentParser]":
    parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    return parser.add_subparsers(required=True, metavar="COMMAND", title="commands")


def _up(_chosen: argparse.Namespace) -> int:
    return up(os.environ)


def _migrate(_chosen: argparse.Namespace) -> int:
    from workflow.embedded.filling import migrate_safely

    with reach(os.environ, may_be_new=True) as found:
        migrate_safely(found.settings, found.state, found.programs, print)
    return OK


def _seed(_chosen: argparse.Namespace) -> int:
    from workflow.embedded.filling import fill, migrate_safely

    with reach(os.environ, may_be_new=True) as found:
        migrate_safely(found.settings, found.state, found.programs, print)
        fill(found.settings)
    return OK


def _tick(_chosen: argparse.Namespace) -> int:
    from workflow.db import make_engine, make_sessions
    from workflow.wiring import make_clock, tick

    with reach(os.environ, takes_mail=True) as found:
        engine = make_engine(found.settings.database_url)
        try:
            sessions = make_sessions(engine)
            done = tick(sessions, make_clock(found.settings, sessions), found.settings)
        finally:
            engine.dispose()
    for name, count in done.items():
        print(f"{name} {count}")
    return OK


def _check(_chosen: argparse.Namespace) -> int:
    from workflow.reports.check import check

    with _reading() as (session, found):
        problems = check(session, documents=found.state.files, anchors=found.state.anchor_file)
        return _report(problems, "Every invariant holds.")


def _audit_verify(chosen: argparse.Namespace) -> int:
    from workflow.audit import examine_export, read_anchors, verify

    if chosen.part and chosen.export is None:
        return _complain("--part says something about an export: name the file with --export.", WRONG)
    try:
        outside = read_anchors(chosen.anchors) if chosen.anchors else []
        if chosen.export is not None:
            found = examine_export(chosen.export, outside, part=chosen.part)
            newer = f"{found.newer} of {found.events} events are newer than the last anchor"
            return _report(found.problems, f"Every chain is whole; {newer}.")
    except (OSError, ValueError) as error:
        return _complain(f"{error}. Name a file that is there.", WRONG)
    with _reading() as (session, place):
        kept = place.state.anchor_file
        outside = outside or (read_anchors(kept) if kept.exists() else [])
        return _report(verify(session, outside), "Every chain is whole.")


def _audit_export(chosen: argparse.Namespace) -> int:
    from workflow.audit import export_events

    with _reading() as (session, _place):
        try:
            with chosen.file.open("x", encoding="utf-8") as opened:
                count = export_events(session, opened, texts=not chosen.no_texts)
        except OSError as error:
            return _complain(f"{error}. Name a file that is not there yet, in a folder that is.", WRONG)
    print(f"{count} events")
    return OK


def _lifecycle_check(_chosen: argparse.Namespace) -> int:
    from workflow.engine import validate
    from workflow.wiring import workflows

    problems = [f"{one.key}/{one.version}: {problem}" for one in workflows() for problem in validate(one)]
    return _report(problems, "Every definition is valid.")


def _lifecycle_table(_chosen: argparse.Namespace) -> int:
    from workflow.engine.diagram import document
    from workflow.wiring import workflows

    print(document(workflows()), end="")
    return OK


def _lifecycle_migrate(chosen: argparse.Namespace) -> int:
    from workflow.cases import migrating
    from workflow.db import make_engine, make_sessions
    from workflow.wiring import make_clock, wire

    wire()
    with reach(os.environ) as found:
        # Only the owner of the schema may change to which version a bid is pinned; the application never can.
        engine = make_engine(found.settings.migration_database_url)
        try:
            sessions = make_sessions(engine)
            clock = make_clock(found.settings, sessions)
            with sessions() as session:
                move = migrating.choose(session, chosen.key, chosen.source, chosen.target)
            if chosen.plan:
                done, verb = migrating.plan_move(sessions, move, clock.now()), "can move"
            else:
                done, verb = migrating.apply_move(sessions, clock, move, chosen.apply), "moved"
        finally:
            engine.dispose()
    for line in migrating.told(move, done, verb):
        print(line)
    busy = any(migrating.BUSY in reasons for _, reasons in done.left.values())
    return BROKEN if busy and not chosen.plan else OK


def _demo_accounts(chosen: argparse.Namespace) -> int:
    from workflow.demo.accounts import accounts

    rows = accounts()
    if chosen.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return OK
    for row in rows:
        print(f"{row['email']:<40} {row['password']:<18} {row['role']}, {row['organisation']}")
    return OK


def _doctor(chosen: argparse.Namespace) -> int:
    from workflow.embedded import doctor

    if chosen.people:
        return _doctor_people()
    findings = doctor.examine(os.environ)
    for finding in findings:
        print(finding)
    return BROKEN if any(finding.is_wrong for finding in findings) else OK


def _doctor_people() -> int:
    from sqlalchemy.orm import sessionmaker

    from workflow.clock import london_date
    from workflow.reports.readiness import everything
    from workflow.reports.ready_words import plain
    from workflow.wiring import make_clock

    with _reading() as (session, found):
        now = make_clock(found.settings, sessionmaker(session.get_bind())).now()
        lines = [plain(finding, london_date(now)) for finding in everything(session, now)]
        return _report(lines, "Everything that waits can be decided, today and for 30 days.")


def _backup(chosen: argparse.Namespace) -> int:
    from workflow.embedded import backup

    with reach(os.environ) as found:
        print(
            f"Written to {backup.back_up(found, chosen.folder.absolute(), datetime.now(UTC))}. It holds the secret key."
        )
    return OK


def _restore(chosen: argparse.Namespace) -> int:
    from workflow.embedded import backup

    with reach(os.environ, may_be_new=True) as found:
        backup.restore(found, chosen.folder.absolute(), datetime.now(UTC))
    print("Restored. Run `check` and `audit verify` before people go on.")
    return OK


@contextmanager
def _reading() -> "Iterator[tuple[Session, Reach]]":
    """A session that sees one moment of the database and can change nothing, and the installation it belongs to."""
    from workflow.db import make_engine, make_sessions

    with reach(os.environ) as found:
        engine = make_engine(found.settings.database_url)
        one_moment = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            with make_sessions(one_moment)() as session:
                yield session, found
        finally:
            engine.dispose()


def _report(problems: Sequence[str], fine: str) -> int:
    for problem in problems:
        print(problem)
    if not problems:
        print(fine)
    return BROKEN if problems else OK
