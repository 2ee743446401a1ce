"""The Desk, a Job and the calendar in one hand: nothing runs over at 320 pixels, everything is large enough for a thumb, with and without a script."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from execution.models import Job, ServiceEvent
from governance.models import Assignment
from qtm.models import Operator
from tests.browser import SMALL, House, Visitor, chromium, house, static_files  # noqa: F401
from tests.cast import DETAILING, Cast, Walk, enter

SMALLEST = {"width": 320, "height": 640}


def lived(cast: Cast) -> Walk:
    """A day of Will's: one job done, one in work, one travelled to, one that waits for him by name."""
    Operator.objects.filter(name="Northside").update(phone="+49 30 5555 1234")
    how: Any = {"surface": "auto-detailing", "outcome": "completed"}
    done = Walk(**how, asked=DETAILING)
    enter(cast.will, Job, "complete", done.record().event.job)
    asked = {**DETAILING, "wished": "2030-07-01T09:30:00+02:00"}
    enter(cast.will, ServiceEvent, "set_off", Walk(**how, asked=asked).event())
    waits = Walk(**how, asked={**asked, "wished": "2030-06-01T08:00:00+02:00"})
    enter(cast.ines, Assignment, "assign", waits.approved(), operator=cast.Northside, worker=cast.will)
    waits.job()
    Walk(worker="wanda").started()
    now = Walk(**how, asked=DETAILING)
    now.started()
    return done


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
def test_one_s_day_fits_a_small_phone_and_a_thumb(chromium: Browser, house: House, script: bool) -> None:  # noqa: F811
    cast = Cast()
    done = lived(cast)
    will = Visitor(chromium, house, "will", SMALLEST, java_script_enabled=script)
    jobs = [each.page for each in Job.objects.filter(operator=cast.Northside).order_by("pk")]
    for path in ("/desk/", "/jobs/", "/calendar/", f"{done.job().page}follow-on", *jobs):
        will.page.goto(path)
        assert will.page.evaluate("document.scrollingElement.scrollWidth") <= SMALLEST["width"], path
        will.wrong += [f"{path} is too small to touch: {each}" for each in will.page.evaluate(SMALL)]
    will.page.goto("/calendar/")
    will.page.get_by_role("button", name="Make an address").click()
    assert will.page.get_by_label("Your address").input_value().endswith(".ics")
    assert will.page.evaluate("document.scrollingElement.scrollWidth") <= SMALLEST["width"]
    will.page.goto(jobs[1])
    will.page.get_by_text("Help", exact=True).click()
    will.sees("“On my way” tells whoever asked")
    assert will.wrong == []
