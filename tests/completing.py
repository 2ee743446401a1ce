"""`python -m tests.completing`: a process of its own that completes ServiceEvents and signs the log, and says each thing once it is acknowledged."""

import io
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qtm.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from records.log.memory import Rewound  # noqa: E402
from records.log.signing import sign  # noqa: E402
from records.models import Record  # noqa: E402
from tests.cast import Cast, Walk, enter, make_cast  # noqa: E402


def say(*words: object) -> None:
    """A line, at once and whole."""
    print(*words, flush=True)


def prepare() -> None:
    """Everything that the others find in place."""
    call_command("prepare", verbosity=0, stdout=io.StringIO())
    make_cast()


def work(count: int) -> None:
    """Complete so many, each as far as that could be, one after the other."""
    events, will = [Walk().filled() for _ in range(count)], Cast().will
    say("ready")
    for event in events:
        record = enter(will, Record, "seal", event, outcome="advised")
        say("record", record.pk, record.sha256)
        sign_once()


def sign_once() -> None:
    """Sign what came."""
    try:
        newest = sign()
    except Rewound as refusal:
        say("rewound", str(refusal).split(" ", 1)[0])
        return
    if newest:
        say("signed", newest.size, bytes(newest.root).hex())


if __name__ == "__main__":
    if sys.argv[1] == "work":
        work(int(sys.argv[2]))
    else:
        {"prepare": prepare, "sign": sign_once}[sys.argv[1]]()
