"""How people read what is on their screen: the words of messages and buttons, in Italian and English.

Nobody here knows the bot from inside. Buttons are found by what stands on them, and pressed with whatever
they carry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rehearsal.programme import Programme
    from rehearsal.telegram import Button, Phone, SentMessage

DOT: Final = "●"
KEPT: Final = "✓"

CONTINUE: Final = re.compile(r"ho letto|have read", re.IGNORECASE)
REVIEW: Final = re.compile(r"rivedi|review", re.IGNORECASE)
FINISH: Final = re.compile(r"ho finito|have finished", re.IGNORECASE)
NEXT: Final = re.compile(r"avanti|next", re.IGNORECASE)
OTHER_STRATEGY: Final = re.compile(r"altra strategia|another strategy", re.IGNORECASE)
CONFIRM: Final = re.compile(r"conferma|confirm", re.IGNORECASE)
CLOSE_NOW: Final = re.compile(r"^(?:Chiudi ora|Close now)$", re.IGNORECASE)
WITHDRAW: Final = re.compile(r"(?:ritira|withdraw) (\d+)", re.IGNORECASE)
STEPS: Final[Mapping[str, re.Pattern[str]]] = {
    "session1": re.compile(r"apri la sessione 1|open session 1", re.IGNORECASE),
    "priorities": re.compile(r"chiudi la votazione|close (?:the )?vot", re.IGNORECASE),
    "session2": re.compile(r"apri la sessione 2|open session 2", re.IGNORECASE),
}

REGISTERED: Final = re.compile(r"^(?:Partecipi|You are (?:already )?taking part)")
MOVED_TABLE: Final = re.compile(r"^(?:Ora partecipi|You are now taking part)")
RECEIVED: Final = re.compile(r"^(?:Contributo ricevuto|Contribution received)")
EDITED: Final = re.compile(r"^(?:Contributo corretto|Contribution corrected)")
WITHDRAWN: Final = re.compile(r"^(?:Contributo ritirato|Contribution withdrawn)")
NOTE: Final = re.compile(r"^(?:Nota ricevuta|Note received)")
ON_BALLOT: Final = re.compile(r"^(?:Bollin|Era già|Dot|\d+ (?:bollini|dots)|\d+\.\d+,)")
REFUSED: Final = re.compile(r"non è cambiat|not changed|unchanged|cannot|non c'è", re.IGNORECASE)
DECIDED: Final = re.compile(r"priorit", re.IGNORECASE)
THANKS: Final = re.compile(r"^(?:Grazie per aver partecipato|Thank you for taking part)")
BOARD: Final = re.compile(r"^(?:Tavolo|Table) .*: (?:priorità|the priorities|priorities)")
ROLE: Final = re.compile(r"^(?:Ora faciliti|Ora fai parte|You now facilitate|You are now part)")
CLOSED: Final = re.compile(r"^(?:La votazione al tuo tavolo è chiusa|Voting at your table is closed)")
NO_FURTHER: Final = re.compile(r"^(?:Questa è già|This is already)")

_STRATEGY: Final = re.compile(r"^\W*(\d{1,2}\.\d{1,2})\b")
_AXIS: Final = re.compile(r"^(?:Asse|Axis) (\d{1,2})\b(.*)$")
_QUESTION: Final = re.compile(r"^(?:Domanda|Question) (\d+)\b(.*)$")
_ABOUT: Final = re.compile(r"(?:Strategia|Strategy) (\d{1,2}\.\d{1,2})\.")
_ASKED: Final = re.compile(r"(?:Domanda|Question) (\d+)\.")
_HERE: Final = re.compile(r"\((?:qui|here)\)")


@dataclass(frozen=True)
class Place:
    """A question of a strategy, by their codes."""

    strategy: str
    question: str


def strategy_of(button: Button) -> str | None:
    """The strategy's code that a button begins with, whatever mark stands before it."""
    found = _STRATEGY.match(button.text)
    return found[1] if found else None


