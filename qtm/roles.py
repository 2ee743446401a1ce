"""Who may what, as one table of data.

A network role is a group of Django's with the permissions below. A member's role is granted through guardian on the Operator's row,
and rows are asked through their operator (`qtm.standing`). No flag on a user, `is_superuser` least of all, opens a door of the spine.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from guardian.models import UserObjectPermission

INTAKE = ["intake.take_request", "governance.submit_request", "intake.discard_request"]
GOVERN = [
    "governance.approve_task",
    "governance.reject_task",
    "governance.hold_task",
    "governance.resume_task",
    "governance.cancel_task",
    "governance.close_task",
    "governance.correct_task",
    "governance.plan_task",
    "governance.assign_task",
    "governance.withdraw_assignment",
    "governance.reschedule_assignment",
    "execution.create_job",
    "execution.cancel_job",
    "qtm.send_letter",
    "intake.annotate_request",
    "intake.liken_request",
    "governance.ask_question",
    "governance.say_question",
    "governance.mark_read_question",
    "governance.withdraw_question",
]
WORK = [
    "execution.claim_job",
    "execution.open_serviceevent",
    "execution.release_job",
    "execution.start_serviceevent",
    "execution.pause_serviceevent",
    "execution.resume_serviceevent",
    "execution.capture_evidence",
    "records.complete_serviceevent",
    "execution.complete_job",
]
SETTLE = [
    "settlement.open_settlement",
    "settlement.authorize_settlement",
    "settlement.capture_settlement",
    "settlement.void_settlement",
]
ACCESS = [
    "qtm.accept_operator",
    "qtm.activate_operator",
    "qtm.limit_operator",
    "qtm.lift_operator",
    "qtm.suspend_operator",
    "qtm.reinstate_operator",
]
SIGNALS = ["records.suppress_signal", "records.restore_signal", "records.revoke_signal"]  # and none gives one
APPLICATIONS = ["qtm.take_in_operator", "qtm.decline_application"]

# Network roles. Admins hold nothing in execution but Create Job, cancelling a queued Job, and taking originals.
NETWORK: Mapping[str, list[str]] = {
    "admin": [
        *INTAKE,
        *GOVERN,
        *ACCESS,
        *APPLICATIONS,
        *SIGNALS,
        "records.erase_record",
        "intake.keep_funnel",
        "execution.take_originals",
        "qtm.keep_people",
        "qtm.keep_roles",
        "qtm.keep_surfaces",
        "qtm.oversee",
        "qtm.read_refusals",
        "governance.see_console",
        "records.see_records",
        "records.ask_correction",
    ],
    "workforce": ["qtm.keep_people", *APPLICATIONS],
    "commerce": [*SETTLE, "settlement.see_settlements", "records.see_records"],
    "executive": ["qtm.oversee", "governance.see_console", "records.see_records", "settlement.see_settlements"],
}
# Roles within an operator, on that operator's own rows.
MEMBER: Mapping[str, list[str]] = {
    "owner": [
        *INTAKE,
        *GOVERN,
        *WORK,
        "intake.keep_funnel",
        "governance.see_console",
        "qtm.keep_people",
        "records.ask_correction",
    ],
    "worker": [*INTAKE, *WORK],
}


def spoken(code: str) -> str:
    """A permission's code as people read it: `create_job` is "Create Job"."""
    return " ".join("ServiceEvent" if word == "serviceevent" else word.capitalize() for word in code.split("_"))


OPERATOR_PERMISSIONS = [
    (code, f"Within the operator: {spoken(code)}")
    for code in dict.fromkeys(name.split(".")[1] for names in MEMBER.values() for name in names)
]


def _grants(user: Any, **where: Any) -> Any:
    """Guardian's rows for a person on operators."""
    kind = ContentType.objects.get_by_natural_key("qtm", "operator")
    return UserObjectPermission.objects.filter(user=user, content_type=kind, **where)


def grant(user: Any, operator: Any, role: str) -> None:
    """Write the grants of a member's role on the operator's row, all at once."""
    content_type = ContentType.objects.get_for_model(operator)
    codes = [name.split(".")[1] for name in MEMBER[role]]
    permissions = Permission.objects.filter(content_type=content_type, codename__in=codes)
    UserObjectPermission.objects.bulk_create(
        [
            UserObjectPermission(user=user, content_type=content_type, object_pk=str(operator.pk), permission=each)
            for each in permissions
        ],
        ignore_conflicts=True,
    )


def withdraw_grants(user: Any, operator: Any) -> None:
    """Take back every grant of a person on an operator's row."""
    _grants(user, object_pk=str(operator.pk)).delete()


def load_roles() -> None:
    """Make the groups of the network roles, and the grants of every member, exactly what the table says."""
    for role, names in NETWORK.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(_permissions(names))
    with transaction.atomic():
        _renew_grants()


def _renew_grants() -> None:
    """What the table no longer says is taken from whoever is a member, and what it says anew is granted."""
    kind = ContentType.objects.get_by_natural_key("qtm", "operator")
    number = dict(Permission.objects.filter(content_type=kind).values_list("codename", "pk"))
    members = get_user_model().objects.filter(memberships__left_at=None, memberships__role__in=MEMBER)
    wanted = {
        (user, str(operator), number[name.split(".")[1]])
        for user, operator, role in members.values_list("pk", "memberships__operator", "memberships__role")
        for name in MEMBER[role]
    }
    rows = UserObjectPermission.objects.filter(content_type=kind)
    present = {tuple(row): pk for pk, *row in rows.values_list("pk", "user", "object_pk", "permission")}
    rows.filter(pk__in=[pk for row, pk in present.items() if row not in wanted]).delete()
    UserObjectPermission.objects.bulk_create(
        UserObjectPermission(content_type=kind, user_id=user, object_pk=operator, permission_id=permission)
        for user, operator, permission in wanted - set(present)
    )


def _permissions(names: Iterable[str]) -> list[Permission]:
    """The permissions of these names; one that no model declares is an error."""
    within = {code for code, _ in OPERATOR_PERMISSIONS}  # the same words on the Operator's row are for members alone
    found = []
    for name in names:
        app, code = name.split(".")
        of_app = Permission.objects.filter(content_type__app_label=app, codename=code)
        found.append((of_app.exclude(content_type__model="operator") if code in within else of_app).get())
    return found
