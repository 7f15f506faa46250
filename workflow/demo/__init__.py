"""The demonstration: invented people of real bodies, a clock that one can move, a mailbox, and bids in each stage."""
