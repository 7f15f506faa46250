import io
import threading
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from workflow.clock import FixedClock
from workflow.db import SYSTEM, Work, person
from workflow.documents import attach, attachments, detach, open_document, store
from workflow.documents.commands import MOST_ATTACHMENTS
from workflow.documents.models import Attachment, Document
from workflow.documents.reading import FileMissing, attachments_of, media_type_of, missing_files
from workflow.documents.storage import LARGEST_BYTES, keep, path_of
from workflow.documents.types import LONGEST_NAME, FileType, safe_name, sniff
from workflow.errors import Invalid, NotHere

PDF = b"%PDF-1.7\nhello"


@pytest.fixture
def work(session: Session, clock: FixedClock) -> Work:
    return Work(session, clock.now(), clock.real(), SYSTEM)


def packed(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            # The moment is always the same, because the bytes stand in the names of tests, which two workers compare.
            entry = zipfile.ZipInfo(name.replace("__", "/").replace("_xml", ".xml"), (2011, 3, 29, 9, 0, 0))
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


DOCX = packed(word__document_xml="<w/>")
ODS = packed(mimetype="application/vnd.oasis.opendocument.spreadsheet")
DAMAGED = ODS[:40] + bytes(byte ^ 0xFF for byte in ODS[40:60]) + ODS[60:]
"""A zip whose list of members can be read and whose first member cannot."""


def test_a_stored_file_is_found_by_what_it_holds(work: Work, tmp_path: Path) -> None:
    document = store(work, tmp_path, name="invoice.pdf", data=PDF, kind="evidence")
    assert path_of(tmp_path, document.sha256).read_bytes() == PDF
    assert (document.name, document.size_bytes, document.file_type) == ("invoice.pdf", len(PDF), FileType.PDF)


def test_equal_files_are_kept_once_under_two_names(work: Work, tmp_path: Path) -> None:
    one = store(work, tmp_path, name="a.pdf", data=PDF, kind="evidence")
    two = store(work, tmp_path, name="b.pdf", data=io.BytesIO(PDF), kind="evidence")
    assert one.id != two.id
    assert one.sha256 == two.sha256
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.PDF", PDF, FileType.PDF),
        ("a.png", b"\x89PNG\r\n\x1a\n...", FileType.PNG),
        ("a.jpeg", b"\xff\xd8\xff\xe0", FileType.JPEG),
        ("a.docx", DOCX, FileType.DOCX),
        ("a.xlsx", packed(xl__workbook_xml="<x/>"), FileType.XLSX),
        ("a.ods", ODS, FileType.ODS),
        ("a.csv", "year,£\r\n2011,5\r\n".encode(), FileType.CSV),
        ("a.txt", "\ufeffYes\n".encode(), FileType.TXT),
    ],
)
def test_a_type_is_known_by_the_first_bytes(name: str, content: bytes, expected: FileType) -> None:
    assert sniff(name, content) is expected
    assert media_type_of(expected)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"", "is empty"),
        ("a.pdf", b"MZ\x90\x00\x03", "not a file that can be taken"),
        ("a.docx", PDF, "does not hold what its name says"),
        ("a.pdf", DOCX, "does not hold what its name says"),
        ("a.html", b"<script>alert(1)</script>", "does not hold what its name says"),
        ("a.svg", b"<svg/>", "does not hold what its name says"),
        ("a.docx", packed(evil="x"), "not a file that can be taken"),
        ("a.docx", DOCX[:40], "damaged"),
        ("a.odt", DAMAGED, "damaged"),
        ("a.txt", b"a\x00b", "not a file that can be taken"),
        ("a", b"plain", "does not hold what its name says"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_in_words(
    name: str, content: bytes, said: str
) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        sniff(name, content)
    assert refused.value.field == "file"


def test_a_file_that_unpacks_to_something_huge_is_refused_without_unpacking_it() -> None:
    bomb = packed(word__document_xml="0" * (101 * 1024 * 1024))
    assert len(bomb) < 200_000
    with pytest.raises(Invalid, match="far too large"):
        sniff("a.docx", bomb)


def test_a_file_larger_than_ten_megabytes_is_refused_and_leaves_nothing(work: Work, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="larger than 10 MB"):
        store(work, tmp_path, name="a.txt", data=io.BytesIO(b"x" * (LARGEST_BYTES + 1)), kind="evidence")
    assert not list(tmp_path.iterdir())
    store(work, tmp_path, name="a.txt", data=b"x" * LARGEST_BYTES, kind="evidence")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\bid.docx", "bid.docx"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("\x00\x1b[31mred.pdf", "[31mred.pdf"),
        ("  two   spaces .pdf ", "two spaces .pdf"),
        ("..", "file"),
        ("", "file"),
    ],
)
def test_a_name_keeps_nothing_that_could_lead_astray(name: str, shown: str) -> None:
    assert safe_name(name) == shown


def test_a_very_long_name_keeps_its_ending() -> None:
    shown = safe_name("é" * 10_000 + ".pdf")
    assert (len(shown), shown[-4:]) == (LONGEST_NAME, ".pdf")


def test_a_document_is_fetched_through_its_subject_only(work: Work, tmp_path: Path) -> None:
    document = store(work, tmp_path, name="a.pdf", data=PDF, kind="evidence")
    attach(work, document.id, "case:1", "evidence")
    attach(work, document.id, "case:1", "evidence")
    found, path = open_document(work.session, tmp_path, document_id=document.id, subject="case:1")
    assert (found.id, path.read_bytes()) == (document.id, PDF)
    with pytest.raises(NotHere):
        open_document(work.session, tmp_path, document_id=document.id, subject="case:2")
    assert [row.id for row in attachments(work.session, "case:1", "evidence")] == [document.id]
    assert attachments(work.session, "case:1", "agreement") == []
    assert {s: len(rows) for s, rows in attachments_of(work.session, ["case:1", "case:2"]).items()} == {
        "case:1": 1,
        "case:2": 0,
    }


def test_a_document_taken_away_is_kept_with_its_moment_and_may_come_back(work: Work, tmp_path: Path) -> None:
    document = store(work, tmp_path, name="a.pdf", data=PDF, kind="evidence")
    attach(work, document.id, "case:1", "evidence")
    detach(work, document.id, "case:1")
    assert attachments(work.session, "case:1") == []
    with pytest.raises(NotHere):
        detach(work, document.id, "case:1")
    attach(work, document.id, "case:1", "evidence")
    assert len(attachments(work.session, "case:1")) == 1
    assert work.session.scalar(select(func.count()).select_from(Attachment)) == 2


def test_somebody_elses_upload_cannot_be_attached_by_its_number(
    session: Session, clock: FixedClock, tmp_path: Path
) -> None:
    ann = Work(session, clock.now(), clock.real(), person(1))
    bob = Work(session, clock.now(), clock.real(), person(2))
    document = store(ann, tmp_path, name="a.pdf", data=PDF, kind="evidence")
    with pytest.raises(NotHere):
        attach(bob, document.id, "case:2", "evidence")
    with pytest.raises(NotHere):
        attach(bob, 999_999_999, "case:2", "evidence")
    attach(ann, document.id, "case:1", "evidence")
    attach(bob, document.id, "case:1", "agreement")


def test_a_subject_takes_only_so_many_files(work: Work, tmp_path: Path) -> None:
    for _ in range(MOST_ATTACHMENTS):
        attach(work, store(work, tmp_path, name="a.pdf", data=PDF, kind="x").id, "case:1", "evidence")
    with pytest.raises(Invalid, match="Remove one first"):
        attach(work, store(work, tmp_path, name="a.pdf", data=PDF, kind="x").id, "case:1", "evidence")


@pytest.mark.parametrize(
    "what", ["UPDATE document SET name = 'x'", "DELETE FROM document", "DELETE FROM attachment"]
)
def test_the_application_may_not_change_or_delete_a_document(session: Session, what: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(what))


def test_a_missing_or_damaged_file_is_named_and_never_served(work: Work, tmp_path: Path) -> None:
    whole = store(work, tmp_path, name="whole.pdf", data=PDF, kind="x")
    gone = store(work, tmp_path, name="gone.pdf", data=PDF + b"1", kind="x")
    changed = store(work, tmp_path, name="changed.pdf", data=PDF + b"2", kind="x")
    attach(work, gone.id, "case:1", "evidence")
    path_of(tmp_path, gone.sha256).unlink()
    path_of(tmp_path, changed.sha256).write_bytes(PDF + b"3")
    with pytest.raises(FileMissing, match="administrator"):
        open_document(work.session, tmp_path, document_id=gone.id, subject="case:1")
    assert [line.split("(")[1].split(")")[0] for line in missing_files(work.session, tmp_path)] == [
        "gone.pdf"
    ]
    deep = missing_files(work.session, tmp_path, deep=True)
    assert len(deep) == 2
    assert not any(str(whole.id) == line.split()[1] for line in deep)


def test_eight_at_once_keeping_the_same_file_leave_one_whole_file(tmp_path: Path) -> None:
    content = b"x" * 1_000_000
    threads = [threading.Thread(target=keep, args=(tmp_path, content)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file.read_bytes() == content


def test_a_crash_while_writing_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="full"):
        keep(tmp_path, PDF)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_document_row_repeats_what_was_stored(work: Work, tmp_path: Path) -> None:
    made = store(work, tmp_path, name="a.pdf", data=PDF, kind="evidence")
    row = work.session.get_one(Document, made.id)
    assert (row.kind, row.stored_at, row.stored_by) == ("evidence", work.now, "system:workflow")
