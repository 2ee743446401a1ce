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
from qtm.standing import Standing
from records.models import Record

ASK = "records.ask_correction"


def linked(record: Record) -> tuple[Record | None, Sequence[Record]]:
    """The Record that this one corrects, as its sealed document says, and those that correct it, in order; one query."""
    said = record.facts["request"]["corrects"]
    either = Q(case_id__in=Request.objects.filter(corrects=record.sha256).values("pk")) | Q(
        sha256__in=[said["sha256"]] if said else []
    )
    found = list(_short().filter(either).order_by("pk"))
    corrected = next((each for each in found if said and each.sha256 == said["sha256"]), None)
    return corrected, [each for each in found if each is not corrected]


def around(case_id: int) -> QuerySet[Record]:
    """The Records of a case, those that correct one of them, and the one that it corrects: whoever may read one may read the others."""
    corrects = Request.objects.filter(pk=case_id).exclude(corrects="").values("corrects")
    correcting = Request.objects.filter(follows=case_id).exclude(corrects="").values("pk")
    return Record.objects.filter(Q(case_id=case_id) | Q(sha256__in=corrects) | Q(case_id__in=correcting))


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


def _short() -> QuerySet[Record]:
    """Records without the bytes that were sealed."""
    return Record.objects.defer("document", "body")
