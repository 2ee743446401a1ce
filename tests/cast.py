"""The cast of the tests: who may, who partly may, who may not; another operator who must see nothing. And a case walked to where a test begins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group

from execution.models import Job, ServiceEvent
from governance.models import Assignment, Task
from governance.submit import Asking, ask
from intake.models import Funnel, Intake, Request
from qtm.acts import acting
from qtm.doors import door_of
from qtm.models import Membership, Operator, Surface, User
from records.models import Record
from settlement.models import Settlement
from tests.pieces import fill

PEOPLE = {
    "ines": "admin",
    "wim": "workforce",
    "cora": "commerce",
    "eve": "executive",
    "nora": "owner of Northside",
    "will": "worker of Northside",
    "wanda": "worker of Northside",
    "sam": "owner of Southside",
    "sid": "worker of Southside",
    "liam": "owner of Limited",
    "sue": "owner of Suspended",
    "pete": "owner of Pending",
    "root": "superuser",
    "nobody": "",
}
ACCESS = {"Northside": (), "Southside": (), "Limited": ("limit",), "Suspended": ("suspend",)}

ADVISORY: Mapping[str, Any] = {
    "name": "Maren Holt",
    "phone": "+49 30 1234 5678",
    "email": "maren@holt.example",
    "description": "Is the offer fair?",
    "tier": "question",
    "answers": {"matter": "repair", "vehicle": "An estate car, 2016"},
}

DETAILING: Mapping[str, Any] = {
    "name": "Maren Holt",
    "phone": "+49 30 1234 5678",
    "place": "14 Quarry Lane, garage behind the house",
    "description": "The dog moults a lot.",
    "tier": "interior-large",
    "answers": {"vehicle": "An estate car", "size": "estate"},
}

PARTY: Mapping[str, Any] = {
    "name": "Maren Holt",
    "phone": "+49 30 1234 5678",
    "email": "maren@holt.example",
    "place": "The old brewery, Mill Yard",
    "wished": "2027-06-12T16:00:00+02:00",
    "description": "My mother turns seventy.",
    "tier": "small",
    "answers": {"occasion": "private", "guests": "45", "setting": "both"},
}

GARDEN: Mapping[str, Any] = {
    "name": "Maren Holt",
    "phone": "+49 30 1234 5678",
    "place": "14 Quarry Lane",
    "tier": "visit",
    "answers": {"areas": ["hedge", "front"], "access": "open", "green-waste": "yes"},
}


def make_cast() -> None:
    """Everybody and everything that each test finds in place; made once in the template database."""
    for name, role in PEOPLE.items():
        user = User(
            username=name, first_name=name.capitalize(), is_superuser=role == "superuser", is_staff=role == "superuser"
        )
        user.set_unusable_password()
        user.save()
        if role in {"admin", "workforce", "commerce", "executive"}:
            user.groups.add(Group.objects.get(name=role))
    ines = User.objects.get(username="ines")
    for name, steps in ACCESS.items():
        operator = _operator(name, ines)
        for step in ("accept", "activate", *steps):
            _step(operator, step, ines)
    _operator("Pending", ines)
    for name, role in PEOPLE.items():
        if " of " in role:
            kind, operator_name = role.split(" of ")
            Membership.join(User.objects.get(username=name), Operator.objects.get(name=operator_name), kind)
    for slug, owner in (("network", None), ("north", "Northside"), ("south", "Southside")):
        funnel = Funnel.objects.create(
            slug=slug, name=f"The {slug} funnel", operator=Operator.objects.get(name=owner) if owner else None
        )
        funnel.surfaces.set(Surface.objects.all())


def _operator(name: str, ines: User) -> Operator:
    """An operator, born in review."""
    with acting(ines, via="test", authority="qtm.keep_people as admin"):
        return Operator.born(name=name)


def _step(operator: Operator, step: str, ines: User) -> None:
    """One move of an operator's access."""
    row = Operator.objects.get(pk=operator.pk)
    with acting(ines, via="test", authority=f"qtm.{step}_operator as admin"):
        getattr(row, step)(**({"reason": "for the test"} if step in {"limit", "suspend"} else {}))


