"""When a key might sign: from when it was on file until another of its use had been for a while, as the law has it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from records.log.model import Key

GRACE = timedelta(minutes=5)  # as in the law of the log
FOR_EVER = datetime.max.replace(tzinfo=UTC)

type Span = tuple[datetime, datetime]


def spans(keys: Iterable[Key], use: str) -> Mapping[Key, Span]:
    """From when until when each key of a use might sign, in the order in which they came."""
    of_use = [*(key for key in keys if key.use == use), None]
    return {key: (key.since, after.since + GRACE if after else FOR_EVER) for key, after in pairwise(of_use) if key}


def within(span: Span, moment: datetime) -> bool:
    """Whether a moment is in it."""
    return span[0] <= moment <= span[1]
