"""The network: news of all departments' bids, and where two of them overlap."""
