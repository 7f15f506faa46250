"""The pages of assessment and decision."""
