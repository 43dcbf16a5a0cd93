"""What is typed behind /temi."""

from __future__ import annotations

import pytest

from handlers.render import theme_words
from locales.translator import load_translators
from participation import theme_commands
from participation.event import load
from participation.theme_commands import (
    Assign,
    Choose,
    Mark,
    Merge,
    Move,
    Rename,
    Request,
    ShowAxes,
    ShowBoard,
    ShowOne,
    Split,
    Undo,
)
from participation.theme_notices import Choice, Refusal, Section, ThemeRefused

TRANSLATORS = load_translators(load().zone_info)


def read(text: str, language: str = "it") -> Request | ThemeRefused:
    return theme_commands.read(text, theme_words(TRANSLATORS.of(language)))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ShowBoard(Section.ALL)),
        ("pagina 2", ShowBoard(Section.ALL, page=2)),
        ("tutti", ShowBoard(Section.ALL)),
        ("guardare", ShowBoard(Section.LOOK)),
        ("da guardare", ShowBoard(Section.LOOK)),
        ("RICORRENTI 3", ShowBoard(Section.RECURRING, page=3)),
        ("in plenaria", ShowBoard(Section.PLENARY)),
        ("soli", ShowOne("0")),
        ("da soli pagina 2", ShowOne("0", 2)),
        ("4", ShowOne("4")),
        ("#4", ShowOne("4")),
        ("tema 4", ShowOne("4")),
        ("4 pagina 2", ShowOne("4", 2)),
        ("4 2", ShowOne("4", 2)),
        ("4 nome  Trasporti in   plenaria", Rename("4", "Trasporti in   plenaria")),
        ("4 rinomina in", Rename("4", "in")),
        ("4 nome", Choose(Choice.NAME, "4")),
        ("4 unisci 7", Merge("4", ("7",))),
        ("4 unisci con 7, 9 e 7", Merge("4", ("7", "9"))),
        ("4 unisci", Choose(Choice.MERGE, "4")),
        ("4 dividi 37 41", Split("4", ("37", "41"))),
        ("4 dividi 37,41: Stazioni e fermate", Split("4", ("37", "41"), "Stazioni e fermate")),
        ("4 dividi", Choose(Choice.SAID, "4")),
        ("4 plenaria", Mark("4", wished=True)),
        ("4 in plenaria", Mark("4", wished=True)),
        ("4 plenaria no", Mark("4", wished=False)),
        ("sposta 37 in 4", Move(("37",), "4")),
        ("sposta 37, 41 e 42 nel tema 4", Move(("37", "41", "42"), "4")),
        ("sposta 37 4", Move(("37",), "4")),
        ("sposta 37 nuovo", Move(("37",), "new")),
        ("sposta il contributo 37 da solo", Move(("37",), "0")),
        ("sposta 37", Choose(Choice.TARGET, "37")),
        ("annulla", Undo()),
        ("annulla 12", Undo("12")),
        ("assi", ShowAxes()),
        ("asse 3", ShowBoard(Section.AXIS, "3")),
        ("asse 3 pagina 2", ShowBoard(Section.AXIS, "3", 2)),
        ("asse 3 io", Assign("3", "me")),
        ("asse 3 b", Assign("3", "B")),
        ("asse 3 A", Assign("3", "A")),
        ("asse 3 a B", Assign("3", "B")),
        ("asse 3 nessuno", Assign("3", "")),
    ],
)
def test_what_is_typed_is_understood(typed: str, meant: Request) -> None:
    assert meant == read(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "quattro",
        "4 boh",
        "4 unisci sette",
        "4 dividi 37 boh",
        "4 plenaria forse",
        "sposta",
        "sposta nuovo",
        "sposta 37 boh",
        "sposta boh in 4",
        "annulla tutto",
        "asse 3 Vittoria",
        "guardare boh",
        "1234567890",
        "4 99999",
        "<b>",
    ],
)
def test_what_is_not_understood_is_repeated(typed: str) -> None:
    refused = read(typed)
    assert isinstance(refused, ThemeRefused)
    assert (Refusal.UNCLEAR, typed) == (refused.refusal, refused.misread)


def test_every_language_has_its_words() -> None:
    assert Merge("4", ("7",)) == read("4 merge 7", "en")
    assert Move(("37",), "new") == read("move 37 to new", "en")
    assert ShowBoard(Section.LOOK) == read("look", "en")
