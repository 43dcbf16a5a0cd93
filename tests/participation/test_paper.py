"""Paper and assisted ballots: read back before they count, counted anew, settled; told as far as may be."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import assistance, desk, notices, priorities, sheet_keyboard, sheets, summary
from participation.channels import provisional, told_apart
from participation.disclosure import SMALLEST_GROUP
from participation.event import Phase
from participation.notices import (
    HandedInSaid,
    NotAllowed,
    PaperDesk,
    PaperEntered,
    PaperReadBack,
    PaperRefused,
    PaperWhichTable,
    PersonalCode,
    PrioritiesDecided,
    PrioritiesReviewed,
    Role,
    SheetList,
    SheetScreen,
    SheetShown,
)
from participation.sheets import refusal
from storage import ballots, paper
from storage import priorities as stored_priorities
from tests.participation.floor import open_floor
from tests.storage.rows import value

if TYPE_CHECKING:
    from pathlib import Path

    from participation.event import Event
    from participation.notices import Notice
    from storage.people import Person
    from tests.participation.floor import Floor

CODES = ("1.1", "1.2", "2.1", "3.2", "5.4", "6.4")


async def voting(floor: Floor) -> Person:
    """T6 votes; who facilitates it."""
    lara = await floor.facilitator()
    await floor.moves("T6", Phase.SESSION1)
    return lara


async def closed(floor: Floor) -> Person:
    """T6 has closed with two ballots of 1.1 and 2.1; who facilitates it."""
    lara = await voting(floor)
    await floor.votes(1, "1.1", "2.1")
    await floor.votes(2, "1.1", "2.1")
    await floor.moves("T6", Phase.PRIORITIES)
    return lara


def read(told: tuple[Notice, ...]) -> PaperReadBack:
    """What was read back."""
    found = told[0]
    assert isinstance(found, PaperReadBack)
    return found


async def proposed(floor: Floor, table: str = "T6") -> dict[str, int]:
    """What a table proposes or decided: strategy to dots."""
    found = await stored_priorities.of_table(floor.database, table)
    assert found is not None
    return {each.strategy: each.dots for each in found.candidates}


async def reviews(floor: Floor, person: Person) -> list[PrioritiesReviewed]:
    return [told for told in await floor.told(person) if isinstance(told, PrioritiesReviewed)]


# --- typed, read back, confirmed ------------------------------------------------------------------------


async def test_nothing_counts_before_it_is_confirmed(floor: Floor) -> None:
    lara = await voting(floor)
    back = read(await floor.carta(lara, "12: 1.3 2.1 5.4\n13 2.1"))
    assert [("12", "new", (("1.3", 1), ("2.1", 1), ("5.4", 1))), ("13", "new", (("2.1", 1),))] == [
        (each.label, each.act, each.dots) for each in back.sheets
    ]
    assert ({}, {}) == (await floor.sheets(), await ballots.tally(floor.database, "T6"))
    (entered,) = await floor.confirms_sheets(lara, back.token)
    assert PaperEntered(
        table="T6", entered=2, corrected=0, withdrawn=0, assisted=0, standing=2, handed_in=None
    ) == entered  # fmt: skip
    assert {12: ["1.3", "2.1", "5.4"], 13: ["2.1"]} == await floor.sheets()
    assert {"1.3": 1, "2.1": 2, "5.4": 1} == await ballots.tally(floor.database, "T6")


async def test_what_is_wrong_is_said_line_by_line_and_the_good_lines_wait(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.enters(lara, "7: 1.1")
    back = read(
        await floor.carta(
            lara,
            "12: 1.3 2.1\n13: 1.1 1.2 1.3 2.1 2.2 2.3 3.1\n14: 9.9\n7: 2.1\n15: 1.1 1.1\n1.3 2.1\n"
            "16: 1.1\n16: 1.2",
        )
    )
    assert ["12"] == [each.label for each in back.sheets]
    assert {
        ("13", "too_many"),
        ("14", "unknown"),
        ("7", "entered"),
        ("15", "repeated"),
        (None, "no_label"),
        ("16", "twice"),
    } == {(each.label, each.reason) for each in back.problems}
    # The lines put right join those that wait, and all is read back together.
    back = read(await floor.carta(lara, "13: 1.1 1.2 1.3 2.1 2.2 2.3\n14: 6.4"))
    assert ["12", "13", "14"] == [each.label for each in back.sheets]
    await floor.confirms_sheets(lara)
    assert {7, 12, 13, 14} == set(await floor.sheets())


async def test_a_line_typed_again_before_it_counts_takes_the_place_of_the_first(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.carta(lara, "12: 1.3\n13: 2.1")
    back = read(await floor.carta(lara, "12: 5.4"))
    assert {"12": (("5.4", 1),), "13": (("2.1", 1),)} == {each.label: each.dots for each in back.sheets}
    await floor.confirms_sheets(lara, back.token)
    assert {12: ["5.4"], 13: ["2.1"]} == await floor.sheets()


async def test_a_button_confirms_only_what_was_read_back_above_it(floor: Floor) -> None:
    lara = await voting(floor)
    old = read(await floor.carta(lara, "12: 1.3"))
    new = read(await floor.carta(lara, "13: 2.1"))
    changed, again = await floor.confirms_sheets(lara, old.token)
    assert PaperDesk(table="T6", reason="changed", waiting=2) == changed
    assert new == again
    assert {} == await floor.sheets()
    await floor.confirms_sheets(lara, new.token)
    assert {12, 13} == set(await floor.sheets())


async def test_the_words_that_answer_can_be_typed_alone_or_behind_the_command(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.carta(lara, "12: 1.3")
    assert (PaperDesk(table="T6", reason="correct", waiting=1),) == await floor.says(lara, "Correggo")
    (entered,) = await floor.says(lara, "conferma!")
    assert isinstance(entered, PaperEntered)
    await floor.carta(lara, "13: 1.3")
    assert (PaperDesk(table="T6", reason="dropped", waiting=0),) == await floor.carta(lara, "annulla")
    assert (PaperDesk(table=None, reason="nothing", waiting=0),) == await floor.carta(lara, "conferma")
    assert {12: ["1.3"]} == await floor.sheets()


async def test_without_lines_waiting_the_words_are_no_answer(floor: Floor) -> None:
    lara = await voting(floor)
    assert not isinstance((await floor.says(lara, "conferma"))[0], PaperDesk)


async def test_lines_can_follow_without_the_command(floor: Floor) -> None:
    lara = await voting(floor)
    back = read(await floor.says(lara, "12: 1.3 2.1\nfoglio 13: 5.4"))
    assert ["12", "13"] == [each.label for each in back.sheets]
    # Dots alone are one's own, and a sentence stays one.
    anna = await floor.person(5)
    assert isinstance((await floor.says(anna, "12: 1.3"))[0], notices.ContributionReceived)


async def test_a_sheet_that_waits_is_taken_off_again(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.carta(lara, "12: 1.3\n13: 2.1")
    assert ["13"] == [each.label for each in read(await floor.carta(lara, "ritira 12")).sheets]
    assert (PaperDesk(table="T6", reason="dropped", waiting=0),) == await floor.carta(lara, "ritira 13")
    assert (PaperDesk(table="T6", reason="nothing", waiting=0),) == await floor.confirms_sheets(lara)


async def test_no_more_lines_wait_than_somebody_reads(floor: Floor) -> None:
    lara = await voting(floor)
    back = read(await floor.carta(lara, "\n".join(f"{number}: 1.3" for number in range(1, 24))))
    assert desk.LINES_AT_ONCE == len(back.sheets)
    assert {("21", "full"), ("22", "full"), ("23", "full")} == {(p.label, p.reason) for p in back.problems}


async def test_a_sheet_without_dots_is_counted_among_the_sheets_and_not_among_the_voters(
    floor: Floor,
) -> None:
    lara = await voting(floor)
    await floor.enters(lara, "12: bianca\n13: 1.3")
    assert {12: [], 13: ["1.3"]} == await floor.sheets()
    await floor.moves("T6", Phase.PRIORITIES)
    found = await stored_priorities.of_table(floor.database, "T6")
    assert found is not None
    assert (1, {"app": 0, "assisted": 0, "paper": 1}) == (found.voters, found.channels)
    assert isinstance(said := await floor.handed_in(lara, 2), HandedInSaid)
    assert (2, 2) == (said.handed_in, said.entered)


async def test_dots_of_a_sheet_are_those_of_its_zone(floor: Floor) -> None:
    lara = await floor.facilitator(table="T8")
    await floor.moves("T8", Phase.SESSION1)
    back = read(await floor.carta(lara, "1 zona 7: 1.3\n2 zona 8: 1.3 2.1\n3: 1.3"))
    assert [("1", "7"), ("2", "8")] == [(each.label, each.zone) for each in back.sheets]
    assert [("3", "zone", ("7", "8"))] == [(p.label, p.reason, p.zones) for p in back.problems]
    await floor.confirms_sheets(lara, back.token)
    await floor.schede(lara, "1 zona 8: 5.4")
    await floor.confirms_sheets(lara)
    await floor.moves("T8", Phase.PRIORITIES)
    by_zone = await ballots.closed_by_zone(floor.database)
    assert {"8": {"1.3": 1, "2.1": 1, "5.4": 1}} == {zone: dict(each.dots) for zone, each in by_zone.items()}
    assert {"app": 0, "assisted": 0, "paper": 2} == by_zone["8"].channels


# --- corrected and withdrawn ----------------------------------------------------------------------------


async def test_a_correction_and_a_withdrawal_are_read_back_and_traced(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.enters(lara, "12: 1.3 2.1\n13: 5.4")
    floor.later()
    back = read(await floor.schede(lara, "12: 1.3 5.4 (letto male)"))
    (line,) = back.sheets
    assert ("correct", (("1.3", 1), ("5.4", 1)), (("1.3", 1), ("2.1", 1)), "letto male") == (
        line.act, line.dots, line.before, line.reason,
    )  # fmt: skip
    await floor.confirms_sheets(lara, back.token)
    back = read(await floor.schede(lara, "ritira 13 consegnata due volte"))
    assert [("withdraw", (("5.4", 1),))] == [(each.act, each.before) for each in back.sheets]
    (said,) = await floor.confirms_sheets(lara, back.token)
    assert isinstance(said, PaperEntered)
    assert (0, 0, 1, 1) == (said.entered, said.corrected, said.withdrawn, said.standing)
    assert {12: ["1.3", "5.4"]} == await floor.sheets()
    assert {"1.3": 1, "5.4": 1} == await ballots.tally(floor.database, "T6")
    assert [
        ("entered", "12", None, '{"1.3": 1, "2.1": 1}', None),
        ("entered", "13", None, '{"5.4": 1}', None),
        ("corrected", "12", '{"1.3": 1, "2.1": 1}', '{"1.3": 1, "5.4": 1}', "letto male"),
        ("withdrawn", "13", '{"5.4": 1}', None, "consegnata due volte"),
    ] == [
        (each.act, each.label, each.before, each.after, each.reason)
        for each in await paper.trace_of_table(floor.database, "T6")
    ]
    trace = await paper.trace_of_table(floor.database, "T6")
    assert {(lara.id, Role.FACILITATOR)} == {(each.person, each.role) for each in trace}
    assert floor.now == trace[-1].at


async def test_a_number_that_was_withdrawn_may_be_entered_again(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.enters(lara, "12: 1.3")
    await floor.schede(lara, "ritira 12")
    await floor.confirms_sheets(lara)
    await floor.enters(lara, "12: 2.1")
    assert {12: ["2.1"]} == await floor.sheets()
    assert 2 == await value(floor.database, "SELECT count(*) FROM sheets")


async def test_what_is_not_there_is_neither_corrected_nor_withdrawn(floor: Floor) -> None:
    lara = await voting(floor)
    for told in (await floor.schede(lara, "12: 1.3"), await floor.schede(lara, "ritira 12")):
        back = read(told)
        assert () == back.sheets
        assert [("12", "not_entered")] == [(each.label, each.reason) for each in back.problems]
    (shown,) = await floor.schede(lara, "12")
    assert SheetShown(table="T6", label="12", zone=None, dots=None) == shown


async def test_the_list_shows_roles_and_codes_and_one_sheet_its_trace(floor: Floor) -> None:
    lara, vittoria = await voting(floor), await floor.regia()
    await floor.enters(lara, "13: 5.4\n12: 1.3 2.1")
    await floor.enters(vittoria, "T6 14: bianca")
    (listed,) = await floor.schede(lara)
    assert isinstance(listed, SheetList)
    assert [
        ("12", "facilitator", (("1.3", 1), ("2.1", 1))),
        ("13", "facilitator", (("5.4", 1),)),
        ("14", "regia", ()),
    ] == [(each.label, each.role, each.dots) for each in listed.sheets]
    await floor.schede(vittoria, "T6 13: 6.4")
    await floor.confirms_sheets(vittoria)
    (shown,) = await floor.schede(lara, "13")
    assert isinstance(shown, SheetShown)
    assert [("entered", "facilitator"), ("corrected", "regia")] == [(s.act, s.role) for s in shown.steps]
    # A number typed after /carta that is there already shows the sheet: it is not entered twice.
    assert (shown,) == await floor.carta(lara, "13")


# --- who, and for which table ---------------------------------------------------------------------------


async def test_only_the_tables_people_and_the_regia_enter_paper(floor: Floor) -> None:
    await voting(floor)
    anna, other = await floor.person(1), await floor.facilitator(901, "T5")
    for person in (anna, other):
        for text in ("T6 12: 1.3", "T6", "T6 12", "T6 ritira 12"):
            assert (NotAllowed(command="carta"),) == await floor.carta(person, text)
            assert (NotAllowed(command="schede"),) == await floor.schede(person, text)
        assert NotAllowed(command="consegnate") == await floor.handed_in(person, 3)
        assert NotAllowed(command="presenti") == await sheets.say_present(floor.database, person, "T6", 3)
        shown = await sheets.shown(floor.database, floor.event, person, "T6", "12")
        assert NotAllowed(command="schede") == shown
        opened = await sheet_keyboard.open_sheet(floor.database, floor.event, floor.hand(person), "T6", "12")
        assert (NotAllowed(command="carta"),) == opened
    assert {} == await floor.sheets()


async def test_the_regia_enters_for_any_table_it_names(floor: Floor) -> None:
    await voting(floor)
    vittoria = await floor.regia()
    assert (PaperWhichTable(command="carta", tables=(), misread="12:"),) == await floor.carta(
        vittoria, "12: 1.3"
    )
    back = read(await floor.carta(vittoria, "t6\n12: 1.3\n13: 2.1"))
    assert "T6" == back.table
    (entered,) = await floor.says(vittoria, "conferma")
    assert isinstance(entered, PaperEntered)
    assert {12, 13} == set(await floor.sheets())


async def test_who_has_several_tables_names_one(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.with_role(900, Role.FACILITATOR, "T5")
    await floor.moves("T5", Phase.SESSION1)
    assert (PaperWhichTable(command="carta", tables=("T5", "T6"), misread="12:"),) == await floor.carta(
        lara, "12: 1.3"
    )
    await floor.carta(lara, "T5 12: 1.3")
    # Lines of one table wait: those of another are not mixed with them.
    assert (PaperDesk(table="T5", reason="other", waiting=1),) == await floor.carta(lara, "T6 13: 1.3")
    await floor.confirms_sheets(lara)
    await floor.enters(lara, "T6 13: 1.3")
    assert ({12: ["1.3"]}, {13: ["1.3"]}) == (await floor.sheets("T5"), await floor.sheets("T6"))


async def test_the_same_number_may_stand_at_two_tables(floor: Floor) -> None:
    await voting(floor)
    await floor.moves("T5", Phase.SESSION1)
    vittoria = await floor.regia()
    for table in ("T5", "T6"):
        await floor.enters(vittoria, f"{table} 12: 1.3")
        assert {12: ["1.3"]} == await floor.sheets(table)


async def test_a_role_that_was_taken_away_confirms_nothing(floor: Floor) -> None:
    lara = await voting(floor)
    back = read(await floor.carta(lara, "12: 1.3"))
    async with floor.database.transaction() as tx:
        await tx.fetch("DELETE FROM roles WHERE person_id = $1", lara.id)
    assert (NotAllowed(command="carta"),) == await floor.confirms_sheets(lara, back.token)
    assert {} == await floor.sheets()


# --- until when -----------------------------------------------------------------------------------------

PHASES, WHO = st.sampled_from(Phase), st.sampled_from((Role.FACILITATOR, Role.REGIA))


@given(PHASES, WHO, st.booleans(), st.booleans())
def test_until_when_paper_may_change(phase: Phase, role: Role, decided: bool, is_provisional: bool) -> None:
    found = refusal(phase, role, decided=decided, is_provisional=is_provisional)
    match phase:
        case Phase.REGISTRATION:
            assert "early" == found
        case Phase.SESSION1:
            assert found is None
        case Phase.PRIORITIES | Phase.SESSION2:
            settled = decided and not is_provisional and role is not Role.REGIA
            assert ("settled" if settled else None) == found
        case _:
            assert "over" == found


@given(st.none() | st.integers(0, 9), st.integers(0, 9))
def test_a_count_is_final_when_the_sheets_are_those_handed_in(handed_in: int | None, entered: int) -> None:
    assert (handed_in or 0) == entered or provisional(handed_in, entered)
    assert not provisional(entered, entered)
    assert provisional(None, entered) == (entered > 0)


async def test_before_voting_opens_lines_wait_and_count_once_it_has(floor: Floor) -> None:
    lara = await floor.facilitator()
    back, early = await floor.carta(lara, "12: 1.3")
    assert PaperRefused(table="T6", reason="early") == early
    assert isinstance(back, PaperReadBack)
    assert (early,) == await floor.confirms_sheets(lara, back.token, "press:1")
    await floor.moves("T6", Phase.SESSION1)
    # Delivered again it stays refused; pressed again it counts.
    assert (early,) == await floor.confirms_sheets(lara, back.token, "press:1")
    (entered,) = await floor.confirms_sheets(lara, back.token)
    assert isinstance(entered, PaperEntered)
    assert {12: ["1.3"]} == await floor.sheets()


async def test_after_the_closing_each_entry_makes_the_proposal_anew(floor: Floor) -> None:
    lara = await closed(floor)
    assert {"1.1": 2, "2.1": 2} == await proposed(floor)
    await floor.keeps(lara, "T6", "2.1", kept=False)
    await floor.enters(lara, "12: 1.1 5.4\n13: 5.4")
    assert {"1.1": 3, "2.1": 2, "5.4": 2} == await proposed(floor)
    board = await priorities.screen(floor.database, floor.event, "T6")
    assert board is not None
    # What the table had said of a strategy stays said.
    assert {"1.1": True, "2.1": False, "5.4": True} == {code: kept for code, _, kept in board.proposed}
    assert board.provisional
    assert 4 == board.voters
    await floor.schede(lara, "ritira 13")
    await floor.confirms_sheets(lara)
    assert {"1.1": 3, "2.1": 2, "5.4": 1} == await proposed(floor)
    await floor.handed_in(lara, 1)
    board = await priorities.screen(floor.database, floor.event, "T6")
    assert board is not None
    assert not board.provisional


async def test_priorities_are_provisional_until_all_sheets_are_entered(floor: Floor) -> None:
    lara = await closed(floor)
    anna = await floor.person(1)
    await floor.handed_in(lara, 2)
    await floor.enters(lara, "12: 1.1")
    await floor.confirms(lara)
    (told,) = [each for each in await floor.told(anna) if isinstance(each, PrioritiesDecided)]
    assert told.provisional
    # The last sheet changes no priority: they stand, and are final now.
    await floor.enters(lara, "13: 1.1 2.1")
    (review,) = await reviews(floor, anna)
    assert (False, True, True, False) == (review.fell, review.decided, review.confirmed, review.provisional)
    assert (("1.1", "2.1"), 4) == (review.priorities, review.voters)
    # From now on only the regia changes it.
    read(await floor.carta(lara, "14: 1.1"))
    assert (PaperRefused(table="T6", reason="settled"),) == await floor.confirms_sheets(lara)
    assert PaperRefused(table="T6", reason="settled") == await floor.handed_in(lara, 3)
    assert {12, 13} == set(await floor.sheets())


async def test_a_sheet_that_changes_what_was_decided_undoes_it_and_everyone_hears(floor: Floor) -> None:
    lara, vittoria = await closed(floor), await floor.regia()
    anna = await floor.person(1)
    await floor.handed_in(lara, 0)
    await floor.confirms(lara)
    assert isinstance((await floor.carta(lara, "12: 5.4"))[1], PaperRefused)
    entered = await floor.enters(vittoria, "T6 12: 5.4")
    assert entered.fell
    for person in (anna, lara, vittoria):
        (review,) = await reviews(floor, person)
        assert (True, False, True) == (review.fell, review.decided, review.provisional)
        assert ("1.1", "2.1", "5.4") == review.priorities
    recounted = (await paper.trace_of_table(floor.database, "T6"))[-1]
    assert ("recounted", "regia", '["1.1", "2.1"]', '["1.1", "2.1", "5.4"]') == (
        recounted.act, recounted.role, recounted.before, recounted.after,
    )  # fmt: skip
    # The table decides anew, and everyone hears that too.
    await floor.handed_in(lara, 1)
    await floor.confirms(lara)
    told = [each for each in await floor.told(anna) if isinstance(each, PrioritiesDecided)]
    # What was decided first never went out to her, and is outdated.
    assert [("1.1", "2.1", "5.4")] == [each.priorities for each in told]
    assert not told[-1].provisional


async def test_in_session_2_the_new_count_stands_until_the_table_confirms(floor: Floor) -> None:
    lara, vittoria = await closed(floor), await floor.regia()
    anna = await floor.person(1)
    await floor.moves("T6", Phase.SESSION2)
    await floor.enters(vittoria, "T6 12: 5.4")
    (review,) = await reviews(floor, anna)
    assert (True, True, False) == (review.fell, review.decided, review.confirmed)
    found = await stored_priorities.of_table(floor.database, "T6")
    assert found is not None
    assert ("1.1", "2.1", "5.4") == priorities.standing(found)
    await floor.confirms(lara)
    found = await stored_priorities.of_table(floor.database, "T6")
    assert found is not None
    assert found.confirmed


async def test_a_tie_that_changes_is_chosen_anew_and_one_that_stays_stays_chosen(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.votes(1, *CODES)
    await floor.votes(2, *CODES[:5], "4.1")
    await floor.moves("T6", Phase.PRIORITIES)
    await floor.keeps(lara, "T6", "4.1", kept=True)
    await floor.enters(lara, "12: 1.1")
    found = await stored_priorities.of_table(floor.database, "T6")
    assert found is not None
    assert {"4.1": True, "6.4": False} == {c.strategy: c.kept for c in found.candidates if c.tied}
    await floor.enters(lara, "13: 5.1")
    found = await stored_priorities.of_table(floor.database, "T6")
    assert found is not None
    assert {"4.1": False, "5.1": False, "6.4": False} == {
        c.strategy: c.kept for c in found.candidates if c.tied
    }


async def test_after_the_work_nothing_changes_any_more(floor: Floor) -> None:
    lara, vittoria = await closed(floor), await floor.regia()
    await floor.moves("T6", Phase.CLOSING)
    over = PaperRefused(table="T6", reason="over")
    for person, text in ((lara, "12: 1.3"), (vittoria, "T6 12: 1.3")):
        assert (over,) == await floor.carta(person, text)
        assert over == await floor.handed_in(person, 4)
    assert {} == await floor.sheets()


# --- how many were handed in, how many are there --------------------------------------------------------


async def test_the_closing_asks_how_many_sheets_were_handed_in(floor: Floor) -> None:
    lara = await closed(floor)
    assert notices.HandedInAsked(table="T6", entered=0) in await floor.told(lara)
    # A number alone answers it, once; before and after a number is something else.
    said = await floor.says(lara, "3")
    assert (HandedInSaid(table="T6", handed_in=3, entered=0, already=False, closed=True),) == said
    assert isinstance((await floor.says(lara, "3"))[0], notices.AskTable | notices.Registered)


async def test_a_number_that_was_the_answer_is_none_for_another_question_when_it_comes_again(
    floor: Floor,
) -> None:
    lara = await closed(floor)
    message = floor.message(lara)
    await floor.says(lara, "5", message)
    before = await floor.everything()
    assert (PaperDesk(table=None, reason="done", waiting=0),) == await floor.says(lara, "5", message)
    assert before == await floor.everything()
    assert (await floor.again(lara)).table is None


async def test_whoever_said_it_before_the_closing_is_not_asked_when_the_numbers_match(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.enters(lara, "12: 1.3")
    await floor.handed_in(lara, 1)
    await floor.moves("T6", Phase.PRIORITIES)
    assert not [each for each in await floor.told(lara) if isinstance(each, notices.HandedInAsked)]


async def test_the_first_answer_is_taken_even_after_the_table_decided(floor: Floor) -> None:
    lara = await closed(floor)
    anna = await floor.person(1)
    await floor.confirms(lara)
    await floor.handed_in(lara, 1)
    (review,) = await reviews(floor, anna)
    assert (False, True) == (review.fell, review.provisional)
    await floor.enters(lara, "12: 1.1 2.1")
    assert [True, False] == [each.provisional for each in await reviews(floor, anna)]
    assert [("handed_in", None, "1"), ("entered", None, '{"1.1": 1, "2.1": 1}')] == [
        (each.act, each.before, each.after) for each in await paper.trace_of_table(floor.database, "T6")
    ]


@pytest.mark.parametrize(
    ("present", "excess"), [(3, None), (2, "votes"), (1, "registered"), (999, None), (0, "registered")]
)
async def test_more_than_are_present_is_pointed_out(floor: Floor, present: int, excess: str | None) -> None:
    lara = await voting(floor)
    await floor.votes(1, "1.1")
    await floor.votes(2, "1.1")
    await floor.enters(lara, "12: 1.3")
    said = await sheets.say_present(floor.database, lara, "T6", present)
    assert isinstance(said, notices.PresentSaid)
    assert (present, excess, 2, 3) == (
        said.by_hand.present, said.by_hand.excess, said.by_hand.registered, said.by_hand.votes,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "molti", "-3", "1000", "18,5", "diciotto"])
async def test_what_is_no_number_is_asked_again(floor: Floor, text: str) -> None:
    lara = await voting(floor)
    for command, what in (("presenti", "present"), ("consegnate", "handed_in")):
        said = await sheets.count_command(
            floor.database,
            floor.event,
            lara,
            command,
            "present" if what == "present" else "handed_in",
            text,
            floor.now,
        )
        assert notices.CountUnclear(table="T6", what=what, misread=text, now=None) == said


# --- assisted -------------------------------------------------------------------------------------------


async def code_of(floor: Floor, person: Person) -> str:
    shown = await assistance.show_code(floor.database, await floor.again(person), floor.new_id())
    assert isinstance(shown, PersonalCode)
    return shown.code


async def test_the_table_fills_in_a_ballot_for_who_shows_their_code(floor: Floor) -> None:
    lara = await voting(floor)
    anna = await floor.person(1)
    code = await code_of(floor, anna)
    assert code == await code_of(floor, anna)
    back = read(await floor.carta(lara, f"{code}: 1.3 2.1\n12: 5.4"))
    assert [(code, True, False), ("12", False, False)] == [
        (each.label, each.assisted, each.replaces) for each in back.sheets
    ]
    await floor.all_drawn()
    (said,) = await floor.confirms_sheets(lara, back.token)
    assert isinstance(said, PaperEntered)
    assert (1, 1) == (said.entered, said.assisted)
    ballot = await floor.ballot(anna)
    assert ("assisted", {"1.3": 1, "2.1": 1}) == (ballot.channel, ballot.dots)
    # Anna sees it at once, and may change it; it stays assisted.
    assert (anna.id, "ballot") in await floor.wanted()
    await floor.wish(anna, {"2.1": 0, "5.4": 1})
    ballot = await floor.ballot(anna)
    assert ("assisted", {"1.3": 1, "5.4": 1}) == (ballot.channel, ballot.dots)
    # The list says what the table entered and that it was changed, never what it is now.
    (listed,) = await floor.schede(lara)
    assert isinstance(listed, SheetList)
    assert [("12", False, (("5.4", 1),)), (code, True, (("1.3", 1), ("2.1", 1)))] == [
        (each.label, each.changed, each.dots) for each in listed.sheets
    ]
    assert [True] == [each.changed for each in listed.sheets if each.assisted]


async def test_a_code_is_good_once_and_at_its_table_alone(floor: Floor) -> None:
    lara = await voting(floor)
    anna = await floor.person(1)
    code = await code_of(floor, anna)
    await floor.enters(lara, f"{code}: 1.3")
    back = read(await floor.carta(lara, f"{code}: 2.1"))
    assert [(code, "person")] == [(each.label, each.reason) for each in back.problems]
    new = await code_of(floor, anna)
    assert code != new
    back = read(await floor.carta(lara, f"{new}: 2.1"))
    assert [True] == [each.replaces for each in back.sheets]
    await floor.sit(anna, "T5")
    (said,) = await floor.confirms_sheets(lara, back.token)
    assert isinstance(said, PaperEntered)
    assert (0, [(new, "person")]) == (said.assisted, [(p.label, p.reason) for p in said.problems])
    assert {"1.3": 1} == (await floor.ballot(anna)).dots


async def test_what_a_person_voted_themselves_is_not_the_tables_to_take_away(floor: Floor) -> None:
    lara = await voting(floor)
    anna = await floor.votes(1, "1.3")
    code = await code_of(floor, anna)
    back = read(await floor.schede(lara, f"ritira {code}"))
    assert [(code, "not_entered")] == [(each.label, each.reason) for each in back.problems]
    await floor.enters(lara, f"{code}: 2.1")
    code = await code_of(floor, anna)
    await floor.schede(lara, f"ritira {code}")
    await floor.confirms_sheets(lara)
    ballot = await floor.ballot(anna)
    assert ("app", {}) == (ballot.channel, ballot.dots)


async def test_after_the_closing_nobodys_ballot_is_filled_in(floor: Floor) -> None:
    lara = await voting(floor)
    anna = await floor.person(1)
    code = await code_of(floor, anna)
    back = read(await floor.carta(lara, f"{code}: 1.3"))
    await floor.moves("T6", Phase.PRIORITIES)
    (said,) = await floor.confirms_sheets(lara, back.token)
    assert isinstance(said, PaperEntered)
    assert [(code, "person_closed")] == [(each.label, each.reason) for each in said.problems]
    assert {} == (await floor.ballot(anna)).dots
    shown = await assistance.show_code(floor.database, await floor.again(anna), floor.new_id())
    assert isinstance(shown, notices.BallotNotOpen)


async def test_who_sits_nowhere_has_no_code(floor: Floor) -> None:
    nobody = await floor.newcomer(1)
    shown = await assistance.show_code(floor.database, nobody, floor.new_id())
    assert notices.NotRegistered() == shown


async def test_a_code_that_somebody_has_is_given_to_nobody_else(floor: Floor) -> None:
    await voting(floor)
    people = [await floor.person(number) for number in (1, 2)]
    codes = []
    for person in people:
        shown = await assistance.show_code(floor.database, person, "the same seed")
        assert isinstance(shown, PersonalCode)
        codes.append(shown.code)
    assert 2 == len(set(codes))


# --- the keyboard ---------------------------------------------------------------------------------------


async def keyboard(floor: Floor, person: Person) -> SheetScreen:
    rows = await floor.database.fetch(
        "SELECT view FROM screens WHERE person_id = $1 AND kind = 'sheet'", person.id
    )
    return await sheet_keyboard.screen(floor.database, floor.event, person, rows[0]["view"])


async def tap(floor: Floor, person: Person, label: str, code: str, count: int = 1) -> tuple[Notice, ...]:
    return await sheet_keyboard.change_sheet(
        floor.database, floor.event, person, label, 70, dot=(code, count)
    )


async def test_a_sheet_is_filled_in_with_buttons_and_read_back(floor: Floor) -> None:
    lara = await voting(floor)
    assert () == await floor.carta(lara, "12")
    for code in (*CODES, "4.1"):
        assert () == await tap(floor, lara, "12", code)
    shown = await keyboard(floor, lara)
    assert (tuple((code, 1) for code in CODES), True, True) == (shown.dots, shown.full, shown.open)
    await tap(floor, lara, "12", "6.4", 0)
    await sheet_keyboard.change_sheet(floor.database, floor.event, lara, "12", 70, page="4")
    shown = await keyboard(floor, lara)
    assert ("4", False) == (shown.page, shown.full)
    back = read(await sheet_keyboard.finish_sheet(floor.database, floor.event, floor.hand(lara), "12"))
    assert [("12", tuple((code, 1) for code in CODES[:5]))] == [(e.label, e.dots) for e in back.sheets]
    assert {} == await floor.sheets()
    assert not (await keyboard(floor, lara)).open
    assert (notices.ButtonOutdated(),) == await tap(floor, lara, "12", "4.1")
    await floor.confirms_sheets(lara, back.token)
    assert {12: sorted(CODES[:5])} == await floor.sheets()


async def test_the_buttons_of_one_sheet_never_write_on_another(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.carta(lara, "12")
    await tap(floor, lara, "12", "1.1")
    await floor.carta(lara, "13")
    assert (notices.ButtonOutdated(),) == await tap(floor, lara, "12", "2.1")
    assert () == (await keyboard(floor, lara)).dots


async def test_a_sheet_on_the_keyboard_is_not_confirmed_with_the_lines(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.carta(lara, "12: 1.3")
    await floor.carta(lara, "13")
    await tap(floor, lara, "13", "2.1")
    await floor.confirms_sheets(lara)
    assert {12: ["1.3"]} == await floor.sheets()
    shown = await keyboard(floor, lara)
    assert (True, (("2.1", 1),)) == (shown.open, shown.dots)


async def test_a_sheet_that_stands_is_corrected_on_the_keyboard(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.enters(lara, "12: 1.3 2.1")
    await sheet_keyboard.open_sheet(floor.database, floor.event, floor.hand(lara), "T6", "12")
    assert (("1.3", 1), ("2.1", 1)) == (await keyboard(floor, lara)).dots
    await tap(floor, lara, "12", "1.3", 0)
    back = read(await sheet_keyboard.finish_sheet(floor.database, floor.event, floor.hand(lara), "12"))
    assert ["correct"] == [each.act for each in back.sheets]
    await floor.confirms_sheets(lara, back.token)
    assert {12: ["2.1"]} == await floor.sheets()


async def test_the_keyboard_asks_for_the_zone_where_there_are_several(floor: Floor) -> None:
    lara = await floor.facilitator(table="T8")
    await floor.moves("T8", Phase.SESSION1)
    await floor.carta(lara, "12")
    await tap(floor, lara, "12", "1.3")
    told = await sheet_keyboard.finish_sheet(floor.database, floor.event, floor.hand(lara), "12")
    assert ["zone"] == [each.reason for each in read(told).problems]
    await sheet_keyboard.change_sheet(floor.database, floor.event, lara, "12", None, zone="8")
    assert "8" == (await keyboard(floor, lara)).zone
    told = await sheet_keyboard.finish_sheet(floor.database, floor.event, floor.hand(lara), "12")
    assert ["8"] == [each.zone for each in read(told).sheets]


async def test_a_code_of_nobody_gets_no_keyboard(floor: Floor) -> None:
    lara = await voting(floor)
    told = await floor.carta(lara, "K7M4P")
    assert [("K7M4P", "person")] == [(each.label, each.reason) for each in read(told).problems]
    anna = await floor.person(1)
    code = await code_of(floor, anna)
    assert () == await floor.carta(lara, code.lower())
    await tap(floor, lara, code, "1.3")
    await sheet_keyboard.finish_sheet(floor.database, floor.event, floor.hand(lara), code)
    await floor.confirms_sheets(lara)
    assert {"1.3": 1} == (await floor.ballot(anna)).dots


# --- channels -------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {"app": st.integers(0, 40), "assisted": st.integers(0, 12), "paper": st.integers(0, 12)}
    )
)
def test_channels_are_told_apart_only_where_each_is_a_group(cast: dict[str, int]) -> None:
    told = told_apart(cast)
    assert not told or sum(cast.values()) == sum(number for _, number in told)
    assert all(number >= SMALLEST_GROUP for _, number in told)
    assert 1 != len(told)
    for group, number in told:
        assert number == sum(cast[channel] for channel in group.split("+"))
        if "+" not in group:
            assert cast[group] >= SMALLEST_GROUP
    large = [channel for channel, number in cast.items() if number >= SMALLEST_GROUP]
    if all(number >= SMALLEST_GROUP or not number for number in cast.values()) and len(large) > 1:
        assert large == [group for group, _ in told]


async def test_everyone_hears_how_many_voted_how(floor: Floor) -> None:
    lara = await voting(floor)
    people = [await floor.votes(number, "1.1") for number in range(1, 8)]
    await floor.enters(lara, "\n".join(f"{number}: 1.1" for number in range(1, 6)))
    await floor.handed_in(lara, 5)
    await floor.moves("T6", Phase.PRIORITIES)
    await floor.confirms(lara)
    (told,) = [each for each in await floor.told(people[0]) if isinstance(each, PrioritiesDecided)]
    assert (12, (("app", 7), ("paper", 5))) == (told.voters, told.by_channel)
    votes = await summary.votes(floor.database, floor.event, floor.now)
    assert (("app", 7), ("paper", 5)) == votes.by_channel
    found = (await summary.by_table(floor.database))["T6"]
    assert {"app": 7, "assisted": 0, "paper": 5} == found["channels"]
    assert (12, 7) == (found["voted"], found["registered"])
    assert {"handed_in": 5, "entered": 5, "provisional": False} == found["sheets"]


async def test_few_sheets_are_told_only_within_the_total(floor: Floor) -> None:
    lara = await voting(floor)
    anna = await floor.votes(1, "1.1")
    for number in range(2, 20):
        await floor.votes(number, "1.1")
    await floor.enters(lara, "1: 1.1\n2: 1.1")
    await floor.moves("T6", Phase.PRIORITIES)
    await floor.confirms(lara)
    (told,) = [each for each in await floor.told(anna) if isinstance(each, PrioritiesDecided)]
    assert (21, ()) == (told.voters, told.by_channel)
    assert () == (await summary.votes(floor.database, floor.event, floor.now)).by_channel
    chosen = (await summary.chosen(floor.database, floor.now)).tables
    assert [("T6", True)] == [(each.table, each.provisional) for each in chosen if each.provisional]


# --- delivered again, and at once -----------------------------------------------------------------------


async def test_the_same_messages_and_presses_again_enter_a_sheet_once(floor: Floor) -> None:
    lara = await voting(floor)
    back = read(await floor.carta(lara, "12: 1.3", "message:1"))
    await floor.confirms_sheets(lara, back.token, "press:1")
    before = await floor.everything()
    done = (PaperDesk(table=None, reason="done", waiting=0),)
    assert "done" in str(await floor.carta(lara, "12: 1.3", "message:1"))
    assert done == await floor.confirms_sheets(lara, back.token, "press:1")
    # Somebody taps once more, which is another press.
    assert done == await floor.confirms_sheets(lara, back.token, "press:2")
    assert before == await floor.everything()


async def test_a_confirmation_that_comes_again_does_not_confirm_what_came_after(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.carta(lara, "12: 1.3", "message:1")
    await floor.confirms_sheets(lara, None, "message:2")
    await floor.carta(lara, "13: 2.1", "message:3")
    (done,) = await floor.confirms_sheets(lara, None, "message:2")
    assert PaperDesk(table="T6", reason="done", waiting=0) == done
    assert {12: ["1.3"]} == await floor.sheets()
    # The same of an "annulla": what came after stays.
    await floor.carta(lara, "annulla", "message:4")
    await floor.carta(lara, "14: 2.1", "message:5")
    await floor.carta(lara, "annulla", "message:4")
    (entered,) = await floor.confirms_sheets(lara)
    assert isinstance(entered, PaperEntered)
    assert {12, 14} == set(await floor.sheets())


ACTS = st.lists(
    st.tuples(
        st.sampled_from(("carta", "schede", "ritira", "conferma", "annulla")),
        st.integers(1, 3),
        st.lists(st.sampled_from(CODES), max_size=3, unique=True),
    ),
    max_size=10,
)


@settings(max_examples=40, deadline=None)
@given(acts=ACTS, again=st.integers(1, 10))
def test_whatever_is_delivered_again_the_sheets_are_the_same(
    template: Path, turin: Event, acts: list[tuple[str, int, list[str]]], again: int
) -> None:
    """The last updates come once more, in their order, as after a kill: nothing is entered that was not."""

    async def play() -> None:
        async with open_floor(template, turin) as floor:
            lara = await voting(floor)

            async def do(place: int) -> None:
                what, number, codes = acts[place]
                line, act = f"{number}: {' '.join(codes) or 'bianca'}", f"message:{place}"
                match what:
                    case "carta":
                        await floor.carta(lara, line, act)
                    case "schede":
                        await floor.schede(lara, line, act)
                    case "ritira":
                        await floor.schede(lara, f"ritira {number}", act)
                    case _:
                        await floor.carta(lara, what, act)

            for place in range(len(acts)):
                await do(place)
            standing = await floor.sheets()
            trace = await paper.trace_of_table(floor.database, "T6")
            for place in range(max(0, len(acts) - again), len(acts)):
                await do(place)
            assert standing == await floor.sheets()
            assert trace == await paper.trace_of_table(floor.database, "T6")
            on_sheets = Counter(code for codes in standing.values() for code in codes)
            assert dict(on_sheets) == await ballots.tally(floor.database, "T6")

    asyncio.run(play())


async def test_two_who_enter_the_same_sheet_at_once_enter_it_once(floor: Floor) -> None:
    lara = await voting(floor)
    bruno = await floor.facilitator(901)
    tokens = [
        read(await floor.carta(who, "12: 1.3\n13: 2.1" if who is lara else "12: 1.3")).token
        for who in (lara, bruno)
    ]
    said = await asyncio.gather(
        *(floor.confirms_sheets(who, token) for who, token in zip((lara, bruno), tokens, strict=True))
    )
    results = [each for (each,) in said]
    assert all(isinstance(each, PaperEntered) for each in results)
    assert {12: ["1.3"], 13: ["2.1"]} == await floor.sheets()
    assert 1 == sum(len(each.problems) for each in results if isinstance(each, PaperEntered))


@pytest.mark.parametrize("seed", range(4))
async def test_a_sheet_that_was_acknowledged_is_counted_whenever_the_table_closes(
    template: Path, turin: Event, seed: int
) -> None:
    """Entries, corrections, taps and a closing race; the proposal is made of just what was acknowledged."""
    chance = random.Random(seed)
    late = early = 0
    async with open_floor(template, turin) as floor:
        for table in ("T1", "T2", "T3", "T5", "T6"):
            vittoria = [await floor.regia(3000 + n) for n in range(3)]
            crowd = [await floor.person(1000 * int(table[1:]) + n, table) for n in range(3)]
            await floor.moves(table, Phase.SESSION1)
            zone = floor.event.table(table).zones[0]
            sheets_in: dict[int, str] = {}
            dots_in: Counter[str] = Counter()
            is_closed: list[str] = []

            async def enter(
                who: Person,
                first: int,
                code: str = table,
                of: str = zone,
                kept: dict[int, str] = sheets_in,
                shut: list[str] = is_closed,
            ) -> None:
                nonlocal late, early
                for number in range(first, first + 4):
                    wished = chance.choice(CODES)
                    await asyncio.sleep(chance.uniform(0, 0.02))
                    await floor.carta(who, f"{code} {number} zona {of}: {wished}")
                    (said,) = await floor.confirms_sheets(who)
                    assert isinstance(said, PaperEntered)
                    kept[number] = wished
                    late += len(shut)
                    early += not shut

            async def tap_once(person: Person, into: Counter[str] = dots_in) -> None:
                await asyncio.sleep(chance.uniform(0, 0.05))
                wished = chance.choice(CODES)
                said = await floor.wish(person, {wished: 1})
                into[wished] += isinstance(said, notices.DotsRecorded)

            async def close(
                code: str = table, kept: dict[int, str] = sheets_in, shut: list[str] = is_closed
            ) -> None:
                enough = chance.randint(1, 9)
                for _ in range(20_000):
                    if len(kept) >= enough:
                        break
                    await asyncio.sleep(0.001)
                await floor.moves(code, Phase.PRIORITIES)
                shut.append(code)

            await asyncio.gather(
                *(enter(who, 1 + 10 * n) for n, who in enumerate(vittoria)),
                *(tap_once(person) for person in crowd),
                close(),
            )
            assert {number: [code] for number, code in sheets_in.items()} == await floor.sheets(table)
            expected = Counter(sheets_in.values()) + dots_in
            assert dict(expected) == await ballots.tally(floor.database, table)
            assert {code: expected[code] for code in await proposed(floor, table)} == await proposed(
                floor, table
            )
            found = await stored_priorities.of_table(floor.database, table)
            assert found is not None
            assert (12, sum(dots_in.values())) == (found.channels["paper"], found.channels["app"])
            assert 0 == await value(
                floor.database, "SELECT count(*) FROM ballots WHERE table_code = $1 AND open", table
            )
    # The races were races: the closing came between the entries.
    assert late > 5
    assert early > 5


async def test_the_time_of_a_correction_is_that_of_the_event(floor: Floor) -> None:
    lara = await voting(floor)
    await floor.enters(lara, "12: 1.3")
    at = floor.now + timedelta(minutes=3)
    floor.later(180)
    await floor.schede(lara, "12: 2.1")
    await floor.confirms_sheets(lara)
    (shown,) = await floor.schede(lara, "12")
    assert isinstance(shown, SheetShown)
    assert at == shown.steps[-1].at
