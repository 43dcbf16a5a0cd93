"""Messages that are edited: the newest state wins, whatever order things happen in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import people, roles, screens
from tests.storage.rows import NOON, add_tables, new_database, seat

if TYPE_CHECKING:
    from storage.database import Database
    from storage.screens import Screen


@pytest.fixture
async def person(database: Database) -> int:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        return await seat(tx, 1, "T1")


async def want(database: Database, person: int, view: str | None = None, message: int | None = None) -> None:
    async with database.transaction() as tx:
        await screens.want(tx, person, "ballot", view, message)


async def take(database: Database, person: int) -> Screen:
    """The one screen that is to be drawn."""
    (screen,) = await screens.wanted_of(database, person)
    return screen


async def show(database: Database, screen: Screen, message: int | None, digest: str) -> None:
    async with database.transaction() as tx:
        await screens.shown(tx, screen, message, digest)


async def as_kept(database: Database) -> tuple[int | None, int, int, str | None]:
    (row,) = await database.fetch("SELECT message_id, wanted_version, shown_version, shown_hash FROM screens")
    return row["message_id"], row["wanted_version"], row["shown_version"], row["shown_hash"]


async def refuse(database: Database, screen: Screen, reason: str = "Message is too long") -> None:
    async with database.transaction() as tx:
        await screens.refused(tx, screen, reason)


async def revive(database: Database) -> int:
    async with database.transaction() as tx:
        return await screens.want_refused(tx)


async def refused(database: Database) -> list[tuple[str, str, int]]:
    return [(each.kind, each.reason, each.count) for each in await screens.refused_ones(database)]


async def test_what_was_refused_is_kept_and_drawn_again_when_it_is_wished_for(
    database: Database, person: int
) -> None:
    await want(database, person)
    await refuse(database, await take(database, person))
    assert [("ballot", "Message is too long", 1)] == await refused(database)
    assert [] == await screens.wanted_of(database, person)
    assert [1, 0] == [await revive(database) for _ in range(2)]
    assert [] == await refused(database)
    again = await take(database, person)
    assert again.message is None
    await show(database, again, 70, "h1")
    assert 0 == await revive(database)


async def test_what_was_refused_is_so_no_more_once_a_newer_state_is_shown(
    database: Database, person: int
) -> None:
    await want(database, person, message=70)
    await refuse(database, await take(database, person))
    await want(database, person)
    newer = await take(database, person)
    assert (70, None) == (newer.message, newer.shown_hash)
    await show(database, newer, 70, "h2")
    assert [] == await refused(database)


async def test_a_refusal_that_comes_late_says_nothing_of_the_newer_state(
    database: Database, person: int
) -> None:
    await want(database, person)
    older = await take(database, person)
    await want(database, person)
    await show(database, await take(database, person), 70, "h2")
    await refuse(database, older)
    assert [] == await refused(database)


async def test_what_is_wanted_is_drawn_once(database: Database, person: int) -> None:
    await want(database, person, "first")
    screen = await take(database, person)
    assert (person, 1, "ballot", "first", None, "it") == (
        screen.person, screen.chat, screen.kind, screen.view, screen.message, screen.language
    )  # fmt: skip
    await show(database, screen, 70, "h1")
    assert [] == await screens.wanted_of(database, person)
    assert [] == await screens.wanted(database, 10)
    await want(database, person)
    screen = await take(database, person)
    assert (70, "first", "h1") == (screen.message, screen.view, screen.shown_hash)


async def test_a_state_in_between_is_never_drawn(database: Database, person: int) -> None:
    for view in ("first", "second", "third"):
        await want(database, person, view)
    screen = await take(database, person)
    assert "third" == screen.view
    await show(database, screen, 70, "h3")
    assert [] == await screens.wanted_of(database, person)


async def test_what_is_wanted_while_it_is_drawn_is_drawn_after(database: Database, person: int) -> None:
    await want(database, person, "first")
    drawing = await take(database, person)
    await want(database, person, "second")
    await show(database, drawing, 70, "h1")
    following = await take(database, person)
    assert ("second", 70, "h1") == (following.view, following.message, following.shown_hash)


async def test_an_older_drawing_that_ends_later_overwrites_nothing(database: Database, person: int) -> None:
    await want(database, person, "first")
    older = await take(database, person)
    await want(database, person, "second")
    newer = await take(database, person)
    await show(database, newer, 71, "h2")
    await show(database, older, 70, "h1")
    assert (71, 2, 2, "h2") == await as_kept(database)
    assert [] == await screens.wanted_of(database, person)


async def test_a_pressed_copy_becomes_the_screen_also_while_another_is_drawn(
    database: Database, person: int
) -> None:
    await want(database, person, "first")
    await show(database, await take(database, person), 70, "h1")
    await want(database, person, "second")
    drawing = await take(database, person)
    await want(database, person, message=60)
    await show(database, drawing, 70, "h2")
    following = await take(database, person)
    assert (60, None) == (following.message, following.shown_hash)


async def test_what_the_pressed_screen_shows_is_known_that_of_an_older_copy_is_not(
    database: Database, person: int
) -> None:
    await want(database, person, "first")
    await show(database, await take(database, person), 70, "h1")
    await want(database, person, message=70)
    assert (70, 2, 1, "h1") == await as_kept(database)
    async with database.transaction() as tx:
        await screens.redraw(tx, person, "ballot")
    assert (70, 3, 1, "h1") == await as_kept(database)
    async with database.transaction() as tx:
        await screens.redraw(tx, person, "ballot", 60)
    assert (60, 4, 1, None) == await as_kept(database)
    for message in (60, 50, 50):
        async with database.transaction() as tx:
            await screens.adopt(tx, person, "ballot", message)
    assert (50, 5, 1, None) == await as_kept(database)


async def test_a_screen_is_sent_anew_at_the_bottom_also_while_it_is_edited(
    database: Database, person: int
) -> None:
    await want(database, person, "first")
    await show(database, await take(database, person), 70, "h1")
    await want(database, person, "second")
    editing = await take(database, person)
    async with database.transaction() as tx:
        await screens.want_at_bottom(tx, person, "ballot", "third")
    await show(database, editing, 70, "h2")
    following = await take(database, person)
    assert (None, "third", None) == (following.message, following.view, following.shown_hash)
    await show(database, following, 80, "h3")
    assert (80, 3, 3, "h3") == await as_kept(database)


async def test_screens_of_a_table_are_wanted_or_redrawn_for_its_people_alone(
    database: Database, person: int
) -> None:
    async with database.transaction() as tx:
        other = await seat(tx, 2, "T2")
        without = await seat(tx, 3, "T1")
        await screens.want(tx, person, "ballot", "mine")
        await screens.want(tx, other, "ballot", "theirs")
    for screen in await screens.wanted(database, 10):
        await show(database, screen, 70, "h")
    async with database.transaction() as tx:
        await screens.redraw_for_table(tx, "T1", "ballot")
    assert [(person, "mine")] == [(s.person, s.view) for s in await screens.wanted(database, 10)]
    async with database.transaction() as tx:
        await screens.want_for_table(tx, "T1", "ballot", "first")
    assert [(person, "first", 70), (without, "first", None)] == [
        (s.person, s.view, s.message) for s in await screens.wanted(database, 10)
    ]
    first, second = await screens.wanted(database, 10)
    assert [first] == await screens.wanted(database, 1)
    assert [second] == await screens.wanted(database, 10, first)
    assert [] == await screens.wanted(database, 10, second)


async def test_dashboards_are_redrawn_for_who_facilitates_and_has_one(
    database: Database, person: int
) -> None:
    async with database.transaction() as tx:
        second = await seat(tx, 2, "T2")
        for facilitator in (person, second):
            await roles.grant(tx, facilitator, "facilitator", "T1", NOON)
        await screens.want(tx, person, "table:T1")
        await screens.want(tx, person, "table:T2")
    for screen in await screens.wanted(database, 10):
        await show(database, screen, 70, "h")
    async with database.transaction() as tx:
        await screens.redraw_for_facilitators(tx, "T1", "table:T1")
    assert [(person, "table:T1")] == [(s.person, s.kind) for s in await screens.wanted(database, 10)]


async def test_nothing_is_drawn_for_who_cannot_be_reached_until_they_are_back(
    database: Database, person: int
) -> None:
    await want(database, person, "first")
    async with database.transaction() as tx:
        await people.mark_unreachable(tx, person, NOON)
    assert [] == await screens.wanted(database, 10)
    assert [] == await screens.wanted_of(database, person)
    async with database.transaction() as tx:
        await people.mark_reachable(tx, 1)
    assert "first" == (await take(database, person)).view


async def test_who_has_no_screen_gets_none_by_a_redrawing_or_a_press(database: Database, person: int) -> None:
    async with database.transaction() as tx:
        await screens.redraw(tx, person, "ballot")
        await screens.redraw(tx, person, "ballot", 70)
        await screens.redraw_for_table(tx, "T1", "ballot")
    assert [] == await screens.wanted(database, 10)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["want", "bottom", "adopt", "begin", "end first", "end last"]), max_size=25))
def test_in_whatever_order_the_last_state_wanted_is_drawn_in_the_end(acts: list[str]) -> None:
    async def play() -> None:
        async with new_database() as database:
            async with database.transaction() as tx:
                await add_tables(tx, "T1")
                person = await seat(tx, 1, "T1")
            await want(database, person, "0")
            drawing: list[Screen] = []
            view, message = 0, 100
            for number, act in enumerate([*acts, "begin", "end last"], start=1):
                message += 1
                match act:
                    case "want":
                        view = number
                        await want(database, person, str(view))
                    case "bottom":
                        async with database.transaction() as tx:
                            await screens.want_at_bottom(tx, person, "ballot")
                    case "adopt":
                        await want(database, person, message=message)
                    case "begin":
                        drawing += await screens.wanted_of(database, person)
                    case _ if drawing:
                        screen = drawing.pop(0 if act == "end first" else -1)
                        shown_in = screen.message or message
                        before = await as_kept(database)
                        await show(database, screen, shown_in, screen.view)
                        after = await as_kept(database)
                        assert before[2] <= after[2] <= after[1]
            kept, wanted, shown, digest = await as_kept(database)
            # All that is not drawn is wanted still; what is marked as drawn is the newest state.
            if wanted == shown:
                assert kept is not None
                assert digest in {str(view), None}
            else:
                assert str(view) == (await take(database, person)).view

    asyncio.run(play())
