"""How a line about a sheet of paper is read: "12: 1.3 2.1 5.4", as people write it.

Pure: what a line says and what is wrong with it by itself. What the table has already is asked elsewhere
(`participation/paper.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from participation import dots
from participation.notices import SheetProblem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from participation.event import Event, Table

HIGHEST = 9999
"""The highest number a sheet may have."""

LETTERS, DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
"""What personal codes are made of: nothing that looks like something else."""

_CODE = r"[A-Za-z][0-9][A-Za-z]-?[0-9][A-Za-z]"
_SEPARATOR = r"[:;=)\]\u00b0\u2212\u2013\u2014-]|[.,](?!\d)"
_HEAD = re.compile(
    # Possessive: a long line without a number must not be tried cut at every letter.
    rf"[\s•·*\u2212\u2013\u2014-]*+(?P<words>(?:[^\W\d]++[.°º]*+\s*+){{0,2}}?)"
    rf"(?P<label>{_CODE}|\d+)(?=$|\s|{_SEPARATOR})\s*(?P<separator>(?:{_SEPARATOR})?)\s*(?P<rest>.*)",
    re.DOTALL,
)
_DASHES = re.compile(r"[\u2212\u2013\u2014-]")
_REASON = re.compile(r"\(([^()]{1,200})\)\s*$")
_ZONE = re.compile(r"\(?\s*(?P<word>[^\W\d]+)\.?\s*(?P<zone>\d{1,2})\b\s*\)?\s*[:;,=\u2212\u2013\u2014-]?\s*")
_JOINTS = ("e", "ed", "and", "et")
_ALIKE = str.maketrans({"l": "1", "I": "1", "i": "1", "|": "1", "Z": "2", "z": "2", "S": "5", "s": "5"})
_LOOKS_LIKE_A_CODE = re.compile(r"\d{1,2}\s?[.,]\s?\d{1,2}")


class Line(BaseModel):
    """A line that says something: what a sheet (or a person's ballot) is to hold.

    `label`: the number, or a personal code in capitals. `dots`: strategy to number, in the event's order,
    none for a ballot without dots. `zone` None: not said. `act`: "new", "correct" or "withdraw".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    dots: dict[str, int]
    act: str = "new"
    zone: str | None = None
    reason: str | None = None

    @property
    def assisted(self) -> bool:
        """Whether it is about somebody's own ballot."""
        return is_code(self.label)


@dataclass(frozen=True)
class Head:
    """What a line begins with: whose it is. `marked`: by a word ("foglio 12") or a colon."""

    label: str
    rest: str
    marked: bool


def is_code(label: str) -> bool:
    """Whether a label is a personal code rather than a number."""
    return not label.isdecimal()


def label_of(text: str) -> str | None:
    """A label as it is kept ("012" is "12", "k7m-4p" is "K7M4P"); None for a number no sheet has."""
    if not text.isdecimal():
        return text.replace("-", "").upper()
    number = int(text) if len(text) < 9 else 0  # noqa: PLR2004 - as many digits as a number in its senses
    return str(number) if 1 <= number <= HIGHEST else None


def read_head(line: str, words: Mapping[str, str]) -> Head | None:
    """Whose a line is; None when it begins with neither a number nor a code.

    "1.3 2.1" begins with no number: those are dots.
    """
    if dots.read_typed(line) is not None:
        return None
    found = _HEAD.fullmatch(line.strip())
    if found is None:
        return None
    said = re.findall(r"[^\W\d]+", found["words"].casefold())
    if any(words.get(word) != "sheet" for word in said):
        return None
    return Head(found["label"], found["rest"], bool(said) or found["separator"] in {":", ")", "="})


def are_lines(text: str, words: Mapping[str, str]) -> bool:
    """Whether every line of a message is plainly about a sheet, though no command said so."""
    heads = [read_head(line, words) for line in text.splitlines() if line.strip()]
    return bool(heads) and all(
        head is not None and head.marked and _begins_with_dots(head.rest, words) for head in heads
    )


def _begins_with_dots(rest: str, words: Mapping[str, str]) -> bool:
    _, rest = _zone(rest, words)
    return (
        re.match(rf"\W*{_LOOKS_LIKE_A_CODE.pattern}", rest) is not None or _read_dots(rest, words, ()) == {}
    )


def read_lines(
    text: str, event: Event, table: Table, words: Mapping[str, str], act: str = "new"
) -> tuple[list[Line], list[SheetProblem]]:
    """The lines of a message that can be taken, and what is wrong with each of the others.

    `words`: casefolded, to "sheet", "zone" or "blank". Of a label that stands twice neither line is taken:
    which of them is meant only the person knows.
    """
    taken: list[Line] = []
    problems: list[SheetProblem] = []
    for raw in text.splitlines():
        if raw.strip():
            read = read_line(raw.strip(), event, table, words, act)
            if isinstance(read, Line):
                taken.append(read)
            else:
                problems.append(read)
    labels = [line.label for line in taken] + [p.label for p in problems if p.label is not None]
    twice = {label for label in labels if labels.count(label) > 1}
    problems += [
        SheetProblem(line=label, label=label, reason="twice")
        for label in dict.fromkeys(line.label for line in taken if line.label in twice)
    ]
    return [line for line in taken if line.label not in twice], problems


def read_line(  # noqa: PLR0911 - one way out per thing that can be wrong
    raw: str, event: Event, table: Table, words: Mapping[str, str], act: str
) -> Line | SheetProblem:
    """What one line says, or what is wrong with it."""
    head = read_head(raw, words)
    if head is None:
        coded = _LOOKS_LIKE_A_CODE.search(raw) is not None
        return SheetProblem(line=raw, label=None, reason="no_label" if coded else "unreadable")
    label = label_of(head.label)
    if label is None:
        return SheetProblem(line=raw, label=None, reason="number", most=HIGHEST)
    rest, reason = head.rest, None
    given = _REASON.search(rest)
    if given is not None and dots.read_typed(given[1]) is None and not _zone_said(given[0], words):
        rest, reason = rest[: given.start()], given[1].strip()
    zone, rest = _zone(rest, words)
    if is_code(label):
        # A person's ballot is for the zone they said themselves.
        zone = None
    elif zone is not None and zone not in table.zones:
        return SheetProblem(line=raw, label=label, reason="zone", zones=table.zones)
    read = _read_dots(rest, words, {strategy.code for strategy in event.strategies})
    if read is None:
        return SheetProblem(line=raw, label=label, reason="no_codes")
    if isinstance(read, list):
        nearest = tuple(_nearest(code.replace(",", "."), event) for code in read)
        return SheetProblem(line=raw, label=label, reason="unknown", codes=tuple(read), nearest=nearest)
    wrong = too_much(read, event)
    if wrong is not None:
        return wrong.model_copy(update={"line": raw, "label": label})
    if zone is None and len(table.zones) > 1 and not is_code(label) and act == "new":
        return SheetProblem(line=raw, label=label, reason="zone", zones=table.zones)
    ordered = {strategy.code: read[strategy.code] for strategy in event.strategies if strategy.code in read}
    return Line(label=label, dots=ordered, act=act, zone=zone, reason=reason)


def too_much(wished: Mapping[str, int], event: Event) -> SheetProblem | None:
    """Whether these are more dots than a ballot has, or more on one strategy than may be."""
    repeated = tuple(code for code, count in wished.items() if count > event.session1.most_per_strategy)
    if event.session1.most_per_strategy == 1 and repeated:
        return SheetProblem(line="", label=None, reason="repeated", codes=repeated, most=1)
    used, most = sum(wished.values()), event.session1.dots
    if used > most:
        return SheetProblem(line="", label=None, reason="too_many", count=used, most=most)
    return None


def _nearest(code: str, event: Event) -> str | None:
    """The code that may be meant: the one that looks the same ("l.3"), or is written most like it."""
    alike = code.translate(_ALIKE)
    return alike if alike in {strategy.code for strategy in event.strategies} else dots.nearest(code, event)


def _zone_said(text: str, words: Mapping[str, str]) -> bool:
    return _zone(text, words)[0] is not None


def _zone(rest: str, words: Mapping[str, str]) -> tuple[str | None, str]:
    """The zone that is said before or behind the codes, and what else there is."""
    for found in _ZONE.finditer(rest):
        if words.get(found["word"].casefold()) == "zone":
            return str(int(found["zone"])), f"{rest[: found.start()]} {rest[found.end() :]}".strip()
    return None, rest


def _read_dots(
    rest: str, words: Mapping[str, str], known: Collection[str]
) -> dict[str, int] | list[str] | None:
    """The dots of a line; the pieces that are no codes of the event; or None when there is nothing at all."""
    plain = rest.strip(" \t.;,!:-").casefold()
    if not plain:
        return None
    if words.get(plain) == "blank":
        return {}
    # On paper nothing is taken away: a dash is one of a list.
    text = _DASHES.sub(" ", rest).strip()
    read = dots.read_typed(text)
    if read is not None and all(dot.strategy in known for dot in read):
        return {dot.strategy: dot.count for dot in read}
    if read is not None:
        return [dot.strategy for dot in read if dot.strategy not in known]
    pieces = [piece.strip(",.") for piece in re.split(r"[\s;/&]+", text) if piece.strip(",.+")]
    wrong = [each for each in pieces if each.casefold() not in _JOINTS and not _are_codes(each, known)]
    return wrong or [text]


def _are_codes(piece: str, known: Collection[str]) -> bool:
    read = dots.read_typed(piece)
    return read is not None and all(dot.strategy in known for dot in read)
