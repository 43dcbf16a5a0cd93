"""Ties at a table: places left empty, run-off, draw, by hand; what is told, and what is kept to oneself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from participation import agenda, draws, lots, notices, priorities, reasons, runoffs, summary, ties
from participation.disclosure import tellable
from participation.event import Phase
from participation.notices import PrioritiesRefused, Role, RunoffRefused, TieRefused, TieTold
from storage import ballots, moments
from storage import priorities as stored_priorities
from storage import ties as stored
from tests.participation.floor import open_floor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from participation.event import Event
    from storage.people import Person
    from storage.ties import TieRow
    from tests.participation.floor import Floor

UNDISPUTED = ("3.2", "1.1", "1.2", "2.1", "2.2")
TIED = ("4.1", "5.1", "6.1")

LEADS = Role.FACILITATOR


async def closed(floor: Floor, more: int = 0) -> tuple[list[Person], Person]:
    """T6 closed: five undisputed, three tied for one place. `more`: voters who put no dot on the tied."""
    await floor.moves("T6", Phase.SESSION1)
    people = [
        await floor.votes(1, "3.2", "1.1", "1.2", "2.1", "2.2", "4.1"),
        await floor.votes(2, "3.2", "1.1", "1.2", "2.1", "2.2", "5.1"),
        await floor.votes(3, "3.2", "6.1"),
    ]
    people += [await floor.votes(10 + n, "3.2", "1.1") for n in range(more)]
    lara = await floor.facilitator()
    await floor.moves("T6", Phase.PRIORITIES)
    return people, lara


async def run_off(floor: Floor, lara: Person, runoff: str = "run-off", nth: int | None = None) -> Any:
    return await runoffs.begin(floor.database, floor.event, lara, "T6", nth, runoff, floor.now)


async def choose(floor: Floor, person: Person, code: str, act: str | None = None) -> notices.Notice:
    act = act or floor.new_id()
    return await runoffs.choose(floor.database, person, "run-off", code, floor.now, act)


async def close(floor: Floor, lara: Person) -> notices.Notice | None:
    return await runoffs.close(floor.database, floor.event, lara, "T6", None, floor.now)


async def fewer(floor: Floor, lara: Person, nth: int | None = None) -> notices.Notice | None:
    return await draws.leave_empty(floor.database, floor.event, lara, "T6", nth, floor.now)


SECRET = "a secret"


async def promise(floor: Floor, nth: int | None = None, secret: str = SECRET) -> notices.Notice | None:
    return await draws.promise(floor.database, "T6", nth, floor.new_id(), secret, floor.now)


async def draw(floor: Floor, lara: Person, word: str = "") -> notices.Notice | None:
    return await draws.draw(floor.database, floor.event, lara, "T6", None, word, floor.now)


async def stands(floor: Floor, table: str = "T6") -> tuple[str, ...]:
    found = await stored_priorities.of_table(floor.database, table)
    assert found is not None
    return priorities.standing(found)


async def ties_of(floor: Floor, table: str = "T6") -> tuple[TieRow, ...]:
    return await stored.of_table(floor.database, table)


async def settled(floor: Floor) -> TieTold:
    """What is told of the first tie."""
    return ties.told((await ties_of(floor))[0], {})


# --- fewer ----------------------------------------------------------------------------------------------


async def test_places_left_empty_can_be_contested_again_until_the_table_confirms(floor: Floor) -> None:
    _, lara = await closed(floor)
    assert await fewer(floor, lara) is None
    assert ("fewer", ()) == ((await settled(floor)).how, (await settled(floor)).chosen)
    board = await priorities.screen(floor.database, floor.event, "T6")
    assert board is not None
    assert ((), 0, 0, 1) == (board.tied, board.places, board.nth, board.reopens)
    assert await draws.reopen(floor.database, floor.event, "T6", 1, floor.now) is None
    board = await priorities.screen(floor.database, floor.event, "T6")
    assert board is not None
    assert (TIED, 1, 1, 0) == (tuple(row[0] for row in board.tied), board.places, board.nth, board.reopens)
    await fewer(floor, lara)
    await floor.confirms(lara)
    assert UNDISPUTED == await stands(floor)
    refused = await draws.reopen(floor.database, floor.event, "T6", 1, floor.now)
    assert PrioritiesRefused(table="T6", reason="decided", at=floor.now, role=LEADS) == refused


async def test_the_second_who_settles_hears_since_when_it_is(floor: Floor) -> None:
    _, lara = await closed(floor)
    bruno = await floor.facilitator(902)
    at = floor.now
    first, second = await asyncio.gather(fewer(floor, lara, 1), fewer(floor, bruno, 1))
    assert {None, TieRefused(table="T6", reason="none", at=at, role=LEADS)} == {first, second}
    floor.later()
    assert TieRefused(table="T6", reason="none", at=at, role=LEADS) == await run_off(floor, bruno, nth=1)
    assert TieRefused(table="T6", reason="none", at=at, role=LEADS) == await promise(floor, nth=1)


async def test_before_the_closing_there_is_no_tie_to_settle(floor: Floor) -> None:
    lara = await floor.facilitator()
    for refused in (await fewer(floor, lara), await run_off(floor, lara), await promise(floor)):
        assert TieRefused(table="T6", reason="open") == refused
    assert TieRefused(table="T6", reason="open") == await close(floor, lara)
    assert TieRefused(table="T6", reason="open") == await runoffs.count_hands(floor.database, "T6", "4.1 2")


# --- run-off --------------------------------------------------------------------------------------------


async def test_a_run_off_is_brought_to_everybody_at_the_table_and_closes_by_its_countdown(
    floor: Floor,
) -> None:
    people, lara = await closed(floor, more=3)
    stranger = await floor.person(50, "T5")
    await floor.all_drawn()
    assert await run_off(floor, lara) is None
    wanted = await floor.wanted()
    assert {(person.id, "runoff:run-off") for person in people} == {
        each for each in wanted if each[1].startswith("runoff")
    }
    opened = floor.now
    until = opened + timedelta(minutes=2)
    assert (
        notices.RunoffOpened(table="T6", zone=None, strategies=TIED, places=1, closes_at=until)
        == (await floor.told(lara))[-1]
    )
    for person, code in zip(people, ("4.1", "5.1", "5.1", "5.1", "5.1", "4.1"), strict=True):
        assert notices.RunoffChosen(strategy=code, closes_at=until) == await choose(floor, person, code)
    assert RunoffRefused(reason="elsewhere") == await choose(floor, stranger, "5.1")
    assert RunoffRefused(reason="unknown", strategies=TIED) == await choose(floor, people[0], "3.2")
    floor.later(119)
    await floor.run_due()
    assert (await ties_of(floor))[0].how is None
    floor.later(1)
    await floor.run_due()
    told = await settled(floor)
    assert ("runoff", ("5.1",), 6) == (told.how, told.chosen, told.voters)
    assert (("4.1", 2), ("5.1", 4), ("6.1", 0)) == told.counts
    expected = notices.TieSettled(table="T6", tie=told, pending=(), places=0)
    for person in (*people, lara):
        assert expected == (await floor.told(person))[-1]
    assert [] == await floor.told(stranger)
    # Who chose what is forgotten; only the count is left.
    assert [] == await floor.database.fetch("SELECT * FROM runoff_choices")
    late = await choose(floor, people[0], "4.1")
    assert RunoffRefused(reason="closed", at=floor.now) == late
    assert told == await settled(floor)
    assert await floor.confirms(lara) is None
    assert (*UNDISPUTED, "5.1") == await stands(floor)
    (decided,) = [each for each in await floor.told(lara) if isinstance(each, notices.PrioritiesDecided)]
    assert (told,) == decided.ties


async def test_a_mind_may_change_and_the_same_tap_again_changes_nothing(floor: Floor) -> None:
    people, lara = await closed(floor)
    await run_off(floor, lara)
    await choose(floor, people[0], "4.1", "press:1")
    await choose(floor, people[0], "6.1", "press:2")
    again = await choose(floor, people[0], "4.1", "press:1")
    assert isinstance(again, notices.RunoffChosen)
    assert "6.1" == again.strategy
    await close(floor, lara)
    (tie, *_) = await ties_of(floor)
    assert {"4.1": 0, "5.1": 0, "6.1": 1} == {c.strategy: c.taps for c in tie.candidates}


async def test_hands_count_as_they_were_said_last(floor: Floor) -> None:
    people, lara = await closed(floor)
    refused = await runoffs.count_hands(floor.database, "T6", "4.1 2")
    assert TieRefused(table="T6", reason="no_runoff") == refused
    await run_off(floor, lara)
    until = floor.now + timedelta(minutes=2)
    for said in ("4.1 2", "4.1 4", "5,1: 3, 6.1=0"):
        told = await runoffs.count_hands(floor.database, "T6", said)
    hands = (("4.1", 4), ("5.1", 3), ("6.1", 0))
    assert notices.RunoffHands(table="T6", hands=hands, closes_at=until) == told
    for unclear in ("", "4.1", "4.1 due", "3.2 4", "4.1 4 3.2 1", "4.1 4000"):
        expected = notices.RunoffHandsUnclear(table="T6", strategies=TIED, misread=unclear)
        assert expected == await runoffs.count_hands(floor.database, "T6", unclear)
    await choose(floor, people[0], "5.1")
    board = await priorities.screen(floor.database, floor.event, "T6")
    assert board is not None
    assert notices.RunoffState(closes_at=until, choosing=1, hands=7) == board.runoff
    await close(floor, lara)
    (tie, *_) = await ties_of(floor)
    assert {"4.1": (4, 0), "5.1": (3, 1), "6.1": (0, 0)} == {
        c.strategy: (c.hands, c.taps) for c in tie.candidates
    }
    # Four and four: still tied, and with one tap among hands that all have seen nothing is told in numbers.
    told_of = await settled(floor)
    assert ((), ("4.1", "5.1"), 8, ()) == (
        told_of.chosen,
        told_of.still_tied,
        told_of.voters,
        told_of.counts,
    )


@pytest.mark.parametrize(
    ("taps", "hands", "shown"),
    [(4, 0, False), (5, 0, True), (1, 20, False), (4, 4, False), (0, 4, False), (0, 5, True), (5, 1, True)],
)
def test_counts_are_shown_when_they_tell_on_nobody(taps: int, hands: int, shown: bool) -> None:
    assert shown == tellable(taps, hands)


async def test_counts_of_few_are_shown_nowhere(floor: Floor) -> None:
    people, lara = await closed(floor)
    await run_off(floor, lara)
    for person in people:
        await choose(floor, person, "5.1")
    await close(floor, lara)
    told = await settled(floor)
    assert (("5.1",), 3, ()) == (told.chosen, told.voters, told.counts)
    known: Any = (await summary.by_table(floor.database))["T6"]["ties"]
    assert [(None, 3)] == [(tie["counts"], tie["voters"]) for tie in known]
    chosen = {row.table: row for row in (await summary.chosen(floor.database, floor.now)).tables}
    assert (told,) == chosen["T6"].ties


async def test_a_run_off_that_leaves_equals_goes_on_to_fewer_or_a_draw_alone(floor: Floor) -> None:
    people, lara = await closed(floor)
    await run_off(floor, lara)
    await choose(floor, people[0], "4.1")
    await choose(floor, people[1], "5.1")
    await close(floor, lara)
    board = await priorities.screen(floor.database, floor.event, "T6")
    assert board is not None
    assert (("4.1", "5.1"), 1, 2, True) == (
        tuple(row[0] for row in board.tied),
        board.places,
        board.nth,
        board.after_runoff,
    )
    assert TieRefused(table="T6", reason="after_runoff") == await run_off(floor, lara, "another")
    by_hand = await floor.keeps(lara, "T6", "4.1", kept=True)
    assert PrioritiesRefused(table="T6", reason="after_runoff") == by_hand
    assert await promise(floor) is None
    assert await draw(floor, lara, "girasole") is None
    first, second = await ties_of(floor)
    assert ("runoff", "draw") == (first.how, second.how)
    assert lots.draw(lots.seed("a secret", "girasole"), ("4.1", "5.1"), 1) == second.chosen
    assert await floor.confirms(lara) is None
    assert (*UNDISPUTED, *second.chosen) == await stands(floor)


async def test_while_a_run_off_is_open_nothing_else_settles_the_tie(floor: Floor) -> None:
    _, lara = await closed(floor)
    await floor.keeps(lara, "T6", "4.1", kept=True)
    await run_off(floor, lara)
    at = floor.now
    # What was marked by hand gave way.
    assert UNDISPUTED == await stands(floor)
    assert PrioritiesRefused(table="T6", reason="runoff", at=at, role=LEADS) == await floor.confirms(lara)
    by_hand = await floor.keeps(lara, "T6", "5.1", kept=True)
    assert PrioritiesRefused(table="T6", reason="runoff", at=at, role=LEADS) == by_hand
    for refused in (
        await fewer(floor, lara),
        await promise(floor),
        await run_off(floor, lara, "another"),
    ):
        assert TieRefused(table="T6", reason="runoff", at=at, role=LEADS) == refused
    assert 1 == len(await floor.database.fetch("SELECT * FROM runoffs"))
    # The undisputed may still be dropped.
    assert await floor.keeps(lara, "T6", "2.2", kept=False) is None
    await close(floor, lara)
    assert UNDISPUTED[:-1] == await stands(floor)


async def test_taps_and_the_closing_contend_and_every_acknowledged_tap_is_counted(floor: Floor) -> None:
    people, lara = await closed(floor, more=9)
    await run_off(floor, lara)
    taps = [choose(floor, person, TIED[n % 3]) for n, person in enumerate(people)]
    answers = await asyncio.gather(*taps[:6], close(floor, lara), *taps[6:])
    acknowledged = sum(isinstance(told, notices.RunoffChosen) for told in answers)
    refused = sum(isinstance(told, RunoffRefused) and told.reason == "closed" for told in answers)
    assert len(people) == acknowledged + refused
    (tie, *_) = await ties_of(floor)
    assert acknowledged == sum(c.taps for c in tie.candidates)


async def test_two_closings_count_once(floor: Floor) -> None:
    people, lara = await closed(floor)
    bruno = await floor.facilitator(902)
    await run_off(floor, lara)
    await choose(floor, people[0], "4.1")
    floor.later(120)
    answers = await asyncio.gather(close(floor, lara), floor.run_due(), close(floor, bruno))
    assert 1 <= sum(isinstance(told, TieRefused) for told in answers) <= 2
    assert 1 == sum(isinstance(told, notices.TieSettled) for told in await floor.told(people[0]))
    assert 1 == len(await ties_of(floor))


async def test_a_run_off_goes_on_when_the_event_file_was_changed_meanwhile(floor: Floor) -> None:
    people, lara = await closed(floor)
    await run_off(floor, lara)
    await choose(floor, people[0], "4.1")
    await agenda.prepare(floor.database, floor.event, "another text", floor.now, channel=True)
    due = await moments.due(floor.database, floor.later(120))
    assert "runoff:run-off" in [moment.key for moment in due]
    await floor.run_due()
    assert ("4.1",) == (await settled(floor)).chosen


async def test_session_2_begins_while_a_run_off_is_open_and_its_winner_joins_what_stands(
    floor: Floor,
) -> None:
    people, lara = await closed(floor)
    await run_off(floor, lara)
    await floor.moves("T6", Phase.SESSION2)
    assert UNDISPUTED == await stands(floor)
    said = await floor.says(people[2], "6.1")
    assert (notices.RunoffChosen(strategy="6.1", closes_at=floor.now + timedelta(minutes=2)),) == said
    await close(floor, lara)
    assert (*UNDISPUTED, "6.1") == await stands(floor)


async def test_a_code_of_the_run_off_is_a_choice_and_every_other_message_is_what_it_was(floor: Floor) -> None:
    people, lara = await closed(floor)
    before = await floor.says(people[0], "4.1")
    assert isinstance(before[0], notices.BallotNotOpen)
    await run_off(floor, lara)
    (chosen,) = await floor.says(people[0], "5,1")
    assert isinstance(chosen, notices.RunoffChosen)
    assert isinstance((await floor.says(people[0], "3.2"))[0], notices.BallotNotOpen)
    assert isinstance((await floor.says(people[0], "4.1 5.1"))[0], notices.BallotNotOpen)
    shown = await runoffs.screen(floor.database, people[0], "run-off")
    assert shown is not None
    assert ("5.1", None) == (shown.chosen, shown.result)
    message = floor.message(people[0])
    await floor.says(people[0], "6.1", message)
    await floor.says(people[0], "4.1")
    await floor.says(people[0], "6.1", message)
    shown = await runoffs.screen(floor.database, people[0], "run-off")
    assert shown is not None
    assert "4.1" == shown.chosen


async def test_who_is_erased_while_a_run_off_is_open_takes_their_choice_with_them(floor: Floor) -> None:
    people, lara = await closed(floor)
    await run_off(floor, lara)
    await choose(floor, people[0], "4.1")
    async with floor.database.transaction() as tx:
        await tx.fetch("DELETE FROM runoff_choices WHERE person_id = $1", people[0].id)
    await close(floor, lara)
    assert 0 == (await settled(floor)).voters


# --- draw -----------------------------------------------------------------------------------------------


async def test_a_draw_is_promised_to_everybody_concerned_before_it_is_drawn(floor: Floor) -> None:
    people, lara = await closed(floor)
    vittoria = await floor.regia()
    assert TieRefused(table="T6", reason="not_promised") == await draw(floor, lara, "girasole")
    assert await promise(floor) is None
    promised = notices.DrawPromised(
        table="T6", zone=None, strategies=TIED, places=1, commitment=lots.commitment("a secret")
    )
    for person in (*people, lara, vittoria):
        assert promised == (await floor.told(person))[-1]
        assert "a secret" not in str(await floor.told(person))
    # Asked for again, it is the same promise: nobody gets a second secret to choose from.
    assert promised == await promise(floor, secret="a better secret")
    assert (await ties_of(floor))[0].how is None
    assert await draw(floor, lara, " GIRASOLE ") is None
    told = await settled(floor)
    drawn = lots.draw(lots.seed("a secret", "girasole"), TIED, 1)
    assert ("draw", drawn, "a secret", "girasole") == (told.how, told.chosen, told.secret, told.word)
    for person in (*people, vittoria):
        last = (await floor.told(person))[-1]
        assert isinstance(last, notices.TieSettled)
        assert told == last.tie
    assert isinstance(await draw(floor, lara, "tulipano"), TieRefused)
    assert told == await settled(floor)
    (found,) = await draws.all_drawn(floor.database)
    assert ((), True) == (lots.problems(found.record), found.published)


async def test_after_the_promise_only_the_draw_or_empty_places_are_left(floor: Floor) -> None:
    _, lara = await closed(floor)
    await promise(floor)
    at = floor.now
    floor.later()
    assert TieRefused(table="T6", reason="promised", at=at) == await run_off(floor, lara)
    by_hand = await floor.keeps(lara, "T6", "4.1", kept=True)
    assert PrioritiesRefused(table="T6", reason="promised", at=at) == by_hand
    assert PrioritiesRefused(table="T6", reason="promised", at=at) == await floor.confirms(lara)
    assert TieRefused(table="T6", reason="long_word") == await draw(floor, lara, "parola" * 20)
    assert await fewer(floor, lara) is None
    assert [] == await draws.all_drawn(floor.database)


# --- zones ----------------------------------------------------------------------------------------------


@pytest.fixture
async def shared(template: Path, turin: Event) -> AsyncIterator[Floor]:
    """A floor where a table for two zones guarantees each one place."""
    session1 = turin.session1.model_copy(update={"guaranteed_places": 1, "priorities": 2})
    async with open_floor(template, turin.model_copy(update={"session1": session1})) as floor:
        yield floor


async def vote_at(floor: Floor, table: str, ballots_by_zone: Mapping[str, list[tuple[str, ...]]]) -> None:
    await floor.moves(table, Phase.SESSION1)
    number = 100
    for zone, each in ballots_by_zone.items():
        for codes in each:
            number += 1
            await floor.votes(number, *codes, table=table, zone=zone)
    await floor.moves(table, Phase.PRIORITIES)


LARGE: list[tuple[str, ...]] = [("1.1", "1.2")] * 8
SMALL: list[tuple[str, ...]] = [("2.1",)] * 5


async def test_a_zone_whose_first_choice_is_out_is_pointed_out(floor: Floor) -> None:
    zones = floor.event.table("T9").zones
    session1 = floor.event.session1.model_copy(update={"priorities": 2})
    floor.event = floor.event.model_copy(update={"session1": session1})
    lara = await floor.facilitator(900, "T9")
    await vote_at(floor, "T9", {zones[0]: LARGE, zones[1]: SMALL})
    (_, told) = await floor.told(lara)
    assert isinstance(told, notices.PrioritiesProposed)
    out = (notices.ZoneLeftOut(zone=zones[1], strategies=("2.1",)),)
    assert (("1.1", "1.2"), out) == (told.proposed, told.left_out)
    board = await priorities.screen(floor.database, floor.event, "T9")
    assert board is not None
    assert out == board.left_out
    # Dropping the first choice of the other zone puts it out, too.
    await floor.keeps(lara, "T9", "1.1", kept=False)
    await floor.keeps(lara, "T9", "1.2", kept=False)
    board = await priorities.screen(floor.database, floor.event, "T9")
    assert board is not None
    assert [*zones] == [zone.zone for zone in board.left_out]


async def test_with_guaranteed_places_each_zone_has_its_most_voted(shared: Floor) -> None:
    zones = shared.event.table("T9").zones
    lara = await shared.facilitator(900, "T9")
    await vote_at(shared, "T9", {zones[0]: [*LARGE, ("1.1",)], zones[1]: SMALL})
    (_, told) = await shared.told(lara)
    assert isinstance(told, notices.PrioritiesProposed)
    assert (("1.1", "2.1"), (), ()) == (told.proposed, told.tied, told.left_out)


async def test_ties_for_guaranteed_places_are_settled_one_after_the_other(shared: Floor) -> None:
    zones = shared.event.table("T9").zones
    lara = await shared.facilitator(900, "T9")
    await vote_at(shared, "T9", {zones[0]: LARGE, zones[1]: [("2.1", "2.2") for _ in range(5)]})
    (_, told) = await shared.told(lara)
    assert isinstance(told, notices.PrioritiesProposed)
    assert ((), ("1.1", "1.2"), 1, zones[0]) == (told.proposed, told.tied, told.places, told.zone)
    assert await shared.keeps(lara, "T9", "1.2", kept=True) is None
    # Confirming settles what the board shows; the next tie is asked for, not silently left empty.
    assert PrioritiesRefused(table="T9", reason="another_tie") == await shared.confirms(lara, "T9")
    board = await priorities.screen(shared.database, shared.event, "T9")
    assert board is not None
    assert (("1.2", 8, True),) == board.proposed
    assert (("2.1", "2.2"), zones[1], 2) == (tuple(row[0] for row in board.tied), board.zone, board.nth)
    await shared.keeps(lara, "T9", "2.1", kept=True)
    assert await shared.confirms(lara, "T9") is None
    assert ("1.2", "2.1") == await stands(shared, "T9")
    assert ["hand", "hand"] == [tie.how for tie in await ties_of(shared, "T9")]


async def test_nothing_is_guaranteed_to_so_few_that_it_would_tell_on_them(shared: Floor) -> None:
    zones = shared.event.table("T9").zones
    lara = await shared.facilitator(900, "T9")
    await vote_at(shared, "T9", {zones[0]: LARGE, zones[1]: SMALL[:4]})
    (_, told) = await shared.told(lara)
    assert isinstance(told, notices.PrioritiesProposed)
    assert (("1.1", "1.2"), ()) == (told.proposed, told.left_out)
    by_zone = await ballots.of_table_by_zone(shared.database, "T9")
    assert {zones[0]: 8, zones[1]: 4} == {zone: tally.voters for zone, tally in by_zone.items()}


# --- floor, automatic, reasons --------------------------------------------------------------------------


def ruled(turin: Event, **rules: object) -> Event:
    return turin.model_copy(update={"session1": turin.session1.model_copy(update=rules)})


async def test_below_the_floor_nothing_is_proposed(template: Path, turin: Event) -> None:
    async with open_floor(template, ruled(turin, priority_floor=2)) as floor:
        _, lara = await closed(floor)
        (_, told) = await floor.told(lara)
        assert isinstance(told, notices.PrioritiesProposed)
        assert (UNDISPUTED, ()) == (told.proposed, told.tied)


@pytest.mark.parametrize("way", ["fewer", "runoff", "draw"])
async def test_where_the_event_says_automatic_settling_the_tie_confirms(
    template: Path, turin: Event, way: str
) -> None:
    async with open_floor(template, ruled(turin, priority_choice="automatic")) as floor:
        people, lara = await closed(floor)
        dropped = await floor.keeps(lara, "T6", "3.2", kept=False)
        assert PrioritiesRefused(table="T6", reason="automatic") == dropped
        match way:
            case "fewer":
                await fewer(floor, lara)
            case "runoff":
                await run_off(floor, lara)
                await choose(floor, people[0], "6.1")
                await close(floor, lara)
            case _:
                await promise(floor)
                await draw(floor, lara)
        told = (await floor.told(people[0]))[-1]
        assert isinstance(told, notices.PrioritiesDecided)
        assert (True, way) == (told.confirmed, told.ties[0].how)
        assert (5 if way == "fewer" else 6) == len(told.priorities)


async def change(floor: Floor, lara: Person, wished: dict[str, bool], **how: Any) -> notices.Notice | None:
    return await priorities.change(floor.database, floor.event, lara, "T6", wished, floor.now, **how)


async def test_a_reason_is_told_wherever_the_priorities_are(floor: Floor) -> None:
    people, lara = await closed(floor)
    assert await change(floor, lara, {"2.1": False, "2.2": False}, reason="Non ci riguardano") is None
    asked = await change(floor, lara, {"4.1": True}, ask=True)
    assert notices.ReasonAsked(table="T6", strategy="4.1", dropped=False) == asked
    assert (notices.ReasonKept(reason="La scuola è qui"),) == await floor.says(lara, "La scuola è qui")
    await change(floor, lara, {"2.1": True})
    board = await priorities.screen(floor.database, floor.event, "T6")
    assert board is not None
    dropped = (notices.Dropped(strategy="2.2", reason="Non ci riguardano"),)
    assert dropped == board.dropped
    assert (notices.Dropped(strategy="4.1", reason="La scuola è qui"),) == board.reasons
    await floor.confirms(lara)
    told = (await floor.told(people[0]))[-1]
    assert isinstance(told, notices.PrioritiesDecided)
    assert (dropped, ("La scuola è qui",)) == (told.dropped, told.ties[0].reasons)
    chosen = {row.table: row for row in (await summary.chosen(floor.database, floor.now)).tables}
    assert (told.dropped, told.ties) == (chosen["T6"].dropped, chosen["T6"].ties)
    by_table = (await summary.by_table(floor.database))["T6"]
    assert [{"strategy": "2.2", "reason": "Non ci riguardano"}] == by_table["dropped"]


async def test_what_is_typed_after_a_tap_is_the_reason_once(floor: Floor) -> None:
    _, lara = await closed(floor)
    await floor.sit(lara, "T6")
    await change(floor, lara, {"2.2": False}, ask=True)
    # A code or a word that acts is no reason.
    assert isinstance((await floor.says(lara, "1.1"))[0], notices.BallotNotOpen)
    assert isinstance((await floor.says(lara, "aiuto"))[0], notices.Help)
    long = await floor.says(lara, "perché " * 100)
    assert (notices.ReasonTooLong(length=699, most=ties.MOST_REASON),) == long
    message = floor.message(lara)
    for _ in range(2):
        assert (notices.ReasonKept(reason="Troppo cara"),) == await floor.says(lara, "Troppo cara", message)
    assert isinstance((await floor.says(lara, "Servono treni"))[0], notices.ContributionReceived)
    found = (await stored.reasons(floor.database))["T6"]
    assert {"2.2": "Troppo cara"} == found


async def test_a_reason_may_be_skipped_and_is_not_waited_for(floor: Floor) -> None:
    _, lara = await closed(floor)
    await change(floor, lara, {"2.2": False}, ask=True)
    assert (notices.ReasonSkipped(),) == await floor.says(lara, "salta")
    await change(floor, lara, {"2.1": False}, ask=True)
    assert notices.ReasonSkipped() == await reasons.skip(floor.database, lara)
    assert isinstance((await floor.says(lara, "Troppo cara"))[0], notices.AskZone)
    await change(floor, lara, {"1.2": False}, ask=True)
    # The same state again asks nothing, and taking it back asks no more.
    assert await change(floor, lara, {"1.2": False}, ask=True) is None
    assert await change(floor, lara, {"1.2": True}, ask=True) is None
    assert isinstance((await floor.says(lara, "Troppo cara"))[0], notices.AskZone)
    await change(floor, lara, {"1.1": False}, ask=True)
    floor.later(301)
    assert isinstance((await floor.says(lara, "Troppo cara"))[0], notices.AskZone)
    assert {} == await stored.reasons(floor.database)


async def test_several_codes_are_changed_together_or_not_at_all(floor: Floor) -> None:
    _, lara = await closed(floor)
    before = await stands(floor)
    for refused, reason in (
        ({"2.2": False, "6.4": False}, "unknown"),
        ({"2.2": False, "4.1": True, "5.1": True}, "full"),
    ):
        assert PrioritiesRefused(table="T6", reason=reason) == await change(floor, lara, refused)
        assert before == await stands(floor)
    # One place changes hands in one message.
    await change(floor, lara, {"4.1": True})
    assert await change(floor, lara, {"4.1": False, "5.1": True}) is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("-2.3", ({"2.3": False}, None)),
        ("2.3 -5.4", ({"2.3": True, "5.4": False}, None)),
        ("-2.3 perché non ci riguarda", ({"2.3": False}, "non ci riguarda")),
        ("-2.3, motivo: costa troppo", ({"2.3": False}, "costa troppo")),
        ("-2.3 5.4 lo dice il tavolo 5", ({"2.3": False, "5.4": True}, "lo dice il tavolo 5")),
        ("togli la prima", None),
        ("", None),
    ],
)
def test_codes_and_a_reason_behind_them_are_read(
    text: str, read: tuple[dict[str, bool], str | None] | None
) -> None:
    assert read == priorities.read_typed(text, {"perché", "motivo"})
