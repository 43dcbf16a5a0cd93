"""Ballots that the table fills in for somebody who is registered and asks for it.

Bollini knows no names. Who wants help shows a short code from their own phone; whoever enters the ballot
writes it in the place of a sheet's number. It is good for one entry at their table; what was entered arrives
on their phone at once, and they can change it until the table closes.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from participation import dots, notices
from participation.event import Phase
from participation.paper_lines import DIGITS, LETTERS
from storage import ballots, paper, screens, tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from participation.event import Event
    from storage.database import Database, Transaction
    from storage.people import Person

_SHAPE = (LETTERS, DIGITS, LETTERS, DIGITS, LETTERS)


def code_from(seed: str) -> str:
    """A code made from something random: letter, digit, letter, digit, letter, of 885,000 there are."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    code = ""
    for signs in _SHAPE:
        number, place = divmod(number, len(signs))
        code += signs[place]
    return code


async def show_code(database: Database, person: Person, new_id: str) -> notices.Notice:
    """`/codice`: the person's code for their table, the same until it was used."""
    if person.table is None:
        return notices.NotRegistered()
    async with database.transaction() as tx:
        ballot = await ballots.of_person(tx, person.id)
        row = await tables.find(tx, person.table)
        assert row is not None, "the table a person sits at exists"
        phase = Phase(row.phase)
        if phase not in {Phase.REGISTRATION, Phase.SESSION1}:
            on_it = () if ballot is None else tuple(sorted(ballot.dots))
            return notices.BallotNotOpen(table=row.code, phase=phase, dots=on_it)
        code = await paper.code_of(tx, person.id, row.code)
        attempt = 0
        while code is None:
            wished = code_from(f"{new_id}:{attempt}")
            code = wished if await paper.give_code(tx, person.id, row.code, wished) else None
            attempt += 1
    return notices.PersonalCode(table=row.code, code=code)


async def enter(
    tx: Transaction, event: Event, person: int, wished: Mapping[str, int], *, withdraw: bool
) -> str:
    """Fill in somebody's open ballot with just these dots, and show it to them; its id.

    Withdrawn, it is empty, and theirs alone again.
    """
    before = await ballots.hold_open(tx, person)
    assert before is not None, "the table is held, and votes"
    await ballots.set_dots(tx, before, {**dict.fromkeys(before.dots, 0), **wished})
    await ballots.set_channel(tx, before.id, "app" if withdraw else "assisted")
    await paper.forget_code(tx, person)
    said = notices.BallotAssisted(dots=tuple(wished.items()))
    await screens.want_at_bottom(
        tx,
        person,
        dots.SCREEN,
        dots.View(
            page=dots.REVIEW if wished else event.axes[0].code, said=notices.dump(said)
        ).model_dump_json(),
    )
    return before.id
