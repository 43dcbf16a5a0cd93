"""Files beside the database: what came with notes.

A file's name is the hash of its content and an ending of ours: nothing that people gave is in it, the
same file twice is one, and whether it is whole can be seen by looking at it. It is whole from the moment it
has its name. Files are never changed; those of notes that were withdrawn are removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{2,4}")
"""How a file is called: the hash of its content, and an ending."""

MOST: Final = 10 * 2**20
"""Bytes of one file, at most: 10 MB."""


def beside(database: Path) -> Path:
    """The folder of a database's files: "event.db.files" beside "event.db"."""
    return database.with_name(f"{database.name}.files")


class FileStore:
    """The files in one folder, which is made when the first is kept.

    All of this blocks, so it is not for the event loop. Raises `OSError`: there may be no room, say.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, data: bytes, ending: str) -> str:
        """Keep a file durably; its name. Kept already, it is not written again."""
        name = f"{hashlib.sha256(data).hexdigest()}.{ending}"
        assert NAME.fullmatch(name), "the ending is one of ours"
        target = self.folder / name
        if self.sound(name):
            return name
        self._make_folder()
        partial = self.folder / f".{secrets.token_hex(8)}.partial"
        try:
            # Readable for its owner alone, as the folder is.
            descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
            _sync(self.folder)
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        return name

    def read(self, name: str) -> bytes:
        """The content of a file."""
        assert NAME.fullmatch(name), "a name that `keep` gave"
        return (self.folder / name).read_bytes()

    def sound(self, name: str) -> bool:
        """Whether the file is there and is what it was."""
        try:
            data = self.read(name)
        except FileNotFoundError:
            return False
        return hashlib.sha256(data).hexdigest() == name.partition(".")[0]

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        assert NAME.fullmatch(name), "a name that `keep` gave"
        (self.folder / name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a kill left half-written. Only who alone writes here may."""
        for left in self.folder.glob(".*.partial"):
            left.unlink(missing_ok=True)

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            # What people photograph and say is nobody else's on this machine.
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self.folder.chmod(0o700)
            _sync(self.folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
