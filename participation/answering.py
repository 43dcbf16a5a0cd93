"""Which question a message answers, and whether it came before its table had closed Session 2.

What somebody types answers the prompt that they had seen by then: in a chat the numbers of messages grow, so
that is the last prompt below their message, whatever the bot has sent since. A reply answers the prompt that
it replies to. Where nobody knows whether a prompt reached who had asked for it, they mean that one. No clock
is needed for all this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from participation.event import Phase
from storage import contributions, prompts, tables
from storage.contributions import Place

if TYPE_CHECKING:
    from datetime import datetime

    from participation.notices import QuestionAsked
    from storage.database import Reader, Transaction
    from storage.people import Person
    from storage.prompts import Prompt

OVER = (Phase.CLOSING, Phase.AFTERMATH)
"""Phases of a table that has closed Session 2."""


@dataclass(frozen=True)
class Answered:
    """What a message answers: `place` at `table`, None where nothing was asked."""

    table: str
    place: Place | None


async def asked(tx: Transaction, person: Person, told: QuestionAsked, message: int) -> bool:
    """A prompt reached a person as this message; whether it is the last thing their table asked them."""
    away = person.table != told.table
    wish = await contributions.wish_of(tx, person.id)
    since = None
    if wish is not None and wish[0] == Place(told.strategy, told.question) and wish[1] < message:
        since = wish[1]
    prompt = prompts.Prompt(message, told.table, told.strategy, told.question, since)
    await prompts.add(tx, person.id, prompt, past=away)
    return not away and prompt == await prompts.last(tx, person.id, told.table)


async def wished(reader: Reader, person: Person, message: int) -> int:
    """The number above which what a person types answers what they asked for just now.

    `message`: the one by which they did, typed or pressed; an older prompt may be pressed as well.
    """
    assert person.table is not None, "only people at a table walk its questions"
    last = await prompts.last(reader, person.id, person.table)
    return message if last is None else max(message, last.message)


async def answered(reader: Reader, person: Person, message: int, reply_to: int | None) -> Answered:
    """What a message of a person answers, at the table where they are or, by reply, at one they left.

    A table they left that collects no more is not answered; then it is something else that they say where
    they are now.
    """
    assert person.table is not None, "only people at a table are asked"
    if reply_to is not None:
        prompt = await prompts.of_message(reader, person.id, reply_to)
        if prompt is not None and prompt.table == person.table:
            return Answered(person.table, _place(prompt))
        if prompt is not None:
            left = await tables.find(reader, prompt.table)
            if left is not None and left.phase == Phase.SESSION2:
                return Answered(prompt.table, _place(prompt))
            return Answered(person.table, None)
    if await prompts.last(reader, person.id, person.table) is None:
        # Nothing that reached them is known: what they were last meant to see.
        return Answered(person.table, await contributions.place_of(reader, person.id))
    last = await prompts.last(reader, person.id, person.table, message)
    wish = await contributions.wish_of(reader, person.id)
    if wish is not None and wish[1] < message and (last is None or last.message <= wish[1]):
        return Answered(person.table, wish[0])
    return Answered(person.table, None if last is None else _place(last))


def _place(prompt: Prompt) -> Place:
    return Place(prompt.strategy, prompt.question)


async def closed_at(reader: Reader, table: str) -> datetime | None:
    """When a table closed Session 2; None while it has not."""
    row = await tables.find(reader, table)
    if row is None or row.phase not in OVER:
        return None
    step = await tables.last_step(reader, table, Phase.CLOSING)
    return None if step is None else step.at


async def is_late(reader: Reader, table: str) -> bool:
    """Whether what changes now of this table's contributions is late."""
    return await closed_at(reader, table) is not None
