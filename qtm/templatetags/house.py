"""Words, icons and seals for the templates; what they say is worked out in qtm.words and qtm.seal."""

import re
from datetime import datetime
from functools import cache
from pathlib import Path

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from qtm import words
from qtm.seal import seal_svg

register = template.Library()
SPRITE = Path(__file__).resolve().parents[2] / "static" / "icons.svg"


@register.simple_tag
def age(then: datetime | None) -> str:
    """How long ago it was, in a time element that says exactly when."""
    return _time(then, words.age(then, timezone.now())) if then else ""


@register.simple_tag
def moment(then: datetime | None) -> str:
    """When it was, in the zone of the place."""
    return _time(then, words.moment(then, timezone.now(), timezone.get_current_timezone())) if then else ""


@register.simple_tag
def exact(then: datetime | None) -> str:
    """When it was, to the second and in UTC."""
    return _time(then, words.exact(then)) if then else ""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite, drawn into the page; silent unless it is given a label."""
    heard = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon" viewBox="0 0 24 24" {}>{}</svg>', heard, _sprite()[name])


@register.simple_tag
def seal(digest_hex: str, css: str = "seal") -> SafeString:
    """The seal drawn from a digest."""
    return seal_svg(digest_hex, css)


@register.filter
def money(amount_minor: int | None, currency: str) -> str:
    """An amount of minor units with its currency."""
    return "" if amount_minor is None else words.money(amount_minor, currency)


@register.filter
def size(length_bytes: int | None) -> str:
    """A size of a file."""
    return "" if length_bytes is None else words.size(length_bytes)


@register.filter
def lasted(seconds: int) -> str:
    """How long something took."""
    return words.lasted(seconds)


@register.filter
def spoken(state: str) -> str:
    """A state or a key as people say it: in_progress is in progress."""
    return str(state).replace("_", " ")


@register.filter
def short(digest_hex: str) -> str:
    """The first ten digits of a digest."""
    return f"{digest_hex[:10]}…"


@register.filter
def starred(name: str) -> SafeString:
    """A name with its ⭐ drawn from the sprite, as not every machine has that character."""
    before, star, after = str(name).partition("⭐")
    drawn = format_html('<span class="star">{}</span><span class="heard">⭐</span>', icon("star")) if star else ""
    return format_html("{}{}{}", before, drawn, after)


def _time(then: datetime, said: str) -> SafeString:
    """A time element."""
    there = timezone.localtime(then)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', there.isoformat(), f"{there:%Y-%m-%d %H:%M:%S %Z}", said
    )


@cache
def _sprite() -> dict[str, SafeString]:
    """The drawings of the sprite by name, read once; they are files of this house, so they are safe."""
    symbols = re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', SPRITE.read_text(), re.DOTALL)
    return {name: SafeString(drawing.strip()) for name, drawing in symbols}
