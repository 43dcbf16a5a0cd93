"""The facilitators' dashboard of a table, as others see it: something that may have to be drawn anew.

What it shows is in `participation/phases.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import screens

if TYPE_CHECKING:
    from storage.database import Transaction

SCREEN = "table"


async def refresh(tx: Transaction, table: str) -> None:
    """A figure of the table changed: who facilitates it sees it, if they have the dashboard."""
    await screens.redraw_for_facilitators(tx, table, f"{SCREEN}:{table}")
