"""Verifies the history: from the database, or from an export with no database at all."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.audit.anchors import anchors_kept
from workflow.audit.canonical import FIRST, canonical_json, canonical_moment
from workflow.audit.chain import Anchored, Findings, Row, Text, examine
from workflow.audit.models import Event, EventText

_BATCH = 1_000
_COLUMNS = tuple(column for column in Event.__table__.columns)


def verify(session: Session, anchors: Iterable[Anchored] = ()) -> list[str]:
    """One sentence for every event that was edited, removed, reordered or cut off; none when all is whole.

    `anchors` are those kept outside, read with `read_anchors`; the database's own are used as well.
    """
    return list(examine_database(session, anchors).problems)


def examine_database(session: Session, anchors: Iterable[Anchored] = ()) -> Findings:
    """Check the database's events, and say what is newer than the last anchor.

    Where an anchor kept outside differs from the database's, the one outside is believed.
    """
    kept = anchors_kept(session)
    believed, problems = _believed(kept, list(anchors))
    found = examine(_rows(session), believed)
    return Findings((*problems, *found.problems), found.events, found.streams, found.newer, found.anchored_to)


def export_events(session: Session, file: TextIO, *, texts: bool = True) -> int:
    """Write every event as a line of JSON that verifies without the database; returns how many.

    Without `texts` the texts beside the events are left out, as if they were erased.
    """
    count = 0
    for line in export_lines(session, texts=texts):
        file.write(line)
        count += 1
    return count


def export_lines(session: Session, *, texts: bool = True, streams: Sequence[str] = ()) -> Iterator[str]:
    """Every event, or those of some streams, as lines of JSON; the same as `export_events`, read as they are taken."""
    for row in _rows(session, streams):
        beside = {
            name: {"digest": t.digest, "salt": t.salt if texts else None, "text": t.text if texts else None}
            for name, t in row.texts.items()
        }
        line = {"stream": row.stream, "seq": row.seq, "canonical": row.canonical, "texts": beside}
        yield canonical_json(line | {"previous_hash": row.previous_hash, "hash": row.hash}) + "\n"


def verify_export(file: Path, anchors: Iterable[Anchored] = ()) -> list[str]:
    """The same as `verify`, for a file that `export_events` wrote."""
    return list(examine_export(file, anchors).problems)


def examine_export(file: Path, anchors: Iterable[Anchored] = (), *, part: bool = False) -> Findings:
    """Check an export; a line that cannot be read is a problem of its own. A `part` holds some streams only."""
    unreadable: list[str] = []
    with file.open(encoding="utf-8") as opened:
        found = examine(_lines(opened, unreadable), anchors, part=part)
    problems = (*unreadable, *found.problems)
    return Findings(problems, found.events, found.streams, found.newer, found.anchored_to)


def _believed(kept: Sequence[Anchored], outside: Sequence[Anchored]) -> tuple[list[Anchored], list[str]]:
    """The anchors to check against, and what was done to those in the database."""
    by_day = {anchor.day: anchor for anchor in kept}
    problems = []
    if kept and kept[0].previous_root != FIRST:
        problems.append(f"anchor of {kept[0].day}: the anchors before it were removed from the database")
    for anchor in outside:
        own = by_day.get(anchor.day)
        if own is None:
            problems.append(f"anchor of {anchor.day}: removed from the database")
        elif own.root != anchor.root:
            problems.append(f"anchor of {anchor.day}: edited, the one kept outside has another root")
    return list((by_day | {anchor.day: anchor for anchor in outside}).values()), problems


def _rows(session: Session, streams: Sequence[str] = ()) -> Iterator[Row]:
    statement = select(*_COLUMNS).order_by(Event.stream, Event.seq, Event.id)
    if streams:
        statement = statement.where(Event.stream.in_(streams))
    for batch in session.execute(statement, execution_options={"yield_per": _BATCH}).partitions():
        texts = _texts(session, [event.id for event in batch])
        for event in batch:
            columns = {
                "event": event.event,
                "at": canonical_moment(event.at),
                "real_at": canonical_moment(event.real_at),
                "actor": event.actor,
                "definition": event.definition,
            }
            beside = texts.get(event.id, {})
            yield Row(
                event.stream, event.seq, event.canonical, event.previous_hash, event.hash, beside, columns
            )


def _texts(session: Session, event_ids: Sequence[int]) -> dict[int, dict[str, Text]]:
    found: dict[int, dict[str, Text]] = {}
    columns = select(EventText.event_id, EventText.name, EventText.digest, EventText.salt, EventText.text)
    for event_id, name, digest, salt, text in session.execute(
        columns.where(EventText.event_id.in_(event_ids))
    ):
        found.setdefault(event_id, {})[name] = Text(digest, salt, text)
    return found


def _lines(lines: Iterable[str], unreadable: list[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        try:
            said = json.loads(line)
            texts = {name: Text(t["digest"], t["salt"], t["text"]) for name, t in said["texts"].items()}
            yield Row(
                said["stream"],
                int(said["seq"]),
                said["canonical"],
                said["previous_hash"],
                said["hash"],
                texts,
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            unreadable.append(f"line {number}: edited, it cannot be read")
