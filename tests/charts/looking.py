"""How the tests look at a picture: its texts and their places, what lies under them, who sees what colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from charts.style import contrast

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Seen:
    """One text of a picture, in pixels from its upper left corner; `size` is its em."""

    text: str
    size: float
    colour: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        return (self.top + self.bottom) / 2


def seen(figure: Figure) -> list[Seen]:
    """Every text of a picture where it is drawn."""
    canvas = FigureCanvasAgg(figure)
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    height = figure.bbox.height
    found = []
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        box = text.get_window_extent(renderer)
        found.append(
            Seen(
                text.get_text(),
                float(text.get_fontsize()) * figure.dpi / 72,
                str(text.get_color()),
                box.x0,
                height - box.y1,
                box.x1,
                height - box.y0,
            )
        )
    return found


def overlapping(texts: list[Seen], tolerance: float = 1.0) -> list[tuple[str, str]]:
    """The pairs of texts whose boxes share more than `tolerance` pixels in both directions."""
    boxes = np.array([(text.left, text.top, text.right, text.bottom) for text in texts])
    wide = np.minimum(boxes[:, None, 2], boxes[None, :, 2]) - np.maximum(boxes[:, None, 0], boxes[None, :, 0])
    high = np.minimum(boxes[:, None, 3], boxes[None, :, 3]) - np.maximum(boxes[:, None, 1], boxes[None, :, 1])
    touching = np.argwhere(np.triu((wide > tolerance) & (high > tolerance), 1))
    return [(texts[one].text, texts[other].text) for one, other in touching]


def worst_contrast(figure: Figure, texts: list[Seen]) -> tuple[float, str]:
    """The lowest contrast of any text with any pixel that lies under it, and that text."""
    artists = figure.findobj(Text)
    for artist in artists:
        artist.set_visible(False)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]  # type: ignore[no-untyped-call]
    for artist in artists:
        artist.set_visible(True)
    worst = (21.0, "")
    for text in texts:
        # The box has room for accents and descenders; the letters themselves keep away from its edges.
        under = pixels[int(text.top) + 6 : int(text.bottom) - 6, int(text.left) + 2 : int(text.right) - 2]
        for colour in np.unique(under.reshape(-1, 3), axis=0):
            ratio = contrast(text.colour, "#{:02X}{:02X}{:02X}".format(*colour))
            worst = min(worst, (ratio, text.text))
    return worst


# Machado, Oliveira, Fernandes (2009), severity 1.0; they work on linear RGB.
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def lab(colour: str, sight: str) -> NDArray[np.float64]:
    """The CIELAB coordinates (D65) of an sRGB colour as somebody with this sight sees it."""
    srgb = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(SIGHTS[sight] @ linear, 0, 1)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    scaled = to_xyz @ linear / np.array([0.95047, 1.0, 1.08883])
    curve = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    return np.array([116 * curve[1] - 16, 500 * (curve[0] - curve[1]), 200 * (curve[1] - curve[2])])


def distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The CIEDE2000 colour difference (Sharma, Wu, Dalal 2005) of two CIELAB colours."""
    l1, a1, b1 = map(float, one)
    l2, a2, b2 = map(float, other)
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean_c**7 / (mean_c**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    dh = h2 - h1
    dh -= 360 * (dh > 180)
    dh += 360 * (dh < -180)
    if c1 * c2 == 0:
        dh = 0.0
    big_dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    if c1 * c2 == 0:
        mean_h = h1 + h2
    elif abs(h1 - h2) <= 180:
        mean_h = (h1 + h2) / 2
    else:
        mean_h = (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c = 1 + 0.045 * mean_c
    s_h = 1 + 0.015 * mean_c * t
    r_t = (
        -2
        * np.sqrt(mean_c**7 / (mean_c**7 + 25**7))
        * np.sin(np.radians(60 * np.exp(-(((mean_h - 275) / 25) ** 2))))
    )
    return float(
        np.sqrt(
            ((l2 - l1) / s_l) ** 2
            + ((c2 - c1) / s_c) ** 2
            + (big_dh / s_h) ** 2
            + r_t * (c2 - c1) / s_c * big_dh / s_h
        )
    )
