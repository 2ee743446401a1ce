"""The weight of the Desk on the wire, in a real Chromium with an empty cache and on coming back."""

from playwright.sync_api import sync_playwright

from tests.bench.serving import served, signed_in
from tests.device import FLAGS, PHONE, found
from tests.weight import Weight, scale, weigh


def desk_weights(who: str) -> list[Weight] | None:
    """The first load and a revisit of somebody's Desk; nothing where there is no Chromium."""
    cookie, _, value = signed_in(who).partition("=")
    if not found():
        return None
    with served() as (port, _), scale(port) as wire, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
        context.add_cookies([{"name": cookie, "value": value, "url": wire.url}])
        weights = weigh(wire, context, "/desk/")
        browser.close()
    return weights
