"""Who is there: people, operators and funnels, each made as a real one would be."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import Group

from demo.workforce import by_application, make_workforce
from intake.models import Funnel
from qtm.doors import door_of
from qtm.models import Operator, Surface, User
from qtm.people import Keeper
from qtm.people_invited import come_in

MAIL = "@demo.invalid"  # by which the demo knows its own people


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in: user name, name, and their role, on the network or as `owner` or `worker` of an operator."""

    login: str
    name: str
    role: str
    operator: str = ""

    @property
    def words(self) -> str:
        """What they are, for people."""
        return f"{self.role} of {OPERATORS[self.operator].name}" if self.operator else self.role


@dataclass(frozen=True, slots=True)
class Business:
    """An operator, and how far its access has come before anything is asked."""

    name: str
    phone: str
    address: str
    about: str
    steps: tuple[str, ...] = ("accept", "activate")


@dataclass(frozen=True, slots=True)
class Entry:
    """A funnel: whose it is (empty: the network's), what it offers, in which words."""

    name: str
    words: str
    surfaces: tuple[str, ...]
    operator: str = ""
    is_open: bool = True


CITY, DETAILING, ADVICE = "municipal-works", "auto-detailing", "automotive-advisory"
GARDENS, EVENTS = "landscaping", "event-coordination"
PEOPLE = [
    Person("ines", "Ines Duarte", "admin"),
    Person("jonas", "Jonas Weber", "admin"),
    Person("wim", "Wim Okafor", "workforce"),
    Person("cora", "Cora Lindgren", "commerce"),
    Person("eve", "Eve Hartmann", "executive"),
    Person("nora", "Nora Petrov", "owner", "northside"),
    Person("tomas", "Tomas Reyes", "worker", "northside"),
    Person("will", "Will Adeyemi", "worker", "northside"),
    Person("sam", "Samira Haddad", "owner", "harbour"),
    Person("sid", "Sid Larsen", "worker", "harbour"),
    Person("lena", "Lena Brandt", "owner", "clearview"),
    Person("ole", "Ole Jensen", "worker", "clearview"),
    Person("marek", "Marek Nowak", "owner", "streetworks"),
    Person("yara", "Yara Costa", "worker", "streetworks"),
    Person("hanna", "Hanna Vogel", "owner", "greenway"),
    Person("ivo", "Ivo Marin", "worker", "greenway"),
    Person("otto", "Otto Vance", "owner", "fairweather"),
    Person("bea", "Bea Castillo", "worker", "fairweather"),
    Person("liam", "Liam Doyle", "owner", "quickfix"),
    Person("sue", "Sue Marlow", "owner", "gloss"),
    Person("ada", "Ada Kimura", "owner", "parkside"),
    Person("pete", "Pete Olander", "owner", "freshstart"),
]
ROOT = Person("root", "Rut Sandberg", "superuser without a role: no door of the spine opens")
OPERATORS: Mapping[str, Business] = {
    "northside": Business("Northside Detailing", "+49 30 23125 101", "3 Mill Yard, Linden", "Four people and two vans. Interiors are what we are known for."),
    "harbour": Business("Harbour Car Care", "+49 30 23125 140", "Shed 9, Harbour Steps, Linden", "Hand wash and wax by the water, or where your car stands."),
    "clearview": Business("Clearview Advisory", "+49 30 23125 166", "22 Station Square, Linden", "Two engineers who sell no cars and repair none."),
    "streetworks": Business("Linden Street Works", "+49 30 23125 180", "Depot, 40 Foundry Road, Linden", "Roads, lamps and signs for the city of Linden."),
    "greenway": Business("Greenway Gardens", "+49 30 23125 190", "Nursery, 2 Gravel Pit Lane, Linden", "Hedges, beds and lawns, with a van that runs on the sun."),
    "fairweather": Business("Fairweather Events", "+49 30 23125 190", "5 Brewery Lane, Linden", "We plan it with you, and stay until the last chair is put away."),
    "quickfix": Business("Quickfix Roads", "+49 30 23125 203", "7 Gravel Pit Lane, Linden", "Cold patches and small repairs, out within a day."),
    "gloss": Business("Gloss & Go", "+49 30 23125 217", "Car park C, Orchard Centre, Linden", "Express valeting while you shop."),
    "parkside": Business("Parkside Mobile Wash", "+49 30 23125 231", "18 Park Row, Linden", "A cargo bike, rain water, and patience.", ("accept",)),
    "freshstart": Business("Fresh Start Valeting", "+49 30 23125 244", "5 Chapel Court, Linden", "New in town, with nine years at a dealer's behind us.", ()),
}  # fmt: skip
FUNNELS: Mapping[str, Entry] = {
    "linden": Entry(
        "City of Linden",
        "Something broken in the street or on a building? Tell us where. You need no account, and no name.",
        (CITY,),
    ),
    "car-care": Entry(
        "Car care and advice",
        "A clean car, or a clear answer about one. We look at what you ask and find who does it.",
        (DETAILING, ADVICE),
    ),
    "gardens": Entry(
        "Gardens of Linden",
        "Hedges, beds, lawns and paths. Tell us which parts, and see each of them before and after.",
        (GARDENS,),
    ),
    "feasts": Entry(
        "Feasts and events", "Tell us what you want to celebrate. We plan it first; the day comes after.", (EVENTS,)
    ),
    "northside": Entry(
        "Northside Detailing", "Book us directly. We come to you, Monday to Saturday.", (DETAILING,), "northside"
    ),
    "clearview": Entry("Clearview Advisory", "Ask before you sign.", (ADVICE,), "clearview"),
    "harbour-spring": Entry(
        "Harbour Car Care, spring days",
        "Three days in April: wash, wax and coffee.",
        (DETAILING,),
        "harbour",
        is_open=False,
    ),
}


