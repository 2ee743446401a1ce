"""Import: service requests of another system go the submit path; a broken row costs itself, and running again makes nothing twice."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from execution.models import Job
from governance.models import Assignment, Task
from intake.models import Actor, Funnel, Request
from intake.rows import NoList, Rows
from qtm.models import Transition

pytestmark = pytest.mark.django_db
CHICAGO = Path(__file__).resolve().parents[2] / "shared" / "data" / "requests" / "chicago-open311.json"


def one(number: Any = "A-1", **changed: Any) -> dict[str, Any]:
    """A service request as another system says it; None leaves a key out."""
    said = {
        "service_request_id": number,
        "service_name": "Pothole in Street",
        "status": "closed",
        "requested_datetime": "2014-05-09T19:02:21-05:00",
        "address": "1200 W 81ST ST",
        "lat": 41.746857,
        "long": -87.65364,
        **changed,
    }
    return {key: value for key, value in said.items() if value is not None}


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Runs the import over rows or a text; gives what it said, and whether it was content."""

    def import_(given: Any, **options: str) -> tuple[list[str], bool]:
        file, out = tmp_path / "requests.json", io.StringIO()
        file.write_bytes(
            given
            if isinstance(given, bytes)
            else (given if isinstance(given, str) else json.dumps(given, indent=1)).encode()
        )
        try:
            call_command("import_requests", str(file), stdout=out, **{"funnel": "network", **options})
        except CommandError as error:
            return [*out.getvalue().splitlines(), str(error)], error.returncode == 0
        return out.getvalue().splitlines(), True

    return import_


@pytest.mark.skipif(not CHICAGO.exists(), reason=f"SKIPPED LOUDLY: the real requests are not here ({CHICAGO.name})")
def test_the_50_real_requests_become_50_open_tasks_and_nothing_further(run: Any) -> None:
    said, content = run(CHICAGO.read_text())
    assert content
    assert said[-1] == "50 rows: 50 made, 0 already there, 0 refused."
    assert Task.objects.filter(state="open").count() == Task.objects.count() == 50
    assert not Assignment.objects.exists()
    assert not Job.objects.exists()
    said, content = run(CHICAGO.read_text())
    assert content
    assert said[-1] == "50 rows: 0 made, 50 already there, 0 refused."
    assert Request.objects.count() == 50


def test_a_row_is_asked_by_a_named_system_through_the_submit_path(run: Any) -> None:
    assert run([one(description="Deep. 😀")], system="Chicago 311")[1]
    request = Request.objects.get()
    assert (request.channel, request.actor, request.actor.kind) == (
        "import",
        Actor.objects.get(name="Chicago 311"),
        "system",
    )
    assert (request.intake.place, request.intake.tier, request.intake.description) == (
        "1200 W 81ST ST",
        "pothole",
        "Deep. 😀",
    )
    assert (str(request.intake.latitude), request.intake.answers) == ("41.746857", {"where": "roadway"})
    lines = Transition.objects.filter(case_id=request.pk)
    assert {(line.via, line.user_id) for line in lines} == {("import", None)}
    assert lines.get(room="intake.Request", was="").authority == "import by the command line"


def test_the_foreign_id_name_and_time_are_kept_and_the_status_is_not_ours(run: Any) -> None:
    run([one()])
    assert Request.objects.get().asked["open311"] == {
        "service_request_id": "A-1",
        "service_name": "Pothole in Street",
        "requested_datetime": "2014-05-09T19:02:21-05:00",
    }
    assert "closed" not in json.dumps(Request.objects.get().asked)
    assert Task.objects.get().state == "open"
    assert run([one(status="open", updated_datetime="2026-01-01")])[0][0].split()[1:3] == ["already", "there"]


def test_the_same_id_of_two_systems_is_two_requests(run: Any) -> None:
    run([one()], system="One")
    run([one()], system="Two")
    assert Request.objects.count() == 2


def test_two_rows_of_one_file_with_one_id_are_one_request(run: Any) -> None:
    assert run([one(), one()])[0][-1] == "2 rows: 1 made, 1 already there, 0 refused."


def test_an_id_that_comes_again_with_other_content_is_refused(run: Any) -> None:
    run([one()])
    said, content = run([one(address="Somewhere else")])
    assert not content
    assert "A-1: This form was sent before with other content" in said[0]
    assert Request.objects.get().intake.place == "1200 W 81ST ST"


