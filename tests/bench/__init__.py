"""`make bench`: how fast the spine is, measured beside what PostgreSQL could do without it."""
