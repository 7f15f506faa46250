"""A connection may name a bid, so the table of cases must be known."""

import workflow.cases.models  # noqa: F401 - its tables are named by foreign keys.
