"""The answers of the online form, from a file of a spreadsheet: read, checked row by row, brought in once.

Which column holds what is in the event file (`suggestions.columns`); what is in no column named there is read
over and never kept. Errors carry data, not words.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from participation import joining, readable, suggestions
from storage import suggestions as stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database

_SEPARATORS: Final = {";": ";", ",": ",", "tab": "\t"}
_SAYS_SEPARATOR = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_LEADING_CODE = re.compile(r"(?:[^\W\d]+\s+)?(\d{1,2})[.,](\d{1,2})(?!\d)")
_CODE = re.compile(r"(?<![\d.,])(\d{1,2})[.,](\d{1,2})(?!\d)")
_ZONE_NUMBER = re.compile(r"(?<![\d.,])\d{1,2}(?![\d.,]*\d)")
_LEADING_NUMBER = re.compile(r"(?:[^\W\d]+\s+)?(\d{1,2})(?!\d)")


class FileUnusable(Exception):
    """A file of which no row can be read. `kind` says why, `details` hold the values of its sentence."""

    def __init__(self, kind: str, **details: object) -> None:
        super().__init__(kind, details)
        self.kind = kind
        self.details = details


@dataclass(frozen=True)
class Answer:
    """One suggestion of the file. `key`: a hash of what tells it apart; `line`: where its row begins."""

    key: str
    line: int
    strategy: str
    zone: str | None
    text: str


@dataclass(frozen=True)
class Rejected:
    """A row that is not brought in: the line where it begins, from 1, and why."""

    line: int
    reason: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What is in a file. `encoding`: "utf-8", "utf-16", or "windows-1252" where it was neither."""

    answers: tuple[Answer, ...]
    rejected: tuple[Rejected, ...]
    encoding: str


@dataclass(frozen=True)
class Imported:
    """How many suggestions of a file are new, and how many were brought in before."""

    added: int
    known: int


def read(event: Event, raw: bytes) -> Reading:
    """Every suggestion of the file, and every row that is none. Raises `FileUnusable`."""
    text, encoding = _decoded(raw)
    rows = _rows(event, text)
    first, header = next(rows, (0, []))
    if header is None:
        raise FileUnusable("broken", line=first)
    if not any(header):
        raise FileUnusable("empty")
    columns = _columns(event, header)
    found: list[Answer] = []
    rejected: list[Rejected] = []
    by_answer: dict[str, tuple[int, object]] = {}
    alike: Counter[str] = Counter()
    for line, cells in rows:
        if cells is None:
            rejected.append(Rejected(line, "broken"))
            continue
        if not any(cells):
            continue
        row = _Row(line, {name: cells[at] if at < len(cells) else "" for name, at in columns.items()})
        wrong = _wrong(event, row, cells, len(header)) or _twice(event, row, by_answer)
        if wrong is None:
            found += _answers(event, row, alike)
        else:
            rejected.append(wrong)
    return Reading(tuple(found), tuple(rejected), encoding)


async def bring_in(database: Database, reading: Reading, now: datetime, *, dry_run: bool = False) -> Imported:
    """Keep what was not brought in before; with `dry_run`, only say how many that would be."""
    async with database.transaction() as tx:
        known = await stored.answers_known(tx, [each.key for each in reading.answers])
        new = {each.key: each for each in reading.answers if each.key not in known}
        if not dry_run:
            for each in new.values():
                await stored.add_answer(tx, each.key, each.strategy, each.zone, each.text, now)
    return Imported(len(new), len(reading.answers) - len(new))


# ----------------------------------------------------------------------------------------------- the file


def _decoded(raw: bytes) -> tuple[str, str]:
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for codec, name in (
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16") if marked else ("cp1252", "windows-1252"),
    ):
        try:
            return raw.decode(codec), name
        except UnicodeDecodeError:
            continue
    raise FileUnusable("unreadable")


def _rows(event: Event, text: str) -> Iterator[tuple[int, list[str] | None]]:
    """The rows with the line where each begins; the first is the first that is not empty.

    Cells have no white space around them, and line feeds alone within. None: a row that cannot be read.
    """
    said = _SAYS_SEPARATOR.match(text)
    skipped = 0
    if said is not None:
        # What a spreadsheet writes for its like.
        text, skipped = text[said.end() :], 1
    separator = _SEPARATORS.get(event.suggestions.separator or "")
    if separator is None:
        separator = said[1] if said is not None else _likely(event, text)
    begun = False
    for line, cells in _parsed(text, separator):
        begun = begun or cells is None or any(cells)
        if begun:
            yield line + skipped, cells


def _parsed(text: str, separator: str) -> Iterator[tuple[int, list[str] | None]]:
    lines = list(io.StringIO(text, newline=""))
    begun = 0
    while begun < len(lines):
        reader = csv.reader(
            map(lines.__getitem__, range(begun, len(lines))), delimiter=separator, strict=True
        )
        before = 0
        try:
            for cells in reader:
                yield begun + before + 1, [_clean(cell) for cell in cells]
                before = reader.line_num
            return
        except csv.Error:
            # A quotation mark that is not closed, or something behind it; or a cell of many pages. What it
            # took of the following lines is read anew: the next line is the next row.
            yield begun + before + 1, None
            begun += before + 1


def _clean(cell: str) -> str:
    cell = cell.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return "" if readable.is_blank(cell) else cell


