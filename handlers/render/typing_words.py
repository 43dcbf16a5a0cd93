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
    "suggerisci",
    "programma",
    "strategie",
    "cambia",
    "lingua",
    "contatti",
    "privacy",
    "aiuto",
)
FACILITATOR: Final = (
    "tavolo",
    "apri",
    "chiudi",
    "prolunga",
    "sollecita",
    "avviso",
    "priorita",
    "ballottaggio",
    "sorteggio",
    "discuti",
    "nota",
    "invia",
    "link",
)
ASSISTANT: Final = ("nota",)
PAPER: Final = ("carta", "schede", "consegnate", "presenti")
"""Commands of everybody who may enter paper at a table, the regia included."""
NOTES: Final = ("note", "raccolta", "sintesi")
"""Commands of everybody who reads what a table says, the regia included."""
REGIA: Final = (
    "stato",
    "fase",
    "agenda",
    "prolunga",
    "riapri",
    "avviso",
    "temi",
    "restituzione",
    "suggerimenti",
    "grafici",
    "scarti",
)
ROLES: Final = ("ruoli", "link", "revoca", "sposta")
"""Commands of the regia about who may do what, and who sits where."""

_OF_ALL: Final = (*PAPER, *NOTES)
_LONE: Final = ("skip", "back", "finish", "review", "questions", "strategies", "acknowledge", "help")
_LEADING: Final = ("zone", "table", "axis", "strategy", "question", "withdraw")
_ARGUMENTS: Final = (
    "all",
    "confirm",
    "cancel",
    "fewer",
    "reopen",
    "paper",
    "close",
    "now",
    "resend",
    "hold",
    "resume",
    "leaders",
)
_NOTES: Final = ("withdraw", "restore", "move")
_OWN: Final = ("withdraw", "move", "action", "none", "question")
_PAPER: Final = ("sheet", "zone", "blank", "withdraw", "correct", "cancel")
_CHARTS: Final = (
    "turnout",
    "heatmap",
    "ranking",
    "priorities",
    "contributions1",
    "contributions2",
    "keywords1",
    "keywords2",
)
_THEMES: Final = (
    "all",
    "look",
    "recurring",
    "crosscutting",
    "single",
    "plenary",
    "leftovers",
    "page",
    "axis",
    "move",
    "undo",
    "rename",
    "merge",
    "split",
    "new",
    "me",
    "nobody",
    "no",
    "and",
    "to",
)
_RESTITUTION: Final = ("freeze", "publish")
_PLACES: Final = ("here", "channel")
_GATHERING: Final = (
    "all",
    "look",
    "hidden",
    "plenary",
    "page",
    "hide",
    "unhide",
    "merge",
    "separate",
    "pass",
    "no",
    "and",
)


def commands(words: Translator, roles: Collection[Role] = ()) -> tuple[tuple[str, str], ...]:
    """Telegram's menu for somebody with these roles: (command without slash, description), own role first."""
    names = (name for group in (*map(of_role, _in_order(roles)), PARTICIPANT) for name in group)
    # What every role brings comes after all that is a role's own.
    every = [name for name in dict.fromkeys(names) if name not in _OF_ALL]
    shared = _OF_ALL if roles else ()
    own = len(every) - len(PARTICIPANT)
    return tuple((name, words.plain(f"command.{name}")) for name in (*every[:own], *shared, *every[own:]))


def of_role(role: Role) -> tuple[str, ...]:
    """The commands that a role brings."""
    match role:
        case Role.FACILITATOR | Role.VENUE_LEAD:
            return (*FACILITATOR, *_OF_ALL)
        case Role.ASSISTANT:
            return (*ASSISTANT, *_OF_ALL)
        case Role.REGIA:
            return (*REGIA, *ROLES, *_OF_ALL)


def _in_order(roles: Collection[Role]) -> list[Role]:
    return [role for role in (Role.FACILITATOR, Role.VENUE_LEAD, Role.ASSISTANT, Role.REGIA) if role in roles]


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

    "confirm" and "cancel" also alone, where something was asked back. After /priorita also "fewer" and
    "reopen"; after /ballottaggio "paper" and "close"; after /sorteggio "now"; after /agenda "hold" and
    "resume"; after /avviso "leaders".
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


def own_words(words: Translator) -> Mapping[str, str]:
    """Words about contributions of one's own, casefolded: "sposta 3 3.2 domanda 2", "azione 3 nessuna".

    Meanings: "withdraw", "move", "action", "none", "question"; after /contributi all of them.
    """
    return {word: meaning for meaning in _OWN for word in _listed(words, f"own_words.{meaning}")}


