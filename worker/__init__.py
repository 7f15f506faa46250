"""Background work: Celery carries pulses, the database holds the truth."""
