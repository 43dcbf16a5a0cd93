"""The promises of delivery are counted from what a rehearsal left: each that is broken is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.promises import Promises, check, compare_gathering, compare_themes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hall import Hall, Somebody


NOTHING: dict[str, Any] = {"hidden": [], "merged": {}, "plenary": [], "syntheses": []}


@pytest.fixture
async def played(hall: Hall, tmp_path: Path) -> tuple[Hall, Somebody, Path]:
    """A piece of an event, and its files as a rehearsal leaves them."""
    anna = await hall.somebody("Anna").registers("T6")
    lara = await hall.facilitator("T6")
    await lara.says("/tavolo")
    await hall.at("10:12")
    await anna.says("1.3 2.1")
    await anna.says("Mancano i treni la sera")
    await lara.says("/nota Si parla di treni")
    await hall.at("10:30")
    await hall.quiet()
    folder = tmp_path / "left"
    folder.mkdir()
    remark = {"table": "T6", "session": 1, "strategy": None, "question": None, "withdrawn": False}
    write(
        folder,
        "crowd",
        {
            "problems": [],
            "people": [{"id": anna.phone.id, "ballot": ["1.3", "2.1"]}],
            "contributions": [{**remark, "person": anna.phone.id, "text": "Mancano i treni la sera"}],
            "notes": [{**remark, "person": None, "text": "Si parla di treni"}],
        },
    )
    write(folder, "trouble", {"unexplained": []})
    write(
        folder,
        "phones",
        {
            str(phone.id): {
                "reachable": True,
                "messages": [
                    {
                        "id": one.id,
                        "text": one.shown,
                        "rows": [
                            [{"text": b.text, "data": b.callback_data, "url": b.url} for b in row]
                            for row in one.keyboard
                        ],
                    }
                    for one in phone.messages
                    if one.from_bot
                ],
            }
            for phone in hall.telegram.phones.values()
        },
    )
    (folder / "bot.log").write_text('{"event": "started"}\n', encoding="utf-8")
    return hall, anna, folder


def write(folder: Path, name: str, content: Any) -> None:
    (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


async def checked(hall: Hall, folder: Path) -> Promises:
    return await check(folder, hall.database, hall.event, hall.bot.translators)


def broken(found: Promises) -> dict[str, int]:
    return {name: count for name, count in found.counts().items() if count}


async def test_all_is_kept_when_all_is_as_it_was_meant(played: tuple[Hall, Somebody, Path]) -> None:
    hall, _, folder = played
    found = await checked(hall, folder)
    assert {} == broken(found), found.examples
    assert found.kept


async def test_dots_that_are_missing_or_too_many_are_counted_one_by_one(
    played: tuple[Hall, Somebody, Path],
) -> None:
    hall, _, folder = played
    crowd = read(folder, "crowd")
    crowd["people"][0]["ballot"] = ["1.3", "5.4", "6.1"]
    write(folder, "crowd", crowd)
    found = await checked(hall, folder)
    assert {"dots_lost": 2, "dots_doubled": 1} == broken(found)
    assert not found.kept


async def test_themes_that_are_not_what_the_regia_made_of_them_are_counted(
    played: tuple[Hall, Somebody, Path],
) -> None:
    hall, _, folder = played
    vittoria = await hall.regia()
    await vittoria.says("/temi sposta 1 2 nuovo")
    await vittoria.says("/temi 1 nome Treni")
    await vittoria.says("/temi 1 plenaria")
    crowd = read(folder, "crowd")
    found = Promises()
    crowd["themes"] = {"names": {"1": "Treni"}, "places": {"1": "1", "9": "1"}, "gone": [], "plenary": ["1"]}
    await compare_themes(found, crowd, hall.database)
    assert {} == broken(found), found.examples
    crowd["themes"] = {"names": {"1": "Bus"}, "places": {"1": "2"}, "gone": ["1"], "plenary": ["7"]}
    await compare_themes(found, crowd, hall.database)
    assert {"themes_wrong": 4} == broken(found)


async def test_what_tables_made_of_their_contributions_is_compared(
    played: tuple[Hall, Somebody, Path],
) -> None:
    hall, *_ = played
    vittoria = await hall.regia()
    lara = await hall.facilitator("T6")
    await lara.says("/nota Prova")
    await lara.says("/nota Lo stesso")
    await vittoria.says("/raccolta nascondi 3: una prova")
    await vittoria.says("/raccolta unisci 1 4")
    await vittoria.says("/raccolta plenaria 1")
    await lara.says("/invia Treni")
    await lara.says("conferma")
    found = Promises()
    meant = {"hidden": ["3"], "merged": {"4": "1"}, "plenary": ["1"], "syntheses": ["Treni"]}
    await compare_gathering(found, {"tables": {"T6": {"gathered": meant}}}, hall.database)
    assert [] == found.examples
    wrong = {"hidden": ["1", "9"], "merged": {"3": "1"}, "plenary": ["3"], "syntheses": []}
    await compare_gathering(found, {"tables": {"T6": {"gathered": wrong}}}, hall.database)
    assert {"gathering_wrong": 5} == broken(found)


async def test_what_stands_in_no_place_and_what_was_withdrawn_in_one_are_counted(
    played: tuple[Hall, Somebody, Path],
) -> None:
    hall, _, folder = played
    async with hall.database.transaction() as tx:
        await tx.fetch("DELETE FROM theme_places WHERE number = 1")
        await tx.fetch("DROP TRIGGER what_is_withdrawn_has_none")
        await tx.fetch("UPDATE contributions SET withdrawn_at = received_at WHERE source = 'table'")
    assert 2 == broken(await checked(hall, folder))["themes_wrong"]


async def test_a_sheet_or_a_run_off_that_is_not_as_it_was_meant_is_counted(
    played: tuple[Hall, Somebody, Path],
) -> None:
    hall, _, folder = played
    vittoria = await hall.regia()
    await vittoria.says("/carta T6 12: 1.3 2.1\n13: bianca\n14: 5.4")
    await vittoria.says("conferma")
    silent = {str(vittoria.phone.id): {"reachable": True, "messages": []}}
    write(folder, "phones", read(folder, "phones") | silent)
    crowd = read(folder, "crowd")
    sheets = {"12": ["1.3", "2.1"], "13": [], "14": ["5.4"]}
    meant = {"sheets": sheets, "runoff": None, "gathered": NOTHING}
    write(folder, "crowd", {**crowd, "tables": {"T6": meant}})
    assert "paper_wrong" not in broken(await checked(hall, folder))
    assert "dots_lost" not in broken(await checked(hall, folder))
    meant["sheets"] = {"12": ["1.3", "2.2"], "13": [], "15": ["5.4"]}
    write(folder, "crowd", {**crowd, "tables": {"T6": {**meant, "runoff": {"1.3": 2, "2.1": 0}}}})
    found = broken(await checked(hall, folder))
    # 12 differs in one dot, 14 is there and 15 is not, and nobody had a run-off.
    assert (3, 4, 2) == (found["paper_wrong"], found["dots_lost"], found["dots_doubled"])


async def test_a_contribution_lost_or_kept_twice_or_changed_is_counted(
    played: tuple[Hall, Somebody, Path],
) -> None:
    hall, _, folder = played
    crowd = read(folder, "crowd")
    crowd["contributions"].append({**crowd["contributions"][0], "text": "Mai arrivata"})
    crowd["notes"] = []
    write(folder, "crowd", crowd)
    assert {"contributions_lost": 1, "contributions_doubled": 1} == broken(await checked(hall, folder))


async def test_a_screen_that_shows_something_else_than_the_database_is_counted(
    played: tuple[Hall, Somebody, Path],
) -> None:
    hall, anna, folder = played
    phones = read(folder, "phones")
    ballot = next(
        one for one in phones[str(anna.phone.id)]["messages"] if one["text"].startswith("La votazione")
    )
    ballot["text"] = ballot["text"].replace("1.3", "1.2")
    lara = next(shown for who, shown in phones.items() if who != str(anna.phone.id))
    dashboard = next(one for one in lara["messages"] if "Fase: " in one["text"])
    dashboard["rows"] = dashboard["rows"][:-1]
    write(folder, "phones", phones)
    assert {"screens_untrue": 2} == broken(await checked(hall, folder))


async def test_a_message_that_never_came_or_says_something_else_is_counted(
    played: tuple[Hall, Somebody, Path],
) -> None:
    hall, anna, folder = played
    rows = await hall.rows("SELECT message_id FROM outbox WHERE chat_id = $1 ORDER BY id", anna.phone.id)
    numbers = [row["message_id"] for row in rows]
    assert len(numbers) >= 1
    phones = read(folder, "phones")
    mine = phones[str(anna.phone.id)]["messages"]
    next(one for one in mine if one["id"] == numbers[0])["text"] = "Un'altra cosa"
    write(folder, "phones", phones)
    assert {"messages_untrue": 1} == broken(await checked(hall, folder))
    phones[str(anna.phone.id)]["messages"] = [one for one in mine if one["id"] != numbers[0]]
    write(folder, "phones", phones)
    assert {"messages_lost": 1} == broken(await checked(hall, folder))


async def test_a_message_that_waits_or_was_given_up_is_counted(
    played: tuple[Hall, Somebody, Path],
) -> None:
    hall, _, folder = played
    async with hall.database.transaction() as tx:
        await tx.fetch("UPDATE outbox SET sent_at = NULL, message_id = NULL WHERE id = 1")
        await tx.fetch("UPDATE outbox SET sent_at = NULL, message_id = NULL, dead_at = 'x' WHERE id = 2")
        await tx.fetch("INSERT INTO moments (key, due_at, action) VALUES ('post:turnout:never', 'x', '{}')")
    assert {"messages_lost": 2, "posts_lost": 1} == broken(await checked(hall, folder))


async def test_what_nobody_expected_in_the_log_is_counted(played: tuple[Hall, Somebody, Path]) -> None:
    hall, _, folder = played
    lines = [
        '{"event": "edit_again", "error": "NetworkError"}',
        '{"event": "update_broke", "error": "KeyError"}',
        "Task exception was never retrieved",
    ]
    (folder / "bot.log").write_text("\n".join(lines), encoding="utf-8")
    assert {"exceptions": 2} == broken(await checked(hall, folder))


async def test_what_the_crowd_and_the_accounts_found_is_counted_and_added_up(
    played: tuple[Hall, Somebody, Path],
) -> None:
    hall, _, folder = played
    write(folder, "trouble", {"unexplained": ["7 sendMessage"]})
    crowd = read(folder, "crowd")
    crowd["problems"] = ["Anna was thanked 0 times"]
    write(folder, "crowd", crowd)
    found = await checked(hall, folder)
    found.add(await checked(hall, folder))
    assert {"doubles_unexplained": 2, "seen_wrong": 2} == broken(found)
    assert 4 == len(found.examples)
