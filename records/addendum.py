"""The addendum: a Record is never changed, and what corrects it is the Record of further work, asked for as a Request of its own.

Such a Request names the Record by its SHA-256; what is sealed of it later says so, so that the link is sealed too. Both stay valid.
"""

from collections.abc import Sequence
from hashlib import sha256

from django.db.models import Q, QuerySet

from governance.again import again
from governance.submit import ask
from intake.models import Request
from qtm.models import User
from qtm.roles import Standing
from records.models import Record

ASK = "records.ask_correction"


def linked(record: Record) -> tuple[Record | None, Sequence[Record]]:
    """The Record that this one corrects, as its sealed document says, and those that correct it, in order; one query."""
    said = record.facts["request"]["corrects"]
    either = Q(case_id__in=_asking([record]).values("pk")) | Q(sha256__in=[said["sha256"]] if said else [])
    found = list(_short().filter(either).order_by("pk"))
    corrected = next((each for each in found if said and each.sha256 == said["sha256"]), None)
    return corrected, [each for each in found if each is not corrected]


def asked_about(records: Sequence[Record]) -> tuple[Sequence[Record], Sequence[Request]]:
    """What corrects these Records, and what was asked to correct them and is not sealed yet; in order, by two queries at most."""
    asked = list(_asking(records).only("id", "state", "since").order_by("pk"))
    found = list(_short().filter(case_id__in=[each.pk for each in asked]).order_by("pk")) if asked else []
    sealed = {each.case_id for each in found}
    return found, [each for each in asked if each.pk not in sealed]


def beside(case_id: int) -> QuerySet[Record]:
    """The Records that correct one of this case, or are corrected by it: whoever may read one may read the other."""
    corrects = Request.objects.filter(pk=case_id).exclude(corrects="").values("corrects")
    correcting = Request.objects.filter(follows=case_id).exclude(corrects="").values("pk")
    return Record.objects.filter(sha256__in=corrects) | Record.objects.filter(case_id__in=correcting)


def asks_by(standing: Standing, record: Record) -> str:
    """By what somebody asks for a correction: admins do, and the owners of the operator that did the work; empty for others."""
    return standing.holds(ASK) or standing.holds(ASK, record.operator_id)


def ask_correction(record: Record, words: str, *, user: User | None = None, **how: str) -> Request:
    """Ask for a correction, which commits nobody; the same words of the same person again are the same Request."""
    before = Request.objects.select_related("funnel__operator", "surface").get(pk=record.case_id)
    who = user.pk if user else "requester"
    key = f"correction:{record.pk}:{who}:{sha256(words.encode()).hexdigest()[:32]}"
    made, _ = ask(again(before, words, channel="correction", corrects=record.sha256, key=key, user=user, **how))
    return made


def _asking(corrected: Sequence[Record]) -> QuerySet[Request]:
    """The Requests to correct these Records; one to which somebody said no asks no more."""
    asked = Request.objects.filter(corrects__in=[each.sha256 for each in corrected])
    return asked.exclude(state="discarded").exclude(intake__task__state__in=["rejected", "cancelled"])


def _short() -> QuerySet[Record]:
    """Records without the bytes that were sealed."""
    return Record.objects.defer("document", "body")
