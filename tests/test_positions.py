"""Positions as people write and paste them: what is understood, what is refused with a sentence, and both forms that ask for one."""

import re
import time
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from intake.models import Intake, Request
from qtm.models import Operator
from qtm.positions import BOTH, NO_DEGREES, UNREAD, WHICH, Unread, degrees_in, position_in, spread
from tests.cast import Cast
from tests.test_asking import key

BERLIN, SYDNEY = ("52.520000", "13.405000"), ("-33.856784", "151.215297")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("52.5200, 13.4050", BERLIN),
        ("52.52,13.405", BERLIN),
        ("  52.52   13.405 ", BERLIN),
        ("52.52;13.405", BERLIN),
        ("52.52 / 13.405", BERLIN),
        ("(52.52, 13.405)", BERLIN),
        ("52,5200; 13,4050", BERLIN),
        ("52,5200, 13,4050", BERLIN),
        ("52,52 13,405", BERLIN),
        ("+52.52, +13.405", BERLIN),
        ("52.52° N, 13.405° E", BERLIN),
        ("N 52.52 E 13.405", BERLIN),
        ("13.405 E, 52.52 N", BERLIN),
        ("52°31'12\"N 13°24'18\"E", BERLIN),
        ("52° 31′ 12″ N, 13° 24′ 18″ E", BERLIN),
        ("52º31’12”N, 13º24’18”E", BERLIN),
        ("52°31'12''N 13°24'18''E", BERLIN),
        ("52 31 12 N 13 24 18 E", BERLIN),
        ("52:31:12 13:24:18", BERLIN),
        ("52° 31.2' N, 13° 24.3' E", BERLIN),
        ("N52°31.2 E13°24.3", BERLIN),
        ("lat: 52.52, lon: 13.405", BERLIN),
        ("Latitude 52.52 Longitude 13.405", BERLIN),
        ("33.856784 S, 151.215297 E", SYDNEY),
        ("−33.856784, 151.215297", SYDNEY),
        ("0, 0", ("0.000000", "0.000000")),
        ("90, -180", ("90.000000", "-180.000000")),
        ("geo:52.52,13.405", BERLIN),
        ("GEO:52.52,13.405,34;u=35", BERLIN),
        ("geo:52.52,13.405;crs=wgs84", BERLIN),
        ("geo:0,0?q=52.52,13.405(Home)", BERLIN),
        ("https://www.openstreetmap.org/#map=18/52.52/13.405", BERLIN),
        ("https://www.openstreetmap.org/?mlat=52.52&mlon=13.405#map=5/1/2", BERLIN),
        ("https://www.google.com/maps/@52.52,13.405,17z", BERLIN),
        ("https://www.google.com/maps/place/X/@1.5,2.5,17z/data=!3m1!4b1!8m2!3d52.52!4d13.405", BERLIN),
        ("https://www.google.com/maps/place/52.52,13.405", BERLIN),
        ("https://maps.google.com/?q=52.52,13.405", BERLIN),
        ("https://maps.google.com/?q=loc:52.52,13.405", BERLIN),
        ("https://www.google.com/maps/search/?api=1&query=52.52%2C13.405", BERLIN),
        ("https://www.google.com/maps/search/52.52,+13.405", BERLIN),
        ("https://maps.apple.com/?ll=52.52,13.405&q=Here", BERLIN),
        ("https://www.bing.com/maps?cp=52.52~13.405&lvl=12", BERLIN),
    ],
)
def test_what_people_write_and_paste_is_understood(said: str, meant: tuple[str, str]) -> None:
    assert tuple(map(str, position_in(said))) == meant


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("", UNREAD),
        ("Quarry Lane 14", UNREAD),
        ("52.52", UNREAD),
        ("52.52, 13.405, 34", UNREAD),
        ("52,13", WHICH),
        ("52,5200", WHICH),
        ("91, 13", "Between -90 and 90 degrees"),
        ("13.4, 190", "Between -180 and 180 degrees"),
        ("151.2, -33.8", "the latitude comes first"),
        ("52.52 N, 13.405 N", "Say both letters or neither"),
        ("52.52 N, 13.405", "Say both letters or neither"),
        ("-52.52 N, 13.405 E", UNREAD),
        ("52°61'12\"N 13°24'18\"E", "less than 60"),
        ("52.5°31'N 13°24'E", "less than 60"),
        ("52 31 12 13 24 18", UNREAD),
        ("[13.405, 52.52]", UNREAD),
        ("9F4MGCC4+22", UNREAD),
        ("33U 391000 5820000", UNREAD),
        ("geo:52.52", NO_DEGREES),
        ("geo:52.52,13.405;crs=moon", NO_DEGREES),
        ("https://maps.app.goo.gl/Xy12", NO_DEGREES),
        ("https://maps.google.com/?q=Quarry+Lane+14", NO_DEGREES),
        ("https://[", NO_DEGREES),
        ("javascript:52.52,13.405", UNREAD),
        ("٥٢.٥, ١٣.٤", UNREAD),
        ("nan, nan", UNREAD),
        ("1e1, 2e1", UNREAD),
        ("52.52\x00, 13.405", UNREAD),
    ],
)
def test_what_is_not_surely_one_is_refused_with_a_sentence(said: str, sentence: str) -> None:
    with pytest.raises(Unread, match=re.escape(sentence)):
        position_in(said)


