"""The posters, as they hang over the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reports import posters
from tests.reports.paper import A4, Page, pages, squeezed

if TYPE_CHECKING:
    from locales.translator import Translators
    from participation.event import Event
    from reports.typesetting import Typesetter

BOT = "CopianifichiamoBot"
READ_FROM_TWO_METRES = 23
"""Points: small letters about 4 mm high."""


@pytest.fixture(scope="module")
def printed(turin: Event, languages: Translators, typesetter: Typesetter) -> list[Page]:
    return pages(posters.draw(turin, turin.tables, BOT, languages.of("it"), typesetter))


def test_each_table_has_one_page(printed: list[Page], turin: Event) -> None:
    assert [A4] * len(turin.tables) == [page.size for page in printed]
    for page, table in zip(printed, turin.tables, strict=True):
        assert f"Tavolo {table.code}" in page.words
        assert table.name in page.words
        assert turin.title in page.words
        for zone in table.zones:
            assert f"Zona {zone} · {turin.zone(zone).name}" in page.words


def test_each_code_opens_the_bot_at_its_table(printed: list[Page], turin: Event) -> None:
    expected = [[f"https://t.me/{BOT}?start={table.code}"] for table in turin.tables]
    assert expected == [page.codes() for page in printed]


def test_a_code_is_read_although_a_quarter_may_be_lost(printed: list[Page]) -> None:
    assert set() == set.union(*(page.levels() for page in printed)) - {"Q", "H"}


def test_a_code_has_its_white_around_it(printed: list[Page]) -> None:
    """Four modules on every side, where nothing is printed."""
    for page in printed:
        dots_per_millimetre = page.image.width / page.size[0]
        (box,) = page.code_boxes()
        # 37 modules at least, so a module is no wider than this.
        quiet = 4 * (box[2] - box[0]) / 37
        for line in page.lines:
            left, right = line.left * dots_per_millimetre, line.right * dots_per_millimetre
            top = page.image.height - line.top * dots_per_millimetre
            bottom = page.image.height - line.bottom * dots_per_millimetre
            beside = right < box[0] - quiet or left > box[2] + quiet
            assert beside or bottom < box[1] - quiet or top > box[3] + quiet, line.text


def test_the_steps_and_paper_are_said_in_large_type(printed: list[Page]) -> None:
    for page in printed:
        for said in ("Inquadra il codice", "Leggi l'informativa", "Metti i tuoi 6 bollini"):
            assert said in page.words
        assert "Preferisci la carta? Chiedi al tavolo." in page.words
        assert "La scheda di carta vale allo stesso modo." in page.words
        for said in ("Inquadra", "Metti", "Preferisci", "La scheda di carta"):
            assert page.size_of(said) >= READ_FROM_TWO_METRES, said


def test_the_bot_is_named_for_who_cannot_scan(printed: list[Page]) -> None:
    assert all(f"cerca @{BOT} in Telegram" in page.words for page in printed)


def test_the_room_is_said_where_it_is_known(printed: list[Page]) -> None:
    assert "Sede: Torino (CMT), 2° piano (sala Cesedi piccola)" in printed[3].words
    assert "Sede: Pinerolo" in printed[5].words


def test_nothing_is_cut_or_printed_over_or_in_colour(printed: list[Page]) -> None:
    for page in printed:
        assert [] == page.outside()
        assert [] == page.collisions()
        assert page.is_black_and_white()


def test_in_english_the_event_keeps_its_own_words(
    turin: Event, languages: Translators, typesetter: Typesetter
) -> None:
    (page,) = pages(posters.draw(turin, turin.tables[:1], BOT, languages.of("en"), typesetter))
    for said in ("Table T1", "Scan the code", "Place your 6 dots", "Do you prefer paper?", turin.title):
        assert said in page.words


def test_a_hostile_event_gives_more_pages_not_less_text(
    hostile: Event, languages: Translators, typesetter: Typesetter
) -> None:
    crowded, other = hostile.tables
    bot = "B" * 32
    words = languages.of("it")
    of_crowded = pages(posters.draw(hostile, [crowded], bot, words, typesetter))
    of_other = pages(posters.draw(hostile, [other], bot, words, typesetter))
    assert [2, 1] == [len(of_crowded), len(of_other)]
    for found, table in ((of_crowded, crowded), (of_other, other)):
        assert [f"https://t.me/{bot}?start={table.code}"] == [code for page in found for code in page.codes()]
        text = "".join(squeezed(page.text) for page in found)
        for zone in table.zones:
            assert squeezed(f"Zona {zone} · {hostile.zone(zone).name}") in text
        assert squeezed("Preferisci la carta? Chiedi al tavolo.") in text
        for page in found:
            assert [] == page.outside()
            assert [] == page.collisions()
