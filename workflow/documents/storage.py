"""The folder of files, each under the SHA-256 of what it holds; a file is written whole or not at all."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from workflow.errors import Invalid

LARGEST_BYTES = 10 * 1024 * 1024


def read_limited(name: str, data: bytes | BinaryIO) -> bytes:
    """What was sent.

    Raises:
        Invalid: when it is larger than 10 MB.
    """
    content = data if isinstance(data, bytes) else data.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise Invalid(f"{name} is larger than 10 MB. Save a smaller file and choose it again.", field="file")
    return content


def path_of(folder: Path, sha256: str) -> Path:
    """Where a file lies: the first two pairs of its hash are folders, so that no folder grows too long."""
    return folder / sha256[:2] / sha256[2:4] / sha256


def keep(folder: Path, content: bytes) -> str:
    """Write a file if it is not there yet, and return its SHA-256.

    It is written beside its place and then moved, so that a crash leaves either nothing or all of it. A file whose
    transaction is rolled back stays as an orphan, which holds nothing up and is removed later.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(folder, sha256)
    if path.exists() and path.stat().st_size == len(content):
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return sha256


def is_whole(folder: Path, sha256: str, size_bytes: int, *, deep: bool = False) -> bool:
    """Whether a file is there with its size; `deep` reads it and compares its hash."""
    path = path_of(folder, sha256)
    if not path.is_file() or path.stat().st_size != size_bytes:
        return False
    if not deep:
        return True
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
