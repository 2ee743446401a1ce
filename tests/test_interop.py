"""Verifiers that were not written here say what they say of a download: valid as it was sealed, and not valid after any change of what they look at."""

import json
import os
import re
import shlex
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import batched
from pathlib import Path
from typing import Any

import aics_tlog
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer._key import SSlibKey

from records import export as exported
from records.export.download import download, receipt
from records.log.notes import Verifier, raw
from records.log.signing import sign
from records.models import Record
from records.seal.keys import fresh, text
from records.verifying.verify_record import steps, zipped
from tests.cast import Walk
from tests.foreign import ask
from tests.test_export import opened

PROVE = os.environ.get("PROVE") == "1"
BUNDLES, EVERY = (20, 1) if PROVE else (1, 11)  # so many bundles, of which each so many-th byte is changed
# What a Sigstore verifier does not look at in a bundle, as ours does: what it says again of what the checkpoint says, and its own version.
UNREAD = {
    "the version of the form": rb'"mediaType":"application/vnd\.dev\.sigstore\.bundle\.v0\.3\+json"',
    "the place, said again outside the proof": rb'"logIndex":"\d+"\}\]\}\}$',
    "the root, said again beside the checkpoint": rb'"rootHash":"[^"]*"',
    "the size, said again beside the checkpoint": rb'"treeSize":"[^"]*"',
    "the name of a place that is 0, as protobuf takes it for granted": rb'"logIndex":"0"',
    "the end of base64: bits that stand for nothing, and the filling": rb"[A-Za-z0-9+/]==?(?=[\"\\\\])",
}


@pytest.fixture
def records(committed: str) -> list[Record]:
    """Some Records, all under one checkpoint."""
    made = [Walk().record() for _ in range(max(BUNDLES, 5))]
    sign()
    return made


def unpacked(record: Record, folder: Path) -> dict[str, bytes]:
    """The files of a download, laid out as somebody has them who unzips it."""
    files = opened(download(record))
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return files


