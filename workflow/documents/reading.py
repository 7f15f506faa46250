"""Reads of documents. A file is always fetched through a subject that the caller has shown already."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.documents.models import Attachment, Document
from workflow.documents.storage import is_whole, path_of
from workflow.documents.types import RULES, FileType
from workflow.errors import NotHere, WorkflowError


class FileMissing(WorkflowError):
    """The row of a document is there and its file is not, or is not whole."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The file {name} cannot be read just now. The administrator has to restore it.")


def attachments(session: Session, subject: str, role: str | None = None) -> list[Document]:
    """The documents of a subject, in the order in which they came; only those in a role when one is given."""
    statement = (
        select(Document)
        .join(Attachment, Attachment.document_id == Document.id)
        .where(Attachment.subject == subject, Attachment.removed_at.is_(None))
    )
    if role is not None:
        statement = statement.where(Attachment.role == role)
    return list(session.scalars(statement.order_by(Attachment.id)).unique())


def attachments_of(session: Session, subjects: Sequence[str]) -> dict[str, list[Document]]:
    """The documents of some subjects, by subject, in one statement."""
    found: dict[str, list[Document]] = {subject: [] for subject in subjects}
    statement = (
        select(Attachment.subject, Document)
        .join(Attachment, Attachment.document_id == Document.id)
        .where(Attachment.subject.in_(subjects), Attachment.removed_at.is_(None))
    )
    for subject, document in session.execute(statement.order_by(Attachment.id)):
        found[subject].append(document)
    return found


def open_document(session: Session, folder: Path, *, document_id: int, subject: str) -> tuple[Document, Path]:
    """A document of this subject, with the path of its file.

    Raises:
        NotHere: when the subject has no such document.
        FileMissing: when its file is not there, or is not whole.
    """
    document = next((row for row in attachments(session, subject) if row.id == document_id), None)
    if document is None:
        raise NotHere
    if not is_whole(folder, document.sha256, document.size_bytes):
        raise FileMissing(document.name)
    return document, path_of(folder, document.sha256)


def media_type_of(file_type: FileType) -> str:
    """The media type to serve a file with, always as a download."""
    return RULES[file_type].media_type


def missing_files(session: Session, folder: Path, *, deep: bool = False) -> list[str]:
    """One sentence for every document whose file is not there or not whole; `deep` reads every file."""
    statement = select(Document).order_by(Document.id).execution_options(yield_per=500)
    return [
        f"document {row.id} ({row.name}): its file {row.sha256} is missing or not whole"
        for row in session.scalars(statement)
        if not is_whole(folder, row.sha256, row.size_bytes, deep=deep)
    ]
