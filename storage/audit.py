"""All of a database, read at once, for whoever checks the whole of it against something else.

Not for the running bot: these read every row there is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import screens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.database import Reader
    from storage.screens import Screen


@dataclass(frozen=True)
class Kept:
    """A contribution as it stands. `chat` is that of who wrote it; `source` "person" or "table"."""

    chat: int
    table: str
    source: str
    session: int
    strategy: str | None
    question: str | None
    text: str
    withdrawn: bool


@dataclass(frozen=True)
class Posted:
    """A message of the outbox. `message` is None when it was not sent; `awaited`: it should still go out."""

    key: str
    chat: int
    content: str
    language: str | None
    message: int | None
    awaited: bool
    dead: bool


async def dots(reader: Reader) -> Mapping[int, Counter[str]]:
    """The dots on the ballot of each person at a table, by Telegram id."""
    rows = await reader.fetch(
        "SELECT p.telegram_id, d.strategy FROM people p JOIN ballot_owners o ON o.person_id = p.id"
        " LEFT JOIN dots d ON d.ballot_id = o.ballot_id WHERE p.table_code IS NOT NULL"
    )
    found: dict[int, Counter[str]] = {}
    for row in rows:
        on_ballot = found.setdefault(row["telegram_id"], Counter())
        if row["strategy"] is not None:
            on_ballot[row["strategy"]] += 1
    return found


async def sheets(reader: Reader) -> Mapping[tuple[str, int], Counter[str]]:
    """The dots of each sheet that stands, by table and number."""
    rows = await reader.fetch(
        "SELECT s.table_code, s.number, d.strategy FROM sheets s"
        " LEFT JOIN dots d ON d.ballot_id = s.ballot_id WHERE s.withdrawn_at IS NULL"
    )
    found: dict[tuple[str, int], Counter[str]] = {}
    for row in rows:
        on_it = found.setdefault((row["table_code"], row["number"]), Counter())
        if row["strategy"] is not None:
            on_it[row["strategy"]] += 1
    return found


async def runoffs(reader: Reader) -> Mapping[str, Counter[str]]:
    """What was chosen in the closed run-offs of each table, by taps and by hands together."""
    rows = await reader.fetch(
        "SELECT r.table_code, c.strategy, c.taps + c.hands AS chosen FROM runoffs r"
        " LEFT JOIN runoff_counts c ON c.table_code = r.table_code AND c.nth = r.nth"
        " WHERE r.closed_at IS NOT NULL"
    )
    found: dict[str, Counter[str]] = {}
    for row in rows:
        counts = found.setdefault(row["table_code"], Counter())
        if row["strategy"] is not None:
            counts[row["strategy"]] += row["chosen"]
    return found


async def contributions(reader: Reader) -> Sequence[Kept]:
    """Every contribution and note."""
    rows = await reader.fetch(
        "SELECT m.chat_id, c.table_code, c.source, c.session, c.strategy, c.question, c.text,"
        " c.withdrawn_at IS NOT NULL AS withdrawn"
        " FROM contributions c JOIN contribution_messages m ON m.contribution_id = c.id"
    )
    return [
        Kept(
            row["chat_id"],
            row["table_code"],
            row["source"],
            row["session"],
            row["strategy"],
            row["question"],
            row["text"],
            bool(row["withdrawn"]),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class InTheme:
    """A contribution, its text, whether it stands; and its place, if it has any: its number, and the theme.

    `theme` is None for none; `rows`: in how many places it is.
    """

    text: str
    stands: bool
    rows: int
    number: int | None
    theme: int | None


async def in_themes(reader: Reader) -> Sequence[InTheme]:
    """Every contribution and note, and where it is among the themes."""
    rows = await reader.fetch(
        "SELECT c.text, c.withdrawn_at IS NULL AND c.hidden_at IS NULL AND c.merged_into IS NULL AS stands,"
        " count(p.number) AS places,"
        " max(p.number) AS number, max(p.theme_id) AS theme"
        " FROM contributions c LEFT JOIN theme_places p ON p.contribution_id = c.id GROUP BY c.id"
    )
    return [
        InTheme(row["text"], bool(row["stands"]), row["places"], row["number"], row["theme"]) for row in rows
    ]


@dataclass(frozen=True)
class Gathered:
    """What became of a contribution at its table. `into`: the number of the one that it is merged into.

    `edited`: whether its text is another than at first.
    """

    hidden: bool
    into: int | None
    plenary: bool
    edited: bool


async def gathered(reader: Reader) -> Mapping[int, Gathered]:
    """Every contribution and note that was not withdrawn, by number."""
    rows = await reader.fetch(
        "SELECT n.number, c.hidden_at IS NOT NULL AS hidden, h.number AS head, c.plenary,"
        " c.edited_at IS NOT NULL AS edited"
        " FROM contributions c JOIN contribution_numbers n ON n.contribution_id = c.id"
        " LEFT JOIN contribution_numbers h ON h.contribution_id = c.merged_into"
        " WHERE c.withdrawn_at IS NULL"
    )
    return {
        row["number"]: Gathered(bool(row["hidden"]), row["head"], bool(row["plenary"]), bool(row["edited"]))
        for row in rows
    }


async def syntheses(reader: Reader) -> Mapping[str, Sequence[str]]:
    """The syntheses of each table that sent any, the first first."""
    found: dict[str, list[str]] = {}
    for row in await reader.fetch("SELECT table_code, text FROM syntheses ORDER BY table_code, version"):
        found.setdefault(row["table_code"], []).append(row["text"])
    return found


async def shown_screens(reader: Reader) -> Sequence[Screen]:
    """Every screen of somebody who can be reached."""
    return [
        screen
        for person in await reader.fetch("SELECT id FROM people WHERE unreachable_since IS NULL")
        for screen in await screens.of_person(reader, person["id"])
    ]


async def letters(reader: Reader) -> Sequence[Posted]:
    """Every message of the outbox."""
    rows = await reader.fetch(
        "SELECT o.key, o.chat_id, o.content, o.message_id,"
        " o.sent_at IS NULL AND o.superseded_at IS NULL AS unsent,"
        " o.dead_at IS NOT NULL AS dead, p.language, p.unreachable_since IS NOT NULL AS away"
        " FROM outbox o LEFT JOIN people p ON p.id = o.person_id ORDER BY o.id"
    )
    return [
        Posted(
            row["key"],
            row["chat_id"],
            row["content"],
            row["language"],
            row["message_id"],
            bool(row["unsent"] and not row["dead"] and not row["away"]),
            bool(row["dead"]),
        )
        for row in rows
    ]


async def moments(reader: Reader, like: str) -> Mapping[str, bool]:
    """The moments whose key begins so, and whether each was done."""
    rows = await reader.fetch("SELECT key, done_at FROM moments")
    return {row["key"]: row["done_at"] is not None for row in rows if row["key"].startswith(like)}
