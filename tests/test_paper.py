"""The certificate on paper, printed by a real Chromium: on one or two sheets of A4, light, whole, and further only where its evidence is long."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from execution.models import ServiceEvent
from qtm.acts import acting
from records.log.signing import sign
from records.models import Record
from tests.axe import UNFOLD, Critic
from tests.browser import House, Visitor
from tests.cast import Cast, Walk
from tests.pictures import copies_made, taken, upload
from tests.test_records import detailing, photographed, talked_about

pytestmark = pytest.mark.browser
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")
PAPER = """() => [getComputedStyle(document.body).backgroundColor,
  [...document.querySelectorAll(".side, .doors, .unprinted, dialog")].filter((each) => each.checkVisibility()).length,
  document.querySelector(".qr").checkVisibility()]"""


def sheets(visitor: Visitor, record: Record) -> int:
    """On how many sheets a Record is printed."""
    visitor.page.goto(record.page)
    return len(SHEET.findall(visitor.page.pdf(prefer_css_page_size=True, tagged=False)))


def with_much_evidence(walk: Walk) -> Record:
    """A Record with thirty photos of one stage."""
    photographed(walk)
    event: ServiceEvent = walk.event()
    with acting(Cast().will, via="test", authority="execution.capture_evidence as worker"):
        for _ in range(4):
            photos = [taken(upload()) for _ in range(7)]
            event.capture(stage="before", kind="photo", category="before", photos=photos)
    return walk.record()


def test_it_prints_on_two_sheets_at_most_and_goes_on_only_for_long_evidence(
    visit: Callable[..., Visitor], house: House
) -> None:
    short, rich = Walk().record(), photographed(talked_about(detailing())).record()
    long = with_much_evidence(detailing())
    copies_made()
    sign()
    visitor = visit("nora")
    visitor.page.emulate_media(color_scheme="dark")
    found = [sheets(visitor, each) for each in (short, rich, long)]
    assert found[0] <= 2
    assert found[1] <= 2
    assert 2 <= found[2] <= 4
    visitor.page.emulate_media(media="print", color_scheme="dark")
    assert visitor.page.evaluate(PAPER) == ["rgb(255, 255, 255)", 0, True]


def test_with_addendum_and_difference_it_is_without_a_barrier(chromium: Any, house: House) -> None:
    record = photographed(detailing()).record()
    critic = Critic(chromium, house, "nora")
    for path in (f"{record.page}correct", record.page):
        assert critic.open(path) == 200
        critic.judge()
    critic.page.goto(f"{record.page}correct")
    critic.page.get_by_label("What is wrong in it").fill("It was 2015.")
    critic.page.get_by_role("button", name="Ask for the correction").click()
    critic.page.wait_for_url(f"**{record.page}")
    critic.page.evaluate(UNFOLD)
    critic.context.close()
    assert critic.wrong == []
