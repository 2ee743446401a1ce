"""The certificate as a PDF, an extra: made of its own page with the print styles, where WeasyPrint is installed and finds its libraries.

It goes nowhere: whatever the page names that is no static file of the house is refused, so pictures stand in it by their digests alone.
"""

import os
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage


@cache
def works() -> bool:
    """Whether a PDF can be made here: WeasyPrint is there, and so are the libraries that it draws with."""
    if find_spec("weasyprint") is None:
        return False
    try:
        import_module("weasyprint")
    except OSError:  # without Pango
        return False
    return True


def pdf_of(html: str, site: str) -> bytes:
    """A page as a PDF, with its links as they are at this address; the same page is the same PDF."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")  # or fontTools writes the hour into each font
    weasyprint = import_module("weasyprint")
    return bytes(weasyprint.HTML(string=html, base_url=site, url_fetcher=_fetching(site)).write_pdf())


def static_file(url: str, site: str) -> bytes:
    """The bytes of a static file of the house; ValueError for every other address."""
    whole = urljoin(site, settings.STATIC_URL)
    if not url.startswith(whole) or ".." in url:
        raise ValueError(f"{url} is no static file of this house")
    name = url.removeprefix(whole)
    place = finders.find(name)
    if place is None:
        with staticfiles_storage.open(name) as kept:
            return bytes(kept.read())
    return Path(str(place)).read_bytes()


def _fetching(site: str) -> Any:
    """Static files to WeasyPrint, and nothing else: it opens no connection and no other file."""
    urls: Any = import_module("weasyprint.urls")

    class Fetcher(urls.URLFetcher):  # type: ignore[misc]
        """Reads static files alone."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """One of them."""
            kind = guess_type(urlsplit(url).path)[0] or "application/octet-stream"
            return urls.URLFetcherResponse(url, static_file(url, site), {"Content-Type": kind})

    return Fetcher()
