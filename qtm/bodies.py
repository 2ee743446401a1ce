"""How large a form may be, and bodies that come without their length, as no browser sends a form."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

FORM_BYTES = 1_000_000


def is_chunked(said: Mapping[str, Any]) -> bool:
    """Whether a body came in chunks, and so without saying how long it is."""
    return "chunked" in said.get("HTTP_TRANSFER_ENCODING", "").lower()


def measure(said: dict[str, Any]) -> None:
    """Give such a body its length, without which Django takes it for empty; beyond a form's nothing is read."""
    body = said["wsgi.input"].read(FORM_BYTES + 1)
    said["wsgi.input"], said["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
