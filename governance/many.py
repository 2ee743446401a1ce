"""Many cases with one press: which doors take that, the list as it was drawn and signed, and passing the door for each case by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from time import monotonic
from typing import Any, Self
from uuid import UUID

from django.core import signing
from django.db import OperationalError
from django.db.models import Q, QuerySet
from django.forms import HiddenInput
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone

from governance.bulk import MOST, Bulk, BulkOutcome
from governance.case import governs
from governance.finding import Finding
from governance.models import Task
from governance.queues import SEE, Place
from qtm.acts import acting
from qtm.blocked import noting
from qtm.case import last_line, mover
from qtm.doors import Door, DoorForm, all_doors, door_of, governed_from
from qtm.models import User
from qtm.queues import QUEUES, Queue
from qtm.refusals import Busy, Conflict, Forbidden, Refusal, refusal_by
from qtm.spine import Room, words

SALT = "governance.bulk"
OWN = ("case", "which", "after", "list", "csrfmiddlewaretoken")  # what a page asks for itself, beside the filter
HALF_A_DAY = 12 * 3600
AT_A_TIME = 50  # rows are read shortly before they are pressed on
NO_LIST = "This list was not drawn by this house for you. Open the queue, choose again, and press there."
TOO_OLD = "This list was drawn more than half a day ago. Open the queue and choose again."


def doors_here(user: User, place: Place, queue: Queue) -> list[Door]:
    """The doors of governance that a person may pass on what waits in a queue; none where its rows are told apart by more than a state, and no door is named."""
    row = one_of(place, queue)
    if row is None:
        return []
    here = [each for each in all_doors() if each.pressed_on is type(row) and row.state in each.verb.was]
    if queue.door:
        here = [door_of(*queue.door)]
    return [each for each in here if governs(each) and each.authority(user, row)]


def stepped(user: User, place: Place, queue: Queue) -> bool:
    """Whether a queue is gone through one by one: where a person may press what comes next there."""
    return any(queue.door or each.verb.primary for each in doors_here(user, place, queue))


def pressed_on(queue: Queue) -> tuple[Any, Q]:
    """The room on which one presses for what waits in a queue, and in which states that waits."""
    if queue.door is None:
        return queue.room, queue.waits
    room, verb = queue.door
    return room, Q(state__in=room.verbs[verb].was)


def one_of(place: Place, queue: Queue) -> Room | None:
    """A row such as those that wait in a queue, and none of them; nothing where they are told apart by more than a state."""
    made: Any = queue.door[0] if queue.door else queue.room
    state = made.verbs[queue.door[1]].was[0] if queue.door else state_of(queue)
    return made(state=state, governor=place.governor) if state and queue.governor == "governor" else None


def matching(place: Place, queue: Queue, asked: QueryDict) -> QuerySet[Any]:
    """What waits in a queue of one's own and matches its filter, oldest first; nothing where the filter makes no sense."""
    found = Finding.read(place, asked, queue)
    return found.rows() if found.governor == place.governor else queue.rows(place.governor).none()


def for_many(form: DoorForm | None, tasks: Sequence[int] = ()) -> DoorForm | None:
    """The form as it is asked once for many: without what can be meant for one of them alone."""
    if form:
        form.many = tasks
    for name in form.of_one if form else ():
        form.fields[name].disabled, form.fields[name].widget = True, HiddenInput()  # type: ignore[union-attr]
    return form


def state_of(queue: Queue) -> str:
    """The state in which rows wait in a queue, where they are told apart by nothing more; else empty."""
    return next((each[1] for each in queue.waits.children if isinstance(each, tuple) and each[0] == "state"), "")


def without(asked: QueryDict, *names: str) -> QueryDict:
    """What a page was asked, without what is its own and no filter."""
    kept = asked.copy()
    for name in names or OWN:
        kept.pop(name, None)
    return kept


def offer(user: User, place: Place, queue: Queue, asked: QueryDict, total: int | None) -> dict[str, Any]:
    """What the page of a queue offers beside its rows: many with one press, and the keys that lead to the doors of one.

    `total`: how many wait there, where they are no more than one press takes and all of them were counted.
    """
    doors = doors_here(user, place, queue)
    many = [
        {
            "label": each.verb.label,
            "key": each.verb.key,
            "url": reverse(f"{place.route}-bulk", args=[queue.slug, each.verb.name]),
        }
        for each in sorted(doors, key=lambda each: not each.verb.primary)
        if each.verb.many
    ]
    step = (
        {"url": reverse(f"{place.route}-step", args=[queue.slug]), "label": f"{queue.next} one by one"}
        if stepped(user, place, queue)
        else None
    )
    kept = [(name, value) for name, values in without(asked).lists() for value in values]
    bulk = (
        {"doors": many, "total": total if total is not None and total <= MOST else None, "most": MOST, "filter": kept}
        if many
        else None
    )
    return {
        "bulk": bulk,
        "step": step and step | {"filter": without(asked).urlencode()},
        "keys": [each.verb for each in doors if each.verb.key],
    }


