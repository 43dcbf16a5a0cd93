"""Pages for the wall of a hall: wide as a projector is, little on each, nothing small.

A page is drawn in the same pixels as every picture (`charts/style.py`), 1080 wide and 607.5 high, and made
1920 by 1080 at the end. The rule of legibility holds: the smallest text, 26 px, is 4.3% of the height, what
is read from the back of a hall (a twenty-fifth of the height, as for slides); most of it is larger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charts.style import (
    LEAD,
    LINE,
    MARGIN,
    MUTED,
    SMALLEST,
    STRONG,
    WIDTH,
    Canvas,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from locales.translator import Translator
    from participation.event import Event

HEIGHT = 607.5
"""The height of a page in pixels of its 1080."""

SCALE = 16 / 9
"""What makes 1080 pixels 1920."""

TITLE = 46
TOP = 130.0
"""Where what a page shows begins, below its title and the line under it."""
BOTTOM = HEIGHT - 64
"""Where it ends, above the line at the foot."""
ROOM = WIDTH - 2 * MARGIN


class Wall(Canvas):
    """A page in the making."""

    def __init__(self) -> None:
        super().__init__(SCALE)

    def begin(self, title: str, lead: str, *, colour: str = STRONG) -> None:
        """The title beside a bar in a colour, and what is on the page in a line under it."""
        self.box(MARGIN, MARGIN - 6, 12, 96, colour)
        room = ROOM - 30
        # An axis may have a long title: it is made smaller before it is cut.
        size = next(
            (size for size in range(TITLE, LEAD, -2) if self.width(title, size, bold=True) <= room), LEAD
        )
        self.text(MARGIN + 30, MARGIN + 34, self.fitted(title, room, size, bold=True), size, bold=True)
        self.text(MARGIN + 30, MARGIN + 82, self.fitted(lead, room, LEAD), LEAD, MUTED)

    def end(self, event: Event, moment: str, number: int, count: int, words: Translator) -> Figure:
        """The foot: of which event, as of when, which page of how many; the page is done."""
        middle = HEIGHT - MARGIN + 4
        self.rule(middle - 24)
        place = words.plain("chart.restitution.number", number=number, count=count)
        right = f"{moment} · {place}"
        self.text_beside(WIDTH - MARGIN, middle, right, SMALLEST, MUTED, across="right")
        room = ROOM - self.width(right, SMALLEST) - 30
        self.text_beside(MARGIN, middle, self.fitted(event.title, room, SMALLEST), SMALLEST, MUTED)
        return self.finished(HEIGHT)

    def sentence(self, text: str) -> None:
        """A sentence in the place of what there is none of."""
        lines = self.wrapped(text, ROOM - 80, TITLE, lines=4, bold=True)
        middle = (TOP + BOTTOM) / 2 - (len(lines) - 1) * TITLE * LINE / 2
        for line in lines:
            self.text_beside(WIDTH / 2, middle, line, TITLE, MUTED, bold=True, across="center")
            middle += TITLE * LINE
