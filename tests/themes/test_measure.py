"""The figures of `make themes`, and that what they are measured on is sound."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from participation import themes
from participation.embedding import embed
from tests.themes import measure
from tests.themes.labelled import (
    HELD_OUT,
    TUNING,
    adjusted_rand_index,
    by_shared_words,
    read,
    v_measure,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("one", "other", "rand", "v"),
    [
        ([0, 0, 1, 1], [1, 1, 0, 0], 1.0, 1.0),
        ([0, 0, 1, 2], [0, 0, 1, 1], 0.5714, 0.8),
        ([0, 0, 1, 1], [0, 1, 0, 1], -0.5, 0.0),
        ([0, 0, 0, 0], [0, 1, 2, 3], 0.0, 0.0),
        ([0, 0, 1, 1], [0, 1, 2, 3], 0.0, 0.6667),
        ([], [], 1.0, 1.0),
    ],
)
def test_the_figures_are_those_of_the_definitions(
    one: list[int], other: list[int], rand: float, v: float
) -> None:
    assert rand == pytest.approx(adjusted_rand_index(one, other), abs=1e-4)
    assert v == pytest.approx(v_measure(one, other), abs=1e-4)


@pytest.mark.parametrize("path", [*TUNING, *HELD_OUT], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_labelled_sets_have_themes_and_singletons(path: Path) -> None:
    labelled = read(path)
    sizes = [labelled.labels.count(label) for label in set(labelled.labels)]
    assert 50 <= len(labelled.said) <= 80
    assert 1 in sizes
    assert max(sizes) >= 4
    assert len(labelled.said) == len({each.text for each in labelled.said})


def test_no_sentence_is_both_tuned_on_and_held_out() -> None:
    tuned, held = ({each.text for path in paths for each in read(path).said} for paths in (TUNING, HELD_OUT))
    assert set() == tuned & held


def test_meaning_finds_more_than_shared_words_on_what_was_held_out() -> None:
    """One set here, to be quick; docs/themes.md has all."""
    by_meaning, by_words = [], []
    for path in HELD_OUT[-1:]:
        labelled = read(path)
        found = themes.grouped(labelled.said, embed([each.text for each in labelled.said]))
        place = {key: number for number, theme in enumerate(found) for key in theme.members}
        labels = labelled.labels
        by_meaning.append(adjusted_rand_index(labels, [place[each.key] for each in labelled.said]))
        by_words.append(adjusted_rand_index(labels, by_shared_words(labelled.said, len(set(labels)))))
    assert sum(by_meaning) > 2 * sum(by_words)


def test_another_file_may_have_other_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text(
        "id\ttheme\ttable\tcontribution\tnote\n"
        "1\tbus\tT1\tPiù corse di autobus la sera\t\n"
        "2\tbus\tT2\tl'ultimo pullman parte troppo presto\tx\n"
        "3\tcasa\tT1\tAffitti troppo alti\t\n"
        '4\tcasa\tT2\t"Case" popolari <vuote>\t\n\n',
        encoding="utf-8",
    )
    assert 0 == measure.main([str(path)])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert 4 == last["contributions"]
    assert {"themes_found", "ari", "v_measure", "baseline_ari"} <= set(last)


@pytest.mark.parametrize(
    ("content", "said"),
    [("theme\ttext\nx\ty\n", "contribution"), ("", "contribution"), ("theme\tcontribution\nx\n", "line 2")],
)
def test_a_file_that_is_no_labelled_one_is_refused(
    content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.tsv"
    path.write_text(content, encoding="utf-8")
    assert 1 == measure.main([str(path)])
    assert said in capsys.readouterr().err


def test_without_a_file_and_without_the_shared_one_the_repositorys_own_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measure, "SHARED", tmp_path / "nowhere.tsv")
    monkeypatch.setattr(measure, "HELD_OUT", HELD_OUT[:1])
    assert 0 == measure.main([])
    assert "labelled sets of the repository" in capsys.readouterr().out
