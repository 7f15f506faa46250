"""Consultation: councils are asked about a bid, answer, and are told what was done about each answer."""
