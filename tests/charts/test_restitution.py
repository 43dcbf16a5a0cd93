"""The restitution's pages: read from the back of a hall, whatever is on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from charts import restitution as charts
from charts.picture import CAPTION, visible_length
from charts.style import SMALLEST
from charts.wall import HEIGHT, SCALE
from participation import event as event_file
from participation import restitution
from participation.aggregates import (
    AxisKeywords,
    Keyword,
    Keywords,
    Restitution,
    RestitutionTheme,
    SingleVoice,
)
from tests.charts import samples
from tests.charts.drawing import ENGLISH, ITALIAN
from tests.charts.looking import overlapping, seen, worst_contrast
from tests.charts.samples import WORDS

EVENT = event_file.load()
AT = EVENT.moment(time(12, 10))
CODES = tuple(table.code for table in EVENT.tables)
AXES = tuple(axis.code for axis in EVENT.axes)
LONG = "Wwwww Mmmmm " * 7
ODD = "مرحبا <b>&amp;</b> *grassetto* 🎉\u202e\u200b 中文"


def said(number: int, text: str = "", most: int = 10) -> tuple[Keyword, ...]:
    found = [text or WORDS[place % len(WORDS)] for place in range(number)]
    return tuple(
        Keyword(word, max(1, most - place), max(0, 2 * most - place)) for place, word in enumerate(found)
    )


def theme(number: int, title: str, tables: int, axes: int, *, plenary: bool = False) -> RestitutionTheme:
    return RestitutionTheme(
        str(number), title, (title, "treni", "orari della sera"), tables > 2, axes > 2,
        CODES[:tables], AXES[:axes], 2 * tables + 1, 3 * tables, plenary,
    )  # fmt: skip


def made(
    words: tuple[Keyword, ...] = (),
    themes: tuple[RestitutionTheme, ...] = (),
    voices: int = 0,
    hint: str = "",
) -> Restitution:
    count = 214 if words else 0
    return Restitution(
        version=3,
        at=AT,
        until=AT,
        contributions=count,
        people=101,
        by_table=dict.fromkeys(CODES, 20) if words else {},
        talking=(),
        unread=0,
        sessions=tuple(Keywords(AT, session, count, words) for session in (1, 2)),
        axes=tuple(AxisKeywords(axis, count, words) for axis in AXES),
        themes=themes,
        voices=tuple(
            SingleVoice(str(number), CODES[number % 10], "3.2", (hint or WORDS[number % 24],))
            for number in range(voices)
        ),
    )


MANY = tuple(theme(number, f"Tema {WORDS[number]}", 1 + number % 10, 1 + number % 6) for number in range(20))
SAMPLES = {
    "a morning": made(said(24), MANY, 9),
    "nothing": made(),
    "words only": made(said(3)),
    "one of each": made(said(1), (theme(1, "Treni", 3, 1), theme(2, "Bus", 1, 3), theme(3, "Bici", 1, 1)), 1),
    "long": made(
        said(24, LONG), tuple(theme(each, LONG, 10, 6, plenary=True) for each in range(9)), 99, LONG
    ),
    "odd": made(said(24, ODD), tuple(theme(each, ODD, 10, 6) for each in range(9)), 20, ODD),
    "untitled": made(said(24), tuple(theme(each, "", 4, 4) for each in range(4)), 17),
    "everywhere": made(said(24, most=999), MANY, 70),
}


def of_each_kind(given: Restitution) -> list[restitution.Page]:
    """The last page of each kind: the others look the same."""
    last = {page.kind: page for page in restitution.pages(given)}
    return list(last.values())


@pytest.mark.parametrize("name", SAMPLES)
def test_every_page_can_be_read_from_the_back_of_a_hall(name: str) -> None:
    given = SAMPLES[name]
    for page in of_each_kind(given):
        figure = charts.compose(given, page, EVENT, ITALIAN)
        texts = seen(figure)
        width, height = figure.bbox.width, figure.bbox.height
        assert (1920, 1080) == (round(width), round(height))
        # A twenty-fifth of the height.
        assert SMALLEST * SCALE >= height / 25
        assert min(text.size for text in texts) >= SMALLEST * SCALE - 0.01
        assert overlapping(texts) == [], page.name
        outside = [t.text for t in texts if t.left < 0 or t.top < 0 or t.right > width or t.bottom > height]
        assert outside == [], page.name


@pytest.mark.parametrize("name", ["nothing", "one of each"])
def test_every_text_stands_out_from_what_lies_under_it(name: str) -> None:
    given = SAMPLES[name]
    for page in of_each_kind(given):
        figure = charts.compose(given, page, EVENT, ENGLISH)
        ratio, text = worst_contrast(figure, seen(figure))
        assert ratio >= 4.5, (page.name, text)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_caption_fits_and_says_what_the_page_shows(name: str) -> None:
    given = SAMPLES[name]
    for page in of_each_kind(given):
        for words in (ITALIAN, ENGLISH):
            caption = charts.caption(given, page, EVENT, words)
            assert 0 < visible_length(caption) <= CAPTION, page.name
            assert "12:10" in caption
            if page.kind in {"session", "axis"} and given.contributions:
                assert "214" in caption
        assert (
            page.kind not in restitution.KINDS or not given.themes or given.themes[0].number in caption + "0"
        )


def test_words_are_larger_the_more_tables_said_them_and_the_caption_says_so() -> None:
    given = made((Keyword("treni", 7, 9), Keyword("orari", 4, 5), Keyword("bus", 1, 1)))
    page = restitution.page(given, "axis-3")
    sizes = {text.text: text.size for text in seen(charts.compose(given, page, EVENT, ITALIAN))}
    assert sizes["treni"] > sizes["orari"] > sizes["bus"]
    caption = charts.caption(given, page, EVENT, ITALIAN)
    assert "La grandezza dice a quanti tavoli." in caption
    assert "A 7 tavoli: treni\nA 4 tavoli: orari\nA 1 tavolo: bus" in caption


def test_words_of_one_table_are_larger_the_more_people_said_them_and_the_caption_says_so() -> None:
    given = made((Keyword("treni", 1, 9), Keyword("orari", 1, 2), Keyword("bus", 1, 0)))
    page = restitution.page(given, "session-1")
    figure = charts.compose(given, page, EVENT, ITALIAN)
    sizes = {text.text: text.size for text in seen(figure)}
    assert sizes["treni"] > sizes["orari"] > sizes["bus"]
    caption = charts.caption(given, page, EVENT, ITALIAN)
    assert "La grandezza dice da quante persone." in caption
    assert "Da 9 persone: treni" in caption


def test_the_first_themes_and_voices_are_on_pages_and_all_are_counted() -> None:
    given = SAMPLES["everywhere"]
    pages = restitution.pages(given)
    for kind in restitution.KINDS:
        shown = [each for page in pages if page.kind == kind for each in restitution.themes_on(given, page)]
        most = restitution.first_of(kind, len(given.of_kind(kind)))
        assert list(given.of_kind(kind)[:most]) == shown
    voices = [each for page in pages if page.kind == "voices" for each in restitution.voices_on(given, page)]
    first = restitution.first_of("voices", len(given.voices))
    assert list(given.voices[:first]) == voices
    assert 70 > len(voices)
    assert f"Qui i primi {first}" in charts.caption(given, pages[-1], EVENT, ITALIAN)


def test_a_theme_that_is_both_is_on_both_pages_and_says_so() -> None:
    given = made(said(3), (theme(1, "Treni", 5, 4, plenary=True),))
    for kind, also in (("recurring", "anche trasversale"), ("crosscutting", "anche ricorrente")):
        page = restitution.page(given, f"{kind}-1")
        texts = [text.text for text in seen(charts.compose(given, page, EVENT, ITALIAN))]
        assert any(also in text and text.startswith("In plenaria") for text in texts)


def test_codes_that_the_event_does_not_have_any_more_are_no_error() -> None:
    grown = samples.huge(tables=30, axes=10).event
    given = replace(SAMPLES["a morning"], axes=(AxisKeywords("99", 3, said(3)),))
    for page in of_each_kind(given):
        assert charts.draw(given, page, grown, ITALIAN).is_photo


def test_a_draft_says_that_it_is_one() -> None:
    given = replace(SAMPLES["a morning"], until=None)
    page = restitution.pages(given)[0]
    assert "Bozza delle 12:10" in charts.caption(given, page, EVENT, ITALIAN)


def test_at_rest_it_stays_as_it_is() -> None:
    for given in SAMPLES.values():
        assert given == restitution.load(restitution.dump(given))


def test_the_height_is_that_of_a_projector() -> None:
    assert 1080 == round(HEIGHT * SCALE)
