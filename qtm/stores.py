"""Where evidence is kept, from the environment: a folder of this machine, or a bucket of an S3-compatible store."""

import re
from pathlib import Path
from typing import Any

from environs import Env, ValidationError

BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]+)(?:/([\w./-]*))?")


def evidence_store(env: Env, root: Path) -> dict[str, Any]:
    """Django's storage for evidence, as the environment says; what is malformed is said with all the rest."""
    address = env.str("EVIDENCE_STORE", "", validate=_a_bucket)
    endpoint = env.str("EVIDENCE_STORE_ENDPOINT", "") or None
    options = {
        "endpoint_url": endpoint,
        "region_name": env.str("EVIDENCE_STORE_REGION", "") or None,
        "access_key": env.str("EVIDENCE_STORE_KEY", "") or None,
        "secret_key": env.str("EVIDENCE_STORE_SECRET", "") or None,
        "addressing_style": "path"
        if endpoint
        else "auto",  # a store of one's own seldom answers to a name for each bucket
    }
    found = BUCKET.fullmatch(address or "")
    if not found:
        return {"BACKEND": "execution.storage.Folder", "OPTIONS": {"location": root}}
    where = {"bucket_name": found[1], "location": (found[2] or "").strip("/")}
    return {"BACKEND": "execution.bucket.Bucket", "OPTIONS": where | options}


def _a_bucket(address: str) -> None:
    """Refuse what names no bucket."""
    if address and not BUCKET.fullmatch(address):
        raise ValidationError("Not like s3://bucket/prefix.")
