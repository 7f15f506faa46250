"""The types of file that are taken, known by what they hold and not by what they are called.

Browsers and names lie; so the first bytes decide, and the name's ending has to agree with them.
"""

import enum
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from workflow.errors import Invalid

LONGEST_NAME = 120
_MOST_MEMBERS = 2_000
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
)
"""What reading a packed file raises when it is damaged, locked or packed in a way that is not known here."""
_LARGEST_UNPACKED = 100 * 1024 * 1024


class FileType(enum.StrEnum):
    """The types that are taken."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    DOCX = "docx"
    XLSX = "xlsx"
    ODT = "odt"
    ODS = "ods"
    CSV = "csv"
    TXT = "txt"


@dataclass(frozen=True, slots=True)
class TypeRule:
    """How a type is served, which endings it may have, and how it begins (None: it is a zip, or plain text)."""

    media_type: str
    endings: frozenset[str]
    begins: bytes | None = None
    member: str | None = None


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
RULES: Mapping[FileType, TypeRule] = {
    FileType.PDF: TypeRule("application/pdf", frozenset({".pdf"}), b"%PDF-"),
    FileType.PNG: TypeRule("image/png", frozenset({".png"}), b"\x89PNG\r\n\x1a\n"),
    FileType.JPEG: TypeRule("image/jpeg", frozenset({".jpg", ".jpeg"}), b"\xff\xd8\xff"),
    FileType.DOCX: TypeRule(
        f"{_OFFICE}.wordprocessingml.document", frozenset({".docx"}), member="word/document.xml"
    ),
    FileType.XLSX: TypeRule(f"{_OFFICE}.spreadsheetml.sheet", frozenset({".xlsx"}), member="xl/workbook.xml"),
    FileType.ODT: TypeRule(f"{_OPEN}.text", frozenset({".odt"})),
    FileType.ODS: TypeRule(f"{_OPEN}.spreadsheet", frozenset({".ods"})),
    FileType.CSV: TypeRule("text/csv; charset=utf-8", frozenset({".csv"})),
    FileType.TXT: TypeRule("text/plain; charset=utf-8", frozenset({".txt"})),
}
TAKEN = "PDF, Word (.docx), Excel (.xlsx), OpenDocument (.odt, .ods), CSV, plain text, PNG or JPEG"


def sniff(name: str, content: bytes) -> FileType:
    """The type of a file.

    Raises:
        Invalid: when it is none that is taken, when its name says another, or when it unpacks to something huge.
    """
    if not content:
        raise Invalid(f"{name} is empty. Choose the file again.", field="file")
    ending = PurePosixPath(name.lower()).suffix
    found = _type_of(name, content, ending)
    if found is None:
        raise Invalid(f"{name} is not a file that can be taken. Choose {TAKEN}.", field="file")
    if ending not in RULES[found].endings:
        raise Invalid(
            f"{name} does not hold what its name says. Save it as {found.upper()} and choose it again.",
            field="file",
        )
    return found


def safe_name(name: str) -> str:
    """A file's name as it may be shown and offered for saving: no folders, no control or direction characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    kept = " ".join(kept.split()).strip(". ") or "file"
    if len(kept) <= LONGEST_NAME:
        return kept
    ending = PurePosixPath(kept).suffix[:10]
    return kept[: LONGEST_NAME - len(ending)] + ending


def _type_of(name: str, content: bytes, ending: str) -> FileType | None:
    for file_type, rule in RULES.items():
        if rule.begins is not None and content.startswith(rule.begins):
            return file_type
    if content.startswith(b"PK\x03\x04"):
        return _packed_type(name, content)
    if _is_text(content):
        return FileType.CSV if ending == ".csv" else FileType.TXT
    return None


def _packed_type(name: str, content: bytes) -> FileType | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            if len(members) > _MOST_MEMBERS or sum(m.file_size for m in members) > _LARGEST_UNPACKED:
                raise Invalid(
                    f"{name} unpacks to something far too large. Save a smaller file.", field="file"
                )
            names = {member.filename for member in members}
            said = _beginning(packed, "mimetype") if "mimetype" in names else None
    except _UNREADABLE:
        raise Invalid(f"{name} is damaged or locked with a password. Save it again.", field="file") from None
    for file_type, rule in RULES.items():
        if rule.member in names or (said is not None and said.strip() == rule.media_type):
            return file_type
    return None


def _beginning(packed: zipfile.ZipFile, name: str) -> str:
    with packed.open(name) as member:
        return member.read(200).decode("ascii", "replace")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(c in "\t\r\n\f" or unicodedata.category(c) != "Cc" for c in text)
