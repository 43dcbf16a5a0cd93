"""What is typed behind /raccolta; who may do what; and acts that come twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from participation import confirming, gathering, gathering_commands, syntheses
from participation.gathering import Leader, View
from participation.gathering_commands import Request, ShowList
from participation.gathering_notices import (
    GatheringAct,
    GatheringDone,
    GatheringRefused,
    Part,
    SynthesisAsked,
    SynthesisKept,
    SynthesisSent,
    SynthesisWanted,
)
from participation.notices import AskEnded, NotAllowed, Notice, Role
from storage import gathering as stored
from storage import themes

if TYPE_CHECKING:
    from storage.people import Person
    from tests.participation.floor import Floor

WORDS = {
    "guardare": "look",
    "nascosti": "hidden",
    "plenaria": "plenary",
    "pagina": "page",
    "nascondi": "hide",
    "mostra": "unhide",
    "unisci": "merge",
    "separa": "separate",
    "lascia": "pass",
    "no": "no",
    "e": "and",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ShowList()),
        ("pagina 3", ShowList(page=3)),
        ("guardare", ShowList(Part.LOOK)),
        ("Nascosti pagina 2", ShowList(Part.HIDDEN, 2)),
        ("plenaria", ShowList(Part.PLENARY)),
        ("37", Request("show", ("37",))),
        ("#37", Request("show", ("37",))),
        ("nascondi 37", Request("hide", ("37",))),
        ("nascondi 37: 3 volte: no e no", Request("hide", ("37",), "3 volte: no e no")),
        ("nascondi 37 41 persone offese", Request("hide", ("37",), "41 persone offese")),
        ("nascondi 37: e allora?", Request("hide", ("37",), "e allora?")),
        ("37 nascondi: troppo lungo", Request("hide", ("37",), "troppo lungo")),
        ("mostra 37", Request("unhide", ("37",))),
        ("unisci 37", Request("choose", ("37",))),
        ("unisci 37, 41 e 52", Request("merge", ("37", "41", "52"))),
        ("separa #37", Request("separate", ("37",))),
        ("plenaria 37", Request("mark", ("37",))),
        ("37 plenaria", Request("mark", ("37",))),
        ("plenaria no 37", Request("unmark", ("37",))),
        ("plenaria 37 no", Request("unmark", ("37",))),
        ("lascia 37", Request("pass", ("37",))),
    ],
)
def test_what_is_typed_is_read(text: str, expected: ShowList | Request) -> None:
    assert expected == gathering_commands.read(text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "pippo",
        "37 pippo",
        "nascondi",
        "unisci e",
        "lascia 1 2",
        "mostra 1 no",
        "nascondi 1 2",
        "nascondi 3, 4",
        "nascondi 5 e 6",
        "nascondi 1: 2",
        "nascondi 1 2: offende",
        "nascondi 1: !!!",
        "1 nascondi 2",
        "pagina",
        "pagina x",
        "1234567890",
    ],
)
def test_anything_else_is_said_to_be_unclear(text: str) -> None:
    assert GatheringRefused(reason="unclear", misread=text) == gathering_commands.read(text, WORDS)


class Acting:
    """Acts of people about what two of T6 said, 1 and 2, and one of T5, 3."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor

    async def begin(self) -> Acting:
        self.floor.at("10:12")
        await self.floor.run_due()
        for number, table in enumerate(("T6", "T6", "T5")):
            person = await self.floor.person(100 + number, table)
            await self.floor.says(person, f"Idea {number + 1}")
        return self

    async def do(self, who: Person, act: str, *numbers: str, key: str = "", because: str = "") -> Notice:
        by = Leader(who, key or self.floor.new_id(), self.floor.now)
        return await gathering.do(self.floor.database, by, Request(act, numbers, because))

    async def standing(self) -> list[int]:
        return [each.number for each in await themes.places(self.floor.database)]

    async def traced(self) -> int:
        rows = await self.floor.database.fetch("SELECT count(*) AS n FROM gathering_trace")
        return int(rows[0]["n"])


@pytest.fixture
async def acting(floor: Floor) -> Acting:
    return await Acting(floor).begin()


EVERY = (
    ("hide", "1", "2"),
    ("unhide", "1"),
    ("merge", "1", "2"),
    ("choose", "1"),
    ("separate", "1"),
    ("mark", "1"),
    ("unmark", "1"),
    ("pass", "1"),
    ("show", "1"),
)


@pytest.mark.parametrize("act", EVERY, ids=lambda act: act[0])
async def test_nobody_has_power_over_another_tables_contributions(
    acting: Acting, act: tuple[str, ...]
) -> None:
    floor = acting.floor
    for who in (
        await floor.facilitator(table="T5"),
        await floor.person(200, "T6"),
        await floor.with_role(901, Role.ASSISTANT, "T5"),
    ):
        told = await acting.do(who, *act, because="x")
        assert NotAllowed(command="raccolta") == told
    assert [1, 2, 3] == await acting.standing()
    assert 0 == await acting.traced()


async def test_an_assistant_of_the_table_may_only_look(acting: Acting) -> None:
    rita = await acting.floor.with_role(901, Role.ASSISTANT, "T6")
    for act in EVERY[:-1]:
        assert NotAllowed(command="raccolta") == await acting.do(rita, *act, because="x")
    assert not isinstance(await acting.do(rita, "show", "1"), NotAllowed)


