"""Making the keys at the first start, putting others in their place, and keeping their public parts on file."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections

from qtm.prepared import PREPARATIONS
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


def rotate(use: str) -> Key:
    """Another key from now on; it is on file before anything is signed with it."""
    if settings.GIVEN_KEYS[use]:
        raise ValueError(f"the {use} key comes from the environment: put another there, and run `manage.py prepare`.")
    coming, pem = keys.fresh(use)
    row = on_file(use, coming)
    keys.put(use, pem)
    return row


def on_file(use: str, public: bytes) -> Key:
    """The row of a public key, made by the owner where there is none."""
    kept = Key.objects.using("owner").filter(public=keys.text(public)).first()
    try:
        return kept or Key.objects.using("owner").create(use=use, public=keys.text(public), name=_name(use))
    finally:
        connections["owner"].close()


def _name(use: str) -> str:
    """What the log is called: as it was at first, however often its key is another."""
    if use != LOG:
        return ""
    first = Key.objects.using("owner").filter(use=LOG).first()
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return first.name if first else settings.LOG_NAME or f"{host}/records"


PREPARATIONS.append(prepare)
