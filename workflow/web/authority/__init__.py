"""What people may decide, until when and for whom: everybody's own page, and those of the people who give it."""
