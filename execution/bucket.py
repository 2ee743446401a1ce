"""Where evidence lies by setting: a bucket of an S3-compatible store, private, which nobody is ever sent to."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from qtm.refusals import Closed

AWAY = "The store of files cannot be reached, so nothing can be kept or shown from it just now."
MISSING = ("404", "NoSuchKey", "NotFound")


class Bucket(S3Storage):  # type: ignore[misc]
    """A bucket for files that are named by what they hold: writing one again writes the same, and makes it fresh."""

    def __init__(self, **options: Any) -> None:
        """Private whatever the bucket is, and patient for seconds only."""
        patience = Config(
            connect_timeout=5,
            read_timeout=20,
            retries={"total_max_attempts": 2},
            s3={"addressing_style": options.get("addressing_style")},
        )
        super().__init__(
            **options, default_acl="private", querystring_auth=True, file_overwrite=True, client_config=patience
        )

    def url(self, *_: Any, **__: Any) -> str:
        """Nowhere: evidence is had from the house alone, which asks who wants it."""
        raise NotImplementedError("evidence has no address of its own")

    def _open(self, name: str, mode: str = "rb") -> Any:
        """The file, or `FileNotFoundError`."""
        with _reached(name):
            return super()._open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        """There whole or not at all: that is how such a store takes a file."""
        with _reached(name):
            return str(super()._save(name, content))

    def exists(self, name: str) -> bool:
        """Whether it is there."""
        with _reached(name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        """Take it away; one that is gone is gone."""
        with _reached(name):
            super().delete(name)

    def size(self, name: str) -> int:
        """Its bytes."""
        with _reached(name):
            return int(super().size(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Folders and files; a folder that is not there is empty, as a bucket has none."""
        with _reached(name):
            folders, files = super().listdir(name)
            return folders, files

    def get_modified_time(self, name: str) -> datetime:
        """When it was written last."""
        with _reached(name):
            return super().get_modified_time(name)  # type: ignore[no-any-return]


@contextmanager
def _reached(name: str) -> Iterator[None]:
    """What the store says, as a folder of this machine would say it; where it says nothing, the house is closed for a moment."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in MISSING:
            raise FileNotFoundError(name) from None
        raise Closed(AWAY) from error
    except BotoCoreError as error:
        raise Closed(AWAY) from error
