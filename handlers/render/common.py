"""What several topics say: names of tables, zones and strategies, times of the agenda, lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar, cast

from handlers.render.message import TEXT_LIMIT, Button, Keyboard, Message, compose, units
from locales.translator import Html, Translator
from participation.event import Event, Phase
from participation.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from handlers.callback_data import Press

N = TypeVar("N", bound=Notice)

Renderer = Callable[[Notice, Event, Translator], tuple[Message, ...]]
"""Makes the messages of one kind of notice."""

MISREAD_LENGTH: Final = 60
"""UTF-16 units of what a person typed that are repeated to them."""


def renders(
    kind: type[N], renderer: Callable[[N, Event, Translator], tuple[Message, ...]]
) -> tuple[type[Notice], Renderer]:
    """A kind of notice with its renderer, for the registry, which calls it with that kind only."""
    return kind, cast("Renderer", renderer)


def lines(pieces: Iterable[Html]) -> Html:
    """Pieces as the lines of one paragraph."""
    return Html("\n".join(pieces))


def sentences(*pieces: Html | None) -> Html:
    """Sentences as one paragraph; None is left out."""
    return Html(" ".join(piece for piece in pieces if piece))


def table_name(event: Event, code: str, words: Translator) -> str:
    """How people at the table call it, without an article: "tavolo di Pinerolo"."""
    return words.plain("table.name", name=event.table(code).name)


def table_coded(event: Event, code: str) -> str:
    """How those who command call it, with the code they type: "T6 Pinerolo"."""
    table = event.table(code)
    return f"{table.code} {table.name}"


def zone_name(event: Event, code: str, words: Translator) -> str:
    """A zone with its number: "Zona 5, Pinerolese"."""
    return words.plain("zone.name", code=code, name=event.zone(code).name)


PERSONAL: Final = ("phone", "email", "tax_code", "vat", "iban", "name")
"""Kinds of personal data that have a word."""


def personal_kinds(kinds: Iterable[str], words: Translator) -> str:
    """What was found to be personal, maybe: "un numero di telefono e un nome"."""
    return words.join(words.plain(f"personal.{kind if kind in PERSONAL else 'other'}") for kind in kinds)


def with_gaps(text: str, gaps: Iterable[tuple[int, str]], words: Translator) -> str:
    """A text of which what may be personal was left out: in its place stands what it was."""
    pieces, behind = [], 0
    for place, kind in gaps:
        mask = words.plain(f"personal.mask.{kind if kind in PERSONAL else 'other'}")
        pieces += [text[behind:place], f"[{mask}]"]
        behind = place
    return "".join((*pieces, text[behind:]))


WHO: Final = ("agenda", "facilitator", "assistant", "venue_lead", "regia", "operator")
"""As what something can have been done."""


def by_whom(who: str, words: Translator) -> str:
    """By whom something was done, by role: "dalla regia"."""
    return words.plain(f"mover.{who if who in WHO else 'facilitator'}")


def since(at: datetime | None, words: Translator, role: str | None = None) -> Html | None:
    """Since when something is as it is, and who did it, if somebody of the table did."""
    if at is None:
        return None
    if role is None:
        return words.text("refused.since", time=words.clock(at))
    return words.text("done.by", time=words.clock(at), mover=by_whom(role, words))


def strategy_line(event: Event, code: str, words: Translator) -> Html:
    """A strategy's code and full title."""
    return words.text("strategy.line", code=code, title=event.strategy(code).title)


def strategy_lines(event: Event, codes: Iterable[str], words: Translator) -> Html:
    """Strategies with their full titles, one a line."""
    return lines(strategy_line(event, code, words) for code in codes)


def numbered_lines(
    event: Event,
    dots: Iterable[tuple[str, int]],
    words: Translator,
    *,
    full: bool = True,
    marked: int = 2,
) -> Iterable[Html]:
    """Strategies with their titles, one a line; how many dots each has is said from `marked` dots on."""
    for code, count in dots:
        strategy = event.strategy(code)
        title = strategy.title if full else strategy.label
        if count >= marked:
            yield words.text("strategy.dots", code=code, title=title, n=count)
        else:
            yield words.text("strategy.line", code=code, title=title)


def titled(event: Event, code: str, words: Translator) -> str:
    """A strategy inside a sentence: "3.2, Potenziare ..."."""
    return words.plain("strategy.inline", code=code, title=event.strategy(code).title)


def label(event: Event, code: str) -> str:
    """A strategy on a button: the code first, then the short label."""
    return f"{code} {event.strategy(code).label}"


def planned(event: Event, phase: Phase, words: Translator) -> str:
    """The time of day at which the agenda has a phase begin: "10:30"."""
    return words.clock(event.phase_starts()[phase])


def column(buttons: Iterable[tuple[str, Press]]) -> Keyboard:
    """Buttons below each other."""
    return tuple((Button(text, press),) for text, press in buttons)


def grid(buttons: Iterable[tuple[str, Press]], width: int) -> Keyboard:
    """Buttons in rows of `width`, as many rows as it takes."""
    every = [Button(text, press) for text, press in buttons]
    return tuple(tuple(every[start : start + width]) for start in range(0, len(every), width))


def one_message(
    paragraphs: Callable[[bool], Iterable[Html | None]], keyboard: Keyboard
) -> tuple[Message, ...]:
    """A message that is edited in place and so must stay one.

    `paragraphs(True)` is asked for full titles; if they do not fit, `paragraphs(False)` for short labels.
    """
    full = compose(paragraphs(True), keyboard)
    if len(full) == 1 and units(full[0].text) <= TEXT_LIMIT:
        return full
    return compose(paragraphs(False), keyboard)
