"""Walking a case: each step is one press of one person on one door, as in the browser, and nothing else."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from demo.captures import Captures
from demo.cast import FUNNELS, Cast
from demo.governing import Governing
from demo.scenes import draw
from demo.stories import Story
from execution import files
from execution.models import Job, ServiceEvent
from governance.models import Assignment, Task
from governance.submit import Asking, ask
from governance.tracking import LINK
from governance.tracking import VIA as TRACKING
from intake.asking import read
from intake.models import Request
from intake.views import NOT_CONTENT
from qtm.acts import acting
from qtm.doors import door_of
from qtm.models import User
from records.models import Erasure, Record, Signal
from settlement.models import Settlement

TAKE = "intake.take_request"
VIA = {"web": "public form", "import": "import", NOT_CONTENT: TRACKING}  # whatever else comes in is taken by staff


class Walk(Captures, Governing):
    """One case on its way; its steps are what a story names."""

    def __init__(self, story: Story, cast: Cast) -> None:
        """The story, and who is there to play it."""
        self.story, self.cast = story, cast
        owner = FUNNELS[story.funnel].operator
        self.governor = cast.owner_of(owner) if owner else cast.users[story.governor]
        self.hand = self.governor  # whoever claims it

    def whole(self) -> None:
        """From the asking to where the story ends."""
        self.ask()
        for step, *words in self.story.walk:
            getattr(self, step)(*words)

    def ask(self) -> None:
        """On the public form, taken by staff, or by a named system."""
        story, funnel = self.story, self.cast.funnels[self.story.funnel]
        asking = Asking(
            funnel,
            self.cast.surfaces[story.surface],
            story.channel,
            story.asks(),
            story.request_key,
            VIA.get(story.channel, "intake page"),
            **self._asker(),
        )
        self.request, _ = ask(asking)

    def _asker(self) -> dict[str, Any]:
        """Who brings it in, and by what."""
        follows = Request.objects.get(key=f"demo:{self.story.follows}") if self.story.follows else None
        if self.story.system:
            return {
                "system": self.story.system,
                "authority": "import by the command line",
                "past": True,
                "follows": follows,
            }
        if self.story.channel == NOT_CONTENT:
            return {"authority": LINK, "incomplete": True, "past": True, "follows": follows}
        if not self.story.taken_by:
            return {"follows": follows}
        user = self.cast.users[self.story.taken_by]
        authority = user.standing.holds(TAKE, self.cast.funnels[self.story.funnel].operator_id)
        return {"user": user, "authority": authority, "incomplete": True, "follows": follows}

    def _row(self, room: Any) -> Any:
        """The newest row of a room in this case, as it is now."""
        return room.objects.filter(**{room.case_column: self.request.pk}).latest("pk")

    def _enter(self, user: User, room: Any, verb: str, **given: Any) -> Any:
        """Press one door."""
        door = door_of(room, verb)
        return door.enter(user, self._row(door.pressed_on), **given)

    # Intake

    def submit(self) -> None:
        """What was missing is known now."""
        version = self.cast.surfaces[self.story.surface].current
        details = read(version, self.story.asks(**self.story.later)).details
        self._enter(self.governor, Task, "submit", version=version, details=details)

    def discard(self, why: str) -> None:
        """Nothing follows from it."""
        self._enter(self.governor, Request, "discard", reason=why)

    def take_back(self, why: str) -> None:
        """The requester no longer wants it, and says so on the tracking page."""
        with acting(via=TRACKING, authority=LINK, actor=self.request.actor):
            self._row(Task).cancel(reason=why)

    # Governance

    def correct(self, field: str, becomes: str, why: str) -> None:
        """Put a detail right."""
        self._enter(self.governor, Task, "correct", field=field, becomes=becomes, why=why)

    def hold(self, why: str) -> None:
        """The review waits."""
        self._enter(self.governor, Task, "hold", reason=why)

    def resume(self) -> None:
        """The review goes on."""
        self._enter(self.governor, Task, "resume")

    def approve(self) -> None:
        """The review says yes."""
        self._enter(self.governor, Task, "approve")

    def reject(self, why: str) -> None:
        """The review says no."""
        self._enter(self.governor, Task, "reject", reason=why)

    def cancel(self, why: str) -> None:
        """It is no longer wanted."""
        self._enter(self.governor, Task, "cancel", reason=why)

    def assign(self, operator: str, worker: str = "", note: str = "") -> None:
        """Name who is to do it."""
        given = {"operator": self.cast.operators[operator], "worker": self.cast.users.get(worker), "note": note}
        self._enter(self.governor, Assignment, "assign", **given)

    def withdraw(self, why: str) -> None:
        """Take the assignment back."""
        self._enter(self.governor, Assignment, "withdraw", reason=why)

    def close(self) -> None:
        """Close the governance of it."""
        self._enter(self.governor, Task, "close")

    # Execution

    def create(self) -> None:
        """Create Job."""
        self._enter(self.governor, Job, "create")

    def cancel_job(self, why: str) -> None:
        """Off the Desk again."""
        self._enter(self.governor, Job, "cancel", reason=why)

    def claim(self, login: str) -> None:
        """Somebody takes it on."""
        self.hand = self.cast.users[login]
        self._enter(self.hand, ServiceEvent, "claim")

    def release(self, why: str) -> None:
        """Back to the queue."""
        self._enter(self.hand, Job, "release", reason=why)

    def start(self) -> None:
        """The work begins."""
        self._enter(self.hand, ServiceEvent, "start")

    def pause(self) -> None:
        """The work rests."""
        self._enter(self.hand, ServiceEvent, "pause")

    def go_on(self) -> None:
        """The work goes on."""
        self._enter(self.hand, ServiceEvent, "resume")

    def note(self, stage: str, category: str, text: str) -> None:
        """Write something down."""
        self._enter(self.hand, ServiceEvent, "capture", stage=stage, category=category, kind="note", text=text)

    def shown(self, moment: str) -> None:
        """Take a picture of every part that was asked for, before or after."""
        for area in self.story.asked["answers"]["areas"]:
            self.show(moment, moment, moment, item=area)

    def show(self, stage: str, category: str, moment: str, count: int = 1, item: str = "") -> None:
        """Take pictures; of one part, where each is shown."""
        for view in range(count):
            name = f"{category}-{view + 1}.jpg"
            upload = SimpleUploadedFile(
                name, draw(f"{self.story.scene} {item}".strip(), f"{self.story.key}{item}", moment, view), "image/jpeg"
            )
            self._enter(
                self.hand,
                ServiceEvent,
                "capture",
                stage=stage,
                category=category,
                kind="photo",
                item=item,
                photos=[files.check(upload)],
            )

    def done(self, stage: str) -> None:
        """A stage is done."""
        self._enter(self.hand, ServiceEvent, "mark", stage=stage)

    def seal(self, outcome: str, reason: str = "", remark: str = "", paid: str = "") -> None:
        """Complete the work, and with it the Record."""
        self._enter(self.hand, Record, "seal", outcome=outcome, reason_code=reason, remark=remark, paid=paid)

    def open_next(self) -> None:
        """The next part is taken up."""
        self._enter(self.hand, ServiceEvent, "open_next")

    def complete(self) -> None:
        """The operator's own word that the Job is done."""
        self._enter(self.hand, Job, "complete")

    # What admins do with a Record later

    def suppress(self, why: str) -> None:
        """Its ⭐ stands no longer, for now."""
        self._enter(self.cast.users["ines"], Signal, "suppress", reason=why)

    def revoke(self, why: str) -> None:
        """Its ⭐ stands no longer, for good."""
        self._enter(self.cast.users["ines"], Signal, "revoke", reason=why)

    def erase(self, why: str) -> None:
        """Its annex is erased."""
        self._enter(self.cast.users["ines"], Erasure, "erase", annex=True, files=False, reason=why)

    # Settlement

    def open(self, amount_minor: int) -> None:
        """Name the amount."""
        self._enter(self.cast.users["cora"], Settlement, "open", amount_minor=amount_minor, currency="EUR")

    def authorize(self) -> None:
        """It may be captured."""
        self._enter(self.cast.users["cora"], Settlement, "authorize")

    def capture(self, amount_minor: int) -> None:
        """The money is in."""
        self._enter(self.cast.users["cora"], Settlement, "capture", amount_minor=amount_minor)

    def void(self, why: str) -> None:
        """It is not settled this way."""
        self._enter(self.cast.users["cora"], Settlement, "void", reason=why)

    # Several presses that belong together, as somebody at work makes them

    def detailed(self, remark: str = "") -> None:
        """All that a detailing job shows: the arrival, before and after."""
        for stage, count in (("arrival", 1), ("before", 2), ("after", 2)):
            self.show(stage, stage, stage, count)
            if stage == "after" and remark:
                self.note("after", "remarks", remark)
            self.done(stage)

    def repaired(self, found: str, did: str) -> None:
        """All that a municipal job shows: what was found, what was done, and how it was left."""
        self.show("inspect", "before", "before")
        self.note("inspect", "findings", found)
        self.done("inspect")
        self.note("work", "work-done", did)
        self.done("work")
        self.show("after", "after", "after")
        self.done("after")

    def advised(self, found: str, summary: str) -> None:
        """All that advice shows: what was studied, and the written summary."""
        self.note("study", "findings", found)
        self.done("study")
        self.note("advice", "summary", summary)
        self.done("advice")

    def planned(self, order: str, budget: str, agreed: str) -> None:
        """All that the plan of an event shows: the running order, the budget, and what was agreed."""
        slots = (("order", "running-order", order), ("budget", "budget", budget), ("agreed", "agreement", agreed))
        for stage, category, text in slots:
            self.note(stage, category, text)
            self.done(stage)

    def held(self, otherwise: str) -> None:
        """All that the day of an event shows: set up, while it lasts, and cleared away."""
        for stage, moment, count in (("set-up", "set-up", 2), ("during", "during", 1), ("clearing", "cleared", 2)):
            self.show(stage, moment, moment, count)
            if stage == "during":
                self.note("during", "changes", otherwise)
            self.done(stage)

    def handed(self, operator: str, login: str, worker: str = "", note: str = "") -> None:
        """Approved, assigned, handed off, claimed and started."""
        self.approve()
        self.assign(operator, worker, note)
        self.create()
        self.claim(login)
        self.start()

    def settled(self, amount_minor: int) -> None:
        """The whole way of the money."""
        self.open(amount_minor)
        self.authorize()
        self.capture(amount_minor)
