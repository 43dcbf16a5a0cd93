"""Priorities: proposed to whoever facilitates, decided on a board, told to everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import ChooseTied, ConfirmPriorities, KeepPriority
from handlers.render.common import (
    label,
    lines,
    one_message,
    renders,
    sentences,
    strategy_lines,
    table_coded,
    table_name,
)
from handlers.render.counted import provisional, voters
from handlers.render.message import Button, Keyboard, Message, compose
from participation.notices import PrioritiesDecided, PrioritiesProposed, PrioritiesRefused, PriorityScreen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locales.translator import Html, Translator
    from participation.event import Event

KEPT: Final = "✓"
REFUSALS: Final = ("open", "decided", "empty", "full", "unknown")


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
            _tie(notice.tied, notice.places, event, words),
            words.text("proposed.then"),
        )
    )


def _tie(tied: tuple[str, ...], places: int, event: Event, words: Translator) -> Html | None:
    if not tied:
        return None
    return lines((words.text("tie", n=places, tied=len(tied)), strategy_lines(event, tied, words)))


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
            _pending(notice, event, words),
            words.text(
                "decided.others" if notice.priorities or notice.pending else "decided.others.all",
                form=event.contacts.form_url,
            ),
        )
    )


def _pending(notice: PrioritiesDecided, event: Event, words: Translator) -> Html | None:
    tie = _tie(notice.pending, notice.places, event, words)
    return None if tie is None else lines((tie, words.text("decided.pending")))


def priorities_refused(notice: PrioritiesRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why the priorities cannot be confirmed now."""
    reason = notice.reason if notice.reason in REFUSALS else "open"
    table = table_coded(event, notice.table)
    return compose((words.text(f"priorities_refused.{reason}", table=table),))


def priority_screen(notice: PriorityScreen, event: Event, words: Translator) -> tuple[Message, ...]:
    """The facilitator's board: what is kept, who wins the contested places, and the last button."""
    return one_message(
        lambda full: _board(notice, event, words, full=full),
        () if notice.decided else _keyboard(notice, event, words),
    )


def _board(screen: PriorityScreen, event: Event, words: Translator, *, full: bool) -> Iterable[Html | None]:
    table = table_coded(event, screen.table)
    yield words.text("board.decided" if screen.decided else "board.title", table=table)
    yield voters(screen.voters, screen.by_channel, words)
    yield provisional(screen.provisional, words)
    if screen.proposed:
        yield lines(
            (
                words.text("board.proposed"),
                *(
                    _row("board.kept" if kept else "board.dropped", code, dots, event, words, full=full)
                    for code, dots, kept in screen.proposed
                ),
            )
        )
    chosen = sum(taken for _, _, taken in screen.tied)
    if screen.tied:
        yield lines(
            (
                words.text("tie", n=screen.places, tied=len(screen.tied)),
                *(
                    _row("board.chosen" if taken else "board.not_chosen", code, dots, event, words, full=full)
                    for code, dots, taken in screen.tied
                ),
            )
        )
    if screen.decided:
        return
    if screen.tied:
        left = screen.places - chosen
        yield words.text("board.places_left", n=left) if left > 0 else words.text("board.places_full")
    example = (screen.proposed or screen.tied)[0][0] if screen.proposed or screen.tied else None
    yield words.text("board.how", code=example) if example else words.text("board.empty")


def _row(key: str, code: str, dots: int, event: Event, words: Translator, *, full: bool) -> Html:
    strategy = event.strategy(code)
    return words.text(key, code=code, title=strategy.title if full else strategy.label, n=dots)


def _keyboard(screen: PriorityScreen, event: Event, words: Translator) -> Keyboard:
    full = sum(chosen for _, _, chosen in screen.tied) >= screen.places
    rows = [
        (
            Button(
                f"{KEPT} {label(event, code)}" if kept else label(event, code),
                KeepPriority(screen.table, code, not kept),
            ),
        )
        for code, _, kept in screen.proposed
    ]
    rows += [
        (
            Button(
                f"{KEPT} {label(event, code)}" if chosen else label(event, code),
                ChooseTied(screen.table, code, not chosen),
            ),
        )
        for code, _, chosen in screen.tied
        if chosen or not full
    ]
    if rows:
        rows.append((Button(words.plain("board.button.confirm"), ConfirmPriorities(screen.table)),))
    return tuple(rows)


RENDERERS: Final = (
    renders(PrioritiesProposed, priorities_proposed),
    renders(PrioritiesDecided, priorities_decided),
    renders(PrioritiesRefused, priorities_refused),
    renders(PriorityScreen, priority_screen),
)
