"""What a file is, and pictures without what a camera wrote into them."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageChops, ImageStat

from rehearsal.telegram.examples import SOUNDS
from storage.pictures import PICTURES, Unusable, ending, without_traces
from tests.support.pictures import SECRET, opened, photographed, written_into

KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        *((photographed(kind), name) for kind, name in KINDS.items()),
        (SOUNDS["voice"][1], "ogg"),
        (SOUNDS["audio"][1], "mp3"),
        (SOUNDS["video_note"][1], "mp4"),
        (b"\x00\x00\x00\x20ftypM4A ....", "m4a"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "wav"),
        (b"fLaC....", "flac"),
        (b"#!AMR\n....", "amr"),
        (b"\x1aE\xdf\xa3....", "webm"),
        (b"\xff\xfb\x90\x00", "mp3"),
        (b"\xff\xf1\x50\x80", "aac"),
        (b"\x00\x00\x00\x20ftypheic....", None),
        (b"\x00\x00\x00\x20ftypavif....", None),
        (b"RIFF\x10\x00\x00\x00AVI LIST", None),
        (b"GIF89a", None),
        (b"%PDF-1.7", None),
        (b"MZ\x90", None),
        (b"<svg onload='x'>", None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_a_file_is_what_is_in_it(data: bytes, expected: str | None) -> None:
    assert expected == ending(data)


@given(st.binary(max_size=40))
def test_anything_else_is_nothing(data: bytes) -> None:
    assert ending(data) in {None, *PICTURES, "ogg", "mp3", "flac", "amr", "webm", "wav", "aac", "m4a", "mp4"}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_but_the_picture(kind: str) -> None:
    before = photographed(kind)
    assert {0x010F, 1, 2, 3, 4} <= written_into(before)
    after = without_traces(before, KINDS[kind])
    assert set() == written_into(after)
    assert SECRET not in after
    assert KINDS[kind] == ending(after)
    assert {"exif", "xmp", "comment", "XML:com.adobe.xmp"} & set(opened(after).info) <= {"exif"}


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_jpeg_looks_as_it_did_and_keeps_its_upper_side(orientation: int) -> None:
    before = photographed(orientation=orientation)
    after = opened(without_traces(before, "jpg"))
    assert orientation == after.getexif()[0x0112]
    difference = ImageStat.Stat(ImageChops.difference(opened(before), after)).mean
    # Compressed once more as it was before, on average by less than the eye sees, of 255.
    assert max(difference) < 4


def test_others_are_turned_upright() -> None:
    after = opened(without_traces(photographed("PNG", orientation=6), "png"))
    assert (40, 60) == after.size
    # The corner that was above on the left is on the right, and as red.
    assert (200, 10, 30) == after.getpixel((39, 0))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [4, 30, 100, 250])
def test_a_broken_picture_is_said_to_be_one(kind: str, length: int) -> None:
    with pytest.raises(Unusable):
        without_traces(photographed(kind)[:length], KINDS[kind])


@given(st.binary(max_size=300), st.sampled_from(PICTURES))
def test_whatever_else_comes_is_unusable_and_nothing_worse(data: bytes, kind: str) -> None:
    start = {"jpg": b"\xff\xd8\xff\xe1", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF\x40\0\0\0WEBPVP8X"}
    with pytest.raises(Unusable):
        without_traces(start[kind] + data, kind)


@pytest.mark.parametrize("sides", [(10_000, 7_000), (60_000, 60_000)])
def test_a_picture_that_would_fill_the_memory_is_not_opened(sides: tuple[int, int]) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", *sides, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99_999)))
    with pytest.raises(Unusable):
        without_traces(bomb + chunk(b"IEND", b""), "png")
