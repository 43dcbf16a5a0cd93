"""What can be typed: Telegram's command menu, and the words that stand for a button in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from participation.event import Phase
from participation.notices import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from locales.translator import Translator

PARTICIPANT: Final = (
    "start",
    "bollini",
    "codice",
    "domande",
    "contributi",
    "programma",
    "strategie",
    "cambia",
    "lingua",
    "contatti",
    "privacy",
    "aiuto",
)
FACILITATOR: Final = ("tavolo", "apri", "chiudi", "priorita", "ballottaggio", "sorteggio", "discuti", "nota")
PAPER: Final = ("carta", "schede", "consegnate", "presenti")
"""Commands of everybody who may enter paper at a table, the regia included."""
REGIA: Final = ("stato", "fase", "scarti")

_LONE: Final = ("skip", "back", "finish", "review", "questions", "strategies", "acknowledge", "help")
_LEADING: Final = ("zone", "table", "axis", "strategy", "question", "withdraw")
_ARGUMENTS: Final = ("all", "confirm", "fewer", "reopen", "paper", "close", "now", "resend")
_PAPER: Final = ("sheet", "zone", "blank", "withdraw", "correct", "cancel")


def commands(words: Translator, roles: Collection[Role] = ()) -> tuple[tuple[str, str], ...]:
    """Telegram's menu for somebody with these roles: (command without slash, description), own role first."""
    names = (
        *(FACILITATOR if Role.FACILITATOR in roles else ()),
        *(REGIA if Role.REGIA in roles else ()),
        *(PAPER if roles else ()),
        *PARTICIPANT,
    )
    return tuple((name, words.plain(f"command.{name}")) for name in names)


def typed_words(words: Translator) -> Mapping[str, str]:
    """Words that act when they are the whole message, casefolded, and what they mean.

    Meanings: "skip", "back", "finish", "review", "questions", "strategies", "acknowledge", "help".
    """
    return {word: meaning for meaning in _LONE for word in _listed(words, f"typed.{meaning}")}


def leading_words(words: Translator) -> Mapping[str, str]:
    """Words that act when followed by one code ("asse 3", "ritira 2"), casefolded, and what they mean.

    Meanings: "zone", "table", "axis", "strategy", "question", "withdraw".
    """
    return {word: meaning for meaning in _LEADING for word in _listed(words, f"leading.{meaning}")}


def argument_words(words: Translator) -> Mapping[str, str]:
    """Words that act after a command, casefolded: /fase tutti -> "all", /priorita conferma -> "confirm".

    After /priorita also "fewer" and "reopen"; after /ballottaggio "paper" and "close"; after /sorteggio
    "now".
    """
    return {word: meaning for meaning in _ARGUMENTS for word in _listed(words, f"argument.{meaning}")}


def argument_word(words: Translator, meaning: str) -> str:
    """The first of the words with this meaning behind a command: the one the texts use."""
    return _listed(words, f"argument.{meaning}")[0]


def because_words(words: Translator) -> frozenset[str]:
    """The words that a reason may begin with ("perché"), casefolded."""
    return frozenset(_listed(words, "argument.because"))


def paper_words(words: Translator) -> Mapping[str, str]:
    """Words about sheets of paper, casefolded: "foglio 12 zona 9: bianca", and what answers a reading back.

    Meanings: "sheet", "zone", "blank", "withdraw", "correct", "cancel", and "confirm" by the argument words.
    """
    found = {word: meaning for meaning in _PAPER for word in _listed(words, f"paper_words.{meaning}")}
    return {**found, **dict.fromkeys(_listed(words, "argument.confirm"), "confirm")}


def phase_words(words: Translator) -> Mapping[str, Phase]:
    """The words for each phase as typed after /fase, casefolded."""
    return {word: phase for phase in Phase for word in _listed(words, f"phase_words.{phase.value}")}


def phase_word(words: Translator, phase: Phase) -> str:
    """The first of the words for a phase: the one the texts use."""
    return _listed(words, f"phase_words.{phase.value}")[0]


def _listed(words: Translator, key: str) -> tuple[str, ...]:
    return tuple(word.strip().casefold() for word in words.plain(key).split(",") if word.strip())
