"""How lines about sheets are read: as people write them, and what is wrong with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import event as event_file
from participation.assistance import code_from
from participation.event import Event
from participation.paper_lines import Line, are_lines, is_code, label_of, read_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from participation.notices import SheetProblem

WORDS = {
    "foglio": "sheet",
    "scheda": "sheet",
    "codice": "sheet",
    "n": "sheet",
    "nr": "sheet",
    "zona": "zone",
    "z": "zone",
    "bianca": "blank",
    "nulla": "blank",
    "senza bollini": "blank",
}
TURIN = event_file.load()
CODES = [strategy.code for strategy in TURIN.strategies]


def stacking() -> Event:
    raw = TURIN.model_dump()
    raw["session1"]["stacking"] = "free"
    return Event.model_validate(raw)


def read(
    text: str, table: str = "T6", event: Event = TURIN, act: str = "new"
) -> tuple[Sequence[Line], Sequence[SheetProblem]]:
    return read_lines(text, event, event.table(table), WORDS, act)


def taken(text: str, table: str = "T6") -> dict[str, list[str]]:
    """What is taken of a message in which nothing is wrong: label to codes."""
    lines, problems = read(text, table)
    assert [] == problems
    return {line.label: list(line.dots) for line in lines}


def problem(text: str, table: str = "T6") -> SheetProblem:
    """What is wrong with a message of which nothing is taken."""
    lines, (found,) = read(text, table)
    assert [] == lines
    return found


@pytest.mark.parametrize(
    "line",
    [
        "12: 1.3 2.1 5.4",
        "12 1.3,2.1,5.4",
        "12 1.3 2.1 5.4",
        "n. 12: 1.3 2.1 5.4",
        "N°12 1.3 2.1 5.4",
        "foglio 12 1,3 2,1 5,4",
        "Foglio n. 12: 1.3 2.1 5.4",
        "scheda 12 - 1.3 - 2.1 - 5.4",
        "012) 1.3; 2.1; 5.4",
        "12 = 1.3 e 2.1 e 5.4.",
        "- 12: 1.3 2.1 5.4",
        "• 12: 5.4 2.1 1.3",
        "12:1.3,2.1,5.4",
        "12, 1. 3 2. 1 5. 4",
        "12\t1.3\t2.1\t5.4",
        "12: 1.3 -2.1 -5.4",
        "  12 :  1.3   2.1   5.4  ",
    ],
)
def test_a_line_is_read_however_it_is_written(line: str) -> None:
    assert {"12": ["1.3", "2.1", "5.4"]} == taken(line)


def test_several_lines_are_several_sheets() -> None:
    assert {"12": ["1.3"], "13": ["2.1", "5.4"], "7": []} == taken("12: 1.3\n\n13 2.1 5.4\n7: bianca\n")


@pytest.mark.parametrize("word", ["bianca", "Bianca.", "nulla", "senza bollini"])
def test_a_sheet_without_dots_is_said_to_be_so(word: str) -> None:
    assert {"12": []} == taken(f"12: {word}")


@pytest.mark.parametrize("line", ["K7M4P: 1.3 2.1", "k7m-4p 1.3, 2.1", "codice K7M4P: 1.3 2.1"])
def test_a_personal_code_stands_in_the_place_of_a_number(line: str) -> None:
    assert {"K7M4P": ["1.3", "2.1"]} == taken(line)


@pytest.mark.parametrize("line", ["12 zona 7: 1.3", "12: zona 7 1.3", "12 (zona 7): 1.3", "12: 1.3 z7"])
def test_a_table_of_several_zones_is_told_which(line: str) -> None:
    lines, problems = read(line, "T8")
    assert [] == problems
    assert ["7"] == [each.zone for each in lines]
    assert [["1.3"]] == [list(each.dots) for each in lines]


def test_where_there_are_several_zones_one_has_to_be_said() -> None:
    found = problem("12: 1.3", "T8")
    assert ("zone", TURIN.table("T8").zones) == (found.reason, found.zones)
    assert "zone" == problem("12 zona 5: 1.3", "T8").reason
    # A correction keeps the zone the sheet has, and a person's ballot theirs.
    assert [] == read("12: 1.3", "T8", act="correct")[1]
    assert [] == read("K7M4P: 1.3", "T8")[1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1.3 2.1", "no_label"),
        ("1,3,2,1", "no_label"),
        ("1.3 2.1 treni", "no_label"),
        ("ciao", "unreadable"),
        ("Più treni la sera", "unreadable"),
        ("0: 1.3", "number"),
        ("10000: 1.3", "number"),
        ("99999999999999999999: 1.3", "number"),
        ("12:", "no_codes"),
        ("12", "no_codes"),
        ("12: 9.9", "unknown"),
        ("12: 1.3 treni", "unknown"),
        ("12: 13 21", "unknown"),
        ("12: 1.1 1.2 1.3 2.1 2.2 2.3 3.1", "too_many"),
        ("12: 1.3 1.3", "repeated"),
        ("12: 1.3x2", "repeated"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(line: str, reason: str) -> None:
    found = problem(line)
    assert (reason, line) == (found.reason, found.line)


@pytest.mark.parametrize(
    ("line", "nearest"),
    [("12: 13", "1.3"), ("12: l.3", "1.3"), ("12: 1.3 S.4", "5.4"), ("12: 6.5", "6.3"), ("12: abc", None)],
)
def test_an_unknown_code_comes_with_the_nearest(line: str, nearest: str | None) -> None:
    found = problem(line)
    assert "unknown" == found.reason
    (suggested,) = found.nearest
    assert (nearest is None) == (suggested is None)
    assert suggested is None or suggested in CODES
    if line != "12: 6.5":
        assert nearest == suggested


def test_a_number_that_stands_twice_is_taken_neither_time_and_the_others_are() -> None:
    lines, problems = read("12: 1.3\n13: 2.1\n12: 5.4\n14: 9.9")
    assert ["13"] == [line.label for line in lines]
    assert {("12", "twice"), ("14", "unknown")} == {(each.label, each.reason) for each in problems}


def test_a_good_line_and_a_bad_one_of_the_same_number_are_both_left_out() -> None:
    lines, problems = read("12: 1.3\n12: 9.9\n13: 2.1")
    assert ["13"] == [line.label for line in lines]
    assert {"twice", "unknown"} == {each.reason for each in problems}


def test_where_dots_stack_a_code_may_stand_several_times() -> None:
    lines, problems = read("12: 1.3 1.3 2.1x3\n13: 1.3x7", event=stacking())
    assert [{"1.3": 2, "2.1": 3}] == [line.dots for line in lines]
    assert [("13", "too_many", 7, 6)] == [(p.label, p.reason, p.count, p.most) for p in problems]


def test_a_reason_may_stand_behind_in_brackets() -> None:
    lines, _ = read("12: 1.3 2.1 (letto male)", act="correct")
    assert [("letto male", ["1.3", "2.1"])] == [(line.reason, list(line.dots)) for line in lines]


@pytest.mark.parametrize(
    ("text", "about_sheets"),
    [
        ("12: 1.3 2.1", True),
        ("foglio 12 1.3\n13) 2.1", True),
        ("12: bianca", True),
        ("12 zona 9: 1.3", False),
        ("12: zona 9 1.3", True),
        ("1.3 2.1", False),
        ("12 1.3", False),
        ("2: più treni", False),
        ("Servono 3 treni: alle 7.30", False),
        ("12: 1.3\nanche i bus", False),
        ("3", False),
        ("", False),
    ],
)
def test_without_a_command_only_what_is_plainly_about_sheets_is_taken_for_it(
    text: str, about_sheets: bool
) -> None:
    assert about_sheets == are_lines(text, WORDS)


numbers = st.integers(1, 9999)
ballots = st.lists(st.sampled_from(CODES), max_size=6, unique=True)
separators = st.sampled_from([": ", " ", ") ", " - ", ":", "\t", ", "])
between = st.sampled_from([" ", ", ", ",", "; ", " - ", " e ", "  "])
points = st.sampled_from([".", ","])
fronts = st.sampled_from(["", "n. ", "foglio ", "- ", "scheda n. ", "  "])


@settings(deadline=None, max_examples=300)
@given(numbers, ballots, separators, between, points, fronts)
def test_whatever_the_punctuation_the_sheet_is_the_same(
    number: int, codes: list[str], separator: str, joint: str, point: str, front: str
) -> None:
    written = joint.join(code.replace(".", point) for code in codes) or "bianca"
    assert {str(number): sorted(codes, key=CODES.index)} == taken(f"{front}{number}{separator}{written}")


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60) | st.from_regex(r"[0-9.,:;xK7M4P \-]{0,40}", fullmatch=True))
def test_any_text_is_taken_within_the_rules_or_refused(text: str) -> None:
    lines, problems = read(text)
    written = [line for line in text.splitlines() if line.strip()]
    assert len(lines) + len(problems) <= len(written)
    assert bool(written) == bool(lines or problems)
    for line in lines:
        assert is_code(line.label) or 1 <= int(line.label) <= 9999
        assert sum(line.dots.values()) <= 6
        assert all(count == 1 and code in CODES for code, count in line.dots.items())


@given(st.text(max_size=30))
def test_a_code_made_at_random_is_read_back_as_it_is(seed: str) -> None:
    code = code_from(seed)
    assert 5 == len(code)
    assert is_code(code)
    assert code == label_of(code.lower())
    assert {code: ["1.3"]} == taken(f"{code}: 1.3")
