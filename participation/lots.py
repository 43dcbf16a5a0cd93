"""Drawing lots that anybody can draw again: pure, and the same on every machine.

The method, "sha256-tickets":

1. Before the draw a secret is chosen at random, and its SHA-256 is published with the strategies and the
   places. Whoever chose the secret cannot change it any more.
2. Then the table says a word, any word (or none). Whoever chose the secret did not know it.
3. The seed is the secret, a slash, and the word in small letters with single blanks. The ticket of a strategy
   is the SHA-256 of the seed, a slash, and its code. The tickets are sorted as texts; the first ones get the
   places.

Nobody alone decides the outcome, and with the secret, which is published with it, everybody can check it
(`printf '%s' 'SECRET/word/2.3' | sha256sum`).

Where it comes from: the promise by hash is M. Blum's "Coin flipping by telephone" (1981); public material
that goes into a hash, to choose among a published list, is RFC 3797 ("Publicly Verifiable Nominations
Committee Random Selection"); sorting by tickets that are hashes of seed and name is R. Rivest's "Consistent
Sampling with Replacement" (2018, arXiv:1808.10016), as election audits use it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

METHOD: Final = "sha256-tickets"


@dataclass(frozen=True)
class Record:
    """All it takes to draw again: what was promised, what the table said, and what came out."""

    method: str
    commitment: str
    secret: str
    word: str
    strategies: tuple[str, ...]
    places: int
    chosen: tuple[str, ...]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def commitment(secret: str) -> str:
    """What is published before the draw: 64 hexadecimal digits."""
    return _sha256(secret)


def plain_word(word: str) -> str:
    """The table's word as it goes into the seed, however it was typed."""
    return " ".join(unicodedata.normalize("NFC", word.casefold()).split())


def seed(secret: str, word: str) -> str:
    """The seed of a draw."""
    return f"{secret}/{plain_word(word)}"


def tickets(drawn_from: str, strategies: Iterable[str]) -> list[tuple[str, str]]:
    """Ticket and strategy of each, the first to get a place first, for the seed `drawn_from`."""
    return sorted((_sha256(f"{drawn_from}/{code}"), code) for code in strategies)


def draw(drawn_from: str, strategies: Iterable[str], places: int) -> tuple[str, ...]:
    """The strategies that get the places, in the order of their tickets."""
    return tuple(code for _, code in tickets(drawn_from, strategies)[:places])


def problems(record: Record) -> tuple[str, ...]:
    """What does not agree: "method", "commitment", "strategies", "chosen"; none when all does."""
    found = []
    if record.method != METHOD:
        found.append("method")
    if commitment(record.secret) != record.commitment:
        found.append("commitment")
    if len(set(record.strategies)) != len(record.strategies) or not 0 < record.places < len(
        record.strategies
    ):
        found.append("strategies")
    elif set(draw(seed(record.secret, record.word), record.strategies, record.places)) != set(record.chosen):
        found.append("chosen")
    return tuple(found)
