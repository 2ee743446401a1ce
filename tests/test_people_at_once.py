"""People at once: of several presses one is done, with real commits."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from qtm.models import Membership, PersonNote, User
from qtm.people import Keeper
from qtm.people_invited import come_in, open_invitation
from qtm.refusals import Refusal
from tests.cast import Cast


def together(presses: list[Callable[[], Any]]) -> list[Any]:
    """Press all at once; each result, or the refusal."""

    barrier = Barrier(len(presses))

    def press(one: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        barrier.wait(30)
        try:
            return one()
        except Refusal as refusal:
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
    assert sum(isinstance(each, Refusal) for each in results) == 7
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


def test_two_admins_who_close_each_other_at_once_leave_one(committed: str) -> None:
    cast = Cast()
    Keeper(cast.ines).give(cast.nobody, "admin")
    for _ in range(10):
        pair = cast.ines, cast.nobody
        assert all(each.standing for each in pair)
        results = together([partial(Keeper(one).close, other) for one, other in (pair, pair[::-1])])
        assert sorted(isinstance(each, Refusal) for each in results) == [False, True]
        (stays,) = User.objects.filter(groups__name="admin", is_active=True)
        assert PersonNote.objects.filter(said="closed the account").latest("pk").by == stays
        Keeper(stays).reopen(User.objects.get(groups__name="admin", is_active=False))


def test_an_admin_is_closed_and_robbed_of_the_role_at_once_and_one_stays(committed: str) -> None:
    cast = Cast()
    Keeper(cast.ines).give(cast.nobody, "admin")
    ines, other = cast.ines, cast.nobody
    assert ines.standing
    assert other.standing
    together([lambda: Keeper(ines).close(other), lambda: Keeper(other).take(ines, "admin")])
    assert User.objects.filter(groups__name="admin", is_active=True).count() == 1


def test_a_role_is_given_while_the_account_is_closed_and_nobody_waits_for_the_other_for_ever(committed: str) -> None:
    cast = Cast()
    Keeper(cast.ines).give(cast.wim, "admin")
    for _ in range(10):
        ines, wim, person = cast.ines, cast.wim, cast.nobody
        together([partial(Keeper(ines).close, person), partial(Keeper(wim).give, person, "admin")])
        Keeper(ines).take(person, "admin")
        Keeper(ines).reopen(person)


def test_a_preparation_clears_the_sessions_that_have_ended(committed: str) -> None:
    ended = timezone.now() - timedelta(seconds=1)
    for key, expires in (("ended", ended), ("lasts", ended + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    call_command("prepare", verbosity=0, stdout=io.StringIO())
    assert [each.session_key for each in Session.objects.all()] == ["lasts"]
