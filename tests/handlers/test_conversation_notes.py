"""The table's notes: photos and voice messages, what is said of them, the list; and all that can go wrong."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import stat
from typing import TYPE_CHECKING, Any

import pytest

from participation.notices import Role
from rehearsal.telegram import Fault
from rehearsal.telegram.examples import SOUNDS
from rehearsal.telegram.files import Upload
from storage import files
from storage import notes as stored_notes
from tests.rehearsal.local_telegram import png
from tests.support.hall import Hall, Somebody, eventually
from tests.support.pictures import SECRET, opened, photographed, written_into

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Row

MB = 2**20


async def also_facilitates(hall: Hall, who: Somebody, table: str) -> None:
    await who.opens(await hall.invites(Role.FACILITATOR, table, f"also-{table}"))


def folder(hall: Hall) -> Path:
    return files.beside(hall.settings.database)


def kept(hall: Hall) -> dict[str, bytes]:
    """What is in the folder beside the database."""
    return {path.name: path.read_bytes() for path in folder(hall).glob("*")}


async def notes(hall: Hall) -> list[tuple[Any, ...]]:
    rows = await hall.rows(
        "SELECT n.table_code, n.number, n.kind, n.session, c.text, n.withdrawn_at IS NOT NULL AS gone"
        " FROM notes n LEFT JOIN contributions c ON c.id = n.text_id ORDER BY n.table_code, n.number"
    )
    return [
        (row["table_code"], row["number"], row["kind"], row["session"], row["text"], bool(row["gone"]))
        for row in rows
    ]


async def trace(hall: Hall) -> list[Row]:
    return list(await hall.rows("SELECT act, role, before, after FROM note_trace ORDER BY id"))


async def voices(hall: Hall) -> list[str]:
    """What stands of what the table says."""
    rows = await hall.rows(
        "SELECT text FROM contributions WHERE source = 'table' AND withdrawn_at IS NULL"
        " ORDER BY received_at, id"
    )
    return [row["text"] for row in rows]


# --- photos ---------------------------------------------------------------------------------------------


async def test_a_photo_of_a_flip_chart_is_kept_for_the_table_and_said_to_be(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.shares(photo=png(200, 100), caption="Il cartellone dell'asse 3")
    assert "Nota 1 del tavolo T6 Pinerolo, Sessione 1" in said
    assert "Foto conservata" in said
    assert "Didascalia: Il cartellone dell'asse 3" in said
    digest = hashlib.sha256(png(200, 100)).hexdigest()
    assert {f"{digest}.png": png(200, 100)} == kept(hall)
    assert ["Il cartellone dell'asse 3"] == await voices(hall)
    # Nobody else on the machine can look into it.
    assert 0o700 == stat.S_IMODE(folder(hall).stat().st_mode)
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in folder(hall).glob("*")}


async def test_a_photo_in_session_2_is_about_the_strategy_that_is_on(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    anna = await hall.somebody().registers("T6")
    await hall.at("10:12")
    await anna.says("1.3")
    await hall.at("10:30")
    await lara.says("/discuti 1.3")
    await lara.reads()
    (said,) = await lara.shares(photo=png(), caption="Idee")
    assert "Sessione 2" in said
    assert "Strategia 1.3" in said
    rows = await hall.rows("SELECT session, strategy FROM contributions")
    assert [(2, "1.3")] == [(row["session"], row["strategy"]) for row in rows]


async def test_an_album_is_one_note_and_one_message(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    pictures = [png(shade=shade) for shade in (1, 2, 3)]
    (said,) = await lara.shares_album(*pictures, caption="Tre cartelloni")
    assert "3 foto conservate" in lara.screen("Nota 1").shown
    assert "Tre cartelloni" in said
    assert set(pictures) == set(kept(hall).values())
    assert [("T6", 1, "photo", 1, None, False)] == await notes(hall)
    (listed,) = await lara.says("/note")
    assert "1. Ore 09:15: 3 foto, «Tre cartelloni»" in listed


async def test_of_a_picture_sent_as_a_file_nothing_is_kept_but_the_picture(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    for kind in ("JPEG", "PNG", "WEBP"):
        picture = photographed(kind)
        assert SECRET in picture
        (said,) = await lara.shares(document=(f"IMG_Lara.{kind.lower()}", picture), caption="Cartellone")
        assert "Foto conservata" in said
    found = kept(hall)
    assert {"jpg", "png", "webp"} == {name.partition(".")[2] for name in found}
    for name, data in found.items():
        assert SECRET not in data
        assert b"GPS" not in data
        assert set() == written_into(data)
        shown = opened(data)
        # The same picture, the same side up: a JPEG says which it is, the others are turned.
        up = shown.getexif().get(0x0112)
        assert (shown.size, up) in {((60, 40), 6), ((40, 60), None)}, name


async def test_what_the_person_calls_a_file_is_kept_nowhere(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(document=("../../Mariangela Rossi.jpg", photographed()))
    (name,) = kept(hall)
    assert name == f"{hashlib.sha256(kept(hall)[name]).hexdigest()}.jpg"
    database = await asyncio.to_thread(
        lambda: b"".join(
            path.read_bytes() for path in hall.settings.database.parent.glob("event.db*") if path.is_file()
        )
    )
    assert b"Mariangela" not in database


async def test_the_caption_is_corrected_and_taken_away(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(photo=png(), caption="Più trebi")
    photo = lara.typed
    (said,) = await lara.edits_caption(photo, "Più treni")
    assert "Didascalia corretta nella nota 1" in said
    assert "Didascalia: Più treni" in lara.screen("Nota 1 del tavolo").shown
    assert ["Più treni"] == await voices(hall)
    (said,) = await lara.edits_caption(photo, "")
    assert "Didascalia tolta" in said
    assert [] == await voices(hall)
    assert "Didascalia" not in lara.screen("Nota 1 del tavolo").shown
    await lara.edits_caption(photo, "Più treni")
    assert ["Più treni"] == await voices(hall)
    assert "Didascalia: Più treni" in lara.screen("Nota 1 del tavolo").shown
    assert ["received", "edited", "edited", "edited"] == [row["act"] for row in await trace(hall)]


async def test_a_caption_that_was_taken_away_does_not_come_back_with_the_note(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(photo=png(), caption="Il nome di una persona")
    await lara.edits_caption(lara.typed, "")
    await lara.says("/note ritira 1")
    await lara.says("/note rimetti 1")
    assert [] == await voices(hall)
    assert "Didascalia" not in lara.screen("Nota 1 del tavolo").shown


async def test_a_photo_put_in_the_place_of_another_is_refused_in_a_sentence(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(photo=png(), caption="Primo")
    (stays, edited) = await lara.edits_caption(lara.typed, "Secondo", png(shade=3))
    assert "conserva il file che hai mandato per primo" in stays
    assert "Didascalia corretta" in edited
    assert [png()] == list(kept(hall).values())


# --- voice messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["voice", "audio", "video_note"])
async def test_what_is_spoken_is_kept_and_waits_to_be_transcribed(hall: Hall, kind: Any) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.shares(**{kind: True})
    assert "Audio conservato" in said
    assert "Da trascrivere: rispondi a questo messaggio" in said
    assert [SOUNDS[kind][1]] == list(kept(hall).values())
    (listed,) = await lara.says("/note")
    assert "Da trascrivere: 1 messaggio vocale" in listed
    assert "da trascrivere" in listed
    assert [("T6", 1, "voice", 1, None, False)] == await notes(hall)


async def test_a_sound_sent_as_a_file_is_one_too(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.shares(document=("Registrazione.mp3", SOUNDS["audio"][1]))
    assert "Audio conservato" in said


async def test_a_reply_transcribes_and_its_edit_corrects(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(voice=True, caption="Intervento di un sindaco")
    (said,) = await lara.replies("Si parla di trebi", lara.typed)
    assert "Trascrizione registrata per la nota 1" in said
    assert "Trascrizione: Si parla di trebi" in lara.screen("Nota 1 del tavolo").shown
    await lara.edits(lara.typed, "Si parla di treni")
    assert "Trascrizione: Si parla di treni" in lara.screen("Nota 1 del tavolo").shown
    (listed,) = await lara.says("/note")
    assert "da trascrivere" not in listed.casefold()
    assert "«Si parla di treni»" in listed
    # Its caption is no transcription, and stands beside it.
    assert ["Intervento di un sindaco", "Si parla di treni"] == sorted(await voices(hall))


async def test_a_reply_to_the_bots_own_message_transcribes_too(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(voice=True)
    (said,) = await lara.replies("Più treni", lara.screen("Nota 1 del tavolo").id)
    assert "Trascrizione registrata" in said
    (said,) = await lara.replies("Più treni la sera", lara.screen("Nota 1 del tavolo").id)
    assert "Testo sostituito" in said
    assert ["Più treni la sera"] == await voices(hall)
    last = (await trace(hall))[-1]
    assert ("transcribed", "facilitator") == (last["act"], last["role"])
    assert ("Più treni", "Più treni la sera") == (last["before"], last["after"])


async def test_it_can_be_typed_as_a_command(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(voice=True)
    (said,) = await lara.says("/note 1: Più trebi")
    assert "Trascrizione registrata" in said
    await lara.edits(lara.typed, "/note 1: Più treni")
    assert ["Più treni"] == await voices(hall)
    await lara.shares(voice=True)
    voice = lara.typed
    lara.phone.say("/nota Anche autobus", reply_to=voice)
    (said,) = await lara.reads()
    assert "Trascrizione registrata per la nota 2" in said
    assert ["Anche autobus", "Più treni"] == sorted(await voices(hall))


async def test_what_cannot_be_seen_transcribes_nothing(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.says("/nota Si parla di treni")
    (said,) = await lara.says("/note 1: \u200b")
    assert "Si parla di treni" not in said
    (said,) = await lara.says("/note 1")
    assert "Si parla di treni" in said


async def test_somebody_else_of_the_table_hears_it_and_transcribes(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    bruno = await hall.facilitator("T6", "Bruno")
    await lara.shares(voice=True)
    (listed,) = await bruno.says("/note")
    assert "1. Ore 09:15: messaggio vocale di 0:03, da trascrivere" in listed
    await bruno.taps("Mostra 1")
    copy = next(m for m in reversed(bruno.phone.messages) if "voice" in m.extra)
    assert copy.from_bot
    (said,) = await bruno.replies("Si parla di treni", copy.id)
    assert "Trascrizione registrata per la nota 1" in said
    # Both see it.
    for who in (lara, bruno):
        assert "Trascrizione: Si parla di treni" in who.screen("Nota 1 del tavolo").shown


async def test_a_note_whose_message_was_deleted_is_shown_from_what_is_kept(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(photo=png(shade=9))
    lara.phone.delete(lara.typed)
    await lara.says("/note 1")
    shown = next(m for m in reversed(lara.phone.messages) if m.document is not None)
    assert shown.document is not None
    assert png(shade=9) == shown.document.data


async def test_when_telegram_does_not_show_it_that_is_said(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(photo=png())
    hall.breaks("copyMessage", Fault(status=502))
    said = await lara.says("/note 1")
    assert any("Riprova tra poco" in each for each in said)


# --- withdrawing ----------------------------------------------------------------------------------------


async def test_a_note_is_withdrawn_by_its_button_and_put_back(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(photo=png(), caption="Sbagliata")
    (said,) = await lara.taps("Ritira la nota 1")
    assert "Nota 1 ritirata" in said
    assert "Il suo file è stato cancellato da qui" in said
    assert {} == kept(hall)
    assert [] == await voices(hall)
    assert "Nota ritirata" in lara.screen("Nota 1 del tavolo").shown
    assert "Foto" not in lara.screen("Nota 1 del tavolo").shown
    (listed,) = await lara.says("/note")
    assert "ritirata" in listed
    assert "non ancora conservato" not in listed
    (said,) = await lara.taps("Rimetti la nota 1", lara.screen("Nota 1 del tavolo"))
    assert "Nota 1 rimessa" in said
    assert "viene ripreso da Telegram" in said
    assert "Foto conservata" in lara.screen("Nota 1 del tavolo").shown
    assert [png()] == list(kept(hall).values())
    assert ["Sbagliata"] == await voices(hall)
    assert [("received", "facilitator"), ("withdrawn", "facilitator"), ("restored", "facilitator")] == [
        (row["act"], row["role"]) for row in await trace(hall)
    ]


async def test_what_another_note_has_too_stays_when_one_is_withdrawn(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(photo=png())
    await lara.shares(photo=png())
    await lara.says("/note ritira 1")
    assert [png()] == list(kept(hall).values())
    await lara.says("/note ritira 2")
    assert {} == kept(hall)


async def test_a_withdrawn_note_shows_its_file_to_nobody(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    bruno = await hall.facilitator("T6", "Bruno")
    await lara.shares(photo=png())
    await lara.says("/note ritira 1")
    await bruno.says("/note 1")
    assert "Nota ritirata" in bruno.screen("Nota 1 del tavolo").shown
    assert 0 == hall.telegram.calls_by_method["copyMessage"]


async def test_a_note_withdrawn_before_its_file_came_leaves_none(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    hall.breaks("getFile", Fault(answer="reset"), times=10_000)
    lara.phone.send(photo=png())
    await eventually(lambda: "Nota 1 del tavolo" in lara.everything)
    lara.phone.say("/note ritira 1")
    await eventually(lambda: "Nota 1 ritirata" in lara.everything)
    hall.telegram.intercept = None
    await hall.quiet()
    assert not folder(hall).exists()
    await lara.says("/note rimetti 1")
    assert [png()] == list(kept(hall).values())


async def test_a_kill_right_after_withdrawing_leaves_no_file_behind(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(photo=png())
    await hall.is_killed()
    async with hall.database.transaction() as tx:
        (note,) = await stored_notes.of_table(tx, "T6")
        await stored_notes.withdraw(tx, note.id, hall.clock.now())
    assert [png()] == list(kept(hall).values())
    hall.starts()
    await eventually(lambda: {} == kept(hall))


async def test_while_a_file_cannot_be_removed_it_is_tried_again(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(photo=png())
    (name,) = kept(hall)
    # What is a folder cannot be removed as a file.
    (folder(hall) / name).unlink()
    (folder(hall) / name).mkdir()
    lara.phone.say("/note ritira 1")
    await eventually(lambda: "Nota 1 ritirata" in lara.everything)
    (folder(hall) / name).rmdir()
    (folder(hall) / name).write_bytes(png())
    await hall.quiet()
    assert {} == kept(hall)


async def test_it_can_be_typed_and_said_twice(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.says("/nota Si parla di treni")
    (said,) = await lara.says("/note ritira 1")
    assert "Nota 1 ritirata" in said
    (said,) = await lara.says("/note T6 ritira 1")
    assert "era già ritirata" in said
    assert [] == await voices(hall)
    (said,) = await lara.says("/note rimetti 1")
    assert "Nota 1 rimessa" in said
    (said,) = await lara.says("/note rimetti 1")
    assert "conta già" in said
    assert ["Si parla di treni"] == await voices(hall)


async def test_a_withdrawn_note_takes_no_text_until_it_stands_again(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(voice=True)
    voice = lara.typed
    await lara.says("/note ritira 1")
    (said,) = await lara.replies("Treni", voice)
    assert "è ritirata" in said
    assert [] == await voices(hall)
    await lara.taps("Rimetti la nota 1")
    (said,) = await lara.replies("Treni", voice)
    assert "Trascrizione registrata" in said


async def test_a_withdrawn_voice_message_is_not_counted_and_not_waited_for(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.says("/tavolo")
    await lara.shares(voice=True)
    assert "Contributi e note: 1" in lara.screen("Fase: ").shown
    await lara.says("/note ritira 1")
    assert "Contributi e note: 0" in lara.screen("Fase: ").shown
    (listed,) = await lara.says("/note")
    assert "Da trascrivere" not in listed


# --- several tables -------------------------------------------------------------------------------------


async def test_who_has_several_tables_names_one_in_the_caption(hall: Hall) -> None:
    lara = await hall.facilitator("T5")
    await also_facilitates(hall, lara, "T6")
    (said,) = await lara.shares(photo=png(), caption="T6 Il cartellone")
    assert "tavolo T6 Pinerolo" in said
    assert "Didascalia: Il cartellone" in said
    (said,) = await lara.shares(photo=png(shade=2), caption="/nota t6: Un altro")
    assert "Nota 2 del tavolo T6" in said
    assert ["Il cartellone", "Un altro"] == await voices(hall)


async def test_or_gives_it_to_the_right_one_afterwards(hall: Hall) -> None:
    lara = await hall.facilitator("T5")
    await also_facilitates(hall, lara, "T6")
    (said,) = await lara.shares(photo=png(), caption="Il cartellone")
    assert "Nota 1 del tavolo T5" in said
    (said,) = await lara.taps("È del tavolo T6 Pinerolo")
    assert "ora è la 1 del tavolo T6 Pinerolo" in said
    assert "Nota 1 del tavolo T6 Pinerolo" in lara.screen("Nota 1 del tavolo").shown
    (said,) = await lara.says("/note T6 sposta 1 T5")
    # A number is given once.
    assert "ora è la 2 del tavolo T5" in said
    assert [("T5", 2, "photo", 1, None, False)] == await notes(hall)
    assert ["T5"] == [row["table_code"] for row in await hall.rows("SELECT table_code FROM contributions")]
    assert [("T5 1", "T6 1"), ("T6 1", "T5 2")] == [
        (row["before"], row["after"]) for row in await trace(hall) if row["act"] == "moved"
    ]


async def test_an_album_goes_where_any_of_its_captions_says(hall: Hall) -> None:
    lara = await hall.facilitator("T5")
    await also_facilitates(hall, lara, "T6")
    group = hall.telegram.world.new_media_group()
    await lara.shares(photo=png(), media_group_id=group)
    await lara.shares(photo=png(shade=2), caption="T6 Due fogli", media_group_id=group)
    assert "2 foto conservate" in lara.screen("Nota 1 del tavolo T6").shown


async def test_which_list_is_meant_is_asked(hall: Hall) -> None:
    lara = await hall.facilitator("T5")
    await also_facilitates(hall, lara, "T6")
    (asked,) = await lara.says("/note")
    assert "Per quale tavolo?" in asked
    assert "/note T5" in asked
    (listed,) = await lara.says("/note T6")
    assert "Il tavolo T6 Pinerolo non ha ancora note" in listed


# --- what cannot be a note ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"video": True}, "Video e animazioni"),
        ({"animation": True, "document": b"GIF89a"}, "Video e animazioni"),
        ({"document": ("scansione.pdf", b"%PDF-1.7")}, "JPEG, PNG o WebP"),
        ({"document": ("IMG_1.heic", b"....ftypheic")}, "JPEG, PNG o WebP"),
        ({"document": ("voti.jpg.exe", b"MZ")}, "JPEG, PNG o WebP"),
        (
            {
                "photo": [
                    {"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9, "file_size": 11 * MB}
                ]
            },
            "10 MB",
        ),
        ({"voice": {"file_id": "a", "file_unique_id": "b", "duration": 9, "file_size": 2**40}}, "10 MB"),
    ],
)
async def test_what_is_of_a_wrong_kind_or_too_large_is_said_at_once(
    hall: Hall, sent: dict[str, Any], why: str
) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.shares(**sent)
    assert "non è stato registrato" in said
    assert why in said
    assert [] == await notes(hall)
    assert 0 == hall.telegram.calls_by_method["getFile"]


async def test_what_turns_out_to_be_something_else_is_said_afterwards(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    for name, content in (
        ("nota.jpg", b"Questo non e' un'immagine"),
        ("rotta.jpg", photographed()[:300]),
        ("suono.png", SOUNDS["voice"][1]),
    ):
        said = await lara.shares(document=(name, content), caption="Cartellone")
        assert any("non è una foto o un audio che riesco ad aprire" in each for each in said), name
        assert any("C'è un problema con la nota" in each for each in said), name
    # What was written about it stays.
    assert ["Cartellone"] * 3 == await voices(hall)
    assert {} == kept(hall)


@pytest.mark.parametrize("size", [10 * MB + 1, 21_000_000])
async def test_what_turns_out_to_be_too_large_is_said_afterwards(hall: Hall, size: int) -> None:
    lara = await hall.facilitator("T6")
    stored = hall.telegram.world.files.sound(Upload("a.ogg", b"OggS" + bytes(size - 4)), "voice", 900)
    undeclared = {name: value for name, value in stored.sound_json("voice").items() if name != "file_size"}
    said = await lara.shares(voice=undeclared)
    assert any("supera 10 MB" in each for each in said)
    assert {} == kept(hall)
    (listed,) = await lara.says("/note")
    assert "un file non ancora conservato" in listed or "un file non conservato" in listed


async def test_ten_megabytes_are_kept(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    (said,) = await lara.shares(voice=b"OggS" + bytes(10 * MB - 4), seconds=3599)
    assert "durata 59:59" in said
    assert "Audio conservato" in said
    assert [10 * MB] == [len(data) for data in kept(hall).values()]


# --- when it does not come at once ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=502),
        Fault(answer="reset"),
        Fault(answer="html", status=504),
        Fault(status=429, retry_after=3, description="Too Many Requests: retry after 3"),
        Fault(status=400, description="Bad Request: wrong file_id or the file is temporarily unavailable"),
    ],
)
async def test_what_telegram_does_not_give_at_once_is_fetched_again(hall: Hall, fault: Fault) -> None:
    lara = await hall.facilitator("T6")
    hall.breaks("getFile", fault, times=4)
    (said,) = await lara.shares(photo=png(), caption="Cartellone")
    assert "Foto conservata" in lara.screen("Nota 1 del tavolo").shown
    assert "Cartellone" in said
    assert [png()] == list(kept(hall).values())


@pytest.mark.parametrize(
    "fault", [Fault(status=502), Fault(answer="reset"), Fault(answer="truncated"), Fault(status=404)]
)
async def test_a_download_that_breaks_off_is_begun_again(hall: Hall, fault: Fault) -> None:
    lara = await hall.facilitator("T6")
    left = [fault, fault]

    async def breaks(_path: str) -> Fault | None:
        return left.pop() if left else None

    hall.telegram.intercept_file = breaks
    await lara.shares(photo=png(), caption="Cartellone")
    assert [] == left
    assert [png()] == list(kept(hall).values())
    assert 1 == len(list(folder(hall).iterdir()))


async def test_meanwhile_it_is_said_that_nothing_has_to_be_sent_again(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    hall.breaks("getFile", Fault(status=502), times=10_000)
    lara.phone.send(photo=png())
    await eventually(lambda: "non serve rimandare nulla" in lara.everything)
    hall.telegram.intercept = None
    await hall.quiet()
    assert "Foto conservata" in lara.screen("Nota 1 del tavolo").shown
    assert "rimandare" not in lara.screen("Nota 1 del tavolo").shown


async def test_what_telegram_has_no_more_is_said_in_the_end(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    said = await lara.shares(voice={"file_id": "unknown", "file_unique_id": "u", "duration": 3})
    assert any("Telegram non ce l'ha più" in each for each in said)
    assert any("C'è un problema con la nota 1 del tavolo T6" in each for each in said)
    assert ["received", "lost"] == [row["act"] for row in await trace(hall)]


async def test_while_there_is_no_room_on_the_disk_it_waits_at_telegram(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    # Nothing can be written where a file stands in the place of the folder.
    folder(hall).write_bytes(b"")
    lara.phone.send(photo=png(), caption="Cartellone")
    await eventually(lambda: "non c'è spazio per salvare" in lara.everything)
    folder(hall).unlink()
    await hall.quiet()
    assert "Foto conservata" in lara.screen("Nota 1 del tavolo").shown
    assert [png()] == list(kept(hall).values())


async def test_a_kill_between_the_answer_and_the_file_loses_nothing(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    hall.breaks("getFile", Fault(answer="reset"), times=10_000)
    lara.phone.send(photo=png(), caption="Cartellone")
    await eventually(lambda: "Nota 1 del tavolo" in lara.everything)
    await hall.is_killed()
    assert not folder(hall).exists()
    hall.telegram.intercept = None
    hall.starts()
    await hall.quiet()
    assert "Foto conservata" in lara.screen("Nota 1 del tavolo").shown
    assert [png()] == list(kept(hall).values())


async def test_what_a_kill_left_half_written_is_swept_away(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(photo=png())
    await hall.stops()
    (folder(hall) / ".0123456789abcdef.partial").write_bytes(b"half")
    hall.starts()
    await eventually(lambda: 1 == len(list(folder(hall).iterdir())))
    assert [png()] == list(kept(hall).values())


async def test_delivered_twice_it_is_one_note_and_one_file(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    for sent in ({"photo": png(), "caption": "Uno"}, {"voice": True}):
        number = lara.phone.send(**sent)
        await lara.reads()
        message = lara.phone.store[number]
        hall.telegram.world.queue("message", message.json())
        await lara.reads()
    reply = lara.phone.say("Trascritto", reply_to=lara.typed)
    await lara.reads()
    hall.telegram.world.queue("message", lara.phone.store[reply].json())
    await lara.reads()
    assert [("T6", 1, "photo", 1, None, False), ("T6", 2, "voice", 1, "Trascritto", False)] == await notes(
        hall
    )
    assert ["Trascritto", "Uno"] == sorted(await voices(hall))
    assert 2 == len(kept(hall)) == await hall.count("note_files")


# --- who may --------------------------------------------------------------------------------------------


async def test_who_takes_no_notes_is_heard_as_everybody_is(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:12")
    await anna.reads()
    left_out, said = await anna.shares(photo=png(), caption="La stazione com'è oggi")
    assert "non è stato conservato" in left_out
    assert "Contributo ricevuto" in said
    (said,) = await anna.shares(voice=True)
    assert "qui si raccolgono solo testi" in said
    (said,) = await anna.says("/note")
    assert "riservato a chi facilita" in said
    assert [] == await notes(hall)


async def test_an_assistant_takes_notes_as_who_facilitates_does(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    nina = hall.somebody("Nina")
    await nina.opens(await hall.invites(Role.ASSISTANT, "T6"))
    await nina.taps("Ho letto")
    (said,) = await nina.shares(photo=png(), caption="Il cartellone")
    assert "Foto conservata" in said
    await nina.shares(voice=True)
    (said,) = await nina.replies("Si parla di treni", nina.typed)
    assert "Trascrizione registrata per la nota 2" in said
    (said,) = await lara.says("/note")
    assert "«Si parla di treni»" in said
    assert {"assistant"} == {row["role"] for row in await trace(hall)}


async def test_the_lead_of_a_venue_takes_notes_at_each_of_its_tables(hall: Hall) -> None:
    lara = await hall.facilitator("T2")
    guido = hall.somebody("Guido")
    await guido.opens(await hall.invites(Role.VENUE_LEAD, None, venue="torino"))
    await guido.taps("Ho letto")
    (said,) = await guido.shares(photo=png(), caption="T2 Il cartellone")
    assert "Nota 1 del tavolo T2" in said
    # Who names no table finds the others as buttons: a voice message has no caption to name one in.
    await guido.shares(voice=True)
    await guido.taps("È del tavolo T2", guido.screen("Messaggio vocale"))
    (listed,) = await lara.says("/note")
    assert "2 note del tavolo T2" in listed
    assert {"venue_lead"} == {row["role"] for row in await trace(hall)}


async def test_who_facilitates_and_sits_at_the_table_sends_the_tables_photos(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.registers("T6")
    await hall.at("10:12")
    await lara.reads()
    await lara.shares(photo=png(), caption="Il cartellone")
    assert [("T6", 1, "photo", 1, None, False)] == await notes(hall)
    assert ["table"] == [row["source"] for row in await hall.rows("SELECT source FROM contributions")]
    # A reply to anything else is what it is for everybody.
    (said,) = await lara.replies("Mancano i treni", lara.ballot().id)
    assert "Contributo ricevuto" in said


async def test_a_role_is_asked_for_at_every_use(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    await lara.shares(voice=True)
    voice, screen = lara.typed, lara.screen("Nota 1 del tavolo")
    await lara.says("/nota Si parla di trebi")
    written = lara.typed
    async with hall.database.transaction() as tx:
        await tx.fetch("DELETE FROM roles")
    (said,) = await lara.replies("Si parla di treni", voice)
    assert "riservato" in said
    (said,) = await lara.edits(written, "/nota Si parla di autobus")
    assert "riservato" in said
    assert ["Si parla di trebi"] == await voices(hall)
    for label in ("Ritira la nota 1",):
        (said,) = await lara.taps(label, screen)
        assert "riservato" in said
    await lara.shares(photo=png())
    assert 2 == len(await notes(hall))


async def test_the_regia_reads_and_hears_the_notes_of_any_table(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    vittoria = await hall.regia()
    await lara.shares(voice=True)
    (listed,) = await vittoria.says("/note T6")
    assert "da trascrivere" in listed
    await vittoria.says("/note T6 1")
    assert any("voice" in message.extra for message in vittoria.phone.messages if message.from_bot)
    assert () == vittoria.screen("Nota 1 del tavolo").buttons
    for typed in ("/note T6 1: Trascritta", "/note T6 ritira 1"):
        (said,) = await vittoria.says(typed)
        assert "riservato" in said
    assert [("T6", 1, "voice", 1, None, False)] == await notes(hall)


async def test_nobody_touches_the_notes_of_another_table(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    mallory = await hall.facilitator("T5", "Mallory")
    await lara.shares(photo=png(), caption="Del tavolo T6")
    rows = await hall.rows("SELECT id FROM notes")
    note = rows[0]["id"]
    own = mallory.phone.messages[-1].id
    for data in (f"no:{note}", f"nw:{note}:1", f"nm:{note}:T5"):
        (said,) = await mallory.sends_press(own, data)
        assert "riservato" in said
    (said,) = await mallory.says("/note T6")
    assert "riservato" in said
    (said,) = await lara.sends_press(own, f"nm:{note}:T5")
    assert "riservato" in said
    assert [("T6", 1, "photo", 1, None, False)] == await notes(hall)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/note 7", "non c'è una nota 7"),
        ("/note ritira 7", "non c'è una nota 7"),
        ("/note ritira", "Non ho capito"),
        ("/note ritira uno", "Non ho capito"),
        ("/note sposta 1", "Non ho capito"),
        ("/note sposta 1 T99", "Non ho capito"),
        ("/note sposta 1 T5", "riservato"),
        ("/note 1:", "Non ho capito"),
        ("/note mostra tutto", "Non ho capito"),
        ("/note T5", "riservato"),
    ],
)
async def test_what_is_not_understood_is_said_with_what_is(hall: Hall, typed: str, said: str) -> None:
    lara = await hall.facilitator("T6")
    await lara.says("/nota La prima")
    (answer,) = await lara.says(typed)
    assert said in answer
    assert ["La prima"] == await voices(hall)


async def test_a_long_list_comes_in_parts_with_the_newest(hall: Hall) -> None:
    lara = await hall.facilitator("T6")
    for number in range(1, 20):
        await lara.says(f"/nota Idea {number}")
    first, last = await lara.says("/note")
    assert "19 note del tavolo T6 Pinerolo" in first
    assert "«Idea 19»" in last


async def test_nothing_that_people_say_or_send_is_in_the_log(
    hall: Hall, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    lara = await hall.facilitator("T6")
    hall.breaks("getFile", Fault(status=502), times=2)
    await lara.shares(document=("segreto.jpg", b"non una foto"), caption="Parole segrete")
    await lara.shares(voice=True)
    await lara.replies("Altre parole segrete", lara.typed)
    logged = (caplog.text + capsys.readouterr().out).casefold()
    assert "file_lost" in logged
    assert "segret" not in logged
    assert str(lara.phone.id) not in logged
