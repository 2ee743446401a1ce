"""`{% doors row %}`: whatever doors lead out of a row for this person."""

from typing import Any

from django import template

from qtm.doors import doors_out_of

register = template.Library()


@register.inclusion_tag("_parts/doors.html", takes_context=True)
def doors(context: dict[str, Any], *rows: Any) -> dict[str, Any]:
    """Draw the doors out of these rows, the open ones first; each leads back to this page."""
    request = context["request"]
    drawn = [door for row in rows if row for door in doors_out_of(row, request.user, request.path)]
    drawn.sort(key=lambda door: not door.open)
    return {"drawn": drawn, "csrf_token": context.get("csrf_token"), "request": request}
