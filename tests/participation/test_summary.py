"""The figures: those of the database, and none that tells one person's vote."""

from __future__ import annotations

import random
from collections import Counter
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from participation import contributions, summary
from participation.aggregates import TablePriorities, TableTurnout
from participation.channels import withheld
from participation.disclosure import SMALLEST_GROUP
from participation.event import Phase

if TYPE_CHECKING:
    from tests.participation.floor import Floor

ZONES = tuple(str(number) for number in range(1, 12))
VOTERS = st.dictionaries(st.sampled_from(ZONES), st.integers(0, 30), max_size=11)


@settings(deadline=None)
@given(VOTERS)
@example({"1": 4, "2": 30})
@example({"1": 1})
@example({"1": 4, "2": 5, "3": 6})
def test_no_zone_that_is_shown_and_no_difference_isolates_a_small_group(voters: dict[str, int]) -> None:
    hidden = withheld(voters)
    together = sum(voters.values())
    shown = [zone for zone, number in voters.items() if number and zone not in hidden]
    assert all(voters[zone] >= SMALLEST_GROUP for zone in shown)
    if together < SMALLEST_GROUP:
        # Then the total is not shown either: see below.
        assert [] == shown
        return
    # Whatever somebody adds up and takes from the total, what is left is nobody or a group.
    for taken in chain.from_iterable(combinations(shown, size) for size in range(min(len(shown), 4) + 1)):
        rest = together - sum(voters[zone] for zone in taken)
        assert rest == 0 or rest >= SMALLEST_GROUP
    rest = together - sum(voters[zone] for zone in shown)
    assert rest == 0 or rest >= SMALLEST_GROUP
    assert all(voters[zone] for zone in hidden)


@settings(deadline=None)
@given(VOTERS)
def test_nothing_is_withheld_where_every_zone_is_a_group(voters: dict[str, int]) -> None:
    large = {zone: number for zone, number in voters.items() if number >= SMALLEST_GROUP or number == 0}
    assert frozenset() == withheld(large)


@settings(deadline=None)
@given(VOTERS)
def test_no_larger_zone_is_withheld_than_it_takes(voters: dict[str, int]) -> None:
    hidden = withheld(voters)
    large = sorted(voters[zone] for zone in hidden if voters[zone] >= SMALLEST_GROUP)
    small = sum(voters[zone] for zone in hidden if voters[zone] < SMALLEST_GROUP)
    assert len(large) <= 1
    if large:
        assert 0 < small < SMALLEST_GROUP
        assert large[0] == min(number for number in voters.values() if number >= SMALLEST_GROUP)


# --- of an event ----------------------------------------------------------------------------------------

CODES = ("1.1", "1.2", "2.1", "3.2", "5.4", "6.4")


async def vote_at(floor: Floor, table: str, zone: str, how_many: int, start: int) -> Counter[str]:
    chance = random.Random(start)
    together: Counter[str] = Counter()
    for number in range(how_many):
        dots = chance.sample(CODES, chance.randint(1, 4))
        await floor.votes(start + number, *dots, table=table, zone=zone)
        together.update(dots)
    return together


async def test_votes_are_those_of_the_tables_that_closed(floor: Floor) -> None:
    for table in ("T1", "T3", "T6", "T10"):
        await floor.moves(table, Phase.SESSION1)
    zone1 = await vote_at(floor, "T1", "1", 6, 100)
    zone1 += await vote_at(floor, "T3", "1", 3, 200)
    zone3 = await vote_at(floor, "T3", "3", 7, 300)
    zone5 = await vote_at(floor, "T6", "5", 5, 400)
    await vote_at(floor, "T10", "11", 8, 500)
    await floor.person(600, "T6")
    for table in ("T1", "T3", "T6"):
        await floor.moves(table, Phase.PRIORITIES)
    votes = await summary.votes(floor.database, floor.event, floor.now)
    by_zone = {zone.zone: zone for zone in votes.zones}
    assert [zone.code for zone in floor.event.zones] == [zone.zone for zone in votes.zones]
    assert {"1": dict(zone1), "3": dict(zone3), "5": dict(zone5), "11": {}} == {
        zone: dict(by_zone[zone].dots) for zone in ("1", "3", "5", "11")
    }
    assert (9, 7, 5, 0) == tuple(by_zone[zone].ballots for zone in ("1", "3", "5", "11"))
    assert not any(zone.withheld for zone in votes.zones)
    totals = zone1 + zone3 + zone5
    assert {strategy.code: totals[strategy.code] for strategy in floor.event.strategies} == dict(votes.totals)
    assert (21, 3, floor.now) == (votes.ballots, votes.tables_closed, votes.at)


