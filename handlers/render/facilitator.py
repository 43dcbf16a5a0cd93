"""The dashboard of whoever facilitates a table, and the strategy that is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import MovePhase, Nudge, PutOn, ShowBoard, ShowGathering
from handlers.render.common import (
    MISREAD_LENGTH,
    column,
    label,
    lines,
    one_message,
    planned,
    renders,
    sentences,
    strategy_lines,
    table_coded,
)
from handlers.render.counted import by_hand_lines
from handlers.render.message import Button, Keyboard, Message, compose, shorten
from handlers.render.phases import phase_name
from handlers.render.time import prolong_buttons
from handlers.render.typing_words import gathering_word
from participation.event import Phase
from participation.gathering_notices import Part
from participation.notices import StrategyNotNow, StrategyNotOfTable, StrategyPutOn, TableScreen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locales.translator import Html, Translator
    from participation.event import Event


GATHERING: Final = {Phase.SESSION2, Phase.CLOSING}
"""Phases in which what the table contributed is looked after."""


def table_screen(notice: TableScreen, event: Event, words: Translator) -> tuple[Message, ...]:
    """The table at a glance: phase, people, contributions, priorities, next step."""
    return one_message(
        lambda full: _dashboard(notice, event, words, full=full), _keyboard(notice, event, words)
    )


def _dashboard(screen: TableScreen, event: Event, words: Translator, *, full: bool) -> Iterable[Html | None]:
    yield words.text(
        "dashboard.title",
        table=table_coded(event, screen.table),
        phase=phase_name(screen.phase, words),
        time=words.clock(screen.since),
    )
    counts = [words.text("dashboard.registered", count=screen.registered)]
    if screen.phase is not Phase.REGISTRATION:
        counts += [
            words.text("dashboard.voting", count=screen.voting),
            words.text("dashboard.finished", count=screen.finished),
        ]
    if screen.phase is Phase.SESSION1:
        counts.append(words.text("dashboard.silent", count=screen.silent))
    if screen.unreachable:
        counts.append(words.text("dashboard.unreachable", count=screen.unreachable))
    counts.append(words.text("dashboard.contributions", count=screen.contributions))
    if screen.to_look:
        look = gathering_word(words, "look")
        counts.append(words.text("dashboard.to_look", n=screen.to_look, look=look))
    yield lines(counts)
    if screen.by_hand is not None:
        early = screen.phase in {Phase.REGISTRATION, Phase.SESSION1}
        yield lines(by_hand_lines(screen.by_hand, words, ask=early))
    if screen.priorities:
        yield lines(
            (
                words.text("dashboard.priorities"),
                *(_priority(code, screen.strategy_on, event, words, full=full) for code in screen.priorities),
            )
        )
    if screen.phase is Phase.SESSION2:
        yield words.text("dashboard.none_on") if screen.strategy_on is None else None
        if screen.priorities:
            yield words.text("dashboard.put_on", code=screen.priorities[0])
    if screen.phase in GATHERING:
        yield words.text("dashboard.gathering")
    if screen.phase is Phase.PRIORITIES:
        yield words.text("dashboard.board")
    if screen.phase is Phase.SESSION1 and screen.unfinished:
        yield words.text("dashboard.nudge")
    yield _time(screen, words)
    yield _next(screen, words)


def _time(screen: TableScreen, words: Translator) -> Html | None:
    """When what is open closes by itself, and how to give it longer."""
    if screen.held:
        return words.text("dashboard.held")
    if screen.next_at is None or screen.phase not in {Phase.SESSION1, Phase.SESSION2}:
        return words.text("dashboard.prolonged") if screen.prolonged else None
    time = words.clock(screen.next_at)
    return sentences(
        words.text("dashboard.closes", time=time)
        if screen.left is None
        else words.text("dashboard.closes.left", time=time, n=screen.left),
        words.text("dashboard.prolonged") if screen.prolonged else None,
        words.text("dashboard.prolong"),
    )


def _priority(code: str, on: str | None, event: Event, words: Translator, *, full: bool) -> Html:
    strategy = event.strategy(code)
    key = "dashboard.on" if code == on else "strategy.line"
    return words.text(key, code=code, title=strategy.title if full else strategy.label)


def _next(screen: TableScreen, words: Translator) -> Html | None:
    if screen.next_phase is None:
        return None
    command = "apri" if screen.next_phase in {Phase.SESSION1, Phase.SESSION2} else "chiudi"
    step = words.plain(f"step.{screen.next_phase.value}")
    return sentences(
        words.text("dashboard.next", step=step)
        if screen.next_at is None or screen.held or screen.phase in {Phase.SESSION1, Phase.SESSION2}
        else words.text("dashboard.next.at", step=step, time=words.clock(screen.next_at)),
        words.text("dashboard.next.how", command=command),
    )


def _keyboard(screen: TableScreen, event: Event, words: Translator) -> Keyboard:
    rows: list[tuple[Button, ...]] = []
    if screen.phase is Phase.SESSION2:
        rows += column(
            (label(event, code), PutOn(screen.table, code))
            for code in screen.priorities
            if code != screen.strategy_on
        )
    if screen.phase is Phase.SESSION1 and screen.unfinished:
        rows.append((Button(words.plain("nudge.button", n=screen.unfinished), Nudge(screen.table)),))
    if screen.phase is Phase.PRIORITIES:
        rows.append((Button(words.plain("dashboard.button.board"), ShowBoard(screen.table)),))
    if screen.phase in GATHERING:
        rows.append(
            (
                Button(
                    words.plain("dashboard.button.gathering"),
                    ShowGathering(screen.table, Part.ALL.value, "1"),
                ),
            )
        )
    rows += prolong_buttons(screen.table, screen.phase, screen.next_at, words)
    if screen.next_phase is not None:
        step = words.plain(f"step.{screen.next_phase.value}")
        rows.append((Button(step, MovePhase(screen.table, screen.next_phase)),))
    return tuple(rows)


def strategy_put_on(notice: StrategyPutOn, event: Event, words: Translator) -> tuple[Message, ...]:
    """The strategy is on; how many get its questions."""
    return compose(
        (
            words.text(
                "put_on",
                table=table_coded(event, notice.table),
                code=notice.strategy,
                title=event.strategy(notice.strategy).title,
            ),
            words.text("put_on.people", n=notice.people) if notice.people else words.text("put_on.nobody"),
            words.text("put_on.note"),
        )
    )


def strategy_not_of_table(notice: StrategyNotOfTable, event: Event, words: Translator) -> tuple[Message, ...]:
    """What was asked for is no priority of the table; these are."""
    table = table_coded(event, notice.table)
    misread = shorten(notice.misread, MISREAD_LENGTH)
    if not notice.strategies:
        return compose((words.text("put_on.no_priorities", table=table),))
    return compose(
        (
            words.text("put_on.misread", table=table, misread=misread)
            if misread
            else words.text("put_on.which"),
            lines(
                (words.text("put_on.these", table=table), strategy_lines(event, notice.strategies, words)),
            ),
            words.text("put_on.how", code=notice.strategies[0]),
        ),
        column((label(event, code), PutOn(notice.table, code)) for code in notice.strategies),
    )


def strategy_not_now(notice: StrategyNotNow, event: Event, words: Translator) -> tuple[Message, ...]:
    """A strategy can be put on in Session 2 only."""
    table = table_coded(event, notice.table)
    phase = phase_name(notice.phase, words)
    if notice.phase in {Phase.CLOSING, Phase.AFTERMATH}:
        return compose((words.text("put_on.over", table=table, phase=phase),))
    time = planned(event, Phase.SESSION2, words)
    return compose((words.text("put_on.not_yet", table=table, phase=phase, time=time),))


RENDERERS: Final = (
    renders(TableScreen, table_screen),
    renders(StrategyPutOn, strategy_put_on),
    renders(StrategyNotOfTable, strategy_not_of_table),
    renders(StrategyNotNow, strategy_not_now),
)
