"""Roles as data: what the table says is exactly what everybody holds, after every preparation; and it is said in plain words."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from guardian.models import UserObjectPermission

from qtm import roles
from qtm.forms import ROLE_WORDS
from qtm.roles import MEMBER, NETWORK, OPERATOR_PERMISSIONS, load_roles
from tests.cast import Cast
from tests.test_people import as_

pytestmark = pytest.mark.django_db


def held(person: Any) -> set[str]:
    """What guardian's rows grant somebody, by the operator's number and the permission's code."""
    rows = UserObjectPermission.objects.filter(user=person)
    return {f"{number} {code}" for number, code in rows.values_list("object_pk", "permission__codename")}


def test_what_the_table_no_longer_says_is_taken_from_every_member_and_what_it_says_anew_is_granted(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = [*(name for name in MEMBER["worker"] if name != "execution.claim_job"), "intake.keep_funnel"]
    monkeypatch.setattr(roles, "MEMBER", {**MEMBER, "worker": worker})
    before = held(cast.nora)
    load_roles()
    for name in ("will", "wanda", "sid"):
        standing = getattr(cast, name).standing
        assert standing.granted == {each.split(".")[1] for each in worker}
        assert not standing.holds("execution.claim_job", standing.operator.pk)
        assert standing.holds("intake.keep_funnel", standing.operator.pk)
    assert held(cast.nora) == before, "owners are as they were"


def test_loading_the_roles_again_writes_nothing(cast: Cast, django_assert_max_num_queries: Any) -> None:
    load_roles()
    before = list(UserObjectPermission.objects.order_by("pk").values_list())
    load_roles()
    assert list(UserObjectPermission.objects.order_by("pk").values_list()) == before


def test_whoever_is_no_member_any_more_is_granted_nothing_by_a_preparation(cast: Cast) -> None:
    cast.will.memberships.get(left_at=None).leave()
    stray = UserObjectPermission.objects.filter(user=cast.nora)[0]
    UserObjectPermission.objects.create(
        user=cast.will, content_type=stray.content_type, object_pk=stray.object_pk, permission=stray.permission
    )
    load_roles()
    assert held(cast.will) == set()
    assert held(cast.nobody) == set()


def test_a_role_on_the_network_holds_exactly_what_the_table_says_again(cast: Cast) -> None:
    group = Group.objects.get(name="workforce")
    group.permissions.set(Permission.objects.filter(codename__in=["keep_roles", "oversee"]))
    load_roles()
    assert set(cast.wim.standing.network) == set(NETWORK["workforce"])


def test_a_permission_reads_as_the_button_that_it_opens() -> None:
    said = dict(OPERATOR_PERMISSIONS)
    assert said["create_job"] == "Within the operator: Create Job"
    assert said["complete_serviceevent"] == "Within the operator: Complete ServiceEvent"
    assert set(Permission.objects.filter(codename="create_job").values_list("name", flat=True)) == {
        "Create Job",
        "Within the operator: Create Job",
    }


def test_what_is_said_of_an_executive_is_so(cast: Cast) -> None:
    assert ROLE_WORDS["executive"].endswith("Reads every case, record and settlement, and the oversight. Does nothing.")
    client = as_(cast.eve)
    for reads in ("/console/", "/records/", "/settlements/", "/admin/"):
        assert client.get(reads).status_code == 200, reads
    for keeps in ("/people/", "/people/everyone", "/surfaces/"):
        assert client.get(keeps).status_code == 403, keeps
