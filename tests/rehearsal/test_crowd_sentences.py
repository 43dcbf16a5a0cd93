"""The sentences that the crowd writes: enough, varied, about everything, and fit to be sent."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from rehearsal.crowd.sentences import Sentences
from rehearsal.programme import read

TURIN = read(Path(__file__).parents[2] / "participation" / "events" / "psm-torino-2024-2026.toml")
SENTENCES = Sentences()
TEXTS = [
    *(one.text for one in SENTENCES.italian),
    *(one.text for one in SENTENCES.english),
    *(one.text for one in SENTENCES.notes),
]


def test_there_are_enough_and_none_comes_twice() -> None:
    assert len(SENTENCES.italian) >= 320
    assert len(SENTENCES.english) >= 30
    assert len(SENTENCES.notes) >= 80
    assert [] == [text for text, count in Counter(TEXTS).items() if count > 1]


def test_every_question_of_every_strategy_has_some() -> None:
    found = Counter((one.about, one.question) for one in SENTENCES.italian)
    wanted = [(code, question) for code in TURIN.strategies for question in TURIN.questions]
    assert [] == [key for key in wanted if found[key] < 2]


def test_they_are_about_what_the_event_has() -> None:
    known = {*TURIN.strategies, *TURIN.axes}
    assert set() == {one.about for one in (*SENTENCES.italian, *SENTENCES.english)} - known
    assert {"1", "2", "3", "4"} == {one.question for one in (*SENTENCES.italian, *SENTENCES.english)}
    assert set() == {one.axis for one in SENTENCES.notes} - {*TURIN.axes, "-"}
    assert {"1", "2"} == {one.session for one in SENTENCES.notes}


def test_each_fits_in_a_message_and_none_is_taken_for_a_command_or_a_code() -> None:
    for text in TEXTS:
        assert text == text.strip()
        assert 10 <= len(text) <= 3000
        assert not text.startswith("/")
        assert re.fullmatch(r"[\d.,\s+x-]+", text) is None


def test_they_differ_in_length_and_some_try_what_breaks_a_message() -> None:
    lengths = [len(one.text) for one in SENTENCES.italian]
    assert min(lengths) < 40
    assert max(lengths) > 600
    everything = "\n".join(one.text for one in SENTENCES.italian)
    for sign in "<>&*«\"'":
        assert sign in everything
    assert re.search("[\U0001f300-\U0001faff]", everything)
    assert any("\n" in one.text for one in SENTENCES.italian)


def test_the_same_stream_says_the_same_in_the_language_asked_for() -> None:
    first = SENTENCES.answer(7, (1, "a"), "it", "3.2", "2")
    assert first == SENTENCES.answer(7, (1, "a"), "it", "3.2", "2")
    italian = {one.text for one in SENTENCES.italian if one.about in {"3.2", "3"} and one.question == "2"}
    assert italian == {SENTENCES.answer(7, (1, number), "it", "3.2", "2") for number in range(60)}
    assert SENTENCES.answer(7, (1,), "en", "3.2", "2") in {one.text for one in SENTENCES.english}


def test_an_event_with_other_strategies_gets_sentences_too() -> None:
    assert SENTENCES.answer(7, (1,), "it", "9.9", "7")
    assert SENTENCES.note(7, (1,), "2", "9")
