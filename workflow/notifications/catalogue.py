"""Every message the product can send, by template, with what is decided about it once and for all.

The texts are `templates/emails/<name>.txt` and `.html`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """What people may choose about: mail of one category can come at once, once a day, or not at all."""

    INVITATION = "invitation"
    RECEIPT = "receipt"
    WORK = "work"
    REMINDER = "reminder"
    DECISION = "decision"
    MONEY = "money"


class OnUnknown(StrEnum):
    """What happens when a sender died and the server may already have taken the message.

    `resend` sends it again under the same Message-ID; `ask` waits for a person to say.
    """

    RESEND = "resend"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of message.

    `mandatory` mail cannot be switched off. `urgent` mail leaves at any hour; the rest keeps quiet hours.
    `priority` is from 1 (first) to 9. `needs` names what the text uses beside what every message has: `bid` (title,
    reference, url, lead, department, fund, amount_pence) and `name`. `due_on` is a London date or None; `invitations` is
    a list of (organisation, link), where a link is a `SecretLink`; amounts are pence.
    """

    name: str
    category: Category
    needs: frozenset[str] = frozenset()
    mandatory: bool = False
    urgent: bool = True
    priority: int = 5
    on_unknown: OnUnknown = OnUnknown.RESEND
    version: int = 1


class UnknownTemplate(LookupError):
    """A message was owed under a name that is not in the catalogue: a fault of the code."""


_OF_GRANT = frozenset({"what", "note", "given_by", "page_url"})

