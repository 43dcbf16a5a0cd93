"""Pictures and sounds as phones send them."""

from __future__ import annotations

import io

from PIL import Image

SECRET = b"Fotocamera di Lara"
"""What a camera writes into a picture, among other things."""

_ORIENTATION, _MAKE, _GPS = 0x0112, 0x010F, 0x8825


def photographed(kind: str = "JPEG", width: int = 60, height: int = 40, orientation: int = 6) -> bytes:
    """A picture with all that a camera writes into it: where it was taken, with what, which side is up."""
    picture = Image.new("RGB", (width, height), (10, 200, 30))
    picture.paste((200, 10, 30), (0, 0, width // 2, height // 2))
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    exif[_MAKE] = SECRET.decode()
    exif.get_ifd(_GPS).update({1: "N", 2: (44.0, 53.0, 1.0), 3: "E", 4: (7.0, 20.0, 2.0)})
    out = io.BytesIO()
    also = {} if kind == "PNG" else {"xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"}
    if kind == "JPEG":
        also["comment"] = SECRET
    picture.save(out, kind, exif=exif, **also)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """The picture in these bytes."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def written_into(data: bytes) -> set[int]:
    """What a camera wrote into a picture, by the numbers of EXIF, but for which side is up."""
    exif = opened(data).getexif()
    return {*exif, *exif.get_ifd(_GPS)} - {_ORIENTATION}
