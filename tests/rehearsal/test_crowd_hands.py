"""People with a phone in their hand, against a bot as small as can be: what they read, press and wait for."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.crowd import hands as hands_module
from rehearsal.crowd.engine import Act
from rehearsal.crowd.hands import Hands, NoAnswer
from rehearsal.crowd.meant import Meant
from rehearsal.crowd.participating import Participating
from rehearsal.crowd.people import Person
from rehearsal.crowd.plan import Plan
from rehearsal.crowd.reading import (
    Place,
    ballot_shows,
    codes_in,
    place_asked,
    place_named,
    with_code,
    with_number,
)
from rehearsal.crowd.sentences import Sentences
from rehearsal.programme import read
from rehearsal.telegram import Button, SentMessage
from tests.rehearsal.local_telegram import Local, local

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TURIN = read(Path(__file__).parents[2] / "participation" / "events" / "psm-torino-2024-2026.toml")
ADA = Person(77, "participant", "Ada", "Verdi", "it", "T5", "4", "T5", "4")
PLAN = Plan(7, {ADA.id: ADA}, (), {ADA.id: ()})
WHEN = datetime(2023, 12, 5, 9, 12, tzinfo=UTC)


def button(text: str, data: str = "x") -> dict[str, str]:
    return {"text": text, "callback_data": data}


class TinyBot:
    """Speaks as the real one does, about one table and one ballot. `deaf` presses are lost."""

    def __init__(self, served: Local) -> None:
        self.local = served
        self.dots: set[str] = set()
        self.page = "1"
        self.finished = False
        self.ballot: int | None = None
        self.deaf = 0
        self.presses: list[str] = []
        self.said: list[str] = []

    async def run(self) -> None:
        offset = 0
        while True:
            for update in await self.local.done("getUpdates", offset=offset, timeout=5):
                offset = update["update_id"] + 1
                if "callback_query" in update:
                    await self.pressed(update["callback_query"])
                elif "message" in update:
                    await self.heard(update["message"]["text"])

    async def send(self, text: str, *rows: list[dict[str, str]]) -> int:
        given: dict[str, Any] = {"chat_id": ADA.id, "text": text}
        if rows:
            given["reply_markup"] = {"inline_keyboard": list(rows)}
        sent: int = (await self.local.done("sendMessage", **given))["message_id"]
        return sent

    async def pressed(self, query: dict[str, Any]) -> None:
        self.presses.append(query["data"])
        if self.deaf:
            self.deaf -= 1
            return
        await self.local.done("answerCallbackQuery", callback_query_id=query["id"])
        kind, _, rest = query["data"].partition(":")
        match kind:
            case "ack":
                await self.send(
                    "Per quale Zona partecipi?", [button("Zona 4", "z:4"), button("Zona 14", "z:14")]
                )
            case "z":
                await self.send("Partecipi al tavolo di Torino Nord, per la Zona 4.")
                await self.show()
            case "d":
                code, _, count = rest.partition(":")
                if count == "1" and len(self.dots) < TURIN.dots:
                    self.dots.add(code)
                elif count == "0":
                    self.dots.discard(code)
                self.page = code.split(".", maxsplit=1)[0]
                await self.show()
            case "p":
                self.page = rest
                await self.show()
            case "f":
                self.finished, self.page = True, "review"
                await self.show()

    async def heard(self, text: str) -> None:
        self.said.append(text)
        if text.startswith("/start"):
            await self.send("Ti diamo il benvenuto!", [button("Ho letto, continuo", "ack")])
        elif re.fullmatch(r"[\d. -]+", text):
            for code in text.split():
                self.dots = self.dots - {code[1:]} if code.startswith("-") else self.dots | {code}
            await self.send("Bollini messi.")
            await self.show()
        else:
            await self.send("Contributo ricevuto, Sessione 1.")

    async def show(self) -> None:
        codes = (
            [c for c in TURIN.strategies if c in self.dots]
            if self.page == "review"
            else TURIN.axes[self.page]
        )
        rows = [
            [
                button(
                    f"{'● ' if code in self.dots else ''}{code} Titolo",
                    f"d:{code}:{int(code not in self.dots)}",
                )
            ]
            for code in codes
        ]
        for axis, on_axis in TURIN.axes.items():
            marks = "●" * len(self.dots.intersection(on_axis))
            here = f"Asse {axis} (qui)" if axis == self.page else f"Asse {axis} {marks}".strip()
            rows.append([button(here, f"p:{axis}")])
        last = [] if self.page == "review" else [button("Rivedi", "p:review")]
        rows.append(last + ([] if self.finished else [button("Ho finito", "f")]))
        given = {
            "chat_id": ADA.id,
            "text": "Scheda",
            "reply_markup": {"inline_keyboard": [r for r in rows if r]},
        }
        if self.ballot is None:
            self.ballot = (await self.local.done("sendMessage", **given))["message_id"]
        else:
            await self.local.call("editMessageText", message_id=self.ballot, **given)


class Stage:
    """Ada, the acts she can do, and the tiny bot."""

    def __init__(self, served: Local, bot: TinyBot, patience: float) -> None:
        self.bot = bot
        self.meant = Meant(TURIN, PLAN)
        self.hands = Hands(ADA, served.server.phone(77, "Ada", "Verdi"), patience=patience)
        self.participating = Participating(TURIN, 7, Sentences(), self.meant)

    async def do(self, do: str, *words: str) -> None:
        act = Act(WHEN, 1, ADA.id, do, words, frozenset({"T5"}))
        await self.participating.acts[do](self.hands, act)


@asynccontextmanager
async def stage(patience: float = 3.0) -> AsyncIterator[Stage]:
    async with local() as served:
        bot = TinyBot(served)
        running = asyncio.create_task(bot.run())
        try:
            yield Stage(served, bot, patience)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def voting(ada: Stage) -> None:
    await ada.do("join.start", "")
    await ada.do("join.read", "tap")
    await ada.do("join.answer", "tap")


async def test_somebody_joins_by_reading_what_is_asked() -> None:
    async with stage() as ada:
        await ada.do("join.start", "T5")
        assert ada.bot.said == ["/start T5"]
        await ada.do("join.read", "tap")
        assert "z:4" not in ada.bot.presses
        await ada.do("join.answer", "tap")
        assert ada.bot.presses == ["ack", "z:4"]
        assert ada.hands.table == "T5"
        await ada.do("join.answer", "tap")
        assert ada.bot.presses == ["ack", "z:4"]
        assert [] == ada.meant.problems


async def test_dots_are_put_by_turning_to_the_axis_and_pressing() -> None:
    async with stage() as ada:
        await voting(ada)
        await ada.do("ballot.tap", "3.2", "3.2")
        await ada.do("ballot.tap", "3.1", "3.1 3.2")
        await ada.do("ballot.tap", "6.4", "3.1 3.2 6.4")
        await ada.do("ballot.take", "3.1", "3.2 6.4")
        assert ada.bot.presses[2:] == ["p:3", "d:3.2:1", "d:3.1:1", "p:6", "d:6.4:1", "p:3", "d:3.1:0"]
        assert ada.bot.dots == {"3.2", "6.4"}


async def test_a_double_tap_presses_the_same_button_twice() -> None:
    async with stage() as ada:
        await voting(ada)
        await ada.do("ballot.twice", "1.1", "1.1")
        await ada.do("ballot.review", "1.1")
        assert ada.bot.presses[2:4] == ["d:1.1:1", "d:1.1:1"]


async def test_typing_the_review_and_the_end() -> None:
    async with stage() as ada:
        await voting(ada)
        await ada.do("ballot.type", "1.3 2.1", "1.3 2.1")
        await ada.do("ballot.type", "-1.3 5.4", "2.1 5.4")
        await ada.do("ballot.review", "2.1 5.4")
        await ada.do("ballot.finish", "tap", "2.1 5.4")
        assert ada.bot.finished


async def test_a_seventh_dot_is_tried_once_and_the_ballot_stays() -> None:
    async with stage() as ada:
        await voting(ada)
        six = "1.1 1.2 1.3 1.4 1.5 2.1"
        await ada.do("ballot.type", six, six)
        await ada.do("ballot.seventh", "4.1", six)
        assert ada.bot.presses[-1] == "d:4.1:1"
        assert ada.bot.dots == set(six.split())


async def test_a_forged_and_an_outdated_button_are_pressed() -> None:
    async with stage() as ada:
        await voting(ada)
        await ada.do("ballot.stale", "")
        assert ada.bot.presses == ["ack", "z:4"]
        await ada.do("ballot.tap", "1.1", "1.1")
        await ada.do("ballot.forged", "zzz", "1.1")
        await ada.do("ballot.stale", "1.1")
        assert ada.bot.presses[-2:] == ["zzz", "d:1.1:1"]


async def test_a_press_that_is_lost_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands_module, "AGAIN_SECONDS", 0.1)
    async with stage() as ada:
        await voting(ada)
        ada.bot.deaf = 2
        await ada.do("ballot.tap", "1.1", "1.1")
        assert ada.bot.presses[2:] == ["d:1.1:1"] * 3


async def test_who_waits_in_vain_says_who_and_for_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands_module, "AGAIN_SECONDS", 0.1)
    async with stage(patience=0.3) as ada:
        await voting(ada)
        ada.bot.deaf = 100
        with pytest.raises(NoAnswer) as raised:
            await ada.do("ballot.tap", "1.1", "1.1")
        assert "Ada Verdi (participant of T5) waited 0 s for the ballot to show 1.1" == str(raised.value)


async def test_what_somebody_writes_is_kept_as_meant() -> None:
    async with stage() as ada:
        await voting(ada)
        await ada.do("remark")
        (kept,) = ada.meant.contributions
        assert (kept.table, kept.session, kept.strategy, kept.withdrawn) == ("T5", 1, None, False)
        assert ada.bot.said[-1] == kept.text


def message(text: str, *rows: list[str]) -> SentMessage:
    return SentMessage(
        id=1,
        from_bot=True,
        date=0,
        text=text,
        keyboard=tuple(tuple(Button(t, "x") for t in row) for row in rows),
    )


def test_a_ballot_is_read_dot_by_dot_on_its_page_and_by_number_elsewhere() -> None:
    page = message(
        "", ["● 1.1 A"], ["1.2 B"], ["Asse 1 (qui)", "Asse 2 ●●", "Asse 3"], ["Rivedi", "Ho finito"]
    )
    assert ballot_shows(page, frozenset({"1.1", "2.1", "2.3"}), TURIN)
    assert not ballot_shows(page, frozenset({"1.1", "2.1"}), TURIN)
    assert not ballot_shows(page, frozenset({"1.2", "2.1", "2.3"}), TURIN)
    review = message("", ["● 1.1 A"], ["● 2.3 B"], ["Asse 1 ●", "Asse 2 ●"], ["Ho finito"])
    assert ballot_shows(review, frozenset({"1.1", "2.3"}), TURIN)
    assert not ballot_shows(review, frozenset({"1.1"}), TURIN)


def test_buttons_are_found_by_what_stands_on_them() -> None:
    zones = message("", ["Zona 1", "Zona 11", "Zona 10, Chivassese"])
    found = with_number(zones, "1")
    assert found is not None
    assert found.text == "Zona 1"
    assert with_number(zones, "10") == zones.buttons[2]
    assert with_number(zones, "2") is None
    assert with_code(message("", ["T1 A", "T10 B"]), "T10") == Button("T10 B", "x")
    assert with_code(message("", ["✓ 3.2 Ferrovia", "3.1 Bus"]), "3.2") == Button("✓ 3.2 Ferrovia", "x")


def test_questions_and_receipts_name_their_place() -> None:
    text = "Strategia 3.2. Potenziare\n\nDomanda 2. A quali altri progetti?"
    asked = message(text, ["Domanda 1", "Domanda 2 (qui)"])
    assert place_asked(asked) == Place("3.2", "2")
    receipt = message(f"Contributo ricevuto, Sessione 2.\n{text}", ["Avanti"])
    assert place_asked(receipt) is None
    assert place_named(receipt) == Place("3.2", "2")
    assert place_named(message("Contributo ricevuto, Sessione 1.")) is None
    assert ["3.2", "1.1"] == codes_in(
        "Il tavolo ha scelto:\n3.2 Potenziare\n1.1 Garantire — 2 bollini\nper 5.4"
    )
