"""Checks a history, pure: from rows of the database or lines of an export, it names what was done to them.

Each event holds the hash of the one before, so an edited, removed or reordered event breaks its chain. A chain that is
cut off at its end, or written anew from some event on, is whole in itself; that is what the anchors are for.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from workflow.audit.canonical import FIRST, chain_hash, text_digest

_MOST_MISSING = 1_000
"""How many single events of a gap are remembered, in case they come later in the wrong place."""


class Head(NamedTuple):
    """The end of a stream at some moment."""

    seq: int
    hash: str


class Anchored(NamedTuple):
    """An anchor as it left the database: its root, the root before, and the heads that changed between the two."""

    day: date
    previous_root: str
    root: str
    heads: Mapping[str, Head]


class Text(NamedTuple):
    """A text beside an event; `salt` and `text` are None once it is erased."""

    digest: str
    salt: str | None
    text: str | None


class Row(NamedTuple):
    """An event as it is kept. `columns` are what the table repeats of the text, empty for an export."""

    stream: str
    seq: int
    canonical: str
    previous_hash: str
    hash: str
    texts: Mapping[str, Text]
    columns: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found.

    `problems` has a sentence for each row that was tampered with. `newer` counts the events since the last anchor,
    which nothing outside protects yet; `anchored_to` is that anchor's day.
    """

    problems: tuple[str, ...]
    events: int
    streams: int
    newer: int
    anchored_to: date | None


@dataclass(slots=True)
class _Stream:
    seq: int = 0
    hash: str = FIRST
    missing: set[int] = field(default_factory=set)


def root_of(previous_root: str, heads: Mapping[str, Head]) -> str:
    """The root over the heads that changed and the root before, in hex."""
    return hashlib.sha256(f"{previous_root}\n{heads_text(heads)}".encode()).hexdigest()


def heads_text(heads: Mapping[str, Head]) -> str:
    """One line a stream, in order: number, hash, name."""
    return "\n".join(f"{head.seq} {head.hash} {stream}" for stream, head in sorted(heads.items()))


def heads_from(text: str) -> dict[str, Head]:
    """What `heads_text` wrote.

    Raises:
        ValueError: when it is not that.
    """
    found = {}
    for line in text.splitlines():
        seq, digest, stream = line.split(" ", 2)
        found[stream] = Head(int(seq), digest)
    return found


def examine(rows: Iterable[Row], anchors: Iterable[Anchored] = (), *, part: bool = False) -> Findings:
    """Check every event against its own hash, the one before, its texts and every anchor.

    The rows of one stream come in the order of their numbers; streams may be mixed. Where they are a `part` of the history,
    such as the stream of one bid, the anchors say nothing about a stream of which no row is there.
    """
    problems, expected, anchored_to = _anchors(anchors)
    latest = _latest(expected)
    streams: dict[str, _Stream] = {}
    events = newer = 0
    for row in rows:
        events += 1
        state = streams.setdefault(row.stream, _Stream())
        problems += [f"{row.stream} event {row.seq}: {what}" for what in _row(row, state)]
        newer += row.seq > latest.get(row.stream, 0)
        for day, digest in expected.pop((row.stream, row.seq), ()):
            if digest != row.hash:
                what = f"rewritten, it or what comes before: the anchor of {day} holds another hash"
                problems.append(f"{row.stream} event {row.seq}: {what}")
    for name, state in streams.items():
        problems += [f"{name} event {seq}: removed" for seq in sorted(state.missing)]
    if part:
        expected = {place: held for place, held in expected.items() if place[0] in streams}
    problems += _cut_off(expected, streams)
    return Findings(tuple(problems), events, len(streams), newer, anchored_to)


_Expected = dict[tuple[str, int], list[tuple[date, str]]]


def _anchors(anchors: Iterable[Anchored]) -> tuple[list[str], _Expected, date | None]:
    problems: list[str] = []
    expected: _Expected = {}
    previous: Anchored | None = None
    for anchor in sorted(anchors, key=lambda a: a.day):
        if anchor.root != root_of(anchor.previous_root, anchor.heads):
            problems.append(f"anchor of {anchor.day}: edited, its root is not that of its heads")
        if previous is not None and anchor.previous_root != previous.root:
            problems.append(f"anchor of {anchor.day}: the anchor before it was removed or changed")
        for stream, head in anchor.heads.items():
            expected.setdefault((stream, head.seq), []).append((anchor.day, head.hash))
        previous = anchor
    return problems, expected, previous.day if previous else None


def _latest(expected: _Expected) -> dict[str, int]:
    latest: dict[str, int] = {}
    for stream, seq in expected:
        latest[stream] = max(seq, latest.get(stream, 0))
    return latest


def _row(row: Row, state: _Stream) -> list[str]:
    """What is wrong with one row, given the stream up to it; takes the row into the stream."""
    problems = _place(row, state)
    in_order = row.seq == state.seq + 1
    if chain_hash(row.previous_hash, row.canonical) != row.hash:
        problems.append("edited, its text does not have its hash")
    elif in_order and row.previous_hash != state.hash:
        problems.append("edited, it or the event before: it holds another hash than the event before has")
    problems += _said(row)
    if row.seq > state.seq:
        state.seq, state.hash = row.seq, row.hash
    return problems


def _place(row: Row, state: _Stream) -> list[str]:
    if row.seq in state.missing:
        state.missing.discard(row.seq)
        return [f"reordered, it comes after event {state.seq}"]
    if row.seq <= state.seq:
        return ["there twice"]
    gap = range(state.seq + 1, row.seq)
    if len(gap) > _MOST_MISSING:
        return [f"{len(gap)} events before it are removed, from event {gap[0]}"]
    state.missing.update(gap)
    return []


def _said(row: Row) -> list[str]:
    """Whether the text says what the columns and the texts beside it say."""
    try:
        said = json.loads(row.canonical)
        texts = said["texts"]
        named = {"stream": row.stream, "seq": row.seq, **row.columns}
        problems = [] if said["seq"] == row.seq else [f"reordered, by its own text it is event {said['seq']}"]
        problems += [
            f"edited, its column {name} does not say what its text says"
            for name, value in named.items()
            if name != "seq" and said[name] != value
        ]
    except (ValueError, KeyError, TypeError):
        return ["edited, its text cannot be read"]
    for name in sorted({*texts, *row.texts}):
        problems += _beside(name, texts.get(name), row.texts.get(name))
    return problems


def _beside(name: str, digest: str | None, beside: Text | None) -> list[str]:
    if beside is None:
        return [f"the text {name} beside it is removed"]
    if digest is None:
        return [f"a text {name} was put beside it"]
    if beside.digest != digest:
        return [f"the digest of the text {name} beside it is edited"]
    if beside.text is not None and text_digest(beside.salt or "", beside.text) != digest:
        return [f"the text {name} beside it is edited"]
    return []


def _cut_off(expected: _Expected, streams: Mapping[str, _Stream]) -> list[str]:
    """The anchored events that no row was found for, and that no gap explains."""
    problems = []
    for (stream, seq), anchors in sorted(expected.items()):
        state = streams.get(stream)
        if state is None or seq > state.seq:
            ends = f"ends at event {state.seq}" if state else "is gone"
            problems.append(
                f"{stream} event {seq}: cut off, the stream {ends}; the anchor of {anchors[0][0]} holds it"
            )
    return problems