def with_word(message: SentMessage, word: re.Pattern[str]) -> Button | None:
    """The first button on which these words stand."""
    return next((button for button in message.buttons if word.search(button.text)), None)


def with_number(message: SentMessage, number: str) -> Button | None:
    """The first button on which this number stands by itself, as in "Zona 5, Pinerolese"."""
    return with_word(message, re.compile(rf"(?<![\d.]){re.escape(number)}(?![\d.])"))


def with_code(message: SentMessage, code: str) -> Button | None:
    """The button of a strategy, or of a table ("T5 Torino Nord")."""
    for button in message.buttons:
        if strategy_of(button) == code or button.text.split()[0] == code:
            return button
    return None


def axis_button(message: SentMessage, axis: str) -> Button | None:
    """The ballot's button that leads to an axis."""
    for button in message.buttons:
        found = _AXIS.match(button.text)
        if found and found[1] == axis:
            return button
    return None


def is_ballot(message: SentMessage) -> bool:
    """Whether this is an open ballot: it offers axes, the review or the end."""
    return any(
        _AXIS.match(button.text) or REVIEW.search(button.text) or FINISH.search(button.text)
        for button in message.buttons
    )


def is_review(message: SentMessage) -> bool:
    """Whether the ballot shows all that is chosen."""
    return is_ballot(message) and with_word(message, REVIEW) is None


def ballot_shows(message: SentMessage, dots: frozenset[str], programme: Programme) -> bool:
    """Whether a ballot shows just these dots: one by one on its page, counted for the other axes."""
    shown = {code: button.text.count(DOT) for button in message.buttons if (code := strategy_of(button))}
    if any(count != (code in dots) for code, count in shown.items()):
        return False
    if is_review(message):
        return dots == frozenset(code for code, count in shown.items() if count)
    for axis, codes in programme.axes.items():
        button = axis_button(message, axis)
        if button is None or _HERE.search(button.text):
            continue
        if button.text.count(DOT) != len(dots.intersection(codes)):
            return False
    return True


def place_asked(message: SentMessage) -> Place | None:
    """The question this message asks; None when it asks none."""
    if not any(_QUESTION.match(button.text) and _HERE.search(button.text) for button in message.buttons):
        return None
    return place_named(message)


def place_named(message: SentMessage) -> Place | None:
    """The strategy and the question that a message names, as an answer to a contribution does."""
    strategy, question = _ABOUT.search(message.shown), _ASKED.search(message.shown)
    if strategy is None or question is None:
        return None
    return Place(strategy[1], question[1])


def codes_on(message: SentMessage) -> list[str]:
    """The strategies on a message's buttons, in order."""
    return [code for button in message.buttons if (code := strategy_of(button))]


def kept_on(message: SentMessage) -> list[str]:
    """The strategies on a board's buttons that bear the mark of what is kept."""
    return [code for button in message.buttons if KEPT in button.text and (code := strategy_of(button))]


def codes_in(text: str) -> list[str]:
    """The strategies that begin the lines of a text, in order."""
    return [found[1] for line in text.splitlines() if (found := re.match(r"(\d{1,2}\.\d{1,2}) ", line))]


def newest(phone: Phone, which: Callable[[SentMessage], object], after: int = 0) -> SentMessage | None:
    """The newest message of the bot's, sent after the message with the id `after`, that is as wished."""
    return next((message for message in received(phone, after) if which(message)), None)


def received(phone: Phone, after: int = 0) -> Iterable[SentMessage]:
    """The bot's messages after a message, the newest first."""
    for message in reversed(phone.messages):
        if message.id <= after:
            return
        if message.from_bot:
            yield message


def says(words: re.Pattern[str]) -> Callable[[SentMessage], bool]:
    """Whether a message says this."""
    return lambda message: words.search(message.shown) is not None
