"""What one act on the ballot did: dots recorded, refused, not now. The ballot shows the same texts on top."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from handlers.render.common import (
    MISREAD_LENGTH,
    lines,
    planned,
    renders,
    sentences,
    strategy_line,
    table_name,
    titled,
)
from handlers.render.message import Message, compose, shorten, stripped
from participation.event import Phase
from participation.notices import (
    BallotFinished,
    BallotNotOpen,
    DotsRecorded,
    NoDotsLeft,
    Notice,
    TooManyOnOne,
    UnknownStrategies,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locales.translator import Html, Translator
    from participation.event import Event

UNKNOWN_SHOWN: Final = 10
"""Unknown codes of one message that are answered one by one."""


def dots_recorded(notice: DotsRecorded, event: Event, words: Translator) -> tuple[Message, ...]:
    """The change with its time, full titles, and how to undo it."""
    return compose((*recorded(notice, event, words), left(notice.left, notice.budget, words)))


def recorded(notice: DotsRecorded, event: Event, words: Translator) -> tuple[Html, ...]:
    """What was recorded, without the dots left."""
    time = words.clock(notice.at)
    # Where dots stack one code typed is not the way back: it wishes one dot, and a minus takes all away.
    undo = event.session1.most_per_strategy == 1
    match notice.placed, notice.taken, notice.already:
        case (code,), (), ():
            said = words.text("dots.placed", code=code, title=event.strategy(code).title, time=time)
            return (sentences(said, words.text("dots.placed.undo", code=code) if undo else None),)
        case (), (code,), ():
            said = words.text("dots.taken", code=code, title=event.strategy(code).title, time=time)
            return (sentences(said, words.text("dots.taken.undo", code=code) if undo else None),)
        case (), (), _:
            return tuple(
                words.text("dots.already", code=code, title=event.strategy(code).title)
                for code in dict.fromkeys(notice.already)
            )
    return tuple(
        lines((words.text(key, n=len(codes), time=time), *counted_lines(event, codes, words)))
        for key, codes in (
            ("dots.placed.list", notice.placed),
            ("dots.taken.list", notice.taken),
        )
        if codes
    ) + (
        (lines((words.text("dots.already.list"), *counted_lines(event, notice.already, words))),)
        if notice.already
        else ()
    )


def counted_lines(event: Event, codes: Iterable[str], words: Translator) -> Iterable[Html]:
    """Strategies with full titles; a code that comes several times shows how many dots it stands for."""
    for code, count in Counter(codes).items():
        if count == 1:
            yield strategy_line(event, code, words)
        else:
            yield words.text("strategy.dots", code=code, title=event.strategy(code).title, n=count)


def in_short(said: Notice, words: Translator) -> str | None:
    """An act on dots in a few words, codes without titles; None for what is short by itself."""
    match said:
        case NoDotsLeft():
            return words.plain("toast.full", n=said.used, budget=said.budget)
        case DotsRecorded():
            changes = [
                words.plain(key, n=len(codes), codes=words.join(dict.fromkeys(codes)))
                for key, codes in (("toast.placed", said.placed), ("toast.taken", said.taken))
                if codes
            ]
            return " ".join(
                (
                    *(changes or [words.plain("toast.already")]),
                    stripped(left(said.left, said.budget, words)),
                )
            )
    return None


def left(count: int, budget: int, words: Translator) -> Html:
    """How many dots are left."""
    if count == 0:
        return words.text("dots.left.none", n=budget)
    return words.text("dots.left", n=count, budget=budget)


def no_dots_left(
    notice: NoDotsLeft, event: Event, words: Translator, removable: str | None = None
) -> tuple[Message, ...]:
    """What was not added and how to make room; `removable` is a strategy that does have a dot."""
    return compose(
        (
            lines(
                (
                    sentences(
                        words.text("dots.full", n=notice.used, budget=notice.budget),
                        words.text("dots.refused", n=len(set(notice.refused))),
                    ),
                    *counted_lines(event, notice.refused, words),
                )
            ),
            words.text("dots.make_room", code=removable or _other(event, notice.refused)),
        )
    )


def _other(event: Event, refused: tuple[str, ...]) -> str:
    return next(
        (strategy.code for strategy in event.strategies if strategy.code not in refused),
        event.strategies[0].code,
    )


def too_many_on_one(notice: TooManyOnOne, event: Event, words: Translator) -> tuple[Message, ...]:
    """More dots on one strategy than the event allows."""
    return compose(
        (
            lines(
                (
                    words.text("dots.too_many", n=notice.most),
                    strategy_line(event, notice.strategy, words),
                )
            ),
            words.text("dots.unchanged"),
        )
    )


def unknown_strategies(notice: UnknownStrategies, event: Event, words: Translator) -> tuple[Message, ...]:
    """Which codes there are not, and which may have been meant."""
    pairs = list(zip(notice.codes, notice.nearest, strict=True))[:UNKNOWN_SHOWN]
    return compose(
        (
            lines(
                words.text("dots.unknown", code=shorten(code, MISREAD_LENGTH))
                if nearest is None
                else words.text(
                    "dots.unknown.nearest",
                    code=shorten(code, MISREAD_LENGTH),
                    nearest=titled(event, nearest, words),
                )
                for code, nearest in pairs
            ),
            sentences(words.text("dots.unchanged"), words.text("dots.unknown.see_all")),
        )
    )


def ballot_not_open(notice: BallotNotOpen, event: Event, words: Translator) -> tuple[Message, ...]:
    """Not yet, or not any more; and what stands on the ballot."""
    table = table_name(event, notice.table, words)
    if notice.phase is Phase.REGISTRATION:
        time = planned(event, Phase.SESSION1, words)
        return compose((words.text("ballot_not_open.yet", table=table, time=time),))
    on_it = (
        lines(
            (
                words.text("closed.dots", n=len(notice.dots)),
                *counted_lines(event, notice.dots, words),
            )
        )
        if notice.dots
        else words.text("closed.empty")
    )
    follows = {
        Phase.PRIORITIES: "ballot_not_open.priorities",
        Phase.SESSION2: "ballot_not_open.session2",
    }.get(notice.phase)
    return compose(
        (
            words.text("ballot_not_open.closed", table=table),
            on_it,
            None if follows is None else words.text(follows, time=planned(event, Phase.SESSION2, words)),
        )
    )


def ballot_finished(notice: BallotFinished, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Thanks; what the table knows of it; that minds may change."""
    used = (
        words.text("finished.used", n=notice.used, budget=notice.budget)
        if notice.used
        else words.text("finished.empty")
    )
    return compose((sentences(words.text("finished.thanks"), used), words.text("finished.then")))


RENDERERS: Final = (
    renders(DotsRecorded, dots_recorded),
    renders(NoDotsLeft, no_dots_left),
    renders(TooManyOnOne, too_many_on_one),
    renders(UnknownStrategies, unknown_strategies),
    renders(BallotNotOpen, ballot_not_open),
    renders(BallotFinished, ballot_finished),
)
