"""What happens to a bid beside the straight line: sent back, found not eligible, changed, answered by partners, copied."""