class Cast:
    """People and operators by name: `cast.ines`, `cast.Northside`."""

    def __getattr__(self, name: str) -> Any:
        """A fresh row each time, as permissions are kept on it."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Operator.objects.get(name=name) if name[0].isupper() else User.objects.get(username=name)

    def everybody(self) -> list[User]:
        """All people."""
        return list(User.objects.order_by("pk"))


def enter(user: User, room: Any, verb: str, row: Any, **given: Any) -> Any:
    """Pass a door as a person does, without HTTP."""
    import_module("qtm.urls")
    return door_of(room, verb).enter(user, row, **given)


@dataclass
class Walk:
    """A case on its way: each property walks as far as it must and gives a fresh row."""

    funnel: str = "network"
    surface: str = "automotive-advisory"
    asked: Mapping[str, Any] = field(default_factory=lambda: dict(ADVISORY))
    operator: str = "Northside"
    worker: str = "will"
    outcome: str = "advised"
    cast: Cast = field(default_factory=Cast)

    @property
    def governor(self) -> User:
        """Who governs it: an admin, or the owner of the funnel's operator."""
        return User.objects.get(username={"network": "ines", "north": "nora", "south": "sam"}[self.funnel])

    @cached_property
    def request(self) -> Request:
        """Asked through the public form."""
        funnel, surface = Funnel.objects.get(slug=self.funnel), Surface.objects.get(code=self.surface)
        return ask(Asking(funnel, surface, "web", self.asked, f"test:{uuid4()}", "public form"))[0]

    def _row(self, room: Any, **by: Any) -> Any:
        """The newest row of a room in this case."""
        return room.objects.filter(case_id=self.request.pk, **by).latest("pk")

    @property
    def task(self) -> Task:
        """Open."""
        return self._row(Task)  # type: ignore[no-any-return]

    @property
    def intake(self) -> Intake:
        """Stored."""
        return self._row(Intake)  # type: ignore[no-any-return]

    def approved(self) -> Task:
        """Approved."""
        if self.task.state == "open":
            enter(self.governor, Task, "approve", self.task)
        return self.task

    def assignment(self) -> Assignment:
        """Assigned, the assignment active."""
        if self.approved().state == "approved":
            enter(self.governor, Assignment, "assign", self.task, operator=getattr(self.cast, self.operator))
        return self._row(Assignment)  # type: ignore[no-any-return]

    def job(self) -> Job:
        """Queued."""
        if self.assignment().state == "active":
            enter(self.governor, Job, "create", self.assignment())
        return self._row(Job)  # type: ignore[no-any-return]

    def event(self) -> ServiceEvent:
        """Claimed, the service event ready."""
        if self.job().state == "queued":
            enter(getattr(self.cast, self.worker), ServiceEvent, "claim", self.job())
        return self._row(ServiceEvent)  # type: ignore[no-any-return]

    def started(self) -> ServiceEvent:
        """In progress."""
        if self.event().state == "ready":
            enter(getattr(self.cast, self.worker), ServiceEvent, "start", self.event())
        return self.event()

    def filled(self) -> ServiceEvent:
        """In progress with all that its surface requires."""
        event = self.started()
        with acting(getattr(self.cast, self.worker), via="test", authority="execution.capture_evidence as worker"):
            fill(event)
        return self.event()

    def record(self) -> Record:
        """Sealed."""
        if not Record.objects.filter(case_id=self.request.pk).exists():
            enter(getattr(self.cast, self.worker), Record, "seal", self.filled(), outcome=self.outcome)
        return self._row(Record)  # type: ignore[no-any-return]

    def opened(self) -> ServiceEvent:
        """The next part opened, and ready; of a surface that lists several."""
        self.record()
        enter(getattr(self.cast, self.worker), ServiceEvent, "open_next", self.job())
        return self.event()

    def settlement(self) -> Settlement:
        """Open."""
        if not Settlement.objects.filter(case_id=self.request.pk).exists():
            enter(self.cast.cora, Settlement, "open", self.record(), amount_minor=3900, currency="EUR")
        return self._row(Settlement)  # type: ignore[no-any-return]

    def authorized(self) -> Settlement:
        """Authorized."""
        if self.settlement().state == "open":
            enter(self.cast.cora, Settlement, "authorize", self.settlement())
        return self.settlement()

    def captured(self) -> Settlement:
        """Captured, the whole amount."""
        if self.authorized().state == "authorized":
            enter(self.cast.cora, Settlement, "capture", self.authorized(), amount_minor=3900)
        return self.settlement()
