"""Signing in and out, and what is granted to people. Each change is an event on the person's stream."""

import hashlib
import secrets
from datetime import date, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import or_, select, update

from workflow import audit
from workflow.accounts.models import (
    Delegation,
    Interest,
    Person,
    RoleAssignment,
    UserSession,
)
from workflow.accounts.roles import NEVER_TOGETHER, ROLES, Role
from workflow.db import Work
from workflow.errors import Invalid, NotAllowed, NotHere
from workflow.money import Pence

LASTS = timedelta(days=7)
"""How long a sign-in lasts at most, in the machine's time."""

UNKNOWN = "sign_in"
"""The stream of events of sign-ins with addresses that nobody has; it names none of them."""

SHORTEST, LONGEST = 8, 200

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# Somebody who does not exist costs the same time as somebody who does, so that addresses cannot be guessed by the clock.
_NOBODY = _hasher.hash("nobody has this password")


def sign_in(work: Work, *, email: str, password: str) -> str | None:
    """Check an address and a password; returns the new session's token, or None when they do not fit together."""
    person = work.session.scalars(
        select(Person).where(Person.email == email.strip().lower(), Person.active)
    ).one_or_none()
    known = person.password_hash if person is not None else None
    fits = _verify(known or _NOBODY, password)
    if person is not None and known is not None and fits:
        return start_session(work, person.id)
    # Written for an address that nobody has too: a transaction that writes takes longer than one that does not.
    stream = UNKNOWN if person is None else f"person:{person.id}"
    audit.record(work, stream, "sign_in_failed", {})
    return None


def start_session(work: Work, person_id: int) -> str:
    """Open a session for a person whose identity was proved; returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    work.session.add(
        UserSession(
            token_digest=hashlib.sha256(token.encode()).hexdigest(),
            person_id=person_id,
            created_at=work.real,
            last_seen_at=work.real,
            expires_at=work.real + LASTS,
        )
    )
    audit.record(work, f"person:{person_id}", "signed_in", {})
    return token


def sign_out(work: Work, token_digest: str) -> None:
    """Revoke one session; doing it again changes nothing."""
    person_id = work.session.scalar(
        update(UserSession)
        .where(UserSession.token_digest == token_digest, UserSession.revoked_at.is_(None))
        .values(revoked_at=work.real)
        .returning(UserSession.person_id)
    )
    if person_id is not None:
        audit.record(work, f"person:{person_id}", "signed_out", {})


def sign_out_everywhere(work: Work, person_id: int) -> int:
    """Revoke every session of a person; returns how many there were."""
    ended = work.session.scalars(
        update(UserSession)
        .where(UserSession.person_id == person_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=work.real)
        .returning(UserSession.id)
    ).all()
    audit.record(work, f"person:{person_id}", "signed_out_everywhere", {"sessions": len(ended)})
    return len(ended)


def see_session(work: Work, token_digest: str) -> None:
    """Note that a session was used, so that it does not idle out; in a short transaction of its own."""
    work.session.execute(
        update(UserSession)
        .where(
            UserSession.token_digest == token_digest,
            UserSession.last_seen_at < work.real - timedelta(minutes=5),
        )
        .values(last_seen_at=work.real)
    )


def set_password(work: Work, person_id: int, password: str) -> None:
    """Give a person a password and end their other sessions.

    Raises:
        NotHere: no such person. Invalid: too short or too long; there is no other rule.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(
            f"Use between {SHORTEST} and {LONGEST} characters. Three random words are good.", field="password"
        )
    person = work.session.get(Person, person_id)
    if person is None:
        raise NotHere
    person.password_hash = hash_password(password)
    audit.record(work, f"person:{person_id}", "password_set", {})
    sign_out_everywhere(work, person_id)


def hash_password(password: str) -> str:
    """An argon2id hash."""
    return _hasher.hash(password)


