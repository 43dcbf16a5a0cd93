"""Printed pages as somebody holds them: how many, what they say and where, what their codes hold."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import pypdfium2
import zxingcpp
from pypdfium2 import raw

if TYPE_CHECKING:
    from PIL.Image import Image

MILLIMETRE = 72 / 25.4
A4 = (210, 297)


@dataclass(frozen=True)
class Line:
    """A stretch of text on one line; millimetres from the left and the bottom."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


class Page:
    """One side of paper; drawn and read letter by letter only where somebody asks."""

    def __init__(self, page: pypdfium2.PdfPage, dots_per_inch: int) -> None:
        self._page = page
        self._letters = page.get_textpage()
        self._dots_per_inch = dots_per_inch
        width, height = page.get_size()
        self.size = (round(width / MILLIMETRE), round(height / MILLIMETRE))
        self.text: str = self._letters.get_text_range()

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every stretch of text, with its place."""
        boxes = [self._letters.get_rect(position) for position in range(self._letters.count_rects())]
        return tuple(
            Line(self._letters.get_text_bounded(*box), *(edge / MILLIMETRE for edge in box)) for box in boxes
        )

    @cached_property
    def sizes(self) -> tuple[tuple[str, float], ...]:
        """Each letter with the size of its type in points, in the order of `text`."""
        return tuple(
            (
                chr(raw.FPDFText_GetUnicode(self._letters, position)),
                raw.FPDFText_GetFontSize(self._letters, position),
            )
            for position in range(self._letters.count_chars())
        )

    @cached_property
    def image(self) -> Image:
        """The page as a printer sees it."""
        return cast("Image", self._page.render(scale=self._dots_per_inch / 72).to_pil().convert("RGB"))

    @cached_property
    def barcodes(self) -> list[zxingcpp.Barcode]:
        """The codes on the page, as an independent reader reads them."""
        return list(zxingcpp.read_barcodes(self.image))

    @property
    def words(self) -> str:
        """The text with one blank for all white space."""
        return together(self.text)

    @property
    def smallest(self) -> float:
        """The smallest type on the page, in points."""
        return min(size for letter, size in self.sizes if letter.strip())

    def size_of(self, text: str) -> float:
        """In which size, in points, a text is printed that stands on one line."""
        at = "".join(letter for letter, _ in self.sizes).index(text)
        return min(size for letter, size in self.sizes[at : at + len(text)] if letter.strip())

    def codes(self) -> list[str]:
        """What the codes hold, from top to bottom."""
        return [each.text for each in sorted(self.barcodes, key=lambda each: each.position.top_left.y)]

    def code_boxes(self) -> list[tuple[int, int, int, int]]:
        """Where the codes are, in dots: left, top, right, bottom."""
        return [
            (
                each.position.top_left.x,
                each.position.top_left.y,
                each.position.bottom_right.x,
                each.position.bottom_right.y,
            )
            for each in self.barcodes
        ]

    def levels(self) -> set[str]:
        """How much damage the codes stand: L, M, Q or H."""
        return {each.ec_level for each in self.barcodes}

    def collisions(self) -> list[tuple[str, str]]:
        """Texts printed over each other; but of those from right to left no true places are told."""
        lines = [line for line in self.lines if not any(map(_runs_left, line.text))]
        return [
            (one.text, other.text)
            for position, one in enumerate(lines)
            for other in lines[position + 1 :]
            if min(one.right, other.right) - max(one.left, other.left) > 0.3
            and min(one.top, other.top) - max(one.bottom, other.bottom) > 0.3
        ]

    def outside(self, margin: float = 5) -> list[str]:
        """Texts nearer to the edge than a printer prints, in millimetres."""
        width, height = self.size
        return [
            line.text
            for line in self.lines
            if line.left < margin
            or line.bottom < margin
            or line.right > width - margin
            or line.top > height - margin
        ]

    def is_black_and_white(self) -> bool:
        """Whether a printer without colours loses nothing."""
        red, green, blue = self.image.split()
        return red.tobytes() == green.tobytes() == blue.tobytes()


def _runs_left(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in {"R", "AL"}


def together(text: str) -> str:
    """The text with one blank for all white space, and without the places where a long word may break."""
    return re.sub(r"\s+", " ", text.replace("\u200b", "").replace("\xa0", " ")).strip()


def squeezed(text: str) -> str:
    """The text without any white space: a word broken over two lines is whole again."""
    return re.sub(r"\s+", "", together(text))


def pages(pdf: bytes, dots_per_inch: int = 110) -> list[Page]:
    """The pages of a document."""
    return [Page(page, dots_per_inch) for page in pypdfium2.PdfDocument(pdf)]
