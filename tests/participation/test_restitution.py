"""What the restitution is made of: each contribution in one place of it, each voice counted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from participation import restitution
from participation.aggregates import RestitutionTheme
from participation.restitution import Material, Spoken

AT = datetime(2023, 12, 5, 11, 10, tzinfo=UTC)
BUSES = ("Più autobus la sera", "Autobus anche di domenica", "Autobus tra i paesi")
ALONE = "Il caffè era buono"


def theme(**more: object) -> RestitutionTheme:
    made = RestitutionTheme(
        "1", "Autobus", ("autobus",), True, False, ("T1", "T2", "T3"), ("3",), 3, 3, plenary=False
    )
    return replace(made, **more)  # type: ignore[arg-type] # fields by name


def material(*spoken: Spoken) -> Material:
    return Material(
        version=1,
        at=AT,
        until=AT,
        language="it",
        axes=("1", "3"),
        tables=("T1", "T2", "T3"),
        axis_of={"1.1": "1", "3.2": "3"},
        talking=(),
        spoken=spoken,
        themes=(theme(), theme(number="2", title="Case", plenary=True)),
        vectors={},
    )


def said() -> list[Spoken]:
    return [
        *(Spoken(n, 2, f"T{n}", 10 + n, "3.2", text, "1") for n, text in enumerate(BUSES, start=1)),
        Spoken(4, 1, "T2", None, None, ALONE, None),
    ]


def test_every_contribution_is_in_a_session_and_what_names_a_strategy_in_its_axis() -> None:
    made = restitution.made(material(*said()))
    assert [1, 3] == [session.contributions for session in made.sessions]
    assert [("1", 0), ("3", 3)] == [(axis.axis, axis.contributions) for axis in made.axes]
    assert (4, 3, {"T1": 1, "T2": 2, "T3": 1}) == (made.contributions, made.people, made.by_table)
    assert "autobus" in [word.text.casefold() for word in made.axes[1].words]
    assert [("4", "T2")] == [(voice.number, voice.table) for voice in made.voices]
    assert 4 == made.unread


def test_what_was_merged_is_counted_and_heard() -> None:
    spoken = said()
    spoken[0] = replace(spoken[0], also=(21, 22))
    spoken[3] = replace(spoken[3], also=(None,))
    made = restitution.made(material(*spoken))
    assert (7, 5) == (made.contributions, made.people)
    assert [2] == [voice.contributions for voice in made.voices]
    (bus,) = [word for word in made.axes[1].words if word.text.casefold() == "autobus"]
    assert (3, 5) == (bus.tables, bus.people)


def test_what_may_be_personal_is_no_word_of_a_page_however_many_wrote_it() -> None:
    text = "Mi chiamo Ubaldo Zanardi, più autobus la sera"
    spoken = [Spoken(n, 2, f"T{n}", 10 + n, "3.2", text, "1") for n in (1, 2, 3)]
    made = restitution.made(material(*spoken))
    words = {word.text.casefold() for word in made.axes[1].words}
    assert "autobus" in words
    assert not [word for word in words if "ubaldo" in word or "zanardi" in word]


def test_fifty_times_the_same_of_one_person_is_one_voice() -> None:
    spoken = [Spoken(n, 2, "T1", 7, "3.2", BUSES[0], "1") for n in range(50)]
    made = restitution.made(material(*spoken, Spoken(50, 2, "T2", 8, "3.2", BUSES[0], "1")))
    (bus,) = [word for word in made.axes[1].words if word.text.casefold() == "autobus"]
    assert (2, 2) == (bus.tables, bus.people)
    assert (51, 2) == (made.contributions, made.people)


def test_what_is_marked_for_the_plenary_comes_first() -> None:
    spoken = [*said(), Spoken(5, 2, "T3", 15, "1.1", "Un altro caffè", None, plenary=True)]
    made = restitution.made(material(*spoken))
    assert ["2", "1"] == [each.number for each in made.themes]
    assert ["5", "4"] == [voice.number for voice in made.voices]


def test_the_pages_are_named_in_their_order() -> None:
    made = restitution.made(material(*said()))
    pages = restitution.pages(made)
    assert ["session-1", "session-2", "axis-1", "axis-3", "recurring-1", "crosscutting-1", "voices-1"] == [
        page.name for page in pages
    ]
    assert [(number, 7) for number in range(1, 8)] == [(page.number, page.count) for page in pages]
    assert made.themes == restitution.themes_on(made, restitution.page(made, "recurring-1"))