def _likely(event: Event, text: str) -> str:
    """The separator with which the first line has most of the columns wanted; then, most columns."""
    wanted = {_folded(name) for name in _wanted(event)}
    first = next((line for line in text.splitlines() if line.strip()), "")

    def found(separator: str) -> tuple[int, int]:
        cells = {_folded(cell.strip(' "')) for cell in first.split(separator)}
        return len(wanted & cells), len(cells)

    return max(_SEPARATORS.values(), key=found)


def _wanted(event: Event) -> Sequence[str]:
    columns = event.suggestions.columns
    named = (columns.strategy, *columns.texts, columns.zone, columns.answer, columns.time)
    return [name for name in named if name is not None]


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _columns(event: Event, header: Sequence[str]) -> Mapping[str, int]:
    """Where each column of the event file stands."""
    there = tuple(name for name in header if name)
    if event.suggestions.columns.strategy is None:
        raise FileUnusable("not_mapped", found=there)
    folded = [_folded(name) for name in header]
    missing = tuple(name for name in _wanted(event) if _folded(name) not in folded)
    if missing:
        raise FileUnusable("columns_missing", missing=missing, found=there, n=len(missing))
    for name in _wanted(event):
        if folded.count(_folded(name)) > 1:
            raise FileUnusable("column_twice", column=name)
    return {name: folded.index(_folded(name)) for name in _wanted(event)}


# ----------------------------------------------------------------------------------------------- the rows


@dataclass(frozen=True)
class _Row:
    line: int
    cells: Mapping[str, str]

    def cell(self, name: str | None) -> str:
        return "" if name is None else self.cells[name]


def _wrong(event: Event, row: _Row, cells: Sequence[str], width: int) -> Rejected | None:
    columns = event.suggestions.columns
    if any(cells[width:]):
        return Rejected(row.line, "too_many_cells", {"cells": len(cells), "columns": width})
    strategy, zone = row.cell(columns.strategy), row.cell(columns.zone)
    if not strategy:
        return Rejected(row.line, "no_strategy", {"column": columns.strategy})
    reason = _wrong_strategy(event, strategy)
    if reason is not None:
        return Rejected(row.line, reason, {"given": strategy})
    reason = _wrong_zone(event, zone)
    if reason is not None:
        return Rejected(row.line, reason, {"given": zone})
    if not any(row.cell(name) for name in columns.texts):
        return Rejected(row.line, "no_text", {"columns": columns.texts})
    return None


def _wrong_strategy(event: Event, cell: str) -> str | None:
    if _names_several_strategies(event, cell):
        return "several_strategies"
    return "unknown_strategy" if strategy_of(event, cell) is None else None


def _wrong_zone(event: Event, cell: str) -> str | None:
    if _names_several_zones(event, cell):
        return "several_zones"
    return "unknown_zone" if cell and zone_of(event, cell) is None else None


def _twice(event: Event, row: _Row, known: dict[str, tuple[int, object]]) -> Rejected | None:
    """An answer that stands in the file before, with another content; the same content again is no harm."""
    answer = row.cell(event.suggestions.columns.answer)
    if not answer:
        return None
    before = known.setdefault(answer, (row.line, row.cells))
    if before[1] == row.cells:
        return None
    return Rejected(row.line, "answer_twice", {"given": answer, "other": before[0]})


def _answers(event: Event, row: _Row, alike: Counter[str]) -> Iterator[Answer]:
    """The suggestions of a row, one for each text.

    Without something that tells answers apart it is the content, and which of those alike in the file it is.
    """
    columns = event.suggestions.columns
    strategy = strategy_of(event, row.cell(columns.strategy))
    zone = zone_of(event, row.cell(columns.zone))
    assert strategy is not None, "checked before"
    for name in columns.texts:
        text = row.cell(name)
        if not text:
            continue
        answer = row.cell(columns.answer)
        if answer:
            key = _hash("answer", answer, name)
        else:
            content = _hash("content", row.cell(columns.time), strategy, zone or "", name, text)
            alike[content] += 1
            key = _hash(content, str(alike[content]))
        yield Answer(key, row.line, strategy, zone, text)


def _hash(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def strategy_of(event: Event, cell: str) -> str | None:
    """The strategy that a cell names: by the code at its beginning, or by its whole title or label."""
    found = _LEADING_CODE.match(cell)
    if found is not None:
        return suggestions.known(event, f"{int(found[1])}.{int(found[2])}")
    wanted = _folded(cell)
    for strategy in event.strategies:
        if wanted in {_folded(strategy.title), _folded(strategy.label)}:
            return strategy.code
    return None


def _names_several_strategies(event: Event, cell: str) -> bool:
    """Whether there are codes of more than one strategy in a cell: "3.2, 4.1"."""
    titles = {_folded(text) for each in event.strategies for text in (each.title, each.label)}
    if _folded(cell) in titles:
        return False
    codes = (suggestions.known(event, f"{int(each[1])}.{int(each[2])}") for each in _CODE.finditer(cell))
    return len(set(codes) - {None}) > 1


def _names_several_zones(event: Event, cell: str) -> bool:
    """Whether there are numbers of more than one zone in a cell: "5 e 6"."""
    if joining.find_zone(cell, event) is not None:
        return False
    zones = (joining.find_zone(each[0], event) for each in _ZONE_NUMBER.finditer(cell))
    return len(set(zones) - {None}) > 1


def zone_of(event: Event, cell: str) -> str | None:
    """The zone that a cell names: by its name, or by its number ("5", "Zona 5, Pinerolese")."""
    found = joining.find_zone(cell, event)
    if found is not None or not cell:
        return found
    number = _LEADING_NUMBER.match(cell)
    return None if number is None else joining.find_zone(number[1], event)