def many_door(user: User, place: Place, queue: Queue, verb: str) -> Door:
    """The door of that name through which many cases of a queue go with one press: 403 where a person has to look at each, 404 where there is none."""
    named = [each for each in all_doors() if each.verb.name == verb and governs(each)]
    if named and not any(each.verb.many for each in named):
        raise Forbidden(
            f"“{named[0].verb.label}” is pressed for one case at a time: a person looks at each of them first."
        )
    door = next((each for each in doors_here(user, place, queue) if each in named), None)
    if door is None:
        raise Http404("There is no such press for these cases.")
    return door


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cases of a list as they were when its page was drawn, for one person and one door; signed, so that it comes back as it was."""

    key: str
    user: int
    governor_id: int | None
    queue: str
    query: str
    door: str
    tasks: Sequence[int]

    def sealed(self) -> str:
        """As it lies in the form."""
        return signing.dumps(asdict(self), salt=SALT, compress=True)

    @classmethod
    def unsealed(cls, said: str, user: User) -> Self:
        """The list that a form brought back: 403 where anybody else made it, 409 where it is too old."""
        try:
            found = signing.loads(said, salt=SALT, max_age=HALF_A_DAY)
        except signing.SignatureExpired:
            raise Conflict(sentence=TOO_OLD, heading="This list is old") from None
        except signing.BadSignature:
            raise Forbidden(NO_LIST) from None
        if found.keys() != {each.name for each in fields(cls)} or found["user"] != user.pk:
            raise Forbidden(NO_LIST)
        return cls(**found)

    def press(
        self, user: User, authority: str, typed: Mapping[str, list[str]], warned: Mapping[str, Sequence[int]]
    ) -> tuple[Bulk, bool]:
        """Note the press with what was said against it, once however often it is sent; whether it is new."""
        if first := Bulk.pressed(self.key):
            return first, False
        said = {"queue": self.queue, "query": self.query, "door": self.door, "typed": typed, "tasks": self.tasks}
        said["warned"] = warned
        try:
            with acting(user, via=governed_from(self), authority=authority):
                return Bulk.noted(key=UUID(self.key), governor_id=self.governor_id, **said), True
        except Conflict:
            first = Bulk.pressed(self.key)
            if first is None:
                raise
            return first, False


class Carrier:
    """Whoever presses, passing the door for one case after the other: an act, a permission and a line for each."""

    def __init__(self, bulk: Bulk, user: User) -> None:
        """`bulk`: what was pressed; `user`: who presses, now."""
        self.bulk, self.user = bulk, user
        self.door = next(door for door in all_doors() if door.name == bulk.door)
        self.state = state_of(next(queue for queue in QUEUES if queue.slug == bulk.queue))

    def carry(self, seconds: float) -> bool:
        """Pass it for what is left until the time is up; whether nothing is left."""
        until, left = monotonic() + seconds, self.bulk.left()
        form = self._form(left[0]) if left else None
        for task in _read(left):
            if monotonic() > until:
                return False
            self._one(task, form)
        return not self.bulk.left()

    def _form(self, pk: int) -> DoorForm | None:
        """What was typed once, read for all."""
        typed = QueryDict(mutable=True)
        for name, values in self.bulk.typed.items():
            typed.setlist(name, values)
        return for_many(self.door.bound(self.user, Task.objects.get(pk=pk), typed))

    def _one(self, task: Task, form: DoorForm | None) -> None:
        """One case: done, refused with the reason, or left for later where two stood in each other's way."""
        try:
            if form and not form.is_valid():  # an operator may have been suspended since
                raise Conflict(sentence=" ".join(str(each) for errors in form.errors.values() for each in errors))
            if task.state != self.state:  # somebody has looked at it since the list was drawn
                raise Conflict(task, self.door.verb)
            note = {"bulk": self.bulk, "task": task}
            self.door.enter(self.user, task, beside=lambda: BulkOutcome.noted(**note), **(form.given() if form else {}))
        except Refusal as refusal:
            noting.note(self.user, self.door.name, task.pk, (refusal.law, refusal.status), "many")
            self._refused(task, self._why(task, refusal))
        except OperationalError as error:
            if not isinstance(refusal_by(error), Busy):
                raise

    def _refused(self, task: Task, why: str) -> None:
        """Say why nothing was done, unless something came of it in the meantime."""
        authority = self.user.standing.holds(SEE, self.bulk.governor_id)
        if not authority:
            raise Forbidden("These cases are not yours to govern any more. What is left is not done.")
        if not self.bulk.outcomes.filter(task=task).exists():
            try:
                with acting(self.user, via=self.door.via(task), authority=authority):
                    BulkOutcome.noted(bulk=self.bulk, task=task, why=why)
            except Conflict:  # another was quicker to say the same
                return

    def _why(self, task: Task, refusal: Refusal) -> str:
        """Why, with who moved it and when, where somebody did."""
        line = last_line(task) if isinstance(refusal, Conflict) else None
        if line is None or line.becomes == self.state:
            return refusal.sentence
        return f"It was {words(line.becomes)} by {mover(line)}, {timezone.localtime(line.at):%-d %B %Y, %H:%M}."


def _read(pks: Sequence[int]) -> Iterator[Task]:
    """Tasks in this order, each read shortly before it is needed."""
    for start in range(0, len(pks), AT_A_TIME):
        found = Task.objects.in_bulk(pks[start : start + AT_A_TIME])
        yield from (found[pk] for pk in pks[start : start + AT_A_TIME] if pk in found)
