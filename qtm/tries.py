"""Counting what is tried: how much of a kind comes from one place, or at one name, within a while; what is old is forgotten."""

import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from qtm.models import Attempt

A_LINE_HAS = 64  # the bits of an IPv6 address that a provider gives to one line; the others are its holder's to choose


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of one kind is taken within a while; a limit of 0 is none."""

    kind: str
    within: timedelta
    of_a_place: int
    of_a_name_there: int = 0
    of_a_name: int = 0  # from anywhere: generous, or anybody could keep somebody else out

    def count(self, place: str, name: str = "") -> None:
        """Count one try."""
        Attempt.objects.create(kind=self.kind, place=place, name_hmac=keyed(name))

    def spent(self, place: str, name: str = "") -> bool:
        """Whether there were too many tries from a place or at a name."""
        tries = Attempt.objects.filter(kind=self.kind)
        tries.filter(at__lt=timezone.now() - self.within).delete()
        here, this = Q(place=place), Q(name_hmac=keyed(name)) if name else Q(pk=None)
        found = tries.filter(here | this).aggregate(
            of_a_place=Count("pk", filter=here),
            of_a_name_there=Count("pk", filter=here & this),
            of_a_name=Count("pk", filter=this),
        )
        return any(0 < getattr(self, limit) <= number for limit, number in found.items())


def keyed(name: str) -> str:
    """A name as a digest that nobody makes without our key: people type passwords into the wrong field."""
    word = name.casefold().encode(errors="replace")
    return salted_hmac("qtm.tries", word, algorithm="sha256").hexdigest() if name else ""


def place_of(request: HttpRequest) -> str:
    """From where: the address that reached us, or the one that our own proxy has seen, which it adds last."""
    seen = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip() if settings.BEHIND_PROXY else ""
    return line_of(seen) or line_of(str(request.META.get("REMOTE_ADDR", ""))) or "unknown"


def line_of(address: str) -> str:
    """The line that an address belongs to: itself, or the first half of an IPv6 one; empty where it is no address."""
    bare = re.sub(r"^\[(.*)\](:\d+)?$|^([\d.]+):\d+$", r"\1\3", address)  # some proxies add the port
    try:
        found = ip_address(bare)
    except ValueError:
        return ""
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Network((int(found), A_LINE_HAS), strict=False))
