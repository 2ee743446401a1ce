"""Every page of the house, by walking its addresses: who may see it sees it, it asks the database little whatever there is, and its HTML is whole."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time, timedelta
from html.parser import HTMLParser
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import connections, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from execution import documents
from execution.models import Evidence, Feed, Job, ServiceEvent
from execution.originals import take
from governance.bulk import Bulk
from governance.many import Carrier, Chosen
from governance.models import Assignment, Task
from governance.question import Question
from intake.models import Funnel, Note, Request
from qtm.acts import acting
from qtm.applications import Application
from qtm.doors import all_doors
from qtm.letters.model import Letter
from qtm.models import Attempt, Invitation, Membership, Operator, Surface, Transition, User
from qtm.overview.declared import GAPS
from qtm.overview.figures import figures
from qtm.overview.making import make
from qtm.overview.summing import PERIODS
from qtm.people import Keeper, new_invitation
from qtm.queues import QUEUES
from qtm.receipts import Receipt
from qtm.workforce_keeping import Kept
from qtm.working import DayOff
from records.log.memory import State, keep
from records.log.model import Signed
from records.log.round import sign_what_came
from records.models import Record
from records.signals import SHOWN
from settlement.models import Settlement
from settlement.queues import UNSETTLED
from tests.cast import DETAILING, GARDEN, Cast, Walk, enter
from tests.conftest import cloned
from tests.pictures import copies_made
from tests.pieces import paper
from tests.states import REACH, asked, before, between

CEILING = 12
FILE = "application/json"
SURFACES = ["auto-detailing", "automotive-advisory", "event-coordination", "municipal-works"]
import_module("qtm.urls")


@dataclass(frozen=True)
class Page:
    """One visit: by whom, of which row, with what answer; `asks` where another number of queries is known and meant."""

    who: str = ""
    args: Callable[[], list[Any]] = list
    query: str = ""
    status: int = 200
    html: bool = True
    asks: int = CEILING

    @property
    def called(self) -> str:
        """In the name of a test."""
        return f"{self.who or 'anybody'}{self.query}"


@dataclass(frozen=True)
class Seen:
    """What came of a visit."""

    url: str
    status: int
    asked: list[str]
    html: str


type Walked = dict[tuple[str, int], Seen]


def newest(model: Any, **by: Any) -> Callable[[], list[Any]]:
    """The newest row of a model, as the argument of an address."""
    return lambda: [model._default_manager.filter(**by).latest("pk").pk]


def given(*args: Any) -> Callable[[], list[Any]]:
    """Arguments that are the same everywhere."""
    return lambda: list(args)


def case(**by: Any) -> Callable[[], list[Any]]:
    """A case by what its Task is."""
    return lambda: [Task.objects.filter(**by).latest("pk").case_id]


def followed(**by: Any) -> Callable[[], list[Any]]:
    """The token by which somebody follows what they asked, by what its Task is."""
    return lambda: [Request.objects.get(pk=case(**by)()[0]).token]


def questioned(state: str) -> Callable[[], list[Any]]:
    """The token and the number by which a requester answers a question."""
    return lambda: [(one := Question.objects.filter(state=state).latest("pk")).request.token, one.pk]


def sought() -> list[Any]:
    """The two parts of a link for a new password."""
    return Keeper(Cast().ines).reset_path(Cast().will).strip("/").split("/")[-2:]


def person() -> list[Any]:
    """Somebody who works for an operator."""
    return [Cast().will.pk]


def northside() -> list[Any]:
    """The operator that carries all out."""
    return [Cast().Northside.pk]


WAITS = [Page("ines", given(queue.slug)) for queue in QUEUES]
PAGES: dict[str, list[Page]] = {
    "home": [
        Page(),
        Page("nobody"),
        *(Page(who, status=302) for who in ("ines", "nora", "will", "cora", "eve", "wim")),
    ],
    "healthz": [Page(html=False, asks=1)],
    **{key: [Page(html=False, asks=0)] for key in ("manifest", "worker")},
    **{key: [Page(asks=0)] for key in ("offline", "offline-leaving")},
    "spine": [Page("ines"), Page("will"), Page("nobody")],
    "omni": [Page("eve")],
    "omni-packet": [Page("eve"), Page("ines"), Page("nora", status=403)],
    "own-packet": [Page("nora"), *(Page(who, status=403) for who in ("ines", "eve", "will"))],
    "refusals": [
        Page("ines"),
        Page("ines", query="?who=will&law=authority&room=governance.Task"),
        Page("ines", query="?case=T-{task}"),
        *(Page(who, status=403) for who in ("eve", "nora")),
    ],
    "overview": [
        Page("eve"),
        *(Page("ines", query=f"?days={days}") for days in PERIODS),
        Page("eve", query="?days=8", status=404),
    ],
    "overview-table": [Page("eve", given(figure.slug), html=False) for figure in figures()],
    "overview-gap": [Page("eve", given(gap.slug)) for gap in GAPS],
    "login": [Page()],
    "logout": [Page(status=405)],
    "password_change": [Page("will")],
    "password_change_done": [Page("will")],
    "password_reset_confirm": [
        Page(args=sought, status=302),
        Page(args=lambda: [sought()[0], "set-password"]),
        Page(args=given("MQ", "spent"), status=410),
    ],
    "password_reset_complete": [Page()],
    "invited": [
        Page(args=lambda: [new_invitation("Ada", "admin")[1]]),
        Page("will", args=lambda: [new_invitation("Ada", "admin")[1]]),
        Page(args=given("spent"), status=410),
    ],
    "people": [Page("ines"), Page("wim"), Page("nora", status=302)],
    "everyone": [Page("ines"), Page("ines", query="?q=w")],
    "invite": [Page("ines")],
    "person": [Page("ines", person), Page("nora", person)],
    "operator_new": [Page("ines"), Page("wim")],
    "operator": [Page("ines", northside), Page("nora", northside)],
    "operator_details": [Page("ines", northside), Page("nora", northside)],
    "operator_invite": [Page("ines", northside), Page("nora", northside)],
    **{key: [Page("ines", person, status=405)] for key in ("give_role", "take_role", "make_reset_link")},
    **{key: [Page("ines", person, status=405)] for key in ("close_account", "reopen_account")},
    "workforce": [
        Page("wim"),
        Page("ines", query="?state=active&surface=auto-detailing&gap=hours"),
        Page("nora"),
        Page("eve", status=403),
    ],
    **{f"operator_{key}": [Page("wim", northside), Page("nora", northside)] for key in ("surfaces", "hours", "off")},
    **{f"member_{key}": [Page("wim", newest(Membership))] for key in ("surfaces", "hours", "off")},
    "end_days_off": [Page("wim", newest(DayOff), status=405)],
    "applications": [
        *(Page("wim", query=f"?state={state}") for state in Application.states()),
        Page("nora", status=403),
    ],
    "application": [Page("ines", newest(Application, state=state)) for state in Application.states()],
    "apply": [Page()],
    "applied": [Page()],
    "surfaces": [Page("ines"), Page("will", status=403)],
    "publish_surface": [Page("ines", status=405)],
    "withdraw_invitation": [Page("ines", newest(Invitation), status=405)],
    **{key: [Page("ines", newest(Membership), status=405)] for key in ("end_membership", "make_member")},
    "ask": [Page()],
    "entry-point": [Page(args=given("network")), Page(args=given("north"))],
    "public-form": [Page(args=given("network", surface)) for surface in SURFACES],
    "track": [
        *(Page(args=followed(state=state)) for state in Task.states()),
        Page(args=followed(version__surface__code="event-coordination")),
    ],
    "withdraw": [Page(args=followed(state="open"))],
    "not-content": [Page(args=followed(state="open")), Page(args=followed(state="rejected"))],
    "told-record": [
        Page(
            args=lambda: [
                Request.objects.get(pk=(one := Record.objects.filter(**by).latest("pk")).case_id).token,
                one.pk,
            ]
        )
        for by in ({"final": True}, {"final": False})
    ],
    "told-receipt": [
        Page(
            args=lambda: [Request.objects.get(pk=(one := Record.objects.latest("pk")).case_id).token, one.pk],
            html=False,
        )
    ],
    "verify": [Page(), Page("will")],
    "verify-script": [Page(html=False, asks=0)],
    "verify-record": [
        Page(args=lambda: [Record.objects.latest("pk").sha256]),
        Page(args=given("0" * 64), status=404),
    ],
    "verify-receipt": [Page(args=lambda: [Record.objects.latest("pk").sha256], html=False)],
    "answer": [Page(args=questioned(state)) for state in Question.states()],
    "intake": [Page("ines"), Page("nora")],
    "take": [Page("ines", given("network", surface)) for surface in SURFACES],
    "taken": [Page("ines", newest(Request, state="received")), Page("ines", newest(Request, state="submitted"))],
    "funnels": [Page("ines"), Page("nora")],
    "new-funnel": [Page("ines"), Page("nora")],
    "funnel": [Page("ines", given("network")), Page("nora", given("north"))],
    "console": [Page("ines"), Page("eve")],
    "console-queue": WAITS,
    "inbox": [Page("nora")],
    "inbox-queue": [
        Page("nora", given(queue.slug), status=404 if queue.slug == UNSETTLED.slug else 200) for queue in QUEUES
    ],
    **{
        f"{place}-{what}": [Page(who, given("to-review", *verb), query=query)]
        for place, who in (("console", "ines"), ("inbox", "nora"))
        for what, verb, query in (("bulk", ["hold"], "?which=all"), ("step", [], ""))
    },
    "bulk": [Page("ines", newest(Bulk, governor=None)), Page("nora", newest(Bulk, governor__name="Northside"))],
    "case-door": [Page("ines", lambda: [*case(state="open", governor=None)(), "approve"], status=302)],
    "console-week": [Page("ines"), Page("eve"), Page("nora", status=403)],
    "inbox-week": [Page("nora"), Page("will", status=403)],
    "put-on": [Page("ines", query="?card=T-{task}"), Page("ines", query="?card=X-1", status=404)],
    "find": [
        Page("ines", query="?q=T-{task}", status=302),
        Page("ines", query="?q=X-1", status=404),
        Page("ines", query="?q=maren&due=none"),
        Page("ines", query="?q=1"),
        Page("nora", query="?q=maren"),
    ],
    "save-view": [Page("ines", status=405)],
    **{key: [Page("ines", lambda: [1], status=405)] for key in ("change-view", "delete-view")},
    "case": [
        *(Page("ines", case(state=state, governor=None)) for state in Task.states()),
        Page("ines", lambda: [Note.objects.latest("pk").request_id]),
        Page("ines", case(version__surface__code="event-coordination")),
        *(Page("nora", case(state=state, governor__name="Northside")) for state in ("open", "assigned", "handed_off")),
    ],
    "letters": [Page("ines"), Page("nora"), Page("eve"), Page("will", status=403)],
    "letter-again": [Page("ines", newest(Letter), status=405)],
    "desk": [Page("will"), Page("nora"), Page("liam"), Page("sue", status=403)],
    "calendar": [Page("will"), Page("nora"), Page("sue", status=403)],
    "own-hours": [Page("will"), Page("nora"), Page("sue", status=403)],
    "calendar-feed": [
        Page(args=lambda: [Feed.make(Cast().will, Cast().Northside)], html=False),
        Page(args=given("unknown"), status=404),
    ],
    **{key: [Page("will", status=405)] for key in ("new-calendar", "revoke-calendar")},
    "jobs": [Page("will"), Page("nora")],
    "job": [
        *(Page("will", newest(Job, state=state)) for state in ("queued", "claimed", "completed")),
        *(Page("will", newest(Job, **part)) for part in ({"events__part": "plan"}, {"events__part": "day"})),
    ],
    "follow-on": [
        Page("will", newest(Job, state="completed")),
        Page("will", newest(Job, state="claimed"), status=409),
        Page("ines", newest(Job, state="completed"), status=403),
    ],
    "evidence": [Page("will", newest(Evidence, kind="photo"), html=False)],
    "evidence-small": [Page("will", newest(Evidence, kind="photo"), html=False)],
    "evidence-file": [Page("will", newest(Evidence, kind="file"), html=False)],
    "evidence-original": [Page("ines", newest(Evidence, kind="photo"), status=405, html=False)],
    "photo": [Page(who, newest(Evidence, kind="photo")) for who in ("will", "ines", "eve")],
    "records": [Page("will"), Page("ines"), Page("cora")],
    "record": [
        *(Page(who, newest(Record)) for who in ("will", "ines", "cora")),
        *(Page("will", newest(Record, event__part=part)) for part in ("plan", "day")),
    ],
    **{
        key: [Page("ines", newest(Record), html=False)]
        for key in ("record-download", "record-document", "record-annex")
    },
    "audit": [Page("ines"), Page("eve"), *(Page(who, status=403) for who in ("cora", "will"))],
    "log": [Page(), Page("ines"), Page("will")],
    "keys": [Page(), Page("ines")],
    "keys-file": [Page(html=False)],
    "log-checkpoint": [
        Page(args=lambda: [Signed.objects.latest("size").log], html=False, asks=0),
        Page(args=given("a.former/log"), status=404, html=False, asks=0),
    ],
    "log-tile": [
        Page(args=lambda: [(one := Signed.objects.latest("size")).log, f"0/000.p/{one.size}"], html=False, asks=0),
        Page(args=lambda: [Signed.objects.latest("size").log, "0/999"], status=404, html=False, asks=0),
    ],
    "signals": [
        *(Page("ines", query=f"?is={kind}") for kind in SHOWN),
        Page("eve"),
        *(Page(who, status=403) for who in ("cora", "nora", "will")),
    ],
    "record-pdf": [
        Page("ines", lambda: [(one := Record.objects.latest("pk")).pk, one.reference], html=False),
        Page("ines", lambda: [Record.objects.latest("pk").pk, "R-0"], status=404),
    ],
    "correct": [Page("ines", newest(Record)), Page("nora", newest(Record)), Page("will", newest(Record), status=403)],
    "correct-told": [
        Page(args=lambda: [Request.objects.get(pk=(one := Record.objects.latest("pk")).case_id).token, one.pk])
    ],
    "settlements": [Page("cora"), Page("eve")],
    "settlements-in": [Page("cora", given(state)) for state in Settlement.states()],
    "settlement": [Page("cora", newest(Settlement, state=state)) for state in Settlement.states()],
    "admin:index": [Page("root")],
    "admin:app_list": [
        Page("root", given("qtm")),
        Page("root", given("records"), status=404),
        *(Page("ines", given(label)) for label in ("qtm", "records")),
    ],
    "admin:login": [Page("root", status=403)],
    "admin:password_change": [Page("root", status=302)],
    "admin:logout": [Page("root", status=405)],
    "admin:password_change_done": [Page("root")],
    "admin:autocomplete": [Page("root", status=403)],
    "admin:jsi18n": [Page("root", html=False)],
    "admin:view_on_site": [Page("root", given(0, 0), status=404)],
}
for model in admin.site._registry:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    of_a_case = model._meta.app_label != "qtm" or model is Transition  # which a superuser does not see for being one
    theirs = 403 if of_a_case else 200
    PAGES[f"{name}_changelist"] = [Page("ines"), Page("root", status=theirs)]
    PAGES[f"{name}_add"] = [Page("ines", status=200 if model is Funnel else 403), Page("root", status=403)]
    for what, status in (("change", 200), ("history", 200), ("delete", 403)):
        row = newest(model, operator=None) if model is Funnel else newest(model)
        PAGES[f"{name}_{what}"] = [Page("ines", row, status=status), Page("root", row, status=max(status, theirs))]
DOORS = {door.name: door for door in all_doors()}


def routes(within: Any, space: str = "") -> Iterator[str]:
    """The names of all addresses of the house."""
    for pattern in within:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{space}{pattern.name}"


def lived() -> None:
    """A while in the house: a row of every room in every state, on the network's funnel and on an operator's own, and people about."""
    number, cast = User.objects.count(), Cast()
    for (room, _), reach in REACH.items():
        if room is not Operator:
            reach()
    held()
    between()
    for go in (
        lambda walk: walk.task,
        Walk.approved,
        Walk.assignment,
        Walk.job,
        Walk.event,
        Walk.filled,
        Walk.captured,
    ):
        go(Walk(funnel="north"))
        go(Walk(surface="auto-detailing", asked=DETAILING, outcome="completed"))
    garden = Walk(surface="landscaping", asked=GARDEN, outcome="completed").filled()
    papers = {"stage": "work", "kind": "file", "category": "papers", "files": [documents.check(paper())]}
    enter(cast.will, ServiceEvent, "capture", garden, **papers)
    talked_of(Walk())
    enter(cast.nora, Task, "hold", Walk(funnel="north").task, reason="for the test")
    enter(cast.will, ServiceEvent, "set_off", Walk().event())
    starts = timezone.now() + timedelta(days=1)
    window = {"starts": starts, "ends": starts + timedelta(hours=2)}
    enter(cast.ines, Assignment, "reschedule", Walk().assignment(), **window)
    enter(cast.ines, Assignment, "reschedule", Walk().event().job.assignment, **window)
    enter(cast.ines, Task, "correct", Walk().task, field="place", becomes="16 Quarry Lane", why="She called")
    enter(cast.ines, Task, "plan", Walk().task, priority=3)
    started = Walk().started()
    with acting(cast.will, via="test", authority="execution.capture_evidence as worker"):
        started.capture(stage="study", kind="note", category="findings", text="Sent by a phone.")
        sent = {"item": uuid4(), "door": "door-serviceevent-capture", "row_id": started.pk, "digest": "0" * 64}
        Receipt.noted(**sent, said_at=timezone.now())
    pressed_for_many(cast.ines, Walk(), None)
    pressed_for_many(cast.nora, Walk(funnel="north"), cast.Northside.pk)
    copies_made()
    sign_what_came()
    Letter.objects.filter(state="waiting").update(state="failed", error="The mail server answered: 550 nobody")
    with acting(cast.ines, via="test", authority="qtm.send_letter as admin"):
        Letter.objects.latest("pk").wait_again()
    take(Evidence.objects.filter(kind="photo").latest("pk"), cast.ines, "execution.take_originals as admin").close()
    for each in range(2):
        operator = Keeper(cast.wim).take_in(name=f"Newcomer {number + each}")
        Keeper(cast.ines).invite(cast.Northside, "worker", "Somebody")
        new_invitation("Somebody", "admin", inviter=cast.ines)
        user = User.objects.create(username=f"somebody-{number + each}", first_name="Somebody")
        Membership.join(user, cast.Northside, "worker")
        Funnel.objects.create(slug=f"funnel-{number + each}", name="Another", operator=None).surfaces.set(
            Surface.objects.all()
        )
        Funnel.objects.create(slug=f"north-{number + each}", name="Another", operator=cast.Northside)
        Attempt.objects.create(kind="sign-in", place=str(operator.pk))
        for kept in (Kept(Keeper(cast.wim), operator), Kept(Keeper(cast.wim), cast.Northside, user)):
            kept.say_surfaces(Surface.objects.all())
            kept.say_hours([(day, time(9), time(17)) for day in range(5)])
            kept.take_off(timezone.localdate(), timezone.localdate(), "Away")


def talked_of(walk: Walk) -> None:
    """A case with everything beside it."""
    asked(walk)
    for _ in range(2):
        enter(walk.governor, Request, "annotate", walk.request, text="Ring before.")
        enter(walk.governor, Request, "liken", walk.request, other=Walk().request, why="the same car")


def pressed_for_many(user: User, walk: Walk, governor_id: int | None) -> None:
    """A press for many of which one was done and one refused."""
    tasks = [walk.task.pk, Walk(funnel=walk.funnel).approved().pk]
    chosen = Chosen(str(uuid4()), user.pk, governor_id, "to-review", "", "door-task-hold", tasks)
    authority = user.authority_for(walk.task, Task, Task.verbs["hold"])
    Carrier(chosen.press(user, authority, {"reason": ["for the test"]}, {})[0], user).carry(10)

    make()


def held() -> None:
    """A case with both of its parts recorded."""
    walk = between()
    walk.opened()
    enter(Cast().will, Record, "seal", walk.filled(), outcome="held")


def shut(answer: Any) -> None:
    """Shut the file that an answer sends, if it sends one; to shut any other would shut the database in a transaction too."""
    if answer.streaming:
        answer.close()


def visit(client: Client, url: str, *, anew: bool) -> Seen:
    """Look at a page when what is remembered between pages is remembered: where it is seen for the first time, once before."""
    if anew:
        shut(client.get(url))
    with CaptureQueriesContext(connections["default"]) as apps, CaptureQueriesContext(connections["omni"]) as omnis:
        answer = client.get(url)
    asked = [each["sql"] for each in (*apps.captured_queries, *omnis.captured_queries)]
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    html = answer.content.decode() if is_html else ""
    shut(answer)
    return Seen(url, answer.status_code, asked, html)


def walked(*, anew: bool = True) -> Walked:
    """Every page of the list and every door, as they are now."""
    found: Walked = {}
    task = Task.objects.filter(governor=None).latest("pk").pk
    clients = {name: Client() for name in ("", *(user.username for user in Cast().everybody()))}
    for name, client in clients.items():
        if name:
            client.force_login(User.objects.get(username=name))
    for name, pages in PAGES.items():
        for number, page in enumerate(pages):
            found[name, number] = visit(
                clients[page.who], reverse(name, args=page.args()) + page.query.format(task=task), anew=anew
            )
    for name, door in DOORS.items():
        with transaction.atomic():
            row = before(door)
            who = next(user.username for user in Cast().everybody() if door.authority(user, row))
            found[name, 0] = visit(clients[who], door.action(row), anew=anew)
            transaction.set_rollback(True)
    return found


@contextmanager
def inhabited(name: str, template: str, django_db_blocker: Any, folder: Any) -> Iterator[None]:
    """A house beside the others, in which commits are real and evidence lies in its own folder."""
    kept = {"BACKEND": "execution.storage.Folder", "OPTIONS": {"location": folder}}
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with (
        cloned(name, template, django_db_blocker),
        override_settings(EVIDENCE_ROOT=folder, STORAGES={"evidence": kept, "staticfiles": plain}),
        override_settings(LOG_STATE=folder / "log.state", LOG_ROOT=folder / "log"),
    ):
        keep(State())
        yield


@pytest.fixture(scope="module")
def houses(template: str, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Any]:
    """All pages of a house that was lived in for a while, and again after twice that while."""
    with inhabited(f"{template}_lived", template, django_db_blocker, tmp_path_factory.mktemp("evidence")):
        lived()
        once = walked()
        lived()
        yield once, walked(anew=False)


VISITS = {(name, number): page for name, pages in PAGES.items() for number, page in enumerate(pages)}
VISITS |= {(name, 0): Page() for name in DOORS}


def test_every_address_of_the_house_is_visited() -> None:
    assert set(routes(get_resolver().url_patterns)) == PAGES.keys() | DOORS.keys()


class Reading(HTMLParser):
    """What a browser under the house's content policy would miss, and what a reader would."""

    def __init__(self, html: str) -> None:
        """Read it all."""
        super().__init__()
        self.faults: list[str] = []
        self.tags: list[str] = []
        self.title = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag, with what is inline in it."""
        given = dict(attrs)
        self.tags.append(tag)
        inline = [name for name in given if name == "style" or name.startswith("on")]
        inline += ["script"] * (tag == "script" and "src" not in given and given.get("type") != FILE)
        inline += ["style"] * (tag == "style")
        inline += [
            str(given[name])
            for name in ("src", "href")
            if re.match(r"(?:javascript:|https?:|//)", given.get(name) or "")
        ]
        self.faults += [f"<{tag} {given}>: {each}" for each in inline if not self.goes_out(tag, each)]

    def goes_out(self, tag: str, what: str) -> bool:
        """A link may lead out of the house; nothing else is had from there."""
        return tag == "a" and what.startswith(("http://", "https://"))

    def handle_data(self, data: str) -> None:
        """Text."""
        if self.tags and self.tags[-1] == "title":
            self.title += data


def test_each_page_answers_its_person_asks_little_however_much_there_is_and_is_whole(
    houses: tuple[Walked, Walked], subtests: pytest.Subtests
) -> None:
    """One test of them all: two processes of the suite that shared them would both live in the house for a while."""
    for (name, number), page in VISITS.items():
        once, twice = (house[name, number] for house in houses)
        with subtests.test(f"{name}-{page.called}-{number}"):
            asks_little(page, once, twice)
            is_whole(page, once)


def asks_little(page: Page, once: Seen, twice: Seen) -> None:
    """It answers as it should, and asks the database no more for there being more."""
    assert (once.status, twice.status) == (page.status, page.status), once.url
    assert len(twice.asked) <= page.asks, "\n".join(twice.asked)
    assert len(twice.asked) <= len(once.asked), "\n".join(twice.asked)


def is_whole(page: Page, seen: Seen) -> None:
    """Its HTML has one heading and a title, and nothing inline."""
    if page.html and page.status not in {302, 405}:
        reading = Reading(seen.html)
        assert reading.faults == []
        assert reading.tags.count("h1") == 1, seen.url
        assert reading.title.strip(), seen.url
    else:
        assert seen.html == ""


def test_what_is_inline_is_seen() -> None:
    for bad in (
        '<p style="">',
        "<style>",
        "<script>",
        '<a onclick="x">',
        '<img src="https://elsewhere.example/x">',
        '<a href="javascript:x">',
    ):
        assert len(Reading(bad).faults) == 1, bad
