"""Roles in the bot: links made and revoked, who has which, assistants, venue leads, menus."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from participation import invitations
from participation.notices import Role
from rehearsal.telegram import Fault
from tests.support.hall import eventually

if TYPE_CHECKING:
    from tests.support.hall import Hall, Somebody


def link_in(said: str) -> str:
    """The payload of the link in a message."""
    found = re.search(r"\?start=(i-[0-9a-f]{24})\b", said)
    assert found is not None, said
    return found[1]


async def gets_link(regia: Somebody, typed: str) -> str:
    """Somebody makes a link, by typing, and confirms; its payload."""
    (asked,) = await regia.says(typed)
    assert "Creo un link personale" in asked
    (made,) = await regia.says("conferma")
    return link_in(made)


async def takes(hall: Hall, payload: str, name: str = "Ugo") -> Somebody:
    """Somebody new opens a link and reads the notice."""
    who = hall.somebody(name)
    await who.opens(payload)
    await who.taps("Ho letto")
    return who


async def with_venue(hall: Hall, venue: str, name: str = "Elena") -> Somebody:
    """The lead of a venue."""
    payload = await invitations.invite(
        hall.database,
        Role.VENUE_LEAD,
        None,
        f"venue-{venue}-{name}",
        hall.clock.now(),
        hall.clock.now() + timedelta(hours=5),
        venue=venue,
    )
    return await takes(hall, payload, name)


def menus_of(hall: Hall, who: Somebody) -> list[dict[str, Any]]:
    """Every menu that was set in this person's chat, in order."""
    return [
        params
        for params in hall.called("setMyCommands")
        if (params.get("scope") or {}).get("chat_id") == who.phone.id
    ]


def commands_of(menu: dict[str, Any]) -> list[str]:
    return [each["command"] for each in menu["commands"]]


# --- links ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "who", "then"),
    [
        ("/link facilitatore T5", "chi facilita il tavolo T5", "Ora faciliti il tavolo"),
        ("/link T5 facilitatrice", "chi facilita il tavolo T5", "Ora faciliti il tavolo"),
        ("/link ASSISTENTE t5", "chi assiste al tavolo T5", "Ora assisti al tavolo"),
        ("/link sede torino", "chi è responsabile della sede Torino", "Ora la sede Torino"),
        (
            "/link responsabile di sede Pinerolo",
            "chi è responsabile della sede Pinerolo",
            "Ora la sede Pinerolo",
        ),
        ("/link regia", "una persona della regia", "Ora fai parte della regia"),
    ],
)
async def test_the_regia_makes_a_link_for_any_role_by_typing(
    hall: Hall, typed: str, who: str, then: str
) -> None:
    vittoria = await hall.regia()
    before = await hall.count("invites")
    (asked,) = await vittoria.says(typed)
    assert f"Creo un link personale per {who}" in asked
    assert "Scadenza: 5 dicembre 2023, ore 13:00." in asked
    # Nothing is made before it is confirmed.
    assert before == await hall.count("invites")
    (made,) = await vittoria.says("conferma")
    assert f"per {who}" in made
    payload = link_in(made)
    assert f"https://t.me/{hall.bot.application.bot.username}?start={payload}" in made
    ugo = hall.somebody("Ugo")
    await ugo.opens(payload)
    (granted,) = await ugo.taps("Ho letto")
    assert then in granted


async def test_the_regia_makes_a_link_with_buttons_alone(hall: Hall) -> None:
    vittoria = await hall.regia()
    await vittoria.says("/link")
    (place,) = await vittoria.taps("T5")
    assert place.startswith("T5 ")
    assert "Nessun ruolo e nessun link." in place
    (asked,) = await vittoria.taps("Nuovo link: chi assiste")
    assert "chi assiste al tavolo T5" in asked
    (made,) = await vittoria.taps("Crea il link")
    ugo = await takes(hall, link_in(made))
    assert "/nota" in ugo.everything
    assert "/apri" not in ugo.everything


async def test_saying_no_makes_no_link(hall: Hall) -> None:
    vittoria = await hall.regia()
    await vittoria.says("/link facilitatore T5")
    (no,) = await vittoria.taps("Annulla")
    assert "non è cambiato nulla" in no.casefold()
    assert 1 == await hall.count("invites")


