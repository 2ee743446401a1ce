"""The download of a Record: what was sealed, and all that it takes to check it; and the receipt, which shows nothing of the Record.

Each is one ZIP that is the same, byte for byte, for as long as the checkpoint is. The form of the files stands in the script that verifies them.
"""

from base64 import b64encode
from pathlib import Path

from django.http import HttpResponse

from qtm.refusals import Conflict
from records.log import checkpoints
from records.log.model import Key
from records.log.proofs import Place, place_of
from records.models import Record
from records.seal.keys import LOG
from records.seal.leaf import Leaf, leaf_of
from records.verifying.verify_record import parts, zipped

HERE = Path(__file__).parent
NOT_YET = (
    "No signed checkpoint of the log covers this Record yet, and a download without one would prove less. One is signed every few seconds:"
    " try again. If it stays so, the log refuses to sign, and its page says why."
)
RECEIPT = ("record-key.pem", "signature.der", "leaf.json", "record.tlog-proof", "log-key.txt")


def download(record: Record) -> bytes:
    """The whole Record, for whoever may read it."""
    files, _ = _proven(record)
    return zipped(files | {"README.txt": (HERE / "download.txt").read_bytes()})


def receipt(record: Record) -> bytes:
    """That the log holds a Record of this digest: hashes, signatures and public keys alone."""
    files, leaf = _proven(record)
    shown = {name: files[name] for name in RECEIPT}
    return zipped(shown | {"signed.sha256.bin": leaf.digest, "README.txt": (HERE / "receipt.txt").read_bytes()})


def _proven(record: Record) -> tuple[dict[str, bytes], Leaf]:
    """The files of a download, and the leaf; refused while no checkpoint covers it."""
    place, leaf = place_of(record.pk), leaf_of(bytes(record.body))
    if place is None:
        raise Conflict(sentence=NOT_YET, heading="In a few seconds")
    files = parts(bytes(record.document), leaf.signature, leaf.public, tlog_proof(place), f"{log_key(place)}\n")
    return files, leaf


def tlog_proof(place: Place) -> str:
    """A place in the log as C2SP writes it (tlog-proof)."""
    path = [b64encode(each).decode() for each in place.proof]
    return "\n".join(["c2sp.org/tlog-proof@v1", f"index {place.number}", *path, "", place.signed.whole])


def log_key(place: Place) -> str:
    """The key that signed its checkpoint, as those read it who check checkpoints."""
    return str(checkpoints.signer(place.signed, list(Key.objects.filter(use=LOG).order_by("-pk"))))


def as_file(content: bytes, name: str) -> HttpResponse:
    """A ZIP to keep, which no cache on the way keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/zip", headers=headers)
