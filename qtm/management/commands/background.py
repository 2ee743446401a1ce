"""`manage.py background`: does what is to be done in the background, until it is told to stop or is left alone."""

import logging
import os
import sys
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from qtm.background import ROUNDS, is_ours, resting, take_up_again, worker_id

LOOK_SECONDS, TIDY_SECONDS = 3, 3600


class Hands(Worker):
    """A worker that does what the house orders, and nothing else that a row of the table may name."""

    def run_task(self, db_task_result: "DBTaskResult[Any, Any]") -> None:
        """Run it, or set it aside without even looking up what it names."""
        if is_ours(db_task_result):
            super().run_task(db_task_result)
        else:
            db_task_result.set_failed(SuspiciousOperation("no task of the house"))
        self.excluded_queue_names = resting()

    def run(self) -> None:
        """Do what waits, but for what rests now."""
        self.excluded_queue_names = resting()
        super().run()


class Command(BaseCommand):
    """A worker that outlives a restart of the database, takes up what another left behind, and never outlives who looks after it."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to stay."""
        parser.add_argument("--once", action="store_true", help="do what waits now, and end")
        parser.add_argument("--interval", type=float, default=0.3, help="seconds between two looks for work (0.3)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        for name in ("django_tasks_db", "django.tasks"):  # they tell of every task
            logging.getLogger(name).setLevel(logging.ERROR)
        if lifeline := os.environ.get("LIFELINE_FD"):
            threading.Thread(target=end_when_cut, args=(int(lifeline),), daemon=True).start()
        worker = Hands(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_id(),
        )
        if options["once"]:
            take_up_again(worker.worker_id)
            worker.run()
            return
        worker.configure_signals()
        self._go_on(worker, options["interval"])

    def _go_on(self, worker: Hands, interval: float) -> None:
        """Work, look after what was left behind, and wait while the database is away."""
        looked = tidied = -float(TIDY_SECONDS)
        while worker.running:
            now, pause = time.monotonic(), interval
            try:
                close_old_connections()
                if now - looked > LOOK_SECONDS:
                    take_up_again(worker.worker_id)
                    for order_what_is_due in ROUNDS:
                        order_what_is_due()
                    looked = now
                if now - tidied > TIDY_SECONDS:
                    call_command("prune_db_task_results", min_age_days=1, failed_min_age_days=30, verbosity=0)
                    tidied = now
                worker.run()
            except (OperationalError, InterfaceError) as error:
                self.stderr.write(f"The background waits for the database: {str(error).strip().splitlines()[0]}")
                connection.close()
                looked, pause = -float(TIDY_SECONDS), 1.0  # what was in hand is to be taken up
            if worker.running:
                time.sleep(pause)


def end_when_cut(lifeline: int) -> None:
    """Wait for the kernel to close the other end, as it does whatever the process dies of that looks after us, and end at once."""
    os.read(lifeline, 1)
    sys.stderr.flush()
    os._exit(1)
