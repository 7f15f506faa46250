"""How a setting is checked: each function returns the value in its one form, or says in a few words what it must be.

Raises:
    ValueError: with the rest of a sentence that begins with the setting's name.
"""

import re
from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, urlsplit


def shown(value: str) -> str:
    """A value as a message may show it: quoted, and short."""
    shown = value if len(value) <= 60 else f"{value[:57]}..."
    return repr(shown) if shown else "empty"


def database_url(value: str) -> str:
    """An address of PostgreSQL, in the spelling of our driver. It is never shown: it may hold a password."""
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ValueError("must begin with postgresql:// because the product runs on PostgreSQL only.")
    return f"postgresql+psycopg://{rest}"


def _split(value: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port  # Reading it is what finds a port that is no number.
    except ValueError:
        raise ValueError(f"must be an address such as {example}.") from None
    return parts


def redis_url(value: str) -> str:
    """An address of Redis or of its socket, with a database by number."""
    parts = _split(value, "redis://host:6379/0")
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("must begin with redis://, rediss:// or unix://.")
    number = (
        parse_qs(parts.query).get("db", ["0"])[0] if parts.scheme == "unix" else parts.path.strip("/") or "0"
    )
    if not re.fullmatch(r"[0-9]{1,5}", number):
        raise ValueError("must name its database by a number, such as redis://host:6379/0.")
    return value


def base_url(value: str) -> str:
    """The address people use, without a path."""
    parts = _split(value, "https://grants.example.org")
    is_plain = parts.hostname and not (
        parts.path.strip("/") or parts.query or parts.fragment or parts.username
    )
    if parts.scheme not in {"http", "https"} or not is_plain:
        raise ValueError(f"must be an address such as https://grants.example.org, not {shown(value)}.")
    return f"{parts.scheme}://{parts.netloc}"


def secret(value: str) -> str:
    """A secret that is long enough."""
    if len(value) < 32:
        raise ValueError("is shorter than 32 characters. Make one with `openssl rand -base64 48`.")
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    """One of a closed list."""
    return _matching("|".join(choices), f"must be one of {', '.join(choices)}")


def _matching(pattern: str, rule: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value) or not value.isprintable():
            raise ValueError(f"{rule}, not {shown(value)}.")
        return value.strip()

    return check


address = _matching(r"[^@\s<>]+@[^@\s<>]+", "must be one e-mail address")
one_line = _matching(r".*\S.*", "must be one line of text")
