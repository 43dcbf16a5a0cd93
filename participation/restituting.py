"""Asking for the restitution, making it, looking at it and publishing it.

It is frozen when the agenda ends Session 2: what is contributed later is not in it, but what the regia does
to themes until it is made is. A version stays as it was made; after a look it goes to the channel, and to
each who facilitates a card of their table. Everything rests in the store: a version that was asked for is
made (`bot/themes.py`) and shown, whatever is killed in between.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from participation import notices, posts, restitution, roles, theme_board
from participation.aggregates import RestitutionTheme
from participation.event import Phase
from participation.posts import Post
from participation.restitution import Material, Spoken
from participation.restitution_notices import (
    RestitutionCard,
    RestitutionCards,
    RestitutionComing,
    RestitutionFrozen,
    RestitutionList,
    RestitutionPublished,
    RestitutionReady,
    RestitutionRefused,
    RestitutionScript,
    ThemeListed,
    ThemeTold,
    VoiceListed,
)
from storage import outbox, syntheses, tables, themes
from storage import restitution as stored
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from participation.aggregates import Restitution
    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Database, Reader, Transaction
    from storage.people import Person
    from storage.restitution import Version
    from storage.themes import Placed

PATIENCE: Final = timedelta(seconds=30)
"""How long a version waits for contributions to be read, before it is made of what was: so that it is shown
within a minute, a third of which goes to Telegram's pace of a message a second."""

COMMAND: Final = "restituzione"

TOLD: Final = 3
"""Themes of a kind that are read aloud."""

SHOW, FREEZE, PUBLISH, UNCLEAR = "show", "freeze", "publish", "unclear"


def read_command(text: str, words: Mapping[str, str]) -> str:
    """What stands behind `/restituzione`: SHOW, FREEZE, PUBLISH or UNCLEAR. `words`: meanings, casefolded."""
    plain = " ".join(text.casefold().split())
    return words.get(plain, UNCLEAR) if plain else SHOW


def unclear(text: str) -> RestitutionRefused:
    """What to say about something else behind it."""
    return RestitutionRefused(reason="unclear", misread=text)


# --- asking and freezing -------------------------------------------------------------------------------


async def ask(
    database: Database, event: Event, person: Person, channel: int | None, act: str, now: datetime
) -> Notice:
    """Have the restitution shown to somebody of the regia, as it is now: made anew if something has changed.

    `act` is the key of the update that asked: delivered again, nothing is shown twice.
    """
    async with database.transaction() as tx:
        if not await roles.is_regia(tx, person):
            return notices.NotAllowed(command=COMMAND)
        until = await stored.frozen_at(tx)
        newest = await stored.newest(tx)
        ready = newest is not None and newest.basis == await _basis(tx)
        version = newest.number if ready and newest is not None else await stored.ask(tx, now)
        version = await stored.want_look(tx, act, version, person.id)
        made = await stored.of_number(tx, version)
        assert made is not None, "just found or asked for"
        if made.content is not None:
            await _show(tx, event, made, channel, now)
        return RestitutionComing(ready=made.content is not None, until=until)


async def freeze(database: Database, person: Person, act: str, now: datetime) -> Notice | None:
    """Freeze the restitution now, before the agenda does or after it did; None when that was done.

    All of the regia are told, who did it among them. `act`: as in `ask`.
    """
    async with database.transaction() as tx:
        if not await roles.is_regia(tx, person):
            return notices.NotAllowed(command=COMMAND)
        if await outbox.announced(tx, f"frozen:{act}") is None:
            await freeze_in(tx, f"frozen:{act}", now)
    return None


async def freeze_by_agenda(tx: Transaction, key: str, now: datetime) -> None:
    """It is time. Where somebody of the regia has frozen it before, that stands."""
    if await stored.frozen_at(tx) is None:
        await freeze_in(tx, key, now)


async def freeze_in(tx: Transaction, key: str, now: datetime) -> None:
    """What is contributed from now on is not in it; it is made at once, to be there when asked for."""
    await stored.freeze(tx, now)
    await stored.ask(tx, now)
    told = RestitutionFrozen(until=now, talking=await _talking(tx))
    await outbox.announce(tx, key, "regia", notices.dump(told), now, urgency=Urgency.POST)


async def _talking(reader: Reader) -> tuple[str, ...]:
    return tuple(row.code for row in await tables.all_tables(reader) if row.phase == Phase.SESSION2)


