"""People, roles and addresses, for those who look after them."""
