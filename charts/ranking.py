"""The strategies by the dots they got in all zones together, axis by axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charts.heatmap import channels, incomplete, most_voted, size
from charts.matrix import ROOM, axis_heading, blocks, label_width, row_height
from charts.naming import strategy_name
from charts.picture import Picture, file_name, lines, longest, number, plain_counted, sentences
from charts.style import LEAD, MARGIN, SMALLEST, SPECK, Canvas, axis_colour, png

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure

    from locales.translator import Html, Translator
    from participation.aggregates import Votes
    from participation.event import Event, Strategy

_WIDEST_LABEL = 600


def draw(aggregate: Votes, event: Event, words: Translator) -> Picture:
    """The ranking as a picture and in words."""
    return Picture(
        png(compose(aggregate, event, words)),
        caption(aggregate, event, words),
        file_name("ranking", event, aggregate.at),
    )


def compose(votes: Votes, event: Event, words: Translator) -> Figure:
    """A bar per strategy, the longest of each axis first, with its dots at the end."""
    canvas = Canvas()
    top = canvas.header(words.plain("chart.ranking.title"), event, votes.at, words)
    lead = f"{size(votes, words)} {incomplete(votes, event, words)}"
    top = canvas.paragraph(MARGIN, top, lead, LEAD, bold=True, room=ROOM, lines=3) + 18
    if not votes.ballots:
        return canvas.finished(canvas.nothing(top, words.plain("chart.no_ballots")) + MARGIN)

    shown = blocks(event)
    step = row_height(len(event.strategies))
    label = min(label_width(canvas, shown) + 8, _WIDEST_LABEL)
    codes = max(canvas.width(strategy.code, SMALLEST, bold=True) for strategy in event.strategies) + 12
    most = max(votes.totals.values(), default=0) or 1
    figures = max(canvas.width(number(words, value), SMALLEST, bold=True) for value in (most, 0))
    left = MARGIN + label
    scale = (ROOM - label - figures - 12) / most
    for block in shown:
        total = sum(votes.totals.get(strategy.code, 0) for strategy in block.strategies)
        top = axis_heading(canvas, top, block, words, right=plain_counted(words, "chart.dots", total))
        top += 4
        for strategy in _sorted(block.strategies, votes):
            middle = top + step / 2
            count = votes.totals.get(strategy.code, 0)
            canvas.text_beside(MARGIN, middle, strategy.code, SMALLEST, bold=True)
            canvas.text_beside(
                MARGIN + codes, middle, canvas.fitted(strategy.label, label - codes - 8, SMALLEST), SMALLEST
            )
            if count:
                canvas.box(left, middle - step * 0.36, count * scale, step * 0.72, axis_colour(block.index))
            else:
                canvas.disc(left + 3, middle, 3, SPECK)
            canvas.text_beside(left + count * scale + 12, middle, number(words, count), SMALLEST, bold=True)
            top += step
        top += 10
    return canvas.finished(top + MARGIN / 2)


def caption(votes: Votes, event: Event, words: Translator) -> Html:
    """The ranking in words: the most voted of all, then each axis' own order as far as there is room."""
    head = words.text("chart.ranking.caption.head", time=words.clock(votes.at))
    if not votes.ballots:
        return lines([head, words.text("chart.no_ballots")])
    shown = blocks(event)
    deepest = max(len(block.strategies) for block in shown)

    def write(items: int) -> Html:
        rows = []
        for block in shown:
            ranking = _sorted(block.strategies, votes)
            voted = [strategy for strategy in ranking if votes.totals.get(strategy.code, 0)]
            count = sum(votes.totals.get(strategy.code, 0) for strategy in ranking)
            pieces = [
                words.plain(
                    "chart.strategy_dots",
                    strategy=strategy_name(strategy.code, event) if place == 0 else strategy.code,
                    dots=number(words, votes.totals[strategy.code]),
                )
                for place, strategy in enumerate(voted[:items])
            ]
            rows.append(
                words.text(
                    "chart.ranking.caption.axis" if pieces else "chart.ranking.caption.axis_only",
                    axis=block.axis.code,
                    dots=plain_counted(words, "chart.dots", count),
                    ranking="; ".join(pieces),
                )
            )
        return lines(
            [
                head,
                sentences(size(votes, words), channels(votes, words), incomplete(votes, event, words)),
                words.text("chart.heatmap.caption.top", top=most_voted(votes.totals, event, words)),
                *rows,
                words.text("chart.ranking.caption.only_first", n=items, number=number(words, items))
                if 0 < items < deepest
                else "",
            ]
        )

    return longest(write, deepest)


def _sorted(strategies: Iterable[Strategy], votes: Votes) -> list[Strategy]:
    """The most voted first; those with as many dots in the event's order."""
    return sorted(strategies, key=lambda strategy: -votes.totals.get(strategy.code, 0))
