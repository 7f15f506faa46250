"""Stored files: kept by their SHA-256, checked against an own table of types, attached to subjects."""

from workflow.documents.commands import attach, detach, store
from workflow.documents.models import Attachment, Document
from workflow.documents.reading import attachments, open_document

__all__ = ["Attachment", "Document", "attach", "attachments", "detach", "open_document", "store"]
