"""The browser of this machine, and the sizes at which pages are looked at."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
]
DESK, PHONE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}, {"width": 320, "height": 640}


def found() -> str:
    """The browser of this machine, or nothing."""
    return next((path for name in NAMES if (path := shutil.which(name))), "")
