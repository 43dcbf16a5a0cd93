"""One-time links: made one by one or for many people at once, and used once. Only their hashes are kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from participation import notices
from participation.notices import Role
from storage import menus, roles
from storage.roles import Grant, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from participation.event import Event, Table
    from storage.database import Database, Transaction
    from storage.people import Person

INVITE = "i-"
"""What the payload of a one-time link begins with; table codes have no hyphen."""

OPERATOR = "operator"
"""Who makes links from the command line, in the trace."""


def hash_secret(payload: str) -> str:
    """What is kept of a one-time link. The secret is 96 random bits at least, so a plain hash is enough."""
    return hashlib.sha256(payload.encode()).hexdigest()


@dataclass(frozen=True)
class Invitation:
    """A link for one person. `table` and `venue` are None for a role over the event; `name` may be empty."""

    role: Role
    table: str | None
    name: str
    payload: str
    venue: str | None = None

    @property
    def grant(self) -> Grant:
        """What it gives."""
        return Grant(self.role, self.table or "", self.venue or "")


class AlreadyInvited(Exception):
    """Links for the same roles are out that nobody has used yet.

    `waiting` holds them as (role, table or venue or None, how many), in order.
    """

    def __init__(self, waiting: tuple[tuple[Role, str | None, int], ...]) -> None:
        super().__init__(waiting)
        self.waiting = waiting


def everybody(
    event: Event,
    tables: Sequence[Table],
    secret: Callable[[], str],
    *,
    regia: int = 0,
    assistants: int = 0,
    venues: bool = False,
) -> tuple[Invitation, ...]:
    """A link for each facilitator whom the event file names at these tables.

    Also for so many assistants at each table and people of the regia; with `venues`, for the leads that the
    file names of the venues where these tables are.
    """
    found: list[Invitation] = []
    for table in tables:
        for name in table.facilitators:
            found.append(Invitation(Role.FACILITATOR, table.code, name, f"{INVITE}{secret()}"))
        for _ in range(assistants):
            found.append(Invitation(Role.ASSISTANT, table.code, "", f"{INVITE}{secret()}"))
    here = {table.venue for table in tables} if venues else set()
    for venue in event.venues:
        if venue.code in here and venue.lead is not None:
            found.append(
                Invitation(Role.VENUE_LEAD, None, venue.lead, f"{INVITE}{secret()}", venue=venue.code)
            )
    found += [Invitation(Role.REGIA, None, "", f"{INVITE}{secret()}") for _ in range(regia)]
    return tuple(found)


def expiry(event: Event, now: datetime, otherwise: datetime) -> datetime:
    """When a link made now runs out: with the event's tables; `otherwise` when they are over already."""
    end = event.moment(event.end)
    return end if end > now else otherwise


async def keep(
    database: Database, invitations: Sequence[Invitation], now: datetime, until: datetime, *, again: bool
) -> None:
    """Make the links good until `until`, all of them or none; only their hashes are kept.

    Raises `AlreadyInvited` when links for the same roles are waiting to be used, unless `again`.
    """
    wanted = {each.grant for each in invitations}
    async with database.transaction() as tx:
        waiting: dict[Grant, int] = {}
        for invite in await roles.waiting(tx, now):
            if invite.grant in wanted:
                waiting[invite.grant] = waiting.get(invite.grant, 0) + 1
        if waiting and not again:
            raise AlreadyInvited(
                tuple((Role(g.role), g.table or g.venue or None, n) for g, n in waiting.items())
            )
        for each in invitations:
            await add(tx, each.grant, each.payload, now, until)


async def invite(
    database: Database,
    role: Role,
    table: str | None,
    secret: str,
    now: datetime,
    until: datetime,
    *,
    venue: str | None = None,
) -> str:
    """Make a one-time link for a role, from the command line; returns the payload of its deep link."""
    payload = f"{INVITE}{secret}"
    async with database.transaction() as tx:
        await add(tx, Grant(role, table or "", venue or ""), payload, now, until)
    return payload


async def add(
    tx: Transaction,
    grant: Grant,
    payload: str,
    now: datetime,
    until: datetime,
    *,
    by: Person | None = None,
    by_role: str = OPERATOR,
    asked: str | None = None,
) -> int:
    """Keep a link and who made it; its number. `asked`: the question it was asked back by."""
    number = await roles.add_invite(tx, hash_secret(payload), grant, now, until, asked)
    maker = None if by is None else by.id
    await roles.add_trace(tx, Trace(now, "link_made", grant, maker, by_role, invite=number))
    return number


async def use(database: Database, person: Person, payload: str, now: datetime) -> notices.Notice:
    """Somebody opened a link.

    Who holds the role already and opens a link again (or whose update comes again) is told the same, and a
    link that was meant for a colleague is not used up.
    """
    secret_hash = hash_secret(payload)
    async with database.transaction() as tx:
        found = await roles.find_invite(tx, secret_hash)
        if found is None:
            return notices.InviteRefused(reason="unknown")
        grant = found.grant
        if grant not in await roles.grants(tx, person.id):
            if not await roles.use_invite(tx, secret_hash, person.id, now):
                expired = found.used_at is None and found.expires_at <= now
                reason = "revoked" if found.revoked_at else "expired" if expired else "used"
                return notices.InviteRefused(reason=reason)
            number = await roles.grant(
                tx, person.id, grant.role, grant.table, now, venue=grant.venue, invite=found.id
            )
            used = Trace(now, "link_used", grant, person.id, grant.role, found.id, number, person.id)
            await roles.add_trace(tx, used)
            await menus.want(tx, person.id)
        return notices.RoleGranted(
            role=Role(grant.role), table=grant.table or None, venue=grant.venue or None
        )
