"""Acting: who does what, by what authority, in one transaction; the database is told, and writes it down."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, cast

from django.db import IntegrityError, connection, models

from qtm.refusals import Lawless, refusal_of


@dataclass(frozen=True, slots=True)
class Act:
    """One press: who does it, by what authority, from where and why; all log lines of it share its id."""

    id: uuid.UUID
    user_id: int | None
    actor_id: int | None
    via: str
    authority: str
    reason: str


_act: ContextVar[Act | None] = ContextVar("act", default=None)
SAY = (
    "SELECT set_config('qtm.act', %s, true), set_config('qtm.user', %s, true), set_config('qtm.actor', %s, true),"
    " set_config('qtm.via', %s, true), set_config('qtm.authority', %s, true), set_config('qtm.reason', %s, true)"
)


def present_act() -> Act:
    """The act under way; outside of one nothing moves."""
    act = _act.get()
    if act is None:
        raise Lawless("nobody acts: the spine moves only inside `with acting(…)`")
    return act


@contextmanager
def acting(
    user: models.Model | None = None, *, via: str, authority: str, actor: models.Model | None = None, reason: str = ""
) -> Iterator[Act]:
    """One act of one person (or of the asker) in one transaction; what the law refuses comes out as a `Refusal`."""
    act = Act(uuid.uuid4(), user.pk if user else None, actor.pk if actor else None, via, authority, reason)
    nested = connection.in_atomic_block
    try:
        with cast(Any, connection).beginning_with(SAY, _words(act)):
            token = _act.set(act)
            try:
                yield act
            finally:
                _act.reset(token)
            if nested:
                _settle()
    except IntegrityError as error:
        raise refusal_of(error) from error


def _words(act: Act) -> list[str]:
    """Who acts, in the words that the database is told."""
    said = [act.id, act.user_id, act.actor_id, act.via, act.authority, act.reason]
    return ["" if word is None else str(word) for word in said]


def _settle() -> None:
    """Inside a larger transaction there is no commit to ask the deferred laws, nor to forget who acted."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(SAY, [""] * 6)


def give_reason(reason: str) -> None:
    """Say why, for what follows in this act: the database writes it on its lines."""
    _act.set(replace(present_act(), reason=reason))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('qtm.reason', %s, true)", [reason])


def asker_is(actor: models.Model) -> None:
    """Name the asker, who is known only once the act is under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('qtm.actor', %s, true)", [str(actor.pk)])
