"""`python -m tests.screenshots [ADDRESS]`: the main pages of a served demo, on a phone and on a desk, light and dark, into docs/."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.device import DESK, FLAGS, PHONE, found

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIZES = {"phone": PHONE, "desk": DESK}
PASSWORD = "demo"


def on(path: str) -> Callable[[Page], None]:
    """A page by its address."""
    return lambda page: _go(page, path)


def pressed(path: str, *selectors: str) -> Callable[[Page], None]:
    """What is reached from a page by pressing one thing after another, the first of each."""

    def walk(page: Page) -> None:
        """Go and press."""
        _go(page, path)
        for selector in selectors:
            page.locator(selector).first.click()
            page.wait_for_load_state("networkidle")

    return walk


def unsent(page: Page) -> None:
    """A photo that was taken where there is no network."""
    pressed("/desk/", CARRY_ON)(page)
    page.context.set_offline(True)
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1600, 1200)).save(out, "JPEG")
    photo = {"name": "seat.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    page.locator("main input[type=file]").first.set_input_files(photo)  # type: ignore[arg-type]
    page.wait_for_timeout(1500)


def verified(page: Page) -> None:
    """The download of a Record, checked in the browser."""
    pressed("/records/", "main a.go")(page)
    archive = page.context.request.get(f"{page.url}record.zip").body()
    _go(page, "/verify/")
    page.locator("#chosen").set_input_files({"name": "R.zip", "mimeType": "application/zip", "buffer": archive})
    page.locator("#verdict:visible").wait_for()


CARRY_ON = "main .active a.press:has-text('Carry on')"
SHOTS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "desk": ("will", on("/desk/")),
    "job-ready": ("will", pressed("/desk/", "main .active a.press:has-text('Start')")),
    "job-in-work": ("tomas", pressed("/desk/", CARRY_ON)),
    "job-unsent": ("tomas", unsent),
    "job-complete": ("nora", pressed("/desk/", CARRY_ON, ".foot a[href*='/complete']:visible")),
    "record": ("will", pressed("/records/", "main a.go")),
    "verify": ("ines", verified),
    "log": ("ines", on("/log/")),
    "signals": ("ines", on("/signals/?is=withheld")),
    "console": ("ines", on("/console/")),
    "case": ("ines", pressed("/console/", ".rail a:has-text('To create job')", "main a.go")),
    "queue": ("ines", on("/console/to-review/")),
    "step": ("ines", on("/console/to-review/steps")),
    "assign": (
        "ines",
        pressed("/console/", ".rail a:has-text('To assign')", "main a.go", "main a:has-text('Assign…')"),
    ),
    "week": ("ines", on("/console/week")),
    "workforce": ("wim", on("/workforce/")),
    "overview": ("eve", on("/overview/")),
}


def main(address: str) -> int:
    """Take them all; told by name."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        for name, (who, walk) in SHOTS.items():
            for size in SIZES:
                _take(browser, address, name, who, walk, size)
        browser.close()
    return 0


def _take(browser: Browser, address: str, name: str, who: str, walk: Callable[[Page], None], size: str) -> None:
    """One page at one size, light and dark; where it stands it is found on a desk, where no menu hides the way."""
    sharp = 2 if size == "phone" else 1
    context = browser.new_context(
        base_url=address,
        viewport=DESK,  # type: ignore[arg-type]
        device_scale_factor=sharp,
        reduced_motion="reduce",
    )
    page = context.new_page()
    _go(page, "/login")
    page.locator("input[name=username]").fill(who)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    walk(page)
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        kept = DOCS / f"{name}-{size}-{scheme}.webp"
        Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(kept, "WEBP", quality=82, method=6)
        print(f"{kept.name} {kept.stat().st_size:,} bytes")
    context.close()


def _go(page: Page, path: str) -> None:
    """Open a page, and wait until all of it is there."""
    page.goto(path, wait_until="networkidle")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"))
