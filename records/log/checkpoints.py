"""The checkpoints of the log as it is called now: those of a former one of this house, whose history was lost, are none of its own."""

from django.db.models import QuerySet

from records.log.model import Key, Signed
from records.log.notes import Unfit, Verifier, checkpoint_of
from records.seal.keys import LOG

MOST = 20  # so many that are not what they say are passed over, and no more


def name() -> str:
    """What the log is called now; nothing before its first key."""
    return Key.objects.filter(use=LOG).values_list("name", flat=True).last() or ""


def of_this_log() -> QuerySet[Signed]:
    """All of them, the smallest first."""
    now = Key.objects.filter(use=LOG).order_by("-pk").values("name")[:1]
    return Signed.objects.filter(log=now).order_by("size")


def newest(beyond: int = 0) -> Signed | None:
    """The newest that is signed by a key of the log, of those with more than so many leaves."""
    found = list(of_this_log().filter(size__gt=beyond).reverse()[:MOST])
    known = list(Key.objects.filter(use=LOG).order_by("-pk")) if found else []
    return next((each for each in found if signer(each, known)), None)


def signer(signed: Signed, known: list[Key]) -> Verifier | None:
    """The key under whose signature a checkpoint says what its row does; one that the app's role put there without it vouches for nothing."""
    try:
        said = checkpoint_of(signed.note)
        if (said.origin, said.size, said.root) != (signed.log, signed.size, bytes(signed.root)):
            return None
        keys = (each.verifier for each in known if each.name == said.origin)
        return next((each for each in keys if each.holds(signed.note)), None)
    except Unfit:
        return None