async def test_the_secret_rests_nowhere(hall: Hall) -> None:
    vittoria = await hall.regia()
    payload = await gets_link(vittoria, "/link facilitatore T5")
    names = await hall.rows(
        "SELECT m.name AS home, c.name AS part FROM sqlite_schema m, pragma_table_info(m.name) c"
        " WHERE m.type = 'table'"
    )
    assert len(names) > 100
    for name in names:
        secret = payload.removeprefix("i-")
        found = await hall.count(name["home"], f"instr({name['part']}, '{secret}')")
        assert 0 == found, name["home"]


async def test_a_second_yes_says_that_the_link_is_shown_once(hall: Hall) -> None:
    vittoria = await hall.regia()
    await vittoria.says("/link facilitatore T5")
    question = vittoria.screen("Creo un link")
    await vittoria.taps("Crea il link", question)
    (again,) = await vittoria.taps("Crea il link", question)
    assert "Il link L2" in again
    assert "si mostra una volta sola" in again
    assert 2 == await hall.count("invites")


async def test_a_link_that_telegram_does_not_take_is_not_written_down(hall: Hall) -> None:
    """What cannot be said at once waits in the outbox; a secret does not."""
    vittoria = await hall.regia()
    await vittoria.says("/link facilitatore T5")
    hall.breaks("sendMessage", Fault(status=500))
    said = await vittoria.says("conferma")
    assert "si mostra una volta sola" in said[-1]
    assert 0 == await hall.count("outbox", "content LIKE '%i-%' AND content LIKE '%payload%'")


@pytest.mark.parametrize(
    ("typed", "misread"),
    [
        ("/link", ""),
        ("/link facilitatore", ""),
        ("/link facilitatore T99", "«t99»"),
        ("/link facilitattore T5", "facilitatore"),
        ("/link sede milano", "«milano»"),
        ("/link regia T5", "«t5»"),
        ("/link <b>T5", "«<b>t5»"),
    ],
)
async def test_a_link_that_cannot_be_read_is_not_made(hall: Hall, typed: str, misread: str) -> None:
    vittoria = await hall.regia()
    (said,) = await vittoria.says(typed)
    assert misread in said.casefold()
    assert "/link facilitatore T1" in said
    assert 1 == await hall.count("invites")


@pytest.mark.parametrize(
    "data",
    ["rl:facilitator:r", "rl:regia:t.T5", "rl:owner:t.T5", "rl:facilitator:t.T99", "rl:venue_lead:v.99"],
)
async def test_a_forged_button_makes_no_link(hall: Hall, data: str) -> None:
    vittoria = await hall.regia()
    said = await vittoria.sends_press(vittoria.screen("regia").id, data)
    assert said
    assert 1 == await hall.count("invites")
    assert 0 == await hall.count("asked")


