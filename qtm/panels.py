"""Panels: what a page shows of the zones to its right; they declare it, and the page draws it without knowing them."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

# A panel gives its template and what that needs, or None where it has nothing to show: `PANELS["desk"].append(stars)`.
Panel = Callable[..., tuple[str, dict[str, Any]] | None]
PANELS: dict[str, list[Panel]] = defaultdict(list)


def panels(page: str, request: HttpRequest, *rows: Any) -> list[SafeString]:
    """Every panel that was declared for a page, drawn; `rows` are what the page is about, if anything."""
    drawn = (panel(request, *rows) for panel in PANELS[page])
    return [render_to_string(each[0], each[1], request) for each in drawn if each]
