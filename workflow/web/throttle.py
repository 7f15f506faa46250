"""The throttle of what can be guessed, in one table. Without Redis each process counts for itself."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address


class Throttle(NamedTuple):
    """The setting of one limit, what it is by default, and what it counts by."""

    setting: str
    default: str
    key: Callable[[], str]


def account() -> str:
    """The account that a sign-in names."""
    return request.form.get("email", "").strip().lower()[:254] or "-"


# Many people of one council share one address; one account is tried from anywhere.
ADDRESS = Throttle("THROTTLE_ADDRESS", "120 per 5 minutes", get_remote_address)
ACCOUNT = Throttle("THROTTLE_ACCOUNT", "20 per 5 minutes", account)
THROTTLED: dict[str, tuple[Throttle, ...]] = {"sign_in.sign_in": (ADDRESS, ACCOUNT)}
"""The limits on the POSTs of each address that has any."""


def register(app: Flask) -> None:
    """Put the limits in front of their views; the rooms are registered before."""
    limiter = Limiter(
        get_remote_address,
        app=app,
        strategy="fixed-window",
        headers_enabled=False,
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        key_prefix="throttle",
    )
    for endpoint, limits in THROTTLED.items():
        view: Any = app.view_functions[endpoint]
        for limit in limits:
            view = limiter.limit(_value(limit), key_func=limit.key, methods=["POST"], scope=limit.setting)(
                view
            )
        app.view_functions[endpoint] = view


def _value(limit: Throttle) -> Callable[[], str]:
    """The limit as the settings have it at the moment of the request."""
    return lambda: str(current_app.config.get(limit.setting, limit.default))
