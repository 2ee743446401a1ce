"""Verifies the download of a Record, offline: `python verify_record.py R-12.zip keys.txt ...`, after `pip install cryptography`.

keys.txt: the keys that the house publishes (/keys/keys.txt), best had from elsewhere. Exit status: 0 valid under those, 1 not valid, 2 whole, but no keys given.
"""

import io
import json
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

LEAF = '{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"SHA2_256","digest":"%s"},"signature":{"content":"%s","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"%s"}}}}}}'
BUNDLE = '{"dsseEnvelope":{"payload":"%s","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"%s"}]},"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"%s"},"tlogEntries":[{"canonicalizedBody":"%s","inclusionProof":{"checkpoint":{"envelope":%s},"hashes":%s,"logIndex":"%s","rootHash":"%s","treeSize":"%s"},"kindVersion":{"kind":"hashedrekord","version":"0.0.2"},"logId":{"keyId":"%s"},"logIndex":"%s"}]}}'
NAMES = "statement.json signed.bin signature.der record-key.pem leaf.json record.tlog-proof log-key.txt bundle.sigstore.json evidence.sha256"
# The form of RFC 8785, for what a Record is made of.
compact = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def parts(statement: bytes, signature: bytes, key: bytes, proof: str, log: str) -> dict[str, bytes]:
    """Every file of a download but the README, each in its one form."""
    (_, place, *path), note = (half.split("\n") for half in proof.split("\n\n", 1))
    signed = b"DSSEv1 28 application/vnd.in-toto+json %d %b" % (len(statement), statement)
    name, public = log.split("+", 2)[::2]
    digests = [sha256(each).digest() for each in (signed, key, f"{name}\n".encode() + b64decode(public))]
    digest, hint, log_id, *given = (b64encode(each).decode() for each in (*digests, statement, signature, key))
    leaf, index = LEAF % (digest, *given[1:]), int(place.removeprefix("index "))
    inclusion = compact("\n".join(note)), compact(path), index, note[2], note[1], log_id, index
    bundle = BUNDLE % (*given[:2], hint, b64encode(leaf.encode()).decode(), *inclusion)
    pem = f"-----BEGIN PUBLIC KEY-----\n{given[2][:64]}\n{given[2][64:]}\n-----END PUBLIC KEY-----\n"
    evidence = [f"{each['digest']['sha256']}  {each['name']}\n" for each in json.loads(statement)["subject"]]
    proof = "\n".join(["c2sp.org/tlog-proof@v1", f"index {index}", *path, "", *note])
    texts = (each.encode() for each in (pem, leaf, proof, log, bundle, "".join(evidence)))
    return dict(zip(NAMES.split(), (statement, signed, signature, *texts), strict=True))


def zipped(files: dict[str, bytes]) -> bytes:
    """Files as the one ZIP that they can be: stored, in this order, of no date."""
    with zipfile.ZipFile(out := io.BytesIO(), "w") as archive:
        for name, data in files.items():
            (info := zipfile.ZipInfo(name)).create_system = 3
            archive.writestr(info, data)
    return out.getvalue()


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root to which a proof of inclusion leads (RFC 6962, 2.1.1); a proof of another length raises."""
    if (index, size, path) == (0, 1, []):
        return sha256(b"\0" + leaf).digest()
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha256(b"\1" + root_of(leaf, index, half, path[:-1]) + path[-1]).digest()
    return sha256(b"\1" + path[-1] + root_of(leaf, index - half, size - half, path[:-1])).digest()


def steps(download: bytes, keys: str) -> Iterator[tuple[str, bool]]:
    """What is to hold, and whether it does, step by step; what cannot even be read raises."""
    with zipfile.ZipFile(io.BytesIO(download)) as archive:
        files = {each.filename: archive.read(each) for each in archive.infolist() if each.file_size < len(download)}
    statement, signed, signature, *texts = (files[name] for name in NAMES.split())
    pem, leaf, proof, log, *_ = (each.decode() for each in texts)
    der = b64decode(key := "".join(pem.split("\n")[1:3]))
    made = parts(statement, signature, der, proof, log) | {"README.txt": files["README.txt"]}
    yield "its files follow from each other, byte for byte, in the one ZIP that they can be", zipped(made) == download
    yield "what is stated is canonical JSON (RFC 8785)", compact(json.loads(statement)).encode() == statement
    EllipticCurvePublicKey.from_encoded_point(SECP256R1(), der[-65:]).verify(signature, signed, ECDSA(SHA256()))
    yield f"it is signed by the key for Records of SHA-256 {sha256(der).hexdigest()}", True
    (_, at, *path), (origin, size, root), lines = (each.split("\n") for each in proof.split("\n\n"))
    found = b64encode(root_of(leaf.encode(), int(at[6:]), int(size), [*map(b64decode, path)])).decode()
    yield f"it stands in the log {origin}, at {at} of {size} leaves", found == root
    name, number, public = log.split("+", 2)
    vouched = next(b64decode(each.split(" ")[2]) for each in lines if each.startswith(f"— {name} "))
    house = Ed25519PublicKey.from_public_bytes(b64decode(public)[1:])
    house.verify(vouched[4:], f"{origin}\n{size}\n{root}\n".encode())
    yield f"this was signed by the log’s key, {log.strip()}", (origin, vouched[:4].hex()) == (name, number)
    yield "both keys are among those that were given", not keys or (key in keys and log.strip() in keys)


def main(path: str, *given: str) -> int:
    """Say each step, and how it ends."""
    keys = "".join("".join(Path(each).read_text().replace("\\n", "").split()) for each in given)
    try:
        for said, holds in steps(Path(path).read_bytes(), keys):
            if not holds:
                raise ValueError(f"it does not hold that {said}")
            print("holds: ", said)
    except Exception as fault:
        sys.exit(f"NOT VALID: {type(fault).__name__}, {fault}")
    print("VALID" if keys else "WHOLE, but under the keys that it brought itself: give those that the house publishes")
    return 0 if keys else 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