REFUSED = {
    "not an object": ("Pothole", "must be an object"),
    "a list": ([one()], "must be an object"),
    "nothing": (None, "must be an object"),
    "no id": (one(None), "service_request_id: This is missing."),
    "a blank id": (one("  "), "service_request_id: This is missing."),
    "an id that is a list": (one(["A-1"]), "service_request_id: This is no id"),
    "an id that is true": (one(True), "service_request_id: This is no id"),
    "an id without end": (one("9" * 61), "At most 60 characters"),
    "no service": (one(service_name=None), "service_name: This is missing."),
    "an unknown service": (one(service_name="Tree Trim"), "knows the service 'Tree Trim'"),
    "a service that is a number": (one(service_name=7), "knows the service '7'"),
    "no address": (one(address=None), "address: This is needed."),
    "an address that is a list": (one(address=["1200 W"]), "address: This is not text."),
    "an address without end": (one(address="x" * 251), "address: At most 250 characters"),
    "a latitude beyond the pole": (one(lat=91), "lat: Between -90 and 90 degrees"),
    "a latitude in words": (one(lat="north"), "lat: This is no number of degrees."),
    "a longitude that is a list": (one(long=[1]), "long: This is no number of degrees."),
    "a description that is an object": (one(description={"a": 1}), "description: This is not text."),
    "a time that is a number": (one(requested_datetime=2014), "requested_datetime: This is not text."),
    "a NUL byte": (one(description="one\0two"), "description: This holds a NUL byte"),
    "a NUL byte where nobody looks": (one(notes=[{"summary": "a\0b"}]), "notes: This holds a NUL byte"),
    "a NUL byte in a name": (one(**{"no\0te": 1}), "no\\x00te: This holds a NUL byte"),
    "half a character": (one(description="\ud83d"), "description: This holds a NUL byte or half a character"),
    "no number": (one(zipcode=float("nan")), "zipcode: This holds a number that is none"),
    "an endless number": (one(lat=float("inf")), "lat: This holds a number that is none"),
    "a number beyond all measure": (one(lat="1e9999999"), "lat: Between -90 and 90 degrees"),
    "a number near nothing beyond all measure": (one(lat="1e9999999", long="-1e9999999"), "long: Between -180"),
    "a word for no number": (one(lat="sNaN"), "lat: This is no number of degrees."),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_wrong_is_refused_by_name_and_the_rest_goes_in(what: str, run: Any) -> None:
    row, sentence = REFUSED[what]
    said, content = run([one("before"), row, one("after")])
    assert not content
    assert sentence in said[1]
    assert "refused" in said[1]
    assert said[-2:] == ["3 rows: 2 made, 0 already there, 1 refused.", "1 of 3 rows were refused; the others are in."]
    assert Task.objects.count() == 2


def text_of(*rows: Any) -> str:
    """Rows as an indented list, one of them perhaps broken by hand."""
    return (
        "[\n "
        + ",\n ".join(row if isinstance(row, str) else json.dumps(row, indent=1).replace("\n", "\n ") for row in rows)
        + "\n]\n"
    )


def fifty(broken: str) -> str:
    """Fifty rows, the 37th of which is broken."""
    return text_of(
        *(
            broken if number == 37 else one(f"A-{number}", notes=[{"summary": "x"}, {"summary": "y"}])
            for number in range(1, 51)
        )
    )


def ids() -> set[str]:
    """The foreign ids of everything that was asked."""
    return set(Request.objects.values_list("asked__open311__service_request_id", flat=True))


BROKEN = {
    "not an object": '"Pothole"',
    "a comma too many": '{"service_request_id": "A-37",}',
    "a word that is none": '{"service_request_id": nope, "notes": [{"a": 1}, {"a": 2}]}',
    "a key without quotes": '{service_request_id: "A-37"}',
    "no last bracket": '{"service_request_id": "A-37", "service_name": "Pothole in Street"',
    "a bracket too many": '{"service_request_id": "A-37"}}',
    "a quote that is not shut": '{"service_request_id": "A-37, "service_name": 1}',
    "a bracket of the wrong kind": '{"notes": [{"a": 1}}, "b": 2]}',
    "nothing at all": "",
}


@pytest.mark.parametrize("how", BROKEN)
def test_broken_at_row_37_the_36_before_it_and_all_behind_it_are_in(how: str, run: Any) -> None:
    said, content = run(fifty(BROKEN[how]))
    assert not content
    assert next(line.split()[:2] for line in said if "refused" in line) == ["37", "refused"]
    assert ids() == {f"A-{number}" for number in range(1, 51) if number != 37}


def test_bytes_that_are_no_text_cost_only_their_row(run: Any) -> None:
    said, content = run(fifty(json.dumps(one("A-37", description="###"))).encode().replace(b"###", b"\xff\xfe"))
    assert not content
    assert said[36].split()[:2] == ["37", "refused"]
    assert Task.objects.count() == 49


@pytest.mark.parametrize("length", [0.3, 0.5, 0.75, 0.9])
def test_a_file_that_breaks_off_is_in_as_far_as_it_goes_and_says_at_which_row(length: float, run: Any) -> None:
    whole = fifty(json.dumps(one("A-37")))
    cut = whole[: int(len(whole) * length)]
    complete = cut.count('"requested_datetime"')
    said, content = run(cut)
    assert not content
    assert said[-3].split()[1] == "refused"
    assert "not JSON" in said[-3]
    assert complete - 1 <= Task.objects.count() <= complete
    assert int(said[-3].split()[0]) == Task.objects.count() + 1


def test_a_broken_row_in_a_list_without_lines_costs_itself(run: Any) -> None:
    rows = [json.dumps(one(f"A-{number}")) for number in range(5)]
    rows[2] = rows[2].replace("41.746857", "nowhere")
    assert run("[" + ",".join(rows) + "]")[0][-2] == "5 rows: 4 made, 0 already there, 1 refused."


def test_an_object_within_a_broken_row_never_becomes_a_request(run: Any) -> None:
    inner = json.dumps(one("inner"))
    said, _ = run(f'[{{"broken": nope, "notes": [{inner}, {inner}]}}, {json.dumps(one("outer"))}]')
    assert ids() == {"outer"}, said


def test_what_is_nested_without_end_is_refused(run: Any) -> None:
    said, content = run(f'[{json.dumps(one())}, {{"notes": {"[" * 100_000}{"]" * 100_000}}}, {json.dumps(one("A-2"))}]')
    assert not content
    assert "refused" in said[1]
    assert Task.objects.count() == 2


@pytest.mark.parametrize("text", ["", "{}", '{"service_requests": []}', "null", "<xml/>", "\0"])
def test_what_is_no_list_is_refused_as_a_whole(text: str, run: Any) -> None:
    said, content = run(text)
    assert not content
    assert said == [said[-1]]
    assert "is no list of service requests" in said[-1]


def test_an_empty_list_asks_for_nothing(run: Any) -> None:
    assert run("[ ]") == (["0 rows: 0 made, 0 already there, 0 refused."], True)


def test_what_follows_the_list_is_reported(run: Any) -> None:
    assert not run(f"[{json.dumps(one())}] and more")[1]
    assert Task.objects.count() == 1


def test_a_file_that_is_not_there_is_one_clear_sentence() -> None:
    with pytest.raises(CommandError, match=r"nowhere\.json cannot be read: No such file"):
        call_command("import_requests", "nowhere.json", funnel="network")


def test_nothing_goes_in_through_a_funnel_that_is_closed_or_none(run: Any) -> None:
    Funnel.objects.filter(slug="network").update(is_open=False)
    assert run([one()]) == (["The network funnel is closed and takes no requests now."], False)
    assert run([one()], funnel="nowhere") == (["There is no funnel 'nowhere'."], False)
    assert not Request.objects.exists()


def test_a_service_that_no_surface_of_the_funnel_knows_is_refused(run: Any) -> None:
    Funnel.objects.get(slug="north").surfaces.clear()
    assert not run([one()], funnel="north")[1]
    assert not Request.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "a:b", "x" * 41, "two\nlines"])
def test_a_system_has_a_name_that_can_be_told_from_others(name: str, run: Any) -> None:
    said, content = run([one()], system=name)
    assert not content
    assert "A system has a name" in said[0]
    assert not Request.objects.exists()


def test_rows_are_read_one_by_one_and_the_list_need_not_be_whole() -> None:
    assert [row.value for row in Rows("[1, 2 ,\n3]")] == [1, 2, 3]
    assert [bool(row.broken) for row in Rows("[1, 2")] == [False, False, True]
    with pytest.raises(NoList):
        list(Rows("1, 2"))
