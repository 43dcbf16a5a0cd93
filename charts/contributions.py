"""How much each table has contributed in a session, question by question, and what it is talking about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from charts.matrix import ROOM, lay_out, table_label
from charts.naming import strategy_name, table_name
from charts.picture import Picture, counted, file_name, lines, longest, number
from charts.style import (
    HAIRLINE,
    INK,
    LEAD,
    LINE,
    MARGIN,
    MUTED,
    SMALLEST,
    SPECK,
    WIDTH,
    Canvas,
    heat,
    on,
    png,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from locales.translator import Html, Translator
    from participation.aggregates import ContributionCounts, TableContributions
    from participation.event import Event

_NARROWEST = 54
_MANY_TABLES = 16
_LABEL = 330
_WIDEST_LABEL = 520


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of numbers: its head, one number per row, their sum; `cells` are coloured by their number."""

    head: str
    values: tuple[int, ...]
    total: int
    cells: bool


def draw(aggregate: ContributionCounts, event: Event, words: Translator) -> Picture:
    """The contributions as a picture and in words."""
    return Picture(
        png(compose(aggregate, event, words)),
        caption(aggregate, event, words),
        file_name(f"contributions-{aggregate.session}", event, aggregate.at),
    )


def compose(counts: ContributionCounts, event: Event, words: Translator) -> Figure:
    """A row per table: a cell per question, the table's notes, their sum, and the people who wrote."""
    canvas = Canvas()
    title = words.plain("chart.contributions.title", session=counts.session)
    top = canvas.header(title, event, counts.at, words)
    top = canvas.paragraph(MARGIN, top, _lead(counts, words), LEAD, bold=True, room=ROOM, lines=3) + 18
    if not counts.rows:
        return canvas.finished(canvas.nothing(top, words.plain("chart.no_tables")) + MARGIN)

    questions = _questions(counts, event)
    asked = [question for question in event.session2.questions if question.code in questions]
    if asked:
        top = canvas.legend(top, [(question.code, question.short) for question in asked]) + 12
    columns = [_question(code, counts, words) for code in questions]
    sums = [
        _Column(
            words.plain("chart.contributions.head.notes"),
            *_summed([row.notes for row in counts.rows]),
            cells=True,
        ),
        _Column(words.plain("chart.total"), *_summed([_all(row) for row in counts.rows]), cells=False),
        _Column(
            words.plain("chart.contributions.head.people"),
            *_summed([row.people for row in counts.rows]),
            cells=False,
        ),
    ]
    widths = [_room(canvas, column, words) for column in sums]
    narrowest = max([_NARROWEST, *(_room(canvas, column, words) for column in columns)])
    label = max(_LABEL, *(_label_width(canvas, row, event, words) for row in counts.rows))
    layout = lay_out(
        len(columns), narrowest=narrowest, label=min(label, _WIDEST_LABEL), beside=sum(widths) + 6
    )
    darkest = max((value for column in (*columns, sums[0]) for value in column.values), default=0) or 1

    tall = len(counts.rows) <= _MANY_TABLES
    step = 80 if tall else 46
    for panel in layout.panels:
        placed = [(layout.middle(place), layout.width, columns[index]) for place, index in enumerate(panel)]
        if panel is layout.panels[-1]:
            right = float(WIDTH - MARGIN)
            for column, width in zip(reversed(sums), reversed(widths), strict=True):
                placed.append((right - width / 2, width, column))
                right -= width
        middle = top + SMALLEST * LINE / 2
        canvas.text_beside(MARGIN, middle, words.plain("chart.tables"), SMALLEST, MUTED)
        for x, _, column in placed:
            canvas.text_beside(x, middle, column.head, SMALLEST, bold=True, across="center")
        top += SMALLEST * LINE + 8
        canvas.rule(top)
        for index, row in enumerate(counts.rows):
            _row_label(canvas, top, step, row, event, layout.label - 12, words, tall=tall)
            for x, width, column in placed:
                value = column.values[index]
                colour = heat(value / darkest) if column.cells else None
                text = number(words, value) if value or not column.cells else ""
                _cell(canvas, x, top + step / 2, text, colour=colour, size=(width, step))
            top += step
            canvas.box(MARGIN, top - 0.5, ROOM, 1, HAIRLINE)
        middle = top + 32
        canvas.text_beside(MARGIN, middle, words.plain("chart.all_tables"), SMALLEST, bold=True)
        for x, _, column in placed:
            canvas.text_beside(x, middle, number(words, column.total), SMALLEST, bold=True, across="center")
        top += 72
    return canvas.finished(top + MARGIN / 2)


def _label_width(canvas: Canvas, row: TableContributions, event: Event, words: Translator) -> float:
    """The room that a row's label would like to have, in pixels."""
    first = (
        canvas.width(row.table, SMALLEST, bold=True)
        + canvas.width(table_name(row.table, event), SMALLEST)
        + 12
    )
    second = canvas.width(_on(row, event, words), SMALLEST) if row.strategy_on else 0
    return max(first, second) + 14


def _on(row: TableContributions, event: Event, words: Translator) -> str:
    return words.plain("chart.contributions.on", strategy=strategy_name(row.strategy_on or "", event))


