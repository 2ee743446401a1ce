"""What is done in the background, in a process of its own (`manage.py background`): zones register their tasks as chores, and no other is run."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from socket import gethostname
from typing import Any

from django.db import transaction
from django.tasks import Task, TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from qtm.rows import insert

GIVEN_UP_BY = "nobody"
SURELY_DEAD = timedelta(minutes=5)  # no task takes a tenth of it


def _never() -> bool:
    """For chores that do not rest."""
    return False


@dataclass(frozen=True, slots=True)
class Chore:
    """A task of the house: in which form it is ordered, how long one waits before each further try, and what is done when it is given up."""

    task: Task[..., Any]
    fits: Callable[..., bool]  # whether these are arguments with which the house orders it
    pauses: tuple[timedelta, ...]
    given_up: Callable[..., None]  # called with the arguments, in the transaction in which it is given up
    rests: Callable[[], bool] = _never  # whether nothing of its queue is to be taken up now

    @property
    def tries(self) -> int:
        """How often it is tried in all."""
        return len(self.pauses) + 1

    def of(self, *arguments: Any) -> Any:
        """Every order of it with these arguments."""
        given = {"args": list(arguments), "kwargs": {}}
        return DBTaskResult.objects.filter(task_path=self.task.module_path, args_kwargs=given)

    def order(self, *arguments: Any) -> None:
        """Order it as Django's own `enqueue` does, by a statement that is made once."""
        task = self.task
        insert(
            DBTaskResult(
                args_kwargs={"args": list(arguments), "kwargs": {}},
                priority=task.priority,
                task_path=task.module_path,
                queue_name=task.queue_name,
                backend_name=task.backend,
                run_after=get_date_max(),
            )
        )

    def under_way(self, *arguments: Any) -> bool:
        """Whether it is ordered with these arguments, and not done yet."""
        live = [TaskResultStatus.READY, TaskResultStatus.RUNNING]
        return bool(self.of(*arguments).filter(status__in=live).exists())


# By the path of the task: `register(Chore(make_copies, …))`.
CHORES: dict[str, Chore] = {}
# Called every few seconds by a background that stays: each orders what is due, if anything is.
ROUNDS: list[Callable[[], None]] = []


def register(chore: Chore) -> Chore:
    """Let a task of a zone be done in the background."""
    CHORES[chore.task.module_path] = chore
    return chore


def is_ours(task: Any) -> bool:
    """Whether it is a task of the house, in the one form in which the house orders it; a row of the table alone orders nothing else."""
    chore, given = CHORES.get(task.task_path), task.args_kwargs
    arguments = given.get("args") if isinstance(given, dict) else None
    if chore is None or not isinstance(arguments, list) or given.get("kwargs"):
        return False
    return task.queue_name == chore.task.queue_name and chore.fits(*arguments)


def resting() -> list[str]:
    """The queues of which nothing is to be taken up now."""
    return [chore.task.queue_name for chore in CHORES.values() if chore.rests()]


def worker_id() -> str:
    """What a worker is called: its machine and process, so that another one there can see whether it lives."""
    return f"{gethostname()[:50]}/{os.getpid()}"


def take_up_again(me: str) -> None:
    """Whatever failed, or was left behind by a worker that died, is tried again as often as its chore says; `me`: a worker that has nothing in hand."""
    for left in _broken_off(me):
        chore, tried = CHORES[left.task_path], len(left.worker_ids)
        here = DBTaskResult.objects.filter(pk=left.pk, status=left.status, worker_ids=left.worker_ids)
        with transaction.atomic():
            if tried < chore.tries:
                here.update(status=TaskResultStatus.READY, run_after=timezone.now() + chore.pauses[tried - 1])
            elif here.update(
                status=TaskResultStatus.FAILED, finished_at=timezone.now(), worker_ids=[*left.worker_ids, GIVEN_UP_BY]
            ):
                chore.given_up(*left.args_kwargs["args"])


def _broken_off(me: str) -> Iterator[Any]:
    """Tasks that somebody began, and nobody will end."""
    return filter(is_ours, _begun(me))


def _begun(me: str) -> Iterator[Any]:
    """What failed and was not given up, and what is under way with nobody."""
    ours = DBTaskResult.objects.filter(task_path__in=CHORES)
    yield from ours.filter(status=TaskResultStatus.FAILED).exclude(worker_ids__contains=[GIVEN_UP_BY])
    for each in ours.filter(status=TaskResultStatus.RUNNING):
        if each.worker_ids[-1] == me or _dead(each.worker_ids[-1]) or each.started_at < timezone.now() - SURELY_DEAD:
            yield each


def _dead(worker: str) -> bool:
    """Whether a worker is known to be gone: one of this machine that has no process."""
    host, _, process = worker.rpartition("/")
    if host != gethostname()[:50] or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
