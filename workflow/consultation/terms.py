"""The closed lists of consultation; their values are stored and never renamed."""

from enum import StrEnum


class ConsultationKind(StrEnum):
    """How long councils are given. Source: Code of Practice on Consultation 2008, criterion 2."""

    FULL = "full"
    LIGHT = "light"
    COVERED = "covered"


class Unit(StrEnum):
    """What the length of a kind of consultation is counted in."""

    DAYS = "days"
    WORKING_DAYS = "working_days"


class AppliesTo(StrEnum):
    """Who keeps a period before polls in which nothing new is begun."""

    COUNCILS = "councils"
    DEPARTMENTS = "departments"


class HoldKind(StrEnum):
    """Why an answer is kept out of the count until somebody has looked at it."""

    LATE = "late"
    OUTSIDE = "outside"
    DISPUTED = "disputed"


class Resolution(StrEnum):
    """What came of an answer that was held."""

    COUNTED = "counted"
    SET_ASIDE = "set_aside"


class Position(StrEnum):
    """What a council thinks of the bid."""

    SUPPORT = "support"
    SUPPORT_WITH_CHANGES = "support_with_changes"
    NEUTRAL = "neutral"
    OPPOSE = "oppose"


class Outcome(StrEnum):
    """What was done about one answer."""

    CHANGED = "changed"
    CHANGED_IN_PART = "changed_in_part"
    NOT_CHANGED = "not_changed"
    NOTED = "noted"
