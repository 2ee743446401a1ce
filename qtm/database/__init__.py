"""Django's PostgreSQL backend, with acts told to the database as they begin."""
