"""Every bid of the demonstration; at least one in each stage of a bid's life."""

from workflow.demo.stories_awards import AWARDS
from workflow.demo.stories_early import EARLY
from workflow.demo.stories_ended import ENDED
from workflow.demo.stories_late import LATE

STORIES = EARLY + LATE + AWARDS + ENDED
