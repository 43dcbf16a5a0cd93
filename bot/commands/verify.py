"""`bollini verify`: draw again what was drawn among tied strategies, and say whether it agrees.

From the database, or from a file alone: a record of one draw, or anything that holds such records, as what
`bollini summary` writes does. A record has `method`, `commitment`, `secret`, `word`, `strategies`, `places`
and `chosen`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from bot.settings import SettingsError, read_settings
from participation import draws, lots
from storage.database import DatabaseError
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_RECORD = TypeAdapter(lots.Record)

DISAGREES = {
    "method": "this version of Bollini does not know the method, so it cannot draw again",
    "commitment": "the secret is not the one whose hash was published",
    "strategies": "the places are not fewer than the strategies, or a strategy stands there twice",
    "chosen": "drawn again, others get the places",
    "published": "what was published before the draw says something else, or nothing was published",
}
"""What is said of each thing that does not agree."""


@dataclass(frozen=True)
class Drawn:
    """A draw, where it was found, and what does not agree besides what the record itself tells."""

    where: str
    record: lots.Record
    also: tuple[str, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which draws."""
    parser.add_argument("--draw", type=Path, metavar="FILE", help="a record of a draw, or a summary, as JSON")
    parser.add_argument("--database", type=Path, help="the database (default: BOLLINI_DATABASE)")


def run(arguments: argparse.Namespace) -> int:
    """Print each draw and whether it agrees; 1 when one does not, 2 when there is none to read."""
    try:
        found = _from_file(arguments.draw) if arguments.draw else _from_database(arguments.database)
    except (SettingsError, DatabaseError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if not found:
        print("There is no draw in it.", file=sys.stderr)
        return 2
    agree = True
    for drawn in found:
        print("\n".join(said(drawn)))
        agree = agree and not problems(drawn)
    return 0 if agree else 1


def problems(drawn: Drawn) -> tuple[str, ...]:
    """What does not agree, as keys of `DISAGREES`."""
    return (*lots.problems(drawn.record), *drawn.also)


def said(drawn: Drawn) -> Iterator[str]:
    """The lines about one draw."""
    record = drawn.record
    seed = lots.seed(record.secret, record.word)
    yield f"{drawn.where}: {record.places} of {', '.join(record.strategies)}"
    yield f"  method      {record.method}"
    yield f"  commitment  {record.commitment}"
    yield f"  seed        {seed}"
    yield "  tickets"
    for ticket, code in lots.tickets(seed, record.strategies):
        yield f"    {ticket}  {code}"
    yield f"  chosen      {', '.join(record.chosen)}"
    wrong = problems(drawn)
    if not wrong:
        yield "  It agrees."
    for kind in wrong:
        yield f"  It does not agree: {DISAGREES[kind]}."


def _from_file(path: Path) -> list[Drawn]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"{path} is not JSON: {error}"
        raise ValueError(message) from error
    return list(_records(content, str(path)))


def _records(content: Any, where: str) -> Iterator[Drawn]:
    """Every record in JSON, however deep."""
    if isinstance(content, dict):
        if "commitment" in content:
            try:
                yield Drawn(where, _RECORD.validate_python(content))
            except ValidationError as error:
                message = f"{where}: the record of a draw is incomplete:\n{error}"
                raise ValueError(message) from error
            return
        for key, value in content.items():
            yield from _records(value, f"{where} {key}")
    elif isinstance(content, list):
        for number, value in enumerate(content, start=1):
            yield from _records(value, f"{where} {number}")


def _from_database(given: Path | None) -> list[Drawn]:
    path: Path = given or read_settings().database
    if not path.exists():
        message = f"There is no database {path}. Name one: bollini verify --database FILE"
        raise ValueError(message)
    return asyncio.run(read(path))


async def read(path: Path) -> list[Drawn]:
    """Every draw of a database, compared with what was published before it, too."""
    database = await open_sqlite(path)
    try:
        return [
            Drawn(f"{draw.table}, tie {draw.nth}", draw.record, () if draw.published else ("published",))
            for draw in await draws.all_drawn(database)
        ]
    finally:
        await database.close()
