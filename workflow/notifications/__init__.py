"""Messages owed to people: the outbox, the catalogue, delivery. It takes addresses as values and resolves no audience."""

from workflow.notifications import links
from workflow.notifications.attempts import Mailroom, worker_name
from workflow.notifications.catalogue import CATALOGUE, Category, OnUnknown, Template, UnknownTemplate
from workflow.notifications.commands import beat
from workflow.notifications.delivery import drain, reap
from workflow.notifications.letters import Letterhead
from workflow.notifications.links import SecretLink
from workflow.notifications.models import Notification, State
from workflow.notifications.outbox import Message, Named, Recipient, owe, owe_grouped
from workflow.notifications.sending import Sender, SmtpSender

__all__ = [
    "CATALOGUE",
    "Category",
    "Letterhead",
    "Mailroom",
    "Message",
    "Named",
    "Notification",
    "OnUnknown",
    "Recipient",
    "SecretLink",
    "Sender",
    "SmtpSender",
    "State",
    "Template",
    "UnknownTemplate",
    "beat",
    "drain",
    "links",
    "owe",
    "owe_grouped",
    "reap",
    "worker_name",
]
