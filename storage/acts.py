"""Acts that mean something else when they are done again: "the next question", "close what is open".

After a kill Telegram delivers again what was not confirmed yet. An act that names the state it wishes can be
done once more; one that depends on the state it finds is done once, by the key of the update it came in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.times import to_text

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Reader, Transaction


async def first_time(tx: Transaction, key: str | None, at: datetime) -> bool:
    """Whether this act was not done before, in one transaction with what it does. None is never known."""
    if key is None:
        return True
    return bool(
        await tx.fetch(
            "INSERT INTO acts (key, done_at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING key",
            key,
            to_text(at),
        )
    )


async def known(reader: Reader, key: str) -> bool:
    """Whether this act was done before."""
    return bool(await reader.fetch("SELECT key FROM acts WHERE key = $1", key))
