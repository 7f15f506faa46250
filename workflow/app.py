"""The composition root of the web: settings, database, clock, rooms, guard, headers and error pages become one application."""

import importlib
import importlib.util
import logging
from datetime import timedelta

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from workflow import logs, wiring
from workflow.clock import Clock
from workflow.config import Settings, load_settings
from workflow.db import Sessions, make_engine, make_sessions
from workflow.web import (
    access,
    compression,
    context,
    errors,
    filters,
    guard,
    headers,
    pages,
    statics,
    throttle,
    watching,
)

LARGEST_REQUEST = 11 * 1024 * 1024  # One file of 10 MB and its form.

# One line a room; each module offers `blueprint`. The demonstration stands above the web and is only there where it is on.
ROOMS = (
    "workflow.web.sign_in.views",
    "workflow.web.site.views",
    "workflow.web.home.views",
    "workflow.web.bids.views",
    "workflow.web.consultation.views",
    "workflow.web.approval.views",
    "workflow.web.funds.views",
    "workflow.web.monitoring.views",
    "workflow.web.queue.views",
    "workflow.web.notices.views",
    "workflow.web.about.views",
    "workflow.web.eligibility.views",
    "workflow.web.reports.views",
    "workflow.web.network.views",
    "workflow.web.published.views",
    "workflow.web.admin.views",
    "workflow.web.authority.views",
    "workflow.web.readiness.views",
)
DEMO_ROOM = "workflow.demo.views"


def create_app(
    settings: Settings | None = None,
    *,
    sessions: Sessions | None = None,
    clock: Clock | None = None,
    testing: bool = False,
) -> Flask:
    """The application as a WSGI callable.

    Settings come from the environment, and sessions and clock from the settings, where they are not given.

    Raises:
        SettingsError: when a setting is wrong or missing, or the built style sheet and script are not there.
        RuntimeError: when a route has no row in the access table.
    """
    settings = settings or load_settings()
    assets = statics.find_assets()
    logs.configure(settings.log_format)
    app = Flask("workflow", static_folder=None, template_folder=None)
    _configure(app, settings, testing=testing)
    wiring.wire()
    app.extensions["sessions"] = sessions or _sessions(settings)
    app.extensions["clock"] = clock or wiring.make_clock(settings, app.extensions["sessions"])
    _templates(app)
    for part in (compression, filters, context, guard, watching, pages, errors):
        part.register(app)
    headers.register(app, is_secure=settings.is_secure)
    _rooms(app, settings)
    throttle.register(app)
    access.check(app)
    statics.serve(app, assets)
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings, *, testing: bool) -> None:
    app.config.update(
        TESTING=testing,
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.old_secret_keys),
        SESSION_COOKIE_NAME="__Host-workflow_form" if settings.is_secure else "workflow_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_FIELD_NAME="csrf_token",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=guard.LARGEST_TEXT,
        MAX_FORM_PARTS=2000,
        PROPAGATE_EXCEPTIONS=False,
        RATELIMIT_STORAGE_URI=settings.redis.limits,
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": 0.3, "socket_connect_timeout": 0.3},
    )
    logging.getLogger("flask-limiter").setLevel(logging.ERROR)


def _sessions(settings: Settings) -> Sessions:
    # A request holds one connection at a time and for moments a second, so no thread waits for another's.
    return make_sessions(make_engine(settings.database_url, pool_size=2 * settings.web_threads))


def _templates(app: Flask) -> None:
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(statics.ROOT / "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _rooms(app: Flask, settings: Settings) -> None:
    from flask_wtf.csrf import generate_csrf  # noqa: PLC0415

    app.jinja_env.globals["csrf_token"] = generate_csrf
    for name in (*ROOMS, *((DEMO_ROOM,) if settings.demo else ())):
        room = name.rpartition(".")[0]
        if importlib.util.find_spec(room) is None or importlib.util.find_spec(name) is None:
            continue  # A room that is not built yet.
        app.register_blueprint(importlib.import_module(name).blueprint)
