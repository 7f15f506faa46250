"""An organisation as the powers read it."""

from workflow.accounts.models import Organisation, OrganisationKind
from workflow.funds.rules import Recipient


def recipient_of(organisation: Organisation) -> Recipient:
    """The attributes of an organisation that decide whether a power fits it."""
    return Recipient(
        name=organisation.name,
        is_legal_person=organisation.is_legal_person,
        specified_from=organisation.specified_from,
        is_section_33=organisation.is_section_33,
        is_voluntary=organisation.kind is OrganisationKind.VOLUNTARY or organisation.is_charitable,
        is_charitable=organisation.is_charitable,
    )
