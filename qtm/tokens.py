"""One-time links that die with what their person holds."""

from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator


class StandingToken(PasswordResetTokenGenerator):
    """A link for a new password; whoever held it while its person held less must not come in as more."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        """Django's own, and the roles, the membership and the flags as they are now."""
        roles = sorted(user.groups.values_list("pk", flat=True))
        member = user.memberships.filter(left_at=None).values_list("pk", flat=True).first()
        held = (roles, member, user.is_superuser, user.is_active)
        return f"{super()._make_hash_value(user, timestamp)}{held}"


standing_token = StandingToken()
