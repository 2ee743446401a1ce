"""What the requester is written to about intake and governance, and how zones further on write to them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from governance.models import Task
from governance.question import Question
from intake.models import Request
from qtm.acts import present_act
from qtm.database import here
from qtm.letters.declared import LETTERS, Kind, Recipient

# What a review has put right last, or else what the intake says, or where there is none what was asked; read in the act itself,
# for every letter, so it is prepared.
STANDS = """
SELECT coalesce(c.email, i.email, r.asked ->> 'email'), coalesce(c.name, i.name, r.asked ->> 'name'), r.language
FROM intake_request r LEFT JOIN intake_intake i ON i.request_id = r.id LEFT JOIN governance_task t ON t.intake_id = i.id
LEFT JOIN LATERAL (
  SELECT (array_agg(becomes ORDER BY id DESC) FILTER (WHERE field = 'email'))[1] AS email,
    (array_agg(becomes ORDER BY id DESC) FILTER (WHERE field = 'name'))[1] AS name
  FROM governance_correction WHERE task_id = t.id) c ON true
WHERE r.id = $1"""


def _as_it_is(row: Any) -> Any:
    """A row of the case that says itself whose it is."""
    return row


def _whatever_it_says(row: Any) -> bool:
    """For letters that are always written."""
    return True


def _nothing_more(row: Any) -> Mapping[str, Any]:
    """For letters that say what every letter says."""
    return {}


def to_requester(
    name: str,
    label: str,
    *,
    case: Callable[[Any], Any] = _as_it_is,
    says: Callable[[Any], Mapping[str, Any]] = _nothing_more,
    when: Callable[[Any], bool] = _whatever_it_says,
    still: Callable[[Any], bool] = _whatever_it_says,
) -> Kind:
    """A kind of letter to whoever asked; `says`: what it tells besides what it is about and the way to the tracking page."""
    return Kind(
        name,
        label,
        ("requester",),
        case,
        to=lambda row: requester(case(row).case_id),
        says=lambda row: {**about(case(row).case_id), **says(row)},
        when=when,
        still=still,
    )


def requester(case_id: int) -> Iterator[Recipient]:
    """Whoever asked, at the address that stands now; nobody where none is known."""
    address, name, language = here().run(STANDS, [case_id]) or ("", "", "")
    if address:
        yield Recipient("requester", address, language, name or "")


def reachable(asked: Request) -> bool:
    """Whether an address is known of whoever asked, of a Request that has been read already."""
    return bool(_stands(asked).get("email"))


def about(case_id: int) -> Mapping[str, Any]:
    """What it is about, and the way to it: the tracking link is the requester's own secret, and goes to nobody else."""
    asked = _asked(case_id)
    link = settings.SITE_URL + reverse("track", args=[asked.token])
    what = _stands(asked).get("summary") or str(asked.surface)
    return {"reference": asked.reference, "what": what, "link": link, "complete": asked.state == "submitted"}


def _asked(case_id: int) -> Request:
    """The Request of a case, with what became of it."""
    return Request.objects.select_related("surface", "intake__task__intake").get(pk=case_id)


def _stands(asked: Request) -> Mapping[str, Any]:
    """The details as they stand, with what a review has put right."""
    intake = getattr(asked, "intake", None)
    said: Mapping[str, Any] = intake.task.stands() if intake else asked.asked
    return said


def _asked_of_us(row: Request) -> bool:
    """Whether they asked the house itself: what is imported was asked elsewhere, and answered there."""
    return bool(row.channel != "import")


def _not_by_themselves(row: Any) -> bool:
    """Whether somebody else did it: who withdraws knows that they did."""
    return present_act().user_id is not None


def _asked_them(row: Question) -> Mapping[str, Any]:
    """What they are asked."""
    return {"question": row.text}


def _unanswered(row: Question) -> bool:
    """Whether there is still something to answer."""
    return bool(row.state == "asked")


RECEIVED = to_requester("received", "Received", when=_asked_of_us)
SET_ASIDE = to_requester("set-aside", "Set aside", when=_not_by_themselves)
TURNED_DOWN = to_requester("turned-down", "Turned down")
CANCELLED = to_requester("cancelled", "Cancelled", when=_not_by_themselves)
QUESTION = to_requester("question", "Question", says=_asked_them, still=_unanswered)
LETTERS |= {
    (Request.label(), ">received"): [RECEIVED],
    (Request.label(), "discarded"): [SET_ASIDE],
    (Question.label(), "asked"): [QUESTION],
    (Task.label(), "rejected"): [TURNED_DOWN],
    (Task.label(), "cancelled"): [CANCELLED],
}
