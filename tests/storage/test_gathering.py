"""What the store makes of contributions that are hidden, merged, edited, moved; and numbers that stay."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from storage import contributions, gathering, themes
from storage.contributions import Contribution
from storage.sqlite import MIGRATIONS, open_sqlite
from tests.storage.rows import NOON, SOON, add_tables, seat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from storage.database import Database


async def said(database: Database, count: int, table: str = "T1") -> None:
    """So many people at a table say one thing each: "c1", "c2" ..."""
    async with database.transaction() as tx:
        await add_tables(tx, table, f"{table}b")
        for number in range(1, count + 1):
            person = await seat(tx, 100 + number, table)
            await contributions.add(
                tx,
                Contribution(f"c{number}", table, "1", "person", 1, None, None, f"Idea {number}"),
                100 + number,
                1,
                person,
                NOON,
            )


async def placed(database: Database) -> list[int]:
    return [each.number for each in await themes.places(database)]


async def into(database: Database) -> dict[int, int | None]:
    every = [each for table in ("T1", "T1b") for each in await gathering.of_table(database, table)]
    return {each.number: each.into for each in every}


async def change(database: Database, sql: str) -> None:
    async with database.transaction() as tx:
        await tx.fetch(sql)


async def merged(database: Database, count: int = 3) -> None:
    await said(database, count)
    async with database.transaction() as tx:
        await gathering.merge(tx, [f"c{number}" for number in range(2, count + 1)], "c1")
    assert [1] == await placed(database)


async def test_what_is_merged_still_stands_and_its_voice_is_with_its_head(database: Database) -> None:
    await merged(database)
    (head,) = await themes.places(database)
    assert 3 == len({head.person, *head.merged})
    assert 3 == len(await contributions.of_session(database, 1))
    assert {"T1": 3} == await contributions.counted_by_table(database)


async def test_what_is_hidden_counts_nowhere(database: Database) -> None:
    await said(database, 2)
    async with database.transaction() as tx:
        await gathering.hide(tx, ["c1"], "prova", NOON)
    assert ["Idea 2"] == [each.contribution.text for each in await contributions.of_session(database, 1)]
    assert {"T1": 1} == await contributions.counted_by_table(database)
    assert 1 == await contributions.counted_of(database, "T1")
    assert {"c1": "prova"} == await gathering.reasons_of_person(database, 1)
    assert {} == await gathering.reasons_of_person(database, 2)


async def test_when_the_head_is_withdrawn_edited_or_moved_the_others_stand_for_themselves(
    database: Database,
) -> None:
    changes = (
        "UPDATE contributions SET withdrawn_at = 'x' WHERE id = 'c1'",
        "UPDATE contributions SET text = 'Altro' WHERE id = 'c1'",
        "UPDATE contributions SET table_code = 'T1b' WHERE id = 'c1'",
    )
    await merged(database)
    await change(database, changes[0])
    assert [2, 3] == await placed(database)
    await change(database, "UPDATE contributions SET withdrawn_at = NULL WHERE id = 'c1'")
    assert [1, 2, 3] == await placed(database)
    for sql in changes[1:]:
        async with database.transaction() as tx:
            await gathering.merge(tx, ["c2", "c3"], "c1")
        await change(database, sql)
        assert [1, 2, 3] == await placed(database)


async def test_one_that_is_merged_stands_for_itself_when_it_is_edited_or_moved(database: Database) -> None:
    await merged(database)
    await change(database, "UPDATE contributions SET text = 'Altro' WHERE id = 'c2'")
    assert {1: None, 2: None, 3: 1} == await into(database)
    await change(database, "UPDATE contributions SET table_code = 'T1b' WHERE id = 'c3'")
    assert {1: None, 2: None, 3: None} == await into(database)
    assert [1, 2, 3] == await placed(database)


async def test_what_was_let_pass_was_the_text_as_it_was(database: Database) -> None:
    await said(database, 1)
    async with database.transaction() as tx:
        await gathering.let_pass(tx, "c1")
        await contributions.edit(tx, "c1", "Idea 1", SOON)
    assert [True] == [each.let_pass for each in await themes.places(database)]
    async with database.transaction() as tx:
        await contributions.edit(tx, "c1", "Un'altra", SOON)
    assert [False] == [each.let_pass for each in await themes.places(database)]


async def test_every_change_has_the_list_and_dashboard_of_its_table_drawn_anew(database: Database) -> None:
    await said(database, 2)

    async def wanted() -> Sequence[tuple[str, int]]:
        rows = await database.fetch("SELECT kind, wanted_version FROM screens ORDER BY kind")
        return [(row["kind"], row["wanted_version"]) for row in rows]

    await change(
        database,
        "INSERT INTO screens (person_id, kind) VALUES"
        " (1, 'gathering:T1'), (1, 'gathering:T1b'), (1, 'table:T1'), (1, 'ballot')",
    )
    await change(database, "UPDATE contributions SET text = 'Altro' WHERE id = 'c1'")
    before = [("ballot", 1), ("gathering:T1", 2), ("gathering:T1b", 1), ("table:T1", 2)]
    assert before == await wanted()
    await change(database, "UPDATE contributions SET table_code = 'T1b' WHERE id = 'c1'")
    assert [("ballot", 1), ("gathering:T1", 3), ("gathering:T1b", 2), ("table:T1", 3)] == await wanted()


async def test_a_file_from_before_keeps_its_numbers_and_gives_none_of_them_again(tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for path in MIGRATIONS.glob("*.sql"):
        if path.name < "0011":
            shutil.copy(path, before)
    path = tmp_path / "event.db"
    database = await open_sqlite(path, before)
    # As it was written then.
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
    async with database.transaction() as tx:
        for number in range(1, 5):
            await tx.fetch(
                "INSERT INTO contributions (id, table_code, source, session, text, received_at)"
                " VALUES ($1, 'T1', 'person', 1, 'Un contributo', $2)",
                f"c{number}",
                f"2023-12-05T09:1{number}:00.000000Z",
            )
    await change(database, "UPDATE contributions SET withdrawn_at = 'x' WHERE id IN ('c2', 'c4')")
    assert [1, 3] == [row["number"] for row in await database.fetch("SELECT number FROM theme_places")]
    await database.close()
    database = await open_sqlite(path)
    assert [1, 3] == await placed(database)
    await change(database, "UPDATE contributions SET withdrawn_at = NULL")
    numbers = {each.id: each.number for each in await gathering.of_table(database, "T1")}
    assert {"c1": 1, "c2": 5, "c3": 3, "c4": 6} == numbers
    await database.close()
