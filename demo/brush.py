"""Drawing with Pillow: a canvas twice as large as the picture, so that every edge comes out smooth, and a few ways to paint on it."""

import io
from functools import cache
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw

WIDE, HIGH, FINE = 720, 540, 2

type Colour = tuple[int, int, int]
type Point = tuple[float, float]


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """A colour between two: `part` of the other."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def dark(colour: Colour, part: float = 0.3) -> Colour:
    """The same colour in the shade."""
    return mix(colour, (14, 16, 24), part)


def light(colour: Colour, part: float = 0.3) -> Colour:
    """The same colour in the sun."""
    return mix(colour, (255, 252, 244), part)


class Brush:
    """A picture in the making; all places are in its own 720 × 540, from the upper left."""

    def __init__(self, seed: str) -> None:
        """The same seed paints the same picture."""
        self.random = Random(seed)  # noqa: S311 - pictures are no secrets
        self.image = Image.new("RGB", (WIDE * FINE, HIGH * FINE), (200, 200, 200))
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def between(self, least: float, most: float) -> float:
        """Some number between two."""
        return self.random.uniform(least, most)

    def shape(self, points: list[Point], colour: Colour, solid: int = 255) -> None:
        """A filled shape."""
        self.pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=(*colour, solid))

    def box(
        self, x: float, y: float, wide: float, high: float, colour: Colour, *, solid: int = 255, round_: float = 0
    ) -> None:
        """A filled box, with round corners where wished."""
        place = (x * FINE, y * FINE, (x + wide) * FINE, (y + high) * FINE)
        self.pen.rounded_rectangle(place, radius=round_ * FINE, fill=(*colour, solid))

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, solid: int = 255, flat: float = 1) -> None:
        """A filled disc; `flat` below 1 lays it down."""
        self.pen.ellipse(
            ((x - radius) * FINE, (y - radius * flat) * FINE, (x + radius) * FINE, (y + radius * flat) * FINE),
            fill=(*colour, solid),
        )

    def line(self, points: list[Point], colour: Colour, thick: float = 2, solid: int = 255) -> None:
        """A line through points."""
        self.pen.line(
            [(x * FINE, y * FINE) for x, y in points], fill=(*colour, solid), width=round(thick * FINE), joint="curve"
        )

    def fade(self, top: float, bottom: float, upper: Colour, lower: Colour) -> None:
        """A band of the whole width that goes from one colour to another."""
        wide, high = WIDE * FINE, round((bottom - top) * FINE)
        mask = Image.linear_gradient("L").resize((1, high)).resize((wide, high), Image.Resampling.NEAREST)
        place = (0, round(top * FINE), wide, round(top * FINE) + high)
        self.image.paste(upper, place)
        self.image.paste(lower, place, mask)

    def blob(
        self, x: float, y: float, radius: float, *, flat: float = 1, rough: float = 0.25, corners: int = 22
    ) -> list[Point]:
        """The outline of something irregular."""
        sizes = [radius * self.between(1 - rough, 1 + rough) for _ in range(corners)]
        return [
            (x + size * cos(2 * pi * step / corners), y + size * flat * sin(2 * pi * step / corners))
            for step, size in enumerate(sizes)
        ]

    def specks(
        self,
        place: tuple[float, float, float, float],
        count: int,
        colours: list[Colour],
        sizes: tuple[float, float],
        solid: int = 160,
    ) -> None:
        """Specks strewn over a place (left, top, right, bottom)."""
        left, top, right, bottom = place
        for _ in range(count):
            size = self.between(*sizes)
            self.disc(
                self.between(left, right),
                self.between(top, bottom),
                size,
                self.random.choice(colours),
                solid=solid,
                flat=self.between(0.5, 1),
            )

    def glow(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Light that shines from a place on everything around it."""
        side = round(radius * 2 * FINE)
        halo = ImageChops.invert(Image.radial_gradient("L").resize((side, side))).point(
            lambda value: max(0, value - 76) ** 2 // 126
        )
        shine = Image.new("RGB", self.image.size)
        shine.paste(
            Image.new("RGB", (side, side), colour), (round((x - radius) * FINE), round((y - radius) * FINE)), halo
        )
        self.image.paste(ImageChops.screen(self.image, shine))

    def closer(self, left: float, top: float, part: float) -> None:
        """Step nearer: a part of the picture, from its upper left corner, fills the whole."""
        seen = (left * FINE, top * FINE, (left + WIDE * part) * FINE, (top + HIGH * part) * FINE)
        self.image = self.image.resize(self.image.size, Image.Resampling.BILINEAR, box=seen)
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def jpeg(self) -> bytes:
        """The picture as a camera might have taken it: a little grain, and darker in the corners."""
        picture = ImageChops.multiply(self.image.reduce(FINE), _shade())
        grain = Image.frombytes("L", (WIDE, HIGH), self.random.randbytes(WIDE * HIGH)).point(
            lambda value: 122 + value // 20
        )
        picture = ImageChops.overlay(picture, Image.merge("RGB", [grain] * 3))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=84)
        return out.getvalue()


@cache
def _shade() -> Image.Image:
    """The darker corners."""
    return Image.merge(
        "RGB", [Image.radial_gradient("L").resize((WIDE, HIGH)).point(lambda value: 255 - max(0, value - 110) // 2)] * 3
    )
