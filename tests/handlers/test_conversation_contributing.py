"""What becomes of what people type in Session 2: which question it answers, its changes, what is late."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from handlers.callback_data import AskQuestion, encode
from participation import summary
from participation.event import Event, load
from rehearsal.telegram import Fault
from tests.handlers.test_conversation_session2 import discussing
from tests.rehearsal.local_telegram import png
from tests.support.hall import eventually, open_hall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime
    from pathlib import Path

    from rehearsal.telegram import Call
    from tests.support.hall import Hall, Somebody


def prompt(anna: Somebody, strategy: str, question: str = "1") -> int:
    """The newest message in which the bot asked this."""
    return anna.screen(rf"^(?:Ora al tavolo.*\n+)?Strategia {strategy}\.(?s:.*)Domanda {question}\.").id


async def typed_before(anna: Somebody, text: str, comes: Callable[[], Any]) -> list[str]:
    """Types, and what the bot says next is in the chat before the bot gets it; the bot's answers to it."""
    under_way: list[Callable[[], None]] = []
    anna.phone.lag = under_way.append
    anna.phone.say(text)
    await comes()
    await anna.reads()
    anna.phone.lag = None
    for arrive in under_way:
        arrive()
    return await anna.reads()


# --- the question that somebody had seen ----------------------------------------------------------------


async def test_a_message_that_crosses_a_change_of_strategy_goes_to_the_question_one_had_seen(
    hall: Hall,
) -> None:
    anna, lara = await discussing(hall)
    (received,) = await typed_before(anna, "Più treni", lambda: lara.says("/discuti 3.2"))
    assert "Strategia 1.3." in received
    await anna.says("Più binari")
    assert [("Più treni", "1.3", "1"), ("Più binari", "3.2", "1")] == await anna.contributions()


