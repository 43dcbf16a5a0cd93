"""What files are, by what is in them, and pictures without what the camera wrote into them.

A phone writes into a picture where it was taken, when and with what. Telegram takes that out of photos, but
not out of pictures sent as files: there it is taken out before they are kept.
"""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageOps

PICTURES: Final = ("jpg", "png", "webp")

MOST_PIXELS: Final = 60_000_000
"""Pixels of a picture that is opened, at most: each takes three or four bytes of memory."""

_ORIENTATION: Final = 0x0112
_FTYP: Final = slice(4, 8)
_SOUNDS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"fLaC", "flac"),
    (b"#!AMR", "amr"),
    (b"\x1aE\xdf\xa3", "webm"),
)


class Unusable(Exception):
    """The picture cannot be kept: it is broken or has too many pixels."""


def ending(data: bytes) -> str | None:
    """What a file is, as the ending of a name: a picture of `PICTURES` or a sound; None for all else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF"):
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(data[8:12])
    for start, name in _SOUNDS:
        if data.startswith(start):
            return name
    if data[_FTYP] == b"ftyp":
        # A picture in the same wrapping (HEIC, AVIF) is one that we cannot open.
        return None if data[8:12] in _PICTURE_BRANDS else "m4a" if data[8:11] == b"M4A" else "mp4"
    return _frames(data)


_PICTURE_BRANDS: Final = frozenset((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"))


def _frames(data: bytes) -> str | None:
    """Sounds that begin with their first frame: eleven bits that are set."""
    if len(data) < 2 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - see above
        return None
    layer = data[1] & 0x06
    return "aac" if layer == 0 else "mp3"


def without_traces(data: bytes, kind: str) -> bytes:
    """A picture (of `PICTURES`) and nothing else: not where it was taken, when or with what.

    A JPEG is compressed as it was and says which side is up; others are turned upright. Raises `Unusable`.
    """
    decoder = {"jpg": "JPEG"}.get(kind, kind.upper())
    try:
        with Image.open(io.BytesIO(data), formats=(decoder,)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Unusable
            return _saved(picture, kind)
    except Exception as error:
        # A picture may be broken in any way, and the library stumble over it in any.
        raise Unusable from error


def _saved(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "jpg":
        up = Image.Exif()
        up[_ORIENTATION] = picture.getexif().get(_ORIENTATION, 1)
        # Phones put several pictures into one file: the first is the picture, and is compressed anew.
        quality = "keep" if picture.format == "JPEG" else 95
        picture.save(out, "JPEG", quality=quality, exif=up.tobytes(), comment=b"", xmp=b"")
        return out.getvalue()
    upright = ImageOps.exif_transpose(picture)
    if upright.mode == "P":
        upright = upright.convert("RGBA")
    # What else is in it is not in a new one.
    plain = Image.new(upright.mode, upright.size)
    plain.paste(upright)
    if kind == "png":
        plain.save(out, "PNG")
    else:
        plain.save(out, "WEBP", quality=90)
    return out.getvalue()
