"""The pages of funds: the list, and one envelope by year with its entries."""