def grant_role(
    work: Work,
    person_id: int,
    role: Role,
    organisation_id: int,
    *,
    valid_from: date,
    valid_to: date | None = None,
) -> RoleAssignment:
    """Give a person a role for an organisation, from a day to a day.

    Raises:
        NotAllowed: to oneself. Invalid: when the days are in the wrong order, or the person holds a role that nobody
            holds beside this one.
    """
    _not_oneself(work, person_id)
    _in_order(valid_from, valid_to)
    _fits_the_others(work, person_id, role, valid_from, valid_to)
    granted = RoleAssignment(
        person_id=person_id,
        role=role,
        organisation_id=organisation_id,
        valid_from=valid_from,
        valid_to=valid_to,
        granted_by=work.actor.person_id,
    )
    work.session.add(granted)
    payload = {"role": role.value, "organisation": organisation_id, "from": valid_from.isoformat()}
    audit.record(work, f"person:{person_id}", "role_granted", payload)
    return granted


def end_role(work: Work, assignment_id: int, *, last_day: date) -> None:
    """End a role on a day, which is its last.

    Raises:
        NotHere: no such role. Invalid: when it began later.
    """
    found = work.session.get(RoleAssignment, assignment_id, with_for_update=True)
    if found is None:
        raise NotHere
    _in_order(found.valid_from, last_day)
    found.valid_to = last_day
    payload = {"role": found.role.value, "organisation": found.organisation_id, "to": last_day.isoformat()}
    audit.record(work, f"person:{found.person_id}", "role_ended", payload)


def note_leaving(work: Work, person_id: int, *, last_day: date) -> None:
    """Note the last day of somebody who leaves. Their roles are ended one by one, when somebody else can take over.

    Raises:
        NotHere: no such person.
    """
    found = work.session.get(Person, person_id, with_for_update=True)
    if found is None:
        raise NotHere
    found.leaves_on = last_day
    audit.record(work, f"person:{person_id}", "leaving_noted", {"on": last_day.isoformat()})


def grant_delegation(
    work: Work,
    person_id: int,
    organisation_id: int,
    limit_pence: Pence,
    *,
    valid_from: date,
    valid_to: date | None = None,
) -> Delegation:
    """Let a person approve up to a limit for a department, from a day to a day.

    Raises:
        NotAllowed: to oneself. Invalid: when the days are in the wrong order.
    """
    _not_oneself(work, person_id)
    _in_order(valid_from, valid_to)
    granted = Delegation(
        person_id=person_id,
        organisation_id=organisation_id,
        limit_pence=limit_pence,
        valid_from=valid_from,
        valid_to=valid_to,
        granted_by=work.actor.person_id,
    )
    work.session.add(granted)
    payload = {"limit_pence": limit_pence, "organisation": organisation_id, "from": valid_from.isoformat()}
    audit.record(work, f"person:{person_id}", "limit_granted", payload)
    return granted


def declare_interest(
    work: Work, person_id: int, *, nature: str, organisation_id: int | None = None, case_id: int | None = None
) -> Interest:
    """Put a connection of a person on record, to an organisation or to one bid.

    Raises:
        Invalid: when it names neither or both, or nothing is said about it.
    """
    if (organisation_id is None) == (case_id is None):
        raise Invalid("Name either an organisation or one bid.", field="organisation")
    if not nature.strip():
        raise Invalid("Say what the connection is.", field="nature")
    declared = Interest(
        person_id=person_id,
        organisation_id=organisation_id,
        case_id=case_id,
        nature=nature.strip(),
        declared_at=work.now,
    )
    work.session.add(declared)
    payload = {"organisation": organisation_id, "case": case_id}
    audit.record(work, f"person:{person_id}", "interest_declared", payload, texts={"nature": nature})
    return declared


def _verify(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def _not_oneself(work: Work, person_id: int) -> None:
    if work.actor.person_id == person_id:
        raise NotAllowed("Nobody grants anything to themselves. Ask somebody else who may.")


def _fits_the_others(work: Work, person_id: int, role: Role, first: date, last: date | None) -> None:
    """Who looks after people, or reads everything, holds no role that acts on bids on any of the same days."""
    held = work.session.scalars(
        select(RoleAssignment.role).where(
            RoleAssignment.person_id == person_id,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= first),
            RoleAssignment.valid_from <= (last or date.max),
        )
    )
    for other in held:
        if other is not role and {role, other} & NEVER_TOGETHER:
            labels = f"“{ROLES[role].label}” and “{ROLES[other].label}”"
            raise Invalid(
                f"Nobody holds the roles {labels} at once. End one before you give the other.", field="role"
            )


def _in_order(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise Invalid("The last day must not be before the first.", field="valid_to")
