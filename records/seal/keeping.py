"""Making the keys at the first start, putting others in their place, and keeping their public parts on file."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections
from django.utils import timezone

from qtm.prepared import PREPARATIONS
from records.log.memory import alone
from records.log.model import Key
from records.seal import keys
from records.seal.keys import LOG, RECORD


def prepare() -> str:
    """Make the keys that are missing, and put on file what is not yet."""
    made = [use for use in (RECORD, LOG) if keys.make(use)]
    on_file(RECORD, keys.record_key().public)
    on_file(LOG, keys.log_key().public)
    if not made:
        return "Keys: unchanged."
    return (
        f"Keys: made for {' and '.join(made)}, in {settings.KEYS_ROOT}. Keep a copy of them apart from the database's."
    )


def rotate(use: str, name: str = "") -> Key:
    """Another key from now on, of the log under that name; it is on file before anything is signed with it."""
    if settings.GIVEN_KEYS[use]:
        raise ValueError(f"the {use} key comes from the environment: put another there, and run `manage.py prepare`.")
    coming, pem = keys.fresh(use)
    row = on_file(use, coming, name)
    keys.put(use, pem)
    return row


def begin_anew(name: str) -> Key:
    """Another log, with another name and another key; what was published of the former is put aside."""
    if Key.objects.filter(use=LOG, name=name).exists():
        raise ValueError(
            f"{name} is what a log of this house was called before: its history is lost, and so is its name."
        )
    with alone():
        for place in (Path(settings.LOG_STATE), Path(settings.LOG_ROOT)):
            if place.exists():
                place.rename(place.with_name(f"{place.name}.until-{timezone.now():%Y%m%dT%H%M%S}"))
        return rotate(LOG, name)


def on_file(use: str, public: bytes, name: str = "") -> Key:
    """The row of a public key, made by the owner where there is none."""
    kept = Key.objects.using("owner").filter(public=keys.text(public)).first()
    try:
        return kept or Key.objects.using("owner").create(use=use, public=keys.text(public), name=name or _name(use))
    finally:
        connections["owner"].close()


def _name(use: str) -> str:
    """What the log is called: as it was until now, however often its key is another."""
    if use != LOG:
        return ""
    now = Key.objects.using("owner").filter(use=LOG).last()
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return now.name if now else settings.LOG_NAME or f"{host}/records"


PREPARATIONS.append(prepare)
