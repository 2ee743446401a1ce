"""What people can send: requests near what an attack is after, by everybody, to the house as it is served."""

import http.client
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

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
# What is pressed near each thing: doors and pages that are there, each where it has to say no; and whatever else an address could be for.
type Press = tuple[str, Mapping[str, str]]
COMPLETED: Mapping[str, str] = {"outcome": "completed", "remark": "All of it."}
BLANK: Mapping[str, str] = {"reason": " "}  # without saying why, which the door asks
WHY: Mapping[str, str] = {"reason": "because"}
NEAR: Mapping[str, tuple[Press, ...]] = {
    "record": (
        ("POST /records/«record»/correct", {"words": " "}),
        ("POST /records/«record»/erase", {"what": "record", **WHY, "known": "on"}),
        ("POST /records/«record»/open-a-settlement", {"amount": "0.01", "currency": "EUR"}),
        ("POST /serviceevents/«event»/complete", COMPLETED),
        ("PUT /records/«record»/document.json", {}),
        ("POST /admin/records/record/«record»/change/", {}),
        ("POST /admin/records/record/", {"action": "delete_selected", "_selected_action": "«record»", "post": "yes"}),
    ),
    "annex": (
        ("POST /records/«record»/erase", {"what": "annex", **WHY}),
        ("POST /records/«record»/erase", {"what": "annex", **BLANK, "known": "on"}),
        ("DELETE /records/«record»/annex.json", {}),
    ),
    "signal": (
        ("POST /signals/«signal»/suppress", BLANK),
        ("POST /signals/«signal»/revoke", BLANK),
        ("POST /signals/«signal»/restore", WHY),
    ),
    "complete": (
        ("POST /serviceevents/«event»/complete", COMPLETED),
        ("POST /serviceevents/«ready»/complete", {"outcome": "sealed", "remark": "All of it."}),
        ("POST /jobs/«ready job»/complete", {}),
    ),
    "log": (
        ("POST /log/«log name»/checkpoint", {}),
        ("PUT /log/«log name»/tile/0/000.p/«size»", {}),
        ("DELETE /log/«log name»/tile/entries/000.p/«size»", {}),
    ),
    "key": (("PUT /log/«log name»/checkpoint", {}), ("POST /keys/", {}), ("PUT /keys/keys.txt", {})),
    "work": (
        ("POST /jobs/«job»/release", {}),
        ("POST /jobs/«job»/cancel", WHY),
        ("POST /jobs/«job»/claim", {}),
        ("POST /serviceevents/«event»/start", {}),
        ("POST /serviceevents/«event»/pause", WHY),
        ("POST /serviceevents/«event»/resume", {}),
        ("POST /settlements/«captured»/authorize", {}),
        ("POST /settlements/«captured»/capture", {"amount": "99999.00"}),
        ("POST /settlements/«captured»/void", WHY),
    ),
    "evidence": (
        ("POST /serviceevents/«event»/capture", {"slot": "before-photo", "text": "x"}),
        ("POST /serviceevents/«event»/mark", {"stage": "before"}),
        ("POST /records/«record»/erase", {"what": "files", **WHY}),
        ("PUT /evidence/«photo»/", {}),
        ("DELETE /evidence/«photo»/original", {}),
    ),
    "task": (
        ("POST /tasks/«task»/approve", {}),
        ("POST /tasks/«task»/reject", WHY),
        ("POST /tasks/«task»/cancel", WHY),
        ("POST /tasks/«task»/assign", {"operator": "«southside»"}),
        ("POST /tasks/«open task»/assign", {"operator": "«southside»"}),
        ("POST /assignments/«assignment»/withdraw", WHY),
        ("POST /assignments/«assignment»/create-job", {}),
        ("POST /requests/«case»/submit", {}),
        ("POST /console/to-review/bulk/approve", {"list": "«task»", "case": "«case»"}),
    ),
    "line": (
        ("POST /tasks/«task»/approve", {"user": "«sam»", "authority": "forged", "via": "sql"}),
        ("POST /serviceevents/«event»/start", {"user": "«sam»", "authority": "forged", "via": "sql"}),
        ("POST /cases/«case»/", {}),
    ),
    "settlement": (
        ("POST /settlements/«captured»/capture", {"amount": "0.01"}),
        ("POST /settlements/«captured»/void", WHY),
        ("POST /records/«record»/open-a-settlement", {"amount": "0.01", "currency": "EUR"}),
        ("POST /admin/settlement/settlement/«settlement»/change/", {}),
    ),
    "refusals": (("DELETE /refusals/", {}), ("POST /admin/qtm/blocked/add/", {})),
    "law": (
        ("POST /surfaces/publish", {"present": "0", "runtime": "{}"}),
        ("POST /people/«will»/give", {"role": "owner"}),
        ("PUT /healthz", {}),
    ),
}
WITHDRAW: Press = ("POST /track/«token»/withdraw", WHY)
AGAIN: Press = ("POST /track/«token»/records/«record»/correct", {"words": " "})
BY_LINK: Mapping[str, tuple[Press, ...]] = {
    "record": (AGAIN,),
    "complete": (AGAIN,),
    "task": (WITHDRAW,),
    "work": (WITHDRAW, ("POST /track/«token»/not-content", {"words": " "})),
    "line": (WITHDRAW,),
}
BY_OMNI: tuple[Press, ...] = (("POST /omni/", {}), ("DELETE /omni/packet", {}))
DOORLESS = ("log", "key", "refusals")  # nothing that people can send is for these
TURNED_AWAY = ("404", "405", "sign in")  # nobody was there who could have said no to it
REFUSED = ("403", "409", "422")
SET = re.compile(r"(\w+) = ('[^']*'|«[^»]+»|-?\d+)")


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


def values(attack: Attack, world: World) -> Mapping[str, str]:
    """What an attack would have rows say, as fields of a form: under the names of the columns, and as forms name them."""
    told = {name: world.said(said).strip("'") for statement in attack.sql for name, said in SET.findall(statement)}
    return {**told, **{name.removesuffix("_id"): said for name, said in told.items()}, "attack": attack.what}


def tries(attack: Attack, who: str, world: World) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """What somebody sends for an attack: method, address and fields."""
    own = {LINK: BY_LINK.get(attack.near, ()), OMNI: BY_OMNI}.get(who, ())
    for address, asked in (*own, *NEAR[attack.near]):
        method, path = world.said(address, token=world.token).split(" ", 1)
        yield method, path, {**values(attack, world), **{name: world.said(said) for name, said in asked.items()}}


def answers(attack: Attack, who: str, visitor: Visitor, world: World) -> list[str]:
    """Every answer to what somebody sends."""
    return [visitor.send(*each) for each in tries(attack, who, world)]


def came_of(said: list[str]) -> str:
    """What came of it: let through, refused by a door that is there, or no door at all."""
    if through := [each for each in said if each not in (*TURNED_AWAY, *REFUSED)]:
        return f"neither: {', '.join(through)}"
    kind = "refused" if set(said) & set(REFUSED) else "no door"
    return f"{kind}: {', '.join(sorted(set(said)))}"
