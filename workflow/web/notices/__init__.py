"""The messages that a person was sent, as they went out."""
