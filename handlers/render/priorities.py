"""Priorities: proposed to whoever facilitates, decided on a board, told to everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import (
    ChooseTied,
    CloseRunoff,
    ConfirmPriorities,
    DrawNow,
    KeepPriority,
    LeaveEmpty,
    OpenRunoff,
    PromiseDraw,
    ReopenTie,
)
from handlers.render import ties
from handlers.render.common import (
    column,
    label,
    lines,
    one_message,
    renders,
    sentences,
    since,
    strategy_lines,
    table_coded,
    table_name,
)
from handlers.render.counted import provisional, voters
from handlers.render.message import Button, Keyboard, Message, compose
from participation.notices import PrioritiesDecided, PrioritiesProposed, PrioritiesRefused, PriorityScreen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handlers.callback_data import Press
    from locales.translator import Html, Translator
    from participation.event import Event

KEPT: Final = "✓"
REFUSALS: Final = (
    "open",
    "decided",
    "empty",
    "full",
    "unknown",
    "unclear",
    "automatic",
    "runoff",
    "after_runoff",
    "promised",
    "another_tie",
)


def priorities_proposed(notice: PrioritiesProposed, event: Event, words: Translator) -> tuple[Message, ...]:
    """The most voted, the tie at the cut if there is one, and what to do with them."""
    table = table_coded(event, notice.table)
    if not notice.proposed and not notice.tied:
        return compose((words.text("proposed.none", table=table),))
    return compose(
        (
            sentences(
                words.text("proposed.title", table=table),
                voters(notice.voters, notice.by_channel, words),
            ),
            provisional(notice.provisional, words),
            lines(
                (
                    words.text("proposed.most_voted", n=len(notice.proposed)),
                    strategy_lines(event, notice.proposed, words),
                )
            )
            if notice.proposed
            else None,
            ties.tie(notice.tied, notice.places, notice.zone, event, words),
            *(ties.left_out(zone, event, words) for zone in notice.left_out),
            words.text("proposed.then"),
        )
    )


def priorities_decided(notice: PrioritiesDecided, event: Event, words: Translator) -> tuple[Message, ...]:
    """What the table takes on to Session 2, for everyone at it and for the regia."""
    table = table_name(event, notice.table, words)
    if notice.priorities:
        key = "decided.confirmed" if notice.confirmed else "decided.stand"
        chosen = lines(
            (
                words.text(key, table=table, n=len(notice.priorities)),
                strategy_lines(event, notice.priorities, words),
            )
        )
    else:
        chosen = words.text("decided.none.yet" if notice.pending else "decided.none", table=table)
    return compose(
        (
            provisional(notice.provisional, words),
            chosen,
            voters(notice.voters, notice.by_channel, words),
            *(ties.dropped(one, event, words) for one in notice.dropped),
            *(ties.told(settled, event, words) for settled in notice.ties),
            voters(notice.voters, notice.by_channel, words),
            _pending(notice, event, words),
            words.text(
                "decided.others" if notice.priorities or notice.pending else "decided.others.all",
                form=event.contacts.form_url,
            ),
        )
    )


def _pending(notice: PrioritiesDecided, event: Event, words: Translator) -> Html | None:
    tie = ties.tie(notice.pending, notice.places, notice.zone, event, words)
    return None if tie is None else lines((tie, words.text("decided.pending")))


def priorities_refused(notice: PrioritiesRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why the priorities cannot be confirmed now."""
    reason = notice.reason if notice.reason in REFUSALS else "open"
    table = table_coded(event, notice.table)
    return compose(
        (words.text(f"priorities_refused.{reason}", table=table), since(notice.at, words, notice.role))
    )


def priority_screen(notice: PriorityScreen, event: Event, words: Translator) -> tuple[Message, ...]:
    """The facilitator's board: what is kept, who wins the contested places, and the last button."""
    return one_message(
        lambda full: _board(notice, event, words, full=full),
        () if notice.decided else _keyboard(notice, event, words),
    )


