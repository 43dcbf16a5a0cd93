"""The regia's overview of all tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.render.common import label, lines, renders
from handlers.render.message import Message, compose
from handlers.render.phases import phase_name
from handlers.render.typing_words import phase_word
from participation.event import Phase
from participation.notices import EventState, TableState

if TYPE_CHECKING:
    from locales.translator import Html, Translator
    from participation.event import Event


def event_state(notice: EventState, event: Event, words: Translator) -> tuple[Message, ...]:
    """The sums first, then a paragraph for each table."""
    return compose(
        (
            words.text("state.title", time=words.clock(notice.at)),
            words.text(
                "state.sums",
                registered=sum(table.registered for table in notice.tables),
                voting=sum(table.voting for table in notice.tables),
                finished=sum(table.finished for table in notice.tables),
                contributions=sum(table.contributions for table in notice.tables),
            ),
            *(_table(table, event, words) for table in notice.tables),
            words.text("state.how", code=event.tables[0].code, phase=phase_word(words, Phase.SESSION1)),
        )
    )


def table_state(notice: TableState, event: Event, words: Translator) -> tuple[Message, ...]:
    """One table alone."""
    return compose((_table(notice, event, words),))


def _table(state: TableState, event: Event, words: Translator) -> Html:
    table = event.table(state.table)
    on = state.strategy_on
    return lines(
        (
            words.text("state.table", code=table.code, name=table.name, phase=phase_name(state.phase, words)),
            words.text(
                "state.counts",
                registered=state.registered,
                voting=state.voting,
                finished=state.finished,
                contributions=state.contributions,
            ),
            *(() if on is None else (words.text("state.on", strategy=label(event, on)),)),
        )
    )


RENDERERS: Final = (
    renders(EventState, event_state),
    renders(TableState, table_state),
)
