"""Everything on one machine: PostgreSQL, Valkey, web, worker, beat and a mail sink, started and stopped together."""
