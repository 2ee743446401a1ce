"""Verifying a download, by the script that stands alone and by `manage.py verify`: what was sealed is valid, and any single changed byte is not."""

import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from records.export.download import download
from records.log.model import Key
from records.log.signing import sign
from records.seal import keys
from records.seal.keeping import rotate
from records.seal.keys import RecordKey
from records.verifying import verify_record
from records.verifying.verify_record import parts, steps, zipped
from tests.cast import Walk
from tests.test_ceilings import inhabited
from tests.test_export import opened, sealed

SCRIPT = Path(verify_record.__file__)
EVERY = 1 if os.environ.get("PROVE") == "1" else 61


def published(folder: Path) -> Path:
    """The keys of the house in a file, as somebody had them from elsewhere."""
    place = folder / "keys.txt"
    place.write_bytes(Client().get("/keys/keys.txt").content)
    return place


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """The script as a stranger runs it: apart from this house, with nothing of it on the path."""
    command = [sys.executable, "-I", str(SCRIPT), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env={})


def valid(archive: bytes, given: str = "") -> bool:
    """Whether all steps hold."""
    try:
        return all(holds for _, holds in steps(archive, given))
    except Exception:
        return False


def known() -> str:
    """The keys of the house as the script reads them."""
    return "".join(str(each.verifier) if each.use == "log" else each.public for each in Key.objects.all())


@dataclass(frozen=True)
class Made:
    """What a house gives out of one Record: its download, and the keys as the script reads them; no house is asked again."""

    whole: bytes
    keys: str
    key: RecordKey

    @property
    def files(self) -> dict[str, bytes]:
        """The files of the download."""
        return opened(self.whole)


@pytest.fixture(scope="module")
def made(template: str, django_db_blocker: Any, tmp_path_factory: Any) -> Made:
    """The second of two Records, made once for all the tests that look at nothing but its bytes."""
    with inhabited(f"{template}_verify", template, django_db_blocker, tmp_path_factory.mktemp("evidence")):
        sealed()
        return Made(download(sealed()), known(), keys.record_key())


def test_the_script_is_short_and_needs_cryptography_alone() -> None:
    lines = SCRIPT.read_text().splitlines()
    assert len(lines) <= 100
    wanted = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert wanted - set(sys.stdlib_module_names) == {"cryptography"}