async def _basis(reader: Reader) -> str:
    """What a version is made of, so that one is made anew only when this has changed."""
    until = await stored.frozen_at(reader)
    state = await themes.state(reader)
    return json.dumps(
        [
            None if until is None else until.isoformat(),
            state.changes,
            state.grouped,
            state.newest_act,
            state.described,
            state.unread,
            state.told,
            await _talking(reader),
        ]
    )


# --- making --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """The version that is to be made; `overdue`: it waits no longer for contributions to be read."""

    version: Version
    overdue: bool


async def wanted(reader: Reader, now: datetime) -> Wanted | None:
    """The version that is to be made."""
    found = await stored.wanted(reader)
    return None if found is None else Wanted(found, now - found.asked_at >= PATIENCE)


async def material(reader: Reader, event: Event, version: Version, now: datetime) -> tuple[Material, str]:
    """What a version is to be made of, and the basis to store it with."""
    basis = await _basis(reader)
    until = await stored.frozen_at(reader)
    look = await theme_board.read(reader, event, until)
    return (
        Material(
            version=version.number,
            at=now,
            until=until,
            language=event.language,
            axes=tuple(axis.code for axis in event.axes),
            tables=tuple(table.code for table in event.tables),
            axis_of={strategy.code: event.axis_of(strategy.code).code for strategy in event.strategies},
            talking=await _talking(reader),
            spoken=tuple(_spoken(look)),
            themes=tuple(
                RestitutionTheme(
                    number=item.number,
                    title=item.title,
                    keywords=item.keywords,
                    recurring=item.recurring,
                    crosscutting=item.crosscutting,
                    tables=_tables(event, look.members[item.number]),
                    axes=item.axes,
                    voices=item.voices,
                    contributions=sum(1 + len(each.merged) for each in look.members[item.number]),
                    plenary=item.plenary,
                )
                for item in look.items
            ),
            vectors=await themes.vectors(reader),
        ),
        basis,
    )


def _spoken(look: theme_board.Look) -> Iterator[Spoken]:
    for theme, members in (*look.members.items(), (None, look.leftovers)):
        for each in members:
            yield Spoken(
                each.number,
                each.session,
                each.table,
                each.person,
                each.strategy,
                each.text,
                theme,
                each.merged,
                each.plenary,
            )


def _tables(event: Event, members: Sequence[Placed]) -> tuple[str, ...]:
    here = {each.table for each in members}
    return tuple(table.code for table in event.tables if table.code in here)


async def keep(
    database: Database, event: Event, made: Restitution, basis: str, channel: int | None, now: datetime
) -> bool:
    """Keep a version that is made, and show it to all who asked for it; whether it was still to be made."""
    async with database.transaction() as tx:
        if not await stored.make(tx, made.version, basis, restitution.dump(made), now):
            return False
        version = await stored.of_number(tx, made.version)
        assert version is not None, "just made"
        await _show(tx, event, version, channel, now)
        return True


# --- looking -------------------------------------------------------------------------------------------


async def _show(tx: Transaction, event: Event, version: Version, channel: int | None, now: datetime) -> None:
    """All pages, the script, the cards and what publishes it, to each who wants to look."""
    assert version.content is not None, "only what is made is shown"
    made = restitution.load(version.content)
    published = await stored.published(tx)
    other = published is not None and published.number != version.number
    told: list[Notice] = [
        listed(made),
        script(made),
        RestitutionCards(cards=await _cards(tx, event, made)),
        ready(made, version, channel, earlier=published.published_at if published and other else None),
    ]
    for look in await stored.to_show(tx, version.number):
        key = f"restitution:{version.number}:{look.key}"
        contents = [*_posts(made), *map(notices.dump, told)]
        for number, content in enumerate(contents):
            await outbox.post(
                tx, f"{key}:{number:03}", look.chat, content, now, urgency=Urgency.ASKED, person=look.person
            )


def _posts(made: Restitution) -> list[str]:
    return [
        posts.dump(Post(post="restitution", at=made.at, version=made.version, page=page.name))
        for page in restitution.pages(made)
    ]


def ready(
    made: Restitution, version: Version, channel: int | None, earlier: datetime | None
) -> RestitutionReady:
    """A version in figures."""
    return RestitutionReady(
        version=made.version,
        until=made.until,
        at=made.at,
        contributions=made.contributions,
        people=made.people,
        tables=len(made.by_table),
        recurring=len(made.of_kind("recurring")),
        crosscutting=len(made.of_kind("crosscutting")),
        single=len(made.of_kind("single")),
        voices=len(made.voices),
        unread=made.unread,
        talking=made.talking,
        pages=len(restitution.pages(made)),
        published_at=version.published_at,
        earlier=earlier,
        channel=channel is not None,
    )


