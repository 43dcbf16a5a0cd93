"""The packaged event against the programme it was transcribed from, word for word."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from participation.event import Event, load

SEED = Path(__file__).parents[3] / "shared" / "seed" / "000_bc205c14f3003eb4.txt"


def words(text: str) -> str:
    """The text without the marks of its layout: emphasis, bullets, columns, line breaks."""
    return " ".join(re.sub(r"\*+|^[-•|\s]+", " ", text, flags=re.MULTILINE).split())


def letters(text: str) -> str:
    """Only the words, whatever their case: the programme sets headings and names in capitals."""
    return " ".join(re.findall(r"\w+", words(text).casefold()))


@pytest.fixture(scope="module")
def turin() -> Event:
    return load()


@pytest.fixture(scope="module")
def seed() -> str:
    if not SEED.exists():
        reason = f"the programme of the event is not beside this checkout ({SEED.parent.parent.name}/seed)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and in CI it must be")
        pytest.skip(reason)
    return SEED.read_text(encoding="utf-8")


def strategies_of(seed: str) -> dict[str, str]:
    """Code to title, read off the programme."""
    found: dict[str, str] = {}
    code: str | None = None
    start = seed.index("ASSE 1\n")
    for block in re.split(r"\n\s*\n", seed[start : seed.index("| FACILITATORE", start)]):
        for line in block.splitlines():
            text = words(line)
            match = re.fullmatch(r"(\d\.\d) (.+)", text)
            if match:
                code, title = match.groups()
                found[code] = title
            elif code and text and text[0].islower():  # 6.1 goes on after an empty line
                found[code] += f" {text}"
            else:
                code = None
    return found


def test_the_27_titles_are_the_programmes_to_the_letter(turin: Event, seed: str) -> None:
    expected = strategies_of(seed)
    assert 27 == len(expected)
    assert expected == {strategy.code: strategy.title for strategy in turin.strategies}


def test_the_axes_are_the_programmes(turin: Event, seed: str) -> None:
    """The sixth has no title in the programme."""
    expected = dict(re.findall(r"^ASSE (\d)\n\n(.+)$", seed, re.MULTILINE))
    assert expected == {axis.code: axis.title for axis in turin.axes[:5]}
    assert ("6", "Salute") == (turin.axes[5].code, turin.axes[5].title)


def test_the_zones_are_the_programmes(turin: Event, seed: str) -> None:
    expected = re.findall(r"^•\tZona (\d+) \((.+?)\)", seed, re.MULTILINE)
    assert expected == [(zone.code, zone.name) for zone in turin.zones]


def test_the_venues_are_the_programmes(turin: Event, seed: str) -> None:
    expected = [words(name) for name in re.findall(r"Sede[:.] (.+)", seed)]
    assert list(dict.fromkeys(expected)) == [venue.name for venue in turin.venues]


def test_each_zone_sits_at_its_venue(turin: Event, seed: str) -> None:
    for code, name in re.findall(r"^•\tZona (\d+) .+?Sede[:.] (.+)$", seed, re.MULTILINE):
        assert {words(name)} == {turin.venue(table.venue).name for table in turin.tables_of_zone(code)}


def test_the_agenda_is_the_programmes(turin: Event, seed: str) -> None:
    """Times and words; the programme's "SESSIONEDI" lacks a blank."""
    programme = seed[seed.index("Programma") : seed.index("Le fasi e gli esiti")]
    lines = re.findall(r"^(\d+):(\d\d)\t(.+)$", programme.replace("SESSIONEDI", "SESSIONE DI"), re.MULTILINE)
    expected = [(f"{int(hour):02d}:{minute}", letters(title)) for hour, minute, title in lines]
    assert expected == [(f"{item.time:%H:%M}", letters(item.title)) for item in turin.agenda]
    speakers = [letters(line) for line in re.findall(r"^\t(.+)$", programme, re.MULTILINE)]
    assert speakers == [letters(name) for item in turin.agenda for name in item.speakers]


def test_the_tables_are_those_of_the_last_pages_in_their_order(turin: Event, seed: str) -> None:
    pages = re.split(r"^(?=Zon[ae] \d)", seed[: seed.index("Info e Contatti")], flags=re.MULTILINE)[1:]
    assert 10 == len(pages) == len(turin.tables)
    for page, table in zip(pages, turin.tables, strict=True):
        heading, _, rest = page.partition("\n")
        people = re.findall(r"(RESPONSABILE DI SEDE|FACILITAT\w+) ([^|\n]+)", words_by_line(rest))
        zones = re.findall(r"\b\d+\b", heading)
        leads = [letters(name) for role, name in people if role == "RESPONSABILE DI SEDE"]
        facilitators = [letters(name) for role, name in people if role != "RESPONSABILE DI SEDE"]
        assert zones == list(table.zones), heading
        assert facilitators == [letters(name) for name in table.facilitators], heading
        assert leads == [letters(name) for name in [turin.venue(table.venue).lead] if name], heading
        assert (letters(table.room) in letters(rest)) if table.room else ("PIANO" not in rest), heading


def words_by_line(text: str) -> str:
    return text.replace("*", "")


def test_the_questions_are_the_programmes(turin: Event, seed: str) -> None:
    first, second = (words(question) for question in re.findall(r"«(\w.{40,}?\?)»", seed, re.DOTALL))
    assert (first, second) == (turin.session1.question, turin.session2.question)
    assert turin.session1.why in words(seed)
    part = seed[seed.index("SOTTO-DOMANDE") : seed.index("La metodologia")]
    lines = [words(line) for line in re.findall(r"^- (.+)$", part, re.MULTILINE)]
    expected = [re.sub(r"^\d\. ", "", line) for line in lines]
    assert expected == [question.text for question in turin.session2.questions]


def test_contacts_are_the_programmes_with_the_address_mended(turin: Event, seed: str) -> None:
    assert turin.contacts.email in seed
    assert turin.contacts.website.replace("sviluppo-economico", "sviluppo -economico") in seed
    assert turin.contacts.form_url == turin.contacts.website


def test_title_subtitle_and_day_are_the_programmes(turin: Event, seed: str) -> None:
    assert letters(turin.title) in letters(seed)
    assert letters(turin.subtitle) in letters(seed)
    assert f"evento del {turin.date.day}.{turin.date.month}?" in seed


def test_six_dots_and_six_priorities(turin: Event, seed: str) -> None:
    assert f"{turin.session1.dots} bollini" in words(seed)
    assert f"fino a {turin.session1.priorities} strategie" in words(seed)
