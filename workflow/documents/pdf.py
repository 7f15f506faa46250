"""Tagged PDF, made by Typst from a template and plain data. Source: PDF/UA-1, ISO 14289-1."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "documents"


def tagged_pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The document that `templates/documents/<template>` makes of `data`, which may hold text, numbers, lists and mappings.

    What stands in `data` is only ever shown: it is handed over as JSON, and never read as markup. The same data and
    moment give the same bytes, so that a notice can be compared with a copy of it.
    """
    made: bytes = typst.compile(
        str(FOLDER / template),
        root=str(FOLDER),
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        timestamp=int(at.timestamp()),
    )
    return made
