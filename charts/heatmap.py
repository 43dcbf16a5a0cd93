"""The dots of every strategy in every zone, once tables have closed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from charts.matrix import (
    ROOM,
    blank_column,
    blocks,
    key_line,
    label_width,
    lay_out,
    row_height,
    strategy_rows,
)
from charts.naming import strategy_name, zone_name
from charts.picture import (
    Picture,
    counted,
    decimal,
    file_name,
    lines,
    longest,
    number,
    percent,
    plain_counted,
    sentences,
)
from charts.style import HEAT, LEAD, LINE, MARGIN, MUTED, SMALLEST, SPECK, WIDTH, Canvas, heat, on, png
from participation.aggregates import ZoneDots

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from charts.matrix import Block, Columns
    from locales.translator import Html, Translator
    from participation.aggregates import Votes
    from participation.event import Event, Strategy

_NARROWEST = 44
_TOP = 3
_SHOWN_TIES = 4


def draw(aggregate: Votes, event: Event, words: Translator) -> Picture:
    """The votes, strategy by zone, as a picture and in words."""
    return Picture(
        png(compose(aggregate, event, words)),
        caption(aggregate, event, words),
        file_name("heatmap", event, aggregate.at),
    )


def compose(votes: Votes, event: Event, words: Translator) -> Figure:
    """A cell per strategy and zone: the number counts dots, the colour their share of the zone's ballots."""
    canvas = Canvas()
    top = canvas.header(words.plain("chart.heatmap.title"), event, votes.at, words)
    lead = f"{size(votes, words)} {incomplete(votes, event, words)}"
    top = canvas.paragraph(MARGIN, top, lead, LEAD, bold=True, room=ROOM, lines=3) + 18
    if not votes.ballots:
        return canvas.finished(canvas.nothing(top, words.plain("chart.no_ballots")) + MARGIN)

    zones = _zones(votes, event)
    shown = blocks(event)
    figures = [number(words, value) for zone in zones for value in (*zone.dots.values(), zone.ballots)]
    totals = [number(words, value) for value in (*votes.totals.values(), votes.ballots)]
    totals.append(words.plain("chart.total"))
    columns = lay_out(
        len(zones),
        narrowest=max(_NARROWEST, *(canvas.width(text, SMALLEST) + 8 for text in figures)),
        label=label_width(canvas, shown),
        beside=max(canvas.width(text, SMALLEST, bold=True) for text in totals) + 14,
    )
    darkest = max((_share(count, zone) for zone in zones for count in zone.dots.values()), default=0) or 1
    for panel in columns.panels:
        here = [zones[place] for place in panel]
        last = panel is columns.panels[-1]
        top = _panel(canvas, top, here, shown, columns, darkest, words, votes=votes if last else None) + 14
    stacking = event.session1.stacking == "free"
    top = _key(canvas, top, zones, darkest, words, stacking=stacking)
    top = canvas.legend(top + 6, [(zone.zone, zone_name(zone.zone, event)) for zone in zones])
    return canvas.finished(top + MARGIN)


