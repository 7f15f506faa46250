"""Organisations, people, and what people are for organisations, with dates."""
