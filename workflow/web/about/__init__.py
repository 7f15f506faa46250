"""Pages that say how the service works: who may do what, and the life of a bid."""
