"""The door for a WSGI server."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from qtm.bodies import is_chunked, measure

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qtm.settings")
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, for what is written in UTF-8: it looks up any other charset before a middleware could refuse it."""
    kind = environ.get("CONTENT_TYPE", "").lower().replace(" ", "").replace('"', "")
    if "charset=" in kind and "charset=utf-8" not in kind:
        start_response("415 Unsupported Media Type", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"Only UTF-8 is understood here.\n"]
    if is_chunked(environ):
        measure(environ)
    return _django(environ, start_response)
