"""What makes a phone's own app of the house: its manifest, the worker that keeps pages for when there is no network, and what it shows then."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

WORKER = Path(settings.HERE) / "static" / "js" / "worker.js"
ICONS = [("any", 192), ("any", 512), ("maskable", 512)]


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """How the house is called, looks and opens once it is installed."""
    icons = [
        {
            "src": static(f"icons/{purpose}-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for purpose, size in ICONS
    ]
    said = {
        "id": "/",
        "name": "QTM OS",
        "short_name": "QTM",
        "description": "Service work that can be proven.",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fcfaf6",
        "theme_color": "#fcfaf6",
        "icons": icons,
        "shortcuts": [{"name": "Desk", "url": reverse("desk")}, {"name": "Jobs", "url": reverse("jobs")}],
    }
    return JsonResponse(said, content_type="application/manifest+json", headers={"Cache-Control": "max-age=3600"})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script, from the top of the house, whose pages it keeps."""
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript", headers=headers)


@require_safe
def offline(request: HttpRequest, *, leaving: bool = False) -> HttpResponse:
    """What is shown in place of a page that does not open without network, the same for everybody; `leaving`: to who signs out then."""
    return render(request, "offline.html", {"leaving": leaving})
