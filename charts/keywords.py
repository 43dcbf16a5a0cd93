"""The words that come back in a session: their size says at how many tables."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING

from charts.matrix import ROOM
from charts.picture import Picture, counted, file_name, lines, longest, number, plain_counted, sentences
from charts.style import BODY, INK, LEAD, MARGIN, MUTED, SPECK, STRONG, WIDTH, Canvas, png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from locales.translator import Html, Translator
    from participation.aggregates import Keyword, Keywords
    from participation.event import Event

LARGEST = 96
LEAST = 40
"""The sizes between which words lie, in pixels; the least can be read from the back of a hall."""
_TALLEST = 1600
_GUTTER = 130
_SPACE = 0.8
_LINE = 1.3
_PAD = 8
_COUNT = 44
_STEP = 14
"""How much larger the most widespread words are at least."""
_STEEP = 1.4


def draw(aggregate: Keywords, event: Event, words: Translator) -> Picture:
    """The keywords as a picture and in words."""
    return Picture(
        png(compose(aggregate, event, words)),
        caption(aggregate, event, words),
        file_name(f"keywords-{aggregate.session}", event, aggregate.at),
    )


def compose(keywords: Keywords, event: Event, words: Translator) -> Figure:
    """The words in lines, those of most tables first and largest; the number of tables stands at the left."""
    canvas = Canvas()
    title = words.plain("chart.keywords.title", session=keywords.session)
    top = canvas.header(title, event, keywords.at, words)
    if not keywords.contributions:
        return canvas.finished(canvas.nothing(top, words.plain("chart.no_contributions")) + MARGIN)
    lead = plain_counted(words, "chart.keywords.lead", keywords.contributions)
    if keywords.words:
        lead += " " + words.plain("chart.keywords.size")
    top = canvas.paragraph(MARGIN, top, lead, LEAD, MUTED, room=ROOM, lines=3) + 16
    if not keywords.words:
        return canvas.finished(canvas.nothing(top, words.plain("chart.keywords.none")) + MARGIN)
    return canvas.finished(_words(canvas, top, keywords.words, words) + MARGIN / 2)


def _words(canvas: Canvas, top: float, found: Sequence[Keyword], words: Translator) -> float:
    groups = [(tables, list(group)) for tables, group in groupby(found, key=lambda word: word.tables)]
    canvas.text_beside(MARGIN, top + BODY / 2, words.plain("chart.tables"), BODY, MUTED)
    top += BODY * 1.5
    largest = LARGEST
    while largest > LEAST + _STEP and top + _height(canvas, groups, largest) > _TALLEST:
        largest -= 2
    for place, (tables, group) in enumerate(groups):
        size = _size(tables, groups, largest)
        colour = STRONG if place % 2 == 0 else INK
        canvas.rule(top)
        top += _PAD
        canvas.text_beside(MARGIN, top + size * _LINE / 2, number(words, tables), _COUNT, MUTED, bold=True)
        for line in _flow(canvas, group, size):
            x = float(MARGIN + _GUTTER)
            for index, text in enumerate(line):
                if index:
                    canvas.disc(x - size * _SPACE / 2, top + size * _LINE / 2, 5, SPECK)
                canvas.text_beside(x, top + size * _LINE / 2, text, size, colour, bold=True)
                x += canvas.width(text, size, bold=True) + size * _SPACE
            top += size * _LINE
        top += _PAD
    return top


def _height(canvas: Canvas, groups: Sequence[tuple[int, list[Keyword]]], largest: float) -> float:
    height = 0.0
    for tables, group in groups:
        size = _size(tables, groups, largest)
        height += len(_flow(canvas, group, size)) * size * _LINE + 2 * _PAD
    return height


def _size(tables: int, groups: Sequence[tuple[int, list[Keyword]]], largest: float) -> float:
    """The size for a number of tables, from `LEAST` for the fewest to `largest` for the most."""
    most, fewest = groups[0][0], groups[-1][0]
    if most == fewest:
        return (LEAST + largest) / 2
    return LEAST + (largest - LEAST) * math.pow((tables - fewest) / (most - fewest), _STEEP)


def _flow(canvas: Canvas, group: Sequence[Keyword], size: float) -> list[list[str]]:
    """The words of a group in lines that fit; a word that is wider than a line is shortened."""
    room = WIDTH - 2 * MARGIN - _GUTTER
    done: list[list[str]] = []
    used = 0.0
    for word in group:
        text = canvas.fitted(word.text, room, size, bold=True)
        width = canvas.width(text, size, bold=True)
        if done and used + size * _SPACE + width <= room:
            done[-1].append(text)
            used += size * _SPACE + width
        else:
            done.append([text])
            used = width
    return done


def caption(keywords: Keywords, event: Event, words: Translator) -> Html:
    """The keywords in words, by number of tables, as far as there is room."""
    del event
    head = words.text("chart.keywords.caption.head", session=keywords.session, time=words.clock(keywords.at))
    if not keywords.contributions:
        return lines([head, words.text("chart.no_contributions")])
    lead = counted(words, "chart.keywords.lead", keywords.contributions)
    if not keywords.words:
        return lines([head, lead, words.text("chart.keywords.none")])

    def write(items: int) -> Html:
        rows = [
            counted(
                words,
                "chart.keywords.caption.group",
                tables,
                found=", ".join(word.text for word in group),
            )
            for tables, group in groupby(keywords.words[:items], key=lambda word: word.tables)
        ]
        rest = len(keywords.words) - items
        return lines(
            [
                head,
                sentences(lead, words.text("chart.keywords.size")),
                *rows,
                counted(words, "chart.keywords.caption.others", rest) if rest else "",
            ]
        )

    return longest(write, len(keywords.words))
