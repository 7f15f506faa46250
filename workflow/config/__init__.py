"""Settings, from the environment and nowhere else, checked once at the start.

Every setting `X` may also be given as `X_FILE`, the path of a file that holds it, so that a secret needs no place in
the environment. A wrong or missing one is a plain line that says how to put it right.
"""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit, urlunsplit

from workflow.config import checks
from workflow.errors import SettingsError


class MailTls(StrEnum):
    """How the connection to the mail server is protected."""

    OFF = "off"
    STARTTLS = "starttls"
    TLS = "tls"


class LogFormat(StrEnum):
    """How a log line is written: for a person, or for a collector."""

    PLAIN = "plain"
    JSON = "json"


class RedisUrls(NamedTuple):
    """One Redis as redis-py, kombu (Celery's broker) and limits (the throttles) spell it, on three databases."""

    redis: str
    broker: str
    limits: str


class Smtp(NamedTuple):
    """The mail server to hand messages to."""

    host: str
    port: int
    user: str
    password: str
    tls: MailTls


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a running product; `REFERENCE` says what each means."""

    state: Path
    host: str
    port: int
    base_url: str
    proxies: int
    web_workers: int
    web_threads: int
    database_url: str
    migration_database_url: str
    redis_url: str
    secret_key: str
    old_secret_keys: tuple[str, ...]
    demo: bool
    smtp: Smtp
    mail_from: str
    reply_to: str
    service_name: str
    owner: str
    contact_telephone: str
    metrics_token: str
    log_format: LogFormat

    @property
    def redis(self) -> RedisUrls:
        """The Redis for everything that is not the truth: the pulse, throttles."""
        return redis_urls(self.redis_url)

    @property
    def is_secure(self) -> bool:
        """Whether people reach the product over TLS, so that cookies may be marked Secure."""
        return self.base_url.startswith("https://")

    def __repr__(self) -> str:
        return f"Settings(state={str(self.state)!r}, base_url={self.base_url!r})"


class Setting(NamedTuple):
    """One setting as operations know it; no default where it must be given, as `make run` does by itself."""

    name: str
    default: str | None
    meaning: str


DEMO_OWNER = "Department for Communities and Local Government"
"""Who runs the demonstration, where `WORKFLOW_OWNER` is not given."""
REFERENCE = (
    Setting("WORKFLOW_STATE", "var", "folder of everything the embedded installation keeps"),
    Setting("WORKFLOW_HOST", "127.0.0.1", "address the web server listens on"),
    Setting("WORKFLOW_PORT", "8000", "port the web server listens on"),
    Setting(
        "WORKFLOW_BASE_URL",
        "",
        "address people use; links in mail begin with it (default http://localhost:PORT)",
    ),
    Setting("WORKFLOW_PROXIES", "0", "number of trusted proxies in front of the web server"),
    Setting("WORKFLOW_WEB_WORKERS", "2", "processes of the web server"),
    Setting("WORKFLOW_WEB_THREADS", "8", "threads of each web process"),
    Setting("DATABASE_URL", None, "PostgreSQL as the role workflow_app"),
    Setting("MIGRATION_DATABASE_URL", "", "PostgreSQL as the role workflow_owner, not through a pooler"),
    Setting("REDIS_URL", None, "Redis or Valkey; three databases from the named one on are used"),
    Setting("WORKFLOW_SECRET_KEY", None, "at least 32 characters; signs sessions and secret links"),
    Setting("WORKFLOW_SECRET_KEY_OLD", "", "earlier keys, separated by commas; they still verify"),
    Setting("WORKFLOW_DEMO", "off", "on or off: demonstration people, clock and mailbox (on for `make run`)"),
    Setting("SMTP_HOST", "localhost", "mail server"),
    Setting("SMTP_PORT", "25", "its port"),
    Setting("SMTP_USER", "", "user name, where it asks for one"),
    Setting("SMTP_PASSWORD", "", "password, where it asks for one"),
    Setting("SMTP_TLS", "off", "off, starttls or tls"),
    Setting("WORKFLOW_MAIL_FROM", "no-reply@workflow.example", "sender of all mail"),
    Setting("WORKFLOW_REPLY_TO", "help@workflow.example", "address that people read"),
    Setting("WORKFLOW_SERVICE_NAME", "Sector-led improvement grants", "name on every page and message"),
    Setting("WORKFLOW_OWNER", "The department that runs this service", "who runs it, in the footer"),
    Setting("WORKFLOW_CONTACT_TELEPHONE", "0300 000 0000", "telephone number in every message"),
    Setting("WORKFLOW_METRICS_TOKEN", "", "token that /status and /metrics ask for; empty closes them"),
    Setting("WORKFLOW_LOG_FORMAT", "plain", "plain or json"),
)
# These choose programs and are read where the programs are found.
_ELSEWHERE = frozenset({"WORKFLOW_POSTGRES_BIN", "WORKFLOW_VALKEY_BIN"})


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings.

    Raises:
        SettingsError: one line for each that is wrong or missing.
    """
    reader = _Reader(os.environ if environ is None else environ)
    port = reader.number("WORKFLOW_PORT", low=1, high=65535)
    database_url = reader.read("DATABASE_URL", checks.database_url)
    demo = reader.read("WORKFLOW_DEMO", checks.one_of("on", "off")) == "on"
    if demo:
        reader.assume("WORKFLOW_OWNER", DEMO_OWNER)
    settings = Settings(
        state=Path(reader.text("WORKFLOW_STATE")),
        host=reader.text("WORKFLOW_HOST"),
        port=port,
        base_url=reader.read("WORKFLOW_BASE_URL", checks.base_url) or f"http://localhost:{port}",
        proxies=reader.number("WORKFLOW_PROXIES", low=0, high=10),
        web_workers=reader.number("WORKFLOW_WEB_WORKERS", low=1, high=64),
        web_threads=reader.number("WORKFLOW_WEB_THREADS", low=1, high=256),
        database_url=database_url,
        migration_database_url=reader.read("MIGRATION_DATABASE_URL", checks.database_url) or database_url,
        redis_url=reader.read("REDIS_URL", checks.redis_url),
        secret_key=reader.read("WORKFLOW_SECRET_KEY", checks.secret),
        old_secret_keys=reader.words("WORKFLOW_SECRET_KEY_OLD"),
        demo=demo,
        smtp=_smtp(reader),
        mail_from=reader.read("WORKFLOW_MAIL_FROM", checks.address),
        reply_to=reader.read("WORKFLOW_REPLY_TO", checks.address),
        service_name=reader.read("WORKFLOW_SERVICE_NAME", checks.one_line),
        owner=reader.read("WORKFLOW_OWNER", checks.one_line),
        contact_telephone=reader.read("WORKFLOW_CONTACT_TELEPHONE", checks.one_line),
        metrics_token=reader.text("WORKFLOW_METRICS_TOKEN"),
        log_format=LogFormat(
            reader.read("WORKFLOW_LOG_FORMAT", checks.one_of(*LogFormat)) or LogFormat.PLAIN
        ),
    )
    reader.finish()
    return settings


