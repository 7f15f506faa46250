"""What a bid writes when an action is applied."""

from workflow import funds
from workflow.bids.branches.changes import changed_between
from workflow.bids.branches.versions import said_by
from workflow.bids.content import Content, content_of, digest_of, snapshot_of
from workflow.bids.models import BidVersion, Change, Screening
from workflow.bids.rules import CRITERIA
from workflow.cases import EffectContext, decided
from workflow.clock import london_date
from workflow.db import Work
from workflow.errors import Invalid
from workflow.money import Pence, financial_year


def take_snapshot(work: Work, context: EffectContext) -> None:
    """Keep the signed text as the next version, with its digest in the event."""
    content = content_of(work.session, context.case.id)
    _keep_version(work, context, content)
    if _writers(content) == {work.actor.person_id}:
        # A small body may let one person draft and sign, and the record says so. Source: domain, section 5.
        context.payload["written_and_signed_by_one"] = True


def send_change(work: Work, context: EffectContext) -> None:
    """Keep a change made while councils are asked or answered as the next version, marked minor or material.

    `data`: `note`, what was changed and why. Raises:
        Invalid: when the text says what the version before said.
    """
    content = content_of(work.session, context.case.id)
    before = work.session.get_one(BidVersion, (context.case.id, context.facts["bids"].current_version))
    changed = changed_between(said_by(before.snapshot), said_by(snapshot_of(content)))
    if changed is None:
        raise Invalid("The text is the same as in the version that was sent. Change a section first.")
    note = str(context.data.get("note") or "").strip()
    _keep_version(work, context, content, change=changed.kind, note=note)
    context.payload |= {
        "change": changed.kind.value,
        "sections": [section.value for section in changed.sections],
    }
    context.texts["note"] = note
    context.result["change"] = changed.kind.value


def _keep_version(
    work: Work, context: EffectContext, content: Content, *, change: Change | None = None, note: str = ""
) -> None:
    snapshot = snapshot_of(content)
    number = context.facts["bids"].current_version + 1
    version = BidVersion(
        bid_id=context.case.id,
        number=number,
        snapshot=snapshot,
        sha256=digest_of(snapshot),
        made_at=work.now,
        made_by=work.actor.person_id,
        change=change,
        note=note,
    )
    work.session.add(version)
    content.bid.unsent = False
    context.case.title = content.bid.title
    context.case.amount_pence = Pence(content.total_pence)
    context.payload |= {
        "version": number,
        "sha256": version.sha256,
        "total_pence": content.total_pence,
        "round": content.round.id,
    }
    context.result["version"] = number


def _writers(content: Content) -> set[int]:
    """The people who saved its sections last."""
    return {section.saved_by for section in content.sections.values()}


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


def say_what_was_released(_work: Work, context: EffectContext) -> None:
    """Put into the event what the bid held of each year, set aside or promised; the money itself moves last."""
    held = context.facts["funds"].held
    years = [[year, one.reserved + one.committed] for year, one in sorted(held.items())]
    found = [[year, pence] for year, pence in years if pence]
    if found:
        context.payload |= {"released_years": found, "released_pence": sum(pence for _, pence in found)}


def release_all(work: Work, context: EffectContext) -> None:
    """Give back all that is set aside and promised for a bid that was paid nothing, in every year, the earliest first.

    What was promised of a year that has ended lapses: nobody can promise it again. Source: domain, section 7, number 9.

    Raises:
        NotHeld: when money moved meanwhile, or was paid; then nothing is changed.
    """
    fund_id, case_id = context.case.fund_id, context.case.id
    key, decision = f"release:case:{case_id}:r{context.case.rev}", decided(context)
    this_year = financial_year(london_date(work.now))
    for year, held in sorted(context.facts["funds"].held.items()):
        if held.reserved:
            funds.unreserve(work, fund_id, case_id, {year: held.reserved}, key=key, decision=decision)
        if held.committed and year < this_year:
            funds.lapse(work, fund_id, case_id, {year: held.committed}, key=f"{key}:lapse", decision=decision)
        elif held.committed:
            funds.decommit(work, fund_id, case_id, {year: held.committed}, key=key, decision=decision)