def listed(made: Restitution) -> RestitutionList:
    """All that is on the pages, and what has no room there."""
    return RestitutionList(
        themes=tuple(
            ThemeListed(
                number=theme.number,
                title=theme.title,
                tables=theme.tables,
                recurring=theme.recurring,
                crosscutting=theme.crosscutting,
            )
            for theme in made.themes
        ),
        voices=tuple(VoiceListed(table=voice.table, words=voice.words) for voice in made.voices),
    )


def script(made: Restitution) -> RestitutionScript:
    """What is read aloud of it. A theme that is both is told where it comes back."""
    recurring, crosscutting = made.of_kind("recurring"), made.of_kind("crosscutting")
    first = recurring[:TOLD]
    return RestitutionScript(
        contributions=made.contributions,
        tables=len(made.by_table),
        recurring=len(recurring),
        crosscutting=len(crosscutting),
        single=len(made.of_kind("single")),
        voices=len(made.voices),
        told_recurring=tuple(map(_told, first)),
        told_crosscutting=tuple(_told(theme) for theme in crosscutting if theme not in first)[:TOLD],
    )


def _told(theme: RestitutionTheme) -> ThemeTold:
    return ThemeTold(
        number=theme.number,
        title=theme.title,
        tables=len(theme.tables),
        axes=len(theme.axes),
        recurring=theme.recurring,
        crosscutting=theme.crosscutting,
    )


async def _cards(reader: Reader, event: Event, made: Restitution) -> tuple[RestitutionCard, ...]:
    """The cards of all tables, each with the synthesis that it sent, as it is by now."""
    sent = await syntheses.newest(reader)
    return tuple(
        card(made, table.code, sent[table.code].text if table.code in sent else None)
        for table in event.tables
    )


def card(made: Restitution, table: str, synthesis: str | None) -> RestitutionCard:
    """What a table finds of itself in it."""
    here = [theme for theme in made.themes if table in theme.tables]
    return RestitutionCard(
        table=table,
        until=made.until,
        synthesis=synthesis,
        contributions=made.by_table.get(table, 0),
        shared=tuple(_told(theme) for theme in here if len(theme.tables) > 1),
        own=tuple(_told(theme) for theme in here if len(theme.tables) == 1),
        voices=tuple(
            VoiceListed(table=table, words=voice.words) for voice in made.voices if voice.table == table
        ),
    )


async def page_of(reader: Reader, version: int, name: str) -> tuple[Restitution, restitution.Page]:
    """A page of a version, to be drawn. Raises `KeyError` when there is none."""
    found = await stored.of_number(reader, version)
    if found is None or found.content is None:
        raise KeyError(version)
    made = restitution.load(found.content)
    return made, restitution.page(made, name)


# --- publishing ----------------------------------------------------------------------------------------


async def publish(
    database: Database, event: Event, person: Person, version: str | None, channel: int | None, now: datetime
) -> Notice:
    """Have a version (None: the newest) go to the channel, and its cards to who facilitates; once.

    Only what is frozen, and only somebody who was shown it.
    """
    async with database.transaction() as tx:
        if not await roles.is_regia(tx, person):
            return notices.NotAllowed(command=COMMAND)
        number = int(version) if version and version.isdecimal() and len(version) < 10 else 0  # noqa: PLR2004
        found = await (stored.newest(tx) if version is None else stored.of_number(tx, number))
        if found is None or found.content is None:
            return RestitutionRefused(reason="unknown")
        made = restitution.load(found.content)
        if made.until is None:
            return RestitutionRefused(reason="draft")
        if not await stored.has_looked(tx, found.number, person.id):
            return RestitutionRefused(reason="unseen")
        new = await stored.publish(tx, found.number, now)
        pages = [*_posts(made), notices.dump(listed(made))]
        if new and channel is not None:
            for number, content in enumerate(pages):
                key = f"restitution:{found.number}:channel:{number:03}"
                await outbox.post(tx, key, channel, content, now, urgency=Urgency.POST)
        if new:
            for each in await _cards(tx, event, made):
                await outbox.announce(
                    tx,
                    f"restitution:{found.number}:card:{each.table}",
                    f"facilitators:{each.table}",
                    notices.dump(each),
                    now,
                    urgency=Urgency.POST,
                )
        return RestitutionPublished(
            version=found.number,
            at=now if new else (found.published_at or now),
            pages=len(pages) - 1,
            cards=len(event.tables),
            already=not new,
            channel=channel is not None,
        )
