"""What somebody means who declares a connection: an organisation by its name or code, or one bid by its reference."""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.cases.queries import case_by_reference
from workflow.errors import Invalid, NotHere


def named(session: Session, viewer: Viewer, words: str) -> dict[str, int]:
    """The id of the organisation, or of the bid that the viewer sees, under the name that `declare_interest` takes it by.

    Raises:
        Invalid: when there is none, with the nearest names.
    """
    words = words.strip()
    by_name = (Organisation.name, Organisation.short_name, Organisation.code)
    exact = session.scalars(
        select(Organisation.id)
        .where(or_(*(func.lower(column) == words.lower() for column in by_name)))
        .order_by(Organisation.id)
        .limit(1)
    ).one_or_none()
    if exact is not None:
        return {"organisation_id": exact}
    try:
        return {"case_id": case_by_reference(session, viewer, words.upper()).id}
    except NotHere:
        near = session.scalars(
            select(Organisation.name)
            .where(Organisation.name.icontains(words, autoescape=True))
            .order_by(Organisation.name)
            .limit(3)
        ).all()
        hint = f"Is it {' or '.join(near)}?" if near else "Check the spelling, or use its code."
        raise Invalid(f"No organisation or bid has this name. {hint}", field="organisation") from None
