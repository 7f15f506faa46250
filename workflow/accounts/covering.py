"""Who stands in for whom while they are away, with dates; written down and told like every other grant."""

from datetime import date

from sqlalchemy import or_, select

from workflow import audit
from workflow.accounts.grant_checks import (
    TO_ONESELF,
    departments_on,
    fit,
    given_for,
    may_end,
    overlaps,
    people_held,
    whose,
)
from workflow.accounts.models import (
    Cover,
    Person,
)
from workflow.accounts.roles import Grantable
from workflow.accounts.telling import tell
from workflow.clock import london_date
from workflow.db import Work
from workflow.deadlines.queries import rule_in_force
from workflow.errors import Invalid, NotAllowed, NotHere


def give_cover(work: Work, for_person_id: int, person_id: int, *, valid_from: date, valid_to: date) -> Cover:
    """Let somebody stand in for somebody else of their department, who is away; they decide under their own limit.

    Raises:
        NotAllowed: to oneself, or by somebody who neither leads the team nor is responsible for the department. Invalid: when
            the days are in the wrong order, have passed or are too many; when the two are one person or not of one
            department; or when one of them is away or stood in for on some of the days already.
    """
    if work.actor.person_id == person_id:
        raise NotAllowed(TO_ONESELF)
    if for_person_id == person_id:
        raise Invalid("Nobody stands in for themselves. Choose somebody else.", field="person")
    away, stand_in = people_held(work, for_person_id, person_id)
    departments = departments_on(work, for_person_id, valid_from)
    own = departments & given_for(work, Grantable.COVER, departments)
    if not own:
        raise NotAllowed(whose(Grantable.COVER))
    fit(work, valid_from, valid_to)
    _not_too_long(work, valid_from, valid_to)
    if not own & departments_on(work, person_id, valid_from):
        raise Invalid(
            f"{stand_in.name} has no role in the department of {away.name} on the first day. Choose a colleague.",
            field="person",
        )
    _no_chain(work, away, stand_in, valid_from, valid_to)
    made = Cover(for_person_id=for_person_id, person_id=person_id, valid_from=valid_from, valid_to=valid_to)
    work.session.add(made)
    work.session.flush()  # Its id names it in the message and in the event.
    dates = {"from": valid_from.isoformat(), "to": valid_to.isoformat()}
    _record_cover(work, made, "granted", dates)
    tell(work, "grant_made", Grantable.COVER, made.id, [away, stand_in])
    return made


def end_cover(work: Work, cover_id: int, *, last_day: date) -> None:
    """End a cover on a day, which is its last.

    Raises:
        NotHere: no such cover. NotAllowed: as `give_cover`. Invalid: when the day has passed, or is after its last day.
    """
    found = work.session.get(Cover, cover_id)
    if found is None:
        raise NotHere
    if work.actor.person_id == found.person_id:
        raise NotAllowed(TO_ONESELF)
    away, stand_in = people_held(work, found.for_person_id, found.person_id)
    work.session.refresh(found)
    departments = departments_on(work, away.id, found.valid_from) | departments_on(
        work, away.id, london_date(work.now)
    )
    if not given_for(work, Grantable.COVER, departments):
        raise NotAllowed(whose(Grantable.COVER))
    may_end(work, found.valid_from, found.valid_to, last_day)
    found.valid_to = last_day
    _record_cover(work, found, "ended", {"to": last_day.isoformat()})
    tell(work, "grant_ended", Grantable.COVER, found.id, [away, stand_in], last_day=last_day)


def _not_too_long(work: Work, first: date, last: date) -> None:
    longest = rule_in_force(work.session, "cover", work.now).amount or 0
    if (last - first).days + 1 > longest:
        raise Invalid(
            f"Somebody may stand in for at most {longest} days. Choose an earlier last day.", field="valid_to"
        )


def _no_chain(work: Work, away: Person, stand_in: Person, first: date, last: date) -> None:
    """One stands in for somebody who is away, and is not away themselves: else nobody could say who counts as whom."""
    both = (away.id, stand_in.id)
    running = work.session.scalars(
        select(Cover)
        .where(
            or_(Cover.for_person_id.in_(both), Cover.person_id == away.id),
            overlaps(Cover.valid_from, Cover.valid_to, first, last),
        )
        .order_by(Cover.id)
    ).all()
    for one in running:
        if one.for_person_id == away.id:
            raise Invalid(
                f"Somebody stands in for {away.name} on some of these days already. End that first.",
                field="valid_from",
            )
        if one.for_person_id == stand_in.id:
            raise Invalid(
                f"{stand_in.name} is away on some of these days. Choose somebody else.", field="person"
            )
        raise Invalid(
            f"{away.name} stands in for somebody else on some of these days. End that first.",
            field="valid_from",
        )


def _record_cover(work: Work, cover: Cover, what: str, dates: dict[str, str]) -> None:
    """Put it on the streams of both, in the order of their ids."""
    both = {
        cover.person_id: ("cover", cover.for_person_id),
        cover.for_person_id: ("stand_in", cover.person_id),
    }
    for person_id, (name, other) in sorted(both.items()):
        payload = {"cover": cover.id, "other": other, **dates}
        audit.record(work, f"person:{person_id}", f"{name}_{what}", payload)
