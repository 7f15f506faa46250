"""Evidence: streams of events, hash-chained and append-only; `record` is their only writer."""

from workflow.audit.anchors import append_anchor, keep_daily_anchor, make_anchor, read_anchors
from workflow.audit.commands import erase_text, hold_stream, record
from workflow.audit.models import Anchor, Event, EventText
from workflow.audit.streams import events_named, events_of, head_of, payload_of, texts_of
from workflow.audit.verification import (
    examine_database,
    examine_export,
    export_events,
    export_lines,
    verify,
    verify_export,
)

__all__ = [
    "Anchor",
    "Event",
    "EventText",
    "append_anchor",
    "erase_text",
    "events_named",
    "events_of",
    "examine_database",
    "examine_export",
    "export_events",
    "export_lines",
    "head_of",
    "hold_stream",
    "keep_daily_anchor",
    "make_anchor",
    "payload_of",
    "read_anchors",
    "record",
    "texts_of",
    "verify",
    "verify_export",
]
