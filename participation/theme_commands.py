"""What is typed behind /temi, read: everything that can be tapped on the board, and names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from participation.curation import refused
from participation.theme_notices import LEFTOVERS, NEW, Choice, Refusal, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from participation.theme_notices import ThemeRefused

_SECTIONS: Final = {
    "all": Section.ALL,
    "look": Section.LOOK,
    "recurring": Section.RECURRING,
    "crosscutting": Section.CROSSCUTTING,
    "single": Section.SINGLE,
    "plenary": Section.PLENARY,
}
_NUMBER = re.compile(r"#?(\d{1,9})")


@dataclass(frozen=True)
class ShowBoard:
    """Themes of a section; of an axis."""

    section: Section
    axis: str = ""
    page: int = 1


@dataclass(frozen=True)
class ShowOne:
    """A theme, or the LEFTOVERS."""

    theme: str
    page: int = 1


@dataclass(frozen=True)
class ShowAxes:
    """Who looks after which axis."""


@dataclass(frozen=True)
class Assign:
    """An axis to a letter, to "me", or to "" (nobody)."""

    axis: str
    who: str


@dataclass(frozen=True)
class Rename:
    """A name for a theme."""

    theme: str
    name: str


@dataclass(frozen=True)
class Merge:
    """Others into a theme."""

    into: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """A theme of its own, for some of what is in one."""

    source: str
    numbers: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True)
class Move:
    """Contributions to a theme, the LEFTOVERS or a NEW one."""

    numbers: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Mark:
    """For the plenary, or not."""

    theme: str
    wished: bool


@dataclass(frozen=True)
class Undo:
    """An act (its number), or one's newest ("")."""

    act: str = ""


@dataclass(frozen=True)
class Choose:
    """What there is to choose from: a command without what it is about."""

    what: Choice
    number: str
    page: int = 1


Request = ShowBoard | ShowOne | ShowAxes | Assign | Rename | Merge | Split | Move | Mark | Undo | Choose


def read(text: str, words: Mapping[str, str]) -> Request | ThemeRefused:
    """What is asked for. `words`: those that act, casefolded, and their meaning; see `theme_words`."""
    first, rest = _first(_meant(text, words))
    meaning = words.get(first.casefold(), "")
    number = _NUMBER.fullmatch(first)
    found: Request | None
    if not first:
        found = ShowBoard(Section.ALL)
    elif number is not None:
        found = _about(number[1], rest, words)
    elif meaning in _SECTIONS:
        page = _page(rest, words)
        found = None if page is None else ShowBoard(_SECTIONS[meaning], page=page)
    else:
        found = _word(meaning, rest, words)
    return refused(Refusal.UNCLEAR, misread=text) if found is None else found


def _word(  # noqa: PLR0911 - one way out per word
    meaning: str, rest: str, words: Mapping[str, str]
) -> Request | None:
    """What a word that is no section asks for."""
    match meaning:
        case "leftovers":
            page = _page(rest, words)
            return None if page is None else ShowOne(LEFTOVERS, page)
        case "page":
            page = _page(rest, words)
            return None if page is None else ShowBoard(Section.ALL, page=page)
        case "axis":
            return _axis(rest, words)
        case "move":
            return _move(rest, words)
        case "undo" if not rest:
            return Undo()
        case "undo":
            number = _NUMBER.fullmatch(rest)
            return None if number is None else Undo(number[1])
        case _:
            return None


def _about(  # noqa: PLR0911 - one way out per word
    theme: str, rest: str, words: Mapping[str, str]
) -> Request | None:
    """Behind the number of a theme."""
    word, behind = _first(_meant(rest, words))
    meaning = words.get(word.casefold(), "")
    match meaning:
        case "rename":
            return Rename(theme, behind) if behind else Choose(Choice.NAME, theme)
        case "merge":
            others = _numbers(behind, words)
            if others is None:
                return None
            return Merge(theme, others) if others else Choose(Choice.MERGE, theme)
        case "split" | "move":
            return _split(theme, behind, words)
        case "plenary" if not behind:
            return Mark(theme, wished=True)
        case "plenary" if words.get(behind.casefold()) == "no":
            return Mark(theme, wished=False)
        case _:
            page = _page(rest, words)
            return None if page is None else ShowOne(theme, page)


def _split(theme: str, behind: str, words: Mapping[str, str]) -> Request | None:
    listed, _, name = behind.partition(":")
    numbers = _numbers(listed, words)
    if numbers is None:
        return None
    return Split(theme, numbers, name.strip()) if numbers else Choose(Choice.SAID, theme)


def _move(rest: str, words: Mapping[str, str]) -> Request | None:
    """Behind "move": "37 41 in 7", "37 da solo", "37 nuovo". The last one says where to.

    A lone number: where may it go?
    """
    pieces = [piece for piece in re.split(r"[\s,]+", rest) if piece and words.get(piece.casefold()) != "to"]
    if not pieces:
        return None
    *listed, last = pieces
    meaning = words.get(last.casefold(), "")
    number = _NUMBER.fullmatch(last)
    target = {"leftovers": LEFTOVERS, "new": NEW}.get(meaning) or (number and number[1])
    numbers = _numbers(" ".join(listed), words)
    if target is None or numbers is None:
        return None
    if not numbers:
        return Choose(Choice.TARGET, target) if number else None
    return Move(numbers, target)


def _axis(rest: str, words: Mapping[str, str]) -> Request | None:
    axis, behind = _first(rest)
    if not axis:
        return ShowAxes()
    if not behind:
        return ShowBoard(Section.AXIS, axis)
    behind = _meant(behind, words)
    meaning = words.get(behind.casefold(), "")
    if meaning in {"me", "nobody"}:
        return Assign(axis, "me" if meaning == "me" else "")
    page = _page(behind, words)
    if page is not None:
        return ShowBoard(Section.AXIS, axis, page)
    return Assign(axis, behind.upper()) if re.fullmatch(r"[A-Za-z]{1,2}", behind) else None


def _page(text: str, words: Mapping[str, str]) -> int | None:
    """The page in "", "2", "pagina 2"; None for anything else."""
    word, behind = _first(text)
    if words.get(word.casefold()) == "page":
        text = behind
    if not text:
        return 1
    return int(text) if re.fullmatch(r"\d{1,4}", text) else None


def _numbers(text: str, words: Mapping[str, str]) -> tuple[str, ...] | None:
    """Numbers between blanks, commas and "and"; None when there is anything else."""
    found = []
    for piece in re.split(r"[\s,;+]+", text):
        number = _NUMBER.fullmatch(piece)
        if number is not None:
            found.append(str(int(number[1])))
        elif piece and words.get(piece.casefold()) not in {"and", "to"}:
            return None
    return tuple(dict.fromkeys(found))


def _meant(text: str, words: Mapping[str, str]) -> str:
    """Without the little words in front ("in plenaria", "tema 4"), unless there is nothing else."""
    word, behind = _first(text)
    return _meant(behind, words) if behind and words.get(word.casefold()) == "to" else text


def _first(text: str) -> tuple[str, str]:
    """The first word and what is behind it."""
    word, *behind = text.split(maxsplit=1) or ("",)
    return word, behind[0].strip() if behind else ""
