"""Messages owed to people: the outbox, the catalogue, delivery. It takes addresses as values and resolves no audience."""

from workflow.notifications import links
from workflow.notifications.catalogue import CATALOGUE, Category, OnUnknown, Template, UnknownTemplate
from workflow.notifications.links import SecretLink
from workflow.notifications.models import Notification, State
from workflow.notifications.outbox import Message, Named, Recipient, owe, owe_grouped

__all__ = [
    "CATALOGUE",
    "Category",
    "Message",
    "Named",
    "Notification",
    "OnUnknown",
    "Recipient",
    "SecretLink",
    "State",
    "Template",
    "UnknownTemplate",
    "links",
    "owe",
    "owe_grouped",
]
