"""The throttle of what can be guessed: signing in, links, uploads. Without Redis each process counts for itself."""

from flask import current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(
    get_remote_address,
    strategy="fixed-window",
    headers_enabled=False,
    in_memory_fallback_enabled=True,
    swallow_errors=True,
    key_prefix="throttle",
)


def per_address() -> str:
    """How often one address may try: many people of one council share one."""
    return str(current_app.config.get("THROTTLE_ADDRESS", "120 per 5 minutes"))


def per_account() -> str:
    """How often one account may be tried, from anywhere."""
    return str(current_app.config.get("THROTTLE_ACCOUNT", "20 per 5 minutes"))


def account() -> str:
    """The account that a sign-in names; its digest would do, but the key never leaves the counter."""
    return request.form.get("email", "").strip().lower()[:254] or "-"
