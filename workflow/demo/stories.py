"""Every bid of the demonstration; at least one in each stage of the straight line."""

from workflow.demo.stories_early import EARLY
from workflow.demo.stories_late import LATE

STORIES = EARLY + LATE
