"""One-time links for many people at once, as they are printed on cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from participation.joining import INVITE, hash_secret
from participation.notices import Role
from storage import people

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from participation.event import Event, Table
    from storage.database import Database


@dataclass(frozen=True)
class Invitation:
    """A link for one person. `table` is None for a role over the event; `name` may be empty."""

    role: Role
    table: str | None
    name: str
    payload: str


class AlreadyInvited(Exception):
    """Links for the same roles are out that nobody has used yet.

    `waiting` holds them as (role, table or None, how many), in order.
    """

    def __init__(self, waiting: tuple[tuple[Role, str | None, int], ...]) -> None:
        super().__init__(waiting)
        self.waiting = waiting


def everybody(tables: Sequence[Table], regia: int, secret: Callable[[], str]) -> tuple[Invitation, ...]:
    """A link for each facilitator whom the event file names at these tables, and for `regia` people."""
    facilitators = [
        Invitation(Role.FACILITATOR, table.code, name, f"{INVITE}{secret()}")
        for table in tables
        for name in table.facilitators
    ]
    return (*facilitators, *(Invitation(Role.REGIA, None, "", f"{INVITE}{secret()}") for _ in range(regia)))


def expiry(event: Event, now: datetime, otherwise: datetime) -> datetime:
    """When a link printed now runs out: with the event's tables; `otherwise` when they are over already."""
    end = event.moment(event.end)
    return end if end > now else otherwise


async def keep(
    database: Database, invitations: Sequence[Invitation], now: datetime, until: datetime, *, again: bool
) -> None:
    """Make the links good until `until`, all of them or none; only their hashes are kept.

    Raises `AlreadyInvited` when links for the same roles are waiting to be used, unless `again`.
    """
    wanted = {(each.role, each.table) for each in invitations}
    async with database.transaction() as tx:
        waiting = tuple(
            (Role(row.role), row.table or None, row.count)
            for row in await people.waiting_invites(tx, now)
            if (row.role, row.table or None) in wanted
        )
        if waiting and not again:
            raise AlreadyInvited(waiting)
        for each in invitations:
            await people.add_invite(tx, hash_secret(each.payload), each.role, each.table or "", now, until)
