"""What is typed behind /raccolta, read: a list, one contribution, or what is to be done with some."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from participation.gathering_notices import GatheringRefused, Part

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER = re.compile(r"#?(\d{1,9})")
_PARTS: Final = {"all": Part.ALL, "look": Part.LOOK, "hidden": Part.HIDDEN, "plenary": Part.PLENARY}
_ACTS: Final = ("hide", "unhide", "merge", "separate", "plenary", "pass")
_OF_SEVERAL: Final = ("merge",)


@dataclass(frozen=True)
class ShowList:
    """The contributions of a table."""

    part: Part = Part.ALL
    page: int = 1


@dataclass(frozen=True)
class Request:
    """What is asked for about contributions (`numbers`, at least one).

    `act`: "show", "choose" (which say the same, at a `page`), "hide" (`because`: why; "" is asked for),
    "unhide", "merge" (into the first), "separate", "mark", "unmark" or "pass".
    """

    act: str
    numbers: tuple[str, ...]
    because: str = ""
    page: int = 1


def read(text: str, words: Mapping[str, str]) -> ShowList | Request | GatheringRefused:
    """What is asked for. `words`: those that act, casefolded, and their meaning; see `gathering_words`."""
    first, rest = _first(text)
    meaning = words.get(first.casefold(), "")
    number = _NUMBER.fullmatch(first)
    if number is not None and rest:
        # "37 plenaria" as well as "plenaria 37".
        verb, behind = _first(rest)
        meaning, rest, number = words.get(verb.casefold().rstrip(":,"), ""), f"{number[1]} {behind}", None
        if meaning not in _ACTS:
            return GatheringRefused(reason="unclear", misread=text)
    if not first:
        return ShowList()
    if number is not None:
        return Request("show", (number[1],))
    if meaning == "page" or (
        meaning in _PARTS and not _NUMBER.match(rest) and meaning not in _acting(rest, words)
    ):
        return _listed(meaning, rest, words) or GatheringRefused(reason="unclear", misread=text)
    found = _act(meaning, rest, words) if meaning in _ACTS else None
    return found or GatheringRefused(reason="unclear", misread=text)


def _acting(rest: str, words: Mapping[str, str]) -> tuple[str, ...]:
    """What is no list after all: "plenaria no 37"."""
    return ("plenary",) if words.get(_first(rest)[0].casefold()) == "no" else ()


def _listed(meaning: str, rest: str, words: Mapping[str, str]) -> ShowList | None:
    part = _PARTS.get(meaning, Part.ALL)
    if meaning != "page":
        if not rest:
            return ShowList(part)
        word, rest = _first(rest)
        if words.get(word.casefold()) != "page":
            return None
    return ShowList(part, int(rest)) if re.fullmatch(r"\d{1,4}", rest) else None


def _act(meaning: str, rest: str, words: Mapping[str, str]) -> Request | None:
    numbers: list[str] = []
    wished = True
    while rest:
        word, behind = _first(rest)
        number = _NUMBER.fullmatch(word.rstrip(",:;."))
        said = words.get(word.casefold().rstrip(","))
        if number is not None and not (meaning == "hide" and numbers):
            numbers.append(number[1])
        elif said == "no" and meaning == "plenary":
            wished = False
        elif said != "and" or meaning == "hide":
            break
        rest = behind
    if not numbers or (rest and meaning != "hide") or (len(numbers) > 1 and meaning not in _OF_SEVERAL):
        return None
    if rest and (_names_more(rest, words) or not any(map(str.isalpha, rest))):
        return None
    if meaning == "merge" and len(numbers) == 1:
        return Request("choose", tuple(numbers))
    if meaning == "plenary":
        return Request("mark" if wished else "unmark", tuple(numbers))
    return Request(meaning, tuple(numbers), because=rest.lstrip(":").strip())


def _names_more(reason: str, words: Mapping[str, str]) -> bool:
    """Whether what should be a reason names more contributions: "2", "2, 3", "e 6", "2: offende"."""
    named = False
    while reason:
        word, reason = _first(reason)
        if word == ":":
            return named
        if not _NUMBER.fullmatch(word.rstrip(",:;.")) and words.get(word.casefold().rstrip(",")) != "and":
            return False
        if word.endswith(":"):
            return True
        named = True
    return True


def _first(text: str) -> tuple[str, str]:
    first, *behind = text.strip().split(maxsplit=1) or [""]
    return first, behind[0].strip() if behind else ""