@pytest.mark.parametrize(
    "said", ["1" * 3000, "52 " * 600, "°" * 2000, "https://x/" + "@1," * 600, "52°" * 600 + "N", " " * 2000]
)
def test_no_input_takes_long(said: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Unread):
        position_in(said)
    assert time.monotonic() - begun < 0.5


@pytest.mark.parametrize(
    ("said", "degrees"),
    [("52.52", "52.520000"), ("52,52", "52.520000"), ("52°31'12\" N", "52.520000"), ("33.5 S", "-33.500000")],
)
def test_degrees_of_one_axis(said: str, degrees: str) -> None:
    assert degrees_in(said, "latitude") == Decimal(degrees)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("13.4 E", "This is a longitude, and no latitude."),
        ("52.52, 13.405", BOTH.format("latitude")),
        ("x", "no number of degrees"),
    ],
)
def test_what_is_no_such_degrees(said: str, sentence: str) -> None:
    with pytest.raises(Unread, match=re.escape(sentence)):
        degrees_in(said, "latitude")


def test_a_whole_position_stands_in_both_fields_and_never_over_what_was_typed() -> None:
    assert spread(QueryDict("latitude=52.52,+13.405&longitude=")).dict() == dict(
        zip(("latitude", "longitude"), BERLIN, strict=True)
    )
    for typed in ("latitude=52.52,+13.405&longitude=9", "latitude=52.52&longitude=", "latitude=&longitude=9", "name=x"):
        assert spread(QueryDict(typed)).dict() == QueryDict(typed).dict()


@pytest.mark.django_db
def test_whoever_asks_pastes_the_position_of_their_map() -> None:
    client, path = Client(), "/ask/network/municipal-works/"
    said: dict[str, Any] = {
        "place": "Quarry Lane",
        "tier": "pothole",
        "longitude": "",
        "key": key("network/municipal-works"),
    }
    answer = client.post(path, {**said, "latitude": "https://maps.app.goo.gl/Xy12"})
    assert (answer.status_code, "This link holds no degrees." in answer.content.decode()) == (422, True)
    assert not Request.objects.exists()
    answer = client.post(path, {**said, "latitude": "geo:52.52,13.405"})
    assert answer.status_code == 302, answer.content.decode()
    found = Intake.objects.get()
    assert (str(found.latitude), str(found.longitude)) == BERLIN


@pytest.mark.django_db
def test_an_operators_place_is_pasted_too() -> None:
    cast, client = Cast(), Client()
    client.force_login(cast.wim)
    path, said = f"/operators/{cast.Northside.pk}/details", {"name": "Northside"}
    assert client.post(path, {**said, "latitude": "52°31'12\"N 13°24'18\"E", "longitude": ""}).status_code == 302
    row = Operator.objects.get(pk=cast.Northside.pk)
    assert (str(row.latitude), str(row.longitude)) == BERLIN
    for latitude, longitude in (
        ("https://maps.app.goo.gl/Xy12", ""),
        ("52.52, 13.405", "9"),
        ("52.52", ""),
        ("x", "1"),
    ):
        assert client.post(path, {**said, "latitude": latitude, "longitude": longitude}).status_code == 422
    assert client.post(path, {**said, "latitude": "", "longitude": ""}).status_code == 302
