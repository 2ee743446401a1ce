"""The crossings of a case as a Record's page says them, and those that a certificate names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

OPENED = "Opened"  # of a part that is not the first; a claim opens that one
ON_ARRIVAL = timedelta(minutes=1)  # what was sent at once needs no second time beside it
# The crossings that a certificate names, by room and states.
STEPS = {
    ("Task", "open", "approved"): "Approved",
    ("Assignment", "", "active"): "Assigned",
    ("Job", "", "queued"): "Create Job",
    ("Job", "queued", "claimed"): "Claimed",
    ("ServiceEvent", "", "ready"): OPENED,
    ("ServiceEvent", "ready", "in_progress"): "Started",
    ("ServiceEvent", "in_progress", "completed"): "Completed",
}


@dataclass(frozen=True, slots=True)
class Crossing:
    """One crossing of the case as people read it."""

    label: str
    room: str
    row: str
    was: str
    becomes: str
    by: str
    authority: str
    via: str
    at: datetime
    device_at: datetime | None
    reason: str
    reasoned: bool


def device_at(each: Mapping[str, Any]) -> datetime | None:
    """When a device says that it was, where that is not simply when it arrived."""
    if not each.get("device_at"):
        return None
    said, arrived = (datetime.fromisoformat(each[name]) for name in ("device_at", "at"))
    return said if abs(arrived - said) >= ON_ARRIVAL else None


def crossing_of(each: Mapping[str, Any], reason: str) -> Crossing:
    """A crossing of the document in words."""
    label = STEPS.get((each["room"], each["was"], each["becomes"]), "")
    by = "System" if each["by_kind"] == "system" else each["by"]
    at = datetime.fromisoformat(each["at"])
    return Crossing(
        label,
        each["room"],
        each["row"],
        each["was"],
        each["becomes"],
        by,
        each["authority"],
        each["via"],
        at,
        device_at(each),
        reason,
        each["reasoned"],
    )
