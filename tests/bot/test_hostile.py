"""Hostile updates through the real intake and handlers: the short version of the bench, and its own eyes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import structlog

from handlers.callback_data import ConfirmPriorities, MovePhase, PutOn, SetDots, Withdraw, encode
from participation.event import Phase
from tests.benchmarks.hostile import FOREIGN, changes, play, snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall


async def test_hostile_updates_break_nothing_and_change_nothing_that_is_not_their_senders(
    tmp_path: Path,
) -> None:
    try:
        result = await play(tmp_path, updates=600, seed=11)
    finally:
        structlog.reset_defaults()
        asyncio.get_running_loop().set_exception_handler(None)
    assert (0, 0) == (result.crashes, result.foreign_changes), result.examples
    # They were heard: some could not be read, others did what their senders may do.
    assert result.unreadable > 30
    assert result.own_changes > 10


CHANGES = {
    "tables": "UPDATE tables SET phase = 'closing' WHERE code = 'T5'",
    "people": "UPDATE people SET language = 'en' WHERE telegram_id = {anna}",
    "roles": "INSERT INTO roles (person_id, role, table_code, granted_at) VALUES (1, 'regia', '', 'x')",
    "dots": "DELETE FROM dots WHERE slot = 1",
    "ballots": "UPDATE ballots SET finished = TRUE",
    "contributions": "UPDATE contributions SET text = 'x'",
    "moments": "DELETE FROM moments WHERE key = (SELECT min(key) FROM moments)",
    "outbox": "INSERT INTO outbox (key, chat_id, content, priority, created_at)"
    " VALUES ('x', {anna}, '', 1, 'x')",
    "announcements": "INSERT INTO announcements (key, audience, content, priority, created_at)"
    " VALUES ('x', 'table:T5', '', 1, 'x')",
}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_that_is_nobodys_is_found(hall: Hall, name: str) -> None:
    anna = await hall.somebody("Anna").registers("T5")
    await hall.at("10:12")
    await anna.says("1.1 2.1")
    await anna.says("Mancano i treni la sera")
    before = await snapshot(hall)
    assert set(FOREIGN) == set(before)
    assert [] == changes(before, await snapshot(hall))
    async with hall.database.transaction() as tx:
        await tx.fetch(CHANGES[name].format(anna=anna.phone.id))
    assert [name] == [found.partition(":")[0] for found in changes(before, await snapshot(hall))]


async def test_whatever_a_participant_presses_of_other_tables_stays_as_it_was(hall: Hall) -> None:
    anna = await hall.somebody("Anna").registers("T6")
    eve = await hall.somebody("Eva").registers("T1")
    lara = await hall.facilitator("T6", "Lara")
    await hall.at("10:12")
    await anna.says("1.1 2.1")
    await anna.says("Mancano i treni la sera")
    await lara.says("/tavolo")
    (row,) = await hall.rows("SELECT id FROM contributions")
    ballot = anna.ballot().id
    for press in (
        SetDots("3.2", 1),
        MovePhase("T6", Phase.SESSION2),
        ConfirmPriorities("T6"),
        PutOn("T6", "1.1"),
        Withdraw(row["id"]),
    ):
        await eve.sends_press(ballot, encode(press))
    for typed in ("/apri T6", "/chiudi T6", "/fase T6 sessione2", "/nota T6 Altrui", "ritira 1"):
        await eve.says(typed)
    # Her own dot is hers.
    assert {"3.2": 1} == await eve.dots()
    assert {"1.1": 1, "2.1": 1} == await anna.dots()
    assert [("Mancano i treni la sera", None, None)] == await anna.contributions()
    assert "session1" == await hall.phase("T6")
    assert 1 == await hall.count("contributions", "table_code = 'T6'")
    assert {"T6": 1} == {
        row["table_code"]: row["n"]
        for row in await hall.rows("SELECT table_code, count(*) AS n FROM roles GROUP BY table_code")
    }