def _panel(
    canvas: Canvas,
    top: float,
    here: Sequence[ZoneDots],
    shown: Sequence[Block],
    columns: Columns,
    darkest: float,
    words: Translator,
    *,
    votes: Votes | None,
) -> float:
    """One panel of the matrix; with `votes` it ends in the column of the totals."""
    right = WIDTH - MARGIN
    step = row_height(sum(len(block.strategies) for block in shown))
    zones = [zone.zone for zone in here]
    ballots = [number(words, zone.ballots) for zone in here]
    for name, values, bold in (("chart.zone", zones, True), ("chart.heatmap.ballots", ballots, False)):
        middle = top + SMALLEST * LINE / 2 + 2
        edge = MARGIN + columns.label - 16
        canvas.text_beside(edge, middle, words.plain(name), SMALLEST, MUTED, bold=bold, across="right")
        for place, value in enumerate(values):
            canvas.text_beside(columns.middle(place), middle, value, SMALLEST, bold=bold, across="center")
        if votes is not None:
            total = words.plain("chart.total") if bold else number(words, votes.ballots)
            canvas.text_beside(right, middle, total, SMALLEST, bold=True, across="right")
        top += SMALLEST * LINE + 4

    def row(strategy: Strategy, middle: float) -> None:
        for place, zone in enumerate(here):
            if zone.ballots and not zone.withheld:
                count = zone.dots.get(strategy.code, 0)
                _cell(canvas, columns, place, middle, step, count, _share(count, zone) / darkest, words)
        if votes is not None:
            total = number(words, votes.totals.get(strategy.code, 0))
            canvas.text_beside(right, middle, total, SMALLEST, bold=True, across="right")

    top, spans = strategy_rows(canvas, top + 4, shown, words, label=columns.label, step=step, row=row)
    for place, zone in enumerate(here):
        if zone.withheld or not zone.ballots:
            text = words.plain("chart.few_ballots" if zone.withheld else "chart.no_ballot")
            blank_column(canvas, columns.middle(place), columns.width, spans, text, step)
    return top


def _cell(
    canvas: Canvas,
    columns: Columns,
    place: int,
    middle: float,
    step: float,
    count: int,
    share: float,
    words: Translator,
) -> None:
    x = columns.middle(place)
    if not count:
        canvas.disc(x, middle, 3, SPECK)
        return
    colour = heat(share)
    canvas.box(x - columns.width / 2 + 1, middle - step / 2 + 1, columns.width - 2, step - 2, colour)
    canvas.text_beside(x, middle, number(words, count), SMALLEST, on(colour), across="center")


def _key(
    canvas: Canvas,
    top: float,
    zones: Sequence[ZoneDots],
    darkest: float,
    words: Translator,
    *,
    stacking: bool,
) -> float:
    """What the numbers, the colours, the faint dots and the dashes mean."""
    top += 8
    canvas.disc(MARGIN + 10, top + SMALLEST * LINE / 2, 3, SPECK)
    top = canvas.paragraph(
        MARGIN + 32, top, words.plain("chart.heatmap.zero"), SMALLEST, MUTED, room=ROOM - 32, lines=1
    )
    if stacking:
        colour = words.plain("chart.heatmap.colour_stacking", dots=decimal(words, darkest))
    else:
        colour = words.plain("chart.heatmap.colour", share=percent(words, round(darkest * 100), 100))
    steps = len(HEAT)
    for place, shade in enumerate(HEAT):
        canvas.box(MARGIN + place * 34, top + 5, 34, SMALLEST, shade)
    top = canvas.paragraph(
        MARGIN + steps * 34 + 16,
        top,
        colour,
        SMALLEST,
        MUTED,
        room=ROOM - steps * 34 - 16,
        lines=3,
    )
    for key, codes in (
        ("chart.heatmap.no_ballot_key", [zone.zone for zone in zones if not zone.ballots]),
        ("chart.heatmap.few_ballots_key", [zone.zone for zone in zones if zone.ballots and zone.withheld]),
    ):
        if codes:
            top = key_line(canvas, top, words.plain(key, n=len(codes), zones=words.join(codes)))
    return top


def caption(votes: Votes, event: Event, words: Translator) -> Html:
    """The votes in words: the most voted of all, then each zone's first choice as far as there is room."""
    head = words.text("chart.heatmap.caption.head", time=words.clock(votes.at))
    if not votes.ballots:
        return lines([head, words.text("chart.no_ballots")])
    zones = _zones(votes, event)
    voting = [zone for zone in zones if zone.ballots and not zone.withheld]
    empty = [zone.zone for zone in zones if not zone.ballots]
    few = [zone.zone for zone in zones if zone.ballots and zone.withheld]

    def write(items: int, *, named: bool = True) -> Html:
        rows = [
            counted(
                words,
                "chart.heatmap.caption.zone",
                zone.ballots,
                zone=zone.zone,
                first=_first(zone.dots, event, words, named=named),
            )
            for zone in voting[:items]
        ]
        rest = len(voting) - items
        return lines(
            [
                head,
                sentences(size(votes, words), channels(votes, words), incomplete(votes, event, words)),
                words.text("chart.heatmap.caption.top", top=most_voted(votes.totals, event, words)),
                *rows,
                counted(words, "chart.heatmap.caption.others", rest) if rest else "",
                _listed(words, "chart.heatmap.no_ballot_key", empty, items),
                _listed(words, "chart.heatmap.few_ballots_key", few, items),
            ]
        )

    return longest(write, len(voting), briefer=partial(write, named=False))


