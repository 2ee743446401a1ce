"""The log in the background: every few seconds what has come is signed."""

import logging

from qtm.background import ROUNDS
from records.log.signing import Rewound, sign

log = logging.getLogger(__name__)


def sign_what_came() -> None:
    """Sign a checkpoint where Records were sealed since the last; a log that was rewound is said so loudly, each time."""
    try:
        sign()
    except Rewound as refusal:
        log.error("The log of records is not signed: %s", refusal)


ROUNDS.append(sign_what_came)