async def test_who_facilitates_makes_a_link_for_an_assistant_of_their_own_table(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (asked,) = await lara.says("/link")
    assert "chi assiste al tavolo T6 Pinerolo" in asked
    (made,) = await lara.says("conferma")
    ugo = await takes(hall, link_in(made))
    assert "Ora assisti al tavolo di Pinerolo" in ugo.everything


@pytest.mark.parametrize("typed", ["/link facilitatore T6", "/link assistente T5", "/link regia", "/link T5"])
async def test_who_facilitates_makes_no_other_link(hall: Hall, typed: str) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.says(typed)
    assert "riservato" in said
    assert 1 == await hall.count("invites")


async def test_a_question_is_no_right(hall: Hall) -> None:
    """Rights are asked again when it is confirmed: the role was revoked meanwhile."""
    vittoria, lara = await hall.regia(), await hall.facilitator("T6")
    await lara.says("/link")
    await vittoria.says("/revoca R2")
    await vittoria.says("conferma")
    *_, refused = await lara.taps("Crea il link", lara.screen("Creo un link"))
    assert "riservato" in refused
    assert 2 == await hall.count("invites")


# --- the list, and revoking -----------------------------------------------------------------------------


async def test_the_list_says_who_has_which_role_and_which_links_wait(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara = await hall.facilitator("T6")
    await gets_link(vittoria, "/link assistente T6")
    (listed,) = await vittoria.says("/ruoli")
    assert "R1: regia (P1)" in listed
    assert "T6 Pinerolo\nR2: chi facilita (P2)\nLink che aspetta: L3" in listed
    assert "T5 " in listed
    (place,) = await vittoria.says("/ruoli t6")
    assert re.search(r"R2: chi facilita, P2, dalle \d\d:\d\d, con il link L2\.", place)
    assert "L3: link per il ruolo «chi assiste», creato alle" in place
    assert "dalla regia" in place
    assert "P2 ha usato il link L2" in place
    # No name of anybody, and no id of Telegram's.
    for text in (listed, place):
        assert "Lara" not in text
        assert str(lara.phone.id) not in text


async def test_an_unauthorised_list_is_one_polite_line(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody("Anna").registers("T6")
    for command in ("/ruoli", "/revoca R1", "/sposta P1 T5"):
        for who in (lara, anna):
            (said,) = await who.says(command)
            assert f"Il comando {command.split()[0]} è riservato alla regia." in said
    (said,) = await anna.says("/link")
    assert "Il comando /link è riservato" in said
    for data in ("rs:t.T6", "rr:R1", "pp:T6:", "pm:1:T5:4", "rl:regia:r"):
        (said,) = await anna.sends_press(anna.screen().id if anna.phone.messages else 1, data)
        assert "riservato" in said
    assert 0 == await hall.count("asked")


async def test_a_role_is_revoked_and_everything_of_it_ends_at_once(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara = await hall.facilitator("T6")
    await lara.says("/tavolo")
    board = lara.screen("T6 Pinerolo")
    (asked,) = await vittoria.says("/revoca R2")
    assert "Revoco il ruolo R2 di P2, chi facilita il tavolo T6 Pinerolo" in asked
    assert "Dopo, nessun'altra persona avrà questo ruolo." in asked
    assert 2 == await hall.count("roles")
    (done,) = await vittoria.taps("Revoca", vittoria.screen("Revoco il ruolo"))
    assert "Fatto: il ruolo R2 di P2" in done
    (told,) = await lara.reads()
    assert "Il tuo ruolo (chi facilita il tavolo T6 Pinerolo) è stato revocato dalla regia." in told
    (refused,) = await lara.says("/apri")
    assert "riservato" in refused
    (refused,) = await lara.taps("Apri", board)
    assert "riservato" in refused
    assert "registration" == await hall.phase("T6")
    # The dashboard is nobody's to edit any more.
    edits = len(hall.called("editMessageText"))
    await hall.somebody("Anna").registers("T6")
    assert edits == len(hall.called("editMessageText"))
    rows = await hall.rows(
        "SELECT act, by_role, by_person, person_id FROM role_trace ORDER BY id DESC LIMIT 1"
    )
    assert [("role_revoked", "regia", 1, 2)] == [tuple(row[n] for n in range(4)) for row in rows]


async def test_the_second_of_two_who_revoke_hears_who_did_it_and_when(hall: Hall) -> None:
    vittoria, ugo = await hall.regia(), await hall.regia("Ugo")
    await hall.facilitator("T6")
    await hall.at("9:20")
    for who in (vittoria, ugo):
        await who.says("/revoca R3")
    await vittoria.says("conferma")
    (said,) = await ugo.says("conferma")
    assert "R3 è già revocato: è stato fatto alle 09:20 dalla regia." in said
    (said,) = await ugo.says("/revoca R3")
    assert "R3 è già revocato" in said


async def test_a_link_is_revoked_and_opens_nothing(hall: Hall) -> None:
    vittoria = await hall.regia()
    payload = await gets_link(vittoria, "/link facilitatore T6")
    await vittoria.says("/ruoli T6")
    (asked,) = await vittoria.taps("Revoca L2")
    assert "Revoco il link L2, per chi facilita il tavolo T6 Pinerolo?" in asked
    (done,) = await vittoria.taps("Revoca", vittoria.screen("Revoco il link"))
    assert "Fatto: il link L2" in done
    eve = hall.somebody("Eve")
    await eve.opens(payload)
    (refused,) = await eve.taps("Ho letto")
    assert "è stato revocato" in refused
    assert 1 == await hall.count("roles")
    assert "L2" not in (await vittoria.says("/ruoli"))[0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/revoca", "Ruoli e link"),
        ("/revoca Lara", "«Lara» non è il numero di un ruolo né di un link"),
        ("/revoca R99", "Il ruolo R99 non esiste"),
        ("/revoca L99", "Il link L99 non esiste"),
        ("/revoca l2", "Il link L2 è già stato usato"),
        ("/revoca L3", "Il link L3 è già scaduto"),
    ],
)
async def test_what_cannot_be_revoked_is_said(hall: Hall, typed: str, said: str) -> None:
    vittoria = await hall.regia()
    await hall.facilitator("T6")
    await hall.invites(Role.REGIA, None, "late", hall.clock.now() + timedelta(seconds=1))
    await hall.at("9:30")
    await vittoria.reads()
    (answer, *_) = await vittoria.says(typed)
    assert said in answer
    assert 2 == await hall.count("roles")


async def test_one_may_lose_one_role_and_keep_another(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara = await hall.facilitator("T6")
    await lara.opens(await hall.invites(Role.ASSISTANT, "T6", "helps"))
    await vittoria.says("/revoca R2")
    await vittoria.says("conferma")
    await lara.reads()
    assert "riservato" in (await lara.says("/apri"))[0]
    assert "Nota" in (await lara.says("/nota Servono più treni"))[0]
    assert 1 == await hall.count("contributions")


async def test_who_loses_the_role_in_the_middle_of_sheets_enters_none(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara = await hall.facilitator("T6")
    await hall.at("10:10")
    await lara.says("/carta 12: 1.3 2.1")
    await vittoria.reads()
    await vittoria.says("/revoca R2")
    await vittoria.says("conferma")
    await lara.reads()
    await lara.taps("Confermo", lara.screen("12"))
    assert 0 == await hall.count("sheets")


# --- assistants -----------------------------------------------------------------------------------------


async def assistant(hall: Hall, table: str = "T6", name: str = "Ugo") -> Somebody:
    return await takes(hall, await hall.invites(Role.ASSISTANT, table, f"assists-{name}"), name)


async def test_an_assistant_takes_notes_and_enters_paper(hall: Hall) -> None:
    ugo = await assistant(hall)
    await hall.at("10:10")
    await ugo.says("/nota Servono più treni")
    await ugo.says("/presenti 18")
    await ugo.says("/carta 12: 1.3 2.1")
    (entered,) = await ugo.says("conferma")
    assert "T6 Pinerolo" in entered
    assert [1, 1] == [await hall.count("sheets"), await hall.count("contributions")]
    (shown,) = await ugo.says("/schede 12")
    assert "chi assiste" in shown


@pytest.mark.parametrize(
    "command", ["/tavolo", "/apri", "/chiudi", "/prolunga 5", "/priorita conferma", "/discuti 1.3", "/link"]
)
async def test_an_assistant_has_no_powers_over_the_table(hall: Hall, command: str) -> None:
    ugo = await assistant(hall)
    (said,) = await ugo.says(command)
    assert f"Il comando {command.split(maxsplit=1)[0]} è riservato a chi facilita un tavolo." in said
    assert "registration" == await hall.phase("T6")


@pytest.mark.parametrize("data", ["m:T6:session1", "k:T6:1.3:0", "ok:T6", "on:T6:1.3", "rl:facilitator:t.T6"])
async def test_a_facilitators_button_in_an_assistants_hands(hall: Hall, data: str) -> None:
    ugo = await assistant(hall)
    (said,) = await ugo.sends_press(1, data)
    assert "riservato" in said
    assert "registration" == await hall.phase("T6")


async def test_an_assistant_is_asked_for_the_sheets_and_hears_the_priorities(hall: Hall) -> None:
    lara, ugo = await hall.facilitator("T6"), await assistant(hall)
    anna = await hall.somebody("Anna").registers("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    await hall.at("10:25")
    said = "\n".join(await ugo.reads())
    assert "quante schede di carta sono state consegnate" in said
    # The proposal is for who confirms it.
    assert "1.3" not in said
    (told,) = await ugo.says("0")
    assert "T6" in told
    await lara.says("/priorita conferma")
    assert "1.3 Riconoscere" in "\n".join(await ugo.reads())


async def test_the_second_who_says_the_sheets_hears_who_did_and_when(hall: Hall) -> None:
    lara, ugo = await hall.facilitator("T6"), await assistant(hall)
    await hall.at("10:25")
    for who in (lara, ugo):
        await who.reads()
    await ugo.says("/consegnate 3")
    await hall.at("10:27")
    (said,) = await lara.says("/consegnate 3")
    assert "Era già segnato" in said
    assert "È stato fatto alle 10:25 da chi assiste al tavolo." in said


async def test_a_sheet_entered_by_both_is_entered_once_and_the_second_hears_by_whom(hall: Hall) -> None:
    lara, ugo = await hall.facilitator("T6"), await assistant(hall)
    await hall.at("10:10")
    await ugo.says("/carta 12: 1.3 2.1")
    await ugo.says("conferma")
    (said,) = await lara.says("/carta 12: 1.3 2.1")
    assert "la scheda 12 è già inserita a questo tavolo, alle 10:10 da chi assiste al tavolo" in said
    assert 1 == await hall.count("sheets")


# --- venue leads ----------------------------------------------------------------------------------------


async def test_a_venue_lead_may_at_each_table_of_the_venue_what_a_facilitator_may(hall: Hall) -> None:
    elena = await with_venue(hall, "torino")
    assert "Ora la sede" in elena.everything
    here = [table.code for table in hall.event.tables if table.venue == "torino"]
    assert len(here) > 1
    for table in here:
        await elena.says(f"/apri {table}")
        assert "session1" == await hall.phase(table)
    (refused,) = await elena.says("/apri T6")
    assert "riservato" in refused
    rows = await hall.rows("SELECT DISTINCT mover FROM phase_history")
    assert ["venue_lead"] == [row["mover"] for row in rows]


async def test_a_venue_lead_with_several_tables_is_asked_which_and_nothing_is_done(hall: Hall) -> None:
    elena = await with_venue(hall, "torino")
    for command in ("/apri", "/tavolo", "/nota Fa freddo", "/presenti 18"):
        (asked,) = await elena.says(command)
        assert "Per quale tavolo?" in asked, command
    assert 0 == await hall.count("phase_history")
    assert 0 == await hall.count("contributions")


async def test_a_venue_lead_with_one_table_need_not_name_it(hall: Hall) -> None:
    elena = await with_venue(hall, "pinerolo")
    await elena.says("/apri")
    assert "session1" == await hall.phase("T6")


async def test_who_comes_second_hears_that_the_venue_lead_opened_it(hall: Hall) -> None:
    elena, lara = await with_venue(hall, "pinerolo"), await hall.facilitator("T6")
    await hall.at("9:50")
    await elena.says("/apri")
    (said,) = await lara.says("/apri")
    assert "era già in corso" in said
    assert "chi è responsabile della sede" in said
    assert "09:50" in said


async def test_a_venue_lead_makes_links_for_assistants_of_the_venue_alone(hall: Hall) -> None:
    elena = await with_venue(hall, "torino")
    payload = await gets_link(elena, "/link assistente T2")
    await takes(hall, payload)
    rows = await hall.rows("SELECT table_code FROM roles WHERE role = 'assistant'")
    assert ["T2"] == [row["table_code"] for row in rows]
    (refused,) = await elena.says("/link assistente T6")
    assert "riservato" in refused


async def test_a_venue_lead_hears_what_the_facilitators_hear(hall: Hall) -> None:
    elena = await with_venue(hall, "pinerolo")
    anna = await hall.somebody("Anna").registers("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    await hall.at("10:25")
    assert "votazione chiusa" in "\n".join(await elena.reads())
    await elena.says("/priorita conferma")
    assert "1.3 Riconoscere" in (await anna.reads())[-1]


# --- taken already --------------------------------------------------------------------------------------


async def test_the_second_who_confirms_the_priorities_hears_who_did_and_when(hall: Hall) -> None:
    lara, elena = await hall.facilitator("T6"), await with_venue(hall, "pinerolo")
    anna = await hall.somebody("Anna").registers("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    await hall.at("10:25")
    await elena.says("/priorita conferma")
    await lara.reads()
    (said, *_) = await lara.says("/priorita conferma")
    assert "le priorità sono già decise" in said
    assert "È stato fatto alle 10:25 da chi è responsabile della sede." in said


async def test_the_second_who_puts_a_strategy_on_hears_who_did_and_nobody_is_asked_twice(hall: Hall) -> None:
    lara, bruno = await hall.facilitator("T6"), await hall.facilitator("T6", "Bruno")
    anna = await hall.somebody("Anna").registers("T6")
    await hall.at("10:10")
    await anna.says("1.3")
    await hall.at("10:31")
    await lara.says("/discuti 1.3")
    await bruno.reads()
    await anna.reads()
    (said,) = await bruno.says("/discuti 1.3")
    assert "è già in discussione, è stata scelta alle 10:31 da chi facilita" in said
    assert [] == await anna.reads()


# --- menus ----------------------------------------------------------------------------------------------


async def test_the_menu_of_a_role_comes_with_it_and_goes_with_it(hall: Hall) -> None:
    vittoria = await hall.regia()
    ugo = await assistant(hall)
    (menu,) = menus_of(hall, ugo)
    shared = ["carta", "schede", "consegnate", "presenti", "note", "raccolta", "sintesi"]
    assert ["nota", *shared, "start"] == commands_of(menu)[:9]
    assert {"ruoli", "link", "revoca", "sposta"} <= set(commands_of(menus_of(hall, vittoria)[-1]))
    await vittoria.says("/revoca R2")
    await vittoria.says("conferma")
    assert [{"type": "chat", "chat_id": ugo.phone.id}] == [
        params["scope"] for params in hall.called("deleteMyCommands")
    ]


async def test_the_menu_speaks_the_language_that_was_chosen(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody("Anna").registers("T6")
    assert [] == menus_of(hall, anna)
    for who in (lara, anna):
        await who.says("/lingua en")
    for who in (lara, anna):
        words = {each["command"]: each["description"] for each in menus_of(hall, who)[-1]["commands"]}
        assert "choose the language" == words["lingua"]
        assert (who is lara) is ("tavolo" in words)
        assert "language_code" not in menus_of(hall, who)[-1]


async def test_a_menu_is_not_set_again_by_what_changes_nothing(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    before = len(hall.called("setMyCommands"))
    await lara.says("/tavolo")
    await lara.says("/aiuto")
    await lara.opens(await hall.invites(Role.FACILITATOR, "T6", "again"))
    await lara.opens(await hall.invites(Role.FACILITATOR, "T5", "another"))
    assert before == len(hall.called("setMyCommands"))


async def test_a_menu_that_telegram_does_not_take_is_set_later(hall: Hall) -> None:
    lara = await hall.somebody("Lara").registers("T6")
    payload = await hall.invites(Role.FACILITATOR, "T6")
    hall.breaks("setMyCommands", Fault(status=500), times=3)
    (granted,) = await lara.opens(payload)
    assert "Ora faciliti il tavolo di Pinerolo" in granted
    (menu,) = menus_of(hall, lara)
    assert "tavolo" in commands_of(menu)


async def test_a_menu_waits_for_who_is_away_and_outlives_a_restart(hall: Hall) -> None:
    vittoria = await hall.regia()
    lara = await hall.facilitator("T6")
    lara.phone.block()
    await hall.quiet()
    await vittoria.says("/revoca R2")
    await vittoria.says("conferma")
    assert [] == hall.called("deleteMyCommands")
    await hall.stops()
    hall.starts()
    await hall.quiet()
    assert [] == hall.called("deleteMyCommands")
    lara.phone.unblock()
    await lara.reads()
    assert 1 == len(hall.called("deleteMyCommands"))


async def test_a_menu_that_telegram_refuses_for_good_is_not_tried_for_ever(hall: Hall) -> None:
    lara = await hall.somebody("Lara").registers("T6")
    payload = await hall.invites(Role.FACILITATOR, "T6")
    hall.breaks("setMyCommands", Fault(status=400, description="Bad Request: BOT_COMMAND_INVALID"))
    await lara.opens(payload)
    assert [] == menus_of(hall, lara)
    assert 1 == hall.telegram.errors[400]
    assert 0 == await hall.count("menus", "wanted_version > set_version")


async def test_a_menu_of_somebody_out_of_reach_waits_until_they_are_back(hall: Hall) -> None:
    lara = await hall.somebody("Lara").registers("T6")
    payload = await hall.invites(Role.FACILITATOR, "T6")
    hall.breaks("setMyCommands", Fault(status=403, description="Forbidden: bot was blocked by the user"))
    await lara.opens(payload)
    assert [] == menus_of(hall, lara)
    await lara.says("/tavolo")
    (menu,) = menus_of(hall, lara)
    assert "tavolo" in commands_of(menu)


async def test_everybodys_menu_is_set_in_each_language_however_often_it_fails(hall: Hall) -> None:
    def of_everybody() -> list[str | None]:
        return [
            params.get("language_code") for params in hall.called("setMyCommands") if not params.get("scope")
        ]

    await eventually(lambda: {None, "en"} == set(of_everybody()))
    await hall.stops()
    before = len(of_everybody())
    hall.breaks("setMyCommands", Fault(status=502), times=4)
    hall.starts()
    await eventually(lambda: before + 2 == len(of_everybody()))