def _row_label(
    canvas: Canvas,
    top: float,
    step: float,
    row: TableContributions,
    event: Event,
    room: float,
    words: Translator,
    *,
    tall: bool,
) -> None:
    if not tall:
        after = table_label(canvas, MARGIN, top + step / 2, row.table, event, room=room * 0.72, size=SMALLEST)
        if row.strategy_on and MARGIN + room - after > canvas.width(row.strategy_on, SMALLEST):
            canvas.text_beside(after, top + step / 2, row.strategy_on, SMALLEST, MUTED)
        return
    has_second = row.strategy_on is not None
    middle = top + step / 2 - (SMALLEST * LINE / 2 if has_second else 0)
    table_label(canvas, MARGIN, middle, row.table, event, room=room, size=SMALLEST)
    if row.strategy_on is not None:
        text = canvas.fitted(_on(row, event, words), room, SMALLEST)
        canvas.text_beside(MARGIN, middle + SMALLEST * LINE, text, SMALLEST, MUTED)


def _cell(
    canvas: Canvas, x: float, middle: float, text: str, *, colour: str | None, size: tuple[float, float]
) -> None:
    """A number on a coloured cell; with no colour and no text, the faint dot of zero."""
    if not text:
        canvas.disc(x, middle, 3, SPECK)
        return
    if colour:
        width, height = size
        canvas.box(x - width / 2 + 1, middle - height / 2 + 2, width - 2, height - 4, colour)
    canvas.text_beside(
        x, middle, text, SMALLEST, on(colour) if colour else INK, bold=not colour, across="center"
    )


def caption(counts: ContributionCounts, event: Event, words: Translator) -> Html:
    """The contributions in words: the sums, the questions, then table by table as far as there is room."""
    head = words.text("chart.contributions.caption.head", session=counts.session, time=words.clock(counts.at))
    lead = _lead(counts, words)
    questions = []
    if not counts.rows or not sum(map(_all, counts.rows)):
        return lines([head, lead])
    for code in _questions(counts, event):
        total = sum(row.by_question.get(code, 0) for row in counts.rows)
        short = next((question.short for question in event.session2.questions if question.code == code), "")
        key = "question" if code else "typed" if counts.session == 1 else "no_question"
        questions.append(
            words.text(
                f"chart.contributions.caption.{key}", code=code, short=short, number=number(words, total)
            )
        )
    notes = counted(words, "chart.contributions.caption.notes", sum(row.notes for row in counts.rows))
    silent = [row.table for row in counts.rows if not _all(row)]

    def write(items: int, *, named: bool = True) -> Html:
        rows = [
            words.text(
                "chart.contributions.caption.table_on"
                if row.strategy_on
                else "chart.contributions.caption.table",
                table=row.table,
                number=number(words, _all(row)),
                strategy=strategy_name(row.strategy_on, event)
                if named and row.strategy_on
                else row.strategy_on,
            )
            for row in counts.rows[:items]
            if _all(row)
        ]
        rest = counts.rows[items:]
        others = (
            counted(
                words,
                "chart.contributions.caption.others",
                len(rest),
                contributions=number(words, sum(map(_all, rest))),
            )
            if rest
            else ""
        )
        quiet = ""
        if silent and not rest:
            quiet = counted(
                words, "chart.contributions.caption.silent", len(silent), tables=words.join(silent)
            )
        elif silent:
            quiet = counted(words, "chart.contributions.caption.silent_count", len(silent))
        return lines([head, lead, *questions, notes, *rows, others, quiet])

    return longest(write, len(counts.rows), briefer=partial(write, named=False))


def _lead(counts: ContributionCounts, words: Translator) -> str:
    total = sum(map(_all, counts.rows))
    if not total:
        return words.plain("chart.no_contributions")
    people = sum(row.people for row in counts.rows)
    text = words.plain("chart.contributions.lead", n=total, number=number(words, total))
    wrote = words.plain("chart.contributions.people", n=people, number=number(words, people))
    return f"{text} {wrote}"


def _questions(counts: ContributionCounts, event: Event) -> list[str]:
    """The codes of the questions that have a column, "" last for contributions to no question.

    In Session 2 those of the event, always; then any other that has contributions.
    """
    counted_codes = {code for row in counts.rows for code, value in row.by_question.items() if value}
    known = [question.code for question in event.session2.questions]
    shown = [code for code in known if counts.session != 1 or code in counted_codes]
    shown += sorted(counted_codes - set(known) - {""})
    if "" in counted_codes:
        shown.append("")
    return shown


def _question(code: str, counts: ContributionCounts, words: Translator) -> _Column:
    values = [row.by_question.get(code, 0) for row in counts.rows]
    if code:
        head = code
    else:
        head = words.plain(
            "chart.contributions.head.typed"
            if counts.session == 1
            else "chart.contributions.head.no_question"
        )
    return _Column(head, *_summed(values), cells=True)


def _summed(values: Sequence[int]) -> tuple[tuple[int, ...], int]:
    return tuple(values), sum(values)


def _all(row: TableContributions) -> int:
    """What people typed and the table noted, together."""
    return sum(row.by_question.values()) + row.notes


def _room(canvas: Canvas, column: _Column, words: Translator) -> float:
    return (
        max(
            canvas.width(column.head, SMALLEST, bold=True),
            canvas.width(number(words, column.total), SMALLEST, bold=True),
        )
        + 18
    )
