"""The log in the background: every few seconds what has come is signed and published, and witnesses are asked."""

import logging

from django.core.exceptions import ImproperlyConfigured

from qtm.background import ROUNDS
from records.log.asking import order_what_is_not_vouched_for
from records.log.memory import Rewound
from records.log.notes import Unfit
from records.log.published import publish
from records.log.signing import sign

log = logging.getLogger(__name__)


def sign_what_came() -> None:
    """Sign and publish a checkpoint where Records were sealed since the last; why it cannot be is said loudly, each time."""
    try:
        sign()
        publish()
        order_what_is_not_vouched_for()
    except (Rewound, Unfit, ImproperlyConfigured, OSError) as refusal:
        log.error("The log of records is not signed: %s", refusal)


ROUNDS.append(sign_what_came)
