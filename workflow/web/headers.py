"""The headers of every answer: what a page may load, who may frame it, and that nobody keeps it."""

import secrets
import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

REQUEST_ID = "X-Request-Id"
QUIET = frozenset({"site.healthz", "site.readyz"})  # Monitors ask every few seconds.
log = structlog.get_logger(__name__)


def nonce() -> str:
    """The word that lets this answer's own scripts run, made anew for each answer."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def request_id() -> str:
    """The id of this request, in its log lines, its events and its answer."""
    if "request_id" not in g:
        g.request_id = uuid4().hex
    return str(g.request_id)


def policy() -> str:
    """The content security policy: only this service's own files, and the scripts that carry the nonce."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce()}'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def register(app: Flask, *, is_secure: bool) -> None:
    """Give every request its id, and every answer its headers. `is_secure`: people reach the service over TLS."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id(), endpoint=request.endpoint or "-")

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy())
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        headers[REQUEST_ID] = request_id()
        headers.setdefault("Cache-Control", "no-store")
        if is_secure:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        _note(response)
        return response


def _note(response: Response) -> None:
    """One line a request. It names the route and never the address, which may hold a secret link."""
    if request.endpoint in QUIET:
        return
    took = time.perf_counter() - g.get("started", time.perf_counter())
    log.info("request", method=request.method, status=response.status_code, took_ms=round(took * 1000))
