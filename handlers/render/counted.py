"""Who voted and how, what is provisional, and what a table counts by hand: said in several places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.render.common import lines, renders, sentences
from handlers.render.message import Message, compose
from participation.notices import TableByHand

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from locales.translator import Html, Translator
    from participation.event import Event


def voters(count: int, by_channel: Sequence[tuple[str, int]], words: Translator) -> Html:
    """How many voted; by which channels, where that may be told."""
    if not count:
        return words.text("decided.nobody")
    if not by_channel:
        return words.text("decided.voters", n=count)
    parts = (words.text(f"channel.{channel}", count=number) for channel, number in by_channel)
    return words.text("votes.by_channel", n=count, channels=words.join(parts))


def provisional(is_provisional: bool, words: Translator) -> Html | None:
    """That not all sheets are counted."""
    return words.text("provisional") if is_provisional else None


def sheets(entered: int, handed_in: int | None, words: Translator) -> Html:
    """Sheets entered, and handed in if that was said."""
    if handed_in is None:
        return words.text("sheets.entered", entered=entered)
    return words.text("sheets.of", entered=entered, handed_in=handed_in)


def by_hand_lines(notice: TableByHand, words: Translator, *, ask: bool = False) -> Iterable[Html]:
    """The lines of a dashboard; with `ask`, that nobody said yet how many are present."""
    if notice.present is not None:
        yield words.text("by_hand.present", present=notice.present)
    elif ask:
        yield words.text("by_hand.present.ask")
    yield sheets(notice.entered, notice.handed_in, words)
    if notice.provisional:
        yield words.text("by_hand.provisional")
    excess = in_excess(notice, words)
    if excess is not None:
        yield excess


def in_excess(notice: TableByHand, words: Translator) -> Html | None:
    """What cannot be, compared with the people present."""
    match notice.excess:
        case "registered":
            return words.text("excess.registered", registered=notice.registered, present=notice.present or 0)
        case "votes":
            return words.text("excess.votes", votes=notice.votes, present=notice.present or 0)
    return None


def table_by_hand(notice: TableByHand, _event: Event, words: Translator) -> tuple[Message, ...]:
    """All of it as a message."""
    return compose((lines(by_hand_lines(notice, words, ask=True)),))


def difference(entered: int, handed_in: int | None, words: Translator, *, closed: bool) -> Html | None:
    """What the difference between entered and handed in asks for."""
    if handed_in is None:
        return None
    if entered == handed_in:
        return words.text("sheets.agree")
    missing = handed_in - entered
    return sentences(
        words.text("sheets.missing", n=missing) if missing > 0 else words.text("sheets.more"),
        words.text("sheets.until") if closed else None,
    )


RENDERERS: Final = (renders(TableByHand, table_by_hand),)
