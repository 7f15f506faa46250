"""Reports: read only, over all rooms below."""
