"""Evidence: streams of events, hash-chained and append-only; `record` is their only writer."""

from workflow.audit.commands import erase_text, hold_stream, record
from workflow.audit.models import Anchor, Event, EventText
from workflow.audit.streams import events_of, head_of, texts_of

__all__ = [
    "Anchor",
    "Event",
    "EventText",
    "erase_text",
    "events_of",
    "head_of",
    "hold_stream",
    "record",
    "texts_of",
]
