"""Whether what waits for a decision can be decided: on which days too few people are there who may. Pure.

Roles, limits and cover have days, so a lack is known before it hurts. Whoever is away is not counted on; whoever stands in
decides under a limit of their own. Source: domain, section 5: a readiness check names what cannot be decided for want of people,
limits or free of conflict.
"""

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.accounts.roles import Role

CHECKED_FIRST = ("submitted", "screening", "returned", "consulting", "responding")
TO_ASSESS = (*CHECKED_FIRST, "appraisal")
WITH_ACCOUNTING_OFFICER = ("referred", "direction_sought")
UNDECIDED = (*TO_ASSESS, "deciding", "deferred", *WITH_ACCOUNTING_OFFICER)
"""The states of a bid that was sent and is not decided yet."""

DECIDING_ROLES = (Role.CASE_OFFICER, Role.ASSESSOR, Role.APPROVER, Role.ACCOUNTING_OFFICER)
"""Without whom a bid does not come to its decision, in the order in which they are needed."""

BARRED_BY = {
    Role.CASE_OFFICER: frozenset[str](),
    Role.ASSESSOR: frozenset({"submit", "approve", "propose_rejection", "reject"}),
    Role.APPROVER: frozenset({"submit", "appraise", "approve", "reject"}),
    Role.ACCOUNTING_OFFICER: frozenset({"submit", "appraise", "approve"}),
}
"""Which earlier steps of a bid exclude from a role in it. Source: domain, section 5, separation of duties."""

CAREFUL = 2
"""How many approvals are needed where no tier says it, because the careful answer is the safe one."""


class Bar(enum.StrEnum):
    """Why somebody who has the role cannot be counted on."""

    ROLE_ENDS = "role_ends"
    ROLE_BEGINS = "role_begins"
    LEAVES = "leaves"
    DID = "did"
    CONNECTED = "connected"
    LIMIT_ENDS = "limit_ends"
    LIMIT_BEGINS = "limit_begins"
    LIMIT_LOW = "limit_low"
    NO_LIMIT = "no_limit"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Span:
    """London days from one to another, both included; without a last day it has no end yet."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody who takes part in a department's decisions. Limits are pence; `away` says who stands in, `stands_in` for whom."""

    person_id: int
    name: str
    roles: tuple[tuple[Role, Span], ...]
    limits: tuple[tuple[int, Span], ...] = ()
    away: tuple[tuple[str, Span], ...] = ()
    stands_in: tuple[tuple[int, Span], ...] = ()
    leaves_on: date | None = None

    def limit_on(self, day: date) -> int | None:
        """The highest limit of a day in pence, None when there is none."""
        return max((pence for pence, span in self.limits if span.holds(day)), default=None)

    def counted_as(self, day: date) -> frozenset[int]:
        """The ids that count as this person on a day: stand-in and principal count as one."""
        return frozenset({self.person_id, *(one for one, span in self.stands_in if span.holds(day))})


@dataclass(frozen=True, slots=True)
class Tier:
    """How many approvals an amount above `over_pence` needs, on which days."""

    over_pence: int
    quorum: int
    span: Span


