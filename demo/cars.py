"""Cars: on the street from the side, and their seats from inside; as they were found, and as they were left."""

from collections.abc import Callable

from demo.brush import Brush, Colour, Point, dark, light, mix

MUD: list[Colour] = [(96, 74, 48), (122, 96, 62), (78, 62, 44)]
type Placing = Callable[[list[Point]], list[Point]]
TYRE, RIM, GLASS = (26, 27, 31), (176, 180, 186), (62, 84, 104)
# Outlines in a box of 400 × 120: the body, and the windows within it.
BODIES: dict[str, tuple[list[Point], list[Point]]] = {
    "small": (
        [(20, 104), (18, 74), (40, 62), (98, 54), (142, 18), (262, 14), (318, 52), (360, 62), (372, 80), (370, 104)],
        [(112, 54), (150, 25), (206, 22), (206, 54), (214, 54), (214, 22), (258, 21), (300, 54)],
    ),
    "saloon": (
        [(4, 104), (4, 78), (24, 64), (102, 54), (146, 20), (248, 18), (298, 50), (380, 56), (396, 72), (394, 104)],
        [(116, 54), (152, 27), (196, 25), (196, 52), (204, 52), (204, 25), (244, 25), (282, 50)],
    ),
    "estate": (
        [(4, 104), (4, 78), (24, 64), (100, 54), (142, 18), (340, 16), (378, 46), (396, 60), (394, 104)],
        [
            (114, 54),
            (148, 25),
            (194, 24),
            (194, 52),
            (202, 52),
            (202, 24),
            (270, 24),
            (270, 50),
            (278, 50),
            (278, 24),
            (334, 24),
            (356, 48),
        ],
    ),
    "large": (
        [(6, 104), (4, 66), (22, 54), (92, 44), (126, 0), (348, -2), (386, 40), (394, 62), (392, 104)],
        [
            (106, 44),
            (132, 8),
            (190, 6),
            (190, 42),
            (198, 42),
            (198, 6),
            (272, 6),
            (272, 42),
            (280, 42),
            (280, 6),
            (340, 6),
            (362, 40),
        ],
    ),
}


def car(
    brush: Brush,
    body: str,
    paint: Colour,
    at: Point,
    size: float,
    *,
    dirty: bool = False,
    shining: bool = False,
    facing_left: bool = True,
) -> None:
    """One car, its wheels on the ground at a place."""

    def place(points: list[Point]) -> list[Point]:
        """From the outline's box onto the street."""
        return [(at[0] + ((x - 200) if facing_left else (200 - x)) * size, at[1] + (y - 124) * size) for x, y in points]

    outline, windows = BODIES[body]
    paint = mix(paint, (120, 104, 80), 0.34) if dirty else paint
    brush.disc(at[0], at[1] + 2 * size, 196 * size, (10, 12, 18), solid=90, flat=0.06)
    brush.shape(place(outline), paint)
    brush.shape(place([(x, y) for x, y in outline if y > 60] + [(394, 86), (6, 86)]), dark(paint, 0.16), 120)
    brush.line(place([(10, 82), (390, 78)]), dark(paint, 0.3), 1.5 * size)
    for door in (204, 280):
        brush.line(place([(door, 54), (door - 4, 100)]), dark(paint, 0.4), 1.2 * size)
    brush.shape(place(windows), mix(GLASS, (150, 140, 120), 0.35 if dirty else 0))
    brush.shape(place([(132, 52), (160, 28), (176, 28), (148, 52)]), (235, 244, 250), 40 if dirty else 110)
    brush.shape(place([(4, 72), (22, 66), (30, 76), (6, 82)]), (250, 240, 205))
    brush.shape(place([(394, 66), (382, 64), (384, 80), (394, 80)]), (176, 40, 38))
    for wheel in (88, 310):
        _wheel(brush, place([(wheel, 100)])[0], size, dirty)
    if dirty:
        _mud(brush, place, size)
    if shining:
        _shine(brush, place, size)


def _wheel(brush: Brush, at: Point, size: float, dirty: bool) -> None:
    """A wheel in its arch."""
    brush.disc(*at, 31 * size, (18, 19, 22))
    brush.disc(*at, 27 * size, TYRE)
    brush.disc(*at, 17 * size, mix(RIM, MUD[0], 0.6 if dirty else 0))
    brush.disc(*at, 5 * size, (60, 62, 66))


