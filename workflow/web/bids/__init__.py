"""The pages of rounds and bids: writing, signing, the record with its history, and the form of every action."""