@pytest.mark.parametrize("number", ["99", "0", "x", "9" * 32])
async def test_a_number_that_is_none_is_unknown_to_who_has_a_role_alone(acting: Acting, number: str) -> None:
    lara, anna = await acting.floor.facilitator(), await acting.floor.person(200)
    assert GatheringRefused(reason="unknown", misread=number) == await acting.do(lara, "show", number)
    assert NotAllowed(command="raccolta") == await acting.do(anna, "show", number)


async def test_an_act_that_comes_again_later_does_not_undo_what_came_after(acting: Acting) -> None:
    lara = await acting.floor.facilitator()
    await acting.do(lara, "hide", "1", key="first", because="x")
    await acting.do(lara, "unhide", "1", key="second")
    again = await acting.do(lara, "hide", "1", key="first", because="x")
    assert isinstance(again, GatheringDone)
    assert again.already
    await acting.do(lara, "merge", "1", "2", key="third")
    await acting.do(lara, "separate", "1", key="fourth")
    await acting.do(lara, "merge", "1", "2", key="third")
    await acting.do(lara, "separate", "1", key="fourth")
    assert [1, 2, 3] == await acting.standing()
    assert 4 == await acting.traced()


async def test_what_has_others_merged_into_it_takes_them_along(acting: Acting) -> None:
    floor = acting.floor
    lara = await floor.facilitator()
    await floor.says(await floor.person(201), "Idea 4")
    await acting.do(lara, "merge", "2", "4")
    told = await acting.do(lara, "merge", "1", "2")
    assert GatheringDone(act=GatheringAct.MERGE, table="T6", number="1", numbers=("2",), people=3) == told
    assert {2: 1, 4: 1} == {
        each.number: each.into
        for each in await stored.of_table(floor.database, "T6")
        if each.into is not None
    }
    # Named by one of those merged, it is the same one.
    again = await acting.do(lara, "merge", "4", "2")
    assert isinstance(again, GatheringDone)
    assert (True, "1") == (again.already, again.number)


async def test_the_list_is_not_drawn_for_who_may_not_read_it_any_more(acting: Acting) -> None:
    floor = acting.floor
    lara, anna = await floor.facilitator(), await floor.person(200)
    shown = await gathering.screen(floor.database, lara, "T6", View(page=9).model_dump_json())
    assert shown is not None
    assert (["2", "1"], 1, 1) == ([item.number for item in shown.items], shown.page, shown.pages)
    assert None is await gathering.screen(floor.database, anna, "T6", "{}")
    assert None is not await gathering.screen(floor.database, lara, "T6", "no view of ours")


# --- the synthesis --------------------------------------------------------------------------------------


async def test_a_synthesis_is_sent_once_however_often_its_messages_come(floor: Floor) -> None:
    lara, vittoria = await floor.facilitator(), await floor.regia()

    async def typed(message: int) -> Notice | None:
        return await confirming.typed_text(
            floor.database, floor.event, "Più treni", message, floor.asker(lara, f"m{message}")
        )

    assert None is await typed(5)
    wanted = await confirming.synthesis(floor.database, "T6", "", floor.asker(lara, "m1"))
    assert SynthesisWanted(table="T6", version=0) == wanted
    asked = await typed(7)
    assert isinstance(asked, SynthesisAsked)
    assert asked == await typed(7)
    for _ in range(2):
        told = await confirming.answer(
            floor.database, floor.event, asked.token, floor.asker(lara, "m8"), yes=True
        )
    assert [AskEnded(reason="done")] == told
    assert AskEnded(reason="done") == await typed(7)
    sent = await syntheses.newest(floor.database)
    assert {"T6": (1, "Più treni")} == {code: (each.version, each.text) for code, each in sent.items()}
    await floor.spread()
    assert 1 == sum(isinstance(told, SynthesisSent) for told in await floor.told(vittoria))


async def test_who_facilitates_no_more_sends_nothing(floor: Floor) -> None:
    lara = await floor.facilitator()
    by = floor.asker(lara, "m1")
    asked = await confirming.synthesis(floor.database, "T6", "Più treni", by)
    assert isinstance(asked, SynthesisAsked)
    async with floor.database.transaction() as tx:
        await tx.fetch("DELETE FROM roles")
    told = await confirming.answer(floor.database, floor.event, asked.token, by, yes=True)
    assert [NotAllowed(command="invia")] == told
    assert {} == await syntheses.newest(floor.database)


async def test_the_newest_synthesis_is_the_tables(floor: Floor) -> None:
    lara = await floor.facilitator()
    for number, text in enumerate(("Prima", "Seconda")):
        by = floor.asker(lara, f"m{number}")
        asked = await confirming.synthesis(floor.database, "T6", text, by)
        assert isinstance(asked, SynthesisAsked)
        told = await confirming.answer(floor.database, floor.event, asked.token, by, yes=True)
        assert [SynthesisKept(table="T6", version=number + 1)] == told
    sent = await syntheses.newest(floor.database)
    assert ("Seconda", 2, "facilitator") == (sent["T6"].text, sent["T6"].version, sent["T6"].role)
