"""The words of this room for its closed lists, as councils and the public read them."""

from workflow.consultation.terms import Outcome, Position
from workflow.web.forms import Option

POSITIONS = (
    Option(Position.SUPPORT, "Support"),
    Option(Position.SUPPORT_WITH_CHANGES, "Support with changes", "Tell us which changes below"),
    Option(Position.NEUTRAL, "Neutral, or no view"),
    Option(Position.OPPOSE, "Oppose", "Tell us why below"),
)
POSITION_WORDS = {option.value: option.text for option in POSITIONS}

OUTCOMES = (
    Option(Outcome.CHANGED, "We changed the bid", "Say what is different now"),
    Option(
        Outcome.CHANGED_IN_PART, "We changed it in part", "Say what is different now, and why not all of it"
    ),
    Option(Outcome.NOT_CHANGED, "We did not change it", "Say why not"),
    Option(Outcome.NOTED, "Nothing was asked for", "The council supports the bid or has no view"),
)
OUTCOME_WORDS = {
    Outcome.CHANGED: "Changed",
    Outcome.CHANGED_IN_PART: "Changed in part",
    Outcome.NOT_CHANGED: "Not changed",
    Outcome.NOTED: "Noted",
}

TYPE_WORDS = {
    "county": "County",
    "district": "District",
    "unitary": "Unitary",
    "metropolitan": "Metropolitan district",
    "london_borough": "London borough",
    "city_of_london": "City of London",
}
"""The types of authority of the reference data."""
