"""A rush: as many further cases as are wanted, asked by others elsewhere, so that a dispatcher's day can be looked at."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

from demo.stories import Story, stories

FIRST = ["Anneke", "Bogdan", "Chiara", "Dilan", "Emre", "Farah", "Goran", "Hilde", "Imani", "Jakub", "Kaja", "Leon", "Mirela", "Nadim", "Olga", "Pavel", "Quirin", "Rosa", "Soren", "Thea", "Umut", "Vera", "Wanja", "Zoe"]  # fmt: skip
LAST = ["Abel", "Brandis", "Cerny", "Dogan", "Eklund", "Ferrari", "Graf", "Hollis", "Ilves", "Jansen", "Kaya", "Lindqvist", "Moser", "Nassar", "Oduya", "Pereira", "Rask", "Sommer", "Tanaka", "Ueland", "Voss"]  # fmt: skip
STREETS = ["Abbey Road", "Birch Walk", "Canal Street", "Dyer's Lane", "East Parade", "Ferry Row", "Guild Street", "Hazel Close", "Iron Bridge Road", "Jubilee Square", "King's Acre", "Lime Avenue", "Market Rise"]  # fmt: skip
WHERE_FROM = {"car-care": "northside", "linden": "streetworks", "gardens": "greenway"}  # who is assigned, by the funnel
WAYS: list[list[list[str]]] = [
    *[[]] * 6,
    [["hold", "They call back with the key to the gate."]],
    *[[["approve"]]] * 2,
    [["approve"], ["assign"]],
]


def rush(wanted: int) -> Iterator[Story]:
    """So many cases: what stories of the network's funnels ask for, asked by somebody else at another place."""
    asked = [each for each in stories() if each.funnel in WHERE_FROM and each.asked.get("place") and not each.follows]
    return islice((_another(asked[number % len(asked)], number) for number in count()), wanted)


def _another(story: Story, number: int) -> Story:
    """The same wish of another person, who reads no mail here and is reached by phone."""
    name = f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}"
    place = f"{number * 7 % 119 + 1} {STREETS[number % len(STREETS)]}"
    said = story.asked | {"name": name, "phone": f"+49 30 23125 {number % 1000:03}", "place": place}
    said = {field: value for field, value in said.items() if field not in {"latitude", "longitude", "email"}}
    asks_position = "latitude" in story.asked
    said |= (
        {"latitude": f"{52.45 + number % 90 / 1000:.4f}", "longitude": f"{13.30 + number % 70 / 500:.4f}"}
        if asks_position
        else {}
    )
    steps = [[*step, WHERE_FROM[story.funnel]] if step == ["assign"] else step for step in WAYS[number % len(WAYS)]]
    return replace(story, key=f"rush-{number}", asked=said, walk=steps, later={}, system="", taken_by="", channel="web")
