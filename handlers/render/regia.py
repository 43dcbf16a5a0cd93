"""The regia's overview of all tables, and one of them in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import ShowState
from handlers.render.common import MISREAD_LENGTH, grid, label, lines, renders, sentences, table_coded
from handlers.render.message import Message, compose, shorten
from handlers.render.phases import phase_name
from handlers.render.typing_words import phase_word
from locales.translator import Html
from participation.event import Phase
from participation.notices import EventState, StateUnclear, StepTaken, TableDetail, TableState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locales.translator import Translator
    from participation.event import Event

CODES_IN_A_ROW: Final = 3


def event_state(notice: EventState, event: Event, words: Translator) -> tuple[Message, ...]:
    """The sums first, then each table in two or three lines; what calls for somebody stands out in words."""
    tables = notice.tables
    return compose(
        (
            sentences(
                words.text("state.title", time=words.clock(notice.at)),
                None
                if notice.held_at is None
                else words.text("state.held", time=words.clock(notice.held_at)),
            ),
            words.text(
                "state.sums",
                registered=sum(table.registered for table in tables),
                voting=sum(table.voting for table in tables),
                finished=sum(table.finished for table in tables),
                contributions=sum(table.contributions for table in tables),
            ),
            *(_table(table, event, words) for table in tables),
            sentences(
                words.text("state.detail.how", code=event.tables[0].code),
                words.text("state.how", code=event.tables[0].code, phase=phase_word(words, Phase.SESSION1)),
            ),
        ),
        grid(((table.code, ShowState(table.code)) for table in event.tables), CODES_IN_A_ROW),
    )


def table_state(notice: TableState, event: Event, words: Translator) -> tuple[Message, ...]:
    """One table alone."""
    return compose((_table(notice, event, words),))


def _table(state: TableState, event: Event, words: Translator) -> Html:
    table = event.table(state.table)
    key = "state.table" if state.closes_at is None else "state.table.until"
    if state.closes_at is not None and state.prolonged:
        key = "state.table.prolonged"
    time = "" if state.closes_at is None else words.clock(state.closes_at)
    return lines(
        (
            words.text(
                key, code=table.code, name=table.name, phase=phase_name(state.phase, words), time=time
            ),
            Html(
                ", ".join(
                    (
                        words.text(
                            "state.short",
                            registered=state.registered,
                            voting=state.voting,
                            finished=state.finished,
                            contributions=state.contributions,
                        ),
                        *_rest(state, words),
                    )
                )
            ),
            *_on(state, event, words),
            *_alarms(state, words),
        )
    )


def _rest(state: TableState, words: Translator) -> Iterable[Html]:
    if state.present is not None:
        yield words.text("state.present", count=state.present)
    if state.paper:
        yield words.text("state.paper", count=state.paper)
    if state.unreachable:
        yield words.text("state.away", count=state.unreachable)
    if state.contributed_at is not None:
        yield words.text("state.contributed", time=words.clock(state.contributed_at))
    if state.to_look:
        yield words.text("state.to_look", count=state.to_look)
    if state.hidden:
        yield words.text("state.hidden", count=state.hidden)
    if state.active_at is not None:
        yield words.text("state.last", time=words.clock(state.active_at))


def _on(state: TableState, event: Event, words: Translator) -> Iterable[Html]:
    if state.strategy_on is not None:
        yield words.text("state.on", strategy=label(event, state.strategy_on))


def _alarms(state: TableState, words: Translator) -> Iterable[Html]:
    found = [
        *(() if state.silent_minutes is None else (words.plain("alarm.silent", n=state.silent_minutes),)),
        *((words.plain("alarm.alone"),) if state.alone else ()),
        *(
            ()
            if state.expected is None
            else (words.plain("alarm.behind", phase=phase_name(state.expected, words)),)
        ),
        *((words.plain("alarm.crowded"),) if state.crowded else ()),
    ]
    if found:
        yield words.text("state.alarm", alarms="; ".join(found))


def table_detail(notice: TableDetail, event: Event, words: Translator) -> tuple[Message, ...]:
    """One table in full: figures, alarms, and its whole history."""
    state = notice.state
    table = event.table(state.table)
    ends = None
    if state.closes_at is not None:
        key = "detail.until.prolonged" if state.prolonged else "detail.until"
        ends = words.text(key, time=words.clock(state.closes_at))
    history = [_step(step, words) for step in notice.steps]
    return compose(
        (
            sentences(
                words.text(
                    "detail.title",
                    code=table.code,
                    name=table.name,
                    phase=phase_name(state.phase, words),
                    time=words.clock(notice.at),
                ),
                ends,
            ),
            lines(
                (
                    words.text(
                        "state.counts",
                        registered=state.registered,
                        voting=state.voting,
                        finished=state.finished,
                        contributions=state.contributions,
                    ),
                    *_rest(state, words),
                    *_on(state, event, words),
                    *_alarms(state, words),
                )
            ),
            lines((words.text("detail.history"), *history)) if history else words.text("detail.nothing"),
            words.text("detail.how", code=table.code, phase=phase_word(words, Phase.SESSION1)),
        ),
        grid(((words.plain("state.button.all"), ShowState("")),), 1),
    )


def _step(step: StepTaken, words: Translator) -> Html:
    taken = words.text(
        "detail.step.reopened" if step.reopened else "detail.step",
        time=words.clock(step.at),
        phase=phase_name(step.phase, words),
        mover=words.plain(f"mover.{step.mover.value}"),
    )
    if not step.reason:
        return taken
    return words.text("detail.step.reason", step=taken, reason=shorten(step.reason, 4 * MISREAD_LENGTH))


def step_taken(notice: StepTaken, _event: Event, words: Translator) -> tuple[Message, ...]:
    """One step of a history."""
    return compose((_step(notice, words),))


def state_unclear(notice: StateUnclear, event: Event, words: Translator) -> tuple[Message, ...]:
    """There is no such table: these are."""
    misread = shorten(notice.misread, MISREAD_LENGTH)
    return compose(
        (
            sentences(
                words.text("state.misread", misread=misread) if misread else None,
                None
                if notice.nearest is None
                else words.text("phase_command.nearest", nearest=shorten(notice.nearest, MISREAD_LENGTH)),
            ),
            words.text(
                "state.which", tables=words.join(table_coded(event, table.code) for table in event.tables)
            ),
        )
    )


RENDERERS: Final = (
    renders(EventState, event_state),
    renders(TableState, table_state),
    renders(StepTaken, step_taken),
    renders(TableDetail, table_detail),
    renders(StateUnclear, state_unclear),
)
