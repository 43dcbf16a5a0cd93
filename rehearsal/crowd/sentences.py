"""What people write: the sentences of rehearsal/sentences, all written for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from rehearsal.crowd.chance import stream

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Sentence:
    """A contribution: `about` a strategy or a whole axis (its code), in answer to a question."""

    about: str
    question: str
    text: str


@dataclass(frozen=True)
class Note:
    """A facilitator's note: for session "1" or "2", about an axis ("-": none in particular)."""

    session: str
    axis: str
    text: str


class Sentences:
    """Everything that can be written, and the choice of it by a stream of chance."""

    def __init__(self) -> None:
        self.italian = tuple(Sentence(*row) for row in _rows("it.tsv"))
        self.english = tuple(Sentence(*row) for row in _rows("en.tsv"))
        self.notes = tuple(Note(*row) for row in _rows("notes.tsv"))
        self._answers: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for language, sentences in (("it", self.italian), ("en", self.english)):
            for sentence in sentences:
                self._answers[language, sentence.about, sentence.question].append(sentence.text)

    def answer(self, seed: int, use: tuple[object, ...], language: str, strategy: str, question: str) -> str:
        """What somebody says on a question about a strategy; `use` names the stream of chance."""
        axis = strategy.split(".", maxsplit=1)[0]
        choice = [
            *self._answers[language, strategy, question],
            *self._answers[language, axis, question],
        ]
        # An event with strategies of its own, or a question beyond ours: people say something all the same.
        choice = choice or [s.text for s in (self.italian if language == "it" else self.english)]
        return stream(seed, *use).choice(choice)

    def remark(self, seed: int, use: tuple[object, ...], language: str) -> str:
        """What somebody says in Session 1, when no question was asked."""
        choice = self.italian if language == "it" else self.english
        return stream(seed, *use).choice(choice).text

    def note(self, seed: int, use: tuple[object, ...], session: str, axis: str = "-") -> str:
        """What a facilitator notes; about the axis that is talked about, where there is a note on it."""
        fitting = [note.text for note in self.notes if note.session == session and note.axis in {axis, "-"}]
        return stream(seed, *use).choice(fitting)


def _rows(name: str) -> Iterator[list[str]]:
    text = resources.files("rehearsal").joinpath("sentences", name).read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        yield line.replace("\\n", "\n").split("\t")