class Cast:
    """The people and operators as they are in the database, each fetched once."""

    @cached_property
    def users(self) -> dict[str, User]:
        """By user name."""
        return {user.username: user for user in User.objects.filter(email__endswith=MAIL)}

    @cached_property
    def operators(self) -> dict[str, Operator]:
        """By the demo's word for them."""
        rows = {row.name: row for row in Operator.objects.all()}
        return {key: rows[business.name] for key, business in OPERATORS.items()}

    @cached_property
    def funnels(self) -> dict[str, Funnel]:
        """By slug."""
        return {row.slug: row for row in Funnel.objects.select_related("operator").filter(slug__in=FUNNELS)}

    @cached_property
    def surfaces(self) -> dict[str, Surface]:
        """By code."""
        return {row.code: row for row in Surface.objects.all()}

    def owner_of(self, key: str) -> User:
        """The first owner of an operator."""
        return self.users[next(person.login for person in PEOPLE if person.operator == key and person.role == "owner")]


def make_cast() -> None:
    """The first admin by hand, and everybody else by those who may."""
    ines = _user(PEOPLE[0])
    ines.groups.add(Group.objects.get(name="admin"))
    for person in PEOPLE[1:]:
        if not person.operator:
            Keeper(ines).give(_user(person), person.role)
    wim = User.objects.get(username="wim")
    for business in OPERATORS.values():
        take_in(wim, ines, business)
    for person in PEOPLE:
        if person.operator:
            _join(ines if person.role == "owner" else wim, person)
    make_workforce(wim)
    for slug, entry in FUNNELS.items():
        _open(slug, entry)


def _user(person: Person, **more: Any) -> User:
    """A user who cannot sign in yet."""
    first, _, last = person.name.partition(" ")
    user = User(username=person.login, email=f"{person.login}{MAIL}", first_name=first, last_name=last, **more)
    user.set_unusable_password()
    user.save()
    return user


def take_in(wim: User, ines: User, business: Business) -> None:
    """An operator applies, and is reviewed as far as it has come."""
    details = {"name": business.name, "phone": business.phone, "address": business.address, "about": business.about}
    operator = Keeper(wim).take_in(**details) if business.steps else by_application(wim, details, "Pete Olander")
    for step in business.steps:
        door_of(Operator, step).enter(ines, operator)


def _join(keeper: User, person: Person) -> None:
    """Somebody is invited to their operator, and comes in."""
    operator = Operator.objects.get(name=OPERATORS[person.operator].name)
    invitation, _ = Keeper(keeper).invite(operator, person.role, person.name)
    come_in(invitation, lambda: _user(person))


def _open(slug: str, entry: Entry) -> None:
    """A funnel with what it offers."""
    operator = Operator.objects.get(name=OPERATORS[entry.operator].name) if entry.operator else None
    funnel = Funnel.objects.create(
        slug=slug, name=entry.name, words=entry.words, operator=operator, is_open=entry.is_open
    )
    funnel.surfaces.set(Surface.objects.filter(code__in=entry.surfaces))


def make_root() -> None:
    """The last one to be made: whoever sees this account knows that the demo is complete."""
    _user(ROOT, is_superuser=True, is_staff=True)
