"""The house itself: signing in, home, the spine page, what goes wrong, and what the checks see."""

import io
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as given
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client, RequestFactory

from qtm import checks
from qtm.bodies import FORM_BYTES
from qtm.doors import all_doors
from qtm.models import Attempt, Surface, User
from qtm.parts import PARTS
from qtm.picture import crossers
from qtm.roles import NETWORK
from qtm.runtime import STATUSES, SURFACES
from qtm.signing import GUESSES
from qtm.spine import all_rooms, rooms, spine_table
from qtm.wsgi import application
from tests.cast import Cast, Walk

PASSWORD = "a long enough sentence"
HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing is not what is tested here."""
    settings.PASSWORD_HASHERS = [HASHER]


def as_(user: User | None) -> Client:
    """A browser in which somebody is signed in; what breaks is answered, not raised."""
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def known(person: User, **more: Any) -> User:
    """A person with a password."""
    person.set_password(PASSWORD)
    for name, value in more.items():
        setattr(person, name, value)
    person.save()
    return person


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str) -> Any:
    """Try to sign in."""
    return client.post("/login", {"username": username, "password": password, **more})


WRONG = [
    ("ines", "wrong"),
    ("nobody knows", PASSWORD),
    ("", ""),
    ("in\0es", PASSWORD),
    ("i" * 500, "x"),
    ("אבג 🙂", "x"),
]


# Signing in


@pytest.mark.django_db
def test_one_signs_in_and_out(cast: Cast) -> None:
    known(cast.ines)
    client = as_(None)
    assert sign_in(client, "ines").headers["Location"] == "/"
    assert client.get("/password").status_code == 200
    assert b"You are signed out" in client.post("/logout").content
    assert client.get("/password").status_code == 302
    assert client.get("/logout").status_code == 405, "no link signs anybody out"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("username", "password"),
    [("ines", "wrong"), ("nobody knows", PASSWORD), ("", ""), ("in\0es", PASSWORD), ("i" * 500, "x"), ("אבג 🙂", "x")],
)
def test_what_does_not_belong_together_is_422_and_says_nothing_more(cast: Cast, username: str, password: str) -> None:
    known(cast.ines)
    page = sign_in(as_(None), username, password)
    assert page.status_code == 422
    assert "_auth_user_id" not in page.client.session


@pytest.mark.django_db
def test_a_closed_account_opens_nothing(cast: Cast) -> None:
    known(cast.ines, is_active=False)
    assert sign_in(as_(None), "ines").status_code == 422


@pytest.mark.django_db
def test_guessing_ends_after_some_tries_even_with_the_right_password(cast: Cast) -> None:
    known(cast.ines)
    known(cast.wim)
    client = as_(None)
    for _ in range(GUESSES.of_a_name_there):
        assert sign_in(client, "ines", "guess").status_code == 422
    assert sign_in(client, "INES").status_code == 429
    assert sign_in(client, "ines").status_code == 429
    assert sign_in(client, "wim").status_code == 302, "another name may"
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), "ines").status_code == 302, "and another place"
    Attempt.objects.update(at="2020-01-01T00:00Z")
    assert sign_in(client, "ines").status_code == 302, "and later on"


@pytest.mark.django_db
def test_signing_in_leads_nowhere_outside(cast: Cast) -> None:
    known(cast.ines)
    assert sign_in(as_(None), "ines", next="https://elsewhere.example/").headers["Location"] == "/"
    assert sign_in(as_(None), "ines", next="/spine/").headers["Location"] == "/spine/"


@pytest.mark.django_db
def test_a_password_is_changed_by_who_knows_it(cast: Cast) -> None:
    client = as_(known(cast.ines))
    new = {"new_password1": "another long sentence", "new_password2": "another long sentence"}
    assert client.post("/password", {"old_password": "wrong", **new}).status_code == 422
    assert client.post("/password", {"old_password": PASSWORD, **new}).status_code == 302
    assert client.get("/password/changed").status_code == 200
    assert cast.ines.check_password("another long sentence")


# Home


@pytest.mark.django_db
def test_home_is_where_one_works(cast: Cast) -> None:
    homes = {person.username: as_(person).get("/").headers.get("Location", "") for person in cast.everybody()}
    assert homes["ines"] == "/console/"
    assert homes["cora"] == "/settlements/"
    assert homes["eve"] == "/overview/"
    assert homes["wim"] == "/people/"
    assert homes["nora"] == homes["will"] == "/desk/"
    assert homes["nobody"] == homes["root"] == ""


@pytest.mark.django_db
def test_who_has_no_workplace_reads_why(cast: Cast) -> None:
    assert b"You have no workplace here yet" in as_(cast.nobody).get("/").content
    for who, said in (("pete", b"review"), ("sue", b"suspended")):
        assert said in as_(getattr(cast, who)).get("/", follow=True).content


@pytest.mark.django_db
def test_the_front_page_leads_to_the_forms_and_to_signing_in() -> None:
    page = as_(None).get("/")
    assert page.status_code == 200
    assert b'href="/ask/"' in page.content
    assert b'href="/login"' in page.content


# The spine page


@pytest.mark.django_db
def test_the_spine_page_shows_everybody_the_table_as_the_code_derives_it(cast: Cast) -> None:
    for who in ("ines", "nora", "will", "cora", "pete", "nobody"):
        page = as_(getattr(cast, who)).get("/spine/")
        assert page.status_code == 200
        for _, authority, meaning in spine_table():
            assert authority in page.content.decode()
            assert meaning in page.content.decode()
    assert as_(None).get("/spine/").status_code == 302


@pytest.mark.django_db
def test_the_counts_are_of_what_one_sees(cast: Cast, walk: Walk) -> None:
    walk.job()
    counted = {
        who: {step.room: step.count for step in as_(getattr(cast, who)).get("/spine/").context["path"]}
        for who in ("eve", "nora", "sam", "nobody")
    }
    assert counted["eve"]["Task"] == counted["eve"]["Job"] == "1"
    assert (counted["nora"]["Task"], counted["nora"]["Job"]) == ("0", "1"), (
        "the network's task is not theirs, the job is"
    )
    assert (counted["sam"]["Task"], counted["sam"]["Job"]) == ("0", "0")
    assert set(counted["nobody"].values()) == {"", "·"}


@pytest.mark.django_db
def test_the_spine_page_asks_little(cast: Cast, django_assert_max_num_queries: Any) -> None:
    client = as_(cast.ines)
    with django_assert_max_num_queries(12):
        client.get("/spine/")


def test_who_may_cross_is_read_from_the_roles() -> None:
    import_module("qtm.urls")
    said = {room.title: crossers(room) for room in rooms() if room.boundary}
    assert said["Job"] == "admin; owner of the operator"
    assert said["Task"] == (
        "whoever asks completely, in asking; for what came in incomplete: admin; owner or worker of the operator"
    )
    assert said["ServiceEvent"] == said["Record"] == "owner or worker of the operator"
    assert said["Settlement"] == "commerce"
    assert said["⭐ Signal"].startswith("nobody")


def test_each_part_carries_an_honest_word() -> None:
    assert {part.status for part in PARTS} == set(STATUSES)
    assert [part.name for part in PARTS if bool(part.lacks) != (part.status == "partial")] == [], (
        "what is partial says what it lacks"
    )


# What goes wrong


@pytest.mark.django_db
def test_each_no_has_its_status_and_a_page_in_plain_words(cast: Cast) -> None:
    client = as_(cast.wim)
    found = {
        404: client.get("/nothing/here"),
        403: client.get("/omni/"),
        413: client.post("/operators/new", {"about": "x" * 1_000_001}),
        422: client.post(f"/people/{cast.nobody.pk}/give", {}),
        400: client.get("/", headers={"host": "elsewhere.example"}),
    }
    for status, page in found.items():
        assert page.status_code == status
        assert "<h1>" in page.content.decode()
        assert "Traceback" not in page.content.decode()


@pytest.mark.django_db
def test_what_nobody_may_do_is_not_said_to_have_moved_on(cast: Cast) -> None:
    page = as_(cast.ines).post(f"/people/{cast.ines.pk}/take", {"role": "admin"})
    said = page.content.decode()
    assert (page.status_code, "This is the last admin." in said) == (409, True)
    assert "<h1>This cannot be done</h1>" in said
    assert "moved on" not in said
    assert "as it is now" not in said


@pytest.mark.django_db
def test_a_stale_form_is_403_in_plain_words(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.wim)
    page = client.post("/operators/new", {"name": "x"})
    assert page.status_code == 403
    assert b"stale" in page.content


@pytest.mark.django_db
def test_a_defect_is_500_in_plain_words(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("qtm.views.spine_table", lambda: 1 / 0)
    page = as_(cast.ines).get("/spine/")
    assert page.status_code == 500
    assert b"This is our mistake" in page.content


def test_while_the_database_is_away_it_says_so_and_comes_back_by_itself(committed: str) -> None:
    client, settings = as_(Cast().ines), connections["default"].settings_dict
    port = settings["PORT"]
    connections["default"].close()
    settings["PORT"] = "1"
    for url in ("/healthz", "/spine/", "/nothing", "/login"):
        page = client.get(url) if url != "/login" else client.post(url, {"username": "ines", "password": "x"})
        assert page.status_code in ({404} if url == "/nothing" else {503}) | {503}
    assert page.headers["Retry-After"] == "5"
    assert b"closed for a moment" in page.content
    settings["PORT"] = port
    connections["default"].close()
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/spine/").status_code == 200


@pytest.mark.django_db
def test_every_page_keeps_browsers_strict(cast: Cast) -> None:
    for url in ("/", "/login", "/spine/", "/people/", "/nothing"):
        headers = as_(cast.ines).get(url).headers
        assert "unsafe" not in headers.get("Content-Security-Policy", "unsafe")
        assert headers["X-Frame-Options"] == "DENY"


# Surfaces


@pytest.mark.django_db
def test_surfaces_are_loaded_whole_or_not_at_all(tmp_path: Path, capsys: Any) -> None:
    shipped = sorted(SURFACES.glob("*.toml"))
    good = tmp_path / "good.toml"
    good.write_text(shipped[0].read_text().replace('name = "', 'name = "New ', 1))
    bad = tmp_path / "bad.toml"
    bad.write_text(shipped[0].read_text() + "\nunheard_of = 1\n")
    before = Surface.objects.get(code=shipped[0].stem).current.number
    with pytest.raises(CommandError, match=r"bad\.toml: .*unheard_of"):
        call_command("load_surfaces", str(good), str(bad))
    assert Surface.objects.get(code=shipped[0].stem).current.number == before
    call_command("load_surfaces", str(good), str(shipped[1]))
    assert Surface.objects.get(code=shipped[0].stem).current.number == before + 1
    said = capsys.readouterr().out
    assert "published" in said
    assert "unchanged" in said


@pytest.mark.django_db
def test_the_first_admin_comes_in_by_a_link_made_at_the_machine(capsys: Any) -> None:
    call_command("invite_admin", "Ada")
    path = "/invited/" + capsys.readouterr().out.split("/invited/")[1].strip()
    page = as_(None).post(path, {"first_name": "Ada", "username": "ada", "password1": PASSWORD, "password2": PASSWORD})
    assert page.status_code == 302
    assert User.objects.get(username="ada").standing.holds("qtm.keep_roles")


# Checks


def ids(messages: Any) -> list[str]:
    """The ids of what a check says."""
    return [message.id for message in messages]


def test_the_checks_pass_as_it_is() -> None:
    for check in (
        checks.every_verb_has_its_door,
        checks.every_room_has_its_law,
        checks.roles_name_what_is_there,
        checks.three_roles,
        checks.evidence_is_private,
    ):
        assert check(None) == []


def test_a_verb_without_a_door_is_seen(monkeypatch: Any) -> None:
    import_module("qtm.urls")
    left_out = [door for door in all_doors() if door.verb.name != "approve"]
    monkeypatch.setattr(checks, "all_doors", lambda: left_out)
    assert [message.msg for message in checks.every_verb_has_its_door(None)] == ["Task.approve has no door."]


def test_an_address_that_another_route_takes_is_seen(monkeypatch: Any) -> None:
    monkeypatch.setattr(checks, "resolve", lambda url: type("Match", (), {"url_name": "another"}))
    assert ids(checks.every_verb_has_its_door(None)) == ["qtm.E001"] * len(all_doors())


def test_a_room_without_law_is_seen(monkeypatch: Any) -> None:
    room = all_rooms()[0]
    monkeypatch.setattr(room._meta, "constraints", [])
    assert ids(checks.every_room_has_its_law(None)) == ["qtm.E002"]


def test_a_permission_that_no_model_declares_is_seen(monkeypatch: Any) -> None:
    monkeypatch.setattr(checks, "NETWORK", {**NETWORK, "admin": ["execution.fly"]})
    assert ids(checks.roles_name_what_is_there(None)) == ["qtm.E003"]


def test_two_addresses_of_one_role_are_seen(monkeypatch: Any) -> None:
    monkeypatch.setitem(given.DATABASES["omni"], "USER", given.DATABASES["default"]["USER"])
    assert ids(checks.three_roles(None)) == ["qtm.E004"]


def test_the_roles_of_the_database_are_small(committed: str) -> None:
    assert checks.roles_are_small(None, databases=["default", "omni", "owner"]) == []


def test_a_role_that_owns_the_tables_is_seen(committed: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(checks, "connections", {"default": connections["owner"], "omni": connections["default"]})
    said = " ".join(message.msg for message in checks.roles_are_small(None, databases=["default", "omni"]))
    assert "“default” owns tables" in said
    assert "“omni” can write" in said


@pytest.mark.parametrize("key", ["short", "a" * 60])
def test_a_key_that_can_be_guessed_is_seen(settings: Any, key: str) -> None:
    settings.SECRET_KEY = key
    assert ids(checks.a_long_key(None)) == ["qtm.E006"]


def test_evidence_among_static_files_or_where_nothing_can_be_written_is_seen(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = Path(settings.STATIC_ROOT) / "evidence"
    assert ids(checks.evidence_is_private(None)) == ["qtm.E007"]
    (tmp_path / "file").write_text("no folder")
    settings.EVIDENCE_ROOT = tmp_path / "file" / "evidence"
    assert ids(checks.evidence_is_private(None)) == ["qtm.W001"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/track/%00/", "/ask/?q=%00", "/track/%00/withdraw"])
def test_a_nul_byte_in_an_address_is_no_request(client: Client, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.django_db
def test_a_nul_byte_in_a_cookie_is_no_request(client: Client) -> None:
    client.cookies["sessionid"] = "a\0b"
    assert client.get("/").status_code == 400


@pytest.mark.parametrize("charset", ["idna", "hex", "utf-16"])
def test_what_is_not_utf_8_is_not_understood(charset: str) -> None:
    said: list[str] = []
    application({"CONTENT_TYPE": f"text/plain; charset={charset}"}, lambda status, headers: said.append(status))
    assert said == ["415 Unsupported Media Type"]


def chunked(path: str, body: io.BytesIO, **more: str) -> str:
    """The status for a body that came in chunks, without its length, as gunicorn hands it on."""
    environ = RequestFactory().post(path, content_type="application/x-www-form-urlencoded").environ
    del environ["CONTENT_LENGTH"]
    said: list[str] = []
    given = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": body, **more}
    list(application({**environ, **given}, lambda status, headers: said.append(status[:3])))
    return said[0]


def test_a_body_without_its_length_is_read_as_far_as_a_form_goes_and_413_beyond(committed: str, cast: Cast) -> None:
    key = "k" * 32
    form = f"csrfmiddlewaretoken={key}&username=ines&password=".encode()
    small, large = io.BytesIO(form + b"wrong"), io.BytesIO(form + b"x" * 5_000_000)
    assert chunked("/login", small, HTTP_COOKIE=f"csrftoken={key}") == "422", "it was read, and is no password"
    assert chunked("/login", large, HTTP_COOKIE=f"csrftoken={key}") == "413"
    assert large.tell() == FORM_BYTES + 1
    event = Walk().started()
    session = Client()
    session.force_login(cast.will)
    cookie = f"csrftoken={key}; sessionid={session.cookies['sessionid'].value}"
    upload = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "HTTP_COOKIE": cookie}
    assert chunked(f"/serviceevents/{event.pk}/capture", io.BytesIO(b"x" * 5_000_000), **upload) == "413"


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["foo", "home", "a.b", "//evil.example", "https://evil.example/"])
def test_after_a_press_one_stays_in_the_house_whatever_the_form_said(cast: Cast, where: str) -> None:
    answer = as_(cast.ines).post(f"/tasks/{Walk().task.pk}/approve", {"next": where})
    assert (answer.status_code, answer.headers["Location"][:7]) == (302, "/cases/")
