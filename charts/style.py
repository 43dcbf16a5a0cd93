"""How every chart looks: colours, sizes, the canvas all of them draw on, and the rule of legibility.

A picture is 1080 pixels wide, portrait or square, because a phone shows it at its own width: what counts is
the size of the text relative to that width. The rule: **no text is smaller than `SMALLEST` = 26 px, 2.4% of
the width**, its lines are at least 22 px high, no text touches another or leaves the picture, and every text
has a contrast of at least 4.5:1 with what lies under it (WCAG 2.2, success criterion 1.4.3). Too much text is
wrapped or ends in "…", too many columns go on in a second panel; nothing is made smaller than the rule.

Colours never carry a meaning alone. `AXIS_COLOURS` were chosen so that any two of them differ by a CIEDE2000
distance of at least 20 for people with normal sight and, as simulated with the matrices of Machado, Oliveira
and Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
Transactions on Visualization and Computer Graphics 15(6), for people with protanopia, deuteranopia or
tritanopia, and so that each stands out from white by at least 3:1 (WCAG 1.4.11).

Nothing here uses pyplot or any setting of the process: figures may be drawn in several threads at once.
"""

from __future__ import annotations

import unicodedata
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from matplotlib.patches import Patch

    from locales.translator import Translator
    from participation.event import Event

WIDTH = 1080
"""The width of every picture in pixels; all other lengths here are in the same pixels."""
MARGIN = 36
SMALLEST = 26
"""The size in pixels (em) below which no text is drawn."""
TITLE = 46
LEAD = 32
BODY = 28
LINE = 1.3
"""The height of a line of text in ems."""

PAPER = "#FFFFFF"
INK = "#14181F"
MUTED = "#4B5362"
HAIRLINE = "#D5DAE3"
BAND = "#EDF0F5"
BLANK = "#E4E7ED"
"""Under what was not counted: a table still voting, a zone without ballots."""
SPECK = "#A3ABBA"
"""The faint dot that stands for zero."""
STRONG = "#0B3C7A"
MIDDLE = "#5C9BDD"
PALE = "#DCE7F4"
WARNING = "#A22006"
WARNING_PALE = "#FBE9E3"
AXIS_COLOURS = ("#2896F4", "#007362", "#979900", "#703494", "#A22006", "#171C2B")
HEAT = ("#E6F0FA", "#C5DDF4", "#94C2EC", "#2466B0", "#0B3C7A")
"""From few to many: one hue from light to dark, so that it reads in grey too, without the middle tones on
which neither black nor white text is easy to read."""

UNKNOWN = "□"
"""In the place of letters that the font does not have."""

Across = Literal["left", "center", "right"]

_CAP_HEIGHT = 0.73
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
_POINTS = 72
_ELLIPSIS = "…"


class Typeface:
    """One weight of DejaVu Sans, which comes with matplotlib and has every letter of Europe's languages."""

    def __init__(self, file: str) -> None:
        self.path = _FONTS / file
        self._font = FT2Font(str(self.path))
        self._font.set_size(100, _POINTS)
        self.glyphs = frozenset(self._font.get_charmap())
        self._advances: dict[str, float] = {}

    def width(self, text: str, size: float) -> float:
        """The width of `text` in pixels, a little on the safe side."""
        return sum(map(self._advance, text)) * size

    def _advance(self, character: str) -> float:
        known = self._advances.get(character)
        if known is None:
            glyph = self._font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
            known = self._advances[character] = glyph.linearHoriAdvance / 65536 / 100
        return known


