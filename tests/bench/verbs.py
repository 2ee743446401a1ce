"""A complete case through the verbs: from a request to a captured settlement, one act for each press."""

from dataclasses import dataclass
from functools import cached_property
from itertools import count
from os import getpid
from time import time_ns

from execution.models import Job, ServiceEvent
from governance.models import Assignment, Task
from governance.submit import Asking, ask
from intake.models import Funnel
from qtm.acts import acting
from qtm.models import Operator, Surface, User
from records.models import Record
from settlement.models import Settlement
from tests.cast import ADVISORY

SUMMARY = "The price is fair, and the belt is due by age. Have it done before the winter, and ask for the old one back."
_numbers = count()


@dataclass(frozen=True)
class People:
    """Who takes part in every case, fetched once."""

    @cached_property
    def ines(self) -> User:
        """The admin who governs."""
        return User.objects.get(username="ines")

    @cached_property
    def will(self) -> User:
        """The worker who carries it out."""
        return User.objects.get(username="will")

    @cached_property
    def cora(self) -> User:
        """The one who settles."""
        return User.objects.get(username="cora")

    @cached_property
    def operator(self) -> Operator:
        """Whose work it is."""
        return Operator.objects.get(name="Northside")

    @cached_property
    def funnel(self) -> Funnel:
        """Where it is asked."""
        return Funnel.objects.get(slug="network")

    @cached_property
    def surface(self) -> Surface:
        """What is asked for: work that is proven by notes alone, so that no file system is measured."""
        return Surface.objects.get(code="automotive-advisory")


class Verbs:
    """Walks cases by the verbs of the models, as the doors do, without HTTP."""

    def __init__(self) -> None:
        """Fetch the people."""
        self.people = People()

    def case(self) -> int:
        """One complete case: fifteen acts, each one transaction."""
        task = self.asked()
        event = self.handed_off(task)
        record = self.carried_out(event)
        with acting(self.people.ines, via="console", authority="governance.close_task as admin"):
            task.close()
        self.settled(record)
        return int(task.case_id)

    def asked(self) -> Task:
        """Somebody asks, and the Task is open."""
        who = self.people
        request, _ = ask(
            Asking(
                who.funnel,
                who.surface,
                "web",
                ADVISORY,
                f"bench:{getpid()}:{time_ns()}:{next(_numbers)}",
                "public form",
            )
        )
        return request.intake.task

    def handed_off(self, task: Task) -> ServiceEvent:
        """Approved, assigned, handed off and claimed."""
        who = self.people
        with acting(who.ines, via="console", authority="governance.approve_task as admin"):
            task.approve()
        with acting(who.ines, via="console", authority="governance.assign_task as admin"):
            assignment = Assignment.assign(task, operator=who.operator)
        with acting(who.ines, via="console", authority="execution.create_job as admin"):
            job = Job.create(assignment)
        with acting(who.will, via="desk", authority="execution.claim_job as worker of Northside"):
            event: ServiceEvent = ServiceEvent.claim(job)
        return event

    def carried_out(self, event: ServiceEvent) -> Record:
        """Started, its stages marked, its evidence captured, sealed, and the Job completed."""
        will = self.people.will
        with acting(will, via="jobs", authority="execution.start_serviceevent as worker of Northside"):
            event.start()
        with acting(will, via="jobs", authority="execution.capture_evidence as worker of Northside"):
            event.mark(stage="study")
        with acting(will, via="jobs", authority="execution.capture_evidence as worker of Northside"):
            event.capture(stage="advice", kind="note", category="summary", text=SUMMARY)
        with acting(will, via="jobs", authority="execution.capture_evidence as worker of Northside"):
            event.mark(stage="advice")
        with acting(will, via="jobs", authority="records.complete_serviceevent as worker of Northside"):
            record: Record = Record.seal(event, outcome="advised")
        with acting(will, via="jobs", authority="execution.complete_job as worker of Northside"):
            event.job.complete()
        return record

    def settled(self, record: Record) -> None:
        """Opened, authorized, captured."""
        cora = self.people.cora
        with acting(cora, via="settlement", authority="settlement.open_settlement as commerce"):
            settlement = Settlement.open(record, amount_minor=3900, currency="EUR")
        with acting(cora, via="settlement", authority="settlement.authorize_settlement as commerce"):
            settlement.authorize()
        with acting(cora, via="settlement", authority="settlement.capture_settlement as commerce"):
            settlement.capture(amount_minor=3900)
