"""A table's own time: prolonging, countdowns, reopening."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from participation import confirming, dots, notices, phases, prolonging, reopening, timing
from participation.event import Phase
from participation.notices import Mover
from storage import moments, tables
from tests.storage.rows import value

if TYPE_CHECKING:
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice
    from storage.people import Person
    from tests.participation.floor import Floor

CHANNEL = -1001
PHASE_WORDS = {"sessione1": Phase.SESSION1, "sessione 1": Phase.SESSION1, "priorità": Phase.PRIORITIES}


async def prolongs(
    floor: Floor,
    person: Person,
    text: str,
    mover: Mover = Mover.FACILITATOR,
    act: str | None = None,
    table: str = "T6",
) -> Notice:
    return await prolonging.by_minutes(
        floor.database, floor.event, table, text, mover, person, floor.now, act
    )


async def until(floor: Floor, person: Person, at: datetime, phase: Phase = Phase.SESSION1) -> Notice:
    return await prolonging.until(
        floor.database,
        floor.event,
        "T6",
        phase,
        prolonging.as_minute(at),
        Mover.FACILITATOR,
        person,
        floor.now,
    )


def at(floor: Floor, time_of_day: str) -> datetime:
    now = floor.now
    moment = floor.at(time_of_day)
    floor.now = now
    return moment


async def voting(floor: Floor) -> Person:
    """Who facilitates T6, which has just opened by the agenda."""
    lara = await floor.facilitator()
    floor.at("10:12")
    await floor.run_due()
    return lara


async def told_of(floor: Floor, person: Person, kind: type[Notice]) -> list[Notice]:
    return [each for each in await floor.told(person) if isinstance(each, kind)]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("5", 5), ("+5", 5), ("5 minuti", 5), ("5 min", 5), ("5'", 5), ("60", 60), ("1 minuto", 1)),
        *(("", None), ("0", None), ("61", None), ("-5", None), ("cinque", None), ("5 6", None)),
    ],
)
def test_minutes_as_people_write_them(text: str, minutes: int | None) -> None:
    assert minutes == prolonging.read_minutes(text)


async def test_the_agenda_leaves_a_prolonged_table_open_until_its_own_closing(floor: Floor) -> None:
    lara = await voting(floor)
    anna = await floor.person(1)
    told = await prolongs(floor, lara, "8")
    assert (
        notices.TableProlonged(
            table="T6",
            phase=Phase.SESSION1,
            until=at(floor, "10:33"),
            before=at(floor, "10:25"),
            mover=Mover.FACILITATOR,
            following=at(floor, "10:38"),
        )
        == told
    )
    assert [told] == await told_of(floor, anna, notices.TableProlonged)
    for time, here, elsewhere in (
        ("10:26", Phase.SESSION1, Phase.PRIORITIES),
        ("10:32", Phase.SESSION1, Phase.SESSION2),
        ("10:33", Phase.PRIORITIES, Phase.SESSION2),
        ("10:37", Phase.PRIORITIES, Phase.SESSION2),
        ("10:38", Phase.SESSION2, Phase.SESSION2),
    ):
        floor.at(time)
        await floor.run_due()
        assert (here, elsewhere) == (await floor.phase("T6"), await floor.phase("T5")), time


async def test_ballot_and_dashboard_show_the_tables_own_closing(floor: Floor) -> None:
    lara = await voting(floor)
    anna = await floor.person(1)

    async def shown() -> tuple[datetime | None, datetime | None, bool, int | None]:
        ballot = await dots.screen(floor.database, floor.event, anna, dots.first_view(floor.event))
        board = await phases.screen(floor.database, floor.event, "T6", floor.now)
        assert ballot is not None
        assert board is not None
        return ballot.closes_at, board.next_at, board.prolonged, board.left

    assert (at(floor, "10:25"), at(floor, "10:25"), False, 13) == await shown()
    await floor.all_drawn()
    await prolongs(floor, lara, "2")
    assert (at(floor, "10:27"), at(floor, "10:27"), True, 15) == await shown()
    assert (anna.id, dots.SCREEN) in await floor.wanted()


async def test_the_regia_overrules_a_prolongation(floor: Floor) -> None:
    lara = await voting(floor)
    vittoria = await floor.regia()
    await prolongs(floor, lara, "30")
    await floor.moves("T6", Phase.PRIORITIES, Mover.REGIA, vittoria)
    assert Phase.PRIORITIES is await floor.phase()


async def test_the_regia_prolongs_and_who_facilitates_is_told(floor: Floor) -> None:
    lara = await voting(floor)
    vittoria = await floor.regia()
    told = await prolongs(floor, vittoria, "5", Mover.REGIA)
    assert [told] == await told_of(floor, lara, notices.TableProlonged)
    assert "regia" == await value(floor.database, "SELECT mover FROM agenda_changes")


async def test_the_same_message_delivered_again_prolongs_once(floor: Floor) -> None:
    lara = await voting(floor)
    await prolongs(floor, lara, "5", act="message:1")
    again = await prolongs(floor, lara, "5", act="message:1")
    assert (
        notices.ProlongedAlready(
            table="T6",
            phase=Phase.SESSION1,
            until=at(floor, "10:30"),
            mover=Mover.FACILITATOR,
            at=floor.now,
        )
        == again
    )
    await prolongs(floor, lara, "5", act="message:2")
    assert at(floor, "10:35") == (await timing.plan_of(floor.database, "T6"))[Phase.PRIORITIES]


async def test_a_button_pressed_by_several_at_once_prolongs_once(floor: Floor) -> None:
    leaders = [await floor.facilitator(900 + number) for number in range(6)]
    floor.at("10:12")
    await floor.run_due()
    wished = at(floor, "10:30")
    said = await asyncio.gather(*(until(floor, person, wished) for person in leaders))
    assert 1 == sum(isinstance(each, notices.TableProlonged) for each in said)
    assert 5 == sum(
        isinstance(each, notices.ProlongedAlready) and each.mover is Mover.FACILITATOR for each in said
    )
    assert wished == (await timing.plan_of(floor.database, "T6"))[Phase.PRIORITIES]


async def test_prolonging_and_the_agenda_contend_for_the_closing_and_one_has_it(floor: Floor) -> None:
    lara = await voting(floor)
    floor.at("10:25")
    said, *_ = await asyncio.gather(prolongs(floor, lara, "5"), floor.run_due(), floor.run_due())
    kept = isinstance(said, notices.TableProlonged) and said.phase is Phase.SESSION1
    assert (Phase.SESSION1 if kept else Phase.PRIORITIES) is await floor.phase()


async def test_a_button_of_before_the_closing_prolongs_nothing(floor: Floor) -> None:
    lara = await voting(floor)
    floor.at("10:26")
    await floor.run_due()
    said = await until(floor, lara, at(floor, "10:31"))
    assert (
        notices.ProlongRefused(
            table="T6", phase=Phase.PRIORITIES, reason="moved_on", mover=Mover.AGENDA, at=floor.now
        )
        == said
    )
    assert at(floor, "10:30") == (await timing.plan_of(floor.database, "T6"))[Phase.SESSION2]


@pytest.mark.parametrize(("time", "reason"), [("9:30", "not_open"), ("12:12", "over"), ("13:30", "over")])
async def test_what_is_not_open_is_not_prolonged(floor: Floor, time: str, reason: str) -> None:
    lara = await floor.facilitator()
    floor.at(time)
    await floor.run_due()
    before = await moments.planned(floor.database)
    said = await prolongs(floor, lara, "5")
    assert isinstance(said, notices.ProlongRefused)
    assert reason == said.reason
    assert before == await moments.planned(floor.database)


@pytest.mark.parametrize("text", ["", "0", "90", "-5", "un po'"])
async def test_minutes_out_of_range_change_nothing_and_say_how(floor: Floor, text: str) -> None:
    lara = await voting(floor)
    assert notices.ProlongUnclear(
        table="T6", misread=text, most=60, phase=Phase.SESSION1, until=at(floor, "10:25")
    ) == await prolongs(floor, lara, text)
    assert at(floor, "10:25") == (await timing.plan_of(floor.database, "T6"))[Phase.PRIORITIES]


@pytest.mark.parametrize("wished", ["", "abc", "99999999999", "12"])
async def test_a_forged_time_is_no_time(floor: Floor, wished: str) -> None:
    lara = await voting(floor)
    for each in (wished, prolonging.as_minute(floor.now + timedelta(hours=9))):
        said = await prolonging.until(
            floor.database,
            floor.event,
            "T6",
            Phase.SESSION1,
            each,
            Mover.FACILITATOR,
            lara,
            floor.now,
        )
        assert notices.ButtonOutdated() == said


async def test_session_2_prolonged_moves_the_closing_of_that_table_alone(floor: Floor) -> None:
    lara = await floor.facilitator()
    floor.at("12:00")
    await floor.run_due()
    await prolongs(floor, lara, "5")
    floor.at("12:12")
    await floor.run_due()
    assert (Phase.SESSION2, Phase.CLOSING) == (await floor.phase("T6"), await floor.phase("T5"))


# --- countdown ------------------------------------------------------------------------------------------


async def test_five_minutes_and_one_before_its_own_closing_who_has_not_finished_is_told(floor: Floor) -> None:
    lara = await voting(floor)
    anna, bruno = await floor.person(1), await floor.person(2)
    other = await floor.person(3, "T5")
    await dots.finish(floor.database, bruno)
    await prolongs(floor, lara, "3")
    heard: dict[str, list[int]] = {"T6": [], "T5": []}
    while floor.now < at(floor, "10:29"):
        floor.later(30)
        await floor.run_due()
        await floor.spread()
    for person, table in ((anna, "T6"), (other, "T5")):
        for each in await told_of(floor, person, notices.Countdown):
            assert isinstance(each, notices.Countdown)
            assert table == each.table
            heard[table].append(each.minutes)
            assert at(floor, "10:28" if table == "T6" else "10:25") == each.closes_at
    assert {"T6": [5, 1], "T5": [5, 1]} == heard
    assert [] == await told_of(floor, bruno, notices.Countdown)


async def test_in_session_2_who_facilitates_is_told(floor: Floor) -> None:
    lara = await floor.facilitator()
    anna = await floor.person(1)
    floor.at("12:04")
    await floor.run_due()
    while floor.now < at(floor, "12:10"):
        floor.later(60)
        await floor.run_due()
        await floor.spread()
    said = await told_of(floor, lara, notices.Countdown)
    assert [5, 1] == [each.minutes for each in said if isinstance(each, notices.Countdown)]
    assert [] == await told_of(floor, anna, notices.Countdown)


async def test_the_dashboard_is_drawn_each_minute_when_the_closing_is_near(floor: Floor) -> None:
    lara = await voting(floor)
    await phases.show(floor.database, lara, "T6")
    for _ in range(3):
        await floor.all_drawn()
        floor.later(60)
        await floor.run_due()
        assert [(lara.id, "table:T6")] == await floor.wanted()
    floor.at("10:50")
    await floor.run_due()
    await floor.all_drawn()
    floor.later(60)
    await floor.run_due()
    assert [] == await floor.wanted()


# --- reopening ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T6 sessione1", ("T6", Phase.SESSION1, 10, None)),
        ("t6 SESSIONE 1", ("T6", Phase.SESSION1, 10, None)),
        ("T6 sessione1 15", ("T6", Phase.SESSION1, 15, None)),
        ("T6 sessione1 15 minuti: mancava la rete", ("T6", Phase.SESSION1, 15, "mancava la rete")),
        ("T6 priorità rifacciamo i conti", ("T6", Phase.PRIORITIES, 10, "rifacciamo i conti")),
        ("T6 sessione1, 999 persone", ("T6", Phase.SESSION1, 10, "999 persone")),
        ("T66 sessione1", notices.ReopenUnclear(misread="T66", nearest="T6")),
        ("T6 sesione1", notices.ReopenUnclear(misread="sesione1", nearest="sessione1")),
        ("T6", notices.ReopenUnclear(misread="")),
        ("", notices.ReopenUnclear(misread="")),
    ],
)
def test_what_is_to_be_reopened_for_how_long_and_why(turin: Event, text: str, expected: object) -> None:
    assert expected == reopening.read_command(text, turin, PHASE_WORDS)


async def reopens(floor: Floor, vittoria: Person, phase: Phase, minutes: int = 10) -> list[Notice]:
    asked = await confirming.reopen(
        floor.database, "T6", phase, minutes, "mancava la rete", floor.asker(vittoria)
    )
    assert isinstance(asked, notices.ReopenAsked)
    return await floor.answers(vittoria, asked.token)


async def announced(floor: Floor, key: str) -> int:
    """How often this was announced; of what nobody got yet only the newest goes out."""
    return int(
        await value(floor.database, "SELECT count(*) FROM announcements WHERE key LIKE $1 || '%'", key)
    )


async def test_reopened_the_ballots_change_again_and_the_priorities_are_computed_anew(floor: Floor) -> None:
    vittoria = await floor.regia()
    lara = await voting(floor)
    anna = await floor.votes(1, "1.3", "2.1")
    floor.at("10:40")
    await floor.run_due()
    before = await floor.database.fetch("SELECT strategy, kept FROM priorities WHERE table_code = 'T6'")
    assert {"1.3", "2.1"} == {row["strategy"] for row in before}
    assert [] == await reopens(floor, vittoria, Phase.SESSION1)
    assert Phase.SESSION1 is await floor.phase()
    told = await told_of(floor, anna, notices.TableReopened)
    assert [
        notices.TableReopened(
            table="T6", phase=Phase.SESSION1, until=at(floor, "10:50"), reason="mancava la rete"
        )
    ] == told
    assert told == await told_of(floor, vittoria, notices.TableReopened)
    assert told == await told_of(floor, lara, notices.TableReopened)
    await floor.put(anna, s2_1=0, s5_4=1)
    aside = json.loads(await value(floor.database, "SELECT content FROM priorities_set_aside"))
    assert ["1.3", "2.1"] == sorted(each["strategy"] for each in aside["candidates"])
    assert aside["decided"]
    floor.at("10:50")
    await floor.run_due()
    assert Phase.PRIORITIES is await floor.phase()
    after = await floor.database.fetch("SELECT strategy FROM priorities WHERE table_code = 'T6'")
    assert {"1.3", "5.4"} == {row["strategy"] for row in after}
    assert 2 == await announced(floor, "proposed:T6")
    floor.at("10:55")
    await floor.run_due()
    assert Phase.SESSION2 is await floor.phase()
    assert 2 == await announced(floor, "priorities:T6:standing")
    step = (await tables.history(floor.database, "T6"))[3]
    assert ("session2", "session1", "regia", vittoria.id, True, "mancava la rete") == (
        step.from_phase,
        step.to_phase,
        step.mover,
        step.person,
        step.reopened,
        step.reason,
    )


async def test_priorities_reopened_are_proposed_again_from_the_same_dots(floor: Floor) -> None:
    vittoria = await floor.regia()
    await voting(floor)
    await floor.votes(1, "1.3")
    floor.at("10:40")
    await floor.run_due()
    await reopens(floor, vittoria, Phase.PRIORITIES, 5)
    assert 2 == await announced(floor, "proposed:T6")
    assert not await value(floor.database, "SELECT open FROM ballots WHERE table_code = 'T6'")
    floor.at("10:45")
    await floor.run_due()
    assert Phase.SESSION2 is await floor.phase()


async def test_session_2_reopened_after_the_thanks_ends_with_thanks_again(floor: Floor) -> None:
    vittoria = await floor.regia()
    await voting(floor)
    anna = await floor.votes(1, "1.3")
    floor.at("13:05")
    await floor.run_due()
    await reopens(floor, vittoria, Phase.SESSION2)
    await floor.says(anna, "Si parla di treni")
    assert [("Si parla di treni", None, None)] == await floor.contributions()
    floor.at("13:16")
    await floor.run_due()
    assert Phase.AFTERMATH is await floor.phase()
    assert 2 == await announced(floor, "thanks:T6")


async def test_what_a_table_is_not_past_is_not_reopened(floor: Floor) -> None:
    vittoria = await floor.regia()
    await voting(floor)
    for phase in (Phase.SESSION1, Phase.SESSION2, Phase.REGISTRATION):
        assert notices.ReopenRefused(
            table="T6", phase=phase, now_in=Phase.SESSION1
        ) == await confirming.reopen(floor.database, "T6", phase, 10, None, floor.asker(vittoria))


async def test_two_who_reopen_at_once_reopen_once(floor: Floor) -> None:
    regia = [await floor.regia(950), await floor.regia(951)]
    await voting(floor)
    floor.at("10:40")
    await floor.run_due()
    said = await asyncio.gather(*(reopens(floor, person, Phase.SESSION1) for person in regia))
    assert [[], [notices.ReopenRefused(table="T6", phase=Phase.SESSION1, now_in=Phase.SESSION1)]] == sorted(
        said, key=len
    )
    assert 1 == await value(floor.database, "SELECT reopenings FROM tables WHERE code = 'T6'")


async def test_the_pictures_of_the_votes_wait_for_the_last_table_and_come_again_after_a_reopening(
    floor: Floor,
) -> None:
    vittoria = await floor.regia()
    lara = await voting(floor)

    async def posted() -> list[str]:
        rows = await floor.database.fetch(
            "SELECT content FROM outbox WHERE chat_id = $1 ORDER BY id", CHANNEL
        )
        posts = [json.loads(row["content"])["post"] for row in rows]
        return [post for post in posts if post not in {"turnout", "contributions"}]

    await prolongs(floor, lara, "5")
    floor.at("10:26")
    await floor.run_due(CHANNEL)
    assert [] == await posted()
    floor.at("10:30")
    await floor.run_due(CHANNEL)
    assert ["heatmap", "priorities", "ranking"] == sorted(await posted())
    floor.at("10:40")
    await floor.run_due(CHANNEL)
    before = len(await posted())
    await reopens(floor, vittoria, Phase.SESSION1)
    floor.at("10:56")
    await floor.run_due(CHANNEL)
    assert ["heatmap", "priorities", "ranking"] == sorted((await posted())[before:])
