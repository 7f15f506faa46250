"""The forms of the actions: the definition names a form, the web room that owns it registers the class under that name."""

from collections.abc import Callable
from typing import TypeVar

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
