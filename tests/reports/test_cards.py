"""The cards with one-time links, as they are handed out."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

import pytest

from participation import invitations
from participation.notices import Role
from reports import cards
from tests.reports.paper import A4, Page, pages, squeezed

if TYPE_CHECKING:
    from locales.translator import Translators
    from participation.event import Event
    from participation.invitations import Invitation
    from reports.typesetting import Typesetter

BOT = "CopianifichiamoBot"
NOON = datetime(2023, 12, 5, 11, tzinfo=UTC)
ALL = {name for names in cards.COMMANDS.values() for name in names}


def made_for(event: Event, regia: int) -> tuple[Invitation, ...]:
    numbers = count(1)
    return invitations.everybody(event, event.tables, lambda: f"secret{next(numbers):_>16}", regia=regia)


@pytest.fixture(scope="module")
def printed(turin: Event, languages: Translators, typesetter: Typesetter) -> list[Page]:
    wanted = made_for(turin, regia=2)
    return pages(cards.draw(turin, wanted, BOT, NOON, ALL, languages.of("it"), typesetter))


def test_there_are_two_cards_a_page_one_for_each_person(printed: list[Page], turin: Event) -> None:
    names = [name for table in turin.tables for name in table.facilitators]
    text = " ".join(page.words for page in printed)
    assert 11 == len(names)
    assert [A4] * 7 == [page.size for page in printed]
    assert sorted(names, key=text.index) == names
    assert 11 == text.count("Facilita il tavolo")
    assert 2 == text.count("fai parte della regia")


def test_each_code_is_the_link_of_its_person(printed: list[Page], turin: Event) -> None:
    expected = [f"https://t.me/{BOT}?start={each.payload}" for each in made_for(turin, regia=2)]
    assert expected == [code for page in printed for code in page.codes()]


def test_the_link_can_be_typed_too(printed: list[Page], turin: Event) -> None:
    text = " ".join(page.words for page in printed)
    for each in made_for(turin, regia=2):
        assert f"cerca @{BOT} in Telegram e scrivi: /start {each.payload}" in text


def test_a_card_says_that_it_is_personal_and_when_it_ends(printed: list[Page]) -> None:
    for page in printed:
        found = len(page.codes())
        assert found == page.words.count("Personale, vale una volta.")
        assert found == page.words.count("Scadenza: 5 dicembre 2023, ore 12:00.")


def test_a_card_names_the_button_as_the_bot_shows_it(printed: list[Page], languages: Translators) -> None:
    button = languages.of("it").plain("welcome.button")
    assert f"tocca «{button}», e il tavolo è affidato a te" in printed[0].words


def test_a_card_says_the_commands_of_the_day(printed: list[Page]) -> None:
    for said in (
        "/tavolo per vedere come va il tavolo e qual è il prossimo passo",
        "/presenti 18 per dire quante persone siete al tavolo",
        "/carta per inserire le schede di carta",
        "/priorita per scegliere e confermare le priorità",
        "/nota e il testo per annotare quello che si dice al tavolo",
    ):
        assert 2 == printed[0].words.count(said)
    assert "/stato per vedere tutti i tavoli in una schermata" in printed[-1].words


def test_a_command_that_the_bot_does_not_have_is_not_on_a_card(
    turin: Event, languages: Translators, typesetter: Typesetter
) -> None:
    wanted = made_for(turin, regia=0)[:1]
    (page,) = pages(cards.draw(turin, wanted, BOT, NOON, {"tavolo"}, languages.of("it"), typesetter))
    assert "/tavolo" in page.words
    assert "/presenti" not in page.words
    (page,) = pages(cards.draw(turin, wanted, BOT, NOON, set(), languages.of("it"), typesetter))
    assert "Il giorno dell'evento" not in page.words


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_role_with_a_card_has_its_words(
    language: str, turin: Event, languages: Translators, typesetter: Typesetter
) -> None:
    secrets = (f"secret{number:_>16}" for number in count(1))
    table = turin.table("T6")
    wanted = invitations.everybody(turin, [table], lambda: next(secrets), regia=1, assistants=1, venues=True)
    assert [*Role] == [each.role for each in wanted]
    found = pages(cards.draw(turin, wanted, BOT, NOON, ALL, languages.of(language), typesetter))
    text = " ".join(page.words for page in found)
    for name in ALL:
        assert f"/{name}" in text
    for page in found:
        assert [] == page.outside()
        assert [] == page.collisions()


def test_nothing_is_cut_or_printed_over_or_in_colour(printed: list[Page]) -> None:
    for page in printed:
        assert [] == page.outside()
        assert [] == page.collisions()
        assert page.is_black_and_white()
        assert page.smallest >= 9


def test_nothing_of_a_card_is_on_the_other_half(printed: list[Page]) -> None:
    for page in printed:
        assert [] == [line.text for line in page.lines if line.bottom < 148.5 + 5 and line.top > 148.5 - 5]


def test_endless_names_at_a_table_of_twenty_have_whole_cards(
    hostile: Event, languages: Translators, typesetter: Typesetter
) -> None:
    everybody = made_for(hostile, regia=1)
    assert 20 + 1 + 1 == len(everybody)
    wanted = everybody[18:]
    found = pages(cards.draw(hostile, wanted, "B" * 32, NOON, ALL, languages.of("it"), typesetter))
    assert [2, 2] == [len(page.codes()) for page in found]
    text = "".join(squeezed(page.text) for page in found)
    for name in hostile.tables[0].facilitators[18:]:
        assert squeezed(name) in text
    for page in found:
        assert page.smallest >= 7
        assert [] == page.outside()
        assert [] == page.collisions()
        assert [] == [line.text for line in page.lines if line.bottom < 148.5 + 2 and line.top > 148.5 - 2]
