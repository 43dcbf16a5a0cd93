"""Nudges, sentences to tables, and charts on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import DrawChart
from handlers.render.common import MISREAD_LENGTH, grid, lines, renders, sentences, table_coded, table_name
from handlers.render.message import Button, Message, compose, shorten
from handlers.render.phases import phase_name
from handlers.render.time import yes_or_no
from handlers.render.typing_words import chart_word
from participation.charting import CHARTS
from participation.notices import (
    Bulletin,
    BulletinAsked,
    BulletinSent,
    BulletinUnclear,
    ChartComing,
    ChartRefused,
    ChooseChart,
    ChooseChartPlace,
    Nudged,
    NudgeRefused,
    NudgesSent,
    Role,
)

if TYPE_CHECKING:
    from locales.translator import Html, Translator
    from participation.event import Event

SHOWN_TABLES: Final = 12
"""Tables named in a sentence at most; a sentence with all of a large event would be no sentence."""


def nudges_sent(notice: NudgesSent, event: Event, words: Translator) -> tuple[Message, ...]:
    """How many were nudged, how many had just been, and how many cannot be."""
    table = table_coded(event, notice.table)
    return compose(
        (
            words.text("nudges.sent", table=table, n=notice.nudged)
            if notice.nudged
            else words.text("nudges.none", table=table),
            lines(
                (
                    *(
                        (words.text("nudges.recent", n=notice.recent, minutes=notice.minutes),)
                        if notice.recent
                        else ()
                    ),
                    *(
                        (words.text("nudges.unreachable", n=notice.unreachable),)
                        if notice.unreachable
                        else ()
                    ),
                )
            ),
        )
    )


def nudge_refused(notice: NudgeRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """Nobody is nudged while the table does not vote."""
    table = table_coded(event, notice.table)
    return compose((words.text("nudge_refused", table=table, phase=phase_name(notice.phase, words)),))


def nudged(notice: Nudged, event: Event, words: Translator) -> tuple[Message, ...]:
    """A reminder: what is on the ballot, and until when."""
    table = table_name(event, notice.table, words)
    return compose(
        (
            sentences(
                words.text("nudged.used", table=table, n=notice.used, budget=notice.budget)
                if notice.used
                else words.text("nudged.empty", table=table),
                None
                if notice.closes_at is None
                else words.text("nudged.closes", time=words.clock(notice.closes_at)),
            ),
            words.text("nudged.how"),
        )
    )


def bulletin_asked(notice: BulletinAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """To how many, to whom, and what they will read."""
    tables = words.join(table_coded(event, code) for code in notice.tables[:SHOWN_TABLES])
    if notice.sender is Role.FACILITATOR:
        to = words.text("bulletin.to.own", tables=tables)
    elif not notice.tables:
        to = words.text("bulletin.to.leaders" if notice.leaders else "bulletin.to.everybody")
    else:
        key = "bulletin.to.leaders_of" if notice.leaders else "bulletin.to.tables"
        to = words.text(key, n=len(notice.tables), tables=tables)
    return compose(
        (
            sentences(words.text("bulletin.ask", n=notice.people), to),
            words.text("nudges.unreachable", n=notice.unreachable) if notice.unreachable else None,
            words.text("bulletin.preview"),
            _sentence(notice.sender, notice.text, words),
            words.text("ask.how"),
        ),
        yes_or_no(words.plain("bulletin.button"), notice.token, words),
    )


def bulletin_sent(notice: BulletinSent, _event: Event, words: Translator) -> tuple[Message, ...]:
    """On its way, to so many."""
    return compose(
        (
            sentences(
                words.text("bulletin.sent", n=notice.people),
                words.text("nudges.unreachable", n=notice.unreachable) if notice.unreachable else None,
            ),
        )
    )


def bulletin(notice: Bulletin, _event: Event, words: Translator) -> tuple[Message, ...]:
    """The sentence, and whose it is."""
    return compose((_sentence(notice.sender, notice.text, words),))


def _sentence(sender: Role, text: str, words: Translator) -> Html:
    key = "bulletin.from.facilitator" if sender is Role.FACILITATOR else "bulletin.from.regia"
    return words.text(key, text=text)


def bulletin_unclear(notice: BulletinUnclear, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why nothing was sent, and how it is written."""
    misread = shorten(notice.misread, MISREAD_LENGTH)
    match notice.reason:
        case "empty":
            why = words.text("bulletin_unclear.empty")
        case "too_long":
            why = words.text("bulletin_unclear.too_long", most=notice.most)
        case _ if misread:
            why = words.text("bulletin_unclear.audience.misread", misread=misread)
        case _:
            why = words.text("bulletin_unclear.audience")
    nearest = notice.nearest
    how = (
        words.text("bulletin_unclear.how.facilitator")
        if notice.sender is Role.FACILITATOR
        else words.text("bulletin_unclear.how.regia", code=event.tables[0].code, other=event.tables[-1].code)
    )
    return compose(
        (
            sentences(
                why,
                None
                if nearest is None
                else words.text("phase_command.nearest", nearest=shorten(nearest, MISREAD_LENGTH)),
            ),
            how,
        )
    )


def _chart(chart: str, words: Translator) -> str:
    key = f"charts.name.{chart}"
    return words.plain(key) if words.has(key) else chart


def choose_chart(notice: ChooseChart, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Which chart?"""
    misread = shorten(notice.misread, MISREAD_LENGTH)
    nearest = notice.nearest
    return compose(
        (
            sentences(
                words.text("charts.misread", misread=misread) if misread else None,
                None
                if nearest is None
                else words.text("phase_command.nearest", nearest=shorten(nearest, MISREAD_LENGTH)),
            ),
            words.text("charts.ask", names=words.join(chart_word(words, chart) for chart in CHARTS)),
        ),
        grid(((_chart(chart, words), DrawChart(chart, "")) for chart in CHARTS), 1),
    )


def choose_chart_place(notice: ChooseChartPlace, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Where is it to go?"""
    chart = notice.chart if notice.chart in CHARTS else next(iter(CHARTS))
    return compose(
        (words.text("charts.where", chart=_chart(chart, words), name=chart_word(words, chart)),),
        (
            (
                Button(words.plain("charts.button.here"), DrawChart(chart, "here")),
                Button(words.plain("charts.button.channel"), DrawChart(chart, "channel")),
            ),
        ),
    )


def chart_coming(notice: ChartComing, _event: Event, words: Translator) -> tuple[Message, ...]:
    """It is being drawn."""
    key = "charts.coming.channel" if notice.channel else "charts.coming"
    return compose((words.text(key, chart=_chart(shorten(notice.chart, MISREAD_LENGTH), words)),))


def chart_refused(notice: ChartRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why there is no such chart now."""
    name = chart_word(words, "turnout")
    if notice.reason == "voting":
        tables = words.join(table_coded(event, code) for code in notice.tables[:SHOWN_TABLES])
        return compose((words.text("charts.refused.voting", n=len(notice.tables), tables=tables, name=name),))
    return compose((words.text("charts.refused.no_channel", name=name),))


RENDERERS: Final = (
    renders(NudgesSent, nudges_sent),
    renders(NudgeRefused, nudge_refused),
    renders(Nudged, nudged),
    renders(BulletinAsked, bulletin_asked),
    renders(BulletinSent, bulletin_sent),
    renders(Bulletin, bulletin),
    renders(BulletinUnclear, bulletin_unclear),
    renders(ChooseChart, choose_chart),
    renders(ChooseChartPlace, choose_chart_place),
    renders(ChartComing, chart_coming),
    renders(ChartRefused, chart_refused),
)
