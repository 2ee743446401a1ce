"""Acting: who does what, by what authority, in one transaction; the database is told, and writes it down."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, models

from qtm.database import here
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
    wanted: list[tuple[Any, Any]] = field(
        default_factory=list
    )  # the letters that follow from it: the kind, and the row it is about


# What else belongs to an act and is done in its own transaction, once all its rows are written.
ENDINGS: list[Callable[[Act], None]] = []
_act: ContextVar[Act | None] = ContextVar("act", default=None)
SAY = (
    "SELECT set_config('qtm.act', $1, true), set_config('qtm.user', $2, true), set_config('qtm.actor', $3, true),"
    " set_config('qtm.via', $4, true), set_config('qtm.authority', $5, true), set_config('qtm.reason', $6, true)"
)


def present_act() -> Act:
    """The act under way; outside of one nothing moves."""
    act = _act.get()
    if act is None:
        raise Lawless("nobody acts: the spine moves only inside `with acting(…)`")
    return act


def act_under_way() -> Act | None:
    """The act under way, if any is."""
    return _act.get()


@contextmanager
def acting(
    user: models.Model | None = None, *, via: str, authority: str, actor: models.Model | None = None, reason: str = ""
) -> Iterator[Act]:
    """One act of one person (or of the asker) in one transaction; what the law refuses comes out as a `Refusal`."""
    connection = here()
    act = Act(uuid.uuid4(), user.pk if user else None, actor.pk if actor else None, via, authority, reason)
    nested = connection.in_atomic_block
    try:
        with connection.beginning_with(SAY, _words(act)):
            token = _act.set(act)
            try:
                yield act
                for ending in ENDINGS if act.wanted else ():
                    ending(present_act())
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
    with here().cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    here().run(SAY, [""] * 6)


def give_reason(reason: str) -> None:
    """Say why, for what follows in this act: the database writes it on its lines."""
    _act.set(replace(present_act(), reason=reason))
    here().run("SELECT set_config('qtm.reason', $1, true)", [reason])


def asker_is(actor: models.Model) -> None:
    """Name the asker, who is known only once the act is under way."""
    here().run("SELECT set_config('qtm.actor', $1, true)", [str(actor.pk)])
