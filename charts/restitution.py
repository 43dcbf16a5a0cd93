"""The restitution's pages for the wall of the hall: words, themes by kind with their tables, single voices.

Nothing on them is anybody's sentence. The size of a word says at how many tables it was said, or by how many
people where all of it comes from one table; the caption says which.
"""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING, Final

from charts.naming import strategy_name, table_name
from charts.picture import Picture, counted, file_name, lines, longest, number, plain_counted, sentences
from charts.style import BODY, INK, LINE, MARGIN, MUTED, SMALLEST, SPECK, STRONG, WIDTH, axis_colour, png
from charts.wall import BOTTOM, ROOM, TOP, Wall
from participation.restitution import (
    THEMES_ON_A_PAGE,
    VOICES_ON_A_PAGE,
    first_of,
    themes_on,
    voices_on,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from locales.translator import Html, Translator
    from participation.aggregates import Keyword, Restitution, RestitutionTheme, SingleVoice
    from participation.event import Event
    from participation.restitution import Page

LARGEST: Final = 84
LEAST: Final = 34
"""The sizes between which words lie, in pixels of a page: the least is a twentieth of its height."""

_NUMBERS = 110
_SPACE = 0.9
_STEEP = 1.3
_SHRINK = 2
_TITLE = 34
_COUNT = 50
_MIDDLE = MARGIN + 60
_SQUARE = 22
_LEAST_TITLE = 140
"""The room in pixels below which an axis is shown by its code alone: a word and a half."""


def draw(restitution: Restitution, page: Page, event: Event, words: Translator) -> Picture:
    """One page as a picture and in words."""
    return Picture(
        png(compose(restitution, page, event, words)),
        caption(restitution, page, event, words),
        file_name(f"restitution-{page.number:02}-{page.name}", event, restitution.at),
    )


def compose(restitution: Restitution, page: Page, event: Event, words: Translator) -> Figure:
    """One page."""
    wall = Wall()
    wall.begin(_title(page, event, words), _lead(restitution, page, words), colour=_colour(page, event))
    if page.kind in {"session", "axis"}:
        _words_page(wall, _said(restitution, page), words)
    elif page.kind == "voices":
        _voices_page(wall, voices_on(restitution, page), event, words)
    else:
        _themes_page(wall, page, themes_on(restitution, page), event, words)
    return wall.end(event, moment(restitution, words), page.number, page.count, words)


def moment(restitution: Restitution, words: Translator) -> str:
    """As of when: what came later is not in it; a draft says that it is one."""
    if restitution.until is None:
        return words.plain("chart.restitution.draft", time=words.clock(restitution.at))
    return words.plain("chart.restitution.until", time=words.clock(restitution.until))


def _title(page: Page, event: Event, words: Translator) -> str:
    match page.kind:
        case "session":
            return words.plain("chart.restitution.session", session=page.which)
        case "axis":
            title = next((axis.title for axis in event.axes if axis.code == page.which), "")
            return words.plain("chart.restitution.axis", axis=page.which, title=title).rstrip(" ·")
        case _:
            return words.plain(f"chart.restitution.{page.kind}")


def _colour(page: Page, event: Event) -> str:
    if page.kind != "axis":
        return STRONG
    place = next((place for place, axis in enumerate(event.axes) if axis.code == page.which), 0)
    return axis_colour(place)


def _lead(restitution: Restitution, page: Page, words: Translator) -> str:
    """What is on the page, in a line."""
    match page.kind:
        case "session" | "axis":
            contributions, found = _said(restitution, page)
            if not contributions:
                return words.plain("chart.restitution.words.nothing")
            told = plain_counted(words, "chart.restitution.words", contributions)
            return f"{told} {words.plain(f'chart.restitution.words.{_measure(found)}')}" if found else told
        case kind:
            count = len(restitution.voices if kind == "voices" else restitution.of_kind(kind))
            told = plain_counted(words, f"chart.restitution.{kind}.lead", count)
            first = first_of(kind, count)
            return told if first is None else f"{told} {words.plain('chart.restitution.first', first=first)}"


# --- words ---------------------------------------------------------------------------------------------


def _said(restitution: Restitution, page: Page) -> tuple[int, tuple[Keyword, ...]]:
    """How many contributions a page of words is made of, and the words."""
    if page.kind == "session":
        session = next(each for each in restitution.sessions if str(each.session) == page.which)
        return session.contributions, session.words
    axis = next(each for each in restitution.axes if each.axis == page.which)
    return axis.contributions, axis.words


def _measure(found: Sequence[Keyword]) -> str:
    """What the size of words says: "tables", or "people" where none was said at two tables."""
    return "tables" if max(word.tables for word in found) > 1 else "people"


def _weight(word: Keyword, measure: str) -> int:
    # A word from a table's notes alone is nobody's in particular, and somebody's.
    return word.tables if measure == "tables" else max(word.people, 1)


def _grouped(found: Sequence[Keyword]) -> list[tuple[int, list[str]]]:
    """The words by what their size says, the largest first."""
    measure = _measure(found)
    in_order = sorted(found, key=lambda word: -_weight(word, measure))
    return [
        (weight, [word.text for word in group])
        for weight, group in groupby(in_order, key=lambda word: _weight(word, measure))
    ]


def _words_page(wall: Wall, said: tuple[int, tuple[Keyword, ...]], words: Translator) -> None:
    contributions, found = said
    if not found:
        key = "chart.restitution.words.none" if contributions else "chart.restitution.words.nothing"
        wall.sentence(words.plain(key))
        return
    groups, largest = fitting(wall, _grouped(found))
    # What is left of the page lies above and below.
    top = TOP + max(0.0, (BOTTOM - TOP - _height(wall, groups, largest)) / 2)
    for place, (weight, texts) in enumerate(groups):
        size = _size(weight, groups, largest)
        wall.rule(top) if place else None
        first = top + size * LINE / 2 + 4
        wall.text_beside(MARGIN, first, number(words, weight), min(_COUNT, size), MUTED, bold=True)
        for line in _flow(wall, texts, size):
            middle = top + size * LINE / 2 + 4
            x = float(MARGIN + _NUMBERS)
            for index, text in enumerate(line):
                if index:
                    wall.disc(x - size * _SPACE / 2, middle, 4, SPECK)
                wall.text_beside(x, middle, text, size, STRONG if place % 2 == 0 else INK, bold=True)
                x += wall.width(text, size, bold=True) + size * _SPACE
            top += size * LINE
        top += 8


def fitting(wall: Wall, groups: list[tuple[int, list[str]]]) -> tuple[list[tuple[int, list[str]]], float]:
    """As many words as the page holds, and the size of the largest: the least is kept, and fewer shown."""
    room = BOTTOM - TOP
    while groups and _height(wall, groups, LEAST) > room:
        weight, texts = groups[-1]
        groups = [*groups[:-1], *([(weight, texts[:-1])] if len(texts) > 1 else [])]
    sizes = range(LARGEST, LEAST, -_SHRINK)
    return groups, next((size for size in sizes if _height(wall, groups, size) <= room), LEAST)


def _height(wall: Wall, groups: Sequence[tuple[int, list[str]]], largest: float) -> float:
    return sum(
        len(_flow(wall, texts, size)) * size * LINE + 8
        for weight, texts in groups
        for size in [_size(weight, groups, largest)]
    )


def _size(weight: int, groups: Sequence[tuple[int, list[str]]], largest: float) -> float:
    """The size for so many tables (or people), from `LEAST` for the fewest to `largest` for the most."""
    most, fewest = groups[0][0], groups[-1][0]
    if most == fewest:
        return (LEAST + largest) / 2
    return LEAST + (largest - LEAST) * math.pow((weight - fewest) / (most - fewest), _STEEP)


def _flow(wall: Wall, texts: Sequence[str], size: float) -> list[list[str]]:
    """Words in lines that fit; a word that is wider than a line is shortened."""
    room = ROOM - _NUMBERS
    done: list[list[str]] = []
    used = 0.0
    for text in texts:
        fitted = wall.fitted(text, room, size, bold=True)
        width = wall.width(fitted, size, bold=True)
        if done and used + size * _SPACE + width <= room:
            done[-1].append(fitted)
            used += size * _SPACE + width
        else:
            done.append([fitted])
            used = width
    return done


# --- themes --------------------------------------------------------------------------------------------


def named(theme: RestitutionTheme, words: Translator) -> str:
    """A theme's title, or its number while it has none."""
    return theme.title or words.plain("chart.restitution.untitled", number=theme.number)


def _themes_page(
    wall: Wall, page: Page, found: Sequence[RestitutionTheme], event: Event, words: Translator
) -> None:
    if not found:
        wall.sentence(words.plain(f"chart.restitution.{page.kind}.none"))
        return
    step = (BOTTOM - TOP) / THEMES_ON_A_PAGE
    left = MARGIN + 150
    room = WIDTH - MARGIN - left
    unit = "axes" if page.kind == "crosscutting" else "tables"
    for place, theme in enumerate(found):
        top = TOP + place * step
        if place:
            wall.rule(top)
        count = len(theme.axes if unit == "axes" else theme.tables)
        wall.text_beside(_MIDDLE, top + 34, number(words, count), _COUNT, STRONG, bold=True, across="center")
        told = words.plain(f"chart.restitution.unit.{unit}", n=count)
        wall.text_beside(_MIDDLE, top + 80, told, SMALLEST, MUTED, across="center")
        title = wall.fitted(named(theme, words), room, _TITLE, bold=True)
        wall.text_beside(left, top + 21, title, _TITLE, INK, bold=True)
        where = wall.fitted(_where(theme, page, words), room, SMALLEST)
        wall.text_beside(left, top + 56, where, SMALLEST, MUTED)
        if unit == "axes":
            _axes(wall, left, top + 86, theme, event)
        else:
            wall.text_beside(left, top + 86, wall.fitted(_about(theme), room, SMALLEST), SMALLEST, MUTED)


def _about(theme: RestitutionTheme) -> str:
    """What else it is about than its title says; all that it is about where the title says none of it."""
    title = theme.title.casefold()
    return ", ".join([word for word in theme.keywords if word.casefold() not in title])


def _where(theme: RestitutionTheme, page: Page, words: Translator) -> str:
    """Its tables, by how many voices, what else it is, and whether it is marked for the plenary."""
    pieces = [words.plain("chart.restitution.plenary")] if theme.plenary else []
    pieces += [" ".join(theme.tables), plain_counted(words, "chart.restitution.by", theme.voices)]
    if theme.recurring and theme.crosscutting:
        also = "crosscutting" if page.kind == "recurring" else "recurring"
        pieces.append(words.plain(f"chart.restitution.also.{also}"))
    return " · ".join(pieces)


def _axes(wall: Wall, left: float, middle: float, theme: RestitutionTheme, event: Event) -> None:
    """The axes it touches: each its colour with its code, and its title as far as there is room for all."""
    shown = [(place, axis) for place, axis in enumerate(event.axes) if axis.code in theme.axes]
    each = (WIDTH - MARGIN - left) / len(shown)
    room = each - _SQUARE - 10 - 16
    x = left
    for place, axis in shown:
        wall.box(x, middle - _SQUARE / 2, _SQUARE, _SQUARE, axis_colour(place), radius=4)
        text = axis.code if room < _LEAST_TITLE else f"{axis.code} {axis.title}"
        text = wall.fitted(text, room, SMALLEST)
        wall.text_beside(x + _SQUARE + 10, middle, text, SMALLEST, MUTED)
        x += each


# --- single voices -------------------------------------------------------------------------------------


def _voices_page(wall: Wall, found: Sequence[SingleVoice], event: Event, words: Translator) -> None:
    half = VOICES_ON_A_PAGE // 2
    step = (BOTTOM - TOP) / half
    width = (ROOM - 40) / 2 if len(found) > half else ROOM
    codes = max(wall.width(voice.table, BODY, bold=True) for voice in found) + 16
    for place, voice in enumerate(found):
        x = MARGIN + (place // half) * (width + 40)
        middle = TOP + (place % half + 0.5) * step
        wall.text_beside(x, middle, voice.table, BODY, STRONG, bold=True)
        text = wall.fitted(_voice(voice, event, words), width - codes, BODY)
        wall.text_beside(x + codes, middle, text, BODY)


def _voice(voice: SingleVoice, event: Event, words: Translator) -> str:
    """A few words of a single voice; without any, the strategy that it is about."""
    if voice.words:
        return ", ".join(voice.words)
    if voice.strategy is not None:
        return words.plain("chart.restitution.voice.on", strategy=strategy_name(voice.strategy, event))
    return words.plain("chart.restitution.voice.unread")


# --- captions ------------------------------------------------------------------------------------------


def caption(restitution: Restitution, page: Page, event: Event, words: Translator) -> Html:
    """The page in words, as far as there is room."""
    head = words.text(
        "chart.restitution.caption.head",
        title=_title(page, event, words),
        moment=moment(restitution, words),
        number=page.number,
        count=page.count,
    )
    if page.kind in {"session", "axis"}:
        return _words_caption(restitution, page, head, words)
    lead = lines([_lead(restitution, page, words)])
    if page.kind == "voices":
        return _listed(head, lead, _voice_lines(restitution, page, event, words), words)
    found = themes_on(restitution, page)
    if not found:
        return lines([head, words.text(f"chart.restitution.{page.kind}.none")])

    def write(items: int, *, names: bool = True) -> Html:
        rows = [_theme_line(theme, event if names else None, words) for theme in found[:items]]
        return lines([head, lead, *rows, _others("themes", len(found) - items, words)])

    return longest(write, len(found), briefer=lambda items: write(items, names=False))


def _others(what: str, rest: int, words: Translator) -> Html | str:
    """That so many more are in the picture."""
    return counted(words, f"chart.restitution.caption.others.{what}", rest) if rest else ""


def _words_caption(restitution: Restitution, page: Page, head: Html, words: Translator) -> Html:
    contributions, found = _said(restitution, page)
    if not contributions:
        return lines([head, words.text("chart.restitution.words.nothing")])
    lead = counted(words, "chart.restitution.words", contributions)
    if not found:
        return lines([head, lead, words.text("chart.restitution.words.none")])
    measure = _measure(found)
    groups = _grouped(found)
    flat = [(weight, text) for weight, texts in groups for text in texts]

    def write(items: int) -> Html:
        rows = [
            counted(
                words,
                f"chart.restitution.caption.words.{measure}",
                weight,
                found=", ".join(text for _, text in group),
            )
            for weight, group in groupby(flat[:items], key=lambda pair: pair[0])
        ]
        rest = len(flat) - items
        return lines(
            [
                head,
                sentences(lead, words.text(f"chart.restitution.words.{measure}")),
                *rows,
                _others("words", rest, words),
            ]
        )

    return longest(write, len(flat))


def _theme_line(theme: RestitutionTheme, event: Event | None, words: Translator) -> Html:
    """A theme with its tables, by their codes and names, or without an event by their codes."""
    kinds = [kind for kind in ("recurring", "crosscutting") if getattr(theme, kind)]
    return words.text(
        "chart.restitution.caption.theme",
        title=named(theme, words),
        tables=words.join(
            f"{code} {table_name(code, event) if event else ''}".rstrip() for code in theme.tables
        ),
        voices=plain_counted(words, "chart.restitution.by", theme.voices),
        axes=words.plain("chart.restitution.caption.axes", n=len(theme.axes), axes=words.join(theme.axes))
        if theme.crosscutting
        else "",
        both=words.plain("chart.restitution.caption.both") if len(kinds) > 1 else "",
    )


def _voice_lines(restitution: Restitution, page: Page, event: Event, words: Translator) -> list[Html]:
    return [
        words.text("chart.restitution.caption.voice", table=voice.table, text=_voice(voice, event, words))
        for voice in voices_on(restitution, page)
    ]


def _listed(head: Html, lead: Html, rows: Sequence[Html], words: Translator) -> Html:
    def write(items: int) -> Html:
        return lines([head, lead, *rows[:items], _others("voices", len(rows) - items, words)])

    return longest(write, len(rows))
