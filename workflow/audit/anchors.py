"""Daily anchors: a root over the heads of all streams, kept in a table and carried out of the database in a file."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from workflow.audit.canonical import FIRST, canonical_json, canonical_moment
from workflow.audit.chain import Anchored, Head, heads_from, heads_text, root_of
from workflow.audit.models import Anchor, Event
from workflow.clock import Clock, london_date
from workflow.db import SYSTEM, Sessions, Work, unit_of_work

_LOCK = "anchor"


def make_anchor(work: Work, day: date | None = None) -> Anchor:
    """Make the anchor of a London day (today by default); the one made already is given back.

    It holds only the heads that changed since the anchor before, whose root it covers.
    """
    chosen = day or london_date(work.now)
    # Two workers at the same pulse must not both chain to the same anchor.
    work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK, 0))))
    made = work.session.scalars(select(Anchor).where(Anchor.day == chosen)).one_or_none()
    if made is not None:
        return made
    known = _known_heads(work.session)
    heads = {stream: head for stream, head in _heads(work.session) if known.get(stream) != head}
    previous = work.session.execute(
        select(Anchor.root).order_by(Anchor.id.desc()).limit(1)
    ).scalar_one_or_none()
    values = {"day": chosen, "previous_root": previous or FIRST, "root": root_of(previous or FIRST, heads)}
    row = values | {"heads": heads_text(heads), "made_at": work.real}
    return work.session.scalars(insert(Anchor).values(row).returning(Anchor)).one()


def keep_daily_anchor(sessions: Sessions, clock: Clock, file: Path) -> bool:
    """Make today's anchor when there is none, and carry it out of the database; True when it was made just now.

    The file is written after the commit, with whatever a crash left out of it before.
    """
    today = london_date(clock.now())
    with sessions() as session:
        if session.execute(select(Anchor.id).where(Anchor.day == today)).first() is not None:
            return False
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        make_anchor(work, today)
    with sessions() as session:
        there = {known.day for known in read_anchors(file)} if file.exists() else set()
        for anchor in session.scalars(select(Anchor).where(Anchor.day.not_in(there)).order_by(Anchor.day)):
            append_anchor(file, anchor)
    return True


def anchors_kept(session: Session) -> list[Anchored]:
    """The anchors of the database, the oldest first."""
    rows = session.scalars(select(Anchor).order_by(Anchor.day))
    return [Anchored(row.day, row.previous_root, row.root, heads_from(row.heads)) for row in rows]


def append_anchor(file: Path, anchor: Anchor) -> bool:
    """Append an anchor to a file outside the database, as one JSON line; False when it is there already."""
    if file.exists() and any(known.day == anchor.day for known in read_anchors(file)):
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as opened:
        opened.write(anchor_line(anchor) + "\n")
    return True


def anchor_line(anchor: Anchor) -> str:
    """An anchor as one line of JSON, to be appended to a file or mailed to the auditor."""
    heads = {stream: [head.seq, head.hash] for stream, head in heads_from(anchor.heads).items()}
    return canonical_json(
        {
            "day": anchor.day.isoformat(),
            "previous_root": anchor.previous_root,
            "root": anchor.root,
            "made_at": canonical_moment(anchor.made_at),
            "heads": heads,
        }
    )


def read_anchors(file: Path) -> list[Anchored]:
    """The anchors of a file.

    Raises:
        ValueError: naming the line that is none.
    """
    with file.open(encoding="utf-8") as opened:
        return list(_parsed(file.name, opened))


def _parsed(name: str, lines: Iterable[str]) -> Iterator[Anchored]:
    for number, line in enumerate(lines, start=1):
        try:
            said = json.loads(line)
            heads = {stream: Head(int(seq), str(digest)) for stream, (seq, digest) in said["heads"].items()}
            yield Anchored(date.fromisoformat(said["day"]), said["previous_root"], said["root"], heads)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(f"line {number} of {name} is no anchor") from None


def _known_heads(session: Session) -> dict[str, Head]:
    known: dict[str, Head] = {}
    for text in session.scalars(select(Anchor.heads).order_by(Anchor.day)):
        known.update(heads_from(text))
    return known


def _heads(session: Session) -> Iterator[tuple[str, Head]]:
    statement = select(Event.stream, Event.seq, Event.hash).ext(distinct_on(Event.stream))
    for stream, seq, digest in session.execute(statement.order_by(Event.stream, Event.seq.desc())):
        yield stream, Head(seq, digest)
