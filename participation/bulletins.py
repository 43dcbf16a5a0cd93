"""A sentence to a table, to several or all, or to who facilitates: read back with a count before it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from participation import notices, phases
from participation.notices import Role
from storage import attendance, outbox
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from participation.event import Event
    from storage.database import Transaction

LONGEST: Final = 1000
"""Signs of a sentence at most."""


def read_command(
    text: str, event: Event, words: Mapping[str, str]
) -> tuple[tuple[str, ...], bool, str] | notices.BulletinUnclear:
    """The regia's `/avviso T5 T6: ...`: tables (none: all), whether only who facilitates, and the sentence.

    `words` (casefolded) mean "all" or "leaders". The colon ends the audience.
    """
    head, colon, sentence = text.partition(":")
    if not colon or not head.strip():
        return notices.BulletinUnclear(sender=Role.REGIA, reason="audience")
    chosen: list[str] = []
    leaders = everybody = False
    for word in phases.words_of(head):
        match words.get(word.casefold()):
            case "all":
                everybody = True
            case "leaders":
                leaders = True
            case _:
                try:
                    chosen.append(event.table(word).code)
                except KeyError:
                    known = [each for each, meant in words.items() if meant in {"all", "leaders"}]
                    nearest = phases.nearest_word(word, event, known)
                    return notices.BulletinUnclear(
                        sender=Role.REGIA, reason="audience", misread=word, nearest=nearest
                    )
    refused = unclear(Role.REGIA, sentence)
    return refused or (() if everybody else tuple(dict.fromkeys(chosen)), leaders, sentence.strip())


def unclear(sender: Role, sentence: str) -> notices.BulletinUnclear | None:
    """What to say about a sentence that cannot be sent; None when it can."""
    if not sentence.strip():
        return notices.BulletinUnclear(sender=sender, reason="empty")
    if len(sentence.strip()) > LONGEST:
        return notices.BulletinUnclear(sender=sender, reason="too_long", most=LONGEST)
    return None


async def question(
    tx: Transaction,
    event: Event,
    sender: Role,
    tables: tuple[str, ...],
    text: str,
    token: str,
    *,
    leaders: bool,
) -> notices.BulletinAsked:
    """What is asked before a sentence goes: to whom, to how many, and the sentence itself."""
    people, unreachable = await _counted(tx, event, sender, tables, leaders=leaders)
    return notices.BulletinAsked(
        token=token,
        sender=sender,
        tables=tables,
        leaders=leaders,
        people=people,
        unreachable=unreachable,
        text=text,
    )


async def send_in(
    tx: Transaction,
    event: Event,
    sender: Role,
    tables: tuple[str, ...],
    text: str,
    token: str,
    now: datetime,
    *,
    leaders: bool,
) -> notices.BulletinSent:
    """Send a sentence that was confirmed, once."""
    table = tables[0] if sender is Role.FACILITATOR else None
    told = notices.dump(notices.Bulletin(sender=sender, table=table, text=text))
    codes = ",".join(tables or _all(event))
    kind = "leading" if leaders else "around"
    audience = f"table:{table}" if table is not None else f"{kind}:,{codes},"
    await outbox.announce(tx, f"bulletin:{token}", audience, told, now, urgency=Urgency.BULLETIN)
    people, unreachable = await _counted(tx, event, sender, tables, leaders=leaders)
    return notices.BulletinSent(people=people, unreachable=unreachable)


def _all(event: Event) -> Collection[str]:
    return [table.code for table in event.tables]


async def _counted(
    tx: Transaction, event: Event, sender: Role, tables: tuple[str, ...], *, leaders: bool
) -> tuple[int, int]:
    return await attendance.audience(
        tx,
        tuple(tables or _all(event)),
        seated=not leaders,
        leaders=sender is Role.REGIA,
    )
