"""The seal of a Record as its page shows it: who signed, where it stands in the log, and the code that leads to its verification."""

from functools import cached_property
from hashlib import sha256
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from records import commitment
from records.commitment import Commitment
from records.models import Record
from records.seal.leaf import leaf_of


def verification_of(record: Record) -> str:
    """Where anybody checks a Record, by the digest that they hold."""
    return reverse("verify-record", args=[record.sha256])


class Seal:
    """The seal of one Record, and its place in the log."""

    def __init__(self, record: Record, request: HttpRequest) -> None:
        """`request`: by which address of the house somebody looks, where the house was not told its own."""
        self.record, self.site = record, settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the public key (DER) that the signature is of."""
        return sha256(leaf_of(bytes(self.record.body)).public).hexdigest()

    @property
    def number(self) -> int | None:
        """The number of its leaf, which it has once the sealing is committed."""
        leaf = getattr(self.record, "leaf", None)
        return leaf.number if leaf else None

    @cached_property
    def newest(self) -> Commitment | None:
        """The newest checkpoint of the log, read once."""
        return commitment.newest()

    @property
    def covered(self) -> bool:
        """Whether that covers this Record."""
        return self.newest is not None and self.number is not None and self.newest.covers(self.number)

    @property
    def address(self) -> str:
        """The whole address of its verification."""
        return self.site + verification_of(self.record)

    @property
    def host(self) -> str:
        """Where that is, in short."""
        return urlsplit(self.site).netloc

    @property
    def code(self) -> SafeString:
        """The address as a QR code: dark on light whatever the page is, with a quiet margin, and without a style of its own."""
        drawn = segno.make(self.address, error="m", micro=False)
        size, paths = drawn.symbol_size()[0], _modules(drawn)
        return format_html(
            '<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}"><path fill="#fff" d="M0 0h{}v{}H0z"/><path fill="#000" d="{}"/></svg>',
            size,
            size,
            f"QR code that leads to the verification of {self.record.reference}",
            size,
            size,
            paths,
        )


def _modules(drawn: segno.QRCode) -> SafeString:
    """Each run of dark modules as a rectangle of a path."""
    runs = []
    for y, row in enumerate(drawn.matrix_iter(border=4)):
        start = None
        for x, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                runs.append(f"M{start} {y}h{x - start}v1h{start - x}z")
                start = None
    return mark_safe("".join(runs))
