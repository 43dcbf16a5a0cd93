"""Taking part: notice, zone, table, another table; one-time links."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import contributions, invitations, joining, notices, phases, roles
from participation.event import Phase
from participation.joining import find_table, find_zone
from participation.notices import Role
from storage import people
from tests.storage.rows import value

if TYPE_CHECKING:
    from participation.event import Event
    from participation.notices import Notice
    from storage.people import Person
    from tests.participation.floor import Floor

# --- reading what is typed ------------------------------------------------------------------------------


@settings(deadline=None)
@given(text=st.text(max_size=30))
def test_no_text_is_too_odd_for_a_zone_or_a_table(turin: Event, text: str) -> None:
    zone, table = find_zone(text, turin), find_table(text, turin.tables)
    assert zone is None or zone in {each.code for each in turin.zones}
    assert table is None or table in turin.tables


def test_every_zone_is_found_by_number_and_name(turin: Event) -> None:
    for zone in turin.zones:
        for text in (
            zone.code,
            f" {zone.code} ",
            f"zona {zone.code}",
            f"Zona  {zone.code}",
            zone.name.upper(),
        ):
            assert zone.code == find_zone(text, turin)
        assert zone.code == find_zone(f"zone {zone.code}", turin)


@pytest.mark.parametrize(
    "text", ["0", "12", "99", "-5", "5.0", "zona", "zona cinque", "5 6", "5a", "", "123"]
)
def test_what_is_no_zone_is_none(turin: Event, text: str) -> None:
    assert find_zone(text, turin) is None


def test_every_table_is_found_by_code_number_and_name(turin: Event) -> None:
    for table in turin.tables:
        number = table.code[1:]
        for text in (table.code, table.code.lower(), f"tavolo {number}", number, f"Tavolo {table.name}"):
            assert table == find_table(text, turin.tables)
        others = [other for other in turin.tables if other is not table]
        assert find_table(table.code, others) is None


# --- coming in ------------------------------------------------------------------------------------------


async def start(floor: Floor, person: Person | None, payload: str = "") -> tuple[Notice, ...]:
    if person is not None:
        person = await floor.again(person)
    return await joining.start(floor.database, floor.event, person, payload, floor.new_id(), floor.now)


async def acknowledge(floor: Floor, number: int, payload: str = "") -> tuple[Notice, ...]:
    return await joining.acknowledge(
        floor.database, floor.event, number, "it", payload, floor.new_id(), floor.now
    )


def registered(table: str, zone: str) -> tuple[notices.Registered]:
    return (notices.Registered(table=table, zone=zone, phase=Phase.REGISTRATION),)


async def pick_zone(floor: Floor, person: Person, zone: str) -> tuple[Notice, ...]:
    return await joining.pick_zone(
        floor.database, floor.event, await floor.again(person), zone, floor.new_id(), floor.now
    )


async def seat(floor: Floor, person: Person) -> tuple[str | None, str | None]:
    found = await floor.again(person)
    return found.table, found.zone


async def test_nothing_is_stored_before_the_notice_was_read(floor: Floor) -> None:
    assert (notices.Welcome(payload="T6"),) == await start(floor, None, "T6")
    assert (notices.Welcome(payload="i-secret"),) == await start(floor, None, "i-secret")
    assert 0 == await value(floor.database, "SELECT count(*) FROM people")


async def test_a_tables_code_registers_at_once(floor: Floor) -> None:
    assert registered("T6", "5") == await acknowledge(floor, 1, "t6")
    again = notices.Registered(table="T6", zone="5", phase=Phase.REGISTRATION, again=True)
    for _ in range(2):
        assert (again,) == await acknowledge(floor, 1, "T6")
    assert 1 == await value(floor.database, "SELECT count(*) FROM ballots")


async def test_a_notice_acknowledged_again_moves_nobody(floor: Floor) -> None:
    anna = await floor.person(1, "T6")
    await floor.sit(anna, "T5")
    told = await acknowledge(floor, 1, "T6")
    assert (notices.Registered(table="T5", zone="4", phase=Phase.REGISTRATION, again=True),) == told
    assert ("T5", "4") == await seat(floor, anna)


async def test_the_zone_leads_to_its_only_table_or_to_a_choice(floor: Floor) -> None:
    anna = await floor.newcomer(1)
    assert (notices.AskZone(),) == await start(floor, anna)
    assert (notices.AskZone(misread="12"),) == await pick_zone(floor, anna, "12")
    assert (notices.AskTable(zone="1"),) == await pick_zone(floor, anna, "1")
    assert (notices.AskTable(zone="1", misread="T9"),) == await floor.says(anna, "T9")
    assert (notices.Registered(table="T3", zone="1", phase=Phase.REGISTRATION),) == await floor.says(
        anna, "3"
    )
    bruno = await floor.newcomer(2)
    assert (notices.Registered(table="T6", zone="5", phase=Phase.REGISTRATION),) == await floor.says(
        bruno, "5"
    )


async def test_an_answer_that_could_not_be_kept_is_taken_for_one_when_it_is_delivered_again(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bruno = await floor.newcomer(2)

    async def killed(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(people, "sit_down", killed)
        with pytest.raises(RuntimeError):
            await floor.says(bruno, "5", message=77)
    assert registered("T6", "5") == await floor.says(bruno, "5", message=77)


async def test_a_table_of_several_zones_leads_to_the_zone(floor: Floor) -> None:
    anna = await floor.newcomer(1)
    assert (notices.AskZoneOfTable(table="T8"),) == await start(floor, anna, "T8")
    assert (notices.AskZoneOfTable(table="T8", misread="5"),) == await floor.says(anna, "5")
    assert (notices.ButtonOutdated(),) == await floor.sit(anna, "T8", "5")
    assert (notices.Registered(table="T8", zone="8", phase=Phase.REGISTRATION),) == await pick_zone(
        floor, anna, "8"
    )


async def test_a_code_that_does_not_exist_is_said_and_the_zone_asked(floor: Floor) -> None:
    anna = await floor.newcomer(1)
    unknown = notices.TableUnknown(code="T99")
    assert (unknown, notices.AskZone()) == await start(floor, anna, "T99")
    assert (unknown, notices.AskZone()) == await floor.sit(anna, "T99", "5")
    await floor.sit(anna, "T6")
    told = await start(floor, anna, "T99")
    assert (unknown, notices.Registered) == (told[0], type(told[1]))
    assert ("T6", "5") == await seat(floor, anna)


# --- late -----------------------------------------------------------------------------------------------


async def test_late_in_session_1_one_gets_the_ballot_at_once(floor: Floor) -> None:
    await floor.moves("T6", Phase.SESSION1)
    anna = await floor.person(1)
    assert [(anna.id, "ballot")] == await floor.wanted()
    assert (await floor.ballot(anna)).open


async def at_session2(floor: Floor, *, confirmed: bool = False) -> Person:
    """T6 in Session 2, with 3.2 and 1.1 as priorities; who facilitates it."""
    await floor.moves("T6", Phase.SESSION1)
    await floor.votes(100, "3.2", "1.1")
    await floor.votes(101, "3.2")
    lara = await floor.facilitator()
    await floor.moves("T6", Phase.PRIORITIES)
    if confirmed:
        await floor.confirms(lara)
    else:
        await floor.moves("T6", Phase.SESSION2)
    return lara


def priorities_of_t6(*, confirmed: bool) -> notices.PrioritiesDecided:
    return notices.PrioritiesDecided(
        table="T6", priorities=("3.2", "1.1"), pending=(), places=0, voters=2, confirmed=confirmed
    )


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("spread_before", [True, False])
async def test_who_comes_after_the_priorities_were_told_is_told_them_once(
    floor: Floor,
    confirmed: bool,
    spread_before: bool,
) -> None:
    await at_session2(floor, confirmed=confirmed)
    if spread_before:
        await floor.spread()
    carla = await floor.newcomer(3)
    told = await floor.sit(carla, "T6")
    phase = Phase.PRIORITIES if confirmed else Phase.SESSION2
    decided = priorities_of_t6(confirmed=confirmed)
    assert (notices.Registered(table="T6", zone="5", phase=phase), decided) == told
    assert [] == await floor.told(carla)
    # And so is who comes over from another table, whatever their number.
    dario = await floor.person(4, "T5")
    assert (notices.ChangedTable(table="T6", zone="5", phase=phase, dots=0), decided) == await floor.sit(
        dario, "T6"
    )
    assert [] == await floor.told(dario)


async def test_who_comes_before_the_priorities_are_told_hears_them_with_all_others(floor: Floor) -> None:
    await floor.moves("T6", Phase.SESSION1)
    await floor.votes(100, "3.2", "1.1")
    await floor.votes(101, "3.2")
    await floor.moves("T6", Phase.PRIORITIES)
    carla = await floor.newcomer(3)
    assert (notices.Registered(table="T6", zone="5", phase=Phase.PRIORITIES),) == await floor.sit(carla, "T6")
    await floor.moves("T6", Phase.SESSION2)
    assert [priorities_of_t6(confirmed=False)] == await floor.told(carla)


async def test_late_in_session_2_one_gets_priorities_and_the_question_that_is_on_once(floor: Floor) -> None:
    await at_session2(floor)
    await contributions.put_on(floor.database, floor.event, "T6", "3.2", floor.now)
    carla = await floor.newcomer(3)
    assert (
        notices.Registered(table="T6", zone="5", phase=Phase.SESSION2),
        priorities_of_t6(confirmed=False),
        notices.QuestionAsked(table="T6", strategy="3.2", question="1"),
    ) == await floor.sit(carla, "T6")
    assert [] == await floor.told(carla)
    await floor.says(carla, "Servono più treni")
    assert [("Servono più treni", "3.2", "1")] == await floor.contributions()


# --- another table --------------------------------------------------------------------------------------


async def test_asked_again_nothing_changes_until_a_table_is_chosen(floor: Floor) -> None:
    anna = await floor.person(1)
    assert (notices.AskZone(),) == await joining.change(floor.database, anna)
    assert ("T6", "5") == await seat(floor, anna)
    assert (
        notices.ChangedTable(table="T5", zone="4", phase=Phase.REGISTRATION, dots=0),
    ) == await floor.says(anna, "4")
    ballot = await floor.ballot(anna)
    assert ("T5", "4") == (ballot.table, ballot.zone)


async def test_the_ballot_goes_along_while_both_tables_vote(floor: Floor) -> None:
    for table in ("T5", "T6"):
        await floor.moves(table, Phase.SESSION1)
    anna = await floor.votes(1, "1.3", "2.1")
    told = await floor.sit(anna, "T5")
    assert (notices.ChangedTable(table="T5", zone="4", phase=Phase.SESSION1, dots=2),) == told
    ballot = await floor.ballot(anna)
    assert ("T5", "4", True, {"1.3": 1, "2.1": 1}) == (ballot.table, ballot.zone, ballot.open, ballot.dots)


CLOSED = [phase for phase in Phase if phase not in phases.VOTING]


@pytest.mark.parametrize("phase", CLOSED)
@pytest.mark.parametrize("closed", ["T5", "T6"])
async def test_a_cast_ballot_stays_once_either_table_has_closed(
    floor: Floor, closed: str, phase: Phase
) -> None:
    for table in ("T5", "T6"):
        await floor.moves(table, Phase.SESSION1)
    anna = await floor.votes(1, "1.3")
    await floor.moves(closed, phase)
    assert (notices.CannotChangeTable(table="T6", closed=closed),) == await floor.sit(anna, "T5")
    assert ("T6", "5") == await seat(floor, anna)
    ballot = await floor.ballot(anna)
    assert ("T6", {"1.3": 1}) == (ballot.table, ballot.dots)
    assert not (await floor.again(anna)).asked_again


@pytest.mark.parametrize("closed", ["T5", "T6"])
async def test_an_empty_ballot_goes_anywhere_and_opens_where_they_vote(floor: Floor, closed: str) -> None:
    for table in ("T5", "T6"):
        await floor.moves(table, Phase.SESSION1)
    anna = await floor.person(1)
    await floor.moves(closed, Phase.PRIORITIES)
    (told,) = await floor.sit(anna, "T5")
    assert isinstance(told, notices.ChangedTable)
    assert (closed == "T6") == (await floor.ballot(anna)).open


async def test_the_zone_of_a_cast_ballot_cannot_change_after_closing(floor: Floor) -> None:
    await floor.moves("T8", Phase.SESSION1)
    anna = await floor.votes(1, "1.3", table="T8", zone="7")
    (told,) = await floor.sit(anna, "T8", "8")
    assert notices.ChangedTable(table="T8", zone="8", phase=Phase.SESSION1, dots=1) == told
    await floor.moves("T8", Phase.PRIORITIES)
    assert (notices.CannotChangeTable(table="T8", closed="T8"),) == await floor.sit(anna, "T8", "7")
    assert "8" == (await floor.ballot(anna)).zone


async def test_what_one_types_after_moving_does_not_belong_to_the_old_tables_question(floor: Floor) -> None:
    await at_session2(floor)
    await floor.moves("T5", Phase.SESSION2)
    anna = await floor.person(1)
    await contributions.put_on(floor.database, floor.event, "T6", "3.2", floor.now)
    (asked,) = [told for told in await floor.told(anna) if isinstance(told, notices.QuestionAsked)]
    async with floor.database.transaction() as tx:
        await contributions.seen(tx, anna.id, asked)
    await floor.says(anna, "Più treni")
    await floor.sit(anna, "T5")
    await floor.says(anna, "Più alberi")
    # A letter of the old table that comes only now asks them nothing either.
    async with floor.database.transaction() as tx:
        await contributions.seen(tx, anna.id, asked)
    await floor.says(anna, "Più ombra")
    assert [("Più treni", "3.2", "1"), ("Più alberi", None, None), ("Più ombra", None, None)] == (
        await floor.contributions()
    )


async def test_a_number_typed_after_the_phase_changed_is_no_answer_to_cambia(floor: Floor) -> None:
    await floor.moves("T6", Phase.SESSION1)
    anna = await floor.person(1)
    await floor.votes(2, "3.2")
    await joining.change(floor.database, anna)
    await floor.moves("T6", Phase.SESSION2)
    await contributions.put_on(floor.database, floor.event, "T6", "3.2", floor.now)
    assert (notices.QuestionAsked(table="T6", strategy="3.2", question="2"),) == await floor.says(anna, "2")
    assert ("T6", "5") == await seat(floor, anna)
    # Asked now, it is one.
    await joining.change(floor.database, anna)
    (told,) = await floor.says(anna, "2")
    assert isinstance(told, notices.ChangedTable)


async def test_people_who_come_at_once_all_sit_and_each_has_one_ballot(floor: Floor) -> None:
    await asyncio.gather(*(acknowledge(floor, number % 30, "T6") for number in range(90)))
    assert 30 == await people.registered_at(floor.database, "T6")
    assert 30 == await value(floor.database, "SELECT count(*) FROM ballots")


# --- one-time links -------------------------------------------------------------------------------------


async def link(floor: Floor, secret: str, table: str | None = "T6") -> str:
    role = Role.REGIA if table is None else Role.FACILITATOR
    return await invitations.invite(
        floor.database, role, table, secret, floor.now, floor.now + timedelta(hours=1)
    )


async def test_a_link_gives_its_role_and_only_its_hash_is_kept(floor: Floor) -> None:
    payload = await link(floor, "secret")
    assert "i-secret" == payload
    assert 0 == await value(floor.database, "SELECT count(*) FROM invites WHERE secret_hash LIKE '%secret%'")
    granted = notices.RoleGranted(role=Role.FACILITATOR, table="T6")
    assert (granted,) == await acknowledge(floor, 1, payload)
    lara = await floor.newcomer(1)
    assert ("T6",) == await roles.tables_facilitated(floor.database, lara)
    # Again, or the update delivered again: the same answer, and nothing else.
    assert (granted,) == await start(floor, lara, payload)
    assert (granted,) == await acknowledge(floor, 1, payload)
    bruno = await floor.newcomer(2)
    assert (notices.InviteRefused(reason="used"),) == await start(floor, bruno, payload)
    assert () == await roles.tables_facilitated(floor.database, bruno)


async def test_of_many_who_open_one_link_at_once_one_gets_the_role(floor: Floor) -> None:
    payload = await link(floor, "secret", None)
    crowd = [await floor.newcomer(number) for number in range(12)]
    told = await asyncio.gather(*(start(floor, person, payload) for person in crowd))
    assert Counter({notices.InviteRefused: 11, notices.RoleGranted: 1}) == Counter(
        type(each) for (each,) in told
    )
    assert 1 == sum([await roles.is_regia(floor.database, person) for person in crowd])


async def test_a_link_meant_for_a_colleague_is_not_used_up_by_who_has_the_role(floor: Floor) -> None:
    mine, colleagues = await link(floor, "one"), await link(floor, "two")
    lara, bruno = await floor.newcomer(1), await floor.newcomer(2)
    for payload in (mine, colleagues):
        assert (notices.RoleGranted(role=Role.FACILITATOR, table="T6"),) == await start(floor, lara, payload)
    assert (notices.RoleGranted(role=Role.FACILITATOR, table="T6"),) == await start(floor, bruno, colleagues)


async def test_a_role_that_was_taken_away_does_not_come_back_by_the_old_link(floor: Floor) -> None:
    payload = await link(floor, "secret")
    lara = await floor.newcomer(1)
    await start(floor, lara, payload)
    async with floor.database.transaction() as tx:
        await tx.fetch("DELETE FROM roles")
    assert (notices.InviteRefused(reason="used"),) == await start(floor, lara, payload)
    assert () == await roles.tables_facilitated(floor.database, lara)


async def test_links_that_expired_or_never_were_are_refused(floor: Floor) -> None:
    payload = await link(floor, "secret")
    lara = await floor.newcomer(1)
    floor.later(3600)
    assert (notices.InviteRefused(reason="expired"),) == await start(floor, lara, payload)
    for unknown in ("i-", "i-another", "I-secret"):
        told = await start(floor, lara, unknown)
        assert isinstance(told[0], notices.InviteRefused | notices.TableUnknown)
    assert frozenset() == await roles.of_person(floor.database, lara)


async def test_who_facilitates_may_also_take_part_at_a_table(floor: Floor) -> None:
    lara = await floor.facilitator(1)
    assert (None, None) == await seat(floor, lara)
    await floor.sit(lara, "T5")
    assert ("T6",) == await roles.tables_facilitated(floor.database, lara)
    assert frozenset({Role.FACILITATOR}) == await roles.of_person(floor.database, lara)
    expected = notices.Help(registered=True, facilitates=("T6",), regia=False, number=lara.id)
    assert expected == await roles.help_for(floor.database, await floor.again(lara))
    assert notices.Help(registered=False) == await roles.help_for(floor.database, None)
