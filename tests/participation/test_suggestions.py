"""Suggestions: once each however often a message comes, and the strategy that they are on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from participation import suggestions
from participation.event import Phase
from participation.notices import BallotFinished
from participation.suggestion_notices import SuggestionReceived, SuggestionsEnded, SuggestionWithdrawn

if TYPE_CHECKING:
    from storage.people import Person
    from tests.participation.floor import Floor

WORDS = {"strategia": "strategy", "asse": "axis", "ritira": "withdraw", "fine": "finish"}


async def texts(floor: Floor) -> list[tuple[str, str]]:
    rows = await floor.database.fetch(
        "SELECT strategy, text FROM suggestions WHERE withdrawn_at IS NULL ORDER BY id"
    )
    return [(row["strategy"], row["text"]) for row in rows]


async def commands(floor: Floor, person: Person, text: str, message: int) -> object:
    return await suggestions.command(floor.database, floor.event, person, message, text, WORDS, floor.now)


async def test_a_message_that_comes_again_stays_what_it_was(floor: Floor) -> None:
    anna = await floor.person(1)
    await floor.moves("T6", Phase.SESSION1)
    for _ in range(2):
        await commands(floor, anna, "4.1", 501)
        (told,) = await floor.says(anna, "Più alberi", 502)
        assert SuggestionReceived(strategy="4.1", more=True) == told
        assert SuggestionReceived(strategy="5.2", more=False) == await commands(floor, anna, "5.2 Corsi", 503)
        (ended,) = await floor.says(anna, "fine", 504)
        assert SuggestionsEnded() == ended
        assert SuggestionWithdrawn(found=True) == await commands(floor, anna, "ritira 2", 505)
    assert [("4.1", "Più alberi")] == await texts(floor)
    (finished,) = await floor.says(anna, "fine", 506)
    assert isinstance(finished, BallotFinished)


@pytest.mark.parametrize(
    ("typed", "code", "rest"),
    [
        ("4.1", "4.1", ""),
        ("4.1 Più alberi ", "4.1", "Più alberi"),
        ("4,1:Più alberi", "4.1", "Più alberi"),
        ("strategia 4.1 – Più alberi", "4.1", "Più alberi"),
        ("4.1\n- uno\n- due", "4.1", "- uno\n- due"),
        ("4.1. 3 alberi", "4.1", "3 alberi"),
        ("4.1 -5 gradi", "4.1", "5 gradi"),
        ("4.12 alberi", None, "4.12 alberi"),
        ("4.1.2 alberi", None, "4.1.2 alberi"),
        ("Più alberi per la 4.1", None, "Più alberi per la 4.1"),
        ("", None, ""),
    ],
)
def test_what_a_text_begins_with(floor: Floor, typed: str, code: str | None, rest: str) -> None:
    assert (code, rest) == suggestions.read_code(floor.event, typed, WORDS)


def test_what_a_button_carries_can_be_a_link(floor: Floor) -> None:
    assert ("s-", "s-4-1") == (suggestions.payload_of(None), suggestions.payload_of("4.1"))
    for strategy in floor.event.strategies:
        assert suggestions.payload_of(strategy.code).replace("-", "").isalnum()
