"""The log of records: an append-only tree over all Records (RFC 6962), with checkpoints that are signed and published (C2SP)."""
