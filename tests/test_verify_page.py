"""The page on which anybody checks a Record: in a real Chromium, by WebCrypto, under the house's content policy, with files whole and damaged."""

import io
import re
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, FilePayload, Page

from records.export.download import download, receipt
from records.log.notes import COSIGNATURE, Verifier, checkpoint_of, raw
from records.log.signing import sign
from records.log.validity import GRACE
from records.models import Key, Record
from records.seal.keys import LOG, RECORD
from records.seal.leaf import leaf_of
from records.verifying import verify_record
from records.verifying.verify_record import parts, zipped
from tests.axe import Critic
from tests.browser import PHONE, House
from tests.cast import Walk
from tests.test_export import opened, sealed
from tests.test_verify_record import REPACKED

pytestmark = pytest.mark.browser
VALID, INVALID = "Nothing was changed since it was sealed", "Not valid"


def choose(page: Page, *files: tuple[str, bytes]) -> str:
    """Choose files, and read how it ends."""
    page.locator("#steps").evaluate("(list) => list.replaceChildren()")
    page.locator("#verdict").evaluate("(verdict) => { verdict.hidden = true }")
    page.locator("#chosen").set_input_files(
        [FilePayload(name=name, mimeType="application/octet-stream", buffer=data) for name, data in files]
    )
    page.locator("#verdict:not([hidden])").wait_for()
    return page.locator("#verdict").inner_text()


def held(page: Page) -> list[str]:
    """Whether each step held, as the page shows it."""
    return page.locator("#steps li").evaluate_all("(lines) => lines.map((each) => each.dataset.holds)")  # type: ignore[no-any-return]


def test_a_download_is_valid_and_each_step_is_shown(visit: Callable[..., Any]) -> None:
    for _ in range(3):
        sealed()
    record = sealed()
    Walk().record()
    sign()
    visitor = visit(size=PHONE)
    visitor.page.goto("/verify/")
    assert VALID in choose(visitor.page, ("R.zip", download(record)))
    assert held(visitor.page) == [*["true"] * 7, "null"], "nobody is named as a witness"
    said = visitor.page.locator("#steps").inner_text()
    assert "leaf 3 of 5" in said
    assert "Not that no other is missing" in said
    assert "Northside" in visitor.page.locator("#told").inner_text()
    visitor.looks()


def test_nothing_that_is_chosen_leaves_the_machine(visit: Callable[..., Any]) -> None:
    archive = download(sealed())
    visitor = visit()
    visitor.page.goto("/verify/")
    visitor.page.wait_for_load_state("networkidle")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.context.set_offline(True)
    assert VALID in choose(visitor.page, ("R.zip", archive))
    assert asked == []


