"""Whatever the regia and the machine do, in whatever order: each contribution is in exactly one place."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from participation import agenda, curation, theme_board, thinking
from participation.curation import Curator, letter_of, number_of
from participation.event import PACKAGED, Event
from participation.theme_notices import (
    AxesShown,
    Curation,
    Refusal,
    Section,
    ThemeBoard,
    ThemeChangedMeanwhile,
    ThemeDone,
    ThemeRefused,
    ThemeShown,
)
from participation.themes import Description, Theme, grouped
from participation.thinking import Meaning
from storage import contributions, gathering, people, roles, themes
from storage.contributions import Contribution
from storage.sqlite import open_sqlite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from participation.notices import Notice
    from storage.database import Database
    from storage.people import Person

NOON = datetime(2023, 12, 5, 11, tzinfo=UTC)
VECTOR = b"\0\0"


class Room:
    """A database with two people of the regia and some contributions; the machine is played by the test."""

    def __init__(self, database: Database, event: Event) -> None:
        self.database = database
        self.event = event
        self.people: list[Person] = []
        self._acts = 0

    async def begin(self, said: int) -> Room:
        definition = PACKAGED.read_text(encoding="utf-8")
        await agenda.prepare(self.database, self.event, definition, NOON, channel=False)
        async with self.database.transaction() as tx:
            for number in range(3):
                person = await people.acknowledge(tx, 100 + number, "it", NOON)
                self.people.append(person)
                if number < 2:
                    await roles.grant(tx, person.id, "regia", "", NOON)
        for number in range(said):
            await self.says(number)
        return self

    async def says(self, number: int) -> None:
        """Somebody contributes, and the machine reads it."""
        strategies = self.event.strategies
        async with self.database.transaction() as tx:
            await contributions.add(
                tx,
                Contribution(
                    f"c{number}",
                    self.event.tables[number % 5].code,
                    None,
                    "person",
                    1,
                    strategies[number % len(strategies)].code,
                    None,
                    f"contributo {number}",
                ),
                200,
                number,
                self.people[2].id,
                NOON,
            )
        unread = await themes.unread(self.database, 99)
        await thinking.keep(self.database, [Meaning(n, text, VECTOR, None) for n, text in unread])

    async def machine(self, *groups: tuple[int, ...]) -> None:
        """The machine finds these groups of what it may move; all else is left over."""
        given_ = await thinking.material(self.database)
        numbers = [int(each.key) for each in given_.said]
        held = {int(key): theme for key, theme in given_.held.items()}
        found: dict[str, list[int]] = {}
        for number in numbers:
            group = next((f"g{place}" for place, each in enumerate(groups) if number in each), f"l{number}")
            found.setdefault(held.get(number, group), []).append(number)
        made = [
            Theme(key, tuple(f"{n:09}" for n in members), leftover=key.startswith("l"))
            for key, members in found.items()
        ]
        shown = [Description(f"Etichetta {min(members)}", ("parola",)) for members in found.values()]
        await thinking.settle(self.database, given_, made, shown)

    def by(self, who: int = 0) -> Curator:
        self._acts += 1
        return Curator(self.people[who], f"act {self._acts}", NOON + timedelta(seconds=self._acts))

    async def sees_all(self, who: int = 0) -> ThemeBoard:
        """Somebody looks at the whole board and at each theme."""
        board = await theme_board.board(self.database, self.event, self.people[who], Section.ALL)
        assert isinstance(board, ThemeBoard)
        for item in (*(each.number for each in board.items), "0"):
            await theme_board.show(self.database, self.event, self.people[who], item)
        return board

    async def where(self) -> dict[int, int | None]:
        """The place of each contribution."""
        return {each.number: each.theme for each in await themes.places(self.database)}

    async def names(self) -> dict[int, str]:
        """The titles of the themes that are not gone."""
        return {
            number: row.title
            for number, row in (await themes.all_themes(self.database)).items()
            if not row.gone
        }

    async def sound(self) -> None:
        """Each contribution that stands is in exactly one place, and the board shows just that."""
        standing = await self.database.fetch(
            "SELECT count(*) AS n FROM standing_contributions WHERE merged_into IS NULL"
        )
        look = await theme_board.read(self.database, self.event)
        shown = [each.number for members in (*look.members.values(), look.leftovers) for each in members]
        assert standing[0]["n"] == len(shown) == len(set(shown)) == look.contributions
        rows = await themes.all_themes(self.database)
        assert not any(rows[int(number)].gone for number in look.members)
        orphans = await self.database.fetch(
            "SELECT 1 FROM theme_places p JOIN contributions c ON c.id = p.contribution_id"
            " WHERE c.withdrawn_at IS NOT NULL OR c.hidden_at IS NOT NULL OR c.merged_into IS NOT NULL"
        )
        assert [] == list(orphans)


@pytest.fixture
async def room(tmp_path: Path, turin: Event) -> AsyncIterator[Room]:
    """Six contributions, in the themes 1 (1, 2, 3) and 2 (4, 5), and 6 left over; both have seen all."""
    database = await open_sqlite(tmp_path / "event.db")
    room = await Room(database, turin).begin(6)
    await room.machine((1, 2, 3), (4, 5))
    await room.sees_all(0)
    await room.sees_all(1)
    yield room
    await database.close()


def done(told: Notice) -> ThemeDone:
    assert isinstance(told, ThemeDone), told
    return told


def refused(told: Notice) -> ThemeRefused:
    assert isinstance(told, ThemeRefused), told
    return told


# -------------------------------------------------------------------------------------- what each act does


async def test_what_the_machine_finds_is_shown_by_weight(room: Room) -> None:
    board = await room.sees_all()
    assert ["1", "2"] == [item.number for item in board.items]
    assert [3, 2] == [item.tables for item in board.items]
    assert (6, 2, 1) == (board.contributions, board.themes, board.leftovers)


async def test_a_merged_theme_is_gone_and_undone_it_is_back(room: Room) -> None:
    told = done(await curation.merge(room.database, room.by(), "1", ["2"]))
    assert {1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: None} == await room.where()
    gone = refused(await curation.rename(room.database, room.by(), "2", "Altro"))
    assert (Refusal.GONE, "1") == (gone.refusal, gone.number)
    done(await curation.undo(room.database, room.by(), told.act))
    assert {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: None} == await room.where()
    await room.sound()


async def test_a_split_off_theme_takes_its_name_and_leaves_the_rest(room: Room) -> None:
    told = done(await curation.split(room.database, room.by(), "1", ["2", "3"], "  Treni  di sera "))
    assert ("3", "Treni di sera", ("1",)) == (told.number, told.title, told.rest)
    assert {1: 1, 2: 3, 3: 3, 4: 2, 5: 2, 6: None} == await room.where()
    elsewhere = refused(await curation.split(room.database, room.by(), "1", ["1", "2"]))
    assert (Refusal.ELSEWHERE, "2", "3") == (elsewhere.refusal, elsewhere.misread, elsewhere.number)


async def test_moved_to_a_theme_to_none_and_to_a_new_one(room: Room) -> None:
    done(await curation.move(room.database, room.by(), ["1", "6"], "2"))
    assert {1: 2, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2} == await room.where()
    done(await curation.move(room.database, room.by(), ["4"], "0"))
    assert None is (await room.where())[4]
    made = done(await curation.move(room.database, room.by(), ["4"], "new"))
    assert int(made.number) == (await room.where())[4]
    again = done(await curation.move(room.database, room.by(), ["4"], "new"))
    assert again.already
    assert int(made.number) == (await room.where())[4]


async def test_what_the_regia_touched_the_machine_does_not_move_and_new_ones_join(room: Room) -> None:
    done(await curation.rename(room.database, room.by(), "1", "Trasporti"))
    done(await curation.move(room.database, room.by(), ["6"], "0"))
    await room.says(6)
    await room.machine((1, 4), (2, 5), (3, 6, 7))
    assert {1: 1, 2: 1, 3: 1, 6: None} == {n: t for n, t in (await room.where()).items() if n in {1, 2, 3, 6}}
    assert "Trasporti" == (await room.names())[1]
    # The free ones are where the machine has them, in what the regia left alone.
    where = await room.where()
    assert where[5] is not None
    assert where[5] not in {1, where[7]}
    await room.sound()


async def test_a_theme_marked_without_a_name_keeps_the_one_it_had(room: Room) -> None:
    done(await curation.mark(room.database, room.by(), "1", wished=True))
    await room.machine((4, 5))
    assert "Etichetta 1" == (await room.names())[1]
    assert {1: 1, 2: 1, 3: 1} == {n: t for n, t in (await room.where()).items() if n < 4}


async def test_an_untouched_theme_keeps_its_number_while_it_is_mostly_itself(room: Room) -> None:
    await room.machine((1, 2, 6), (3, 4, 5))
    assert {1: 1, 2: 1, 3: 2, 4: 2, 5: 2, 6: 1} == await room.where()
    await room.machine((1, 2, 3, 4, 5, 6))
    assert {1} == set((await room.where()).values())
    gone = refused(await theme_board.show(room.database, room.event, room.people[0], "2"))
    assert (Refusal.GONE, "1") == (gone.refusal, gone.number)


async def test_what_is_withdrawn_is_in_no_theme_and_comes_back_free(room: Room) -> None:
    done(await curation.rename(room.database, room.by(), "1", "Trasporti"))
    async with room.database.transaction() as tx:
        assert await contributions.withdraw(tx, "c0", room.people[2].id, NOON)
    assert {2: 1, 3: 1, 4: 2, 5: 2, 6: None} == await room.where()
    await room.sound()
    async with room.database.transaction() as tx:
        await tx.fetch("UPDATE contributions SET withdrawn_at = NULL WHERE id = 'c0'")
    assert {1: None, 2: 1, 3: 1, 4: 2, 5: 2, 6: None} == await room.where()
    await room.sound()


async def test_what_is_hidden_is_in_no_theme_and_keeps_its_number(room: Room) -> None:
    async with room.database.transaction() as tx:
        await gathering.hide(tx, ["c0"], "prova", NOON)
    assert {2: 1, 3: 1, 4: 2, 5: 2, 6: None} == await room.where()
    await room.sound()
    async with room.database.transaction() as tx:
        await gathering.unhide(tx, ["c0"])
    assert {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: None} == await room.where()
    await room.sound()


async def test_what_is_shown_again_is_where_it_was_put_or_where_that_theme_went(room: Room) -> None:
    done(await curation.move(room.database, room.by(), ("6",), "1"))
    async with room.database.transaction() as tx:
        await gathering.hide(tx, ["c5", "c0"], "prova", NOON)
    done(await curation.merge(room.database, room.by(), "2", ("1",)))
    async with room.database.transaction() as tx:
        await gathering.unhide(tx, ["c5", "c0"])
    assert {1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2} == await room.where()
    rows = await room.database.fetch("SELECT held FROM theme_places WHERE number = 6")
    assert rows[0]["held"]
    await room.sound()


async def test_what_is_merged_has_no_place_and_its_voice_counts_where_its_head_is(room: Room) -> None:
    async with room.database.transaction() as tx:
        # The sixth is of the table of the first, and of somebody else.
        other = await people.acknowledge(tx, 300, "it", NOON)
        await tx.fetch(
            "UPDATE contribution_messages SET person_id = $1 WHERE contribution_id = 'c5'", other.id
        )
        await gathering.merge(tx, ["c5"], "c0")
    assert {1: 1, 2: 1, 3: 1, 4: 2, 5: 2} == await room.where()
    board = await room.sees_all()
    assert {"1": (2, 3), "2": (1, 2)} == {
        item.number: (item.voices, item.contributions) for item in board.items
    }
    shown = await theme_board.show(room.database, room.event, room.people[0], "1")
    assert isinstance(shown, ThemeShown)
    assert [2, 1, 1] == [quote.people for quote in shown.quotes]
    await room.sound()
    done(await curation.rename(room.database, room.by(), "1", "Trasporti"))
    async with room.database.transaction() as tx:
        await gathering.merge(tx, ["c5"], None)
    # It stands where its head is, and is held there as that is.
    assert {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 1} == await room.where()
    assert {1, 2, 3, 6} == {each.number for each in await themes.places(room.database) if each.held}


async def test_what_one_says_and_others_merged_into_it_say_is_no_leftover(room: Room) -> None:
    async with room.database.transaction() as tx:
        other = await people.acknowledge(tx, 300, "it", NOON)
        await tx.fetch(
            "UPDATE contribution_messages SET person_id = $1 WHERE contribution_id = 'c5'", other.id
        )
        await gathering.merge(tx, ["c5"], "c0")
    given_ = await thinking.material(room.database)
    (head,) = (each for each in given_.said if each.also)
    assert 2 == len(head.voices)
    alone = np.ones((1, 8), dtype=np.float32)
    assert [False] == [theme.leftover for theme in grouped([head], alone)]
    assert [True] == [theme.leftover for theme in grouped([replace(head, also=())], alone)]


async def test_an_edited_contribution_is_read_again(room: Room) -> None:
    async with room.database.transaction() as tx:
        await contributions.edit(tx, "c0", "tutt'altro", NOON)
    assert [(1, "tutt'altro")] == list(await themes.unread(room.database, 9))
    # What was read of the text before it counts for nothing.
    await thinking.keep(room.database, [Meaning(1, "contributo 0", VECTOR, 2)])
    assert 1 == (await themes.state(room.database)).unread
    await thinking.keep(room.database, [Meaning(1, "tutt'altro", VECTOR, 2)])
    assert 2 == (await room.where())[1]


async def test_themes_found_while_the_regia_acts_move_nothing_of_theirs(room: Room) -> None:
    given_ = await thinking.material(room.database)
    done(await curation.merge(room.database, room.by(), "1", ["2"]))
    found = [Theme("g", tuple(f"{n:09}" for n in (3, 4, 6)), leftover=False)]
    await thinking.settle(room.database, given_, found, [Description("Nuovo", ())])
    assert {1: 1, 2: 1, 3: 1, 4: 1, 5: 1} == {n: t for n, t in (await room.where()).items() if n < 6}
    state = await themes.state(room.database)
    assert state.changes > state.grouped
    await room.sound()


async def test_what_no_word_can_be_shown_of_makes_no_theme(room: Room) -> None:
    given_ = await thinking.material(room.database)
    numbers = tuple(each.key for each in given_.said)
    await thinking.settle(room.database, given_, [Theme("g", numbers, leftover=False)], [Description("", ())])
    assert {None} == set((await room.where()).values())
    assert all(theme.gone for theme in (await themes.all_themes(room.database)).values())
    await room.sound()


# ------------------------------------------------------------------------------------------- two at once


async def test_who_has_not_seen_the_other_rename_is_told_and_then_does_it(room: Room) -> None:
    done(await curation.rename(room.database, room.by(0), "1", "Treni"))
    told = await curation.rename(room.database, room.by(1), "1", "Autobus")
    assert isinstance(told, ThemeChangedMeanwhile)
    assert ("theme", "1", "Treni", "A", Curation.RENAME, False) == (
        told.about,
        told.number,
        told.title,
        told.by,
        told.curation,
        told.undone,
    )
    assert "Treni" == (await room.names())[1]
    done(await curation.rename(room.database, room.by(1), "1", "Autobus"))
    assert "Autobus" == (await room.names())[1]


async def test_who_merges_what_another_changed_is_told(room: Room) -> None:
    done(await curation.move(room.database, room.by(0), ["6"], "2"))
    assert isinstance(await curation.merge(room.database, room.by(1), "1", ["2"]), ThemeChangedMeanwhile)
    assert {4: 2, 5: 2, 6: 2} == {n: t for n, t in (await room.where()).items() if n > 3}


async def test_who_works_elsewhere_is_not_held_up(room: Room) -> None:
    done(await curation.rename(room.database, room.by(0), "1", "Treni"))
    done(await curation.mark(room.database, room.by(1), "1", wished=True))
    done(await curation.move(room.database, room.by(1), ["6"], "1"))
    done(await curation.rename(room.database, room.by(1), "2", "Case"))
    assert {1: "Treni", 2: "Case"} == await room.names()


async def test_what_was_done_and_undone_unseen_is_nothing(room: Room) -> None:
    told = done(await curation.rename(room.database, room.by(0), "1", "Treni"))
    done(await curation.undo(room.database, room.by(0), told.act))
    done(await curation.rename(room.database, room.by(1), "1", "Autobus"))


async def test_what_was_undone_after_it_was_seen_is_told(room: Room) -> None:
    told = done(await curation.rename(room.database, room.by(0), "1", "Treni"))
    await room.sees_all(1)
    done(await curation.undo(room.database, room.by(0), told.act))
    meanwhile = await curation.rename(room.database, room.by(1), "1", "Autobus")
    assert isinstance(meanwhile, ThemeChangedMeanwhile)
    assert (True, Curation.RENAME) == (meanwhile.undone, meanwhile.curation)


async def test_nothing_is_undone_that_something_was_built_on(room: Room) -> None:
    merged = done(await curation.merge(room.database, room.by(0), "1", ["2"]))
    await room.sees_all(1)
    moved = done(await curation.move(room.database, room.by(1), ["4"], "0"))
    kept = refused(await curation.undo(room.database, room.by(0), merged.act))
    assert (Refusal.NOT_UNDONE, "B", moved.act) == (kept.refusal, kept.by, kept.misread)
    done(await curation.undo(room.database, room.by(1)))
    done(await curation.undo(room.database, room.by(0), merged.act))
    assert {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: None} == await room.where()


async def test_a_theme_that_others_moved_into_is_not_undone(room: Room) -> None:
    made = done(await curation.split(room.database, room.by(0), "1", ["2"]))
    await room.sees_all(1)
    done(await curation.move(room.database, room.by(1), ["6"], made.number))
    assert Refusal.NOT_UNDONE == refused(await curation.undo(room.database, room.by(0), made.act)).refusal


async def test_an_act_that_is_delivered_again_is_done_once_and_told_again(room: Room) -> None:
    by = room.by()
    first = await curation.split(room.database, by, "1", ["2"])
    assert first == await curation.split(
        room.database, replace(by, now=NOON + timedelta(hours=1)), "1", ["2"]
    )
    assert 3 == len(await room.names())
    undoing = room.by()
    once = done(await curation.undo(room.database, undoing))
    assert once == await curation.undo(room.database, undoing)
    assert Refusal.NOTHING_TO_UNDO == refused(await curation.undo(room.database, room.by())).refusal
    for forged in ("9" * 20, "-1", "x"):
        assert (
            Refusal.NOTHING_TO_UNDO == refused(await curation.undo(room.database, room.by(), forged)).refusal
        )


async def test_undone_twice_it_is_said(room: Room) -> None:
    told = done(await curation.rename(room.database, room.by(), "1", "Treni"))
    done(await curation.undo(room.database, room.by(), told.act))
    assert Refusal.UNDONE_ALREADY == refused(await curation.undo(room.database, room.by(), told.act)).refusal


async def test_what_the_machine_put_into_a_theme_that_is_undone_is_free_again(room: Room) -> None:
    made = done(await curation.split(room.database, room.by(), "1", ["1", "2"], "Treni"))
    await room.says(6)
    given_ = await thinking.material(room.database)
    found = [Theme(f"theme {made.number}", ("000000007",), leftover=False)]
    await thinking.settle(room.database, given_, found, [Description("", ())])
    assert int(made.number) == (await room.where())[7]
    done(await curation.undo(room.database, room.by(), made.act))
    assert {1: 1, 2: 1, 7: None} == {n: t for n, t in (await room.where()).items() if n in {1, 2, 7}}
    await room.sound()


@pytest.mark.parametrize("name", ["", "  ", "…", "\u200b"])
async def test_a_name_without_a_letter_is_none(room: Room, name: str) -> None:
    assert Refusal.NO_NAME == refused(await curation.rename(room.database, room.by(), "1", name)).refusal


async def test_a_name_has_80_characters_at_most(room: Room) -> None:
    done(await curation.rename(room.database, room.by(), "1", "è" * 80))
    assert (
        Refusal.LONG_NAME == refused(await curation.rename(room.database, room.by(), "1", "è" * 81)).refusal
    )
    assert (
        Refusal.LONG_NAME
        == refused(await curation.split(room.database, room.by(), "1", ["1"], "è" * 81)).refusal
    )


async def test_only_the_regia_may(room: Room) -> None:
    told = await curation.rename(room.database, room.by(2), "1", "Mio")
    assert "NotAllowed" == type(told).__name__
    for each in (
        theme_board.board(room.database, room.event, room.people[2], Section.ALL),
        theme_board.show(room.database, room.event, room.people[2], "1"),
        theme_board.axes(room.database, room.event, room.people[2]),
    ):
        assert "NotAllowed" == type(await each).__name__


@pytest.mark.parametrize("number", range(1, 800, 13))
def test_letters_and_numbers_are_each_others_inverse(number: int) -> None:
    assert number == number_of(letter_of(number))


def test_what_is_no_letter_is_nobody() -> None:
    assert 0 == number_of("3")


# ---------------------------------------------------------------------------- to be looked at, and axes


async def test_what_nobody_looked_at_is_in_the_queue_until_it_was_shown(room: Room) -> None:
    await room.says(6)
    await room.machine((1, 2, 3, 7), (4, 5))
    board = await theme_board.board(room.database, room.event, room.people[0], Section.LOOK)
    assert isinstance(board, ThemeBoard)
    assert [("1", 1)] == [(item.number, item.new) for item in board.items]
    shown = await theme_board.show(room.database, room.event, room.people[1], "1")
    assert isinstance(shown, ThemeShown)
    assert ["7"] == [quote.number for quote in shown.quotes if quote.new]
    after = await theme_board.board(room.database, room.event, room.people[0], Section.LOOK)
    assert isinstance(after, ThemeBoard)
    assert () == after.items


async def test_ones_own_axes_come_first_and_those_of_others_last(room: Room) -> None:
    for number in range(6, 8):
        await room.says(number)
    await room.machine((1, 2, 3, 7), (4, 5, 8))
    axis = room.event.axis_of(room.event.strategies[7].code).code
    done(await curation.assign(room.database, room.event, room.by(0), axis, "me"))

    async def queue(who: int) -> tuple[list[str], int]:
        board = await theme_board.board(room.database, room.event, room.people[who], Section.LOOK)
        assert isinstance(board, ThemeBoard)
        return [item.number for item in board.items], board.others

    mine = [item.number for item in (await room_items(room)) if axis in item.axes]
    assert mine == (await queue(0))[0][: len(mine)]
    for each in room.event.axes:
        await curation.assign(room.database, room.event, room.by(0), each.code, "A")
    assert ([], 2) == await queue(1)
    assert 2 == len((await queue(0))[0])


async def test_an_axis_is_nobodys_when_who_has_it_leaves_the_regia(room: Room) -> None:
    done(await curation.assign(room.database, room.event, room.by(0), "3", "me"))
    async with room.database.transaction() as tx:
        await tx.fetch("DELETE FROM roles WHERE person_id = $1", room.people[0].id)
    told = await theme_board.axes(room.database, room.event, room.people[1])
    assert isinstance(told, AxesShown)
    assert {""} == {each.letter for each in told.axes}
    done(await curation.assign(room.database, room.event, room.by(1), "3", "me"))


async def room_items(room: Room) -> tuple[Any, ...]:
    return (await theme_board.read(room.database, room.event)).items


async def test_an_axis_somebody_took_meanwhile_is_not_taken_unseen(room: Room) -> None:
    await theme_board.axes(room.database, room.event, room.people[1])
    done(await curation.assign(room.database, room.event, room.by(0), "3", "me"))
    told = await curation.assign(room.database, room.event, room.by(1), "3", "me")
    assert isinstance(told, ThemeChangedMeanwhile)
    assert ("axis", "3", "A") == (told.about, told.number, told.title)
    done(await curation.assign(room.database, room.event, room.by(1), "3", "me"))
    assert Refusal.NOT_UNDONE == refused(await curation.undo(room.database, room.by(0))).refusal
    done(await curation.undo(room.database, room.by(1)))
    again = done(await curation.assign(room.database, room.event, room.by(0), "3", "A"))
    assert again.already
    for who, axis, why in (("Z", "3", Refusal.UNKNOWN_LETTER), ("me", "33", Refusal.UNKNOWN_AXIS)):
        told = await curation.assign(room.database, room.event, room.by(0), axis, who)
        assert why == refused(told).refusal


# ------------------------------------------------------------------------------------------ in any order

numbers = st.integers(1, 14).map(str)
some = st.lists(numbers, min_size=1, max_size=4)
acts = st.one_of(
    st.tuples(st.just("rename"), numbers, st.sampled_from(["Treni", "Case", ""])),
    st.tuples(st.just("merge"), numbers, some),
    st.tuples(st.just("split"), numbers, some),
    st.tuples(st.just("move"), some, numbers | st.sampled_from(["0", "new"])),
    st.tuples(st.just("mark"), numbers, st.booleans()),
    st.tuples(st.just("undo"), st.just("") | numbers, st.none()),
    st.tuples(st.just("withdraw"), st.integers(0, 11), st.none()),
    st.tuples(st.just("restore"), st.integers(0, 11), st.none()),
    st.tuples(st.just("hide"), st.integers(0, 11), st.none()),
    st.tuples(st.just("show"), st.integers(0, 11), st.none()),
    st.tuples(st.just("join"), st.integers(0, 11), st.integers(0, 11)),
    st.tuples(st.just("part"), st.integers(0, 11), st.none()),
    st.tuples(st.just("edit"), st.integers(0, 11), st.none()),
    st.tuples(st.just("says"), st.none(), st.none()),
    st.tuples(st.just("machine"), st.integers(0, 99), st.none()),
    st.tuples(st.just("late machine"), st.integers(0, 99), st.none()),
    st.tuples(st.just("look"), st.none(), st.none()),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 1), acts), max_size=30))
def test_in_any_order_each_contribution_is_in_exactly_one_place(
    turin: Event, done_in_order: list[tuple[int, tuple[str, Any, Any]]]
) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            database = await open_sqlite(Path(folder) / "event.db")
            try:
                room = await Room(database, turin).begin(8)
                await room.machine((1, 2, 3), (4, 5, 6))
                said, early = 8, await thinking.material(database)
                for who, (what, one, other) in done_in_order:
                    if what == "says":
                        await room.says(said)
                        said += 1
                    elif what == "late machine":
                        # It found themes by what was so long ago.
                        await late(room, early, one)
                    else:
                        await act(room, who, what, one, other)
                    await room.sound()
            finally:
                await database.close()

    asyncio.run(play())


async def late(room: Room, early: thinking.Material, seed: int) -> None:
    rng = random.Random(seed)
    groups: dict[str, list[str]] = {}
    for each in early.said:
        groups.setdefault(early.held.get(each.key) or f"g{rng.randrange(3)}", []).append(each.key)
    found = [Theme(key, tuple(keys), leftover=len(keys) == 1) for key, keys in groups.items()]
    await thinking.settle(room.database, early, found, [Description("Tardi", ())] * len(found))


async def act(room: Room, who: int, what: str, one: Any, other: Any) -> None:
    database, by = room.database, room.by(who)
    match what:
        case "rename":
            await curation.rename(database, by, one, other)
        case "merge":
            await curation.merge(database, by, one, other)
        case "split":
            await curation.split(database, by, one, other)
        case "move":
            await curation.move(database, by, one, other)
        case "mark":
            await curation.mark(database, by, one, wished=other)
        case "undo":
            await curation.undo(database, by, one)
        case "look":
            await room.sees_all(who)
        case "machine":
            rng = random.Random(one)
            groups: list[list[int]] = [[], [], []]
            for number in await room.where():
                groups[rng.randrange(3)].append(number)
            await room.machine(*map(tuple, groups))
        case "join":
            # What the schema refuses (another table's, one that stands no more) changes nothing.
            with suppress(sqlite3.IntegrityError):
                async with database.transaction() as tx:
                    await gathering.merge(tx, [f"c{one}"], f"c{other}")
        case _:
            async with database.transaction() as tx:
                sql = {
                    "hide": "UPDATE contributions SET hidden_at = 'x', hidden_because = 'x' WHERE id = $1",
                    "show": "UPDATE contributions SET hidden_at = NULL, hidden_because = NULL WHERE id = $1",
                    "part": "UPDATE contributions SET merged_into = NULL WHERE id = $1",
                    "withdraw": "UPDATE contributions SET withdrawn_at = 'x' WHERE id = $1",
                    "restore": "UPDATE contributions SET withdrawn_at = NULL WHERE id = $1",
                    "edit": "UPDATE contributions SET text = text || '!' WHERE id = $1",
                }[what]
                await tx.fetch(sql, f"c{one}")