def redis_urls(url: str) -> RedisUrls:
    """The three spellings of one Redis; a socket is `unix:///path?db=N`, a server `redis://host:port/N`."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        first = int(parse_qs(parts.query).get("db", ["0"])[0])
        path = parts.path
        return RedisUrls(
            redis=f"unix://{path}?db={first}",
            broker=f"redis+socket://{path}?virtual_host={first + 1}",
            limits=f"redis+unix://{path}?db={first + 2}",
        )
    first = int(parts.path.strip("/") or 0)
    return RedisUrls(*(urlunsplit(parts._replace(path=f"/{first + step}")) for step in range(3)))


class _Reader:
    """Reads settings one by one and remembers every problem, so that a person meets all of them at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._defaults = {setting.name: setting.default for setting in REFERENCE}
        self._problems: list[str] = []
        self._check_names()

    def assume(self, name: str, value: str) -> None:
        self._defaults[name] = value

    def text(self, name: str) -> str:
        value = self._given(name)
        if value is None:
            value = self._defaults[name]
        if value is None:
            self._problems.append(f"{name} is missing. Set it, or {name}_FILE to a file that holds it.")
            return ""
        return value

    def read(self, name: str, check: Callable[[str], str]) -> str:
        known = len(self._problems)
        value = self.text(name)
        if len(self._problems) > known or (value == "" and self._defaults[name] == ""):
            return value
        try:
            return check(value)
        except ValueError as problem:
            self._problems.append(f"{name} {problem}")
            return ""

    def number(self, name: str, *, low: int, high: int) -> int:
        def check(value: str) -> str:
            if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
                raise ValueError(f"must be a whole number from {low} to {high}, not {checks.shown(value)}.")
            return value

        return int(self.read(name, check) or 0)

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name).split(",") if word.strip())

    def finish(self) -> None:
        if self._problems:
            raise SettingsError("\n".join(self._problems))

    def _given(self, name: str) -> str | None:
        value, file = self._environ.get(name), self._environ.get(f"{name}_FILE")
        if value is not None and file is not None:
            self._problems.append(f"{name} and {name}_FILE are both set. Keep one of them.")
        if value is not None or file is None:
            return value
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            self._problems.append(f"{name}_FILE is {checks.shown(file)}, but that file cannot be read.")
            return ""

    def _check_names(self) -> None:
        # A setting that is spelt wrongly would otherwise be ignored in silence.
        known = {*self._defaults, *_ELSEWHERE}
        known |= {f"{name}_FILE" for name in known}
        for name in sorted(self._environ):
            if name.startswith("WORKFLOW_") and name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                self._problems.append(f"{name} is not a setting.{hint}")


def _smtp(reader: _Reader) -> Smtp:
    return Smtp(
        host=reader.read("SMTP_HOST", checks.one_line),
        port=reader.number("SMTP_PORT", low=1, high=65535),
        user=reader.text("SMTP_USER"),
        password=reader.text("SMTP_PASSWORD"),
        tls=MailTls(reader.read("SMTP_TLS", checks.one_of(*MailTls)) or MailTls.OFF),
    )
