"""The scenes that evidence shows: the same place and the same thing, before and after."""

from collections.abc import Callable
from hashlib import sha256

from demo.brush import HIGH, WIDE, Brush, Colour, dark, light, mix
from demo.cars import car, seats
from demo.feasts import feast
from demo.gardens import garden

SKIES: list[tuple[Colour, Colour]] = [
    ((126, 170, 214), (226, 236, 240)),
    ((150, 164, 184), (222, 222, 216)),
    ((232, 170, 128), (250, 226, 190)),
    ((104, 142, 196), (240, 214, 190)),
]
WALLS: list[Colour] = [
    (196, 142, 110),
    (222, 206, 172),
    (168, 176, 178),
    (206, 176, 150),
    (142, 96, 82),
    (228, 220, 206),
]
PAINTS: dict[str, Colour] = {
    "white": (234, 236, 238), "silver": (178, 184, 192), "black": (38, 40, 46), "blue": (44, 92, 158), "red": (172, 44, 46),
    "green": (46, 104, 82), "yellow": (226, 180, 58), "sand": (196, 178, 148), "grey": (112, 118, 126), "orange": (212, 108, 48),
}  # fmt: skip
CLOTHS: dict[str, Colour] = {
    "grey": (128, 132, 140),
    "black": (74, 76, 84),
    "beige": (196, 176, 146),
    "blue": (78, 98, 130),
    "brown": (138, 102, 76),
}
ASPHALT = (92, 94, 98)


def draw(scene: str, seed: str, moment: str, view: int = 0) -> bytes:
    """One picture of a scene as JPEG: at the `moment` arrival, before or after, from one of several views."""
    kind, _, words = scene.partition(" ")
    brush = Brush(seed)  # the place is the same before and after
    SCENES[kind](brush, words.split(), moment, view)
    brush.random.seed(sha256(f"{seed} {moment} {view}".encode()).digest())  # the grain is not
    return brush.jpeg()


def street(brush: Brush, horizon: float = 300) -> None:
    """A row of houses, trees, pavement and road."""
    brush.fade(0, horizon, *brush.random.choice(SKIES))
    x = brush.between(-60, 0)
    while x < WIDE:
        x += _house(brush, x, horizon) if brush.random.random() < 0.75 else _tree(brush, x, horizon)
    brush.fade(horizon, horizon + 46, (178, 174, 166), (156, 152, 146))
    brush.box(0, horizon + 44, WIDE, 6, (120, 118, 114))
    road(brush, horizon + 50)


def road(brush: Brush, top: float) -> None:
    """Asphalt to the lower edge."""
    brush.fade(top, HIGH, light(ASPHALT, 0.12), dark(ASPHALT, 0.2))
    brush.specks((0, top, WIDE, HIGH), 240, [(70, 72, 76), (120, 122, 124), (104, 104, 104)], (0.5, 1.6), 130)