def _mud(brush: Brush, place: Placing, size: float) -> None:
    """What a winter leaves on a car."""
    for _ in range(150):
        x = (
            brush.random.choice((88, 310)) + brush.between(-70, 90)
            if brush.random.random() < 0.7
            else brush.between(10, 390)
        )
        spot = place([(min(392, max(8, x)), brush.between(68, 104))])[0]
        brush.shape(
            brush.blob(*spot, brush.between(1, 7) * size, flat=0.7, rough=0.5, corners=9), brush.random.choice(MUD), 190
        )
    for _ in range(26):
        spot = place([(brush.between(40, 360), brush.between(52, 80))])[0]
        brush.disc(*spot, brush.between(0.8, 2.4) * size, brush.random.choice(MUD), solid=150)


def _shine(brush: Brush, place: Placing, size: float) -> None:
    """What a morning's work leaves on it."""
    brush.line(place([(30, 68), (100, 60), (300, 58), (370, 62)]), (255, 255, 255), 3.2 * size, 150)
    brush.line(place([(60, 92), (330, 90)]), (255, 255, 255), 1.6 * size, 90)
    for x, y in ((128, 46), (332, 56), (52, 66)):
        at, long = place([(x, y)])[0], brush.between(9, 14) * size
        brush.line([(at[0] - long, at[1]), (at[0] + long, at[1])], (255, 255, 255), 1.4 * size, 230)
        brush.line([(at[0], at[1] - long), (at[0], at[1] + long)], (255, 255, 255), 1.4 * size, 230)
        brush.disc(*at, 3 * size, (255, 255, 255), solid=240)


def seats(brush: Brush, cloth: Colour, *, clean: bool) -> None:
    """The back seat through the open door."""
    brush.fade(0, 402, (84, 88, 96), (58, 60, 68))
    brush.box(70, 24, 580, 130, mix((150, 176, 196), (110, 110, 100), 0 if clean else 0.4), round_=46)
    brush.box(70, 24, 580, 44, (255, 255, 255), solid=30, round_=40)
    brush.fade(400, 540, (58, 58, 62), (40, 40, 44))
    for left in (96, 376):
        _seat(brush, left, cloth if clean else mix(cloth, (106, 92, 72), 0.28))
    if clean:
        _vacuumed(brush)
    else:
        _lived_in(brush)


def _seat(brush: Brush, left: float, cloth: Colour) -> None:
    """One seat: head rest, back, cushion, belt."""
    brush.box(left + 74, 92, 100, 62, dark(cloth, 0.1), round_=22)
    brush.box(left, 140, 248, 210, cloth, round_=36)
    brush.box(left + 34, 158, 180, 176, light(cloth, 0.08), round_=26)
    for seam in (78, 124, 170):
        brush.line([(left + seam, 164), (left + seam, 330)], dark(cloth, 0.18), 1.6)
    brush.box(left - 12, 330, 272, 110, light(cloth, 0.05), round_=34)
    brush.box(left - 12, 392, 272, 50, dark(cloth, 0.16), round_=26)
    brush.line([(left + 222, 120), (left + 150, 350)], (30, 31, 34), 9)
    brush.box(left + 140, 346, 20, 26, (160, 34, 30), round_=4)


def _lived_in(brush: Brush) -> None:
    """Dog hair, crumbs, and a drink that did not stay in its cup."""
    for x, y, size in ((190, 376, 46), (470, 250, 30), (520, 392, 36)):
        brush.shape(brush.blob(x, y, size, flat=0.6, rough=0.3), (72, 54, 38), 110)
        brush.shape(brush.blob(x + 6, y + 2, size * 0.6, flat=0.6, rough=0.3), (58, 42, 30), 90)
    brush.specks((90, 350, 630, 440), 130, [(196, 164, 112), (150, 118, 76), (224, 204, 160)], (0.8, 3.4), 230)
    for _ in range(240):
        left, top, lean = brush.between(84, 640), brush.between(150, 440), brush.between(-9, 9)
        brush.line([(left, top), (left + lean, top + brush.between(-6, 6))], (226, 216, 196), 0.8, 150)


def _vacuumed(brush: Brush) -> None:
    """The stripes of the vacuum cleaner, and light on them."""
    for left in (96, 376):
        for step in range(6):
            x = left + 2 + step * 40
            brush.shape([(x, 336), (x + 20, 336), (x + 14, 436), (x - 8, 436)], (255, 255, 255), 20)
    brush.glow(360, 120, 300, (70, 74, 70))
