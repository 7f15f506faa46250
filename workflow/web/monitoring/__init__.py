"""The pages of awards: the offer, payment requests, closing."""
