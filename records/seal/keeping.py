"""Making the keys at the first start, putting others in their place, and keeping their public parts on file.

Another key is on the disk first, then on file, and then it signs: wherever that is cut short, `prepare` ends it, and no key is on file that nobody has.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from qtm.prepared import PREPARATIONS
from records.log.memory import State, alone, keep, put_aside, state
from records.log.model import Key, Leaf, Signed
from records.seal import keys
from records.seal.keys import LOG, RECORD

NAME = re.compile(r"[\w~:-][\w.~:-]*(?:/[\w~:-][\w.~:-]*)*", re.ASCII)  # it is a part of the log's addresses


def prepare() -> str:
    """Make the keys that are missing, and put on file what is not yet."""
    for use in (RECORD, LOG):
        _end_what_was_cut_short(use)
    _refuse_a_second_log_key()
    made = [use for use in (RECORD, LOG) if keys.make(use)]
    first = not Key.objects.using("owner").filter(use=LOG).exists()
    on_file(RECORD, keys.record_key().public)
    on_file(LOG, keys.log_key().public)
    if first:
        _begin()
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
    keys.announce(use, pem)
    row = on_file(use, coming, name)
    _take(use, anew=bool(name))
    return row


def begin_anew(name: str) -> Key:
    """Another log, with another name and another key; what was published of the former is put aside."""
    _refuse_name(name)
    if Key.objects.using("owner").filter(use=LOG, name=name).exists():
        raise ValueError(
            f"{name} is what a log of this house was called before: its history is lost, and so is its name."
        )
    with alone():
        return _with_the_given_key(name) if settings.GIVEN_KEYS[LOG] else rotate(LOG, name)


def _with_the_given_key(name: str) -> Key:
    """Another log under the key in the environment, which no log had before."""
    public = keys.log_key().public
    if known := Key.objects.using("owner").filter(public=keys.text(public)).first():
        raise ValueError(
            f"the log key in the environment is that of {known.name}: put another into LOG_KEY, and run this again before `manage.py prepare`."
        )
    row = on_file(LOG, public, name)
    put_aside()
    return row


def on_file(use: str, public: bytes, name: str = "") -> Key:
    """The row of a public key, made by the owner where there is none."""
    kept = Key.objects.using("owner").filter(public=keys.text(public)).first()
    try:
        return kept or Key.objects.using("owner").create(use=use, public=keys.text(public), name=name or _name(use))
    finally:
        connections["owner"].close()


def _take(use: str, *, anew: bool) -> None:
    """Have the key sign that was announced, of another log once all that is the former's is put aside."""
    if anew:
        put_aside()
    keys.take(use)


def _end_what_was_cut_short(use: str) -> None:
    """Another key that is on file already takes its place; one that is not is dropped, as nothing knows of it."""
    coming = keys.announced(use)
    if coming is None:
        return
    row = Key.objects.using("owner").filter(public=keys.text(coming)).first()
    if row is None:
        keys.coming_of(use).unlink()
        return
    former = Key.objects.using("owner").filter(use=use, pk__lt=row.pk).last()
    with alone():
        _take(use, anew=bool(former and former.name != row.name))


def _refuse_a_second_log_key() -> None:
    """A log that has something in it is not gone on with under a key that is made in passing."""
    if settings.GIVEN_KEYS[LOG] or keys.place_of(LOG).exists():
        return
    if Signed.objects.using("owner").exists() or Leaf.objects.using("owner").exists():
        raise ImproperlyConfigured(
            f"the log of this house has Records in it, and its key is not at {keys.place_of(LOG)}. Put it back from its backup. If it is lost and the"
            " history is whole, `manage.py keys rotate log` makes another key for the same log; if the history is lost too,"
            " `manage.py keys anew NAME` begins another log (README, “On a new machine”)."
        )


def _begin() -> None:
    """A house in which nothing was ever sealed knows that nothing was signed."""
    with alone():
        if state() is None and not Leaf.objects.using("owner").exists():
            keep(State())


def _name(use: str) -> str:
    """What the log is called: as it was until now, however often its key is another."""
    if use != LOG:
        return ""
    now = Key.objects.using("owner").filter(use=LOG).last()
    if now:
        return now.name
    name = settings.LOG_NAME or f"{urlsplit(settings.SITE_URL).hostname or 'localhost'}/records"
    _refuse_name(name)
    return name


def _refuse_name(name: str) -> None:
    """A name stands in the log's addresses and in every checkpoint."""
    if not NAME.fullmatch(name) or len(name) > 200:
        raise ValueError(
            f"“{name}” cannot be the name of a log: it is letters, digits and . _ ~ : - in parts after slashes, such as records.example/2."
        )


PREPARATIONS.append(prepare)
