"""The restitution: the regia asks for it, looks at it, publishes it; who facilitates gets a card."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from handlers.callback_data import PublishRestitution, encode
from participation import restitution
from tests.handlers.test_conversation_themes import ALONE, BUSES, HOUSES, talk, themes_of
from tests.support.hall import CHANNEL, open_hall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.thinker import Thinker
    from participation.aggregates import Restitution
    from tests.support.hall import Hall, Somebody

SAID = (*BUSES, *HOUSES, ALONE)
PAGES = 2 + 6 + 1 + 1 + 1
"""Words of two sessions and six axes; recurring themes, cross-cutting ones (there is none), voices."""


@pytest.fixture
async def themed(tmp_path: Path, thinker: Thinker) -> AsyncIterator[Hall]:
    """The bot, running, with themes found and a channel."""
    async with open_hall(tmp_path, channel=True, thinker=thinker) as opened:
        yield opened


async def newest(hall: Hall) -> Restitution:
    (row,) = await hall.rows(
        "SELECT content FROM restitutions WHERE content IS NOT NULL ORDER BY version DESC LIMIT 1"
    )
    return restitution.load(row["content"])


def photos(who: Somebody) -> list[str]:
    return [message.shown for message in who.phone.messages if message.photo]


async def asks(who: Somebody) -> list[str]:
    """Asks for it, and reads all that comes."""
    await who.says("/restituzione")
    await who.hall.quiet()
    await who.reads()
    return [message.shown for message in who.phone.messages]


async def begun(hall: Hall) -> tuple[Somebody, Somebody]:
    """Somebody of the regia, who facilitates T1; and eight contributions."""
    vittoria = await hall.regia()
    lara = await hall.facilitator("T1", "Lara")
    await talk(hall, *SAID)
    return vittoria, lara


async def test_from_a_draft_to_the_channel(themed: Hall) -> None:
    vittoria, lara = await begun(themed)
    told = await asks(vittoria)
    assert PAGES == len(photos(vittoria))
    assert any("Preparo la restituzione" in each and "È una bozza" in each for each in told)
    assert "Restituzione, versione 1" in told[-1]
    assert "8 contributi da 5 tavoli; hanno scritto 8 persone, e i tavoli hanno le loro note." in told[-1]
    assert ["Com'è adesso"] == [button.text for button in vittoria.phone.messages[-1].buttons]
    (said,) = await vittoria.says("/restituzione pubblica")
    assert "questa è una bozza" in said

    await themed.at("12:10")
    told = await vittoria.reads()
    assert any("La restituzione è ferma alle 12:10" in each for each in told)
    (said,) = await vittoria.says("/restituzione pubblica")
    assert "prima va guardata" in said
    posted = len(themed.telegram.channel(CHANNEL).messages)
    told = await asks(vittoria)
    assert "Comprende i contributi arrivati fino alle 12:10." in told[-1]
    assert f"{PAGES} immagini vanno nel canale" in told[-1]
    (said,) = await vittoria.taps("Pubblica nel canale")
    assert f"va nel canale: {PAGES} immagini" in said
    await themed.quiet()
    new = themed.telegram.channel(CHANNEL).messages[posted:]
    assert PAGES == len([message for message in new if message.photo])
    assert "Tutti i temi della restituzione" in new[-1].shown
    assert not any(text in message.shown for message in new for text in SAID)
    card = (await lara.reads())[-1]
    assert "Scheda del tavolo T1" in card
    assert "2 contributi del tavolo" in card
    # Twice is once.
    (said,) = await vittoria.says("/restituzione pubblica")
    assert "già stata pubblicata alle 12:" in said
    await themed.quiet()
    assert len(new) == len(themed.telegram.channel(CHANNEL).messages[posted:])


async def test_it_shows_what_the_regia_made_of_the_themes(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    buses, houses = await themes_of(themed)
    await vittoria.says(f"/temi {buses} nome Autobus <la sera>")
    await vittoria.says(f"/temi {houses} plenaria")
    await themed.is_killed()
    themed.starts()
    await themed.at("12:11")
    told = await asks(vittoria)
    made = await newest(themed)
    assert [houses, buses] == [theme.number for theme in made.themes]
    assert "Autobus <la sera>" == made.themes[1].title
    assert ("T1", "T4", "T5", "T6") == made.themes[1].tables
    assert made.themes[1].recurring
    (alone,) = made.voices
    assert len(alone.words) <= restitution.WORDS_OF_A_VOICE
    assert any("Autobus <la sera>, a 4 tavoli." in each for each in told)
    (page,) = [each for each in photos(vittoria) if "Temi ricorrenti" in each]
    assert "Autobus <la sera>: T1 " in page


async def test_what_comes_after_the_freeze_is_kept_but_not_in_it(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    await themed.at("12:11")
    await asks(vittoria)
    before = await newest(themed)
    # Where Session 2 goes on, or is opened again.
    await vittoria.says("/riapri T1 sessione2 10")
    await vittoria.says("conferma")
    assert "session2" == await themed.phase("T1")
    late = await themed.somebody("Tardi").registers("T1")
    await late.says("Un contributo arrivato tardi")
    assert 9 == await themed.count("contributions")
    await asks(vittoria)
    assert 8 == (await newest(themed)).contributions == before.contributions
    (said,) = await vittoria.says("/restituzione ferma")
    assert "La restituzione è ferma alle 12:1" in said
    assert "Al tavolo T1 " in said
    await asks(vittoria)
    assert 9 == (await newest(themed)).contributions


async def test_nothing_new_is_made_while_nothing_has_changed(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    ugo = await themed.regia("Ugo")
    await themed.at("12:11")
    await asks(vittoria)
    told = await asks(ugo)
    assert any("Ecco la restituzione" in each for each in told)
    assert PAGES == len(photos(ugo))
    (row,) = await themed.rows("SELECT count(*) AS n FROM restitutions")
    assert 1 == row["n"]


async def test_by_hand_it_is_made_as_well(tmp_path: Path) -> None:
    async with open_hall(tmp_path, channel=True) as hall:
        vittoria, _ = await begun(hall)
        await hall.at("12:11")
        told = await asks(vittoria)
        made = await newest(hall)
        assert 8 == made.contributions == len(made.voices) == made.unread
        assert any("8 contributi non sono stati letti in tempo" in each for each in told)


async def test_before_anybody_said_anything_every_page_says_so(themed: Hall) -> None:
    vittoria = await themed.regia()
    await themed.at("12:11")
    await asks(vittoria)
    shown = photos(vittoria)
    assert 2 + 6 + 2 == len(shown)
    assert all("Nessun contributo" in each or "Nessun tema" in each for each in shown)


async def test_only_the_regia_has_it(themed: Hall) -> None:
    vittoria, lara = await begun(themed)
    await themed.at("12:11")
    await asks(vittoria)
    for typed in ("/restituzione", "/restituzione ferma", "/restituzione pubblica"):
        assert "regia" in (await lara.says(typed))[-1]
    lara.phone.tap(lara.phone.messages[-1].id, encode(PublishRestitution("1")))
    await themed.quiet()
    (row,) = await themed.rows("SELECT count(*) AS n FROM restitutions WHERE published_at IS NOT NULL")
    assert 0 == row["n"]
    (said,) = await vittoria.says("/restituzione boh")
    assert "Non ho capito «boh»" in said


async def test_the_script_is_read_in_a_minute(themed: Hall) -> None:
    vittoria, _ = await begun(themed)
    told = await asks(vittoria)
    (script,) = [each for each in told if "Da leggere in plenaria" in each]
    # Public speakers say 130 to 150 words a minute.
    assert len(re.findall(r"\w+", script)) <= 150


async def test_what_is_edited_after_the_freeze_is_in_it_as_it_was(themed: Hall) -> None:
    vittoria = await themed.regia()
    speakers = await talk(themed, *SAID)
    await themed.at("12:11")
    await speakers[7].edits(speakers[7].typed, "Il teatro comunale, la musica e il cinema all'aperto")
    assert 1 == await themed.count("contributions", "late_at IS NOT NULL")
    told = await asks(vittoria)
    (alone,) = (await newest(themed)).voices
    assert not any("teatro" in each or "musica" in each for each in (*alone.words, *told))


# --- by hand: what it is made of ------------------------------------------------------------------------


async def spoken(hall: Hall) -> tuple[Somebody, Somebody, Somebody, Somebody]:
    """Somebody of the regia and who facilitates T6; two people there who said one thing each."""
    vittoria, lara = await hall.regia(), await hall.facilitator("T6")
    await hall.at("10:12")
    anna, bruno = await hall.somebody().registers("T6"), await hall.somebody("Bruno").registers("T6")
    await anna.says("Più treni")
    await bruno.says("Più treni la sera")
    return vittoria, lara, anna, bruno


async def test_merging_after_the_freeze_takes_nothing_out_of_it_and_brings_nothing_in(hall: Hall) -> None:
    vittoria, lara, *_ = await spoken(hall)
    carlo = await hall.somebody("Carlo").registers("T6")
    await hall.at("12:05")
    await lara.says("/prolunga 20")
    await hall.at("12:11")
    await carlo.says("Più treni di notte")
    await lara.says("/raccolta unisci 3 2")
    await asks(vittoria)
    made = await newest(hall)
    assert (2, 2) == (made.contributions, made.people)
    await lara.says("/raccolta separa 3")
    await lara.says("/raccolta unisci 1 2 3")
    await asks(vittoria)
    made = await newest(hall)
    assert (2, 2, 1) == (made.contributions, made.people, len(made.voices))
    assert "Una voce non somiglia a nessun'altra" in vittoria.everything


async def test_a_note_that_is_rewritten_after_the_freeze_is_in_it_as_it_was(hall: Hall) -> None:
    vittoria, lara, *_ = await spoken(hall)
    await lara.says("/nota Una ciclabile lungo il Pellice")
    await vittoria.says("/temi sposta 3 nuovo")
    await hall.at("12:11")
    await lara.says("/note 1: Una ciclabile lungo il torrente Pellice")
    await asks(vittoria)
    made = await newest(hall)
    assert (3, 1) == (made.contributions, len(made.themes))
    (said,) = await vittoria.says("/temi 1")
    assert "«Una ciclabile lungo il torrente Pellice»" in said


async def test_it_is_made_anew_when_a_mark_a_question_or_a_table_has_changed(hall: Hall) -> None:
    vittoria, lara, *_ = await spoken(hall)
    await hall.at("12:05")
    await lara.says("/prolunga 20")
    await hall.at("12:11")
    await asks(vittoria)
    assert ["1", "2"] == [voice.number for voice in (await newest(hall)).voices]
    assert ("T6",) == (await newest(hall)).talking
    await lara.says("/raccolta plenaria 2")
    await asks(vittoria)
    assert ["2", "1"] == [voice.number for voice in (await newest(hall)).voices]
    await lara.says("/chiudi")
    await lara.says("conferma")
    await asks(vittoria)
    assert () == (await newest(hall)).talking


async def test_what_somebody_of_the_regia_froze_is_not_frozen_again_by_the_agenda(hall: Hall) -> None:
    vittoria, _, anna, _ = await spoken(hall)
    await hall.at("12:05")
    await vittoria.says("/restituzione ferma")
    await anna.says("Detto alle 12:06")
    await hall.at("12:11")
    await asks(vittoria)
    assert 2 == (await newest(hall)).contributions
