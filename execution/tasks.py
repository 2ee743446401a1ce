"""What execution does in the background, in a process of its own (`manage.py background`): the copies of photos that are shown."""

import os
from collections.abc import Iterator
from datetime import timedelta
from socket import gethostname
from typing import Any

from django.db import transaction
from django.tasks import TaskContext, TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from execution import files, renditions

TRIES = 3
GIVEN_UP_BY = "nobody"
SURELY_DEAD = timedelta(minutes=5)  # no task takes a tenth of it
GIVEN_UP = "It was tried three times to make a copy of this photo to show, and broken off each time."


@task(takes_context=True)
def make_copies(context: "TaskContext[Any, Any]", sha256: str) -> None:
    """Make the copies of a photo that are shown."""
    renditions.make(sha256)


def order(sha256: str) -> None:
    """Have the copies of a photo made, once the transaction under way is over."""
    make_copies.enqueue(sha256)


def order_once(sha256: str) -> None:
    """Have the copies of a photo made, unless that is under way already."""
    with transaction.atomic():
        files.held([sha256], alone=True)
        if not _of(sha256).filter(status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]).exists():
            order(sha256)


def _of(sha256: str) -> Any:
    """Every task about a photo."""
    return DBTaskResult.objects.filter(task_path=make_copies.module_path, args_kwargs={"args": [sha256], "kwargs": {}})


def worker_id() -> str:
    """What a worker is called: its machine and process, so that another one there can see whether it lives."""
    return f"{gethostname()[:50]}/{os.getpid()}"


def take_up_again(me: str) -> None:
    """Whatever failed, or was left behind by a worker that died, is tried again, three times in all; `me`: a worker that has nothing in hand."""
    for left in _broken_off(me):
        tried = len(left.worker_ids)
        here = DBTaskResult.objects.filter(pk=left.pk, status=left.status, worker_ids=left.worker_ids)
        with transaction.atomic():
            if tried < TRIES:
                later = timezone.now() + timedelta(seconds=tried)
                here.update(status=TaskResultStatus.READY, run_after=later)
            elif here.update(
                status=TaskResultStatus.FAILED, finished_at=timezone.now(), worker_ids=[*left.worker_ids, GIVEN_UP_BY]
            ):
                renditions.trouble(left.args_kwargs["args"][0], GIVEN_UP)


def is_ours(task: Any) -> bool:
    """Whether it is a task of the house, in the one form in which the house orders it; a row of the table alone orders nothing else."""
    given = task.args_kwargs.get("args") if isinstance(task.args_kwargs, dict) else None
    of_photo = isinstance(given, list) and len(given) == 1 and files.DIGEST.fullmatch(str(given[0]))
    return task.task_path == make_copies.module_path and bool(of_photo) and not task.args_kwargs.get("kwargs")


def _broken_off(me: str) -> Iterator[Any]:
    """Tasks that somebody began, and nobody will end."""
    return filter(is_ours, _begun(me))


def _begun(me: str) -> Iterator[Any]:
    """What failed, and what is under way with nobody."""
    ours = DBTaskResult.objects.filter(task_path=make_copies.module_path)
    yield from (each for each in ours.filter(status=TaskResultStatus.FAILED) if len(each.worker_ids) <= TRIES)
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