@dataclass(frozen=True, slots=True)
class Team:
    """The people of one department with its tiers."""

    officials: tuple[Official, ...]
    tiers: tuple[Tier, ...]

    def quorum(self, pence: int, day: date) -> int:
        """How many approvals an amount needs on a day."""
        running = [one for one in self.tiers if one.over_pence < pence and one.span.holds(day)]
        highest = max(running, key=lambda one: (one.over_pence, one.span.first), default=None)
        return CAREFUL if highest is None else highest.quorum

    def highest_limit(self, day: date) -> int:
        """The highest limit of any approver of the department on a day (pence); 0 without one."""
        held = [
            one.limit_on(day)
            for one in self.officials
            if any(role is Role.APPROVER and span.holds(day) for role, span in one.roles)
        ]
        return max((pence for pence in held if pence is not None), default=0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A decision that is to be taken: where it stands, its total in pence, and what keeps whom from it.

    `votes` counts the approvals given, `marked` says that only the accounting officer decides. `did` holds (duty, person id),
    `barred` the people who judged it before an appeal, `connected` those with a connection to it.
    """

    state: str
    pence: int
    votes: int = 0
    marked: bool = False
    did: frozenset[tuple[str, int]] = frozenset()
    barred: frozenset[int] = frozenset()
    connected: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Why:
    """Why one person cannot be counted on: since or until `day`, up to `pence`, while `other` stands in."""

    person_id: int
    name: str
    bar: Bar
    day: date | None = None
    pence: int | None = None
    other: str = ""


@dataclass(frozen=True, slots=True)
class Lack:
    """That `needed` people in a role are needed and only those of `left` are there; `apart` when it is the same people twice."""

    role: Role
    needed: int
    left: tuple[str, ...]
    whys: tuple[Why, ...]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Spell:
    """A lack with its first and last day; without a last day it goes on beyond the days looked at."""

    lack: Lack
    first: date
    last: date | None


def days_of_change(team: Team, today: date, until: date) -> tuple[date, ...]:
    """Today, and each later day up to `until` on which the people, limits, cover or tiers are not those of the day before."""
    spans = [
        span for one in team.officials for _, span in (*one.roles, *one.limits, *one.away, *one.stands_in)
    ]
    spans += [one.span for one in team.tiers]
    spans += [Span(date.min, one.leaves_on) for one in team.officials]
    changes = {span.first for span in spans} | {
        span.last + timedelta(days=1) for span in spans if span.last is not None
    }
    return (today, *sorted(day for day in changes if today < day <= until))


def spells(wanted: Wanted, team: Team, days: Sequence[date]) -> list[Spell]:
    """When a decision could not be taken, by role and in order; `days` are those of `days_of_change`."""
    found: list[Spell] = []
    running: dict[Role, Spell] = {}
    for day in days:
        lacking = {lack.role: lack for lack in lacks_on(wanted, team, day)}
        for role, spell in list(running.items()):
            if role not in lacking or lacking[role].left != spell.lack.left:
                found.append(Spell(spell.lack, spell.first, day - timedelta(days=1)))
                del running[role]
        for role, lack in lacking.items():
            running.setdefault(role, Spell(lack, day, None))
    found += running.values()
    return sorted(found, key=lambda one: (one.first, DECIDING_ROLES.index(one.lack.role)))


def lacks_on(wanted: Wanted, team: Team, day: date) -> list[Lack]:
    """For want of whom a decision could not be taken on a day."""
    needed = _needed(wanted, team, day)
    free = {role: [one for one in team.officials if _is_free(one, role, wanted, day)] for role in needed}
    found = [
        Lack(role, count, tuple(one.name for one in free[role]), _whys(team, role, wanted, day))
        for role, count in needed.items()
        if len(free[role]) < count
    ]
    if found or not {Role.ASSESSOR, Role.APPROVER} <= needed.keys():
        return found
    # Whoever assesses a bid approves it no more, so the two steps need different people.
    both = {one.person_id: one.name for role in (Role.ASSESSOR, Role.APPROVER) for one in free[role]}
    count = needed[Role.ASSESSOR] + needed[Role.APPROVER]
    if len(both) >= count:
        return []
    whys = _whys(team, Role.ASSESSOR, wanted, day) + _whys(team, Role.APPROVER, wanted, day)
    return [Lack(Role.APPROVER, count, tuple(both.values()), whys, apart=True)]


def amounts(team: Team, cap_pence: int) -> Iterator[tuple[int, int | None]]:
    """The bands of amounts within which the same people may decide: (above, up to) in pence; the last has no upper end.

    None begins at `cap_pence`, which no bid can be above.
    """
    edges = {one.over_pence for one in team.tiers}
    edges |= {pence for one in team.officials for pence, _ in one.limits}
    inside = sorted({0, *(edge for edge in edges if 0 < edge < cap_pence)}) if cap_pence > 0 else []
    yield from zip(inside, [*inside[1:], None], strict=True) if inside else ()


def of_amount(above: int, up_to: int | None) -> Wanted:
    """A bid that could come, of an amount in a band, to which nobody has any connection."""
    return Wanted("submitted", above + 1 if up_to is None else up_to)


def _needed(wanted: Wanted, team: Team, day: date) -> dict[Role, int]:
    """How many people each role needs from here to the decision."""
    needed: dict[Role, int] = {}
    if wanted.state in CHECKED_FIRST:
        needed[Role.CASE_OFFICER] = 1
    if wanted.state in TO_ASSESS:
        needed[Role.ASSESSOR] = 1
    # Without any limit at all it is limits that lack; it is not that everything is for the accounting officer.
    above_all = wanted.state in TO_ASSESS and wanted.pence > team.highest_limit(day) > 0
    if wanted.marked or above_all or wanted.state in WITH_ACCOUNTING_OFFICER:
        needed[Role.ACCOUNTING_OFFICER] = 1
    else:
        needed[Role.APPROVER] = max(team.quorum(wanted.pence, day) - wanted.votes, 0)
    return needed


def _is_free(one: Official, role: Role, wanted: Wanted, day: date) -> bool:
    return any(held is role and span.holds(day) for held, span in one.roles) and (
        _bar(one, role, wanted, day) is None
    )


def _whys(team: Team, role: Role, wanted: Wanted, day: date) -> tuple[Why, ...]:
    """Everybody who has the role, had it or will have it, and cannot be counted on that day."""
    found = (
        _bar(one, role, wanted, day) for one in team.officials if any(held is role for held, _ in one.roles)
    )
    return tuple(why for why in found if why is not None)


def _bar(one: Official, role: Role, wanted: Wanted, day: date) -> Why | None:
    """The first thing that keeps somebody from a role in a decision on a day: what cannot be cured comes first."""

    def why(bar: Bar, on: date | None = None, pence: int | None = None, other: str = "") -> Why:
        return Why(one.person_id, one.name, bar, on, pence, other)

    if one.leaves_on is not None and one.leaves_on < day:
        return why(Bar.LEAVES, one.leaves_on)
    if one.counted_as(day) & {person for duty, person in wanted.did if duty in BARRED_BY[role]}:
        return why(Bar.DID)
    if role is not Role.CASE_OFFICER and one.counted_as(day) & wanted.barred:
        return why(Bar.DID)
    if role is not Role.CASE_OFFICER and one.person_id in wanted.connected:
        return why(Bar.CONNECTED)
    out_of = _out_of_role(one, role, wanted.pence, day)
    if out_of is not None:
        return why(*out_of)
    away = next(((by, span) for by, span in one.away if span.holds(day)), None)
    return None if away is None else why(Bar.AWAY, away[1].last, None, away[0])


def _out_of_role(
    one: Official, role: Role, pence: int, day: date
) -> tuple[Bar, date] | tuple[Bar, None, int] | tuple[Bar] | None:
    """What is missing of a role or its limit on a day; None when both are there."""
    held = [span for what, span in one.roles if what is role]
    if not any(span.holds(day) for span in held):
        return _out_of(held, day, Bar.ROLE_ENDS, Bar.ROLE_BEGINS)
    if role is not Role.APPROVER:
        return None
    limit = one.limit_on(day)
    if limit is None and not one.limits:
        return (Bar.NO_LIMIT,)
    if limit is None:
        return _out_of([span for _, span in one.limits], day, Bar.LIMIT_ENDS, Bar.LIMIT_BEGINS)
    return (Bar.LIMIT_LOW, None, limit) if limit < pence else None


def _out_of(held: Iterable[Span], day: date, ends: Bar, begins: Bar) -> tuple[Bar, date]:
    """What to say of days that do not hold a day: when the last of them ended, else when the first of them begins."""
    spans = list(held)
    over = [span.last for span in spans if span.last is not None and span.last < day]
    return (ends, max(over)) if over else (begins, min(span.first for span in spans))
