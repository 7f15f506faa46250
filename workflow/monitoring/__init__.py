"""Awards: the agreement, payment requests, payments, and closing with the unspent money given back."""
