"""What an action owes by mail, as rows in the transaction of the action."""

import hashlib
from collections.abc import Sequence

from workflow import notifications
from workflow.cases.models import Case
from workflow.cases.registry import EffectContext, Notice, registry
from workflow.db import Work
from workflow.notifications import Message, Recipient


def owe_notices(work: Work, names: tuple[str, ...], context: EffectContext) -> int:
    """Owe every notice of an action to its audience, once an address; returns how many messages are new.

    The key holds the case's revision, so that the same action at a later revision owes its own mail.
    """
    messages = []
    for name in names:
        notice = registry().notices[name]
        recipients = notice.audience(work.session, context.case, now=work.now, data=context.data)
        messages += [message_for(notice, context, recipient) for recipient in _one_an_address(recipients)]
    return notifications.owe(work, messages) if messages else 0


def owe_breach(work: Work, case: Case, subject: str, kind: str, *, key: str) -> int:
    """Owe what is told when a deadline beside the state was missed; nothing, where its kind tells nobody.

    `key` names the deadline and its version, so that a second sweep owes nothing more.
    """
    notice = registry().deadline_notices.get(kind)
    if notice is None or notice.breach is None or notice.breach_to is None:
        return 0
    template = notice.breach
    found = notice.breach_to(work.session, case, now=work.now, data={"subject": subject})
    return notifications.owe(
        work,
        [
            Message(
                key=f"{template}:{subject}:{key}:{address_hash(one.address)}",
                template=template,
                address=one.address,
                subject=subject,
                person_id=one.person_id,
                payload={"case_id": case.id, "name": one.name, "subject": subject, **one.payload},
            )
            for one in _one_an_address(found)
        ],
    )


def message_for(notice: Notice, context: EffectContext, recipient: Recipient) -> Message:
    """The message that a notice owes to one address.

    `said` is what the event says, with the states the case left and came to, so that the text is of this occasion however late it
    is sent.
    """
    case = context.case
    said = {**context.payload, "from": context.before, "to": case.state}
    return Message(
        key=f"{notice.template}:case:{case.id}:r{case.rev}:{address_hash(recipient.address)}",
        template=notice.template,
        address=recipient.address,
        subject=f"case:{case.id}",
        person_id=recipient.person_id,
        payload={"case_id": case.id, "name": recipient.name, "said": said, **recipient.payload},
        mandatory=notice.statutory,
    )


def address_hash(address: str) -> str:
    """A short digest of a normalised address, for keys that must not hold the address itself."""
    return hashlib.sha256(address.strip().casefold().encode()).hexdigest()[:16]


def _one_an_address(recipients: Sequence[Recipient]) -> list[Recipient]:
    """The first recipient of each address, because one person in two roles gets one mail."""
    first: dict[str, Recipient] = {}
    for recipient in recipients:
        first.setdefault(recipient.address.strip().casefold(), recipient)
    return list(first.values())
