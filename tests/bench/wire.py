"""The weight of the Desk on the wire, in a real Chromium with an empty cache and on coming back."""

from playwright.sync_api import sync_playwright

from tests.bench.serving import served, signed_in
from tests.device import FLAGS, found
from tests.weight import weigh


def desk_bytes(who: str) -> list[int] | None:
    """The first load and a revisit of somebody's Desk; nothing where there is no Chromium."""
    if not found():
        return None
    with served() as (port, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        weights = [weight.total for weight in weigh(browser, f"http://127.0.0.1:{port}", signed_in(who), "/desk/")]
        browser.close()
    return weights
