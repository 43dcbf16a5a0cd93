"""Every picture can be read on a phone: the rule of charts/style.py, held against the texts as drawn."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from charts import style
from charts.picture import PHOTO_SIDES
from charts.style import AXIS_COLOURS, HEAT, PAPER, SMALLEST, WIDTH, Canvas, contrast, heat, on
from tests.charts import samples
from tests.charts.drawing import CHARTS, ENGLISH, ITALIAN
from tests.charts.looking import SIGHTS, distance, lab, overlapping, seen, worst_contrast

if TYPE_CHECKING:
    from tests.charts.samples import Sample


@cache
def sample(name: str) -> Sample:
    made = {
        "turin": samples.turin,
        "empty": samples.empty,
        "single": samples.single,
        "huge": samples.huge,
        "many tables": lambda: samples.huge(axes=6, per_axis=4, zones=11, most=99),
        "many zones": lambda: samples.huge(tables=4, axes=5, per_axis=4, zones=60, most=9),
        "thousands": lambda: samples.huge(tables=3, axes=6, per_axis=4, zones=11, most=9_876),
        "odd letters": lambda: samples.huge(tables=4, axes=6, per_axis=4, zones=11, most=20, name=ODD),
        "long codes": samples.long_codes,
    }[name]
    return made()


ODD = "Zoè 🚆🎉 中文 مرحبا $x^2$ <b>&"
SAMPLES = (
    "turin",
    "empty",
    "single",
    "huge",
    "many tables",
    "many zones",
    "thousands",
    "odd letters",
    "long codes",
)


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("name", SAMPLES)
def test_no_text_is_too_small_overlaps_another_or_leaves_the_picture(chart: str, name: str) -> None:
    figure = CHARTS[chart].figure(sample(name), ITALIAN)
    texts = seen(figure)
    assert min(text.size for text in texts) >= SMALLEST
    assert (
        min(min(text.bottom - text.top, text.right - text.left) for text in texts if len(text.text) > 3) >= 22
    )
    assert overlapping(texts) == []
    width, height = figure.bbox.width, figure.bbox.height
    outside = [t.text for t in texts if t.left < 0 or t.top < 0 or t.right > width or t.bottom > height]
    assert outside == []


@pytest.mark.parametrize("chart", CHARTS)
def test_english_fits_as_well(chart: str) -> None:
    texts = seen(CHARTS[chart].figure(sample("turin"), ENGLISH))
    assert overlapping(texts) == []
    assert all(text.left >= 0 and text.right <= WIDTH for text in texts)


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("name", ["turin", "empty", "single"])
def test_every_text_stands_out_from_what_lies_under_it(chart: str, name: str) -> None:
    figure = CHARTS[chart].figure(sample(name), ITALIAN)
    ratio, text = worst_contrast(figure, seen(figure))
    assert ratio >= 4.5, text


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("name", SAMPLES)
def test_pictures_are_as_wide_as_the_rule_says_and_telegram_takes_them_as_photos(
    chart: str, name: str
) -> None:
    box = CHARTS[chart].figure(sample(name), ITALIAN).bbox
    assert box.width == WIDTH
    assert box.height + WIDTH <= PHOTO_SIDES


@pytest.mark.parametrize("chart", CHARTS)
def test_the_event_of_turin_is_portrait_and_no_taller_than_a_phone(chart: str) -> None:
    height = CHARTS[chart].figure(sample("turin"), ITALIAN).bbox.height
    assert WIDTH <= height <= 2 * WIDTH


@pytest.mark.parametrize("chart", CHARTS)
def test_nothing_of_turin_is_shortened(chart: str) -> None:
    texts = seen(CHARTS[chart].figure(sample("turin"), ITALIAN))
    assert [text.text for text in texts if "…" in text.text] == []


def test_the_rule_is_at_least_two_percent_of_the_width() -> None:
    assert SMALLEST / WIDTH >= 0.02


def test_a_text_below_the_rule_is_refused() -> None:
    with pytest.raises(AssertionError, match="illegible"):
        Canvas().text(0, 0, "note", SMALLEST - 1)


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_colours_of_the_axes_differ_for_everybody(sight: str) -> None:
    seen_as = [lab(colour, sight) for colour in AXIS_COLOURS]
    assert min(distance(one, other) for one, other in combinations(seen_as, 2)) >= 20


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_steps_from_few_to_many_differ_and_darken_for_everybody(sight: str) -> None:
    seen_as = [lab(colour, sight) for colour in HEAT]
    assert min(distance(one, other) for one, other in combinations(seen_as, 2)) >= 6
    lightness = [float(colour[0]) for colour in seen_as]
    assert lightness == sorted(lightness, reverse=True)


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_three_bars_of_the_turnout_differ_for_everybody(sight: str) -> None:
    seen_as = [lab(colour, sight) for colour in (style.PALE, style.MIDDLE, style.STRONG)]
    assert min(distance(one, other) for one, other in combinations(seen_as, 2)) >= 15


def test_the_distance_of_colours_is_the_published_one() -> None:
    """Pairs 1, 7, 11, 15 and 25 of Sharma, Wu and Dalal's test data."""
    for one, other, expected in (
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
        ((50.0, -0.001, 2.49), (50.0, 0.0011, -2.49), 4.7461),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ):
        assert distance(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-3)