def _house(brush: Brush, x: float, ground: float) -> float:
    """A house front; gives its width."""
    wide, high, wall = brush.between(120, 190), brush.between(150, 250), brush.random.choice(WALLS)
    roof = dark(mix(wall, (120, 60, 50), 0.5), 0.25)
    brush.box(x, ground - high, wide, high, wall)
    brush.shape(
        [(x - 8, ground - high), (x + wide / 2, ground - high - brush.between(30, 70)), (x + wide + 8, ground - high)],
        roof,
    )
    for row in range(int(high // 74)):
        for column in range(int(wide // 52)):
            left, top = x + 18 + column * 50, ground - high + 20 + row * 70
            brush.box(left - 2, top - 2, 30, 42, light(wall, 0.5))
            brush.box(left, top, 26, 38, mix((70, 88, 104), (240, 208, 140), brush.random.choice((0.0, 0.1, 0.55))))
    brush.box(x + wide - 44, ground - 58, 28, 58, dark(roof, 0.1))
    return wide


def _tree(brush: Brush, x: float, ground: float) -> float:
    """A tree between two houses; gives its width."""
    leaf = mix((74, 118, 62), (196, 140, 52), brush.between(0, 0.8))
    brush.box(x + 34, ground - 90, 12, 90, (86, 66, 50))
    for _ in range(9):
        place = (x + 40 + brush.between(-30, 30), ground - 110 + brush.between(-44, 34))
        brush.disc(*place, brush.between(20, 34), mix(leaf, (40, 60, 40), brush.between(0, 0.35)), solid=235)
    return 84


def a_car(brush: Brush, words: list[str], moment: str, view: int) -> None:
    """`car BODY PAINT`: outside, where it stands."""
    body, paint = words[0], PAINTS[words[1]]
    street(brush)
    size = 1.18 if moment == "arrival" else 1.62
    at = (350, 430) if moment == "arrival" else (390 if view else 330, 476)
    car(brush, body, paint, at, size, dirty=moment != "after", shining=moment == "after", facing_left=not view)


def inside(brush: Brush, words: list[str], moment: str, view: int) -> None:
    """`seats BODY PAINT CLOTH`: the car from outside at first, then its seats, and one of them from near."""
    if moment == "arrival":
        a_car(brush, words, moment, view)
        return
    seats(brush, CLOTHS[words[2]], clean=moment == "after")
    if view:
        brush.closer(40, 190, 0.56)


def pothole(brush: Brush, words: list[str], moment: str, view: int) -> None:
    """`pothole`: a hole in the road, and its patch."""
    street(brush, 210)
    brush.shape([(330, 260), (390, 260), (470, HIGH), (250, HIGH)], (226, 224, 214), 60)
    x, y = brush.between(300, 420), brush.between(380, 420)
    if moment == "after":
        patch = brush.blob(x, y, 170, flat=0.42, rough=0.06, corners=30)
        brush.shape(patch, (48, 49, 53))
        brush.line([*patch, patch[0]], (30, 30, 33), 5)
        brush.specks((x - 120, y - 44, x + 120, y + 44), 240, [(66, 66, 70), (40, 40, 44)], (0.6, 1.8), 200)
    else:
        _hole(brush, x, y, 130)
    _cone(brush, x - 210, y + 30)
    if moment != "after":
        _cone(brush, x + 214, y + 12)


def _hole(brush: Brush, x: float, y: float, size: float) -> None:
    """A hole with cracks around it and water in it."""
    for _ in range(9):
        end = brush.blob(x, y, size * 1.45, flat=0.45, rough=0.2, corners=20)[brush.random.randrange(20)]
        brush.line(
            [(x, y), ((x + end[0]) / 2 + brush.between(-14, 14), (y + end[1]) / 2), end],
            (52, 52, 56),
            brush.between(1.5, 3.5),
        )
    brush.shape(brush.blob(x, y, size * 1.12, flat=0.44, rough=0.16), (126, 122, 114))
    brush.shape(brush.blob(x, y + 2, size, flat=0.42, rough=0.16), (58, 50, 44))
    brush.shape(brush.blob(x + 6, y + 10, size * 0.7, flat=0.34, rough=0.12), (112, 132, 148))
    brush.shape(brush.blob(x - 10, y + 4, size * 0.34, flat=0.25, rough=0.1), (186, 204, 216), 170)
    brush.specks((x - size * 1.3, y - 60, x + size * 1.3, y + 70), 60, [(120, 116, 108), (84, 80, 76)], (1.5, 5), 230)


def _cone(brush: Brush, x: float, y: float) -> None:
    """A traffic cone."""
    brush.disc(x, y + 2, 34, (20, 20, 24), solid=70, flat=0.3)
    brush.shape([(x - 30, y), (x + 30, y), (x + 26, y + 9), (x - 26, y + 9)], (206, 84, 26))
    brush.shape([(x - 20, y), (x + 20, y), (x + 5, y - 74), (x - 5, y - 74)], (228, 98, 32))
    brush.shape([(x - 14, y - 24), (x + 14, y - 24), (x + 10, y - 42), (x - 10, y - 42)], (246, 244, 238))


def lamp(brush: Brush, words: list[str], moment: str, view: int) -> None:
    """`lamp`: a dark street, and the same one lit."""
    street(brush, 320)
    x = brush.between(220, 320)
    brush.box(0, 0, WIDE, HIGH, (8, 12, 34), solid=186)
    brush.box(x - 5, 110, 10, 292, (74, 80, 92), round_=4)
    brush.line([(x, 116), (x + 40, 92), (x + 92, 90)], (74, 80, 92), 8)
    brush.box(x + 78, 86, 62, 14, (92, 98, 108), round_=6)
    if moment == "after":
        brush.box(x + 84, 98, 50, 6, (255, 244, 206), round_=3)
        brush.shape([(x + 84, 104), (x + 134, 104), (x + 330, 470), (x - 110, 470)], (255, 232, 170), 26)
        brush.glow(x + 109, 104, 260, (255, 224, 150))
        brush.glow(x + 109, 430, 230, (120, 104, 66))


def signal(brush: Brush, words: list[str], moment: str, view: int) -> None:
    """`signal`: a traffic signal that is dark, and one that shows green."""
    street(brush, 350)
    x = brush.between(420, 500)
    brush.box(x - 8, 230, 16, 230, (70, 74, 78))
    brush.box(x - 46, 40, 92, 220, (34, 36, 40), round_=16)
    lit = {"after": 2}.get(moment, 9)
    for place, colour in enumerate([(214, 52, 44), (236, 178, 46), (58, 190, 104)]):
        y = 82 + place * 66
        brush.disc(x, y, 27, colour if place == lit else mix(colour, (30, 32, 36), 0.86))
        brush.box(x - 30, y - 30, 60, 9, (20, 22, 24), round_=4)
        if place == lit:
            brush.glow(x, y, 120, dark(colour, 0.2))


def steps(brush: Brush, words: list[str], moment: str, view: int) -> None:
    """`steps`: the stairs of a house without a rail and broken, and made safe."""
    wall = brush.random.choice(WALLS)
    brush.fade(0, 430, light(wall, 0.08), dark(wall, 0.12))
    for row in range(16):
        for column in range(10):
            brush.line(
                [(column * 80 + row % 2 * 40, row * 27), (column * 80 + row % 2 * 40, row * 27 + 26)],
                dark(wall, 0.18),
                1,
                120,
            )
        brush.line([(0, row * 27), (WIDE, row * 27)], dark(wall, 0.18), 1, 120)
    brush.box(300, 70, 140, 240, dark((86, 60, 46), 0.1))
    brush.box(316, 90, 46, 90, (92, 68, 52))
    brush.box(378, 90, 46, 90, (92, 68, 52))
    brush.disc(424, 214, 6, (212, 180, 96))
    brush.fade(430, HIGH, (150, 146, 140), (118, 116, 112))
    for step in range(5):
        brush.box(
            270 - step * 22, 308 + step * 34, 200 + step * 44, 34, mix((176, 172, 164), (120, 118, 114), step / 6)
        )
        brush.line([(270 - step * 22, 309 + step * 34), (470 + step * 22, 309 + step * 34)], (210, 206, 198), 3)
    if moment == "after":
        _made_safe(brush)
    else:
        for x, y in ((330, 350), (470, 388), (250, 430)):
            brush.shape(brush.blob(x, y, 34, flat=0.6, rough=0.5, corners=11), (74, 70, 66))
            brush.specks((x - 50, y + 10, x + 50, y + 60), 26, [(150, 146, 138), (110, 106, 100)], (2, 7), 240)


def _made_safe(brush: Brush) -> None:
    """A rail on both sides, and a notice on the door."""
    for lower, upper in ((186, 262), (556, 478)):
        brush.line([(lower, 400), (upper, 232)], (48, 54, 62), 9)
        for part in (0.0, 0.5, 1.0):
            x, y = lower + (upper - lower) * part, 400 - 168 * part
            brush.line([(x, y), (x, y + 82)], (48, 54, 62), 6)
    brush.box(344, 120, 52, 66, (250, 248, 240), round_=2)
    for row in range(5):
        brush.line([(351, 132 + row * 11), (388, 132 + row * 11)], (90, 94, 100), 2)


def wreck(brush: Brush, words: list[str], moment: str, view: int) -> None:
    """`wreck PAINT`: a car that nobody fetches, and the place without it."""
    street(brush)
    for x in (120, 590):
        brush.line([(x, 392), (x - 40, 500)], (232, 230, 222), 5, 200)
    if moment == "after":
        brush.shape(brush.blob(350, 450, 90, flat=0.2, rough=0.2), (60, 58, 58), 90)
        return
    car(brush, "saloon", mix(PAINTS[words[0]], (140, 100, 70), 0.45), (360, 456), 1.35, dirty=True)
    for _ in range(14):
        brush.shape(
            brush.blob(brush.between(140, 580), brush.between(370, 430), brush.between(6, 22), rough=0.4, corners=12),
            (138, 72, 38),
            150,
        )
    for _ in range(40):
        root = brush.between(110, 600)
        brush.line([(root, 462), (root + brush.between(-8, 8), 462 - brush.between(10, 34))], (92, 124, 58), 2.4)
    brush.box(318, 344, 44, 32, (236, 200, 60), round_=3)


def cave_in(brush: Brush, words: list[str], moment: str, view: int) -> None:
    """`cave-in`: a street that has sunk behind a barrier, and the new surface."""
    street(brush, 220)
    if moment == "after":
        brush.shape([(150, 350), (590, 350), (690, 520), (40, 520)], (50, 51, 55))
        brush.specks((120, 360, 620, 510), 300, [(66, 66, 70), (40, 40, 44)], (0.6, 1.8), 200)
        return
    for size, colour in ((210, (116, 112, 104)), (186, (72, 62, 52)), (140, (46, 38, 32)), (84, (24, 20, 18))):
        brush.shape(brush.blob(370, 430, size, flat=0.4, rough=0.1), colour)
    for x in (130, 370, 610):
        brush.box(x - 6, 300, 12, 86, (210, 210, 206))
    for stripe in range(12):
        left = 110 + stripe * 44
        brush.shape(
            [(left, 312), (left + 22, 312), (left + 34, 344), (left + 12, 344)],
            (206, 48, 40) if stripe % 2 else (244, 242, 236),
        )


SCENES: dict[str, Callable[[Brush, list[str], str, int], None]] = {
    "car": a_car,
    "seats": inside,
    "pothole": pothole,
    "lamp": lamp,
    "signal": signal,
    "steps": steps,
    "wreck": wreck,
    "cave-in": cave_in,
    "garden": garden,
    "feast": feast,
}