def said(folder: Path, *command: str) -> tuple[int, str]:
    """What a program of this machine answers, there."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


OPENSSL = ("openssl", "dgst", "-sha256", "-verify", "record-key.pem", "-signature", "signature.der", "signed.bin")
README = Path(exported.__file__).parent / "download.txt"
STATED = 'tail -c "$(wc -c < statement.json)" signed.bin'
OF_THE_RECEIPT = [
    "openssl",
    "pkeyutl",
    "-verify",
    "-pubin",
    "-inkey",
    "record-key.pem",
    "-in",
    "signed.sha256.bin",
    "-sigfile",
    "signature.der",
]


def test_openssl_says_valid(records: list[Record], tmp_path: Path) -> None:
    unpacked(records[2], tmp_path)
    assert said(tmp_path, *OPENSSL) == (0, "Verified OK\n")


def flipped(whole: bytes, every: int) -> Iterator[tuple[int, bytes]]:
    """Each so many-th byte changed, and where."""
    for place in range(0, len(whole), every):
        yield place, whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]


def laid_out(changed: Iterable[tuple[int, bytes]], folder: Path) -> list[str]:
    """Changed files beside each other, for a program that looks at many."""
    names = [f"changed/{place}" for place, data in changed if (folder / f"changed/{place}").write_bytes(data)]
    assert names
    return names


def passed(folder: Path, names: Iterable[str], command: str) -> list[str]:
    """The files of which a command says that they are right, run anew for each."""
    loop = f'for each in {" ".join(names)}; do {command} > /dev/null 2>&1 && echo "$each"; done; true'
    status, words = said(folder, "sh", "-c", loop)
    assert status == 0
    return words.split()


@pytest.fixture
def bundles(records: list[Record], tmp_path: Path) -> Iterator[tuple[dict[str, bytes], Path]]:
    """Downloads, each unpacked in a folder with one for changed files in it."""

    def each() -> Iterator[tuple[dict[str, bytes], Path]]:
        """One after another."""
        for record in records[:BUNDLES]:
            folder = tmp_path / record.sha256
            (folder / "changed").mkdir(parents=True)
            yield unpacked(record, folder), folder
            shutil.rmtree(folder)

    return each()


def test_openssl_says_invalid_after_any_changed_byte_of_what_was_signed(
    bundles: Iterator[tuple[dict[str, bytes], Path]],
) -> None:
    command = shlex.join(OPENSSL[:-1])
    for files, folder in bundles:
        for some in batched(flipped(files["signed.bin"], EVERY), 1000):
            names = laid_out(some, folder)
            assert passed(folder, ["signed.bin", *names], f'{command} "$each"') == ["signed.bin"]


@pytest.mark.parametrize("name", ["signature.der", "record-key.pem"])
def test_openssl_says_invalid_after_any_changed_byte_of_signature_or_key(
    name: str, bundles: Iterator[tuple[dict[str, bytes], Path]]
) -> None:
    """A change of the key that leaves it what it is (a bit of base64 that stands for nothing, a line's end) changes nothing that is signed."""
    for files, folder in bundles:
        for place, changed in flipped(files[name], EVERY if PROVE else 3):
            (folder / name).write_bytes(changed)
            status, words = said(folder, *OPENSSL)
            assert status == 1 or (name == "record-key.pem" and same_key(changed, files[name])), f"{place}: {words}"


def test_the_comparison_of_the_readme_tells_of_any_changed_byte_of_the_statement(
    bundles: Iterator[tuple[dict[str, bytes], Path]],
) -> None:
    """As it stands there, with what it begins with done once for many statements in the place of the one that was signed."""
    assert f"  {STATED} | cmp - statement.json\n" in README.read_text()
    for files, folder in bundles:
        assert said(folder, "sh", "-c", f"{STATED} > stated")[0] == 0
        for some in batched(flipped(files["statement.json"], EVERY), 1000):
            names = laid_out(some, folder)
            assert passed(folder, ["statement.json", *names], 'cmp stated "$each"') == ["statement.json"]


def same_key(pem: bytes, other: bytes) -> bool:
    """Whether two PEMs are of the same key."""
    try:
        return load_pem_public_key(pem) == load_pem_public_key(other)
    except ValueError:
        return False


def test_openssl_checks_a_receipt_that_shows_nothing(records: list[Record], tmp_path: Path) -> None:
    for name, data in opened(receipt(records[2])).items():
        (tmp_path / name).write_bytes(data)
    assert said(tmp_path, *OF_THE_RECEIPT)[0] == 0
    (tmp_path / "signed.sha256.bin").write_bytes(sha256(b"another").digest())
    assert said(tmp_path, *OF_THE_RECEIPT)[0] == 1


def test_the_commands_of_the_readme_do_what_it_says(records: list[Record], tmp_path: Path) -> None:
    unpacked(records[2], tmp_path)
    (tmp_path / "annex.json").write_bytes(bytes(records[2].annexes.get().content))
    for line in re.findall(
        r"^  (openssl .*?|tail .*?|sha256sum .*?)(?:   .*)?$", opened(download(records[2]))["README.txt"].decode(), re.M
    ):
        assert said(tmp_path, "sh", "-c", line)[0] == 0, line
    (tmp_path / "annex.json").write_bytes(b"{}")
    assert said(tmp_path, "sha256sum", "--ignore-missing", "-c", "evidence.sha256")[0] == 1


def test_securesystemslib_verifies_the_envelope(records: list[Record], tmp_path: Path) -> None:
    files = unpacked(records[2], tmp_path)
    key = SSlibKey.from_crypto(load_pem_public_key(files["record-key.pem"]))

    def envelope() -> Any:
        """A fresh copy, as reading changes it."""
        dsse = json.loads(files["bundle.sigstore.json"])["dsseEnvelope"]
        return {**dsse, "signatures": [{"keyid": key.keyid, **each} for each in dsse["signatures"]]}

    assert Envelope.from_dict(envelope()).verify([key], 1)
    assert Envelope.from_dict(envelope()).pae() == files["signed.bin"]
    for name, other in (("payloadType", "text/plain"), ("payload", b64encode(files["statement.json"] + b" ").decode())):
        with pytest.raises(VerificationError):
            Envelope.from_dict(envelope() | {name: other}).verify([key], 1)


class Proof:
    """A tlog-proof as C2SP writes it, read by nothing of ours."""

    def __init__(self, text: str) -> None:
        """Take it apart."""
        first, (self.index, *self.hashes), self.note = self._split(text)
        assert first == "c2sp.org/tlog-proof@v1"

    def _split(self, text: str) -> tuple[str, list[str], str]:
        """The first line, the place with its hashes, and the checkpoint."""
        head, note = text.split("\n\n", 1)
        first, place, *hashes = head.split("\n")
        return first, [place, *hashes], note

    def _hash(self, said: str) -> bytes:
        """A hash from base64 in its one form: the last character of it has bits that stand for nothing."""
        read = b64decode(said, validate=True)
        assert b64encode(read).decode() == said
        return read

    def holds(self, leaf: bytes, vkey: str) -> bool:
        """Whether aics-tlog, given a key that it has from elsewhere, finds the leaf in the tree of the checkpoint."""
        key = aics_tlog.parse_vkey(vkey)
        checked = aics_tlog.verify_checkpoint(aics_tlog.parse_note(self.note), key)
        if not checked.ok:
            return False
        number = int(self.index.removeprefix("index "))
        tree = aics_tlog.parse_checkpoint(aics_tlog.parse_note(self.note).text)
        path = [self._hash(each) for each in self.hashes]
        return aics_tlog.verify_leaf_inclusion(leaf, number, tree.size, path, tree.root)


def c2sp(files: dict[str, bytes], vkey: str) -> bool:
    """Whether a verifier of the C2SP family says valid of a leaf, its proof and a checkpoint."""
    try:
        return Proof(files["record.tlog-proof"].decode()).holds(files["leaf.json"], vkey)
    except (ValueError, AssertionError):
        return False


def test_a_c2sp_verifier_says_valid_of_each_place(records: list[Record], tmp_path: Path) -> None:
    for record in records:
        files = unpacked(record, tmp_path)
        assert c2sp(files, files["log-key.txt"].decode().strip())


@pytest.mark.parametrize("name", ["leaf.json", "record.tlog-proof"])
def test_a_c2sp_verifier_says_invalid_after_any_changed_byte(name: str, records: list[Record], tmp_path: Path) -> None:
    for record in records[:BUNDLES]:
        files = unpacked(record, tmp_path)
        vkey = files["log-key.txt"].decode().strip()
        for place in range(0, len(files[name]), EVERY if PROVE else 3):
            changed = bytearray(files[name])
            changed[place] ^= 1
            assert not c2sp(files | {name: bytes(changed)}, vkey), f"byte {place}"


def sigstore(bundles: list[bytes], signer: str, log: str) -> list[str]:
    """What @sigstore/verify says of bundles, given the key of the signer (DER as base64) and of the log (C2SP)."""
    return ask("sigstore.cjs", [b64encode(each).decode() for each in bundles], signer, log)


def given(files: dict[str, bytes]) -> tuple[str, str]:
    """The keys of a download as it takes them."""
    return "".join(files["record-key.pem"].decode().split("\n")[1:-2]), files["log-key.txt"].decode().strip()


def test_a_sigstore_verifier_says_valid(records: list[Record], tmp_path: Path) -> None:
    files = [unpacked(record, tmp_path) for record in records]
    assert set(sigstore([each["bundle.sigstore.json"] for each in files], *given(files[0]))) == {"valid"}


def test_a_sigstore_verifier_refuses_under_other_keys(records: list[Record], tmp_path: Path) -> None:
    files = unpacked(records[2], tmp_path)
    signer, log = given(files)
    other = Verifier(log.split("+")[0], raw(Ed25519PrivateKey.generate().public_key()))
    bundle = [files["bundle.sigstore.json"]]
    assert sigstore(bundle, text(fresh("record")[0]), log)[0].startswith("PUBLIC_KEY_ERROR")
    assert sigstore(bundle, signer, str(other))[0].startswith("TLOG_INCLUSION_PROOF_ERROR")
    assert not c2sp(files, str(other))


def unread(bundle: bytes) -> dict[int, str]:
    """The places in a bundle that a Sigstore verifier does not look at, each with why."""
    spans = ((what, *each.span()) for what, form in UNREAD.items() for each in re.finditer(form, bundle))
    return {place: what for what, begin, end in spans for place in range(begin, end)}


def test_a_sigstore_verifier_says_invalid_after_any_changed_byte_it_looks_at_and_ours_after_any(
    records: list[Record], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Of what it does not look at, each byte stands in a place that is named, and is refused by our own verifier."""
    passed: dict[str, int] = {}
    for record in records[:BUNDLES]:
        files = unpacked(record, tmp_path)
        whole = files["bundle.sigstore.json"]
        named = unread(whole)
        for places in batched(range(0, len(whole), EVERY), 500):
            changed = [whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] for place in places]
            for place, bundle, verdict in zip(places, changed, sigstore(changed, *given(files)), strict=True):
                assert not ours(files | {"bundle.sigstore.json": bundle})
                if verdict == "valid":
                    assert place in named, f"byte {place}: {whole[place - 30 : place + 10]!r}"
                    passed[named[place]] = passed.get(named[place], 0) + 1
    record_property("told", f"a Sigstore verifier lets pass, and ours refuses: {passed}")


def ours(files: dict[str, bytes]) -> bool:
    """Whether our own verifier says valid of files that somebody has packed anew."""
    try:
        return all(holds for _, holds in steps(zipped(files), ""))
    except Exception:
        return False
