"""The regia and the themes: the board, what is in a theme, and putting it right; two people at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from handlers.callback_data import MergeThemes, ShowTheme, encode
from participation import themes as rules
from participation.notices import Role
from tests.rehearsal.local_telegram import png
from tests.support.hall import CHANNEL, eventually, open_hall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.thinker import Thinker
    from tests.support.hall import Hall, Somebody

BUSES = (
    "Più corse di autobus la sera",
    "L'ultimo autobus parte troppo presto",
    "Servono autobus anche di domenica",
    "Autobus più frequenti tra i paesi",
)
HOUSES = (
    "Case popolari vuote da assegnare alle famiglie",
    "Affitti delle case troppo alti per le famiglie",
    "Ristrutturare le case popolari",
)
ALONE = "Il caffè era buono"
TABLES = ("T1", "T4", "T5", "T6", "T7")
"""One for each of five zones."""


@pytest.fixture
async def themed(tmp_path: Path, thinker: Thinker) -> AsyncIterator[Hall]:
    """The bot, running, with themes found."""
    async with open_hall(tmp_path, channel=True, thinker=thinker) as opened:
        yield opened


async def talk(hall: Hall, *texts: str) -> list[Somebody]:
    """Session 1, and each sentence is said at the next of five tables."""
    await hall.at("10:12")
    speakers = []
    for number, text in enumerate(texts):
        who = await hall.somebody(f"Persona {number}").registers(TABLES[number % 5])
        await who.says(text)
        speakers.append(who)
    return speakers


async def begun(hall: Hall) -> tuple[Somebody, Somebody]:
    """Two of the regia, and eight contributions in two themes and one alone."""
    vittoria, ugo = await hall.regia(), await hall.regia("Ugo")
    await talk(hall, *BUSES, *HOUSES, ALONE)
    return vittoria, ugo


async def places(hall: Hall) -> dict[str, int | None]:
    """The theme of each contribution that stands, by its text."""
    rows = await hall.rows(
        "SELECT c.text, p.theme_id FROM theme_places p JOIN contributions c ON c.id = p.contribution_id"
    )
    return {row["text"]: row["theme_id"] for row in rows}


async def numbers(hall: Hall) -> dict[str, str]:
    """The number by which each contribution is named."""
    rows = await hall.rows(
        "SELECT c.text, p.number FROM theme_places p JOIN contributions c ON c.id = p.contribution_id"
    )
    return {row["text"]: str(row["number"]) for row in rows}


async def themes_of(hall: Hall) -> tuple[str, str]:
    """The numbers of the themes about buses and about houses."""
    where = await places(hall)
    return str(where[BUSES[0]]), str(where[HOUSES[0]])


async def test_before_anybody_said_anything(themed: Hall) -> None:
    vittoria = await themed.regia()
    (said,) = await vittoria.says("/temi")
    assert "In tutto 0 contributi" in said
    assert "Non c'è ancora nessun tema" in said


async def test_what_belongs_together_is_a_theme_and_what_fits_nowhere_is_shown_as_such(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    buses, houses = await themes_of(themed)
    where = await places(themed)
    assert {buses} == {str(where[text]) for text in BUSES}
    assert {houses} == {str(where[text]) for text in HOUSES}
    assert where[ALONE] is None
    (said,) = await vittoria.says("/temi")
    assert "In tutto 8 contributi: 2 temi e 1 contributo da solo." in said
    assert re.search(rf"Ricorrenti\n{buses}\. .*: 4 tavoli, 4 voci, 4 contributi; 4 da guardare", said)
    assert "utobus" in said
    assert not any(text in said for text in (*BUSES, *HOUSES, ALONE))


async def test_a_theme_opens_to_precisely_its_verbatims_with_table_and_question(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    buses, _ = await themes_of(themed)
    (said,) = await vittoria.says(f"/temi {buses}")
    assert f"Tema {buses}, «" in said
    for number, text in enumerate(BUSES):
        assert f"{TABLES[number]} " in said
        assert f"«{text}»" in said
    assert "Sessione 1" in said
    assert "Tavoli: T1 " in said
    assert not any(text in said for text in (*HOUSES, ALONE))
    (alone,) = await vittoria.says("/temi soli")
    assert ALONE in alone
    assert not any(text in alone for text in (*BUSES, *HOUSES))


async def test_the_board_by_tapping(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    _, houses = await themes_of(themed)
    await vittoria.says("/temi")
    (said,) = await vittoria.taps("Da guardare: 2")
    assert "Temi da guardare" in said
    (said,) = await vittoria.taps(f"{houses}. ")
    assert HOUSES[0] in said
    (said,) = await vittoria.taps("Da guardare")
    assert f"\n{houses}. " not in said
    (said,) = await vittoria.taps("Da soli: 1")
    assert ALONE in said
    (said,) = await vittoria.taps("Tutti i temi")
    assert "2 temi" in said
    for label, kind in (
        ("Ricorrenti", "ricorrenti"),
        ("Trasversali", "trasversali"),
        ("Puntuali", "puntuali"),
    ):
        (said,) = await vittoria.taps(label)
        assert f"Temi {kind}" in said
    (said,) = await vittoria.taps("Plenaria")
    assert "Nessun tema è segnato per la plenaria" in said


async def test_renamed_marked_and_undone(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    buses, _ = await themes_of(themed)
    (said,) = await vittoria.says(f"/temi {buses} nome Autobus <la sera> & di domenica")
    assert f"Il tema {buses}, «Autobus <la sera> & di domenica», ha questo nome" in said
    await vittoria.taps("Apri il tema")
    (said,) = await vittoria.taps("In plenaria")
    assert "è segnato per la plenaria" in said
    (said,) = await vittoria.says("/temi plenaria")
    assert "Autobus <la sera>" in said
    (said,) = await vittoria.says("/temi annulla")
    assert "Annullato: segno per la plenaria" in said
    (said,) = await vittoria.says("/temi annulla")
    assert "Annullato: nuovo nome di un tema" in said
    (said,) = await vittoria.says("/temi annulla")
    assert "Non c'è niente di tuo da annullare" in said
    (said,) = await vittoria.says("/temi")
    assert "<la sera>" not in said


async def test_merged_by_tapping_and_split_by_typing(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    buses, houses = await themes_of(themed)
    await vittoria.says(f"/temi {buses}")
    (said,) = await vittoria.taps("Unisci…")
    assert f"Quale tema va unito al tema {buses}" in said
    (said,) = await vittoria.taps(f"{houses}. ")
    assert f"Il tema {houses} sta tutto nel tema {buses}" in said
    assert {buses} == {str((await places(themed))[text]) for text in (*BUSES, *HOUSES)}
    number = await numbers(themed)
    (said,) = await vittoria.says(f"/temi {buses} dividi {number[HOUSES[0]]} e {number[HOUSES[1]]}: Case")
    assert "«Case»" in said
    where = await places(themed)
    assert where[HOUSES[0]] == where[HOUSES[1]] != where[HOUSES[2]]
    (said,) = await vittoria.taps(f"Anche {number[HOUSES[2]]}")
    where = await places(themed)
    assert {where[HOUSES[0]]} == {where[text] for text in HOUSES}
    (said,) = await vittoria.says(f"/temi {houses}")
    assert f"Il tema {houses} non c'è più" in said
    assert f"nel tema {buses}" in said


async def test_moved_by_tapping(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    buses, _ = await themes_of(themed)
    number = (await numbers(themed))[ALONE]
    await vittoria.says("/temi soli")
    await vittoria.taps("Sposta…")
    (said,) = await vittoria.taps(f"{number}. Il caffè")
    assert f"Dove va il contributo {number}?" in said
    (said,) = await vittoria.taps(f"{buses}. ")
    assert f"Il contributo {number} sta nel tema {buses}" in said
    assert buses == str((await places(themed))[ALONE])
    (said,) = await vittoria.taps("Annulla")
    assert "Annullato: contributi spostati" in said
    assert (await places(themed))[ALONE] is None
    await vittoria.says(f"/temi sposta {number}")
    await vittoria.taps("Un tema nuovo")
    assert (await places(themed))[ALONE] not in {None, int(buses)}


async def test_two_at_once_lose_nothing_of_each_others_work(themed: Hall) -> None:
    vittoria, ugo = await begun(themed)
    buses, houses = await themes_of(themed)
    for who in (vittoria, ugo):
        await who.says("/temi")
        await who.says(f"/temi {buses}")
    await vittoria.says(f"/temi {buses} nome Autobus")
    (said,) = await ugo.says(f"/temi {buses} nome Corriere")
    assert "A della regia ha fatto qualcosa che non avevi ancora visto (nuovo nome di un tema)" in said
    assert f"Ora si tratta del tema {buses}, «Autobus»" in said
    assert "Non ho cambiato niente" in said
    (said,) = await ugo.says(f"/temi {buses} nome Corriere")
    assert "«Corriere», ha questo nome" in said
    # The other's merge, with the old board in hand.
    (said,) = await vittoria.says(f"/temi {houses} unisci {buses}")
    assert "B della regia" in said
    assert "«Corriere»" in said
    assert buses == (await themes_of(themed))[0]
    (said,) = await vittoria.says("/temi annulla")
    assert "B ha fatto altro sulle stesse cose" in said


async def test_a_press_that_comes_twice_is_done_once(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    buses, houses = await themes_of(themed)
    await vittoria.says("/temi")
    board = vittoria.screen("I temi")
    for _ in range(2):
        vittoria.phone.tap(board.id, encode(MergeThemes(buses, houses)))
    first, second = await vittoria.reads()
    assert "sta tutto nel tema" in first
    assert "Era già così" in second
    assert 1 == await themed.count("theme_acts")


async def test_new_ones_join_and_what_the_regia_touched_stays(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    buses, houses = await themes_of(themed)
    number = await numbers(themed)
    await vittoria.says(f"/temi {buses}")
    await vittoria.says(f"/temi {buses} nome Autobus")
    await vittoria.says(f"/temi sposta {number[HOUSES[2]]} in {buses}")
    before = await places(themed)
    await talk(themed, "Autobus notturni tra i paesi", "Più case popolari per le famiglie")
    after = await places(themed)
    kept = {*BUSES, HOUSES[2]}
    assert {text: before[text] for text in kept} == {text: after[text] for text in kept}
    assert int(buses) == after["Autobus notturni tra i paesi"]
    assert int(houses) == after["Più case popolari per le famiglie"]
    (said,) = await vittoria.says("/temi guardare")
    assert f"{buses}. Autobus: 4 tavoli, 6 voci, 6 contributi; 1 da guardare" in said


async def test_at_the_pause_the_regia_gets_the_first_themes(themed: Hall) -> None:
    vittoria, ugo = await begun(themed)
    buses, _ = await themes_of(themed)
    anna = themed.somebody("Anna")
    await anna.registers("T1")
    await themed.at("11:19")
    for who in (vittoria, ugo, anna):
        await who.reads()
    await themed.at("11:20")
    for who in (vittoria, ugo):
        (said,) = await who.reads()
        assert "I primi temi, dal più diffuso" in said
        assert "In tutto 8 contributi: 2 temi e 1 contributo da solo." in said
        assert not any(text in said for text in (*BUSES, *HOUSES, ALONE))
    assert [] == await anna.reads()
    (said,) = await ugo.taps(f"{buses}. ")
    assert BUSES[0] in said
    await themed.at("11:24")
    assert [] == await vittoria.reads()


async def test_killed_while_it_reads_nothing_is_lost(themed: Hall) -> None:
    vittoria = await themed.regia()
    *_, who = await talk(themed, *BUSES, *HOUSES)
    await vittoria.says(f"/temi {(await themes_of(themed))[0]} nome Autobus")
    before = await places(themed)
    more = ("Autobus notturni tra i paesi", "Più case popolari per le famiglie")
    for text in more:
        who.phone.say(text)
    await eventually(lambda: counted(themed, "vector IS NULL"))
    await themed.is_killed()
    themed.starts()
    await themed.quiet()
    after = await places(themed)
    assert {*before, *more} == set(after)
    assert before.items() <= after.items()
    assert (before[BUSES[0]], before[HOUSES[0]]) == tuple(after[text] for text in more)
    assert 9 == await themed.count("theme_places", "vector IS NOT NULL")


async def counted(hall: Hall, where: str) -> bool:
    return await hall.count("theme_places", where) > 0


async def test_what_is_withdrawn_leaves_its_theme_and_what_is_edited_finds_its_place(themed: Hall) -> None:
    vittoria = await themed.regia()
    *_, last = await talk(themed, *BUSES, *HOUSES)
    await last.edits(last.typed, "Autobus anche la sera tardi")
    where = await places(themed)
    assert where[BUSES[0]] == where["Autobus anche la sera tardi"]
    await last.says("ritira 1")
    assert "Autobus anche la sera tardi" not in await places(themed)
    (said,) = await vittoria.says(f"/temi {where[BUSES[0]]}")
    assert "sera tardi" not in said
    assert 6 == await themed.count("theme_places")


async def test_what_is_noted_under_a_photo_has_its_place_wherever_the_note_goes(themed: Hall) -> None:
    vittoria, lara = await themed.regia(), await themed.facilitator("T1")
    await lara.opens(await themed.invites(Role.FACILITATOR, "T8", "also"))
    await talk(themed, *BUSES[1:], *HOUSES)
    await lara.shares(photo=png(), caption=f"T1 {BUSES[0]}")
    buses = (await places(themed))[BUSES[1]]
    assert buses == (await places(themed))[BUSES[0]]
    (said,) = await vittoria.says(f"/temi {buses}")
    assert "nota del tavolo" in said
    assert "T8 " not in said
    await lara.says("/note T1 sposta 1 T8")
    (said,) = await vittoria.says(f"/temi {buses}")
    assert "T8 " in said
    await lara.says("/note T8 ritira 1")
    assert BUSES[0] not in await places(themed)
    await lara.says("/note T8 rimetti 1")
    assert buses == (await places(themed))[BUSES[0]]


async def test_a_restart_changes_nothing(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    buses, _ = await themes_of(themed)
    await vittoria.says(f"/temi {buses} nome Autobus")
    before = await places(themed)
    await themed.stops()
    themed.starts()
    await themed.quiet()
    assert before == await places(themed)
    (said,) = await vittoria.says("/temi annulla")
    assert "Annullato: nuovo nome di un tema" in said


async def test_the_same_contributions_give_the_same_themes_in_whatever_order(
    tmp_path: Path, thinker: Thinker
) -> None:
    found = []
    for number, texts in enumerate(((*BUSES, *HOUSES, ALONE), (ALONE, *HOUSES[::-1], *BUSES[::-1]))):
        folder = tmp_path / str(number)
        folder.mkdir()
        async with open_hall(folder, thinker=thinker) as hall:
            await talk(hall, *texts)
            groups: dict[int | None, set[str]] = {}
            for text, theme in (await places(hall)).items():
                groups.setdefault(theme, set()).add(text)
            found.append(sorted(sorted(group) for group in groups.values()))
    assert found[0] == found[1]


async def test_nothing_word_for_word_goes_to_the_channel_or_to_others(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    anna = themed.somebody("Anna")
    await anna.registers("T1")
    (refused,) = await anna.says("/temi")
    assert "è riservato alla regia" in refused
    buses, _ = await themes_of(themed)
    told = await anna.sends_press(anna.phone.messages[-1].id, encode(ShowTheme(buses, "1")))
    assert not any(text in each for text in BUSES for each in told)
    await vittoria.says(f"/temi {buses}")
    await themed.at("12:10")
    posted = [str(call) for call in themed.telegram.calls if str(call.params.get("chat_id")) == str(CHANNEL)]
    assert posted
    assert not any(text in each for text in (*BUSES, *HOUSES, ALONE) for each in posted)


async def test_an_axis_is_taken_and_given_back(themed: Hall) -> None:
    vittoria, ugo = await begun(themed)
    await ugo.says("/temi assi")
    (said,) = await vittoria.says("/temi assi")
    assert "sei" in said
    (said,) = await vittoria.taps("Seguo l'asse 3")
    assert "L'asse 3 lo segui tu" in said
    (said,) = await ugo.says("/temi asse 3 io")
    assert "Ora l'asse 3 lo segue" in said
    (said,) = await vittoria.says("/temi asse 3 nessuno")
    assert "non lo segue più nessuno" in said
    (said,) = await ugo.says("/temi asse 9 io")
    assert "Non c'è un asse 9" in said


async def test_long_themes_have_pages(hall: Hall) -> None:
    vittoria, theme = await hall.regia(), 1
    await talk(hall, *(f"Autobus alle {hour} di sera" for hour in range(1, 11)))
    await vittoria.says("/temi sposta 1 2 3 4 5 6 7 8 9 10 nuovo")
    (said,) = await vittoria.says(f"/temi {theme}")
    assert "Pagina 1 di 2" in said
    (said,) = await vittoria.taps("Pagina dopo")
    assert "Pagina 2 di 2" in said
    (said,) = await vittoria.says(f"/temi {theme} pagina 1")
    assert "Pagina 1 di 2" in said


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f44d\U0001f44d",
        "<b>*grassetto*</b> _e_ `altro` [x](y)",
        "שלום עולם",
        "a\u200b\u200bb",
        "parola " * 585,
    ],
)
async def test_whatever_people_type_has_a_place_and_can_be_read(themed: Hall, text: str) -> None:
    vittoria = await themed.regia()
    await talk(themed, text)
    assert 1 == len(await places(themed))
    told = "".join(await vittoria.says("/temi soli"))
    assert "".join(text.split()) in "".join(told.split())


async def test_fifty_copies_are_one_voice_kept_fifty_times(themed: Hall) -> None:
    vittoria = await themed.regia()
    *_, who = await talk(themed, ALONE, *HOUSES, *BUSES)
    for _ in range(49):
        who.phone.say(BUSES[3])
    await themed.quiet()
    said = (await vittoria.says("/temi"))[-1]
    assert "4 tavoli, 4 voci, 53 contributi" in said


async def test_without_the_machine_themes_are_made_by_hand(hall: Hall) -> None:
    vittoria = await hall.regia()
    await talk(hall, *BUSES, *HOUSES)
    (said,) = await vittoria.says("/temi")
    assert "7 contributi" in said
    (said,) = await vittoria.says("/temi sposta 1 2 3 4 in nuovo")
    assert "I contributi 1, 2, 3 e 4 stanno nel tema 1" in said
    (said,) = await vittoria.says("/temi 1 nome Autobus")
    (said,) = await vittoria.says("/temi 1")
    assert all(text in said for text in BUSES)


async def test_the_labels_say_what_the_contributions_are_about(themed: Hall) -> None:
    await begun(themed)
    rows = await themed.rows("SELECT label, keywords FROM themes WHERE NOT gone")
    assert all(row["label"] and len(row["label"]) <= rules.LABEL_LENGTH for row in rows)


@pytest.mark.parametrize("typed", ["boh", "4 unisci sette", "<b>"])
async def test_what_is_not_understood_is_said(themed: Hall, typed: str) -> None:
    vittoria = await themed.regia()
    (said,) = await vittoria.says(f"/temi {typed}")
    assert f"Dopo /temi non ho capito «{typed}»" in said
    (said,) = await vittoria.says("/temi 99")
    assert "Non c'è un tema 99" in said
