"""The forms of the actions: the definition names a form, the web room that owns it registers the class under that name."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.web.forms import ActionForm

_FORMS: dict[str, type[ActionForm]] = {}
_Form = TypeVar("_Form", bound=type[ActionForm])


def form_named(name: str) -> Callable[[_Form], _Form]:
    """Register a form class for the form name that an action of the definition carries.

    Raises:
        ValueError: when the name is taken.
    """

    def put(form: _Form) -> _Form:
        if name in _FORMS:
            raise ValueError(f"Two forms are named {name!r}")
        _FORMS[name] = form
        return form

    return put


def form_class(name: str) -> type[ActionForm]:
    """The class registered for a form name.

    Raises:
        KeyError: when no room has registered it.
    """
    return _FORMS[name]


def form_names() -> frozenset[str]:
    """Every registered name, for the check of the wiring."""
    return frozenset(_FORMS)


def form_for(
    name: str, session: Session, viewer: Viewer, case: Case, now: datetime, **given: Any
) -> ActionForm:
    """The form of an action for one case, drawn at its revision, with what depends on the case filled in.

    A form class may have two things: the class method `for_case(session, viewer, case, now)`, which returns a class with
    the fields that this case needs (an amount a year), and the method `prepare(session, viewer, case, now)`, which
    fills in choices and `facts` for the page.

    Raises:
        KeyError: when no room has registered the name.
    """
    made = form_class(name)
    for_case = getattr(made, "for_case", None)
    if for_case is not None:
        made = for_case(session, viewer, case, now)
    form = made(rev=case.rev, **given)
    prepare = getattr(form, "prepare", None)
    if prepare is not None:
        prepare(session, viewer, case, now)
    return form