def _board(screen: PriorityScreen, event: Event, words: Translator, *, full: bool) -> Iterable[Html | None]:
    table = table_coded(event, screen.table)
    yield words.text("board.decided" if screen.decided else "board.title", table=table)
    said = {one.strategy: one.reason for one in (*screen.dropped, *screen.reasons) if one.reason}
    yield voters(screen.voters, screen.by_channel, words)
    yield provisional(screen.provisional, words)
    if screen.proposed:
        rows = [
            _row("board.kept" if kept else "board.dropped", row, said, event, words, full=full)
            for row in screen.proposed
            for kept in (row[2],)
        ]
        yield lines((words.text("board.proposed"), *rows))
    if screen.tied:
        rows = [
            _row("board.chosen" if taken else "board.not_chosen", row, said, event, words, full=full)
            for row in screen.tied
            for taken in (row[2],)
        ]
        yield lines((ties.contested(screen.places, len(screen.tied), screen.zone, event, words), *rows))
    for settled in screen.ties:
        yield ties.told(settled, event, words, brief=not full)
    for zone in screen.left_out:
        yield ties.left_out(zone, event, words, full=full)
    if screen.decided:
        return
    if screen.tied:
        yield from _ways(screen, event, words)
    if screen.automatic and screen.proposed:
        yield words.text("board.automatic")
    example = (screen.proposed or screen.tied)[0][0] if screen.proposed or screen.tied else None
    if example is None:
        yield words.text("board.empty")
    elif not screen.automatic:
        yield words.text("board.how", code=example)


def _ways(screen: PriorityScreen, event: Event, words: Translator) -> Iterable[Html | None]:
    """How the tie on the board can be settled now."""
    if screen.runoff is not None:
        yield ties.runoff_state(screen.runoff, words)
        yield words.text("board.runoff.how", code=screen.tied[0][0])
        return
    if screen.draw is not None:
        yield words.text("board.draw", commitment=screen.draw.commitment)
        return
    if screen.after_runoff:
        yield words.text("board.after_runoff")
        return
    yield words.text("board.ways", n=event.session1.runoff_minutes)
    left = screen.places - sum(taken for _, _, taken in screen.tied)
    yield words.text("board.places_left", n=left) if left > 0 else words.text("board.places_full")


def _row(
    key: str,
    row: tuple[str, int, bool],
    said: Mapping[str, str],
    event: Event,
    words: Translator,
    *,
    full: bool,
) -> Html:
    code, dots, _ = row
    strategy = event.strategy(code)
    line = words.text(key, code=code, title=strategy.title if full else strategy.label, n=dots)
    return lines((line, ties.reason(said[code], words, full=full))) if code in said else line


def _keyboard(screen: PriorityScreen, event: Event, words: Translator) -> Keyboard:
    """What can be done: a row for each strategy that may change, the ways to settle a tie, the last step."""
    table = screen.table
    rows: list[tuple[Button, ...]] = []
    if not screen.automatic:
        rows += column(
            (_marked(event, code, kept), KeepPriority(table, code, not kept))
            for code, _, kept in screen.proposed
        )
    asked = screen.runoff is not None or screen.draw is not None
    if not asked and not screen.after_runoff:
        full = sum(chosen for _, _, chosen in screen.tied) >= screen.places
        rows += column(
            (_marked(event, code, chosen), ChooseTied(table, code, not chosen))
            for code, _, chosen in screen.tied
            if chosen or not full
        )
    rows += _tie_buttons(screen, words)
    if (screen.proposed or screen.tied) and not asked:
        rows.append((Button(words.plain("board.button.confirm"), ConfirmPriorities(table)),))
    return tuple(rows)


def _marked(event: Event, code: str, kept: bool) -> str:
    return f"{KEPT} {label(event, code)}" if kept else label(event, code)


def _tie_buttons(screen: PriorityScreen, words: Translator) -> Keyboard:
    table, nth = screen.table, screen.nth
    found: list[tuple[str, Press]] = []
    if screen.runoff is not None:
        found.append((words.plain("board.button.close_runoff"), CloseRunoff(table, nth)))
    elif nth:
        found.append((words.plain("board.button.fewer", n=screen.places), LeaveEmpty(table, nth)))
        if screen.draw is not None:
            found.append((words.plain("board.button.draw_now"), DrawNow(table, nth)))
        else:
            if not screen.after_runoff:
                found.append((words.plain("board.button.runoff"), OpenRunoff(table, nth)))
            found.append((words.plain("board.button.draw"), PromiseDraw(table, nth)))
    if screen.reopens:
        found.append((words.plain("board.button.reopen"), ReopenTie(table, screen.reopens)))
    return column(found)


RENDERERS: Final = (
    renders(PrioritiesProposed, priorities_proposed),
    renders(PrioritiesDecided, priorities_decided),
    renders(PrioritiesRefused, priorities_refused),
    renders(PriorityScreen, priority_screen),
)