def test_whatever_was_changed_is_not_valid(visit: Callable[..., Any]) -> None:
    sealed()
    whole = download(sealed())
    visitor = visit()
    visitor.page.goto("/verify/")
    assert VALID in choose(visitor.page, ("R.zip", whole))
    for place in range(0, len(whole), len(whole) // 60):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        assert INVALID in choose(visitor.page, ("R.zip", changed)), f"byte {place}"
    for name, repack in REPACKED.items():
        assert INVALID in choose(visitor.page, ("R.zip", zipped(repack(opened(whole))))), name
    for damaged in (whole[:-1], whole + b"\0", b"", b"PK", b"%PDF-1.7"):
        assert INVALID in choose(visitor.page, ("R.zip", damaged))
    assert VALID in choose(visitor.page, ("R.zip", whole))


def test_evidence_that_is_chosen_with_it_is_compared(visit: Callable[..., Any]) -> None:
    record = sealed()
    annex = bytes(record.annexes.get().content)
    visitor = visit()
    visitor.page.goto("/verify/")
    assert VALID in choose(visitor.page, ("R.zip", download(record)), ("annex.json", annex))
    assert "annex.json: annex.json" in visitor.page.locator("#steps").inner_text()
    assert "is not of its evidence" in choose(visitor.page, ("R.zip", download(record)), ("annex.json", annex + b" "))


def test_by_its_digest_the_receipt_is_checked_and_then_the_record(visit: Callable[..., Any]) -> None:
    record, other = sealed(), sealed()
    visitor = visit(size=PHONE)
    visitor.page.goto(f"/verify/{record.sha256}")
    visitor.page.locator("#verdict:not([hidden])").wait_for()
    assert "In the log" in visitor.page.locator("#verdict").inner_text()
    assert held(visitor.page) == ["true", "null", "true", "true", "true", "null"]
    assert VALID in choose(visitor.page, ("R.zip", download(record)))
    assert INVALID in choose(visitor.page, ("R.zip", download(other)))
    assert "the digest that you came with" in visitor.page.locator("#steps").inner_text()
    visitor.looks()


def as_served(page: str, visitor: Any) -> None:
    """Open the page as if the house had served it so."""
    visitor.page.route("**/verify/", lambda route: route.fulfill(body=page, content_type="text/html"))
    visitor.page.goto("/verify/")


def test_the_keys_are_those_of_the_house_and_no_others_do(visit: Callable[..., Any]) -> None:
    archive = download(sealed())
    other = re.sub(r'data-key="[^"]*"', 'data-key="another"', Client().get("/verify/").content.decode())
    visitor = visit()
    as_served(other, visitor)
    assert INVALID in choose(visitor.page, ("R.zip", archive))
    assert held(visitor.page) == [*["true"] * 5, "false"]


def test_a_key_that_signs_no_more_still_proves_what_it_sealed_and_nothing_later(
    visit: Callable[..., Any], settings: Any, tmp_path: Path
) -> None:
    before, old = download(sealed()), Key.objects.get(use=RECORD)
    settings.KEYS_ROOT = shutil.copytree(settings.KEYS_ROOT, tmp_path / "keys")
    call_command("keys", "rotate", RECORD, stdout=io.StringIO())
    after = download(sealed())
    page = Client().get("/verify/").content.decode()
    new = Key.objects.filter(use=RECORD).latest("pk").since
    for said in (f'data-first="{new - GRACE:%Y-%m-%dT%H:%M:%S}', f'data-last="{new + GRACE:%Y-%m-%dT%H:%M:%S}'):
        assert said in page
    early = re.sub(r'data-last="20[^"]+"', f'data-last="{(old.since - timedelta(minutes=1)).isoformat()}"', page)
    late = re.sub(r'data-first="[^"]+"', f'data-first="{(new + timedelta(minutes=1)).isoformat()}"', page)
    visitor = visit()
    for served, first, second in ((page, True, True), (early, False, True), (late, False, False)):
        as_served(served, visitor)
        for archive, holds in ((before, first), (after, second)):
            assert (VALID if holds else INVALID) in choose(visitor.page, ("R.zip", archive))
            assert held(visitor.page)[6] == ("true" if holds else "false")


def witnessed(named: str, visitor: Any) -> None:
    """Open the page of a house that names a witness."""
    page = Client().get("/verify/").content.decode().replace("</dl>", f'<dd data-witness="{named}"></dd></dl>')
    as_served(page, visitor)


def cosigned(record: Record, key: Ed25519PrivateKey, *, moment: int) -> tuple[bytes, Verifier]:
    """A download under whose checkpoint stands a witness's signature, made over another moment than it says where that is so."""
    files, witness = opened(download(record)), Verifier("witness.example/w", raw(key.public_key()), COSIGNATURE)
    proof, der = files["record.tlog-proof"].decode(), leaf_of(bytes(record.body)).public
    signed = key.sign(f"cosignature/v1\ntime 1796000000\n{checkpoint_of(proof.split('\n\n', 1)[1])}".encode())
    line = f"— {witness.name} {b64encode(witness.number + moment.to_bytes(8) + signed).decode()}\n"
    made = parts(files["statement.json"], files["signature.der"], der, proof + line, files["log-key.txt"].decode())
    return zipped(made | {"README.txt": files["README.txt"]}), witness


@pytest.mark.parametrize(("moment", "holds"), [(1796000000, True), (1796000001, False)])
def test_a_witness_that_the_page_names_vouches_for_the_checkpoint_or_nothing_is_valid(
    moment: int, holds: bool, visit: Callable[..., Any]
) -> None:
    archive, witness = cosigned(sealed(), Ed25519PrivateKey.generate(), moment=moment)
    visitor = visit()
    witnessed(str(witness), visitor)
    assert (VALID if holds else INVALID) in choose(visitor.page, ("R.zip", archive))
    assert held(visitor.page) == [*["true"] * 7, "true" if holds else "false"]
    assert "witness.example/w" in visitor.page.locator("#steps li").last.inner_text()


def test_a_witness_of_another_key_is_none_that_is_known(visit: Callable[..., Any]) -> None:
    archive, witness = cosigned(sealed(), Ed25519PrivateKey.generate(), moment=1796000000)
    visitor = visit()
    witnessed(str(Verifier(witness.name, raw(Ed25519PrivateKey.generate().public_key()), COSIGNATURE)), visitor)
    assert VALID in choose(visitor.page, ("R.zip", archive))
    assert held(visitor.page) == [*["true"] * 7, "null"]


def test_the_page_names_the_witnesses_of_the_settings(committed: str, settings: Any) -> None:
    named = str(Verifier("witness.example/w", bytes(32), COSIGNATURE))
    settings.WITNESSES = [f"{named} https://witness.example"]
    assert f'data-witness="{named}"' in Client().get("/verify/").content.decode().replace("&#x2B;", "+")


WITHOUT_ED25519 = """const real = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = function (form, key, algorithm, ...rest) {
  if (algorithm.name === "Ed25519") return Promise.reject(new DOMException("", "NotSupportedError"));
  return real.call(this, form, key, algorithm, ...rest);
};"""


def test_a_browser_without_the_kind_of_the_logs_signature_says_so_and_calls_nothing_invalid(
    visit: Callable[..., Any],
) -> None:
    record = sealed()
    visitor = visit(size=PHONE)
    visitor.page.add_init_script(WITHOUT_ED25519)
    visitor.page.goto("/verify/")
    said = choose(visitor.page, ("R.zip", whole := download(record)))
    assert "All that this browser can check holds" in said
    assert INVALID not in said
    assert held(visitor.page) == [*["true"] * 4, "null", "true", "true"]
    visitor.looks()
    assert INVALID in choose(visitor.page, ("R.zip", whole[:900] + b"x" + whole[901:]))


@pytest.mark.parametrize("answer", ["409", "nothing"])
def test_a_receipt_that_does_not_come_is_said_to_be_missing(answer: str, visit: Callable[..., Any]) -> None:
    record = sealed()
    visitor = visit()
    visitor.page.route(
        "**/receipt.zip", lambda route: route.abort() if answer == "nothing" else route.fulfill(status=409)
    )
    visitor.page.goto(f"/verify/{record.sha256}")
    visitor.page.locator("#verdict:not([hidden])").wait_for()
    said = visitor.page.locator("#verdict").inner_text()
    assert "Its receipt could not be had" in said
    assert ("The house answered 409." if answer == "409" else "The house did not answer.") in said
    assert VALID in choose(visitor.page, ("R.zip", download(record)))


def test_the_page_shows_the_fingerprint_of_each_key_and_how_to_do_without_it(committed: str) -> None:
    page = Client().get("/verify/").content.decode()
    for key in Key.objects.all():
        shown = str(key.verifier) if key.use == LOG else sha256(b64decode(key.public)).hexdigest()
        assert shown in page
    assert "openssl dgst -sha256 -verify record-key.pem -signature signature.der signed.bin" in page
    assert Client().get("/verify/verify_record.py").content == Path(verify_record.__file__).read_bytes()


def test_by_digest_nothing_is_shown_of_the_record_and_another_digest_is_not_there(committed: str) -> None:
    record = sealed()
    plain, answer = Client().get("/verify/").content.decode(), Client().get(f"/verify/{record.sha256}")
    for words in ("Will", "Northside", "Holt", record.reference, record.facts["case"], "dvis"):
        assert answer.content.decode().count(words) == plain.count(words), words
    assert "noindex" in answer["X-Robots-Tag"]
    assert Client().get(f"/verify/{record.sha256}/receipt.zip").content == receipt(record)
    for digest in ("0" * 64, record.sha256.upper(), record.sha256[:-1]):
        assert Client().get(f"/verify/{digest}").status_code == 404
        assert Client().get(f"/verify/{digest}/receipt.zip").status_code == 404


def test_one_that_no_checkpoint_covers_is_said_to_be_so(committed: str) -> None:
    record = Walk().record()
    assert "no signed checkpoint covers it yet" in Client().get(f"/verify/{record.sha256}").content.decode()
    assert Client().get(f"/verify/{record.sha256}/receipt.zip").status_code == 409


def test_without_javascript_the_page_says_what_to_do(visit: Callable[..., Any]) -> None:
    record: Record = sealed()
    visitor = visit(java_script_enabled=False)
    visitor.page.goto(f"/verify/{record.sha256}")
    assert not visitor.page.locator("#verify").is_visible()
    assert visitor.page.get_by_text("openssl dgst").is_visible()
    assert visitor.page.get_by_role("link", name="Its receipt").is_visible()


def test_anybody_can_read_it(chromium: Browser, house: House) -> None:
    archive, digest = download(record := sealed()), record.sha256
    critic = Critic(chromium, house)
    for path in ("/verify/", f"/verify/{digest}"):
        critic.open(path)
        choose(critic.page, ("R.zip", archive), ("other.txt", b"other"))
        critic.judge()
    assert critic.wrong == []