class Canvas:
    """A picture in the making, in pixels from its upper left corner; it becomes as high as it needs to be.

    `scale`: pixels of the file for one of these.
    """

    def __init__(self, scale: float = 1) -> None:
        self._scale = scale
        self.figure = Figure(figsize=(WIDTH / _POINTS, 1), dpi=_POINTS * scale, facecolor=PAPER)
        FigureCanvasAgg(self.figure)
        self._place = Affine2D()
        self._regular = Typeface("DejaVuSans.ttf")
        self._bold = Typeface("DejaVuSans-Bold.ttf")
        self._drawable = self._regular.glyphs & self._bold.glyphs

    def finished(self, height: float) -> Figure:
        """The figure, cut at `height` pixels from its top."""
        whole = round(height * self._scale) / self._scale
        self.figure.set_size_inches(WIDTH / _POINTS, whole / _POINTS)
        self._place.clear().scale(1, -1).translate(0, whole).scale(self._scale)
        return self.figure

    # --- text -------------------------------------------------------------------------------------------

    def clean(self, text: str) -> str:
        """The text in one line and in characters that the font has: the only place where others are removed.

        Letters and digits of other scripts become "□", everything else without a glyph (emoji, say) and all
        invisible characters are dropped. Text of which nothing is left becomes "–".
        """
        kept: list[str] = []
        for character in unicodedata.normalize("NFC", text):
            category = unicodedata.category(character)
            if character.isspace():
                kept.append(" ")
            elif category in {"Cc", "Cf", "Cs", "Co", "Cn"} or "\ufe00" <= character <= "\ufe0f":
                continue
            elif ord(character) in self._drawable:
                kept.append(character)
            elif category[0] in "LN" and kept[-1:] != [UNKNOWN]:
                kept.append(UNKNOWN)
        return " ".join("".join(kept).split()) or "–"

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """The width in pixels that `text` takes on one line."""
        return (self._bold if bold else self._regular).width(self.clean(text), size)

    def fitted(self, text: str, room: float, size: float, *, bold: bool = False) -> str:
        """The text, shortened at its end if it is wider than `room` pixels."""
        text = self.clean(text)
        face = self._bold if bold else self._regular
        if face.width(text, size) <= room:
            return text
        while text and face.width(text + _ELLIPSIS, size) > room:
            text = text[:-1]
        return text.rstrip(" ,;:.(-–") + _ELLIPSIS

    def wrapped(self, text: str, room: float, size: float, *, lines: int, bold: bool = False) -> list[str]:
        """The text in at most so many lines of `room` pixels; the last one ends in "…" when there is more."""
        face = self._bold if bold else self._regular
        done: list[str] = []
        line = ""
        words = self.clean(text).split(" ")
        for index, word in enumerate(words):
            longer = f"{line} {word}" if line else word
            if face.width(longer, size) <= room:
                line = longer
                continue
            if len(done) == lines - 1:
                return [
                    *done,
                    self.fitted(" ".join([*([line] if line else []), *words[index:]]), room, size, bold=bold),
                ]
            if line:
                done.append(line)
            line = self.fitted(word, room, size, bold=bold)
        return [*done, line]

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        size: float = BODY,
        colour: str = INK,
        *,
        bold: bool = False,
        across: Across = "left",
        upright: bool = False,
    ) -> None:
        """Write one line; `x` is its left end, middle or right end, as `across` says.

        `upright` turns it by 90 degrees and centres it on (x, baseline).
        """
        assert size >= SMALLEST, f"{text!r} would be illegible at {size} px"
        self.figure.add_artist(
            Text(
                x,
                baseline,
                self.clean(text),
                color=colour,
                fontproperties=FontProperties(
                    fname=str((self._bold if bold else self._regular).path), size=size
                ),
                horizontalalignment="center" if upright else across,
                verticalalignment="center" if upright else "baseline",
                rotation=90 if upright else 0,
                parse_math=False,
                transform=self._place,
                zorder=3,
            )
        )

    def text_beside(
        self,
        x: float,
        middle: float,
        text: str,
        size: float = BODY,
        colour: str = INK,
        *,
        bold: bool = False,
        across: Across = "left",
    ) -> None:
        """Write one line whose capitals and digits are centred on the height `middle`."""
        self.text(x, middle + size * _CAP_HEIGHT / 2, text, size, colour, bold=bold, across=across)

    def paragraph(
        self,
        x: float,
        top: float,
        text: str,
        size: float = BODY,
        colour: str = INK,
        *,
        room: float,
        lines: int = 2,
        bold: bool = False,
    ) -> float:
        """Write a text in at most so many lines below `top`; returns where the next thing may start."""
        for line in self.wrapped(text, room, size, lines=lines, bold=bold):
            self.text(x, top + size * (LINE + _CAP_HEIGHT) / 2, line, size, colour, bold=bold)
            top += size * LINE
        return top

    # --- shapes -----------------------------------------------------------------------------------------

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str | None = None,
        *,
        edge: str | None = None,
        line: float = 0,
        radius: float = 0,
    ) -> None:
        """A rectangle from its upper left corner, filled, outlined or both."""
        patch: Patch
        if radius:
            style = f"round,pad=0,rounding_size={min(radius, width / 2, height / 2)}"
            patch = FancyBboxPatch((x, y), width, height, boxstyle=style)
        else:
            patch = Rectangle((x, y), width, height)
        self._add(patch, colour, edge, line)

    def disc(
        self,
        x: float,
        y: float,
        radius: float,
        colour: str | None,
        *,
        edge: str | None = None,
        line: float = 0,
    ) -> None:
        """A circle around (x, y), filled, outlined or both."""
        self._add(Circle((x, y), radius), colour, edge, line)

    def shape(
        self,
        corners: Sequence[tuple[float, float]],
        colour: str | None,
        *,
        edge: str | None = None,
        line: float = 0,
        closed: bool = True,
    ) -> None:
        """A polygon, or the line through its corners when it is not `closed`."""
        self._add(Polygon(corners, closed=closed, joinstyle="round", capstyle="round"), colour, edge, line)

    def rule(self, y: float, left: float = MARGIN, right: float = WIDTH - MARGIN) -> None:
        """A hairline across."""
        self.box(left, y - 1, right - left, 2, HAIRLINE)

    def _add(self, patch: Patch, colour: str | None, edge: str | None, line: float) -> None:
        patch.set(
            facecolor=colour or "none",
            edgecolor=edge or "none",
            linewidth=line if edge else 0,
            transform=self._place,
        )
        self.figure.add_artist(patch)

    # --- what all charts have ---------------------------------------------------------------------------

    def header(self, title: str, event: Event, at: datetime, words: Translator) -> float:
        """The title, the event and the moment of the figures; returns where the chart may start."""
        room = WIDTH - 2 * MARGIN
        top = MARGIN + 10.0
        for index, colour in enumerate(AXIS_COLOURS):
            self.disc(MARGIN + 10 + index * 30, top, 10, colour)
        top = self.paragraph(MARGIN, top + 18, title, TITLE, bold=True, room=room)
        top = self.paragraph(MARGIN, top + 2, event.title, BODY, MUTED, room=room)
        moment = words.plain("chart.figures_at", time=words.clock(at), day=words.day(at))
        return self.paragraph(MARGIN, top, moment, BODY, MUTED, room=room) + 14

    def legend(self, top: float, entries: Iterable[tuple[str, str]], *, columns: int = 2) -> float:
        """Codes and their names, column after column; returns where the next thing may start."""
        rows = list(entries)
        room = (WIDTH - 2 * MARGIN) / columns
        codes = max((self.width(code, SMALLEST, bold=True) for code, _ in rows), default=0) + 12
        deep = -(-len(rows) // columns)
        step = SMALLEST * LINE + 2
        for index, (code, name) in enumerate(rows):
            x = MARGIN + room * (index // deep)
            middle = top + step * (index % deep + 0.5)
            self.text_beside(x, middle, code, SMALLEST, bold=True)
            self.text_beside(
                x + codes, middle, self.fitted(name, room - codes - 16, SMALLEST), SMALLEST, MUTED
            )
        return top + step * deep

    def nothing(self, top: float, text: str) -> float:
        """A sentence in the place of a chart that has nothing to show yet."""
        height = max(360.0, WIDTH - MARGIN - top)
        self.box(MARGIN, top, WIDTH - 2 * MARGIN, height, BAND, radius=24)
        lines = self.wrapped(text, WIDTH - 4 * MARGIN, TITLE, lines=4, bold=True)
        middle = top + height / 2 - (len(lines) - 1) * TITLE * LINE / 2
        for line in lines:
            self.text_beside(WIDTH / 2, middle, line, TITLE, MUTED, bold=True, across="center")
            middle += TITLE * LINE
        return top + height


def png(figure: Figure) -> bytes:
    """The figure as a PNG file: the same figure gives the same bytes."""
    file = BytesIO()
    figure.savefig(file, format="png", dpi="figure", metadata={"Software": None})
    return file.getvalue()


def axis_colour(index: int) -> str:
    """The colour of the axis with this place in the event; colours come back after the sixth."""
    return AXIS_COLOURS[index % len(AXIS_COLOURS)]


def heat(share: float) -> str:
    """The colour of a share from 0 to 1, in steps as many as `HEAT` has."""
    return HEAT[min(max(ceil(share * len(HEAT)) - 1, 0), len(HEAT) - 1)]


def on(background: str) -> str:
    """The colour in which to write on `background`: black or white, whichever has more contrast."""
    return max(("#000000", PAPER), key=lambda ink: contrast(ink, background))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's definition
        for part in (value / 255 for value in _rgb(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
