"""The paper ballots, as somebody fills them in and somebody else types them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from reports import ballots
from tests.reports import events
from tests.reports.paper import A4, Page, pages, squeezed

if TYPE_CHECKING:
    from locales.translator import Translators
    from participation.event import Event
    from reports.typesetting import Typesetter


@pytest.fixture(scope="module")
def printed(turin: Event, languages: Translators, typesetter: Typesetter) -> list[Page]:
    return pages(ballots.draw(turin, turin.table("T9"), (1, 9, 10, 40), languages.of("it"), typesetter), 60)


def numbers(found: list[Page]) -> list[str]:
    """The table and number in the corner of each page."""
    return [match[0] if (match := re.search(r"Scheda \w+ \d+", page.words)) else "" for page in found]


def test_each_sheet_has_its_number_and_one_page(printed: list[Page]) -> None:
    assert [f"Scheda T9 {number}" for number in (1, 9, 10, 40)] == numbers(printed)
    assert {A4} == {page.size for page in printed}


def test_every_sheet_has_all_strategies_with_their_full_titles(printed: list[Page], turin: Event) -> None:
    for page in printed:
        for each in turin.strategies:
            assert f"{each.code} {each.title}" in page.words
        for axis in turin.axes:
            assert f"Asse {axis.code} · {axis.title}" in page.words


def test_it_says_how_many_dots_and_what_to_do(printed: list[Page], turin: Event) -> None:
    for said in (
        turin.session1.question,
        "Hai 6 bollini: segna con una X fino a 6 strategie, un bollino per strategia. Puoi usarne meno.",
        "Non scrivere il tuo nome.",
        "consegna la scheda a chi facilita il tavolo.",
    ):
        assert said in printed[0].words


def test_the_zone_is_asked_only_where_there_are_several(
    printed: list[Page], turin: Event, languages: Translators, typesetter: Typesetter
) -> None:
    (page,) = pages(ballots.draw(turin, turin.table("T1"), [1], languages.of("it"), typesetter))
    assert "Segna la tua Zona: Zona 9 · Eporediese Zona 10 · Chivassese" in printed[0].words
    assert "Segna la tua Zona" not in page.words


def test_it_is_legible_whole_and_without_colours(printed: list[Page]) -> None:
    for page in printed:
        assert page.smallest >= 9
        assert page.size_of("Diventare metropoli") >= 10
        assert [] == page.outside()
        assert [] == page.collisions()
        assert page.is_black_and_white()


def test_each_strategy_has_its_box(turin: Event, languages: Translators, typesetter: Typesetter) -> None:
    """Left of each code there is an empty frame, large enough for a cross."""
    (page,) = pages(ballots.draw(turin, turin.table("T1"), [1], languages.of("it"), typesetter))
    scale = page.image.width / page.size[0]
    codes = [line for line in page.lines if re.match(r"\d\.\d\b", line.text)]
    assert 27 == len(codes)
    for line in codes:
        middle = round(page.image.height - (line.top + line.bottom) / 2 * scale)
        left, right = (round((line.left - away) * scale) for away in (8, 2))
        dark = [
            grey < 128 for grey in page.image.convert("L").crop((left, middle, right, middle + 1)).tobytes()
        ]
        assert 2 == sum(now and not before for before, now in zip([False, *dark], dark, strict=False))


def test_where_dots_stack_a_number_is_written(languages: Translators, typesetter: Typesetter) -> None:
    event = events.stacking(dots=10)
    (page,) = pages(ballots.draw(event, event.tables[0], [7], languages.of("it"), typesetter))
    assert (
        "Hai 10 bollini: scrivi nelle caselle quanti ne dai a ogni strategia, al massimo 10 in tutto."
        in page.words
    )


def test_one_dot_is_not_called_dots(languages: Translators, typesetter: Typesetter) -> None:
    event = events.stacking(dots=1)
    (page,) = pages(ballots.draw(event, event.tables[0], [7], languages.of("en"), typesetter))
    assert "You have one dot: mark the strategy you choose with an X." in page.words


def test_a_ballot_of_two_pages_says_so_and_keeps_its_number(
    hostile: Event, languages: Translators, typesetter: Typesetter
) -> None:
    table = hostile.tables[0]
    found = pages(ballots.draw(hostile, table, (99, 100), languages.of("it"), typesetter), 60)
    assert [f"Scheda T {number}" for number in (99, 99, 100, 100)] == numbers(found)
    assert ["1 di 2", "2 di 2"] * 2 == [re.findall(r"Pagina (\d di \d)", page.words)[0] for page in found]
    for front, back in zip(found[::2], found[1::2], strict=True):
        text = squeezed(front.text) + squeezed(back.text)
        for each in hostile.strategies:
            assert each.code in text
            if each.title.isascii():
                assert squeezed(f"{each.code} {each.title}") in text
        for page in (front, back):
            assert page.smallest >= 9
            assert [] == page.outside()
            assert [] == page.collisions()


def test_a_ballot_of_three_pages_leaves_the_fourth_empty(
    languages: Translators, typesetter: Typesetter
) -> None:
    """Printed on both sides, the next ballot must not begin on the back of this one."""
    event = events.much(strategies=98)
    found = pages(ballots.draw(event, event.tables[0], [1, 2], languages.of("it"), typesetter), 40)
    used = [bool(page.words) for page in found]
    assert [True, True, True, False, True, True, True][: len(used)] == used
    assert ["Scheda T1 1"] * 3 + [""] + ["Scheda T1 2"] * 3 == numbers(found)[:7]
