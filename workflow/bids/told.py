"""What people outside the department are told of a bid's stages and dates, where several stages read alike to them.

A filter, a count or a date that told one of these stages from another would tell what the words keep back.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, select

from workflow.bids.models import AreaKind, Bid, SupportType
from workflow.bids.rules import APPROVED_STATES
from workflow.cases import Case
from workflow.cases.registry import registry

_NAMES_COUNCILS = select(Bid.id).where(
    Bid.main_support == SupportType.INTERVENTION, Bid.area_kind == AreaKind.AUTHORITIES
)
withheld: ColumnElement[bool] = Case.id.in_(_NAMES_COUNCILS) & Case.state.not_in(sorted(APPROVED_STATES))
"""The condition on `Case` for what `is_withheld` says of one bid: the public is told nothing of it yet."""


def read_alike(names: Iterable[str]) -> frozenset[str]:
    """The states that read outside as one of these does, in any version of a bid's life; an unknown name stands for itself."""
    asked = set(names)
    outside = _outside()
    labels = {outside[name] for name in asked & outside.keys()}
    return frozenset(asked | {name for name, label in outside.items() if label in labels})


def first_alike(name: str) -> str:
    """The first state that reads outside as this one does: the one name that stands for all of them."""
    outside = _outside()
    return next((one for one, label in outside.items() if label == outside.get(name)), name)


def with_a_date() -> frozenset[str]:
    """The states whose due date people outside are told: those that read outside like no other."""
    labels = list(_outside().values())
    return frozenset(name for name, label in _outside().items() if labels.count(label) == 1)


def _outside() -> Mapping[str, str]:
    """The words that people outside read for each state, the current definition's first."""
    found = registry()
    newest_first = sorted((version for key, version in found.definitions if key == "bid"), reverse=True)
    labels: dict[str, str] = {}
    for version in newest_first:
        for state in found.definitions["bid", version].states:
            labels.setdefault(state.name, state.outside_label)
    return labels
