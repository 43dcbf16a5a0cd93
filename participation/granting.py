"""Links for roles and taking both away: who may, what is asked back, what it does, and the list of it all.

The regia makes links for every role; who leads a table, for assistants there. Only the regia revokes.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict

from participation import invitations, notices, roles
from participation.notices import Role
from storage import menus, outbox, paper, people, screens, tables, ties
from storage import roles as stored
from storage.outbox import Urgency
from storage.roles import Grant, Held, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from participation.confirming import Asker
    from participation.event import Event
    from storage.database import Database, Reader, Transaction
    from storage.people import Person
    from storage.roles import Invite

HOURS: Final = 72
"""How long a link is good that is made when the event is over."""

STEPS_SHOWN: Final = 6
"""What was done last about a place, at most."""

AT_A_TABLE: Final = (Role.FACILITATOR, Role.ASSISTANT)

_NUMBERED = re.compile(r"([A-Za-z])\s*(\d{1,9})")


class MakeLink(BaseModel):
    """Make a one-time link. `table` and `venue` are "" where the role is not over one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["link"] = "link"
    role: Role
    table: str = ""
    venue: str = ""

    @property
    def grant(self) -> Grant:
        """What the link gives."""
        return Grant(self.role, self.table, self.venue)


class Revoke(BaseModel):
    """Take away a role or a link, by its number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["revoke"] = "revoke"
    what: Literal["role", "link"]
    number: int


# --- reading -------------------------------------------------------------------------------------------


def read_link(text: str, event: Event, words: Mapping[str, Role]) -> MakeLink | notices.LinkUnclear:
    """What `/link` names: a role (`words`, casefolded, may be several words) and its place, in any order.

    Nothing is guessed: of a misspelt word the nearest is named.
    """
    plain = text.casefold().replace(",", " ").split()
    for length in range(len(plain), 0, -1):
        for start in range(len(plain) - length + 1):
            role = words.get(" ".join(plain[start : start + length]))
            if role is not None:
                rest = " ".join(plain[:start] + plain[start + length :])
                return _place(role, rest, event)
    known = [word for word in words if " " not in word]
    for word in plain:
        near = difflib.get_close_matches(word, known, n=1)
        if near:
            return notices.LinkUnclear(misread=word, regia=True, nearest=near[0])
    return notices.LinkUnclear(misread=text, regia=True)


def _place(role: Role, text: str, event: Event) -> MakeLink | notices.LinkUnclear:
    if role is Role.REGIA:
        return notices.LinkUnclear(misread=text, regia=True) if text else MakeLink(role=role)
    if role is Role.VENUE_LEAD:
        for venue in event.venues:
            if text in {venue.code.casefold(), venue.name.casefold()}:
                return MakeLink(role=role, venue=venue.code)
        known = [each.code for each in event.venues]
    else:
        try:
            return MakeLink(role=role, table=event.table(text.replace(" ", "")).code)
        except KeyError:
            known = [each.code.casefold() for each in event.tables]
    near = difflib.get_close_matches(text, known, n=1) if text else []
    return notices.LinkUnclear(misread=text, regia=True, nearest=near[0] if near else None)


def read_numbered(text: str) -> tuple[str, int] | None:
    """What "R5", "l 7" or "P17" names: the letter and the number; None for anything else."""
    found = _NUMBERED.fullmatch(text.strip().rstrip("."))
    return (found[1].upper(), int(found[2])) if found else None


# --- links ---------------------------------------------------------------------------------------------


async def may_make(reader: Reader, person: Person, grant: Grant) -> Role | None:
    """As what a person may make a link for this; None when they may not."""
    if await roles.is_regia(reader, person):
        return Role.REGIA
    if grant.role == Role.ASSISTANT and grant.table in await roles.tables_facilitated(reader, person):
        return await roles.leading_role(reader, person.id, grant.table)
    return None


async def command(
    database: Database, event: Event, text: str, words: Mapping[str, Role], who: Asker
) -> notices.Notice:
    """`/link facilitatore T5`; `/link` of who leads one table is for an assistant there."""
    regia = await roles.is_regia(database, who.person)
    own = await roles.tables_facilitated(database, who.person)
    if not (regia or own):
        return notices.NotAllowed(command="link")
    read = read_link(text, event, words) if regia else _of_own_table(text, event, words, own)
    if isinstance(read, notices.LinkUnclear):
        return read.model_copy(update={"regia": regia, "tables": () if regia else own})
    return await ask_link(database, event, read, who)


def _of_own_table(
    text: str, event: Event, words: Mapping[str, Role], own: Sequence[str]
) -> MakeLink | notices.LinkUnclear:
    """The same of who leads tables: the role may be left out, and the table where they have one alone."""
    meant = text.strip()
    role = words.get(meant.casefold())
    if len(own) == 1 and (not meant or role is Role.ASSISTANT):
        return MakeLink(role=Role.ASSISTANT, table=own[0])
    try:
        return MakeLink(role=Role.ASSISTANT, table=event.table(meant).code)
    except KeyError:
        return read_link(text, event, words)


async def press_link(database: Database, event: Event, role: str, place: str, who: Asker) -> notices.Notice:
    """The button for a link at a place."""
    there = read_place(place, event)
    if there is None or role not in set(Role):
        return notices.ButtonOutdated()
    act = MakeLink(role=Role(role), table=there[0], venue=there[1])
    return await ask_link(database, event, act, who)


def read_place(place: str, event: Event) -> tuple[str, str] | None:
    """The table and venue ("" each where it is not) that a button names; None when there is no such place.

    "t.T6" is a table, "v.2" the second venue of the event file, "r" the regia.
    """
    kind, _, name = place.partition(".")
    if place == "r":
        return "", ""
    if kind == "t" and name in {table.code for table in event.tables}:
        return name, ""
    if kind == "v" and name.isdecimal() and 1 <= int(name) <= len(event.venues):
        return "", event.venues[int(name) - 1].code
    return None


async def ask_link(database: Database, event: Event, act: MakeLink, who: Asker) -> notices.Notice:
    """A link is asked back before it is made."""
    async with database.transaction() as tx:
        if await may_make(tx, who.person, act.grant) is None:
            return notices.NotAllowed(command="link")
        if not _known(event, act):
            return notices.ButtonOutdated()
        token = await who.keep(tx, act)
        if token is None:
            return notices.AskEnded(reason="done")
        return notices.LinkAsked(
            token=token,
            role=act.role,
            table=act.table or None,
            venue=act.venue or None,
            until=_until(event, who.now),
            waiting=sum(each.grant == act.grant for each in await stored.waiting(tx, who.now)),
        )


def _known(event: Event, act: MakeLink) -> bool:
    """Whether the event has this role there: a press may say anything."""
    at_table = act.role in AT_A_TABLE
    if bool(act.table) is not at_table or bool(act.venue) is not (act.role is Role.VENUE_LEAD):
        return False
    return (not act.table or act.table in {table.code for table in event.tables}) and (
        not act.venue or act.venue in {venue.code for venue in event.venues}
    )


def _until(event: Event, now: datetime) -> datetime:
    return invitations.expiry(event, now, now + timedelta(hours=HOURS))


async def make_in(tx: Transaction, event: Event, act: MakeLink, token: str, who: Asker) -> notices.Notice:
    """Make a link that was confirmed. Its secret is in the answer alone: what is kept is a hash."""
    by_role = await may_make(tx, who.person, act.grant)
    assert by_role is not None, "asked a moment ago"
    until = _until(event, who.now)
    # The answer's own token: random, and nothing keeps it.
    payload = f"{invitations.INVITE}{who.token}"
    number = await invitations.add(
        tx, act.grant, payload, who.now, until, by=who.person, by_role=by_role, asked=token
    )
    return notices.LinkMade(
        number=number,
        role=act.role,
        table=act.table or None,
        venue=act.venue or None,
        until=until,
        payload=payload,
        bot=who.bot,
    )


async def made_before(reader: Reader, token: str) -> notices.Notice | None:
    """What is said when a link that was made is asked for again; None when none was."""
    found = await stored.invite_asked(reader, token)
    if found is None:
        return None
    return notices.LinkNotShown(
        number=found.id,
        role=Role(found.grant.role),
        table=found.grant.table or None,
        venue=found.grant.venue or None,
    )


# --- the list ------------------------------------------------------------------------------------------


async def shown(
    reader: Reader, event: Event, now: datetime, misread: str | None = None
) -> notices.RolesShown:
    """Every place with its roles and waiting links: the regia, the venues, the tables."""
    book = await _book(reader, now)
    return notices.RolesShown(
        places=(
            book.place("", ""),
            *(book.place("", venue.code) for venue in event.venues),
            *(book.place(table.code, "") for table in event.tables),
        ),
        misread=misread,
    )


async def list_command(reader: Reader, event: Event, text: str, now: datetime) -> notices.Notice:
    """`/ruoli`; with a table, a venue or "regia" behind it, that place in full."""
    meant = " ".join(text.split()).casefold()
    if meant == Role.REGIA:
        return await place(reader, now, "", "")
    for venue in event.venues:
        if meant in {venue.code.casefold(), venue.name.casefold()}:
            return await place(reader, now, "", venue.code)
    try:
        return await place(reader, now, event.table(meant).code, "")
    except KeyError:
        return await shown(reader, event, now)


async def press_place(reader: Reader, event: Event, name: str, now: datetime) -> notices.Notice:
    """The button of a place."""
    there = read_place(name, event)
    return notices.ButtonOutdated() if there is None else await place(reader, now, *there)


async def place(reader: Reader, now: datetime, table: str, venue: str) -> notices.PlaceRoles:
    """The roles and waiting links of a table, a venue, or ("" both) the regia; and what was done last."""
    return (await _book(reader, now)).place(table, venue, steps=STEPS_SHOWN)


@dataclass(frozen=True)
class _Book:
    """All roles held, all links that wait, and the whole trace."""

    held: Sequence[Held]
    waiting: Sequence[Invite]
    traced: Sequence[Trace]

    def place(self, table: str, venue: str, *, steps: int = 0) -> notices.PlaceRoles:
        """What there is of one place, with the last `steps` of its trace."""
        makers = {each.invite: each.by_role for each in self.traced if each.act == "link_made"}
        done = [each for each in self.traced if _is_at(each.grant, table, venue)]
        return notices.PlaceRoles(
            table=table or None,
            venue=venue or None,
            held=tuple(
                notices.RoleHeld(
                    number=each.id,
                    person=each.person,
                    role=Role(each.grant.role),
                    at=each.at,
                    link=each.invite,
                    reachable=each.reachable,
                )
                for each in self.held
                if _is_at(each.grant, table, venue)
            ),
            links=tuple(
                notices.LinkWaiting(
                    number=each.id,
                    role=Role(each.grant.role),
                    at=each.created_at,
                    until=each.expires_at,
                    by=makers.get(each.id, invitations.OPERATOR),
                )
                for each in self.waiting
                if _is_at(each.grant, table, venue)
            ),
            steps=tuple(
                notices.RoleStep(
                    at=each.at,
                    act=each.act,
                    role=Role(each.grant.role),
                    by=each.by_role,
                    person=each.person,
                    link=each.invite,
                )
                for each in done[max(0, len(done) - steps) :]
            ),
        )


def _is_at(grant: Grant, table: str, venue: str) -> bool:
    return (grant.table, grant.venue) == (table, venue)


async def _book(reader: Reader, now: datetime) -> _Book:
    return _Book(await stored.held(reader), await stored.waiting(reader, now), await stored.traced(reader))


# --- revoking ------------------------------------------------------------------------------------------


async def ask_revocation(database: Database, event: Event, text: str, who: Asker) -> notices.Notice:
    """`/revoca R5`, `/revoca L7`: asked back; for anything else the list, which says the numbers."""
    if not await roles.is_regia(database, who.person):
        return notices.NotAllowed(command="revoca")
    read = read_numbered(text)
    if read is None or read[0] not in {"R", "L"}:
        return await shown(database, event, who.now, text.strip() or None)
    act = Revoke(what="role" if read[0] == "R" else "link", number=read[1])
    async with database.transaction() as tx:
        found = await _found(tx, act, who.now)
        if isinstance(found, notices.RevokeRefused):
            return found
        token = await who.keep(tx, act)
        if token is None:
            return notices.AskEnded(reason="done")
        grant = found.grant
        holder = found.person if isinstance(found, Held) else None
        others = [each for each in await stored.held(tx) if each.grant == grant and each != found]
        return notices.RevokeAsked(
            token=token,
            number=act.number,
            role=Role(grant.role),
            table=grant.table or None,
            venue=grant.venue or None,
            person=holder,
            own=holder == who.person.id,
            last=holder is not None and not others,
        )


async def _found(reader: Reader, act: Revoke, now: datetime) -> Held | Invite | notices.RevokeRefused:
    """What is to be revoked; or why it cannot be, and who did it if somebody did."""
    found: Held | Invite | None
    if act.what == "role":
        found = await stored.find_held(reader, act.number)
        reason = None if found else "none"
    else:
        found = invite = await stored.numbered_invite(reader, act.number)
        reason = "none"
        if invite is not None:
            used = "used" if invite.used_at is not None else "expired"
            reason = None if invite.waits(now) else used
    if found is not None and reason is None:
        return found
    done = next((each for each in await stored.traced(reader) if _is_about(each, act)), None)
    return notices.RevokeRefused(
        what=act.what,
        number=act.number,
        reason="revoked" if done is not None else reason or "none",
        by=None if done is None else done.by_role,
        at=None if done is None else done.at,
    )


def _is_about(trace: Trace, act: Revoke) -> bool:
    """Whether this is where it was revoked."""
    number = trace.role if act.what == "role" else trace.invite
    return trace.act == f"{act.what}_revoked" and number == act.number


async def revoke_in(tx: Transaction, act: Revoke, who: Asker) -> notices.Notice:
    """Revoke what was confirmed; who held a role is told."""
    found = await _found(tx, act, who.now)
    if isinstance(found, notices.RevokeRefused):
        return found
    grant = found.grant
    done = Trace(who.now, f"{act.what}_revoked", grant, who.person.id, Role.REGIA)
    if isinstance(found, Held):
        await stored.revoke(tx, found.id)
        number = await stored.add_trace(
            tx, replace(done, role=found.id, person=found.person, invite=found.invite)
        )
        await _strip(tx, found, number, who.now)
    else:
        await stored.revoke_invite(tx, found.id, who.now)
        await stored.add_trace(tx, replace(done, invite=found.id))
    return notices.Revoked(
        number=act.number,
        role=Role(grant.role),
        table=grant.table or None,
        venue=grant.venue or None,
        person=found.person if isinstance(found, Held) else None,
    )


async def _strip(tx: Transaction, lost: Held, number: int, now: datetime) -> None:
    """What goes with a role: its boards, what waits to be confirmed, its menu; and they are told."""
    person = await people.by_id(tx, lost.person)
    assert person is not None, "they held a role"
    leads = await roles.tables_facilitated(tx, person)
    for row in await tables.all_tables(tx):
        if row.code not in leads:
            await screens.forget(tx, person.id, row.code)
            await ties.forget_asked(tx, person.id, row.code)
    desk = await paper.desk(tx, person.id)
    if desk is not None and await roles.paper_role(tx, person, desk.table) is None:
        await paper.clear_desk(tx, person.id)
        await screens.redraw(tx, person.id, "sheet")
    await menus.want(tx, person.id)
    grant = lost.grant
    told = notices.RoleRevoked(role=Role(grant.role), table=grant.table or None, venue=grant.venue or None)
    await outbox.post(
        tx,
        f"role_revoked:{number}",
        person.telegram_id,
        notices.dump(told),
        now,
        urgency=Urgency.PHASE,
        person=person.id,
    )
