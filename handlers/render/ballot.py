"""The ballot: one message, edited in place, that shows one axis at a time or everything chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import Finish, SetDots, ShowPage
from handlers.render import assisted, dots, information
from handlers.render.common import grid, label, lines, one_message, renders, sentences
from handlers.render.message import TOAST_LIMIT, Button, shorten, stripped
from participation.notices import (
    BallotAssisted,
    BallotFinished,
    BallotNotOpen,
    BallotScreen,
    ButtonOutdated,
    DotsRecorded,
    NoDotsLeft,
    Notice,
    load,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from handlers.callback_data import Press
    from handlers.render.message import Keyboard, Message
    from locales.translator import Html, Translator
    from participation.event import Axis, Event

REVIEW: Final = "review"
AXES_IN_A_ROW: Final = 3
DOT: Final = "●"


def ballot_screen(notice: BallotScreen, event: Event, words: Translator) -> tuple[Message, ...]:
    """The ballot as it is: what the last act did, dots left, a page of it, how to go on."""
    said = None if notice.said is None else load(notice.said)
    if not notice.open:
        return one_message(lambda full: _closed(notice, said, event, words, full=full), ())
    axis = None if notice.page == REVIEW else axis_shown(event, notice.page)
    if axis is None:
        return one_message(
            lambda full: _review(notice, said, event, words, full=full),
            (
                *dot_rows([code for code, _ in notice.dots], dict(notice.dots), event, words, SetDots),
                *axis_rows(dict(notice.dots), None, event, words, ShowPage),
                *_last_row(notice, words, review=False),
            ),
        )
    return one_message(
        lambda full: _page(notice, said, axis, event, words, full=full),
        (
            *dot_rows(
                [strategy.code for strategy in axis.strategies], dict(notice.dots), event, words, SetDots
            ),
            *axis_rows(dict(notice.dots), axis, event, words, ShowPage),
            *_last_row(notice, words, review=True),
        ),
    )


def axis_shown(event: Event, page: str) -> Axis:
    """The axis of a page. One that this event does not have (its file was changed) is its first."""
    return next((axis for axis in event.axes if axis.code == page), event.axes[0])


def _said_in_full(  # noqa: PLR0911 - one way out per act
    said: Notice | None, screen: BallotScreen, event: Event, words: Translator
) -> tuple[Html, ...]:
    """What the last act did, as the notice about it says, but for what the ballot says itself."""
    if said is None or isinstance(said, BallotNotOpen):
        # The closed ballot says so itself, and shows the dots.
        return ()
    match said:
        case DotsRecorded():
            return dots.recorded(said, event, words)
        case NoDotsLeft():
            removable = next((code for code, _ in screen.dots), None)
            return _texts(dots.no_dots_left(said, event, words, removable))
        case BallotFinished() if screen.page == REVIEW and screen.dots:
            # The review says how many dots were used.
            return (sentences(words.text("finished.thanks"), words.text("finished.then")),)
        case ButtonOutdated():
            return (words.text("ballot.outdated"),)
        case BallotAssisted():
            return _texts(assisted.ballot_assisted(said, event, words))
    # Any other act that may be answered on the ballot; `KeyError` for one that may not.
    renderer = dict((*dots.RENDERERS, *information.RENDERERS))[type(said)]
    return _texts(renderer(said, event, words))


def _told(
    said: Notice | None, screen: BallotScreen, event: Event, words: Translator, *, full: bool
) -> tuple[Html, ...]:
    told = _said_in_full(said, screen, event, words)
    if full or said is None or not told:
        return told
    short = dots.in_short(said, words) or stripped(told[0])
    return (words.text("paragraph", paragraph=shorten(short, TOAST_LIMIT)),)


def _texts(messages: tuple[Message, ...]) -> tuple[Html, ...]:
    return tuple(message.text for message in messages)


def _used(screen: BallotScreen) -> int:
    return sum(count for _, count in screen.dots)


def _page(
    screen: BallotScreen, said: Notice | None, axis: Axis, event: Event, words: Translator, *, full: bool
) -> Iterable[Html | None]:
    used = _used(screen)
    counts = dict(screen.dots)
    yield from _told(said, screen, event, words, full=full)
    yield _assisted(screen, said, words)
    yield words.text("ballot.question", question=event.session1.question)
    fresh = not used and said is None and not screen.finished
    if fresh:
        yield words.text("ballot.why", n=screen.budget, why=event.session1.why)
    yield sentences(
        None if fresh else dots.left(max(0, screen.budget - used), screen.budget, words),
        words.text("ballot.finished") if screen.finished and not isinstance(said, BallotFinished) else None,
        _closes(screen, words),
    )
    yield lines(
        (
            words.text("axis.title", code=axis.code, title=axis.title),
            *(
                _strategy(event, strategy.code, counts.get(strategy.code, 0), words, full=full)
                for strategy in axis.strategies
            ),
        )
    )
    yield _hint(axis, event, words)


def _review(
    screen: BallotScreen, said: Notice | None, event: Event, words: Translator, *, full: bool
) -> Iterable[Html | None]:
    used = _used(screen)
    yield from _told(said, screen, event, words, full=full)
    yield _assisted(screen, said, words)
    if not used:
        yield sentences(words.text("review.empty", n=screen.budget), _closes(screen, words))
    else:
        yield lines(
            (
                words.text("review.used", n=used, budget=screen.budget),
                *_listed(screen, event, words, full=full),
            )
        )
        one_each = event.session1.most_per_strategy == 1
        yield sentences(
            _closes(screen, words) or words.text("review.closes.unknown"),
            words.text("review.change" if one_each else "review.change.free", code=screen.dots[0][0]),
        )
    if screen.finished:
        yield None if isinstance(said, BallotFinished) else words.text("review.finished")
    else:
        yield words.text("review.ask" if used else "review.empty.ask")


def _closed(
    screen: BallotScreen, said: Notice | None, event: Event, words: Translator, *, full: bool
) -> Iterable[Html | None]:
    yield from _told(said, screen, event, words, full=full)
    yield words.text("closed.title")
    yield _assisted(screen, said, words)
    if screen.dots:
        yield lines(
            (
                words.text("closed.dots", n=_used(screen)),
                *_listed(screen, event, words, full=full),
            )
        )
    else:
        yield words.text("closed.empty")
    yield words.text("closed.priorities")


def _assisted(screen: BallotScreen, said: Notice | None, words: Translator) -> Html | None:
    """That the table filled it in, unless that was just said."""
    if not screen.assisted or isinstance(said, BallotAssisted):
        return None
    return words.text("assisted.ballot" if screen.open else "assisted.ballot.closed")


def _listed(screen: BallotScreen, event: Event, words: Translator, *, full: bool) -> Iterable[Html]:
    """What is on the ballot; the heading has counted the dots, so only several on one strategy are said."""
    for code, count in screen.dots:
        yield _strategy(event, code, count if count > 1 else 0, words, full=full)


def _strategy(event: Event, code: str, count: int, words: Translator, *, full: bool) -> Html:
    strategy = event.strategy(code)
    title = strategy.title if full else strategy.label
    if not count:
        return words.text("strategy.line", code=code, title=title)
    return words.text("strategy.dots", code=code, title=title, n=count)


def _closes(screen: BallotScreen, words: Translator) -> Html | None:
    if screen.closes_at is None:
        return None
    return words.text("ballot.closes", time=words.clock(screen.closes_at))


def _hint(axis: Axis, event: Event, words: Translator) -> Html:
    kind = "" if event.session1.most_per_strategy == 1 else ".free"
    other = next((one.code for one in event.axes if one is not axis), axis.code)
    return lines(
        (
            words.text(f"ballot.hint{kind}"),
            words.text(f"ballot.type{kind}", code=axis.strategies[0].code, axis=other),
        )
    )


def dot_rows(
    codes: Iterable[str],
    counts: Mapping[str, int],
    event: Event,
    words: Translator,
    press: Callable[[str, int], Press],
) -> Keyboard:
    """A row for each of these strategies; a button wishes for the number of dots that would come next."""
    most = event.session1.most_per_strategy
    rows: list[tuple[Button, ...]] = []
    for code in codes:
        count = counts.get(code, 0)
        marked = f"{DOT * count} {label(event, code)}" if count else label(event, code)
        if most == 1:
            rows.append((Button(marked, press(code, 0 if count else 1)),))
        elif not count:
            rows.append((Button(marked, press(code, 1)),))
        else:
            take = Button(words.plain("ballot.button.less", code=code), press(code, count - 1))
            more = Button(marked, press(code, count + 1))
            rows.append((more, take) if count < most else (Button(marked, press(code, count)), take))
    return tuple(rows)


def axis_rows(
    counts: Mapping[str, int],
    shown: Axis | None,
    event: Event,
    words: Translator,
    press: Callable[[str], Press],
) -> Keyboard:
    """A button for each axis, with the dots on it."""
    if len(event.axes) == 1 and shown is not None:
        return ()
    on_axis = {
        axis.code: sum(count for code, count in counts.items() if event.axis_of(code) is axis)
        for axis in event.axes
    }

    def named(axis: Axis) -> str:
        if axis is shown:
            return words.plain("ballot.button.axis.here", code=axis.code)
        name = words.plain("ballot.button.axis", code=axis.code)
        return f"{name} {DOT * on_axis[axis.code]}" if on_axis[axis.code] else name

    return grid(((named(axis), press(axis.code)) for axis in event.axes), AXES_IN_A_ROW)


def _last_row(screen: BallotScreen, words: Translator, *, review: bool) -> Keyboard:
    row = (
        *((Button(words.plain("ballot.button.review"), ShowPage(REVIEW)),) if review else ()),
        *(() if screen.finished else (Button(words.plain("ballot.button.finish"), Finish()),)),
    )
    return (row,) if row else ()


RENDERERS: Final = (renders(BallotScreen, ballot_screen),)
