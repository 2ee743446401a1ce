"""The log in the background: every few seconds what has come is signed and published."""

import logging

from django.core.exceptions import ImproperlyConfigured

from qtm.background import ROUNDS
from records.log.memory import Rewound
from records.log.published import publish
from records.log.signing import sign

log = logging.getLogger(__name__)


def sign_what_came() -> None:
    """Sign and publish a checkpoint where Records were sealed since the last; why it cannot be is said loudly, each time."""
    try:
        sign()
        publish()
    except (Rewound, ImproperlyConfigured, OSError) as refusal:
        log.error("The log of records is not signed: %s", refusal)


ROUNDS.append(sign_what_came)
