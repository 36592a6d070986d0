"""The append-only log of a service's events, its single writer, and what is derived in the same transaction."""