async def test_what_was_typed_before_any_question_came_belongs_to_none(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:10")
    await anna.says("1.3 3.2")
    await hall.at("10:30")
    await anna.reads()
    await typed_before(anna, "Un'idea intanto", lambda: lara.says("/discuti 3.2"))
    assert [("Un'idea intanto", None, None)] == await anna.contributions()


async def test_typed_right_behind_a_word_that_walks_it_still_belongs_to_the_question_seen(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    anna.phone.say("avanti")
    anna.phone.say("Scritto di seguito")
    await anna.reads()
    await anna.says("Dopo averla vista")
    assert [("Scritto di seguito", "1.3", "1"), ("Dopo averla vista", "1.3", "2")] == (
        await anna.contributions()
    )


async def test_several_in_a_row_are_one_each(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    texts = ["Uno", "Due", "Due", "Tre\n\nin più righe", "x" * 4096]
    for text in texts:
        anna.phone.say(text)
    received = await anna.reads()
    assert [True] * 5 == ["Contributo ricevuto" in each for each in received]
    assert [(text, "1.3", "1") for text in texts] == await anna.contributions()


async def test_a_question_that_telegram_did_not_take_at_once_counts_when_it_is_there(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    hall.breaks("sendMessage", Fault(status=429, retry_after=3))
    (asked,) = await anna.says("3")
    assert "Domanda 3." in asked
    await anna.says("Ecco")
    await anna.replies("E anche questo", prompt(anna, "1.3", "3"))
    assert [("Ecco", "1.3", "3"), ("E anche questo", "1.3", "3")] == await anna.contributions()


async def test_a_question_that_came_though_telegram_said_it_failed_is_the_one_that_is_answered(
    hall: Hall,
) -> None:
    anna, _ = await discussing(hall)
    sent = 0

    async def intercept(call: Call) -> Fault | None:
        nonlocal sent
        if "Parlatene" not in str(call.params.get("text")):
            return None
        sent += 1
        if sent > 1:
            # It stands in her chat already, and she answers before it comes again.
            anna.phone.say("Scritto avendola vista")
            return None
        return Fault("html", 502, "Bad Gateway", carry_out=True)

    hall.telegram.intercept = intercept
    await anna.taps("Domanda 2")
    hall.telegram.intercept = None
    await anna.says("Scritto dopo")
    assert 2 == sent
    assert [("Scritto avendola vista", "1.3", "2"), ("Scritto dopo", "1.3", "2")] == (
        await anna.contributions()
    )


async def test_a_press_delivered_again_after_a_kill_means_the_same_question(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    first = anna.screen(r"Domanda 1\.").id

    async def intercept(call: Call) -> Fault | None:
        if call.method == "answerCallbackQuery" or "Parlatene" not in str(call.params.get("text")):
            return None
        # Carried out, and we never hear of it.
        return Fault("normal", delay=60.0, carry_out=True)

    hall.telegram.intercept = intercept
    anna.phone.tap(first, encode(AskQuestion("1.3", "2")))
    await eventually(lambda: any("Domanda 2." in m.shown and m.from_bot for m in anna.phone.messages[-1:]))
    await hall.is_killed()
    hall.telegram.intercept = None
    anna.phone.say("Scritto avendola vista")
    hall.starts()
    await anna.reads()
    assert [("Scritto avendola vista", "1.3", "2")] == await anna.contributions()


async def test_an_edit_does_not_change_the_question(hall: Hall) -> None:
    anna, lara = await discussing(hall)
    await anna.says("Più trebi")
    message = anna.typed
    await lara.says("/discuti 3.2")
    (_, edited) = await anna.edits(message, "Più treni")
    assert "Strategia 1.3." in edited
    assert [("Più treni", "1.3", "1")] == await anna.contributions()


async def test_after_the_bot_was_started_again_it_knows_what_was_asked(hall: Hall) -> None:
    anna, lara = await discussing(hall)
    first = prompt(anna, "1.3")
    await lara.says("/discuti 3.2")
    await anna.reads()
    await hall.stops()
    hall.starts()
    await anna.replies("Sulla prima", first)
    await anna.says("Sulla seconda")
    assert [("Sulla prima", "1.3", "1"), ("Sulla seconda", "3.2", "1")] == await anna.contributions()


# --- replies --------------------------------------------------------------------------------------------


async def test_a_reply_to_a_prompt_answers_that_prompt(hall: Hall) -> None:
    anna, lara = await discussing(hall)
    pushed = prompt(anna, "1.3")
    await anna.says("3")
    walked = prompt(anna, "1.3", "3")
    await lara.says("/discuti 5.4")
    await anna.reads()
    (received,) = await anna.replies("Alla prima domanda", pushed)
    assert "Strategia 1.3." in received
    assert "Domanda 1." in received
    await anna.replies("Alla terza", walked)
    await anna.says("E ora di qui")
    assert [
        ("Alla prima domanda", "1.3", "1"),
        ("Alla terza", "1.3", "3"),
        ("E ora di qui", "5.4", "1"),
    ] == await anna.contributions()


async def test_a_reply_to_anything_else_is_as_if_it_were_none(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    (_,) = await anna.says("Prima idea")
    receipt = anna.screen("Contributo ricevuto").id
    await anna.says("2")
    for to in (receipt, anna.typed):
        await anna.replies("Altra idea", to)
    assert {("Prima idea", "1.3", "1"), ("Altra idea", "1.3", "2")} == set(await anna.contributions())


async def test_a_reply_to_a_question_of_a_table_that_was_left_is_kept_for_that_table(hall: Hall) -> None:
    await discussing(hall)
    bruno = await hall.somebody("Bruno").registers("T6")
    bruno_asked = prompt(bruno, "1.3")
    await bruno.opens("T5")
    assert ("T5", "4") == await bruno.seat()
    (received,) = await bruno.replies("Ancora sui treni", bruno_asked)
    assert "Risponde a una domanda del tavolo di Pinerolo, che hai lasciato" in received
    await bruno.says("Qui invece")
    rows = await hall.rows("SELECT text, table_code, zone, strategy FROM contributions ORDER BY received_at")
    assert [("Ancora sui treni", "T6", None, "1.3"), ("Qui invece", "T5", "4", None)] == [
        (r["text"], r["table_code"], r["zone"], r["strategy"]) for r in rows
    ]
    # When that table has closed, it is an idea where they are now, and about no question.
    lara = await hall.facilitator("T6", "Luca")
    await lara.says("/chiudi")
    await lara.says("conferma")
    await bruno.reads()
    (received,) = await bruno.replies("Troppo tardi per loro", bruno_asked)
    assert "Contributo ricevuto" in received
    assert "che hai lasciato" not in received
    assert ("Troppo tardi per loro", None, None) == (await bruno.contributions())[-1]


# --- the pause ------------------------------------------------------------------------------------------


async def test_in_the_pause_nothing_is_asked_and_all_that_is_typed_is_kept(hall: Hall) -> None:
    anna, lara = await discussing(hall)
    for time in ("11:20", "11:25", "11:30", "11:34"):
        await hall.at(time)
        assert [] == await anna.reads()
        (received,) = await anna.says(f"Un'idea alle {time}")
        assert "Contributo ricevuto" in received
    # Whoever facilitates may go on.
    await lara.says("/discuti 3.2")
    (question,) = await anna.reads()
    assert "Strategia 3.2." in question
    await hall.at("11:36")
    assert [] == await anna.reads()
    assert 4 == len(await anna.contributions())


# --- one's own: rewritten, moved ------------------------------------------------------------------------


async def test_one_of_ones_own_is_rewritten_by_its_number_and_what_it_said_stays(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await anna.says("Più treni")
    await anna.says("Più autobus")
    (edited,) = await anna.says("/contributi 1: Più treni la sera\ne la domenica")
    assert "Contributo corretto" in edited
    assert "Strategia 1.3." in edited
    await anna.edits(anna.typed, "/contributi 1: altro")
    assert ["Più treni la sera\ne la domenica", "Più autobus"] == [
        t for t, _, _ in await anna.contributions()
    ]
    (shown,) = await anna.says("/contributi 1")
    assert "Il tuo contributo 1" in shown
    assert "e la domenica" in shown
    assert "Prima diceva:\n- Più treni" in shown


async def test_one_of_ones_own_is_moved_by_buttons(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await anna.says("Più treni")
    await anna.says("/contributi")
    (where,) = await anna.taps("Sposta 1")
    assert "Dove vuoi spostare il contributo 1?" in where
    assert "3.2 Potenziare, qualificare e integrare l'infrastruttura ferroviaria" in where
    (which,) = await anna.taps("3.2 ")
    assert "A quale domanda" in which
    (moved,) = await anna.taps("Domanda 2")
    assert "Contributo 1 spostato" in moved
    assert "Domanda 2." in moved
    assert [("Più treni", "3.2", "2")] == await anna.contributions()
    (again,) = await anna.taps("Domanda 2", anna.screen("A quale domanda"))
    assert "è già qui: non è cambiato nulla" in again
    # What one types next goes on where one was.
    await anna.says("Più autobus")
    assert ("Più autobus", "1.3", "1") == (await anna.contributions())[-1]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sposta 1 3.2 domanda 2", ("3.2", "2")),
        ("Sposta 1 3,2 2", ("3.2", "2")),
        ("/contributi sposta 1 5.4 domanda 4", ("5.4", "4")),
        ("sposta 1 domanda 3", ("1.3", "3")),
        ("sposta 1 3", ("1.3", "3")),
    ],
)
async def test_one_of_ones_own_is_moved_by_typing(hall: Hall, typed: str, expected: tuple[str, str]) -> None:
    anna, _ = await discussing(hall)
    await anna.says("Più treni")
    (moved,) = await anna.says(typed)
    assert "Contributo 1 spostato" in moved
    assert [("Più treni", *expected)] == await anna.contributions()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("sposta 9 3.2 2", "questo numero non c'è"),
        ("sposta 0", "questo numero non c'è"),
        ("sposta 1 6.1 1", "«6.1» non è tra le priorità del tavolo"),
        ("sposta 1 3.2 9", "Una domanda «9» non c'è"),
        ("azione 1 1.3.1", "il piano qui non elenca azioni"),
        ("/contributi spostami", "Non ho capito «spostami»"),
        ("/contributi 1:", "il contributo resta com'era"),
        ("/contributi 1: \u200b\u200d", "il contributo resta com'era"),
        ("/contributi 77", "questo numero non c'è"),
    ],
)
async def test_what_cannot_be_done_to_ones_own_is_said(hall: Hall, typed: str, why: str) -> None:
    anna, _ = await discussing(hall)
    await anna.says("Più treni")
    (said,) = await anna.says(typed)
    assert why in said
    assert [("Più treni", "1.3", "1")] == await anna.contributions()


@pytest.mark.parametrize(
    "text",
    [
        "Sposta 3 fermate a valle",
        "sposta tutto",
        "Azione 3 della scuola",
        "sposta 1 3.2 domanda",
        "sposta 1 3.2 domanda 2 subito",
        "azione 1 3.2",
    ],
)
async def test_a_sentence_that_begins_like_a_command_is_a_contribution(hall: Hall, text: str) -> None:
    anna, _ = await discussing(hall)
    (received,) = await anna.says(text)
    assert "Contributo ricevuto" in received
    assert [(text, "1.3", "1")] == await anna.contributions()


async def test_what_was_withdrawn_or_is_of_session_1_is_not_moved(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:10")
    await anna.says("1.3 3.2")
    await anna.says("Mancano i treni")
    await hall.at("10:30")
    await lara.says("/discuti 1.3")
    await anna.reads()
    (said,) = await anna.says("sposta 1 3.2 2")
    assert "è della Sessione 1" in said
    await anna.says("Più treni")
    await anna.says("ritira 2")
    (said,) = await anna.says("sposta 2 3.2 2")
    assert "Il contributo 2 è ritirato" in said
    (said,) = await anna.says("/contributi 2: Più tram")
    assert "Il contributo 2 è ritirato" in said


async def test_nobody_touches_what_is_anothers(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    bruno = await hall.somebody("Bruno").registers("T6")
    await anna.says("di Anna")
    (row,) = await hall.rows("SELECT id FROM contributions")
    for data in (f"om:{row['id']}:3.2:2", f"om:{row['id']}::", f"oa:{row['id']}:1.3.1"):
        (said,) = await bruno.sends_press(bruno.screen().id, data)
        assert "questo numero non c'è" in said
    for typed in ("sposta 1 3.2 2", "/contributi 1: mio", "/contributi 1"):
        (said,) = await bruno.says(typed)
        assert "questo numero non c'è" in said
    assert [("di Anna", "1.3", "1")] == await anna.contributions()


# --- arrived after --------------------------------------------------------------------------------------


async def test_what_is_changed_after_the_closing_is_kept_and_marked(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    for text in ("Uno", "Due", "Tre", "Quattro"):
        await anna.says(text)
    message = anna.typed
    await hall.at("12:10")
    await anna.reads()
    (edited,) = await anna.edits(message, "Quattro, e di più")
    assert "arrivata dopo la chiusura della Sessione 2" in edited
    (edited,) = await anna.says("/contributi 1: Uno, e di più")
    assert "arrivata dopo" in edited
    (moved,) = await anna.says("sposta 2 3.2 4")
    assert "arrivata dopo" in moved
    (withdrawn,) = await anna.says("ritira 3")
    assert "dopo la chiusura della Sessione 2" in withdrawn
    (own,) = await anna.says("/contributi")
    for line in (
        "1. Uno, e di più (arrivato dopo)",
        "2. Due (arrivato dopo)",
        "4. Quattro, e di più (arrivato",
    ):
        assert line in own
    rows = await hall.rows("SELECT act, before, after, late FROM contribution_trace ORDER BY id")
    assert [("edited", 1), ("edited", 1), ("moved", 1), ("withdrawn", 1)] == [
        (r["act"], r["late"]) for r in rows
    ]
    assert '"text": "Quattro"' in rows[0]["before"]
    assert '"text": "Quattro, e di più"' in rows[0]["after"]


async def test_what_was_in_time_is_not_marked(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await anna.says("Uno")
    await anna.edits(anna.typed, "Uno e mezzo")
    await hall.at("12:10")
    await anna.reads()
    (own,) = await anna.says("/contributi")
    assert "arrivato dopo" not in own
    assert 0 == await hall.count("contributions", "late_at IS NOT NULL")


async def sent_at(hall: Hall, anna: Somebody, at: datetime, text: str, message: int = 900_000) -> list[str]:
    """A message that Telegram got at this time reaches the bot only now."""
    sent = {"message_id": message, "date": int(at.timestamp()), "text": text}
    hall.telegram.world.queue("message", {**sent, "chat": anna.phone.json(), "from": anna.phone.user()})
    return await anna.reads()


async def test_what_was_sent_before_the_closing_and_comes_after_it_is_kept_and_marked(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    in_time = await hall_time(hall, "12:09")
    await hall.at("12:10")
    await hall.at("12:11")
    await anna.reads()
    (received,) = await sent_at(hall, anna, in_time, "All'ultimo momento")
    assert "Contributo ricevuto, Sessione 2" in received
    assert "È arrivato dopo la chiusura" in received
    assert "Strategia 1.3." in received
    (not_kept,) = await sent_at(hall, anna, hall.clock.now(), "Troppo tardi", 900_001)
    assert "non è stato registrato come contributo" in not_kept
    assert [("All'ultimo momento", "1.3", "1")] == await anna.contributions()
    assert 1 == await hall.count("contributions", "late_at IS NOT NULL")


async def hall_time(hall: Hall, time_of_day: str) -> datetime:
    await hall.at(time_of_day)
    return hall.clock.now()


async def test_a_table_that_is_reopened_has_nothing_late(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    vera = await hall.regia()
    await anna.says("Uno")
    await hall.at("12:10")
    await anna.edits(anna.typed, "Uno e mezzo")
    assert 1 == await hall.count("contributions", "late_at IS NOT NULL")
    await vera.says("/riapri T6 sessione2 10")
    await vera.says("conferma")
    assert "session2" == await hall.phase("T6")
    assert 0 == await hall.count("contributions", "late_at IS NOT NULL")


# --- plan actions ---------------------------------------------------------------------------------------


def with_actions() -> Event:
    """Turin's event, with actions for two strategies."""
    raw = load().model_dump()
    for axis in raw["axes"]:
        for strategy in axis["strategies"]:
            if strategy["code"] in {"1.3", "5.4"}:
                strategy["actions"] = [
                    {"code": f"{strategy['code']}.{number}", "title": f"Azione di prova {number}"}
                    for number in (1, 2)
                ]
    return Event.model_validate(raw)


@asynccontextmanager
async def acting(folder: Path) -> AsyncIterator[tuple[Hall, Somebody]]:
    """Somebody at T6, where 1.3 is on, which has actions; 3.2 has none."""
    async with open_hall(folder, with_actions()) as hall:
        anna, _ = await discussing(hall)
        yield hall, anna


async def actions_of(hall: Hall) -> list[tuple[str, str | None]]:
    rows = await hall.rows("SELECT text, action FROM contributions ORDER BY received_at")
    return [(row["text"], row["action"]) for row in rows]


async def test_a_contribution_names_the_action_that_it_begins_with(tmp_path: Path) -> None:
    async with acting(tmp_path) as (hall, anna):
        (received,) = await anna.says("1.3.2: Fibra nelle valli")
        assert "Azione 1.3.2. Azione di prova 2" in received
        assert "Riguarda un'azione" not in received
        await anna.edits(anna.typed, "1.3.1 - Fibra in tutte le valli")
        assert [("Fibra in tutte le valli", "1.3.1")] == await actions_of(hall)
        await anna.edits(anna.typed, "Fibra ovunque")
        assert [("Fibra ovunque", "1.3.1")] == await actions_of(hall)
        (own,) = await anna.says("/contributi")
        assert "Azione 1.3.1. Azione di prova 1\n1. Fibra ovunque" in own


async def test_an_action_is_named_afterwards_by_button_or_by_typing(tmp_path: Path) -> None:
    async with acting(tmp_path) as (hall, anna):
        (received,) = await anna.says("Fibra nelle valli")
        assert "azione 1 1.3.1" in received
        (which,) = await anna.taps("Riguarda un'azione?")
        assert "Azione 1.3.2. Azione di prova 2" in which
        (named,) = await anna.taps("Azione 1.3.2")
        assert "Il contributo 1 ora riguarda questa azione" in named
        assert [("Fibra nelle valli", "1.3.2")] == await actions_of(hall)
        (named,) = await anna.says("azione 1 1.3.1")
        assert "Azione 1.3.1." in named
        (already,) = await anna.says("/contributi azione 1 1.3.1")
        assert "non è cambiato nulla" in already
        (none,) = await anna.says("azione 1 nessuna")
        assert "non nomina più un'azione" in none
        assert [("Fibra nelle valli", None)] == await actions_of(hall)
        (refused,) = await anna.says("azione 1 5.4.1")
        assert "«5.4.1» non è un'azione di questa strategia" in refused
        assert "Azione 1.3.1." in refused


async def test_moved_to_another_strategy_a_contribution_names_the_action_no_more(tmp_path: Path) -> None:
    async with acting(tmp_path) as (hall, anna):
        await anna.says("1.3.2 Fibra")
        (moved,) = await anna.says("sposta 1 1.3 2")
        assert "L'azione 1.3.2" not in moved
        (moved,) = await anna.says("sposta 1 5.4 2")
        assert "L'azione 1.3.2 era della strategia di prima" in moved
        assert [("Fibra", None)] == await actions_of(hall)


async def test_a_code_that_is_no_action_here_stays_in_the_text(tmp_path: Path) -> None:
    async with acting(tmp_path) as (hall, anna):
        (received,) = await anna.says("1.3.9 Fibra nelle valli")
        assert "1.3.9 non è il codice di un'azione di questa strategia" in received
        (alone,) = await anna.says("1.3.2")
        assert "Il codice da solo non è un contributo" in alone
        await anna.says("3.2")
        (received,) = await anna.says("1.3.1 Fibra anche qui")
        assert "codice" not in received
        assert [("1.3.9 Fibra nelle valli", None), ("1.3.1 Fibra anche qui", None)] == await actions_of(hall)


# --- forwarded ------------------------------------------------------------------------------------------


async def test_a_forwarded_text_is_a_contribution_and_whose_it_is_is_not_kept(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    sender = {"id": 55, "is_bot": False, "first_name": "Carla"}
    origin = {"type": "user", "date": 1701770000, "sender_user": sender}
    (received,) = await anna.shares(text="Più treni", forward_origin=origin)
    assert "Hai inoltrato questo messaggio" in received
    assert "/contributi" in received
    assert [("Più treni", "1.3", "1")] == await anna.contributions()


async def test_a_message_of_the_bots_that_is_sent_back_to_it_is_no_contribution(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    origin = {"type": "user", "date": 1701770000, "sender_user": hall.telegram.world.bot_user()}
    (said,) = await anna.shares(text="Strategia 1.3. Domanda 1.", forward_origin=origin)
    assert "Hai inoltrato un mio messaggio: non è stato registrato nulla" in said
    assert [] == await anna.contributions()


# --- awkward texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["\u200b", "\u200b\u200d\ufeff", "\u2060\u00ad", "\u3164", "\u2800", "\u202e"]
)
async def test_what_nobody_can_see_is_answered_as_empty(hall: Hall, text: str) -> None:
    anna, _ = await discussing(hall)
    (said,) = await anna.says(text)
    assert "non c'è testo che si possa leggere: non è stato registrato nulla" in said
    await anna.says("Più treni")
    (said,) = await anna.edits(anna.typed, text)
    assert "il contributo resta com'era" in said
    assert [("Più treni", "1.3", "1")] == await anna.contributions()


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        "🚆🚆🚆",
        "👩‍👩‍👧",
        "*grassetto* _corsivo_ `codice` [qui](http://example.org)",
        "<a href='x'>&lt;</b> &amp; </code>",
        "a\u200bb",
        "x" * 4096,
        "è" * 4096,
        "🚆" * 2048,
    ],
    ids=lambda text: text[:12],
)
async def test_awkward_texts_are_kept_to_the_letter_and_shown(hall: Hall, text: str) -> None:
    anna, _ = await discussing(hall)
    (received,) = await anna.says(text)
    assert "Contributo ricevuto" in received
    assert [(text, "1.3", "1")] == await anna.contributions()
    for command in ("/contributi", "/contributi 1"):
        shown = "\n".join(await anna.says(command))
        assert text[:8] in shown
    (edited,) = await anna.says("/contributi 1: Meglio così")
    assert "Contributo corretto" in edited


@pytest.mark.parametrize("text", ["مزيد من القطارات", "\u202egnihtemos", "עוד רכבות", "a\u2067b\u2066c"])
async def test_what_runs_from_right_to_left_does_not_turn_what_stands_around_it(
    hall: Hall, text: str
) -> None:
    anna, _ = await discussing(hall)
    await anna.says(text)
    assert [(text, "1.3", "1")] == await anna.contributions()
    (own,) = await anna.says("/contributi")
    (line,) = [line for line in own.splitlines() if line.startswith("1. ")]
    assert line.startswith("1. \u2068")
    assert line.endswith("\u2069")
    assert 1 == line.count("\u2068") == line.count("\u2069")
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067") & set(own)


async def test_a_caption_that_is_taken_away_leaves_its_contribution(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await anna.shares(photo=png(), caption="La stazione")
    (said,) = await anna.edits_caption(anna.typed, "")
    assert "il contributo resta com'era" in said
    (edited,) = await anna.edits_caption(anna.typed, "La stazione com'è oggi")
    assert "Contributo corretto" in edited
    assert [("La stazione com'è oggi", "1.3", "1")] == await anna.contributions()


async def test_fifty_messages_of_one_text_are_kept_fifty_times_and_are_one_voice(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    for _ in range(50):
        await anna.says("Più treni notturni per le valli")
    mine = await anna.contributions()
    assert [("Più treni notturni per le valli", "1.3", "1")] * 50 == mine
    found = await summary.session_keywords(hall.database, hall.event, 2, hall.clock.now())
    assert {1} == {each.people for each in found.words}
    await anna.says("/contributi")
    assert "I tuoi contributi: 50" in anna.everything
