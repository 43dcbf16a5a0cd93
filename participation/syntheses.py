"""The synthesis that a table sends the regia: read back before it goes, again at will, every version kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from participation import dashboards, gathering, notices, personal_data, readable, roles
from participation.gathering_notices import (
    SynthesisAsked,
    SynthesisKept,
    SynthesisList,
    SynthesisSent,
    SynthesisUnclear,
    SynthesisWanted,
)
from storage import outbox, screens
from storage import syntheses as stored
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Reader, Transaction
    from storage.people import Person
    from storage.syntheses import Synthesis

LONGEST: Final = 3000
"""Signs of a synthesis at most: it is read aloud, and fits in one message."""


def unclear(text: str) -> SynthesisUnclear | None:
    """What to say about a synthesis that cannot be sent; None when it can, or is still to be typed."""
    if text and readable.is_blank(text):
        return SynthesisUnclear(length=0, most=LONGEST)
    length = len(text.strip())
    return SynthesisUnclear(length=length, most=LONGEST) if length > LONGEST else None


async def question(reader: Reader, table: str, text: str, token: str) -> Notice:
    """What is asked before it goes: the text itself; or, without one, for the text."""
    sent = await stored.of_table(reader, table)
    version = sent[0].version if sent else 0
    if not text:
        return SynthesisWanted(table=table, version=version)
    return SynthesisAsked(
        token=token, table=table, version=version + 1, text=text, personal=personal_data.kinds(text)
    )


async def send_in(
    tx: Transaction, table: str, text: str, person: Person, token: str, now: datetime
) -> Notice:
    """Send a synthesis that was confirmed, once: it is the table's from now on, and the regia hears of it."""
    if not text:
        return SynthesisUnclear(length=0, most=LONGEST)
    role = await roles.leading_role(tx, person.id, table)
    kept = await stored.add(tx, table, text, now, person.id, role, token)
    await outbox.announce(
        tx, f"synthesis:{token}", "regia", notices.dump(_sent(kept)), now, urgency=Urgency.POST
    )
    await screens.redraw_everywhere(tx, f"{gathering.SCREEN}:{table}")
    await dashboards.active(tx, table, now)
    return SynthesisKept(table=table, version=kept.version)


def _sent(kept: Synthesis) -> SynthesisSent:
    return SynthesisSent(table=kept.table, version=kept.version, text=kept.text, role=kept.role, at=kept.at)


async def newest(reader: Reader) -> Mapping[str, Synthesis]:
    """The synthesis of each table that sent one, as it is now."""
    return await stored.newest(reader)


async def command(reader: Reader, event: Event, person: Person | None, argument: str) -> Notice:
    """`/sintesi`: the newest of every table, for the regia; all versions of one, or of one's own."""
    if not argument.strip() and await roles.is_regia(reader, person):
        sent = await newest(reader)
        codes = [table.code for table in event.tables]
        return SynthesisList(
            table="",
            items=tuple(_sent(sent[code]) for code in codes if code in sent),
            missing=tuple(code for code in codes if code not in sent),
        )
    meant = await roles.whose(reader, event, person, "sintesi", argument, roles.NOTES)
    if not isinstance(meant, tuple):
        return meant
    table, _ = meant
    every = await stored.of_table(reader, table)
    return SynthesisList(table=table, items=tuple(map(_sent, every)), missing=() if every else (table,))
