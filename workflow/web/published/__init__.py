"""What everybody may read: open consultations, awards, and how many bids ended without one."""
