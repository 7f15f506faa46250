"""Tables of documents. The files lie in a folder by the hash of what they hold, so equal files are kept once."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, TextEnum, WithId, enum_check
from workflow.documents.types import FileType


class Document(WithId, Base):
    """One upload: the name it came with, what it is for (`kind`), and the SHA-256 by which its file is found."""

    __tablename__ = "document"
    __table_args__ = (
        enum_check("file_type", FileType),
        CheckConstraint("length(sha256) = 64", name="sha256_whole"),
        CheckConstraint("size_bytes > 0", name="not_empty"),
        Index("ix_document_sha256", "sha256"),
    )

    name: Mapped[str]
    kind: Mapped[str]
    file_type: Mapped[FileType] = mapped_column(TextEnum(FileType))
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    stored_at: Mapped[datetime]
    stored_by: Mapped[str]


class Attachment(WithId, Base):
    """A document belongs to a subject (`case:12`) in a role (`evidence`); one taken away is kept with its moment."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "uq_attachment_current",
            "subject",
            "document_id",
            "role",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    subject: Mapped[str]
    role: Mapped[str]
    attached_at: Mapped[datetime]
    attached_by: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]
