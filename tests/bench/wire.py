"""The weight of the Desk on the wire, in a real Chromium with an empty cache and on coming back."""

from playwright.sync_api import sync_playwright

from tests.bench.serving import served, signed_in
from tests.device import FLAGS, PHONE, found
from tests.weight import weigh


def desk_bytes(who: str) -> list[int] | None:
    """The first load and a revisit of somebody's Desk; nothing where there is no Chromium."""
    cookie, _, value = signed_in(who).partition("=")
    if not found():
        return None
    with served() as (port, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}", viewport=PHONE)  # type: ignore[arg-type]
        context.add_cookies([{"name": cookie, "value": value, "url": f"http://127.0.0.1:{port}"}])
        weights = [weight.total for weight in weigh(context, "/desk/")]
        browser.close()
    return weights
