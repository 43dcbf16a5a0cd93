"""Files at the local Telegram, in the shapes and within the limits that Telegram documents."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import telegram
from telegram.error import BadRequest, InvalidToken, NetworkError

from rehearsal.telegram import Fault
from rehearsal.telegram.examples import SOUNDS
from rehearsal.telegram.files import Upload, image_size
from tests.rehearsal.local_telegram import TOKEN, Local, local, png

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rehearsal.telegram.files import Sound


@pytest.fixture
async def tg() -> AsyncIterator[Local]:
    async with local() as running:
        running.met()
        yield running


async def message(tg: Local) -> dict[str, Any]:
    """The newest update's message, as JSON."""
    found: dict[str, Any] = tg.server.pending_updates()[-1]["message"]
    return found


async def downloaded(tg: Local, file_id: str) -> bytes:
    return bytes(await (await tg.bot.get_file(file_id)).download_as_bytearray())


async def test_a_photo_comes_in_sizes_the_smallest_first(tg: Local) -> None:
    tg.ada.send(photo=png(1600, 800), caption="Cartellone")
    small, large = (await message(tg))["photo"]
    assert {"file_id", "file_unique_id", "width", "height", "file_size"} == set(small) == set(large)
    assert ((90, 45), (1280, 640)) == ((small["width"], small["height"]), (large["width"], large["height"]))
    assert small["file_id"] != large["file_id"]
    assert small["file_unique_id"] != large["file_unique_id"]
    assert (90, 45) == image_size(await downloaded(tg, small["file_id"]))
    assert png(1600, 800) == await downloaded(tg, large["file_id"])
    assert (await tg.bot.get_file(large["file_id"])).file_path.split("/")[-2] == "photos"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "fields", "folder"),
    [
        ("voice", {"mime_type"}, "voice"),
        ("audio", {"mime_type", "file_name"}, "music"),
        ("video_note", {"length"}, "video_notes"),
    ],
)
async def test_sounds_have_the_fields_of_the_documentation(
    tg: Local, kind: Sound, fields: set[str], folder: str
) -> None:
    tg.ada.send(**{kind: True})
    tg.ada.send(**{kind: SOUNDS[kind][1], "seconds": 42, "caption": "Intervento"})
    sent = await message(tg)
    assert {"file_id", "file_unique_id", "duration", "file_size", *fields} == set(sent[kind])
    assert (42, len(SOUNDS[kind][1]), "Intervento") == (
        sent[kind]["duration"],
        sent[kind]["file_size"],
        sent["caption"],
    )
    # The same content is the same file, under whatever id.
    example = tg.server.pending_updates()[-2]["message"][kind]
    assert example["file_unique_id"] == sent[kind]["file_unique_id"]
    assert example["file_id"] != sent[kind]["file_id"]
    file = await tg.bot.get_file(sent[kind]["file_id"])
    assert folder == (file.file_path or "").split("/")[-2]
    assert SOUNDS[kind][1] == bytes(await file.download_as_bytearray())


async def test_the_library_reads_them_all(tg: Local) -> None:
    for kind in SOUNDS:
        tg.ada.send(**{kind: True})
    tg.ada.send_album(png(), png(shade=3), caption="Due fogli")
    voice, audio, video_note, first, second = [update.message for update in await tg.bot.get_updates()]
    for found in (voice, audio, video_note, first, second):
        assert found is not None
        assert {} == dict(found.api_kwargs)
    assert isinstance(voice.voice, telegram.Voice)  # type: ignore[union-attr]
    assert isinstance(audio.audio, telegram.Audio)  # type: ignore[union-attr]
    assert isinstance(video_note.video_note, telegram.VideoNote)  # type: ignore[union-attr]
    assert first.media_group_id == second.media_group_id  # type: ignore[union-attr]
    assert ("Due fogli", None) == (first.caption, second.caption)  # type: ignore[union-attr]


async def test_a_caption_and_a_photo_are_edited(tg: Local) -> None:
    own = tg.ada.send(photo=png(), caption="Prima")
    tg.ada.edit_caption(own, "Dopo")
    tg.ada.edit_caption(own, "", png(shade=5))
    first, second = (update.edited_message for update in (await tg.bot.get_updates())[1:])
    assert ("Dopo", None) == (first.caption, second.caption)  # type: ignore[union-attr]
    assert first.edit_date is not None  # type: ignore[union-attr]
    assert png(shade=5) == await downloaded(tg, second.photo[-1].file_id)  # type: ignore[union-attr]
    for message_id in (tg.ada.say("testo"), 999):
        with pytest.raises(ValueError, match="has no caption of this person"):
            tg.ada.edit_caption(message_id, "x")
    with pytest.raises(ValueError, match=r"1,024"):
        tg.ada.edit_caption(own, "x" * 1025)


async def test_bots_get_files_up_to_twenty_megabytes(tg: Local) -> None:
    files = tg.server.world.files
    most, more = (files.sound(Upload("a.ogg", bytes(size)), "voice", 9) for size in (20_000_000, 20_000_001))
    assert 20_000_000 == len(await downloaded(tg, most.file_id))
    with pytest.raises(BadRequest, match="File is too big"):
        await tg.bot.get_file(more.file_id)


async def test_what_names_no_file_gives_none(tg: Local) -> None:
    tg.ada.send(voice=True)
    voice = (await message(tg))["voice"]
    for name in ("x", "", voice["file_unique_id"]):
        with pytest.raises(BadRequest, match="file_id"):
            await tg.bot.get_file(name)


async def test_an_address_is_good_for_an_hour_and_asked_for_again(tg: Local) -> None:
    tg.ada.send(voice=True)
    name = (await message(tg))["voice"]["file_id"]
    file = await tg.bot.get_file(name)
    tg.clock.at += timedelta(hours=1)
    await file.download_as_bytearray()
    tg.clock.go(1)
    with pytest.raises(InvalidToken, match="Not Found"):
        await file.download_as_bytearray()
    assert SOUNDS["voice"][1] == await downloaded(tg, name)


async def test_an_address_that_was_not_asked_for_leads_nowhere(tg: Local) -> None:
    tg.ada.send(voice=True)
    path = next(iter(tg.server.world.files._by_path))
    for token, expected in ((TOKEN, 404), ("123456:wrong", 401)):
        async with tg.http.get(f"{tg.server.url}/file/bot{token}/{path}") as answer:
            body = await answer.json()
            assert expected == answer.status == body["error_code"]
            assert body["ok"] is False


async def test_downloads_go_wrong_when_they_are_told_to(tg: Local) -> None:
    tg.ada.send(voice=True)
    file = await tg.bot.get_file((await message(tg))["voice"]["file_id"])
    whole = SOUNDS["voice"][1]

    faults = [Fault(status=502), Fault(answer="reset"), Fault(answer="truncated"), Fault(answer="normal")]

    async def breaks(path: str) -> Fault | None:
        assert path in (file.file_path or "")
        return faults.pop(0) if faults else None

    tg.server.intercept_file = breaks
    for _ in range(2):
        with pytest.raises(NetworkError):
            await file.download_as_bytearray()
    assert whole[: len(whole) // 2] == bytes(await file.download_as_bytearray())
    for _ in range(2):
        assert whole == bytes(await file.download_as_bytearray())
