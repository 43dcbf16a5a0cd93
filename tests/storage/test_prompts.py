"""Which message asked whom what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import prompts
from storage.prompts import Prompt
from tests.storage.rows import add_tables, seat, value

if TYPE_CHECKING:
    from storage.database import Database


async def test_the_last_prompt_is_the_one_with_the_greatest_number_below(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        anna, bruno = await seat(tx, 7, "T1"), await seat(tx, 8, "T1")
        # Written down in whatever order, and one of them twice.
        for number, question in ((30, "3"), (10, "1"), (20, "2"), (20, "4")):
            await prompts.add(tx, anna, Prompt(number, "T1", "3.2", question), past=False)
        await prompts.add(tx, bruno, Prompt(15, "T1", "5.4", "1"), past=False)
        await prompts.add(tx, anna, Prompt(40, "T2", "1.1", "1"), past=False)
    for message, expected in ((5, None), (10, None), (11, "1"), (20, "1"), (21, "2"), (99, "3")):
        found = await prompts.last(database, anna, "T1", message)
        assert expected == (None if found is None else found.question), message
    assert Prompt(30, "T1", "3.2", "3") == await prompts.last(database, anna, "T1")
    assert Prompt(20, "T1", "3.2", "2") == await prompts.of_message(database, anna, 20)
    assert await prompts.of_message(database, bruno, 20) is None


async def test_what_is_past_is_no_last_prompt_but_is_still_known(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        anna, bruno = await seat(tx, 7, "T1"), await seat(tx, 8, "T1")
        for person in (anna, bruno):
            await prompts.add(tx, person, Prompt(10, "T1", "3.2", "1"), past=False)
        await prompts.add(tx, anna, Prompt(11, "T2", "3.2", "1"), past=False)
        await prompts.put_aside(tx, anna, "T1")
    assert await prompts.last(database, anna, "T1") is None
    assert Prompt(10, "T1", "3.2", "1") == await prompts.of_message(database, anna, 10)
    assert Prompt(11, "T2", "3.2", "1") == await prompts.last(database, anna, "T2")
    assert Prompt(10, "T1", "3.2", "1") == await prompts.last(database, bruno, "T1")
    async with database.transaction() as tx:
        await prompts.put_aside_at(tx, "T1")
    assert await prompts.last(database, bruno, "T1") is None


async def test_prompts_go_with_the_person(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        anna = await seat(tx, 7, "T1")
        await prompts.add(tx, anna, Prompt(10, "T1", "3.2", "1"), past=False)
        await tx.fetch("DELETE FROM people WHERE id = $1", anna)
    assert 0 == await value(database, "SELECT count(*) FROM prompts")
