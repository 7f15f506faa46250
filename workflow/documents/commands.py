"""Storing files and attaching them."""

from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from workflow.db import Work
from workflow.documents.models import Attachment, Document
from workflow.documents.storage import keep, read_limited
from workflow.documents.types import safe_name, sniff
from workflow.errors import Invalid, NotHere

MOST_ATTACHMENTS = 50


def store(work: Work, folder: Path, *, name: str, data: bytes | BinaryIO, kind: str) -> Document:
    """Keep an uploaded file in `folder` and return its row; `kind` says what it is for, such as `evidence`.

    Raises:
        Invalid: when it is empty, larger than 10 MB, of a type that is not taken, or not what its name says.
    """
    shown = safe_name(name)
    content = read_limited(shown, data)
    file_type = sniff(shown, content)
    document = Document(
        name=shown,
        kind=kind,
        file_type=file_type,
        size_bytes=len(content),
        sha256=keep(folder, content),
        stored_at=work.now,
        stored_by=str(work.actor),
    )
    work.session.add(document)
    work.session.flush()  # The document's id is what forms and attachments name.
    return document


def attach(work: Work, document_id: int, subject: str, role: str) -> None:
    """Attach a document to a subject; attaching it again changes nothing.

    Raises:
        NotHere: when there is no such document, or somebody else stored it and it belongs to nothing yet.
        Invalid: when the subject has too many files.
    """
    found = work.session.get(Document, document_id)
    if found is None or not _may_attach(work, found, subject):
        raise NotHere
    count = select(func.count()).select_from(Attachment).where(*_current(subject))
    if work.session.execute(count).scalar_one() >= MOST_ATTACHMENTS:
        raise Invalid(f"There are {MOST_ATTACHMENTS} files already. Remove one first.", field="file")
    values = {"document_id": document_id, "subject": subject, "role": role}
    who = {"attached_at": work.now, "attached_by": str(work.actor)}
    work.session.execute(insert(Attachment).values(**values, **who).on_conflict_do_nothing())


def detach(work: Work, document_id: int, subject: str) -> None:
    """Take a document away from a subject; that it was there is kept.

    Raises:
        NotHere: when it is not attached to this subject.
    """
    removed = work.session.execute(
        update(Attachment)
        .where(*_current(subject), Attachment.document_id == document_id)
        .values(removed_at=work.now, removed_by=str(work.actor))
        .returning(Attachment.id)
    ).all()
    if not removed:
        raise NotHere


def _may_attach(work: Work, document: Document, subject: str) -> bool:
    # An id in a form's hidden field can be changed, so it must be one's own upload or a file of this very subject.
    if document.stored_by == str(work.actor):
        return True
    same = select(Attachment.id).where(Attachment.document_id == document.id, Attachment.subject == subject)
    return work.session.execute(same.limit(1)).first() is not None


def _current(subject: str) -> tuple[ColumnElement[bool], ...]:
    return (Attachment.subject == subject, Attachment.removed_at.is_(None))