def most_voted(totals: Mapping[str, int], event: Event, words: Translator, places: int = _TOP) -> str:
    """The strategies with the most dots, in words; a tie at the last place is said, not cut."""
    ranking = sorted(
        ((totals.get(strategy.code, 0), place) for place, strategy in enumerate(event.strategies)),
        key=lambda pair: (-pair[0], pair[1]),
    )
    voted = [pair for pair in ranking if pair[0]]
    if not voted:
        return words.plain("chart.nobody")
    first = voted[:places]
    tied = sum(count == first[-1][0] for count, _ in voted[places:])
    pieces = [
        words.plain(
            "chart.strategy_dots",
            strategy=strategy_name(event.strategies[place].code, event),
            dots=number(words, count),
        )
        for count, place in first
    ]
    if tied:
        pieces.append(plain_counted(words, "chart.and_tied", tied, dots=number(words, first[-1][0])))
    return words.join(pieces)


def _first(dots: Mapping[str, int], event: Event, words: Translator, *, named: bool) -> str:
    """The strategies with the most dots of one zone, with the number: "3.2 Ferrovie e 1.1 Fibra (12)"."""
    most = max(dots.values(), default=0)
    codes = [strategy.code for strategy in event.strategies if most and dots.get(strategy.code, 0) == most]
    if not codes:
        return words.plain("chart.nobody")
    if len(codes) > _SHOWN_TIES:
        strategies = plain_counted(words, "chart.level", len(codes))
    elif len(codes) > 1:
        strategies = words.join(codes)
    else:
        strategies = strategy_name(codes[0], event) if named else codes[0]
    return words.plain("chart.strategy_dots", strategy=strategies, dots=number(words, most))


def _listed(words: Translator, key: str, codes: Sequence[str], items: int) -> str:
    if not codes:
        return ""
    most = max(items, 6)
    shown = list(codes[:most])
    if len(codes) > most:
        shown.append(plain_counted(words, "chart.and_others", len(codes) - most))
    return words.text(key, n=len(codes), zones=words.join(shown))


def size(votes: Votes, words: Translator) -> str:
    """How many ballots and dots there are, as a sentence."""
    dots = sum(votes.totals.values())
    return words.plain(
        "chart.heatmap.size",
        ballots=plain_counted(words, "chart.ballots", votes.ballots),
        dots=plain_counted(words, "chart.dots", dots),
    )


def channels(votes: Votes, words: Translator) -> str:
    """By whose hands the ballots were filled in, as far as the figures tell."""
    if not votes.by_channel:
        return ""
    parts = [
        words.plain(f"chart.channel.{channel}", number=number(words, count))
        for channel, count in votes.by_channel
    ]
    return words.plain("chart.channels", channels=words.join(parts))


def incomplete(votes: Votes, event: Event, words: Translator) -> str:
    """That the figures are not all there yet, if they are not."""
    if votes.tables_closed >= len(event.tables):
        return ""
    return words.plain(
        "chart.partial",
        n=votes.tables_closed,
        closed=number(words, votes.tables_closed),
        tables=number(words, len(event.tables)),
    )


def _zones(votes: Votes, event: Event) -> list[ZoneDots]:
    """The event's zones in its order, empty without figures; then any that the event does not have."""
    given = {zone.zone: zone for zone in votes.zones}
    known = [given.pop(zone.code, ZoneDots(zone.code, 0, {})) for zone in event.zones]
    return [*known, *given.values()]


def _share(count: int, zone: ZoneDots) -> float:
    return count / zone.ballots if zone.ballots else 0.0
