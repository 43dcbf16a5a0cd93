"""Session 2: walking the questions, contributing, correcting, withdrawing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.rehearsal.local_telegram import png

if TYPE_CHECKING:
    from tests.support.hall import Hall, Somebody


async def discussing(hall: Hall, strategy: str = "1.3") -> tuple[Somebody, Somebody]:
    """A participant and the facilitator of T6, whose priorities are 1.3, 3.2 and 5.4; one of them is on."""
    anna = await hall.somebody().registers("T6")
    lara = await hall.facilitator("T6")
    await hall.at("10:10")
    await anna.says("1.3 3.2 5.4")
    await hall.at("10:30")
    await lara.says(f"/discuti {strategy}")
    await anna.reads()
    await lara.reads()
    return anna, lara


# --- the walk -------------------------------------------------------------------------------------------


async def test_a_strategy_put_on_asks_everybody_at_the_table(hall: Hall) -> None:
    anna, lara = await discussing(hall)
    bruno = await hall.somebody("Bruno").registers("T5")
    await bruno.reads()
    (told,) = await lara.says("/discuti 3.2")
    assert "3.2" in told
    assert "Le domande arrivano a 1 persona" in told
    (question,) = await anna.reads()
    assert "Ora al tavolo si discute questa strategia" in question
    assert "Strategia 3.2. Potenziare, qualificare e integrare l'infrastruttura ferroviaria" in question
    assert "Domanda 1. Come si declinano la strategia e le relative azioni" in question
    assert "un'idea per messaggio, senza dati personali" in question
    assert [] == await bruno.reads()


async def test_what_one_types_is_a_contribution_to_the_question_one_is_on(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    (received,) = await anna.says("Più treni tra Pinerolo e Torino")
    assert "Contributo ricevuto" in received
    assert "Strategia 1.3." in received
    assert "Domanda 1." in received
    assert "senza il tuo nome" in received
    assert [("Più treni tra Pinerolo e Torino", "1.3", "1")] == await anna.contributions()


async def test_the_walk_by_buttons(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await anna.says("uno")
    for number in ("2", "3", "4"):
        (asked,) = await anna.taps("Avanti")
        assert f"Domanda {number}." in asked
        await anna.says(f"risposta {number}")
    (again,) = await anna.taps("Altra strategia")
    assert "5.4" in again
    (question,) = await anna.taps("5.4")
    assert "Strategia 5.4." in question
    assert "Domanda 1." in question
    await anna.says("cinque")
    assert [
        ("uno", "1.3", "1"),
        ("risposta 2", "1.3", "2"),
        ("risposta 3", "1.3", "3"),
        ("risposta 4", "1.3", "4"),
        ("cinque", "5.4", "1"),
    ] == await anna.contributions()


async def test_the_walk_by_typing(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    for typed, strategy, question in (
        ("avanti", "1.3", "2"),
        ("Salta", "1.3", "3"),
        ("indietro", "1.3", "2"),
        ("4", "1.3", "4"),
        ("domanda 1", "1.3", "1"),
        ("5.4", "5.4", "1"),
        ("3", "5.4", "3"),
        ("strategia 3.2", "3.2", "1"),
        ("5,4", "5.4", "1"),
        ("SALTA.", "5.4", "2"),
    ):
        (asked,) = await anna.says(typed)
        assert f"Strategia {strategy}." in asked, typed
        assert f"Domanda {question}." in asked, typed
    assert [] == await anna.contributions()
    await anna.says("Ecco")
    assert [("Ecco", "5.4", "2")] == await anna.contributions()


async def test_the_ends_of_the_walk(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    (first,) = await anna.says("indietro")
    assert "Questa è già la prima domanda" in first
    await anna.says("4")
    (last,) = await anna.says("salta")
    assert "Questa è già l'ultima domanda" in last
    (received,) = await anna.says("Un'idea ancora")
    assert "Questa è l'ultima domanda" in received
    assert [("Un'idea ancora", "1.3", "4")] == await anna.contributions()


async def test_all_questions_at_a_glance(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    for typed in ("/domande", "domande"):
        (shown,) = await anna.says(typed)
        for question in hall.event.session2.questions:
            assert question.text in shown
    (asked,) = await anna.taps("Domanda 3")
    assert "Quali reti di soggetti" in asked


async def test_fine_in_session_2_offers_the_other_strategies(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    (shown,) = await anna.says("fine")
    for code in ("1.3", "3.2", "5.4"):
        assert f"{code} {hall.event.strategy(code).title}" in shown
    assert [] == await anna.contributions()


async def test_a_strategy_that_is_none_of_the_tables_is_said(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    (said,) = await anna.says("6.1")
    assert "«6.1» non è tra le priorità del tavolo" in said
    assert hall.event.contacts.form_url in said
    await anna.says("resto sulla prima")
    assert [("resto sulla prima", "1.3", "1")] == await anna.contributions()


@pytest.mark.parametrize(
    "text",
    [
        "Salta agli occhi che mancano i treni",
        "2 treni all'ora",
        "La 5.4 e la 3.2 vanno insieme",
        "1. Prima idea\n2. Seconda idea",
        "<b>Grassetto</b> & altro <script>",
        "Zona",
        "fine settimana",
        "È così 👍🏽",
        "ok",
        "x" * 4096,
    ],
    ids=lambda text: text[:20],
)
async def test_a_sentence_is_a_contribution_to_the_letter(hall: Hall, text: str) -> None:
    anna, _ = await discussing(hall)
    (received,) = await anna.says(text)
    assert "Contributo ricevuto" in received
    assert [(text, "1.3", "1")] == await anna.contributions()
    (own, *_) = await anna.says("/contributi")
    assert text[:20].partition("\n")[0] in own


async def test_each_walks_at_their_own_pace(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    bruno = await hall.somebody("Bruno").registers("T6")
    await anna.says("3")
    await bruno.says("Bruno alla prima")
    await anna.says("Anna alla terza")
    assert [("Bruno alla prima", "1.3", "1")] == await bruno.contributions()
    assert [("Anna alla terza", "1.3", "3")] == await anna.contributions()


async def test_the_next_strategy_takes_everybody_to_its_first_question(hall: Hall) -> None:
    anna, lara = await discussing(hall)
    await anna.says("3")
    await lara.says("/discuti 5.4")
    await anna.reads()
    await anna.says("Sulla nuova")
    assert [("Sulla nuova", "5.4", "1")] == await anna.contributions()


async def test_before_a_strategy_is_on_ideas_are_kept_and_questions_wait(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    await hall.at("10:30")
    await anna.reads()
    for typed in ("/domande", "avanti", "2"):
        (said,) = await anna.says(typed)
        assert "1.3" in said or "nessuna strategia è ancora in discussione" in said, typed
    (received,) = await anna.says("Un'idea intanto")
    assert "Contributo ricevuto" in received
    assert [("Un'idea intanto", None, None)] == await anna.contributions()


async def test_one_may_begin_before_the_facilitator(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("1.3 5.4")
    await hall.at("10:30")
    await anna.reads()
    await anna.says("altra strategia")
    (question,) = await anna.taps("5.4")
    assert "Domanda 1." in question
    await anna.says("Comincio io")
    assert [("Comincio io", "5.4", "1")] == await anna.contributions()


async def test_before_session_2_there_are_no_questions(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    for time in ("9:20", "10:12", "10:26"):
        await hall.at(time)
        await anna.reads()
        (said,) = await anna.says("/domande")
        assert "Le domande arrivano con la Sessione 2, in programma alle 10:30" in said, time


@pytest.mark.parametrize("data", ["q:6.1:1", "q:1.3:9", "q:9.9:9", "qs:6.1"])
async def test_a_forged_question_leads_nowhere(hall: Hall, data: str) -> None:
    anna, _ = await discussing(hall)
    assert await anna.sends_press(anna.screen().id, data)
    await anna.says("Ecco")
    assert [("Ecco", "1.3", "1")] == await anna.contributions()
    assert "errore nostro" not in anna.everything


# --- in the other phases --------------------------------------------------------------------------------


async def test_in_session_1_ideas_are_kept_too(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:12")
    await anna.reads()
    (received,) = await anna.says("Mancano i treni la sera")
    assert "Contributo ricevuto, Sessione 1" in received
    rows = await hall.rows("SELECT session, strategy, text FROM contributions")
    assert [(1, None, "Mancano i treni la sera")] == [(r["session"], r["strategy"], r["text"]) for r in rows]


@pytest.mark.parametrize(("time", "why"), [("9:20", "10:10"), ("12:12", "conclusa"), ("13:30", "conclusa")])
async def test_what_is_not_kept_is_said_not_to_be(hall: Hall, time: str, why: str) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at(time)
    await anna.reads()
    hall.clock.at += timedelta(seconds=1)
    (said,) = await anna.says("Mancano i treni la sera")
    assert "Il tuo messaggio non è stato registrato come contributo" in said
    assert why in said
    assert 0 == await hall.count("contributions")


async def test_thanks_at_the_end(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await hall.at("12:10")
    (thanks,) = await anna.reads()
    assert "Grazie per aver partecipato!" in thanks
    assert "12:20" in thanks
    assert "piano_strategico@cittametropolitana.torino.it" in thanks


# --- correcting, withdrawing ----------------------------------------------------------------------------


async def test_an_edited_message_edits_its_contribution(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await anna.says("Più trebi")
    message = anna.typed
    await anna.says("3")
    (edited,) = await anna.edits(message, "Più treni")
    assert "Contributo corretto" in edited
    assert "Domanda 1." in edited
    assert [("Più treni", "1.3", "1")] == await anna.contributions()
    assert 1 == await hall.count("contributions")


async def test_an_edit_is_no_new_act(hall: Hall) -> None:
    """Edited into a word that acts, or a code, it is still the contribution it was."""
    anna, _ = await discussing(hall)
    await anna.says("Più treni")
    message = anna.typed
    for text in ("salta", "5.4", "2", "/domande"):
        (edited,) = await anna.edits(message, text)
        assert "Contributo corretto" in edited
    await anna.says("E poi?")
    assert ("E poi?", "1.3", "1") == (await anna.contributions())[-1]


async def test_an_edit_of_what_was_no_contribution_changes_nothing(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    message = anna.typed
    (said,) = await anna.edits(message, "5.4")
    assert "non era un contributo: non è cambiato nulla" in said
    assert {"1.3": 1} == await anna.dots()
    await anna.edits(message, "Ora un'idea")
    assert [] == await anna.contributions()


async def test_an_edited_command_does_not_run_again(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    lara = await hall.facilitator("T6")
    await anna.says("/programma")
    (said,) = await anna.edits(anna.typed, "/cambia")
    assert "non era un contributo" in said
    await lara.says("/tavolo")
    await lara.edits(lara.typed, "/apri")
    assert "registration" == await hall.phase("T6")


async def test_who_is_not_registered_may_edit_what_they_like(hall: Hall) -> None:
    eve = hall.somebody("Eve")
    await eve.opens()
    await eve.edits(eve.typed, "ciao")
    assert 0 == await hall.count("people")


async def test_ones_own_list_and_withdrawing_by_button(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await anna.says("uno")
    await anna.says("avanti")
    await anna.says("due")
    (own,) = await anna.says("/contributi")
    assert "I tuoi contributi: 2" in own
    assert "1. uno" in own
    assert "2. due" in own
    (withdrawn,) = await anna.taps("Ritira 1")
    assert "Contributo ritirato" in withdrawn
    assert [("due", "1.3", "2")] == await anna.contributions()
    # It is kept, marked as withdrawn, and the other keeps its number.
    assert 2 == await hall.count("contributions")
    (own,) = await anna.says("/contributi")
    assert "I tuoi contributi: 1" in own
    assert "2. due" in own
    (again,) = await anna.sends_press(
        anna.screen("I tuoi contributi: 2").id, await withdraw_data(hall, "uno")
    )
    assert "Quel contributo non c'è, o l'avevi già ritirato" in again


async def test_withdrawing_by_typing(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await anna.says("uno")
    await anna.says("due")
    (withdrawn,) = await anna.says("ritira 2")
    assert "Contributo ritirato" in withdrawn
    assert [("uno", "1.3", "1")] == await anna.contributions()
    for typed in ("ritira 2", "ritira 9", "ritira 0"):
        (said,) = await anna.says(typed)
        assert "Quel contributo non c'è" in said


async def test_an_empty_list(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    (own,) = await anna.says("/contributi")
    assert "Non ci sono tuoi contributi" in own


async def test_nobody_withdraws_anothers_contribution(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    bruno = await hall.somebody("Bruno").registers("T6")
    await anna.says("di Anna")
    (said,) = await bruno.sends_press(bruno.screen().id, await withdraw_data(hall, "di Anna"))
    assert "Quel contributo non c'è" in said
    assert [("di Anna", "1.3", "1")] == await anna.contributions()


async def test_a_withdrawn_contribution_stays_withdrawn_when_its_message_is_edited(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await anna.says("uno")
    message = anna.typed
    await anna.says("ritira 1")
    (said,) = await anna.edits(message, "uno e mezzo")
    assert "Contributo corretto" not in said
    assert [] == await anna.contributions()


async def withdraw_data(hall: Hall, text: str) -> str:
    rows = await hall.rows("SELECT id FROM contributions WHERE text = $1", text)
    return f"w:{rows[0]['id']}"


# --- what is no text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("sticker", "Lo sticker non è stato registrato"),
        ("voice", "Il messaggio vocale non è stato conservato"),
        ("audio", "Il file audio non è stato conservato"),
        ("video", "Il video non è stato conservato"),
        ("video_note", "Il videomessaggio non è stato conservato"),
        ("animation", "L'animazione non è stata registrata"),
        ("location", "La posizione non è stata registrata"),
        ("venue", "Il luogo non è stato registrato"),
        ("contact", "Il contatto non è stato registrato"),
        ("dice", "Il lancio non è stato registrato"),
        ("poll", "Il sondaggio non è stato registrato"),
        ("photo", "La foto non è stata conservata"),
        ("document", "Il file non è stato conservato"),
    ],
)
async def test_what_has_no_text_is_told_what_to_do_instead(hall: Hall, kind: str, what: str) -> None:
    anna, _ = await discussing(hall)
    example = {"location": {"latitude": 44.9, "longitude": 7.3}, "title": "Stazione", "address": "Via Roma"}
    given: object = {"photo": png(), "document": b"12345", "venue": example}.get(kind, True)
    (said,) = await anna.shares(**{kind: given})
    assert said.startswith(what)
    spoken = kind in {"voice", "audio", "video_note"}
    instead = (
        "Scrivi in un messaggio quello che hai detto" if spoken else "Scrivi la tua idea in un messaggio"
    )
    assert instead in said
    assert [] == await anna.contributions()
    await anna.says("Più treni")
    assert [("Più treni", "1.3", "1")] == await anna.contributions()


async def test_what_telegram_may_bring_one_day_is_told_apart_from_nothing(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    (said,) = await anna.shares(story={"id": 1, "chat": {"id": 5, "type": "private"}})
    assert "Questo messaggio non è stato registrato: qui si raccolgono solo testi" in said


async def test_an_album_is_answered_once(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    (said,) = await anna.shares_album(png(), png(), png())
    assert "Foto e video dell'album non sono stati conservati" in said
    not_kept, received = await anna.shares_album(png(), png(), png(), caption="La stazione com'è oggi")
    assert "Il file che hai mandato non è stato conservato" in not_kept
    assert "Contributo ricevuto" in received
    assert [("La stazione com'è oggi", "1.3", "1")] == await anna.contributions()


async def test_a_caption_is_a_contribution(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    not_kept, received = await anna.shares(photo=png(), caption="La stazione com'è oggi")
    assert "Il file che hai mandato non è stato conservato" in not_kept
    assert "Contributo ricevuto" in received
    assert [("La stazione com'è oggi", "1.3", "1")] == await anna.contributions()


async def test_a_live_location_that_moves_is_not_answered_at_every_step(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    await anna.shares(location=True)
    message = next(m for m in reversed(anna.phone.messages) if not m.from_bot)
    for step in range(3):
        edited = {
            "message_id": message.id,
            "date": message.date,
            "edit_date": message.date + step + 1,
            "chat": anna.phone.json(),
            "from": anna.phone.user(),
            "location": {"latitude": 45.0 + step, "longitude": 7.0},
        }
        hall.telegram.world.queue("edited_message", edited)
    assert [] == await anna.reads()


async def test_telegrams_own_messages_about_the_chat_are_not_answered(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    for number, said in enumerate(
        ({"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},)
    ):
        service = {"message_id": 900_000 + number, "date": 1701770000, **said}
        hall.telegram.world.queue(
            "message", {**service, "chat": anna.phone.json(), "from": anna.phone.user()}
        )
    assert [] == await anna.reads()


# --- what does not come from a person's chat ------------------------------------------------------------

GROUP = {"id": -100777, "title": "Un gruppo", "type": "supergroup"}


@pytest.mark.parametrize(
    "text", ["/start T6", "/programma", "1.3", "ho letto", "/fase tutti chiusura", "/nota ciao", "Una frase"]
)
async def test_in_a_group_the_bot_is_silent(hall: Hall, text: str) -> None:
    anna, _ = await discussing(hall)
    calls = hall.telegram.calls_by_method["sendMessage"]
    entities = (
        [{"type": "bot_command", "offset": 0, "length": len(text.partition(" ")[0])}]
        if text[0] == "/"
        else []
    )
    message = {"message_id": 5, "date": 1701770000, "chat": GROUP, "from": anna.phone.user(), "text": text}
    for kind in ("message", "edited_message"):
        hall.telegram.world.queue(kind, {**message, "entities": entities})
    await hall.quiet()
    assert calls == hall.telegram.calls_by_method["sendMessage"]
    assert [] == await anna.contributions()


async def test_a_press_in_a_group_is_answered_there_and_harmless(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    query = {
        "id": "77",
        "from": anna.phone.user(),
        "chat_instance": "1",
        "data": "junk",
        "message": {"message_id": 5, "date": 1701770000, "chat": GROUP, "text": "?"},
    }
    hall.telegram.world.queue("callback_query", query)
    assert [] == await anna.reads()


async def test_the_regias_channel_commands_nothing(hall: Hall) -> None:
    await discussing(hall)
    channel = hall.telegram.channel(-1001234567890)
    channel.post("/fase tutti chiusura")
    channel.remove_bot()
    channel.restore_bot()
    await hall.quiet()
    assert "session2" == await hall.phase("T6")


async def test_being_added_to_a_group_changes_nothing_for_who_did_it(hall: Hall) -> None:
    anna, _ = await discussing(hall)
    member = {"user": {"id": 123456, "is_bot": True, "first_name": "Bollini"}}
    hall.telegram.world.queue(
        "my_chat_member",
        {
            "chat": GROUP,
            "from": anna.phone.user(),
            "date": 1701770000,
            "old_chat_member": {**member, "status": "member"},
            "new_chat_member": {**member, "status": "left"},
        },
    )
    await hall.quiet()
    assert 0 == await hall.count("people", "unreachable_since IS NOT NULL")


# --- nothing of the person goes with it -----------------------------------------------------------------


async def test_no_name_is_kept_anywhere(hall: Hall) -> None:
    maria = hall.somebody("Mariangela")
    await maria.registers("T6")
    await hall.at("10:12")
    await maria.says("Mancano i treni")
    folder = hall.settings.database.parent
    kept = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in folder.iterdir()))
    assert b"Mancano i treni" in kept
    assert b"mariangela" not in kept.lower()
