"""Files the server holds: uploaded by the bot or sent by a phone, served again for download."""

import hashlib
import struct
from dataclasses import dataclass, field
from typing import Any

from rehearsal.telegram.errors import bad_request

MAX_PHOTO = 10_000_000
MAX_UPLOAD = 50_000_000
_MAX_SIDES = 10_000
_MAX_RATIO = 20
_SHOWN_SIDE = 1280
_MIME = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "pdf": "application/pdf",
    "txt": "text/plain",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    data: bytes

    def described(self) -> dict[str, Any]:
        """How it stands in calls.jsonl."""
        return {"file": self.name, "bytes": len(self.data), "sha256": hashlib.sha256(self.data).hexdigest()}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with its identifiers; width and height are of an image, as Telegram would scale it, else 0."""

    file_id: str
    unique_id: str
    path: str
    name: str
    data: bytes = field(repr=False)
    width: int = 0
    height: int = 0

    @property
    def mime_type(self) -> str:
        """By the name's ending."""
        return _MIME.get(self.name.rpartition(".")[2].lower(), "application/octet-stream")

    def json(self) -> dict[str, Any]:
        """The fields every kind of file has."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}

    def photo_json(self) -> list[dict[str, Any]]:
        """An array of PhotoSize (one)."""
        return [self.json() | {"width": self.width, "height": self.height}]

    def document_json(self) -> dict[str, Any]:
        """A Document."""
        return self.json() | {"file_name": self.name, "mime_type": self.mime_type}


class FileStore:
    """All files of the rehearsal, in memory."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def photo(self, upload: Upload) -> StoredFile:
        """Store an image, or ApiError 400: empty, too big, not an image, odd sides."""
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > MAX_PHOTO:
            raise bad_request(f"file is too big for a photo; the maximum size is {MAX_PHOTO} bytes")
        size = image_size(upload.data)
        if size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        width, height = size
        if width + height > _MAX_SIDES or max(size) > _MAX_RATIO * min(size):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        scale = min(1.0, _SHOWN_SIDE / max(size))
        return self._store(upload, "photos", round(width * scale), round(height * scale))

    def document(self, upload: Upload) -> StoredFile:
        """Store any file, or ApiError 400 when it is empty."""
        if not upload.data:
            raise bad_request("file must be non-empty")
        return self._store(upload, "documents")

    def by_id(self, file_id: str) -> StoredFile | None:
        """The file a bot means by this file_id."""
        return self._by_id.get(file_id)

    def by_path(self, path: str) -> StoredFile | None:
        """The file under /file/bot<token>/."""
        return self._by_path.get(path)

    def _store(self, upload: Upload, kind: str, width: int = 0, height: int = 0) -> StoredFile:
        digest = hashlib.sha256(upload.data).hexdigest()
        suffix = "".join(c for c in upload.name.rpartition(".")[2].lower() if c.isalnum()) or "bin"
        number = len(self._by_id)
        stored = StoredFile(
            file_id=f"BQACAgQ{digest[:24]}{number:06d}",
            unique_id=f"AgAD{digest[:12]}",
            path=f"{kind}/file_{number}.{suffix}",
            name=upload.name,
            data=upload.data,
            width=width,
            height=height,
        )
        self._by_id[stored.file_id] = self._by_path[stored.path] = stored
        return stored


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG in pixels; None when it is neither."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) >= 24:  # noqa: PLR2004
        width, height = struct.unpack(">II", data[16:24])
        return (width, height) if width and height else None
    if data[:2] == b"\xff\xd8":
        return _jpeg_size(data)
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:  # noqa: PLR2004 - every marker starts so
        marker = data[position + 1]
        # Start-of-frame markers; C4, C8 and CC in their range are something else.
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return (width, height) if width and height else None
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return None
