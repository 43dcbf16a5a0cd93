"""The form's answers as spreadsheets write them: what is taken, what is said of each row that is not."""

from __future__ import annotations

import contextlib
import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation import suggestion_file
from participation.suggestion_file import FileUnusable, Imported, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from participation.event import Event
    from participation.suggestion_file import Reading
    from tests.participation.floor import Floor

HEADER = ("ID risposta", "Nome", "E-mail", "Strategia", "Zona omogenea", "Suggerimento")
MARIO = "Mario Rossi", "mario@example.org"


def row(answer: str, strategy: str, zone: str, text: str) -> tuple[str, ...]:
    return (answer, *MARIO, strategy, zone, text)


def written(*rows: Sequence[str], separator: str = ";", header: Sequence[str] = HEADER) -> bytes:
    """As a spreadsheet of Italy writes it."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator="\r\n").writerows((header, *rows))
    return file.getvalue().encode()


def taken(reading: Reading) -> list[tuple[int, str, str | None, str]]:
    return [(each.line, each.strategy, each.zone, each.text) for each in reading.answers]


def said(reading: Reading) -> list[tuple[int, str]]:
    return [(each.line, each.reason) for each in reading.rejected]


def mapped(event: Event, **columns: object) -> Event:
    """The event with other columns."""
    given = event.suggestions.columns.model_copy(update=columns)
    return event.model_copy(update={"suggestions": event.suggestions.model_copy(update={"columns": given})})


TWO = (row("1", "4.1 - Un titolo", "5", "Più alberi"), row("2", "5,2", "Pinerolese", "Corsi; e «libri»"))
TAKEN = [(2, "4.1", "5", "Più alberi"), (3, "5.2", "5", "Corsi; e «libri»")]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_any_separator_with_or_without_a_mark_in_front(turin: Event, separator: str, encoding: str) -> None:
    raw = written(*TWO, separator=separator).decode().encode(encoding)
    reading = read(turin, raw)
    assert (TAKEN, [], "utf-8") == (taken(reading), said(reading), reading.encoding)


def test_the_unicode_text_of_a_spreadsheet_is_read(turin: Event) -> None:
    reading = read(turin, written(*TWO, separator="\t").decode().encode("utf-16"))
    assert (TAKEN, "utf-16") == (taken(reading), reading.encoding)


def test_what_is_no_utf8_is_read_as_windows_writes_it_and_says_so(turin: Event) -> None:
    reading = read(turin, written(*TWO).decode().encode("cp1252"))
    assert (TAKEN, "windows-1252") == (taken(reading), reading.encoding)


def test_the_separator_that_a_spreadsheet_says_and_the_one_of_the_event_file(turin: Event) -> None:
    raw = b"sep=,\r\n" + written(*TWO, separator=",")
    assert [(line + 1, *rest) for line, *rest in TAKEN] == taken(read(turin, raw))
    set_to = turin.suggestions.model_copy(update={"separator": "tab"})
    event = turin.model_copy(update={"suggestions": set_to})
    assert TAKEN == taken(read(event, written(*TWO, separator="\t")))
    with pytest.raises(FileUnusable) as error:
        read(event, written(*TWO))
    assert "columns_missing" == error.value.kind


def test_line_breaks_and_quotes_in_a_cell_and_empty_lines(turin: Event) -> None:
    raw = (
        b"\r\n;;;;;\r\n"
        + written(row("1", "4.1", "", 'Uno "due"\r\n\r\ntre; quattro'), ("", "", "", "", "", ""))
    ) + b'\r\n\n  2 ;;;4.2;;" b "\r\n'
    reading = read(turin, raw)
    assert [(4, "4.1", None, 'Uno "due"\n\ntre; quattro'), (10, "4.2", None, "b")] == taken(reading)
    assert [] == said(reading)


def test_each_row_that_cannot_be_taken_is_said_with_its_line(turin: Event) -> None:
    reading = read(
        turin,
        written(
            row("1", "", "5", "a"),
            row("2", "9.9", "5", "a"),
            row("3", "4-gen", "5", "a"),
            row("4", "4.1", "12", "a"),
            row("5", "4.1", "5", " \n "),
            (*row("6", "4.1", "5", "con"), " il separatore"),
            row("7", "4.1", "5", "buona"),
            row("7", "4.1", "5", "un'altra"),
            ("8", "", "", "4.1"),
        ),
    )
    assert [
        (2, "no_strategy"),
        (3, "unknown_strategy"),
        (4, "unknown_strategy"),
        (5, "unknown_zone"),
        (6, "no_text"),
        (8, "too_many_cells"),
        (10, "answer_twice"),
        (11, "no_text"),
    ] == said(reading)
    assert [(9, "4.1", "5", "buona")] == taken(reading)


@pytest.mark.parametrize(
    "bad", ['2;M;m;4.1;5;"aperta', '2;M;m;4.1;5;"Il "treno" serale', f"2;M;m;4.1;5;{'x' * 140_000}"]
)
@pytest.mark.parametrize("good", ["buona", '"buona"'])
def test_a_row_that_cannot_be_read_leaves_the_others(turin: Event, bad: str, good: str) -> None:
    rows = (";".join(HEADER), f"1;M;m;4.1;5;{good}", bad, f"3;M;m;4.1;5;{good}", bad, f"4;M;m;4.1;5;{good}")
    reading = read(turin, "\r\n".join(rows).encode())
    assert [(line, "4.1", "5", "buona") for line in (2, 4, 6)] == taken(reading)
    assert [(3, "broken"), (5, "broken")] == said(reading)


def test_a_row_that_names_several_strategies_or_zones_or_shows_nothing_is_not_taken(turin: Event) -> None:
    reading = read(
        turin,
        written(
            row("1", "3.2, 4.1", "5", "a"),
            row("2", "3.2.1 e 4.1.1", "5", "a"),
            row("3", "3.2", "5 e 6", "a"),
            row("4", "3.2", "5", "\u200b"),
            row("5", "3.2 - 3.2.1", "Zona 5 (10.000 abitanti)", "buona"),
        ),
    )
    assert [
        (2, "several_strategies"),
        (3, "several_strategies"),
        (4, "several_zones"),
        (5, "no_text"),
    ] == said(reading)
    assert [(6, "3.2", "5", "buona")] == taken(reading)


def test_strategies_by_code_title_or_label_and_zones_by_number_or_name(turin: Event) -> None:
    strategy = turin.strategy("4.1")
    for cell in (
        "4.1",
        "04.1",
        "4.1. Titolo",
        "Strategia 4.1",
        "4.1.2",
        strategy.title.upper(),
        strategy.label,
    ):
        assert "4.1" == suggestion_file.strategy_of(turin, cell), cell
    for cell in ("4", "4.111", "alberi", strategy.title[:-1], "9.9"):
        assert suggestion_file.strategy_of(turin, cell) is None, cell
    for cell in ("5", "05", "Zona 5", "zona 5, Pinerolese", "5 - Pinerolese", "PINEROLESE"):
        assert "5" == suggestion_file.zone_of(turin, cell), cell
    for cell in ("", "55", "12", "Pinerolo", "nessuna"):
        assert suggestion_file.zone_of(turin, cell) is None, cell


@pytest.mark.parametrize(
    ("raw", "kind", "details"),
    [
        (b"", "empty", {}),
        (b"\r\n ; ;\r\n", "empty", {}),
        (b"\xff\x81\x8d", "unreadable", {}),
        (b"\xff\xfe\x00", "unreadable", {}),
        (
            b"Strategia;Testo\n4.1;a\n",
            "columns_missing",
            {
                "missing": ("Suggerimento", "Zona omogenea", "ID risposta"),
                "found": ("Strategia", "Testo"),
                "n": 3,
            },
        ),
        (
            b"id risposta;strategia;Zona  omogenea;suggerimento;Suggerimento\n",
            "column_twice",
            {"column": "Suggerimento"},
        ),
        (b'ID risposta;Strategia;"Zona omogenea;Suggerimento\n1;4.1;5;buona\n', "broken", {"line": 1}),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    turin: Event, raw: bytes, kind: str, details: dict[str, object]
) -> None:
    with pytest.raises(FileUnusable) as error:
        read(turin, raw)
    assert (kind, details) == (error.value.kind, error.value.details)


def test_an_event_file_without_columns_says_which_the_file_has(turin: Event) -> None:
    event = mapped(turin, strategy=None, texts=(), zone=None, answer=None)
    with pytest.raises(FileUnusable) as error:
        read(event, written(*TWO))
    assert ("not_mapped", HEADER) == (error.value.kind, error.value.details["found"])


async def test_the_same_file_adds_nothing_and_a_longer_one_only_what_is_new(floor: Floor) -> None:
    event = floor.event
    once = read(event, written(*TWO, TWO[0]))
    assert Imported(2, 1) == await suggestion_file.bring_in(floor.database, once, floor.now, dry_run=True)
    assert Imported(2, 1) == await suggestion_file.bring_in(floor.database, once, floor.now)
    assert Imported(0, 3) == await suggestion_file.bring_in(floor.database, once, floor.now)
    longer = read(event, written(row("3", "4.1", "", "Nuovo"), *reversed(TWO), separator=","))
    assert Imported(1, 2) == await suggestion_file.bring_in(floor.database, longer, floor.now)
    everything = str(await floor.everything())
    assert "Più alberi" in everything
    assert not any(each in everything for each in MARIO)


async def test_without_an_answer_of_its_own_the_content_counts_and_two_alike_are_two(floor: Floor) -> None:
    event = mapped(floor.event, answer=None)
    alike = row("", "4.1", "5", "Più alberi")
    first = read(event, written(alike, alike))
    assert Imported(2, 0) == await suggestion_file.bring_in(floor.database, first, floor.now)
    more = read(event, written(alike, row("", "4.1", "6", "Più alberi"), alike, alike))
    assert Imported(2, 2) == await suggestion_file.bring_in(floor.database, more, floor.now)


def test_each_text_of_an_answer_is_a_suggestion_and_the_time_tells_answers_apart(turin: Event) -> None:
    event = mapped(turin, answer=None, time="Quando", texts=("Idea", "Proposta"))
    header = ("Quando", "Strategia", "Zona omogenea", "Idea", "Proposta")
    rows = (("9:00", "4.1", "5", "a", "b"), ("9:01", "4.1", "5", "a", ""), ("9:02", "4.1", "5", "", ""))
    reading = read(event, written(*rows, header=header))
    assert [(2, "a"), (2, "b"), (3, "a")] == [(each.line, each.text) for each in reading.answers]
    assert 3 == len({each.key for each in reading.answers})
    assert [(4, "no_text")] == said(reading)
    (shifted, *_) = read(event, written(rows[1], *rows, header=header)).answers
    assert reading.answers[2].key == shifted.key


CELLS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from('\n";,\t'), min_size=1
).filter(str.strip)


@given(st.binary(max_size=60) | st.text('\n";,\tS4.1\x00', max_size=40).map(str.encode))
def test_whatever_the_bytes_a_file_is_read_or_says_why(turin: Event, raw: bytes) -> None:
    event = mapped(turin, strategy="S", texts=("4",), zone=None, answer=None)
    for given_file in (raw, b"S;4\n" + raw, b"\xff\xfe" + raw):
        with contextlib.suppress(FileUnusable):
            reading = read(event, given_file)
            assert all(each.text and each.line > 0 for each in reading.answers)


@given(st.lists(CELLS, min_size=1, max_size=4), st.sampled_from([";", ",", "\t"]))
def test_whatever_people_write_comes_through(turin: Event, texts: list[str], separator: str) -> None:
    rows = [row(str(number), "4.1", "5", text) for number, text in enumerate(texts)]
    reading = read(turin, written(*rows, separator=separator))
    assert [text.strip() for text in texts] == [each.text for each in reading.answers]
    assert [] == said(reading)
