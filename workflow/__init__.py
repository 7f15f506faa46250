"""The grant allocation workflow: sector bodies bid, councils are asked, departments decide and pay."""