def own_word(words: Translator, meaning: str) -> str:
    """The first of the words with this meaning about a contribution: the one the texts use."""
    return _listed(words, f"own_words.{meaning}")[0]


def note_words(words: Translator) -> Mapping[str, str]:
    """Words about notes, casefolded: /note ritira 3 -> "withdraw", "restore", "move"."""
    return {word: meaning for meaning in _NOTES for word in _listed(words, f"note_words.{meaning}")}


def note_word(words: Translator, meaning: str) -> str:
    """The first of the words with this meaning about a note: the one the texts use."""
    return _listed(words, f"note_words.{meaning}")[0]


def role_words(words: Translator) -> Mapping[str, Role]:
    """The words for each role as typed after /link, casefolded; some are several words."""
    return {word: role for role in Role for word in _listed(words, f"role_words.{role.value}")}


def role_word(words: Translator, role: Role) -> str:
    """The first of the words for a role: the one the texts use."""
    return _listed(words, f"role_words.{role.value}")[0]


def phase_words(words: Translator) -> Mapping[str, Phase]:
    """The words for each phase as typed after /fase, casefolded."""
    return {word: phase for phase in Phase for word in _listed(words, f"phase_words.{phase.value}")}


def phase_word(words: Translator, phase: Phase) -> str:
    """The first of the words for a phase: the one the texts use."""
    return _listed(words, f"phase_words.{phase.value}")[0]


def chart_words(words: Translator) -> Mapping[str, str]:
    """The words for each chart as typed after /grafici, casefolded, and its name."""
    return {word: chart for chart in _CHARTS for word in _listed(words, f"chart_words.{chart}")}


def chart_word(words: Translator, chart: str) -> str:
    """The first of the words for a chart: the one the texts use."""
    return _listed(words, f"chart_words.{chart}")[0]


def place_words(words: Translator) -> Mapping[str, str]:
    """The words for where a chart goes: "here" or "channel"."""
    return {word: place for place in _PLACES for word in _listed(words, f"place_words.{place}")}


def theme_words(words: Translator) -> Mapping[str, str]:
    """The words that act behind /temi, casefolded, and what they mean.

    Meanings: sections ("look", "recurring", "crosscutting", "single", "plenary", "leftovers", "axis"), acts
    ("rename", "merge", "split", "move", "undo"), and what goes with them ("page", "new", "me", "nobody",
    "no", "and", "to").
    """
    return {word: meaning for meaning in _THEMES for word in _listed(words, f"theme_words.{meaning}")}


def theme_word(words: Translator, meaning: str) -> str:
    """The first of the words with this meaning behind /temi: the one the texts use."""
    return _listed(words, f"theme_words.{meaning}")[0]


def restitution_words(words: Translator) -> Mapping[str, str]:
    """The words that act behind /restituzione, casefolded: "freeze" or "publish"."""
    return {
        word: meaning for meaning in _RESTITUTION for word in _listed(words, f"restitution_words.{meaning}")
    }


def restitution_word(words: Translator, meaning: str) -> str:
    """The first of the words with this meaning behind /restituzione: the one the texts use."""
    return _listed(words, f"restitution_words.{meaning}")[0]


def suggestion_words(words: Translator) -> Mapping[str, str]:
    """The words that act behind /suggerisci, casefolded: "axis", "strategy", "withdraw" and "finish"."""
    leading = {
        word: meaning for word, meaning in leading_words(words).items() if meaning not in {"zone", "question"}
    }
    return {**leading, **dict.fromkeys(_listed(words, "typed.finish"), "finish")}


def suggestion_word(words: Translator, meaning: str) -> str:
    """The first of the words with this meaning behind /suggerisci: the one the texts use."""
    return next(word for word, meant in suggestion_words(words).items() if meant == meaning)


def gathering_words(words: Translator) -> Mapping[str, str]:
    """The words that act behind /raccolta, casefolded, and what they mean.

    Meanings: parts ("look", "hidden", "plenary"), "page"; acts ("hide", "unhide", "merge", "separate",
    "plenary", "pass"), and what goes with them ("no", "and").
    """
    return {word: meaning for meaning in _GATHERING for word in _listed(words, f"gathering_words.{meaning}")}


def gathering_word(words: Translator, meaning: str) -> str:
    """The first of the words with this meaning behind /raccolta: the one the texts use."""
    return _listed(words, f"gathering_words.{meaning}")[0]


def _listed(words: Translator, key: str) -> tuple[str, ...]:
    return tuple(word.strip().casefold() for word in words.plain(key).split(",") if word.strip())
