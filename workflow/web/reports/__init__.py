"""Reports: the review, and what was done differently."""
