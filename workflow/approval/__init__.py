"""Assessment and approval: scores, the four tests, votes by different people, tiers."""
