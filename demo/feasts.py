"""The scene of an event: a hall that is laid, full of people, and cleared."""

from demo.brush import HIGH, WIDE, Brush, Colour, dark, light, mix

CLOTHS: list[Colour] = [(250, 248, 242), (232, 214, 190), (206, 218, 226), (240, 226, 230)]
COATS: list[Colour] = [(44, 56, 84), (128, 46, 58), (62, 92, 74), (206, 178, 120), (36, 36, 42), (150, 110, 146)]
FLOOR = 330


def feast(brush: Brush, words: list[str], moment: str, view: int) -> None:
    """`feast`: a hall with tables under a string of lights; `set-up`, `during`, and `cleared`."""
    cloth = brush.random.choice(CLOTHS)
    _hall(brush, evening=moment == "during")
    if moment == "cleared":
        _stacked(brush, 96 if view else 560)
    else:
        for row, (y, size) in enumerate(((350, 0.7), (400, 1.0), (474, 1.4))):
            for place in range(4 - row):
                x = 90 + place * (200 + row * 60) + row * 40 + view * 30
                if moment == "during":
                    _guests(brush, x, y, size)
                _table(brush, x, y, size, cloth)
    if moment == "during":
        for x in range(40, WIDE, 70):
            brush.glow(x, _string(x), 90, (120, 92, 44))


def _hall(brush: Brush, *, evening: bool) -> None:
    """Brick walls with tall windows, a floor of planks, and a string of lights."""
    brick = mix((164, 104, 84), (200, 170, 140), brush.between(0, 1))
    wall = dark(brick, 0.35) if evening else brick
    brush.fade(0, FLOOR, light(wall, 0.1), dark(wall, 0.15))
    for row in range(FLOOR // 18):
        brush.line([(0, row * 18), (WIDE, row * 18)], dark(wall, 0.2), 1, 90)
    for x in (70, 290, 510):
        glass = ((38, 46, 84), (96, 72, 92)) if evening else ((168, 206, 232), (226, 236, 236))
        brush.box(x - 6, 84, 132, 206, dark(wall, 0.3), round_=60)
        brush.box(x, 90, 120, 194, mix(*glass, 0.4), round_=56)
        brush.line([(x + 60, 92), (x + 60, 284)], dark(wall, 0.4), 4)
        brush.line([(x, 180), (x + 120, 180)], dark(wall, 0.4), 4)
    brush.fade(FLOOR, HIGH, (150, 116, 82), (112, 82, 56))
    for x in range(-600, WIDE + 600, 60):
        brush.line([(360 + (x - 360) * 0.4, FLOOR), (x, HIGH)], (92, 68, 46), 2, 120)
    brush.line([(x, _string(x)) for x in range(0, WIDE + 10, 10)], (40, 36, 34), 2)
    for x in range(40, WIDE, 70):
        brush.disc(x, _string(x) + 8, 6, (255, 232, 170) if evening else (236, 228, 206))


def _string(x: float) -> float:
    """How high the string of lights hangs at a place."""
    return 44 + abs((x % 240) - 120) * -0.18 + 22


def _table(brush: Brush, x: float, y: float, size: float, cloth: Colour) -> None:
    """A round table with its cloth, plates and flowers."""
    brush.disc(x, y + 34 * size, 66 * size, (60, 44, 32), solid=90, flat=0.3)
    brush.shape(
        [(x - 60 * size, y), (x + 60 * size, y), (x + 66 * size, y + 34 * size), (x - 66 * size, y + 34 * size)],
        dark(cloth, 0.14),
    )
    brush.disc(x, y, 60 * size, cloth, flat=0.3)
    for across in (-38, -14, 14, 38):
        brush.disc(x + across * size, y + (8 if abs(across) < 20 else 2) * size, 8 * size, (255, 255, 252), flat=0.4)
    for flower in range(5):
        brush.disc(x + (flower * 4 - 8) * size, y - brush.between(8, 18) * size, 5 * size, brush.random.choice(COATS))


def _guests(brush: Brush, x: float, y: float, size: float) -> None:
    """People around a table, from behind or far away."""
    for across in (-52, -20, 16, 50):
        coat, lean = brush.random.choice(COATS), brush.between(-4, 4)
        at = x + (across + lean) * size
        brush.box(at - 14 * size, y - 46 * size, 28 * size, 48 * size, coat, round_=12 * size)
        brush.disc(at, y - 56 * size, 11 * size, mix((226, 186, 154), (112, 76, 56), brush.between(0, 1)))


def _stacked(brush: Brush, x: float) -> None:
    """An empty floor, with the chairs in stacks by the wall."""
    for stack in range(3):
        left = x + stack * 44 - 40
        for chair in range(6):
            top = FLOOR + 26 - chair * 13
            brush.box(left, top, 34, 7, (92, 72, 56), round_=2)
            brush.line([(left + 3, top), (left + 3, top - 24)], (72, 56, 44), 3)
        brush.line([(left + 2, FLOOR + 32), (left + 2, FLOOR + 56)], (60, 46, 36), 3)
        brush.line([(left + 32, FLOOR + 32), (left + 32, FLOOR + 56)], (60, 46, 36), 3)
    brush.shape([(250, 440), (500, 420), (620, 520), (160, 530)], (172, 138, 102), 60)