_ALL = (
    Template(
        "consultation_invitation",
        Category.INVITATION,
        frozenset(
            {"invitations", "due_on", "days_left", "questions", "consulted_count", "opened_by", "is_covered"}
        ),
        mandatory=True,
        priority=4,
    ),
    Template(
        "consultation_reminder",
        Category.INVITATION,
        frozenset({"invitations", "due_on"}),
        mandatory=True,
        urgent=False,
        priority=6,
    ),
    Template(
        "answer_received",
        Category.RECEIPT,
        frozenset(
            {
                "organisation",
                "position",
                "answered_at",
                "due_on",
                "is_late",
                "is_outside",
                "sender",
                "confirm",
                "wrong",
            }
        ),
        mandatory=True,
        priority=2,
    ),
    Template(
        "answer_disputed",
        Category.RECEIPT,
        frozenset(
            {"organisation", "position", "answered_at", "disputed", "is_inside", "confirm", "register_url"}
        ),
        mandatory=True,
        priority=2,
    ),
    Template(
        "answer_settled",
        Category.RECEIPT,
        frozenset({"organisation", "position", "answered_at", "counts", "is_late", "why"}),
        mandatory=True,
        priority=3,
    ),
    Template("late_answer_counted", Category.WORK, frozenset({"organisation", "position", "due_on"})),
    Template("answers_considered", Category.RECEIPT, frozenset({"given"}), urgent=False, priority=6),
    Template("decision_told", Category.DECISION, frozenset({"given", "decision"}), urgent=False, priority=6),
    Template(
        "consultation_extended",
        Category.INVITATION,
        frozenset({"invitations", "due_on", "was_on", "why"}),
        mandatory=True,
        priority=4,
    ),
    Template(
        "consultation_restarted",
        Category.INVITATION,
        frozenset({"invitations", "due_on", "days_left", "questions", "consulted_count", "opened_by", "why"}),
        mandatory=True,
        priority=4,
    ),
    Template("bid_received", Category.RECEIPT, frozenset({"due_on", "version"}), mandatory=True, priority=2),
    Template("bid_to_check", Category.WORK, frozenset({"due_on", "version"})),
    Template("bid_returned", Category.WORK, frozenset({"due_on", "defects"}), mandatory=True, priority=3),
    Template("ineligibility_to_check", Category.WORK, frozenset({"due_on", "criterion", "reason"})),
    Template("ineligibility_declined", Category.WORK, frozenset({"due_on", "reason"})),
    Template(
        "bid_ineligible",
        Category.DECISION,
        frozenset({"criterion", "reason", "review_until"}),
        mandatory=True,
        priority=3,
    ),
    Template("review_to_decide", Category.WORK, frozenset({"criterion", "review_reason"})),
    Template("review_received", Category.RECEIPT, mandatory=True, priority=2),
    Template("review_accepted", Category.DECISION, frozenset({"due_on", "words"}), mandatory=True),
    Template("review_refused", Category.DECISION, frozenset({"words"}), mandatory=True),
    Template("bid_lapsed_office", Category.WORK),
    Template("change_sent", Category.INVITATION, frozenset({"note", "is_material"}), mandatory=True),
    Template("partner_named", Category.WORK, frozenset({"partner", "task", "share_pence"}), mandatory=True),
    Template("partner_removed", Category.WORK, frozenset({"partner"}), mandatory=True),
    Template("partner_bid_ended", Category.WORK),
    Template("partner_answered", Category.WORK, frozenset({"partner", "said", "words"})),
    Template("change_to_see", Category.WORK, frozenset({"version", "note", "is_material"})),
    Template("bid_lapsed", Category.DECISION, frozenset({"was_draft"}), mandatory=True),
    Template("bid_withdrawn", Category.RECEIPT, frozenset({"was_approved"}), mandatory=True, priority=2),
    Template("bid_withdrawn_office", Category.WORK, frozenset({"released_pence"})),
    Template(
        "consultation_withdrawn",
        Category.INVITATION,
        frozenset({"was_asked", "was_approved"}),
        mandatory=True,
    ),
    Template("consultation_started", Category.WORK, frozenset({"due_on", "consulted_count"})),
    Template(
        "consultation_closed", Category.WORK, frozenset({"due_on", "consulted_count", "answered_count"})
    ),
    Template(
        "low_response",
        Category.REMINDER,
        frozenset({"due_on", "consulted_count", "answered_count"}),
        urgent=False,
    ),
    Template("response_sent", Category.WORK, frozenset({"due_on"})),
    Template("response_accepted", Category.WORK, frozenset({"due_on"})),
    Template("bid_to_assess", Category.WORK, frozenset({"due_on"})),
    Template("bid_to_decide", Category.WORK, frozenset({"due_on"})),
    Template("approval_given", Category.WORK, frozenset({"is_approved"})),
    Template("bid_sent_back", Category.WORK, frozenset({"due_on"})),
    Template("rejection_advised", Category.WORK, frozenset({"due_on"})),
    Template("rejection_to_confirm", Category.WORK, frozenset({"due_on"})),
    Template("rejection_declined", Category.WORK, frozenset({"due_on"})),
    Template(
        "bid_rejected",
        Category.DECISION,
        frozenset({"told", "due_on"}),
        mandatory=True,
        priority=3,
        on_unknown=OnUnknown.ASK,
    ),
    Template("decision_put_off", Category.WORK, frozenset({"due_on"})),
    Template("bid_referred", Category.WORK, frozenset({"marks", "due_on"})),
    Template("consent_recorded", Category.WORK, frozenset({"due_on"})),
    Template("direction_sought", Category.WORK, frozenset({"due_on"})),
    Template("direction_recorded", Category.WORK),
    Template("conflict_declared", Category.WORK, frozenset({"due_on"})),
    Template("nobody_left", Category.WORK, frozenset({"due_on"}), priority=4),
    Template("question_asked", Category.WORK, frozenset({"asked_by", "question", "due_on"})),
    Template("question_answered", Category.WORK, frozenset({"answered_by", "question"})),
    Template("appeal_asked", Category.WORK, frozenset({"told"})),
    Template(
        "appeal_accepted",
        Category.DECISION,
        frozenset({"told"}),
        mandatory=True,
        priority=3,
        on_unknown=OnUnknown.ASK,
    ),
    Template(
        "appeal_refused",
        Category.DECISION,
        frozenset({"told"}),
        mandatory=True,
        priority=3,
        on_unknown=OnUnknown.ASK,
    ),
    Template(
        "offer_made",
        Category.DECISION,
        frozenset({"due_on"}),
        mandatory=True,
        priority=3,
        on_unknown=OnUnknown.ASK,
    ),
    Template("network_news", Category.WORK, frozenset({"what"}), urgent=False, priority=8),
    Template("offer_accepted", Category.WORK),
    Template("claim_to_check", Category.WORK, frozenset({"claim_pence", "due_on"})),
    Template("claim_to_pay", Category.WORK, frozenset({"claim_pence", "due_on"})),
    Template(
        "claim_paid",
        Category.MONEY,
        frozenset({"claim_pence"}),
        mandatory=True,
        priority=3,
        on_unknown=OnUnknown.ASK,
    ),
    Template("offer_declined", Category.WORK, frozenset({"why"})),
    Template("offer_lapsed", Category.DECISION, mandatory=True, priority=3),
    Template("offer_lapsed_office", Category.WORK),
    Template(
        "claim_cut",
        Category.MONEY,
        frozenset({"claimed_pence", "claim_pence", "why", "claim_number"}),
        mandatory=True,
        priority=3,
    ),
    Template("report_received", Category.WORK, frozenset({"quarter", "report_url"})),
    Template(
        "payments_held", Category.MONEY, frozenset({"quarter", "report_url"}), mandatory=True, priority=3
    ),
    Template("award_suspended", Category.MONEY, frozenset({"why"}), mandatory=True, priority=3),
    Template("suspension_lifted", Category.MONEY, frozenset({"why"}), mandatory=True, priority=3),
    Template(
        "year_settled",
        Category.MONEY,
        frozenset({"year", "paid_pence", "accrued_pence", "carried_pence", "lapsed_pence"}),
        mandatory=True,
    ),
    Template(
        "award_terminated",
        Category.DECISION,
        frozenset({"why", "notice_ends_on", "recovery_pence"}),
        mandatory=True,
        priority=3,
        on_unknown=OnUnknown.ASK,
    ),
    Template(
        "recovery_recorded", Category.MONEY, frozenset({"paid_back_pence", "left_pence"}), mandatory=True
    ),
    Template("variation_to_decide", Category.WORK, frozenset({"change"})),
    Template("variation_agreed", Category.DECISION, frozenset({"change"}), mandatory=True),
    Template("variation_refused", Category.DECISION, frozenset({"change", "why"}), mandatory=True),
    Template("variation_withdrawn", Category.WORK, frozenset({"why"})),
    Template(
        "support_ends", Category.REMINDER, frozenset({"due_on"}), mandatory=True, urgent=False, priority=4
    ),
    Template("closing_started", Category.WORK, frozenset({"due_on"})),
    Template("closure_to_confirm", Category.WORK),
    Template("closure_declined", Category.WORK, frozenset({"why"})),
    Template("award_closed", Category.DECISION, mandatory=True, on_unknown=OnUnknown.ASK),
    Template("grant_made", Category.WORK, _OF_GRANT, mandatory=True),
    Template("grant_ended", Category.WORK, _OF_GRANT, mandatory=True),
    Template(
        "connection_settled",
        Category.WORK,
        frozenset({"what", "words", "given_by", "page_url"}),
        mandatory=True,
    ),
    Template("deadline_reminder", Category.REMINDER, frozenset({"task", "due_on"}), urgent=False, priority=6),
    Template(
        "deadline_missed", Category.REMINDER, frozenset({"task", "due_on", "owner"}), urgent=False, priority=4
    ),
)

CATALOGUE: Mapping[str, Template] = {template.name: template for template in _ALL}
"""All templates by name."""


def template_named(name: str) -> Template:
    """The template of a name.

    Raises:
        UnknownTemplate: when the catalogue has none.
    """
    try:
        return CATALOGUE[name]
    except KeyError as error:
        raise UnknownTemplate(name) from error
