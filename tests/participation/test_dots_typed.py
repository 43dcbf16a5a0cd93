"""Dots that are typed: what is read as dots, and what never is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from participation.dots import TypedDot, nearest, read_typed, unknown_codes, wished_dots
from participation.notices import UnknownStrategies

if TYPE_CHECKING:
    from participation.event import Event

MINUS = "-\u2212\u2013\u2014"
BETWEEN = (" ", "  ", ", ", ",", "; ", "/", " & ", "\n", "\n\n", " e ", " ed ", ", e ", " and ", " E ", "\t")
DASHED = (" - ", "-", "- ", " \u2013 ", "\u2013", " \u2014 ")


@dataclass(frozen=True)
class Written:
    """One code as somebody may write it, and what it asks for."""

    text: str
    code: str
    takes: bool
    count: int


@st.composite
def written(draw: st.DrawFn) -> Written:
    axis, number = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    digits = f"{draw(st.sampled_from(['', '0'])) if axis < 10 else ''}{axis}"
    code = f"{digits}{draw(st.sampled_from(['.', ',', '. ', ' .']))}{number}"
    sign = draw(st.sampled_from(["", "", "", "+", *MINUS]))
    times = draw(st.sampled_from([None, None, None, 1, 2, 6]))
    how = draw(st.sampled_from(["x", "X", "\u00d7", "*", " x ", " x"]))
    return Written(
        f"{sign}{code}{'' if times is None else f'{how}{times}'}",
        f"{axis}.{number}",
        sign in set(MINUS),
        1 if times is None else times,
    )


def asked_for(codes: list[Written]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in codes:
        found[each.code] = 0 if each.takes else found.get(each.code, 0) + each.count
    return found


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, dict[str, int]]:
    codes = draw(st.lists(written(), min_size=1, max_size=8))
    text = codes[0].text
    for each in codes[1:]:
        # Glued to what stands before it, or off from what follows, a dash makes a list: see below.
        text += (
            draw(st.sampled_from(BETWEEN if each.text[0] in f"+{MINUS}" else BETWEEN + DASHED)) + each.text
        )
    before, after = (
        draw(st.sampled_from(["", " ", "\n"])),
        draw(st.sampled_from(["", " ", ".", "!", ";", " ."])),
    )
    return f"{before}{text}{after}", asked_for(codes)


@settings(deadline=None)
@given(messages())
def test_a_message_of_codes_alone_is_read_as_it_was_meant(message: tuple[str, dict[str, int]]) -> None:
    text, expected = message
    read = read_typed(text)
    assert read is not None
    assert expected == {dot.strategy: dot.count for dot in read}
    assert list(dict.fromkeys(expected)) == [dot.strategy for dot in read]


@settings(deadline=None)
@given(st.dictionaries(st.tuples(st.integers(1, 99), st.integers(1, 99)), st.integers(0, 99), min_size=1))
def test_what_is_read_can_be_written_and_read_again(wished: dict[tuple[int, int], int]) -> None:
    dots = tuple(TypedDot(f"{axis}.{number}", count) for (axis, number), count in wished.items())
    text = " ".join(f"{dot.strategy}x{dot.count}" if dot.count else f"-{dot.strategy}" for dot in dots)
    assert dots == read_typed(text)


@settings(deadline=None)
@given(st.text(), st.text(alphabet="0123456789.,;:-+x\u00d7*e \n\u2013/&!\u0663\u00b2"))
def test_no_text_is_too_odd_to_be_read(text: str, other: str) -> None:
    for each in (text, other, text + other):
        read = read_typed(each)
        assert read is None or all(dot.count >= 0 for dot in read)
        assert read != ()


WORDS = st.text(alphabet="abcdfghilmnopqrstuvzàèéìòù", min_size=2, max_size=9).filter(
    lambda word: word not in {"ed", "and", "et"}
)


@settings(deadline=None)
@given(
    st.lists(st.one_of(written().map(lambda each: each.text), WORDS), max_size=6),
    WORDS,
    st.lists(st.one_of(written().map(lambda each: each.text), WORDS), max_size=6),
)
@example(["alle", "10.30"], "ci", ["vediamo"])
def test_a_sentence_with_numbers_in_it_is_no_dots(before: list[str], word: str, after: list[str]) -> None:
    assert read_typed(" ".join([*before, word, *after])) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "alle 10.30 ci vediamo",
        "3.50 euro",
        "costa 3.50",
        "10.30: pausa",
        "5.12.2023",
        "il 5.12",
        "5.12.2023 e 6.12.2023",
        "1.3.1",
        "1.3.1 2.1",
        "2.1?",
        "1.3%",
        "v1.3",
        "3.2 km",
        "1.3 è importante",
        "1.3 no 2.1",
        "1.3 non 2.1",
        "100.5",
        "1.100",
        "1.3x100",
        "1.3x",
        "x2",
        "2",
        "1 3",
        "1, 3",
        "1, 2, 3",
        "1-3",
        "1:3",
        "-",
        "- -",
        "+",
        "1.3 --2.1",
        "€ 3.50",
        "011 861.6122",
        "6-7.12",
        "Sì, 1.3",
        "e 1.3",
    ],
)
def test_these_are_no_dots(text: str) -> None:
    assert read_typed(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.3", {"1.3": 1}),
        ("1.3 2.1 5.4", {"1.3": 1, "2.1": 1, "5.4": 1}),
        ("1.3 2.1 -5.4", {"1.3": 1, "2.1": 1, "5.4": 0}),
        ("1.3, 2.1 e 5.4.", {"1.3": 1, "2.1": 1, "5.4": 1}),
        ("1,3 2,1", {"1.3": 1, "2.1": 1}),
        ("1.3x2", {"1.3": 2}),
        ("1.3 1.3", {"1.3": 2}),
        ("1.3x2 1.3", {"1.3": 3}),
        ("1.3 -1.3", {"1.3": 0}),
        ("-1.3 1.3", {"1.3": 1}),
        ("1. 3", {"1.3": 1}),
        ("- 1.3", {"1.3": 0}),
        ("\u2013 1.3", {"1.3": 0}),
        ("-1.3 -2.1", {"1.3": 0, "2.1": 0}),
        ("1.3,-2.1", {"1.3": 1, "2.1": 0}),
        # Dashes between codes make a list, and so do they before every line.
        ("1.3 - 2.1 - 5.4", {"1.3": 1, "2.1": 1, "5.4": 1}),
        ("1.3-2.1-5.4", {"1.3": 1, "2.1": 1, "5.4": 1}),
        ("- 1.3\n- 2.1", {"1.3": 1, "2.1": 1}),
        ("\u2022 1.3\n\u2022 2.1", {"1.3": 1, "2.1": 1}),
        ("* 1.3", {"1.3": 1}),
    ],
)
def test_these_are_dots(text: str, expected: dict[str, int]) -> None:
    read = read_typed(text)
    assert read is not None
    assert expected == {dot.strategy: dot.count for dot in read}


@settings(deadline=None)
@given(st.lists(st.builds(TypedDot, st.sampled_from(["1.3", "2.1", "9.9"]), st.integers(0, 9)), max_size=3))
def test_where_dots_do_not_stack_nobody_asks_for_two(typed: list[TypedDot]) -> None:
    assert all(count <= 1 for count in wished_dots(tuple(typed), 1).values())
    assert {dot.strategy: dot.count for dot in typed} == wished_dots(tuple(typed), 6)


def test_a_long_message_is_read_in_no_time() -> None:
    for piece in ("\n", "- ", " -", "1.3 ", "1.3-", "1,", "e ", "1.3x", "-1.3\n"):
        begun = time.process_time()
        read_typed("1.3" + piece * 4000 + "?")
        assert time.process_time() - begun < 0.5


def test_codes_that_do_not_exist_are_named_with_the_nearest_that_do(turin: Event) -> None:
    typed = (TypedDot("1.3", 1), TypedDot("1.7", 1), TypedDot("10.30", 1), TypedDot("77.88", 1))
    found = unknown_codes(typed, turin)
    assert isinstance(found, UnknownStrategies)
    assert ("1.7", "10.30", "77.88") == found.codes
    assert 3 == len(found.nearest)
    assert found.nearest[2] is None
    assert unknown_codes(typed[:1], turin) is None


@settings(deadline=None)
@given(code=st.text(max_size=12))
def test_the_nearest_code_is_one_of_the_event(turin: Event, code: str) -> None:
    assert nearest(code, turin) in {None, *(strategy.code for strategy in turin.strategies)}
    for strategy in turin.strategies:
        assert strategy.code == nearest(strategy.code, turin)


def test_a_number_written_where_dots_do_not_stack_is_refused_and_a_code_written_twice_is_not() -> None:
    counted, twice = read_typed("1.3x2"), read_typed("1.3 1.3")
    assert counted is not None
    assert twice is not None
    assert {"1.3": 2} == wished_dots(counted, most=1)
    assert {"1.3": 1} == wished_dots(twice, most=1)
