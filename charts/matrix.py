"""Tables of strategies: rows under the headings of their axes, columns in as many panels as needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charts.naming import table_name
from charts.style import (
    BAND,
    BLANK,
    HAIRLINE,
    LINE,
    MARGIN,
    MUTED,
    SMALLEST,
    WIDTH,
    axis_colour,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from charts.style import Canvas
    from locales.translator import Translator
    from participation.event import Axis, Event, Strategy

ROOM = WIDTH - 2 * MARGIN
_LEAST_LABEL = 200
"""The room in pixels that labels keep before another panel is opened: a code and a dozen letters."""
_GAP = 12
_HEADING = 42
_WIDEST_COLUMN = 66


@dataclass(frozen=True, slots=True)
class Block:
    """An axis of the event, its place in it, and those of its strategies that a chart shows."""

    axis: Axis
    index: int
    strategies: tuple[Strategy, ...]


def blocks(event: Event, codes: Collection[str] | None = None) -> list[Block]:
    """The axes with the strategies in `codes` (all when None), in the event's order; none that is empty."""
    found = [
        Block(
            axis,
            index,
            tuple(strategy for strategy in axis.strategies if codes is None or strategy.code in codes),
        )
        for index, axis in enumerate(event.axes)
    ]
    return [block for block in found if block.strategies]


def row_height(rows: int) -> int:
    """How high a row of a long list may be, in pixels."""
    few, many = 16, 32
    return 46 if rows <= few else 38 if rows <= many else 36


@dataclass(frozen=True, slots=True)
class Columns:
    """How the columns of a matrix are laid out: the room of the labels before them, and the panels."""

    label: float
    width: float
    panels: tuple[range, ...]

    def middle(self, place: int) -> float:
        """The middle of the column at this place of its panel."""
        return MARGIN + self.label + self.width * (place + 0.5)


def lay_out(count: int, *, narrowest: float, label: float, beside: float) -> Columns:
    """Room for `count` columns of at least `narrowest` pixels between labels and what stands `beside` them.

    Labels get `label` pixels if all columns stand beside that, else what is left over when there are as few
    panels as can be: a second panel costs a reader more than the end of a label does. Panels hold about the
    same number of columns each, and at least one.
    """
    room = ROOM - beside
    fits = max(1, int((room - min(label, _LEAST_LABEL)) / narrowest))
    needed = max(1, -(-count // fits))
    each = max(1, -(-count // needed))
    width = max(narrowest, min(_WIDEST_COLUMN, (room - label) / each))
    panels = tuple(range(first, min(first + each, count)) for first in range(0, count, each))
    return Columns(room - width * each, width, panels or (range(0),))


def label_width(canvas: Canvas, shown: Sequence[Block]) -> float:
    """The room that codes and labels of these strategies need, in pixels."""
    widest = max(
        (canvas.width(strategy.label, SMALLEST) for block in shown for strategy in block.strategies),
        default=0,
    )
    return _code_width(canvas, shown) + widest + _GAP


def strategy_rows(
    canvas: Canvas,
    top: float,
    shown: Sequence[Block],
    words: Translator,
    *,
    label: float,
    step: float,
    row: Callable[[Strategy, float], None],
) -> tuple[float, list[tuple[float, float]]]:
    """Draw the headings and labels of strategies below `top`, and `row` for each with the middle of its row.

    Returns the bottom, and from where to where the rows under each heading reach.
    """
    codes = _code_width(canvas, shown)
    spans = []
    for block in shown:
        top = axis_heading(canvas, top, block, words)
        start = top
        for place, strategy in enumerate(block.strategies):
            if place:
                canvas.box(MARGIN, top - 0.5, ROOM, 1, HAIRLINE)
            middle = top + step / 2
            canvas.text_beside(MARGIN, middle, strategy.code, SMALLEST, bold=True)
            canvas.text_beside(
                MARGIN + codes,
                middle,
                canvas.fitted(strategy.label, label - codes - _GAP, SMALLEST),
                SMALLEST,
            )
            row(strategy, middle)
            top += step
        spans.append((start, top))
        top += 6
    return top, spans


def axis_heading(canvas: Canvas, top: float, block: Block, words: Translator, right: str = "") -> float:
    """The band with an axis' number and title, and something at its `right` end; returns its bottom."""
    title = words.plain("chart.axis", code=block.axis.code, title=block.axis.title)
    taken = canvas.width(right, SMALLEST, bold=True) + 2 * _GAP if right else 0
    lines = canvas.wrapped(title, ROOM - 40 - taken, SMALLEST, lines=2, bold=True)
    height = _HEADING + (len(lines) - 1) * SMALLEST * LINE
    canvas.box(MARGIN, top, ROOM, height, BAND)
    canvas.box(MARGIN, top, 12, height, axis_colour(block.index))
    for place, line in enumerate(lines):
        canvas.text_beside(
            MARGIN + 26, top + _HEADING / 2 + place * SMALLEST * LINE, line, SMALLEST, bold=True
        )
    if right:
        middle = top + height / 2
        canvas.text_beside(MARGIN + ROOM - _GAP, middle, right, SMALLEST, bold=True, across="right")
    return top + height


def blank_column(
    canvas: Canvas, middle: float, width: float, spans: Sequence[tuple[float, float]], text: str, step: float
) -> None:
    """Show that a column has no figures: grey from top to bottom, with `text` upright where it has room.

    Where it has none, each row has a dash; the caller's legend says what a dash means.
    """
    needed = canvas.width(text, SMALLEST) + 16
    tallest = max(spans, key=lambda span: span[1] - span[0])
    for span in spans:
        start, end = span
        canvas.box(middle - width / 2 + 2, start + 1, width - 4, end - start - 2, BLANK)
        if span == tallest and end - start >= needed:
            canvas.text(middle, (start + end) / 2, text, SMALLEST, MUTED, upright=True)
            continue
        for row in range(round((end - start) / step)):
            canvas.text_beside(middle, start + step * (row + 0.5), "–", SMALLEST, MUTED, across="center")


def table_label(
    canvas: Canvas, x: float, middle: float, code: str, event: Event, *, room: float, size: float
) -> float:
    """Write a table's code and short name; returns where the next thing may start."""
    canvas.text_beside(x, middle, code, size, bold=True)
    after = x + canvas.width(code, size, bold=True) + _GAP
    name = table_name(code, event)
    if not name or x + room - after < 2 * size:
        return after
    shown = canvas.fitted(name, x + room - after, size)
    canvas.text_beside(after, middle, shown, size)
    return after + canvas.width(shown, size) + _GAP + 4


def key_line(canvas: Canvas, top: float, text: str) -> float:
    """A line that explains the chart, below it; returns where the next thing may start."""
    return canvas.paragraph(MARGIN, top, text, SMALLEST, MUTED, room=ROOM, lines=3) + SMALLEST * (LINE - 1)


def _code_width(canvas: Canvas, shown: Sequence[Block]) -> float:
    widest = max(
        (
            canvas.width(strategy.code, SMALLEST, bold=True)
            for block in shown
            for strategy in block.strategies
        ),
        default=0,
    )
    return widest + _GAP