async def test_a_small_zone_is_withheld_with_the_next_one(floor: Floor) -> None:
    for table, zone, how_many in (("T5", "4", 3), ("T6", "5", 6), ("T7", "6", 9)):
        await floor.moves(table, Phase.SESSION1)
        await vote_at(floor, table, zone, how_many, 1000 * int(zone))
        await floor.moves(table, Phase.PRIORITIES)
    votes = await summary.votes(floor.database, floor.event, floor.now)
    assert {"4", "5"} == {zone.zone for zone in votes.zones if zone.withheld}
    assert all(not zone.dots for zone in votes.zones if zone.withheld)
    assert 18 == votes.ballots == sum(zone.ballots for zone in votes.zones)
    assert sum(votes.totals.values()) > 0


async def test_when_all_ballots_together_are_too_few_there_is_no_total(floor: Floor) -> None:
    nothing = await summary.votes(floor.database, floor.event, floor.now)
    assert (0, 0) == (nothing.ballots, sum(nothing.totals.values()))
    await floor.moves("T5", Phase.SESSION1)
    await floor.moves("T6", Phase.SESSION1)
    await vote_at(floor, "T5", "4", 2, 100)
    await vote_at(floor, "T6", "5", 2, 200)
    await floor.moves("T5", Phase.PRIORITIES)
    await floor.moves("T6", Phase.PRIORITIES)
    votes = await summary.votes(floor.database, floor.event, floor.now)
    assert ({}, 4, True) == (dict(votes.totals), votes.ballots, all(not zone.dots for zone in votes.zones))
    await floor.moves("T7", Phase.SESSION1)
    await vote_at(floor, "T7", "6", 1, 300)
    await floor.moves("T7", Phase.PRIORITIES)
    votes = await summary.votes(floor.database, floor.event, floor.now)
    assert 5 == votes.ballots
    assert sum(votes.totals.values()) > 0
    assert {"4", "5", "6"} == {zone.zone for zone in votes.zones if zone.withheld}


async def test_turnout_is_of_every_table_in_order(floor: Floor) -> None:
    await floor.moves("T6", Phase.SESSION1)
    await floor.moves("T5", Phase.PRIORITIES)
    await floor.votes(1, "1.1")
    await floor.votes(2)
    await floor.says(await floor.newcomer(2), "fine")
    found = await summary.turnout(floor.database, floor.now)
    assert [table.code for table in floor.event.tables] == [table.table for table in found.tables]
    assert TableTurnout("T6", registered=2, voting=1, finished=1, open=True) == found.tables[5]
    assert TableTurnout("T5", registered=0, voting=0, finished=0, open=False) == found.tables[4]
    assert TableTurnout("T1", registered=0, voting=0, finished=0, open=True) == found.tables[0]


async def test_priorities_are_shown_as_far_as_they_are_decided(floor: Floor) -> None:
    for table in ("T5", "T6", "T7"):
        await floor.moves(table, Phase.SESSION1)
    await floor.votes(1, *CODES)
    await floor.votes(2, *CODES[:5], "4.1")
    await floor.votes(3, "1.1", "2.1", table="T5")
    lara = await floor.facilitator(900, "T5")
    for table in ("T5", "T6"):
        await floor.moves(table, Phase.PRIORITIES)
    await floor.confirms(lara, "T5")
    found = {each.table: each for each in (await summary.chosen(floor.database, floor.now)).tables}
    assert TablePriorities("T5", "confirmed", ("1.1", "2.1"), (), 0, 1) == found["T5"]
    assert TablePriorities("T6", "proposed", CODES[:5], ("4.1", "6.4"), 1, 2) == found["T6"]
    assert TablePriorities("T7", "open", (), (), 0, 0) == found["T7"]


