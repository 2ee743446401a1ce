"""What zones add to `manage.py prepare`: each is called once the database is migrated, as the owner, and says what it did."""

from collections.abc import Callable

PREPARATIONS: list[Callable[[], str]] = []
