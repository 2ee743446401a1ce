"""What is written goes over the wire compressed; pictures and files go as they are."""

from typing import Any

from django.http import HttpRequest
from django.middleware.gzip import GZipMiddleware

WRITTEN = ("text/", "application/json", "application/manifest+json", "application/javascript")


class Compressed(GZipMiddleware):
    """Django's own, with its padding against guessing by length, for text that is in memory."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Compress a page; what is streamed keeps its length and its bytes."""
        written = not response.streaming and response.get("Content-Type", "").startswith(WRITTEN)
        return super().process_response(request, response) if written else response
