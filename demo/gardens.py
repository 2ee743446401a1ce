"""Gardens before and after, and a name written with a finger."""

import io
from math import sin

from PIL import Image, ImageDraw

from demo.brush import HIGH, WIDE, Brush, Colour, dark, light, mix

GRASS: Colour = (92, 138, 66)
HAY: Colour = (158, 150, 84)
EARTH: Colour = (96, 72, 54)
STONE: Colour = (176, 170, 160)
BLOOMS: list[Colour] = [(206, 84, 120), (236, 196, 84), (150, 104, 190), (232, 232, 236)]


def garden(brush: Brush, words: list[str], moment: str, view: int) -> None:
    """`garden PART`: one part of a garden, grown over, and as it is left."""
    kept = moment == "after"
    brush.fade(0, 300, (150, 186, 218), (232, 238, 236))
    for post in range(19):
        brush.box(post * 40 - 6, 190, 34, 150, mix((142, 112, 84), (120, 96, 74), brush.between(0, 1)), round_=3)
    brush.fade(330, HIGH, mix(GRASS, HAY, 0 if kept else 0.7), dark(mix(GRASS, HAY, 0 if kept else 0.6), 0.25))
    PARTS.get(words[-1], _lawn)(brush, kept)


def _lawn(brush: Brush, kept: bool) -> None:
    """Mown in stripes, or knee-high."""
    if kept:
        for stripe in range(0, 10, 2):
            left, right = stripe * 72, (stripe + 1) * 72
            far = (360 + (left - 360) * 0.55, 360 + (right - 360) * 0.55)
            brush.shape([(far[0], 332), (far[1], 332), (right, HIGH), (left, HIGH)], light(GRASS, 0.16), 150)
        return
    for _ in range(420):
        x, y = brush.between(0, WIDE), brush.between(350, HIGH)
        blade = mix(GRASS, HAY, brush.between(0, 1))
        brush.line([(x, y), (x + brush.between(-14, 14), y - brush.between(24, 74))], blade, brush.between(1.5, 3))


def _hedge(brush: Brush, kept: bool) -> None:
    """With straight edges, or shooting up."""
    leaf = (52, 92, 50)
    brush.box(60, 190, 600, 220, dark(leaf, 0.2), round_=10 if kept else 40)
    for _ in range(260):
        x, y = brush.between(70, 650), brush.between(200, 400)
        brush.disc(x, y, brush.between(6, 15), mix(leaf, (110, 150, 80), brush.between(0, 0.6)), solid=220)
    for _ in range(0 if kept else 90):
        x = brush.between(60, 660)
        brush.line([(x, 230), (x + brush.between(-26, 26), 200 - brush.between(10, 90))], mix(leaf, GRASS, 0.6), 4)


def _beds(brush: Brush, kept: bool) -> None:
    """Planted and mulched, or full of weeds."""
    brush.shape(brush.blob(360, 440, 300, flat=0.25, rough=0.05), EARTH)
    brush.specks((90, 380, 630, 505), 260, [light(EARTH, 0.15), dark(EARTH, 0.2)], (1, 4), 220)
    for plant in range(14 if kept else 46):
        x = 110 + plant % 7 * 82 + brush.between(-8, 8) if kept else brush.between(80, 640)
        y = 420 + plant // 7 * 48 if kept else brush.between(390, 500)
        for _ in range(5):
            brush.disc(x + brush.between(-16, 16), y + brush.between(-14, 6), brush.between(6, 12), GRASS, solid=235)
        for _ in range(6 if kept else 0):
            brush.disc(x + brush.between(-14, 14), y - brush.between(4, 22), 4.5, brush.random.choice(BLOOMS))
        if not kept:
            brush.line([(x, y), (x + brush.between(-10, 10), y - brush.between(20, 60))], HAY, 2.5)


def _paths(brush: Brush, kept: bool) -> None:
    """Swept, or green in every joint."""
    brush.shape([(300, 340), (420, 340), (560, HIGH), (160, HIGH)], STONE)
    for row in range(9):
        y = 344 + row * row * 2.6
        brush.line([(300 - row * 15, y), (420 + row * 15, y)], dark(STONE, 0.3) if kept else GRASS, 2 if kept else 7)
    brush.specks(
        (180, 350, 540, HIGH), 30 if kept else 300, [GRASS, HAY] if not kept else [light(STONE, 0.2)], (1, 6), 220
    )


PARTS = {"hedge": _hedge, "beds": _beds, "front": _beds, "paths": _paths, "lawn": _lawn, "back": _lawn}


def signature(name: str) -> bytes:
    """A name as a finger draws it, as PNG on nothing."""
    image = Image.new("RGBA", (900, 300))
    pen, x = ImageDraw.Draw(image), 60.0
    for letter in name:
        height, points = 30 + ord(letter) % 23 * (3 if letter.isupper() else 1.4), []
        for step in range(26):
            part = step / 25
            points.append((x + part * 46 + 12 * sin(part * 9), 190 - height * sin(part * 6.28 + ord(letter) % 7)))
        if letter != " ":
            pen.line(points, fill=(24, 30, 60, 255), width=6, joint="curve")
        x += 40
    out = io.BytesIO()
    image.crop((0, 0, min(900, int(x) + 60), 300)).save(out, "PNG")
    return out.getvalue()
