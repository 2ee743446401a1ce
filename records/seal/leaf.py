"""The leaf of a Record: the body of a Rekor v2 `hashedrekord` (0.0.2) over its envelope, made of a digest, a signature and a key, and of nothing personal.

The envelope is DSSE; what is signed is its pre-authentication encoding, by ECDSA P-256 with SHA-256.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from records.canonical import canonical
from records.seal.keys import RecordKey
from records.seal.statement import PAYLOAD

KIND, VERSION = "hashedrekord", "0.0.2"


def encoding(document: bytes) -> bytes:
    """The pre-authentication encoding of DSSE (v1) over the sealed bytes: what is signed."""
    return b"DSSEv1 %d %b %d %b" % (len(PAYLOAD), PAYLOAD.encode(), len(document), document)


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a body says: the digest that was signed, the signature, and the public key (DER) that it is of."""

    digest: bytes
    signature: bytes
    public: bytes

    @property
    def body(self) -> bytes:
        """As the bytes that are hashed into the tree."""
        data = {"algorithm": "SHA2_256", "digest": _text(self.digest)}
        verifier = {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "publicKey": {"rawBytes": _text(self.public)}}
        spec = {"data": data, "signature": {"content": _text(self.signature), "verifier": verifier}}
        return canonical({"apiVersion": VERSION, "kind": KIND, "spec": {"hashedRekordV002": spec}})

    def holds(self, document: bytes) -> bool:
        """Whether the signature is the key's own, over exactly these sealed bytes."""
        signed = encoding(document)
        key = load_der_public_key(self.public)
        if not isinstance(key, EllipticCurvePublicKey) or sha256(signed).digest() != self.digest:
            return False
        try:
            key.verify(self.signature, signed, ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def sealed_with(document: bytes, key: RecordKey) -> Leaf:
    """The leaf of sealed bytes, signed now."""
    signed = encoding(document)
    return Leaf(sha256(signed).digest(), key.sign(signed), key.public)


def leaf_of(body: bytes) -> Leaf:
    """What a body says; ValueError where it is no such body, or not in its one form."""
    try:
        said: Any = json.loads(body)["spec"]["hashedRekordV002"]
        verifier = said["signature"]["verifier"]["publicKey"]["rawBytes"]
        leaf = Leaf(b64decode(said["data"]["digest"]), b64decode(said["signature"]["content"]), b64decode(verifier))
    except (LookupError, TypeError) as lack:
        raise ValueError(f"it says no {lack}") from lack
    if leaf.body != body:
        raise ValueError("it is not in the one form that such a body has")
    return leaf


def _text(value: bytes) -> str:
    """Bytes as base64."""
    return b64encode(value).decode()
