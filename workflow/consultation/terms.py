"""The closed lists of consultation; their values are stored and never renamed."""

from enum import StrEnum


class ConsultationKind(StrEnum):
    """How long councils are given. Source: Code of Practice on Consultation 2008, criterion 2."""

    FULL = "full"
    LIGHT = "light"


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
