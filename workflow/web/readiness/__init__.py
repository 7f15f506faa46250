"""What lies ahead: what could not be decided for want of people or limits."""