async def test_contributions_are_counted_by_question_and_by_who_wrote_them(floor: Floor) -> None:
    await floor.moves("T6", Phase.SESSION1)
    anna, bruno = await floor.votes(1, "3.2"), await floor.votes(2, "3.2")
    lara = await floor.facilitator()
    await floor.says(anna, "Prima della Sessione 2")
    await floor.moves("T6", Phase.SESSION2)
    await floor.says(bruno, "A nessuna domanda")
    await contributions.put_on(floor.database, floor.event, "T6", "3.2", floor.now)
    for person, question in ((anna, "1"), (anna, "1"), (bruno, "2")):
        await floor.asks(person, "3.2", question)
        await floor.says(person, "Servono più treni")
    await floor.says(anna, "Questo lo ritiro")
    await floor.says(anna, "ritira 4")
    await contributions.note(floor.database, lara, "T6", 1, "Si parla di treni", floor.new_id(), floor.now)
    counts = await summary.contribution_counts(floor.database, 2, floor.now)
    row = next(row for row in counts.rows if row.table == "T6")
    assert ("3.2", {"": 1, "1": 2, "2": 1}, 1, 2) == (
        row.strategy_on,
        dict(row.by_question),
        row.notes,
        row.people,
    )
    first = await summary.contribution_counts(floor.database, 1, floor.now)
    assert [({"": 1}, 0, 1)] == [
        (dict(row.by_question), row.notes, row.people) for row in first.rows if row.people or row.notes
    ]
    words = await summary.session_keywords(floor.database, floor.event, 2, floor.now)
    assert 5 == words.contributions
    assert (1, 2) == next((word.tables, word.people) for word in words.words if "treni" in word.text)


async def test_no_name_is_among_the_keywords_of_a_session_however_many_say_it(floor: Floor) -> None:
    await floor.moves("T6", Phase.SESSION1)
    for number in (1, 2, 3):
        await floor.says(await floor.person(number), "Mi chiamo Piero Ferrero, ma chi chiama i treni?")
    found = await summary.session_keywords(floor.database, floor.event, 1, floor.now)
    assert ["treni"] == [word.text for word in found.words]


async def test_everything_by_table_equals_what_people_did(floor: Floor) -> None:
    for table in ("T5", "T6"):
        await floor.moves(table, Phase.SESSION1)
    await floor.votes(1, *CODES)
    await floor.votes(2, *CODES[:5], "4.1")
    await floor.person(3)
    await floor.says(await floor.newcomer(1), "fine")
    await floor.says(await floor.newcomer(3), "Più treni")
    lara = await floor.facilitator()
    await floor.moves("T6", Phase.PRIORITIES)
    found = await summary.by_table(floor.database)
    tie = {"strategies": ["4.1", "6.4"], "places": 1, "zone": None, "how": None, "chosen": []}
    expected: dict[str, Any] = {
        "registered": 3,
        "voted": 2,
        "channels": {"app": 2, "assisted": 0, "paper": 0},
        "finished": 1,
        "present": None,
        "sheets": {"handed_in": None, "entered": 0, "provisional": False},
        "dots": {**dict.fromkeys(CODES[:5], 2), "4.1": 1, "6.4": 1},
        "priorities": list(CODES[:5]),
        "dropped": [],
        "ties": [tie],
        "contributions": 1,
        "notes": [],
    }
    assert expected == found["T6"]
    await floor.keeps(lara, "T6", "6.4", kept=True)
    await floor.confirms(lara)
    found = await summary.by_table(floor.database)
    assert {
        **expected,
        "priorities": list(CODES),
        "ties": [{**tie, "how": "hand", "chosen": ["6.4"]}],
    } == found["T6"]
    nothing = {"registered": 0, "voted": 0, "finished": 0, "dots": {}, "priorities": [], "ties": []}
    nothing |= {"channels": dict.fromkeys(expected["channels"], 0), "present": None, "dropped": []}
    assert {**nothing, "sheets": expected["sheets"], "contributions": 0, "notes": []} == found["T5"]
    assert [table.code for table in floor.event.tables] == list(found)


async def test_an_event_that_nobody_comes_to_has_figures_too(floor: Floor) -> None:
    floor.at("23:00")
    await floor.run_due()
    assert 0 == (await summary.votes(floor.database, floor.event, floor.now)).ballots
    assert {"proposed"} == {each.state for each in (await summary.chosen(floor.database, floor.now)).tables}
    for session in (1, 2):
        counts = await summary.contribution_counts(floor.database, session, floor.now)
        assert all((0, 0) == (row.notes, row.people) for row in counts.rows)
        assert () == (await summary.session_keywords(floor.database, floor.event, session, floor.now)).words
    assert {0} == {row["registered"] for row in (await summary.by_table(floor.database)).values()}
