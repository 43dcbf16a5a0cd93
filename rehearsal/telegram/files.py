"""Files the server holds: uploaded by the bot or sent by a phone, served again for download.

As Telegram documents it: a photo comes in several sizes, each a file of its own, the smallest first; getFile
gives files of at most 20 MB, under an address that is good for an hour; a `file_unique_id` opens nothing.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from rehearsal.telegram.errors import bad_request

MAX_PHOTO = 10_000_000
MAX_UPLOAD = 50_000_000
MAX_DOWNLOAD = 20_000_000
LINK_LASTS = timedelta(hours=1)
"""Telegram's words are "at least": here it is no longer, or nobody would notice who relies on more."""

Sound = Literal["voice", "audio", "video_note"]

_SMALL_SIDE = 90
_FOLDERS = {"voice": "voice", "audio": "music", "video_note": "video_notes"}
_MAX_SIDES = 10_000
_MAX_RATIO = 20
_SHOWN_SIDE = 1280
_MIME = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
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
    seconds: int = 0
    small: "StoredFile | None" = field(default=None, repr=False)

    @property
    def mime_type(self) -> str:
        """By the name's ending."""
        return _MIME.get(self.name.rpartition(".")[2].lower(), "application/octet-stream")

    def json(self) -> dict[str, Any]:
        """The fields every kind of file has."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}

    def photo_json(self) -> list[dict[str, Any]]:
        """An array of PhotoSize, the smallest first."""
        sizes = [self] if self.small is None else [self.small, self]
        return [size.json() | {"width": size.width, "height": size.height} for size in sizes]

    def document_json(self) -> dict[str, Any]:
        """A Document."""
        return self.json() | {"file_name": self.name, "mime_type": self.mime_type}

    def sound_json(self, kind: Sound) -> dict[str, Any]:
        """A Voice, an Audio or a VideoNote."""
        body = self.json() | {"duration": self.seconds}
        match kind:
            case "voice":
                return body | {"mime_type": self.mime_type}
            case "audio":
                return body | {"mime_type": self.mime_type, "file_name": self.name}
            case "video_note":
                return body | {"length": 240}


class FileStore:
    """All files of the rehearsal, in memory."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._open_until: dict[str, datetime] = {}

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
        small = None
        if max(size) > _SMALL_SIDE:
            # What it shows nobody looks at: it stands for the thumbnail that Telegram makes.
            sides = _scaled(size, _SMALL_SIDE)
            small = self._store(Upload("small.png", _grey(*sides)), "thumbnails", sides)
        return self._store(upload, "photos", _scaled(size, _SHOWN_SIDE), small=small)

    def document(self, upload: Upload) -> StoredFile:
        """Store any file, or ApiError 400 when it is empty."""
        if not upload.data:
            raise bad_request("file must be non-empty")
        return self._store(upload, "documents")

    def sound(self, upload: Upload, kind: Sound, seconds: int) -> StoredFile:
        """Store a voice message, an audio file or a video message, as a phone sends it."""
        return self._store(upload, _FOLDERS[kind], seconds=seconds)

    def open(self, file_id: str, now: datetime) -> StoredFile:
        """Make a file downloadable for an hour from `now`, or ApiError 400: unknown, or too big for bots."""
        found = self._by_id.get(file_id)
        if found is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if len(found.data) > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        self._open_until[found.path] = now + LINK_LASTS
        return found

    def by_id(self, file_id: str) -> StoredFile | None:
        """The file a bot means by this file_id."""
        return self._by_id.get(file_id)

    def by_path(self, path: str, now: datetime) -> StoredFile | None:
        """The file under /file/bot<token>/, if its address is good at `now`."""
        until = self._open_until.get(path)
        return None if until is None or now > until else self._by_path.get(path)

    def _store(
        self,
        upload: Upload,
        kind: str,
        sides: tuple[int, int] = (0, 0),
        *,
        seconds: int = 0,
        small: StoredFile | None = None,
    ) -> StoredFile:
        digest = hashlib.sha256(upload.data).hexdigest()
        suffix = "".join(c for c in upload.name.rpartition(".")[2].lower() if c.isalnum()) or "bin"
        number = len(self._by_id)
        stored = StoredFile(
            file_id=f"BQACAgQ{digest[:24]}{number:06d}",
            unique_id=f"AgAD{digest[:12]}",
            path=f"{kind}/file_{number}.{suffix}",
            name=upload.name,
            data=upload.data,
            width=sides[0],
            height=sides[1],
            seconds=seconds,
            small=small,
        )
        self._by_id[stored.file_id] = self._by_path[stored.path] = stored
        return stored


def _scaled(size: tuple[int, int], most: int) -> tuple[int, int]:
    scale = min(1.0, most / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _grey(width: int, height: int) -> bytes:
    """A PNG of one grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


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
