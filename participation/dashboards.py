"""The facilitators' dashboard of a table, as others see it: something that may have to be drawn anew.

What it shows is in `participation/phases.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import screens, tables

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Database, Transaction
    from storage.people import Person

SCREEN = "table"


async def adopt(database: Database, person: Person, screen: str, table: str, message: int) -> None:
    """A button of this message was pressed: from now on it is the one that is edited.

    After a kill there may be two copies, and people press the one they see.
    """
    async with database.transaction() as tx:
        await screens.adopt(tx, person.id, f"{screen}:{table}", message)


async def refresh(tx: Transaction, table: str) -> None:
    """A figure of the table changed: who facilitates it sees it, if they have the dashboard."""
    await screens.redraw_for_facilitators(tx, table, f"{SCREEN}:{table}")


async def active(tx: Transaction, table: str, now: datetime) -> None:
    """Somebody at the table did something: the regia sees that it is not silent."""
    await tables.active(tx, table, now)
