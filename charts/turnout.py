"""Turnout per table while Session 1 runs: how many joined, how many have dots down, how many are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charts.matrix import ROOM, table_label
from charts.naming import table_zones
from charts.picture import Picture, counted, file_name, lines, longest, number, percent, sentences
from charts.style import (
    BODY,
    LEAD,
    LINE,
    MARGIN,
    MIDDLE,
    MUTED,
    PALE,
    SMALLEST,
    STRONG,
    WIDTH,
    Canvas,
    png,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from locales.translator import Html, Translator
    from participation.aggregates import TableTurnout, Turnout
    from participation.event import Event

_MANY_TABLES = 16


def draw(aggregate: Turnout, event: Event, words: Translator) -> Picture:
    """The turnout as a picture and in words."""
    return Picture(
        png(compose(aggregate, event, words)),
        caption(aggregate, event, words),
        file_name("turnout", event, aggregate.at),
    )


def compose(turnout: Turnout, event: Event, words: Translator) -> Figure:
    """A bar per table: the pale one is who registered, on it who has dots, and inside who has finished."""
    canvas = Canvas()
    registered, voting, finished = _sums(turnout.tables)
    top = canvas.header(words.plain("chart.turnout.title"), event, turnout.at, words)
    lead = _lead(registered, voting, words)
    top = canvas.paragraph(MARGIN, top, lead, LEAD, bold=True, room=ROOM) + 18
    if not turnout.tables:
        return canvas.finished(canvas.nothing(top, words.plain("chart.no_tables")) + MARGIN)

    heads = [words.plain(f"chart.turnout.head.{name}") for name in ("registered", "voting", "finished")]
    sums = [number(words, value) for value in (registered, voting, finished)]
    widths = [
        max(canvas.width(head, SMALLEST), canvas.width(total, LEAD, bold=True)) + 22
        for head, total in zip(heads, sums, strict=True)
    ]
    rights = [WIDTH - MARGIN - sum(widths[place + 1 :]) for place in range(3)]
    bars = ROOM - sum(widths) - 10
    for right, head, colour in zip(rights, heads, (PALE, MIDDLE, STRONG), strict=True):
        width = canvas.width(head, SMALLEST)
        canvas.box(right - width, top, width, 14, colour, edge=STRONG if colour == PALE else None, line=2)
        canvas.text_beside(right, top + 14 + SMALLEST, head, SMALLEST, MUTED, across="right")
    canvas.text_beside(MARGIN, top + 14 + SMALLEST, words.plain("chart.tables"), SMALLEST, MUTED)
    top += 14 + 2 * SMALLEST
    canvas.rule(top)

    tall = len(turnout.tables) <= _MANY_TABLES
    thick, step = (24, 86) if tall else (16, 70)
    most = max(max(row.registered, row.voting, row.finished) for row in turnout.tables) or 1
    for row in turnout.tables:
        middle = top + 8 + SMALLEST * LINE / 2
        after = table_label(canvas, MARGIN, middle, row.table, event, room=bars, size=BODY)
        zones = table_zones(row.table, event, words)
        closed = "" if row.open else words.plain("chart.turnout.closed")
        # The zones are already in most names: they stay away where the end of voting needs the room.
        for note in (" · ".join(filter(None, (zones, closed))), closed):
            if note and canvas.width(note, SMALLEST) <= MARGIN + bars - after:
                canvas.text_beside(after, middle, note, SMALLEST, MUTED)
                break
        bar = top + 8 + SMALLEST * LINE + 6
        scale = bars / most
        if row.registered:
            canvas.box(MARGIN, bar, row.registered * scale, thick, PALE, edge=STRONG, line=2)
        canvas.box(MARGIN, bar, row.voting * scale, thick, MIDDLE)
        canvas.box(MARGIN, bar + thick / 4, row.finished * scale, thick / 2, STRONG)
        for right, value in zip(rights, (row.registered, row.voting, row.finished), strict=True):
            canvas.text_beside(right, top + step / 2, number(words, value), LEAD, across="right")
        top += step
        canvas.rule(top)
    canvas.text_beside(MARGIN, top + 36, words.plain("chart.all_tables"), BODY, bold=True)
    for right, total in zip(rights, sums, strict=True):
        canvas.text_beside(right, top + 36, total, LEAD, bold=True, across="right")
    return canvas.finished(top + 36 + MARGIN + LEAD / 2)


def caption(turnout: Turnout, event: Event, words: Translator) -> Html:
    """The turnout in words: the sums, then table by table as far as there is room."""
    del event
    registered, voting, finished = _sums(turnout.tables)
    head = words.text("chart.turnout.caption.head", time=words.clock(turnout.at))
    if not registered:
        return lines([head, _lead(registered, voting, words)])
    done = counted(words, "chart.turnout.caption.finished", finished) if finished else ""
    waiting = max(0, registered - voting)
    silent = counted(words, "chart.turnout.caption.silent", waiting) if waiting else ""
    closed = [row.table for row in turnout.tables if not row.open]

    def write(items: int) -> Html:
        rows = [
            words.text(
                "chart.turnout.caption.table",
                table=row.table,
                voting=number(words, row.voting),
                registered=number(words, row.registered),
                finished=number(words, row.finished),
            )
            for row in turnout.tables[:items]
        ]
        rest = turnout.tables[items:]
        others = ""
        if rest:
            all_registered, all_voting, all_finished = _sums(rest)
            others = counted(
                words,
                "chart.turnout.caption.others",
                len(rest),
                voting=number(words, all_voting),
                registered=number(words, all_registered),
                finished=number(words, all_finished),
            )
        ended = ""
        if closed and len(closed) == len(turnout.tables):
            ended = words.text("chart.turnout.caption.all_closed")
        elif closed and len(closed) <= items:
            ended = counted(words, "chart.turnout.caption.closed", len(closed), tables=words.join(closed))
        elif closed:
            ended = counted(words, "chart.turnout.caption.closed_count", len(closed))
        return lines([head, sentences(_lead(registered, voting, words), done, silent), ended, *rows, others])

    return longest(write, len(turnout.tables))


def _lead(registered: int, voting: int, words: Translator) -> str:
    if not registered:
        return words.plain("chart.turnout.nobody")
    return words.plain(
        "chart.turnout.lead",
        n=voting,
        voting=number(words, voting),
        registered=number(words, registered),
        share=percent(words, voting, registered),
    )


def _sums(rows: Sequence[TableTurnout]) -> tuple[int, int, int]:
    return (
        sum(row.registered for row in rows),
        sum(row.voting for row in rows),
        sum(row.finished for row in rows),
    )
