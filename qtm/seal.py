"""The seal of a Record, drawn from its SHA-256: the same digest, the same seal; another digest, another seal."""

import re
from math import cos, pi, sin

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CENTRE, STEPS = 60, 240


def seal_svg(digest_hex: str, css: str = "seal") -> SafeString:
    """Two woven bands, and a rim whose 64 marks are the digits of the digest, read clockwise from the top."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest_hex):
        raise ValueError("a seal is drawn from the 64 lower-case hex digits of a SHA-256")
    seed = bytes.fromhex(digest_hex)
    return format_html(
        '<svg class="{}" viewBox="0 0 120 120" role="img" aria-label="Seal {}" fill="none" stroke="currentColor">'
        '<path d="{}" stroke-width="1.1"/>{}{}<circle cx="60" cy="60" r="20" stroke-width=".8"/>'
        '<path d="M51.5 60.5l6 6 11.5-13" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></svg>',
        css,
        digest_hex[:10],
        rim(digest_hex),
        band(seed[:6], radius=41, swing=5),
        band(seed[6:12], radius=30, swing=4.5),
    )


def rim(digest_hex: str) -> str:
    """One mark for each hex digit, longer for a greater one, so that no two digests share a rim."""
    marks = []
    for place, digit in enumerate(digest_hex):
        angle = 2 * pi * place / len(digest_hex) - pi / 2
        marks.append(f"M{point(58.5, angle)}L{point(57.6 - int(digit, 16) * 0.44, angle)}")
    return "".join(marks)


def band(seed: bytes, radius: float, swing: float) -> SafeString:
    """A closed wave laid over itself by rotation; the seed says how many lobes, how deep, and how it is turned."""
    lobes, ripple = 9 + seed[0] % 8, 2 + seed[1] % 5
    deep, turn, lean = 0.55 + seed[2] / 640, 2 * pi * seed[3] / 256, 2 * pi * seed[4] / 256
    copies = 5 + seed[5] % 3
    wave = []
    for step in range(STEPS):
        angle = 2 * pi * step / STEPS
        swung = deep * cos(lobes * angle + turn) + (1 - deep) * cos(ripple * lobes // 2 * angle + lean)
        wave.append(point(radius + swing * swung, angle))
    line = f"M{'L'.join(wave)}Z"
    turns = (f"{360 * copy / (lobes * copies):.2f}" for copy in range(copies))
    drawn = '<path d="{}" transform="rotate({} 60 60)"/>'
    return format_html('<g stroke-width=".5">{}</g>', format_html_join("", drawn, ((line, turn) for turn in turns)))


def point(radius: float, angle: float) -> str:
    """A point round the centre, to a tenth."""
    return f"{CENTRE + radius * cos(angle):.1f} {CENTRE + radius * sin(angle):.1f}"
