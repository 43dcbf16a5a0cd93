"""Who took a step at a table, as what: the second of two who take the same one is told.

Phases and prolongings say it in their own history; this is for the steps that have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from participation import roles
from participation.notices import Role
from storage import steps

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Reader, Transaction
    from storage.steps import Taken

PRIORITIES = "priorities"
"""The priorities were confirmed."""

TIE = "tie"
"""A tie (its number) was settled: places left empty, a run-off closed, a draw, by hand."""

RUNOFF = "runoff"
"""A run-off was opened for a tie."""

PROMISE = "promise"
"""What a tie is drawn by was published."""

PUT_ON = "put_on"
"""A strategy was put on."""


async def took(
    tx: Transaction, person: int, table: str, step: str, now: datetime, subject: object = ""
) -> None:
    """Somebody who leads a table took a step there."""
    role = await roles.leading_role(tx, person, table)
    await steps.took(tx, table, step, str(subject), role, person, now)


async def taken(reader: Reader, table: str, step: str, subject: object = "") -> Taken | None:
    """Who took it last, and when."""
    return await steps.taken(reader, table, step, str(subject))


async def role_of(
    reader: Reader, table: str, step: str, at: datetime | None, subject: object = ""
) -> Role | None:
    """As what somebody took the step that was taken at this moment; None when nobody of the table did."""
    found = await taken(reader, table, step, subject)
    return Role(found.role) if found is not None and found.at == at else None
