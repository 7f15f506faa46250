"""How a message comes to be owed: one statement in the transaction of the command that owes it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, func, select, text
from sqlalchemy.orm import Session

from workflow.db import Work, read_columns
from workflow.deadlines import calendar
from workflow.notifications.catalogue import Template, template_named
from workflow.notifications.models import Choice, Notification, NotificationSubject, Preference, State
from workflow.notifications.rules import grouped_key, leave_at, next_morning, normalised


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to, as an audience names them; `payload` is kept with the message."""

    address: str
    name: str
    person_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to owe. `key` is unique for ever: owing it again does nothing.

    `subject` is what it is about, `also` further subjects it names. `payload` holds ids and short facts for the text,
    never the text. `not_before` and `expires_at` are business time. Category and flags come from the catalogue;
    `mandatory` can only add to it.
    """

    key: str
    template: str
    address: str
    subject: str
    person_id: int | None = None
    category: str | None = None
    priority: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None
    expires_at: datetime | None = None
    mandatory: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """One thing to name to an address, such as `invitation:34`; several for one address become one message."""

    address: str
    subject: str
    person_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


_OWE = text(
    """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row(
            dedupe_key text, template text, template_version bigint, category text, mandatory boolean,
            priority bigint, address text, person_id bigint, payload jsonb, state text,
            not_before timestamptz, expires_at timestamptz, subjects jsonb, position bigint)
    ), made AS (
        INSERT INTO notification (
            dedupe_key, template, template_version, category, mandatory, priority, address, person_id, payload,
            state, not_before, expires_at, created_at, created_real_at, attempts, failures, last_code)
        SELECT dedupe_key, template, template_version, category, mandatory, priority, given.address, person_id,
            payload, CASE WHEN blocked.address IS NULL THEN state ELSE 'suppressed' END,
            not_before, expires_at, :now, :real, 0, 0,
            CASE WHEN blocked.address IS NOT NULL THEN 'suppressed: ' || blocked.code
                 WHEN state = 'suppressed' THEN 'switched off by the person' END
        FROM given
        LEFT JOIN suppression AS blocked ON blocked.address = given.address AND blocked.lifted_at IS NULL
        ORDER BY position
        ON CONFLICT (dedupe_key) DO NOTHING
        RETURNING id, dedupe_key
    ), about AS (
        INSERT INTO notification_subject (notification_id, subject)
        SELECT made.id, subject
        FROM made JOIN given USING (dedupe_key), jsonb_array_elements_text(given.subjects) AS subject
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM made
    """
)


def owe(work: Work, messages: Sequence[Message]) -> int:
    """Owe messages in this transaction, all in one statement; returns how many are new.

    A message whose key is known is left alone. One to a suppressed address, or one that the person switched off, is
    kept but not sent.

    Raises:
        UnknownTemplate: when a template is not in the catalogue.
    """
    if not messages:
        return 0
    choices = _choices(work.session, messages)
    rows = [_row(work, message, choices, position) for position, message in enumerate(messages)]
    return int(
        work.session.execute(
            _OWE, {"rows": json.dumps(rows), "now": work.now, "real": work.real}
        ).scalar_one()
    )


def owe_grouped(
    work: Work,
    *,
    template: str,
    subject: str,
    version: int,
    step: str,
    named: Sequence[Named],
    payload: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Owe one message to each address, naming all that is new to it; returns how many messages are new.

    What an address was already told on this step is left out, so that a contact added later gets just one message.
    The payload of each gets `named`: the list of the payloads of what it names, each with its `subject`.
    """
    told = _already_named(work.session, f"{template}:{subject}:v{version}:{step}:")
    groups: dict[str, list[Named]] = {}
    for one in named:
        if (normalised(one.address), one.subject) not in told:
            groups.setdefault(normalised(one.address), []).append(one)
    messages = [
        Message(
            key=grouped_key(
                template,
                subject,
                version=version,
                step=step,
                address=address,
                named=[one.subject for one in ones],
            ),
            template=template,
            address=address,
            subject=subject,
            person_id=ones[0].person_id,
            payload={**(payload or {}), "named": [{**one.payload, "subject": one.subject} for one in ones]},
            expires_at=expires_at,
            also=tuple(one.subject for one in ones),
        )
        for address, ones in groups.items()
    ]
    return owe(work, messages)


def _already_named(session: Session, prefix: str) -> set[tuple[str, str]]:
    rows = session.execute(
        select(Notification.address, NotificationSubject.subject)
        .join(NotificationSubject, NotificationSubject.notification_id == Notification.id)
        .where(
            Notification.dedupe_key.startswith(prefix, autoescape=True),
            Notification.state != State.CANCELLED,
        )
    )
    return {(address, subject) for address, subject in rows}


# One array, so that the statement to some thousand people is as short as that to one.
_CHOICES = select(Preference.person_id, Preference.category, Preference.choice).where(
    Preference.person_id == func.any(bindparam("people", type_=ARRAY(BigInteger)))
)


def _choices(session: Session, messages: Sequence[Message]) -> dict[tuple[int, str], Choice]:
    people = {message.person_id for message in messages if message.person_id is not None}
    if not people:
        return {}
    rows = read_columns(session, _CHOICES, {"people": sorted(people)})
    return {(person_id, category): choice for person_id, category, choice in rows}


def _row(
    work: Work, message: Message, choices: Mapping[tuple[int, str], Choice], position: int
) -> dict[str, Any]:
    template = template_named(message.template)
    category = message.category or template.category.value
    mandatory = message.mandatory or template.mandatory
    choice = Choice.NOW
    if message.person_id is not None and not mandatory:
        choice = choices.get((message.person_id, category), Choice.NOW)
    return {
        "dedupe_key": message.key,
        "template": template.name,
        "template_version": template.version,
        "category": category,
        "mandatory": mandatory,
        "priority": message.priority or template.priority,
        "address": normalised(message.address),
        "person_id": message.person_id,
        "payload": dict(message.payload),
        "state": (State.SUPPRESSED if choice is Choice.OFF else State.READY).value,
        "not_before": _not_before(work, message, template, choice).isoformat(),
        "expires_at": message.expires_at.isoformat() if message.expires_at else None,
        "subjects": [message.subject, *message.also],
        "position": position,
    }


def _not_before(work: Work, message: Message, template: Template, choice: Choice) -> datetime:
    moment = max(message.not_before or work.now, work.now)
    if choice is Choice.DAILY_DIGEST:
        return next_morning(moment, calendar(work.session))
    if template.urgent or message.mandatory:
        return moment
    return leave_at(moment, calendar(work.session))
