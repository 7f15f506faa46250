"""What a bid writes when an action is applied."""

from workflow.bids.content import content_of, digest_of, snapshot_of
from workflow.bids.models import BidVersion, Screening
from workflow.bids.rules import CRITERIA
from workflow.cases import EffectContext
from workflow.db import Work
from workflow.money import Pence


def take_snapshot(work: Work, context: EffectContext) -> None:
    """Keep the signed text as the next version, with its digest in the event."""
    content = content_of(work.session, context.case.id)
    snapshot = snapshot_of(content)
    number = context.facts["bids"].current_version + 1
    version = BidVersion(
        bid_id=context.case.id,
        number=number,
        snapshot=snapshot,
        sha256=digest_of(snapshot),
        made_at=work.now,
        made_by=work.actor.person_id,
    )
    work.session.add(version)
    context.case.title = content.bid.title
    context.case.amount_pence = Pence(content.total_pence)
    context.payload |= {
        "version": number,
        "sha256": version.sha256,
        "total_pence": content.total_pence,
        "round": content.round.id,
    }
    context.result["version"] = number


def record_first_check(work: Work, context: EffectContext) -> None:
    """Write the answers of the first check for the current version; doing it again replaces them."""
    version = context.facts["bids"].current_version
    for criterion in CRITERIA:
        work.session.merge(
            Screening(
                bid_id=context.case.id,
                version_number=version,
                criterion=criterion,
                met=context.data["answers"][criterion],
                reason=context.data.get("reason") or "",
                made_at=work.now,
                made_by=work.actor.person_id,
            )
        )
    context.payload |= {"version": version, "criteria": sorted(CRITERIA)}
