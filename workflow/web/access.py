"""Who may open which address: one table. A route without a row here stops the application from starting.

The guard checks this coarsely, before the view runs. What a person may see of one bid, and do to it, is decided by the queries
and by the definition of the workflow; they answer alike for what is hidden and what is not there.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from flask import Flask

from workflow.accounts.roles import GRANTERS, Grantable, Role


class Who(StrEnum):
    """The kinds of rule."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    ROLES = "roles"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may open an address: anyone, anyone signed in, people with one of some roles, or the demonstration only."""

    who: Who
    roles: frozenset[Role] = field(default_factory=frozenset)

    def lets_in(self, roles: frozenset[Role] | None) -> bool:
        """Whether a person with these roles, or nobody (None), may open the address."""
        if self.who in {Who.ANYONE, Who.DEMO}:
            return True
        if roles is None:
            return False
        return self.who is Who.SIGNED_IN or bool(self.roles & roles)


ANYONE = Rule(Who.ANYONE)
SIGNED_IN = Rule(Who.SIGNED_IN)
DEMO = Rule(Who.DEMO)  # Only where the demonstration is switched on; elsewhere as if it were not there.


def roles(*held: Role) -> Rule:
    """A rule for people with at least one of these roles, for any organisation."""
    return Rule(Who.ROLES, frozenset(held))


ACCESS: dict[str, Rule] = {
    # signing in
    "sign_in.sign_in": ANYONE,
    "sign_in.sign_out": ANYONE,
    # the site's own pages
    "site.cookies": ANYONE,
    "site.privacy": ANYONE,
    "site.accessibility": ANYONE,
    "site.contact": ANYONE,
    "site.help_page": ANYONE,
    "site.healthz": ANYONE,
    "site.readyz": ANYONE,
    "site.status": ANYONE,  # Behind its own token.
    "about.roles": ANYONE,
    "about.lifecycle": SIGNED_IN,
    # the first page, rounds and bids: what one sees of a bid is decided by its queries
    "home.home": ANYONE,
    "queue.queue": SIGNED_IN,
    "queue.export": SIGNED_IN,
    "queue.save": SIGNED_IN,
    "queue.remove": SIGNED_IN,
    "bids.rounds": ANYONE,
    "bids.round_page": ANYONE,
    "bids.index": SIGNED_IN,
    "bids.new": SIGNED_IN,
    "bids.show": SIGNED_IN,
    "bids.history": SIGNED_IN,
    "bids.sections": SIGNED_IN,
    "bids.section": SIGNED_IN,
    "bids.new_row": SIGNED_IN,
    "bids.row": SIGNED_IN,
    "bids.remove_row": SIGNED_IN,
    "bids.check": SIGNED_IN,
    "bids.part": roles(Role.PARTNER),
    "bids.part_comment": roles(Role.PARTNER),
    "bids.part_withdraw": roles(Role.PARTNER),
    "bids.partners": SIGNED_IN,
    "bids.versions": SIGNED_IN,
    "bids.version": SIGNED_IN,
    "bids.first_check": SIGNED_IN,
    "bids.put_back": SIGNED_IN,
    "bids.copy": SIGNED_IN,
    "bids.act": SIGNED_IN,
    "bids.sent": SIGNED_IN,
    "eligibility.ask": ANYONE,
    # consultation: those who hold a secret link answer without signing in
    "consultation.index": ANYONE,
    "consultation.of_bid": SIGNED_IN,
    "consultation.answer": SIGNED_IN,
    "consultation.consulted_text": SIGNED_IN,
    "consultation.open_page": ANYONE,
    "consultation.check_answer": ANYONE,
    "consultation.rule": SIGNED_IN,
    "consultation.council": SIGNED_IN,
    "consultation.csv_of_bid": SIGNED_IN,
    "consultation.link": ANYONE,
    "consultation.respond": ANYONE,
    "consultation.position": ANYONE,
    "consultation.questions": ANYONE,
    "consultation.you": ANYONE,
    "consultation.check": ANYONE,
    "consultation.sent": ANYONE,
    "consultation.proposal": ANYONE,
    # money, decisions and awards
    "funds.index": SIGNED_IN,
    "funds.show": SIGNED_IN,
    "funds.export": SIGNED_IN,
    "approval.decision": SIGNED_IN,
    "approval.questions": SIGNED_IN,
    "approval.answer_question": SIGNED_IN,
    "approval.why": SIGNED_IN,
    "approval.letter": SIGNED_IN,
    "approval.notice": SIGNED_IN,
    "approval.notice_pdf": SIGNED_IN,
    "monitoring.award": SIGNED_IN,
    "monitoring.agreement_changes": SIGNED_IN,
    "monitoring.progress_report": SIGNED_IN,
    "monitoring.document": SIGNED_IN,
    # reports: what is not published answers as if it were not there
    "reports.index": ANYONE,
    "reports.review": ANYONE,
    "reports.review_file": ANYONE,
    "reports.times": SIGNED_IN,
    "reports.times_file": SIGNED_IN,
    "reports.exceptions": SIGNED_IN,
    "reports.exceptions_file": SIGNED_IN,
    "admin.index": SIGNED_IN,
    "admin.person": SIGNED_IN,
    "admin.leaving": roles(Role.ADMINISTRATOR),
    "admin.end_role": roles(Role.ADMINISTRATOR),
    "admin.address": roles(Role.ADMINISTRATOR),
    "admin.give_role": roles(Role.ADMINISTRATOR),
    # what people may decide; everybody reads their own
    "authority.own": SIGNED_IN,
    "authority.declare": SIGNED_IN,
    "authority.index": SIGNED_IN,
    "authority.person": SIGNED_IN,
    "authority.new_limit": roles(*GRANTERS[Grantable.LIMIT]),
    "authority.end_limit": roles(*GRANTERS[Grantable.LIMIT]),
    "authority.new_cover": roles(*GRANTERS[Grantable.COVER]),
    "authority.end_cover": roles(*GRANTERS[Grantable.COVER]),
    "authority.settle": roles(*GRANTERS[Grantable.CONNECTION]),
    "readiness.index": SIGNED_IN,
    "readiness.ahead": SIGNED_IN,
    "published.index": ANYONE,
    "published.awards": ANYONE,
    "published.awards_file": ANYONE,
    "published.ended": ANYONE,
    "published.ended_file": ANYONE,
    "network.index": SIGNED_IN,
    "network.bids": SIGNED_IN,
    "network.overlaps": SIGNED_IN,
    "notices.index": SIGNED_IN,
    "notices.show": SIGNED_IN,
    # the demonstration, where it is on
    "demo.index": DEMO,
    "demo.sign_in": DEMO,
    "demo.clock": DEMO,
    "demo.mailbox": DEMO,
    "demo.letter": DEMO,
    "demo.as_sent": DEMO,
    "demo.start_again": DEMO,
}


def check(app: Flask) -> None:
    """Compare the routes with the table.

    Raises:
        RuntimeError: when a route has no row.
    """
    missing = sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(ACCESS))
    if missing:
        raise RuntimeError(f"No row in workflow/web/access.py for: {', '.join(missing)}")
