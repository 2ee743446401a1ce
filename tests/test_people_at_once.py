"""People at once: of several presses one is done, with real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection, connections

from qtm.models import Membership, User
from qtm.people import Keeper, come_in, open_invitation
from qtm.refusals import Conflict, Invalid, Lawless
from tests.cast import Cast


def together(presses: list[Callable[[], Any]]) -> list[Any]:
    """Press all at once; each result, or the refusal."""

    barrier = Barrier(len(presses))

    def press(one: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        barrier.wait(30)
        try:
            return one()
        except (Conflict, Lawless, Invalid) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))


def test_of_eight_who_use_an_invitation_at_once_one_comes_in(committed: str) -> None:
    cast = Cast()
    token = Keeper(cast.nora).invite(cast.Northside, "worker", "Ada")[1]

    invitation = open_invitation(token)
    assert invitation

    def enter(number: int) -> User:
        return come_in(invitation, lambda: User.objects.create(username=f"guest{number}"))

    results = together([partial(enter, number) for number in range(8)])
    assert sum(isinstance(each, Conflict) for each in results) == 7
    assert sum(isinstance(each, User) for each in results) == 1
    assert User.objects.filter(username__startswith="guest").count() == 1
    assert Membership.objects.filter(user__username__startswith="guest").count() == 1


def test_two_admins_who_take_each_other_away_leave_one(committed: str) -> None:
    cast = Cast()
    Keeper(cast.ines).give(cast.nobody, "admin")
    ines, other = cast.ines, cast.nobody
    assert ines.standing
    assert other.standing
    together([lambda: Keeper(ines).take(other, "admin"), lambda: Keeper(other).take(ines, "admin")])
    assert User.objects.filter(groups=Group.objects.get(name="admin")).count() == 1