def test_a_download_is_valid_under_the_published_keys(committed: str, tmp_path: Path) -> None:
    for _ in range(4):
        sealed()
    record = sealed()
    for _ in range(2):
        Walk().record()
    sign()
    place = tmp_path / "R.zip"
    place.write_bytes(download(record))
    done = run(place, published(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("holds: ") == 6
    assert "at index 4 of 7 leaves" in done.stdout
    assert done.stdout.endswith("VALID\n")
    out = io.StringIO()
    call_command("verify", str(place), stdout=out)
    assert "it does not show" in out.getvalue()


def test_under_no_keys_it_is_whole_and_nobody_vouches_for_it(committed: str, tmp_path: Path) -> None:
    place, empty = tmp_path / "R.zip", tmp_path / "empty"
    place.write_bytes(download(sealed()))
    empty.write_text("")
    for given in ([], [empty]):
        done = run(place, *given)
        assert done.returncode == 2
        assert "under the keys that it brought itself" in done.stdout


@pytest.fixture
def keys_apart(settings: Any, tmp_path: Path) -> None:
    """Keys that this test may put others in the place of."""
    settings.KEYS_ROOT = Path(shutil.copytree(settings.KEYS_ROOT, tmp_path / "keys"))


def test_a_key_on_file_vouches_for_what_was_sealed_in_its_time_alone(
    committed: str, keys_apart: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, out = tmp_path / "R.zip", io.StringIO()
    place.write_bytes(download(sealed()))
    rotate("record")
    call_command("verify", str(place), stdout=out)
    assert "it was sealed while its key was the one that signs" in out.getvalue()
    monkeypatch.setattr(
        "records.log.keys_shown.GRACE", -timedelta(hours=1)
    )  # as if the key had come later and gone sooner
    with pytest.raises(CommandError, match="Not valid: it does not hold that it was sealed while its key"):
        call_command("verify", str(place), stdout=io.StringIO())


def test_what_another_house_has_signed_is_refused(committed: str, keys_apart: None, tmp_path: Path) -> None:
    """A forger makes a house of their own: everything follows from everything, and the keys are theirs."""
    place, ours = tmp_path / "R.zip", published(tmp_path).read_text()
    (tmp_path / "keys.txt").write_text(ours)
    for use in ("record", "log"):
        rotate(use)
    place.write_bytes(download(sealed()))
    done = run(place, tmp_path / "keys.txt")
    assert done.returncode == 1
    assert "both keys are among those that were given" in done.stderr
    assert run(place).returncode == 2
    call_command("verify", str(place), stdout=io.StringIO())  # they are of this house: on file since they were rotated


def test_a_download_made_before_a_rotation_stays_valid(committed: str, keys_apart: None) -> None:
    before = download(sealed())
    for use in ("record", "log"):
        rotate(use)
    after = download(sealed())
    assert valid(before, known())
    assert valid(after, known())


def test_any_single_changed_byte_is_refused(made: Made) -> None:
    assert valid(made.whole, made.keys)
    for place in range(0, len(made.whole), EVERY):
        for bit in (0x01, 0x20, 0x80):
            changed = bytearray(made.whole)
            changed[place] ^= bit
            assert not valid(bytes(changed), made.keys), f"byte {place} of {len(made.whole)}"


def test_a_byte_more_or_less_is_refused(made: Made) -> None:
    whole = made.whole
    for changed in (whole + b"\0", b"\0" + whole, whole[:-1], whole[1:], b""):
        assert not valid(changed, made.keys)


def _swapped(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """One file with other words in it."""

    def swap(files: dict[str, bytes]) -> dict[str, bytes]:
        """The files with that one."""
        assert old in files[name]
        return files | {name: files[name].replace(old, new)}

    return swap


REPACKED: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "another file added": lambda files: files | {"more.txt": b"more"},
    "a file left out": lambda files: {name: data for name, data in files.items() if name != "evidence.sha256"},
    "in another order": lambda files: dict(reversed(files.items())),
    "another outcome": _swapped("statement.json", b'"completes":true', b'"completes":false'),
    "a space in the statement": _swapped("statement.json", b'{"_type', b'{ "_type'),
    "another statement in the bundle": _swapped("bundle.sigstore.json", b'"payload":"eyJ', b'"payload":"eyK'),
    "another hint in the bundle": _swapped("bundle.sigstore.json", b'"hint":"', b'"hint":"A'),
    "another place in the bundle": _swapped("bundle.sigstore.json", b'"logIndex":"1"', b'"logIndex":"0"'),
    "another digest of the evidence": _swapped("evidence.sha256", b"annex.json", b"annex.jsom"),
    "another place": _swapped("record.tlog-proof", b"index 1", b"index 0"),
    "a place written otherwise": _swapped("record.tlog-proof", b"index 1", b"index 01"),
    "another size": _swapped("record.tlog-proof", b"\n2\n", b"\n3\n"),
    "a hash more": _swapped("record.tlog-proof", b"index 1\n", b"index 1\n" + b"A" * 43 + b"=\n"),
    "no signature": lambda files: files | {"signature.der": b""},
    "no leaf": lambda files: files | {"leaf.json": b"{}"},
}


@pytest.mark.parametrize("name", REPACKED)
def test_what_was_changed_and_packed_anew_is_refused(name: str, made: Made) -> None:
    assert valid(zipped(made.files), made.keys)
    assert not valid(zipped(REPACKED[name](made.files)), made.keys)


def test_a_record_that_was_signed_and_is_in_no_log_is_refused(made: Made) -> None:
    """Somebody with the key of Records alone makes a statement of their own, and all the files that follow from it."""
    files = made.files
    forged = files["statement.json"].replace(b'"completes":true', b'"completes":false')
    signed = b"DSSEv1 28 application/vnd.in-toto+json %d %b" % (len(forged), forged)
    proof, log = files["record.tlog-proof"].decode(), files["log-key.txt"].decode()
    again = parts(forged, made.key.sign(signed), made.key.public, proof, log)
    every = steps(zipped(again | {"README.txt": files["README.txt"]}), made.keys)
    assert "it stands in the log" in next(said for said, holds in every if not holds)


def test_a_compressed_or_a_swollen_zip_is_refused(made: Made) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (made.files | {"bomb": b"\0" * 10_000_000}).items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    assert not valid(out.getvalue(), made.keys)


def test_the_command_says_what_does_not_hold(committed: str, tmp_path: Path) -> None:
    place = tmp_path / "R.zip"
    whole = download(sealed())
    for content, says in (
        (whole[:-1], "cannot be read"),
        (zipped(opened(whole) | {"more.txt": b""}), "byte for byte"),
    ):
        place.write_bytes(content)
        with pytest.raises(CommandError, match=says) as refusal:
            call_command("verify", str(place), stdout=io.StringIO())
        assert refusal.value.returncode == 1
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify", str(tmp_path / "nothing.zip"), stdout=io.StringIO())