def test_shapes_stand_out_from_the_paper() -> None:
    assert min(contrast(colour, PAPER) for colour in (*AXIS_COLOURS, style.STRONG, style.WARNING)) >= 3


def test_numbers_stand_out_from_every_cell() -> None:
    assert min(contrast(on(colour), colour) for colour in HEAT) >= 4.5
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_the_colour_of_a_share_is_bounded() -> None:
    assert [heat(-1), heat(0), heat(0.2), heat(0.21), heat(1), heat(3)] == [
        HEAT[0],
        HEAT[0],
        HEAT[0],
        HEAT[1],
        HEAT[-1],
        HEAT[-1],
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ciriè, Forlì, Ivréa, œuvre, Œ, ñ, ß", "Ciriè, Forlì, Ivréa, œuvre, Œ, ñ, ß"),
        ("treni 🚆🚆 e bici 👩‍🚒", "treni e bici"),
        ("中文", "□"),
        ("a\u202eb\u200dc\ufe0f\u0000d", "abcd"),
        ("due\nrighe\tdi  testo", "due righe di testo"),
        ("citta\u0300", "città"),
        ("🚆", "–"),
        ("", "–"),
        ("$x$ \\alpha _b_ 100%", "$x$ \\alpha _b_ 100%"),
        ("مرحبا", "مرحبا"),
    ],
)
def test_only_characters_of_the_font_are_drawn(text: str, shown: str) -> None:
    assert Canvas().clean(text) == shown


def test_long_texts_are_wrapped_and_shortened_to_their_room() -> None:
    canvas = Canvas()
    lines = canvas.wrapped("una frase molto lunga che non sta in due righe così strette", 300, 28, lines=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(canvas.width(line, 28) <= 300 for line in lines)
    assert canvas.wrapped("breve", 300, 28, lines=2) == ["breve"]
    assert canvas.fitted("parola", 5000, 28) == "parola"
    assert canvas.wrapped("W" * 80, 300, 28, lines=3)[0].endswith("…")


@pytest.mark.parametrize("chart", CHARTS)
def test_names_outside_the_font_warn_nobody(chart: str) -> None:
    """Warnings are errors in this test suite."""
    odd = sample("odd letters")
    keywords = replace(odd.keywords, words=(replace(odd.keywords.words[0], text=ODD),))
    assert CHARTS[chart].picture(replace(odd, keywords=keywords), ITALIAN).png.startswith(b"\x89PNG")
