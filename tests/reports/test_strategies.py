"""The strategies on one sheet, as they lie on the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reports import strategies
from tests.reports.paper import A4, pages, squeezed

if TYPE_CHECKING:
    from locales.translator import Translators
    from participation.event import Event
    from reports.typesetting import Typesetter


@pytest.mark.parametrize(("language", "axis"), [("it", "Asse 6 · Salute"), ("en", "Axis 6 · Salute")])
def test_all_strategies_are_on_one_sheet_with_their_full_titles(
    language: str, axis: str, turin: Event, languages: Translators, typesetter: Typesetter
) -> None:
    (page,) = pages(strategies.draw(turin, languages.of(language), typesetter))
    assert A4 == page.size
    assert axis in page.words
    assert 27 == len(turin.strategies)
    for each in turin.strategies:
        assert f"{each.code} {each.title}" in page.words
    assert page.smallest >= 10
    assert [] == page.outside()
    assert [] == page.collisions()


def test_more_than_a_sheet_holds_goes_on_another(
    hostile: Event, languages: Translators, typesetter: Typesetter
) -> None:
    found = pages(strategies.draw(hostile, languages.of("it"), typesetter))
    assert 2 == len(found)
    text = "".join(squeezed(page.text) for page in found)
    for each in hostile.strategies:
        assert each.code in text
        if each.title.isascii():
            assert squeezed(f"{each.code} {each.title}") in text
    for page in found:
        assert page.smallest >= 9
        assert [] == page.outside()
        assert [] == page.collisions()
