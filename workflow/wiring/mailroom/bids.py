"""The facts of mail about a bid before it is assessed, and about leaving."""

from collections.abc import Mapping

from workflow.wiring.mailroom.terms import Extra

EXTRA: Mapping[str, Extra] = {}
"""By template."""
