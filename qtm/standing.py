"""What one person may do, read once for each request and once more in the act: their roles on the network, their membership, its grants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Q

from qtm.database import here
from qtm.roles import NETWORK
from qtm.rows import names
from qtm.spine import WORKING

NOTHING = Q(pk__in=[])  # no row; Django sees that without asking the database
# All of it in one row, which is asked at every page and twice at every press: so the statement is made once. Whose account is closed gets none.
ASKED = """
SELECT ARRAY(SELECT c.app_label || '.' || p.codename || ' ' || g.name FROM qtm_user_groups h JOIN auth_group g ON g.id = h.group_id
    JOIN auth_group_permissions gp ON gp.group_id = g.id JOIN auth_permission p ON p.id = gp.permission_id
    JOIN django_content_type c ON c.id = p.content_type_id WHERE h.user_id = u.id ORDER BY 1),
  ARRAY(SELECT p.codename FROM guardian_userobjectpermission w JOIN auth_permission p ON p.id = w.permission_id
    JOIN django_content_type c ON c.id = w.content_type_id AND c.app_label = 'qtm' AND c.model = 'operator'
    WHERE w.user_id = u.id AND w.object_pk = m.operator_id::text), {membership}, {operator}
FROM qtm_user u LEFT JOIN qtm_membership m ON m.user_id = u.id AND m.left_at IS NULL LEFT JOIN qtm_operator o ON o.id = m.operator_id
WHERE u.id = $1 AND u.is_active"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person may do: network permissions by role, one membership, and the grants on its operator."""

    user_id: int | None = None
    network: Mapping[str, str] = field(default_factory=dict)
    membership: Any = None
    granted: frozenset[str] = frozenset()

    @property
    def operator(self) -> Any:
        """The operator that this person belongs to, or None."""
        return self.membership.operator if self.membership else None

    def holds(self, permission: str, operator_id: int | None = None) -> str:
        """By what this person holds a permission on the network (no operator) or within one operator; empty where they do not."""
        if operator_id is None:
            return f"{permission} as {self.network[permission]}" if permission in self.network else ""
        if self.working and self.membership.operator_id == operator_id and permission.split(".")[1] in self.granted:
            return f"{permission} as {self.membership}"
        return ""

    @property
    def working(self) -> bool:
        """Whether this person's operator is let in at all: pending and suspended ones hold nothing."""
        return bool(self.membership) and self.membership.operator.state in WORKING

    def sight(self, room: Any) -> Q:
        """Which rows of a room this person may see; what they may not see is not there for them (404)."""
        if any(self.holds(permission) for permission in room.open_to):
            return Q()
        seen, columns = NOTHING, {field.name for field in room._meta.local_fields}
        own = self.membership.operator_id if self.working else None
        if "governor" in columns and self.holds(room.seen_with):
            seen |= Q(governor=None)
        if "governor" in columns and own and self.holds(room.seen_with, own):
            seen |= Q(governor=own)
        if room.layer == "operator" and own:
            seen |= Q(operator=own)
        return seen

    def anywhere(self, permission: str) -> bool:
        """Whether this person holds a permission on the network or within their own operator."""
        return bool(self.holds(permission) or (self.membership and self.holds(permission, self.membership.operator_id)))

    def authority(self, row: Any, room: Any, verb: Any) -> str:
        """By what this person may do a verb of a room to a row; empty where they may not."""
        permission = f"{room._meta.app_label}.{room.permission(verb)}"
        layer = verb.layer or room.layer
        if not layer:
            return self.holds(permission)
        keeper = getattr(row, f"{layer}_id")
        if layer == "operator" and keeper is None:
            return ""
        return self.holds(permission, keeper)


NOBODY = Standing()


def standing_of(user: Any) -> Standing:
    """Read a person's roles, membership and grants, as they stand: one query, which sees a closed account too."""
    if not user.is_active or user.pk is None:
        return NOBODY
    membership = user.memberships.model
    operator = membership._meta.get_field("operator").related_model
    if (found := here().run(_asking(membership, operator), [user.pk])) is None:
        return NOBODY
    roles, granted, *columns = found
    held = (said.split(" ", 1) for said in roles)
    network = {permission: role for permission, role in held if role in NETWORK}
    member = _row(membership, columns)
    if member:
        member.user, member.operator = user, _row(operator, columns[-len(operator._meta.local_concrete_fields) :])
    return Standing(user.pk, network, member, frozenset(granted))


def _row(model: Any, columns: Sequence[Any]) -> Any:
    """A row of a model from the columns that begin with its own; None where there is none."""
    own = [each.attname for each in model._meta.local_concrete_fields]
    return model.from_db(here().alias, own, columns[: len(own)]) if columns[0] is not None else None


@cache
def _asking(membership: Any, operator: Any) -> str:
    """The statement, with the columns of a membership and of its operator."""
    own, beside = (model._meta.local_concrete_fields for model in (membership, operator))
    return ASKED.format(membership=names(own, "m"), operator=names(beside, "o"))
