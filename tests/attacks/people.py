"""What people can send: requests near what an attack is after, by everybody, to the house as it is served."""

import http.client
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

from tests.attacks.attack import Attack
from tests.attacks.world import World
from tests.bench.serving import signed_in

PEOPLE: Mapping[str, str] = {
    "anybody": "",
    "a requester with their link": "",
    "a worker": "will",
    "an owner of an operator": "nora",
    "an admin": "ines",
    "workforce": "wim",
    "commerce": "cora",
    "an executive": "eve",
    "who reads Omni's page": "eve",
}
LINK, OMNI = "a requester with their link", "who reads Omni's page"
TOKEN = "c" * 32
# Pages and doors near each thing: what is sent there is the attack itself, in every field that such a page could know.
NEAR: Mapping[str, tuple[str, ...]] = {
    "record": (
        "POST /records/«record»/",
        "PUT /records/«record»/document.json",
        "DELETE /records/«record»/",
        "POST /admin/records/record/«record»/change/",
        "POST /admin/records/record/«record»/delete/",
        "POST /admin/records/record/",
    ),
    "annex": (
        "PUT /records/«record»/annex.json",
        "DELETE /records/«record»/annex.json",
        "POST /admin/records/annex/add/",
        "POST /admin/records/annex/1/delete/",
    ),
    "signal": (
        "PATCH /records/«record»/",
        "POST /admin/records/signal/add/",
        "POST /admin/records/signal/1/change/",
        "POST /admin/records/signal/1/delete/",
    ),
    "complete": ("POST /serviceevents/«event»/complete", "POST /admin/records/record/add/", "PUT /jobs/«job»/"),
    "log": (
        "POST /log/«log name»/checkpoint",
        "PUT /log/«log name»/tile/0/000.p/«size»",
        "DELETE /log/«log name»/tile/entries/000.p/«size»",
        "POST /admin/records/leaf/add/",
    ),
    "key": ("PUT /log/«log name»/checkpoint", "POST /admin/records/key/add/", "POST /admin/records/key/1/change/"),
    "work": (
        "POST /jobs/«job»/release",
        "POST /jobs/«job»/cancel",
        "POST /serviceevents/«event»/start",
        "POST /admin/execution/serviceevent/«event»/change/",
        "DELETE /jobs/«job»/",
    ),
    "evidence": (
        "POST /serviceevents/«event»/capture",
        "PUT /evidence/«photo»/",
        "DELETE /evidence/«photo»/original",
        "POST /admin/execution/evidence/«photo»/change/",
        "POST /admin/execution/evidence/«photo»/delete/",
    ),
    "task": (
        "POST /tasks/«task»/approve",
        "POST /tasks/«task»/reject",
        "POST /assignments/1/create-job",
        "POST /admin/governance/task/«task»/change/",
    ),
    "line": (
        "POST /cases/«case»/",
        "DELETE /cases/«case»/",
        "POST /admin/qtm/transition/add/",
        "POST /admin/qtm/transition/1/delete/",
    ),
    "settlement": (
        "POST /settlements/«settlement»/capture",
        "POST /admin/settlement/settlement/«settlement»/change/",
        "POST /admin/settlement/settlement/«settlement»/delete/",
    ),
    "refusals": (
        "DELETE /refusals/",
        "POST /admin/qtm/blocked/add/",
        "POST /admin/qtm/blocked/1/delete/",
    ),
    "law": (
        "POST /",
        "PUT /healthz",
        "POST /spine/",
        "POST /surfaces/publish",
    ),
}
BY_LINK = ("POST /track/«token»/records/«record»", "DELETE /track/«token»/")
BY_OMNI = ("POST /omni/", "DELETE /omni/packet")


class Visitor:
    """One person at the house: with a session, and all that a form of it brings along."""

    def __init__(self, port: int, name: str) -> None:
        """Come in."""
        self.port = port
        self.cookie = "; ".join(filter(None, [f"csrftoken={TOKEN}", signed_in(name) if name else ""]))

    def send(self, method: str, path: str, said: Mapping[str, str]) -> str:
        """Send it; the status of the answer, or where it leads to sign in."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": self.cookie, "X-CSRFToken": TOKEN, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, urlencode(said), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        leads = answer.headers.get("Location", "")
        return "sign in" if answer.status == 302 and "/login" in leads else str(answer.status)


def tries(attack: Attack, who: str, world: World) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """What somebody sends for an attack: method, address and fields."""
    sql = "; ".join(attack.sql) or attack.shell or attack.what
    said = {
        "document": sql,
        "state": "sealed",
        "reason": f"'; {sql[:200]} --",
        "outcome": "x",
        "post": "yes",
        "action": "delete_selected",
        "_selected_action": world.words["record"],
        "runtime": sql[:500],
    }
    own = {LINK: BY_LINK, OMNI: BY_OMNI}.get(who, ())
    for each in (*own, *NEAR[attack.near]):
        method, path = world.said(each, token=world.token).split(" ", 1)
        yield method, f"{path}?q={quote(sql[:200])}", said


def answers(attack: Attack, who: str, visitor: Visitor, world: World) -> list[str]:
    """Every answer to what somebody sends."""
    return [visitor.send(*each) for each in tries(attack, who, world)]


def refused(answer: str) -> bool:
    """Whether an answer is a no."""
    return answer == "sign in" or answer.startswith("4")
