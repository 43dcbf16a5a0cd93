"""Telegram's menu of each person whose menu is not everybody's: what is wanted, and what was set.

Wanting is cheap and may happen in any transaction; `bot/menus.py` sets the newest when it may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.database import Reader, Transaction


@dataclass(frozen=True)
class Menu:
    """A menu that may have to be set. `language`: in which the person is spoken to; `chosen`: by themselves.

    `set_hash` tells what was set last, None when nothing ever was.
    """

    person: int
    chat: int
    language: str
    chosen: bool
    wanted: int
    set_hash: str | None


async def want(tx: Transaction, person: int) -> None:
    """A person's roles or language changed: have their menu looked at."""
    await tx.fetch(
        "INSERT INTO menus (person_id) VALUES ($1)"
        " ON CONFLICT (person_id) DO UPDATE SET wanted_version = menus.wanted_version + 1",
        person,
    )


async def want_all(tx: Transaction) -> None:
    """Have every menu looked at: this version of the bot may have other commands."""
    await tx.fetch("UPDATE menus SET wanted_version = wanted_version + 1")


async def wanted(reader: Reader, limit: int, after: int = 0) -> Sequence[Menu]:
    """Menus to look at, of people who can be reached, from behind the person `after`."""
    rows = await reader.fetch(
        "SELECT m.person_id, p.telegram_id, p.language, p.language_chosen, m.wanted_version, m.set_hash"
        " FROM menus m JOIN people p ON p.id = m.person_id"
        " WHERE m.wanted_version > m.set_version AND p.unreachable_since IS NULL AND m.person_id > $2"
        " ORDER BY m.person_id LIMIT $1",
        limit,
        after,
    )
    return [
        Menu(
            row["person_id"],
            row["telegram_id"],
            row["language"],
            bool(row["language_chosen"]),
            row["wanted_version"],
            row["set_hash"],
        )
        for row in rows
    ]


async def underway(tx: Transaction, menu: Menu) -> None:
    """The menu is about to be set: what Telegram shows is not known until it answered."""
    await tx.fetch("UPDATE menus SET set_hash = NULL WHERE person_id = $1", menu.person)


async def was_set(tx: Transaction, menu: Menu, digest: str) -> None:
    """The menu is as it was wanted when it was looked at."""
    await tx.fetch(
        "UPDATE menus SET set_version = $2, set_hash = $3 WHERE person_id = $1 AND set_version < $2",
        menu.person,
        menu.wanted,
        digest,
    )
