"""`bollini check FILE`, as the person who writes an event file meets it."""

from __future__ import annotations

import argparse
import re
from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from bot.commands import check
from locales.translator import load_translators
from participation import event_check
from participation.event import PACKAGED, Problem, load
from tests.participation.test_event import MISTAKES, problems_after

if TYPE_CHECKING:
    from pathlib import Path

    from locales.translator import Translator

LANGUAGES = ("it", "en")


def words_of(language: str) -> Translator:
    return load_translators(UTC).of(language)


def answer(capsys: pytest.CaptureFixture[str], *typed: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    check.add_arguments(parser)
    code = check.run(parser.parse_args(typed))
    return code, capsys.readouterr().out


def changed(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = PACKAGED.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "event.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_correct_file_is_summed_up(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = changed(tmp_path)
    code, out = answer(capsys, path)
    assert 0 == code
    for said in (
        f"{path}: il file è corretto.",
        "Piano strategico metropolitano Torino 2024-2026",
        "5 dicembre 2023",
        "10:25  priorità",
        "6 bollini a testa; al massimo uno per strategia",
        "27 strategie (6 assi)",
        "10 tavoli per 11 Zone",
        "T9   Strambino. Zone 9 e 10; sede: Strambino; facilita: Rossana Misuraca e Michela Serpietri",
        "2° piano (sala Cesedi piccola)",
        "Il tavolo T9 serve le Zone 9 e 10",
    ):
        assert said in out


def test_without_a_file_the_packaged_event_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = answer(capsys)
    assert (0, True) == (code, out.startswith("psm-torino-2024-2026: il file è corretto."))


def test_english_is_answered_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = answer(capsys, "--language", "en")
    assert "the file is correct" in out
    assert "one per strategy at most" in out


def test_every_mistake_is_said_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        ('timezone = "Europe/Rome"', 'timezone = "Europe/Roma"'),
        ('label = "Ferrovie"', 'label = "Le ferrovie e le stazioni della Zona"'),
        ('zones = ["2"]', 'zones = ["2", "12"]'),
        ("priority_minutes = 5", "priority_minuts = 5"),
    )
    code, out = answer(capsys, path)
    expected = f"""\
{path}: 4 errori.
  timezone
      Il fuso orario «Europe/Roma» non esiste. Forse volevi scrivere "Europe/Rome".
  axes[3].strategies[3.2].label
      «Le ferrovie e le stazioni della Zona» ha 36 caratteri: qui ne stanno al massimo 28.
  session1.priority_minuts
      La chiave «priority_minuts» non esiste qui. Forse volevi scrivere «priority_minutes».
  tables[T4].zones
      La Zona «12» non esiste. Le Zone del file sono: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 e 11.
"""
    assert 1 == code
    assert sorted(expected.splitlines()) == sorted(out.splitlines())


def test_one_mistake_is_not_called_mistakes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out = answer(capsys, changed(tmp_path, ('zones = ["2"]', "zones = [2]")))
    assert 1 == code
    assert "event.toml: 1 errore.\n" in out
    assert "tables[T4].zones[#1]\n      Qui serve un testo tra virgolette; c'è un numero intero." in out


def test_a_slip_of_toml_names_the_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out = answer(capsys, changed(tmp_path, ('code = "psm', "code = psm")))
    assert 1 == code
    assert "Riga 7: qui la scrittura TOML si interrompe" in out


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out = answer(capsys, str(tmp_path / "nothing.toml"))
    assert 1 == code
    assert "nothing.toml non c'è" in out


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_has_a_sentence_without_gaps(mistake: str, language: str) -> None:
    words = words_of(language)
    for problem in problems_after(MISTAKES[mistake][0]):
        said = check.sentence(problem, words)
        assert said.endswith((".", "?"))
        assert not re.search(r"[{}]|\bNone\b|\('|\[\]", said), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_note_has_a_sentence(language: str) -> None:
    words = words_of(language)
    for note in event_check.notes(load()):
        assert check.sentence(note, words).endswith((".", "?"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_problem_has_words(language: str) -> None:
    """The kinds are those that the sources of the check name."""
    known = {kind for _, (_, kind) in MISTAKES.values()}
    rest = {"no_file", "unreadable_file", "not_utf8", "toml_syntax", "toml_twice", "invalid", "phase_order"}
    words = words_of(language)
    assert [] == [kind for kind in sorted(known | rest) if not words.has(f"check.problem.{kind}")]


def test_a_long_value_is_shortened() -> None:
    problem = Problem("privacy.notice", "too_long", {"given": "parola " * 900, "length": 6300, "most": 3000})
    said = check.sentence(problem, words_of("it"))
    assert len(said) < 200
    assert "6300 caratteri" in said
