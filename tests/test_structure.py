"""The house as a tree: who imports whom, and papers that say what the code says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from qtm import devices
from qtm.runtime import shipped
from qtm.spine import all_rooms, spine_table

TOP = Path(settings.HERE)
ZONES = ["qtm", "intake", "governance", "execution", "records", "settlement"]
FILES = [path for zone in ZONES for path in (TOP / zone).rglob("*.py") if "migrations" not in path.parts]


def imports(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every import under a node, with the top name of what is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, name.name.split(".")[0]) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module.split(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TOP)))
def test_a_zone_imports_only_to_its_left_and_never_inside_a_function(path: Path) -> None:
    tree = ast.parse(path.read_text())
    here = path.relative_to(TOP).parts[0]
    for _, name in imports(tree):
        if name in ZONES:
            assert ZONES.index(name) <= ZONES.index(here)
            assert here != "settlement" or name in {"qtm", "records", "settlement"}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        assert not list(imports(function)), f"{function.name} imports"


@pytest.mark.parametrize(
    "path", [path for zone in ZONES for path in (TOP / "templates" / zone).rglob("*.html")], ids=lambda path: path.name
)
def test_a_template_names_no_zone_downstream(path: Path) -> None:
    here = path.relative_to(TOP / "templates").parts[0]
    later = ZONES[ZONES.index(here) + 1 :]
    named = set(re.findall(r'{% (?:include|extends) "(\w+)/', path.read_text()))
    assert not named & set(later)


def test_no_room_is_made_that_could_not_work() -> None:
    for room in all_rooms():
        assert room.first in room.states()
        assert room._meta.constraints[-1].name == f"{room._meta.db_table}_law"


def test_the_readme_prints_the_spine_as_the_code_does() -> None:
    text = (TOP / "README.md").read_text()
    for row in spine_table():
        assert f"| {' | '.join(row)} |" in text


def test_every_picture_and_paper_that_the_readme_names_is_there() -> None:
    for name in re.findall(r"\]\(([^)#:]+)\)", (TOP / "README.md").read_text()):
        assert (TOP / name).is_file(), name


def test_contributing_names_only_what_is_there() -> None:
    for name in re.findall(r"`(\w+/[\w/]+(?:/|\.\w+))`", (TOP / "CONTRIBUTING.md").read_text()):
        assert (TOP / name).exists(), name


def test_contributing_and_the_phone_name_the_headers_that_the_house_reads() -> None:
    for header in (devices.ITEM, devices.DIGEST, devices.SAID_AT, devices.PERSON):
        assert f"`{header}`" in (TOP / "CONTRIBUTING.md").read_text()
        assert f'"{header}"' in (TOP / "static" / "js" / "sending.js").read_text()


def test_the_readme_names_every_variable_of_the_environment() -> None:
    text = (TOP / "README.md").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (TOP / "qtm" / "settings.py").read_text()))
    for source in (TOP / "qtm").rglob("*.py"):
        read |= set(re.findall(r'environ(?:\.get)?[\[(]"([A-Z_]+)"', source.read_text()))
    assert {name for name in read if f"`{name}`" not in text} <= {
        "PATH",
        "LD_LIBRARY_PATH",
        "DJANGO_SETTINGS_MODULE",
        "CONTENT_TYPE",
        "LISTENER_FD",
        "LIFELINE_FD",
    }


def test_the_readme_says_the_honest_status_of_every_surface() -> None:
    text = (TOP / "README.md").read_text()
    for runtime in shipped():
        assert re.search(rf"\| {runtime.code} \| {runtime.status} \|", text), runtime.code


def test_no_file_names_a_place_of_this_machine_or_an_address_to_install_from() -> None:
    for path in (TOP / "requirements.txt", TOP / "pyproject.toml", TOP / "README.md", TOP / "CONTRIBUTING.md"):
        assert not re.search(r"https?://(?!localhost|127\.0\.0\.1|example)", path.read_text()), path
