"""The queue: every live bid that the reader may see, late and soonest due first, with what waits for the reader."""
