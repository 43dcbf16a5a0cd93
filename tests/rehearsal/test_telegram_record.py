"""What is kept in files: calls, updates, the pictures of the channel, and never the token."""

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest
import telegram
from telegram.error import NetworkError

from rehearsal.telegram import Fault
from tests.rehearsal.local_telegram import CHANNEL, TOKEN, always, local, png


def _lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_calls_and_updates(tmp_path: Path) -> None:
    async with local(out=tmp_path) as tg:
        tg.ada.start("T1")
        await tg.bot.send_message(77, "<b>ciao</b>", parse_mode="HTML")
        await tg.refused("sendMessage", chat_id=1, text="x", unknown=1)
        (update,) = await tg.bot.get_updates()
        await tg.bot.get_updates(offset=update.update_id)
        await tg.bot.get_updates(offset=update.update_id + 1)
        tg.server.world.recorder.flush()
        calls = _lines(tmp_path / "calls.jsonl")
    assert ["getMe", "sendMessage", "sendMessage", "getUpdates", "getUpdates", "getUpdates"] == [
        call["method"] for call in calls
    ]
    at = "2023-12-05T09:10:00.000000Z"
    sent = calls[1]
    assert (at, 200, True, {"chat_id": 77, "text": "<b>ciao</b>", "parse_mode": "HTML"}) == (
        sent["at"],
        sent["status"],
        sent["ok"],
        sent["params"],
    )
    assert "ciao" == sent["result"]["text"]
    assert "description" not in sent
    assert (400, False) == (calls[2]["status"], calls[2]["ok"])
    assert 'has no parameter "unknown"' in calls[2]["description"]
    assert [[update.update_id], [update.update_id], []] == [call["result"] for call in calls[3:]]
    (line,) = _lines(tmp_path / "updates.jsonl")
    assert (at, update.update_id, "/start T1") == (line["at"], line["update_id"], line["message"]["text"])


async def test_what_the_bot_did_not_hear_of_is_recorded_as_it_was(tmp_path: Path) -> None:
    async with local(out=tmp_path) as tg:
        tg.met()
        for fault in (Fault("reset", carry_out=True, name="reset_after"), Fault("html", 502, "Bad Gateway")):
            tg.server.intercept = always(fault, "sendMessage")
            with pytest.raises(NetworkError):
                await tg.bot.send_message(77, "x")
        await tg.server._desk.perform("sendMessage", {"chat_id": 77, "text": "y"})
    reset, gateway, answer = _lines(tmp_path / "calls.jsonl")[1:]
    assert ("reset_after", True, False, 0) == tuple(
        reset[key] for key in ("fault", "carried_out", "heard", "status")
    )
    assert "x" == reset["result"]["text"]
    assert ("html", False, True, 502) == tuple(
        gateway[key] for key in ("fault", "carried_out", "heard", "status")
    )
    assert "result" not in gateway
    assert ("webhook", "y") == (answer["via"], answer["result"]["text"])


async def test_files_are_described_not_kept(tmp_path: Path) -> None:
    async with local(out=tmp_path) as tg:
        tg.met()
        await tg.bot.send_photo(77, png(), filename="zone.png")
        media = [telegram.InputMediaPhoto(png(shade=shade), filename=f"{shade}.png") for shade in (1, 2)]
        await tg.bot.send_media_group(77, media)
    photo, album = _lines(tmp_path / "calls.jsonl")[1:]
    digest = hashlib.sha256(png()).hexdigest()
    assert {"file": "zone.png", "bytes": len(png()), "sha256": digest} == photo["params"]["photo"]
    attached = [album["params"][item["media"]] for item in album["params"]["media"]]
    assert [hashlib.sha256(png(shade=shade)).hexdigest() for shade in (1, 2)] == [
        each["sha256"] for each in attached
    ]


async def test_the_channel_in_files(tmp_path: Path) -> None:
    async with local(out=tmp_path) as tg:
        tg.server.channel(CHANNEL)
        post = await tg.bot.send_photo(
            CHANNEL,
            png(),
            caption="<b>Presenze</b> alle 10:15",
            parse_mode="HTML",
            filename="turnout 10:15.png",
        )
        await tg.bot.send_message(CHANNEL, "Solo testo")
        await tg.bot.edit_message_caption(CHANNEL, post.message_id, caption="Corretta")
        tg.server.channel(CHANNEL).post("a mano")
    found = _files(tmp_path / "channel")
    assert {
        "001-turnout-10-15.png": png(),
        "001-turnout-10-15.txt": b"Corretta\n",
        "002-text.txt": b"Solo testo\n",
    } == found


async def test_the_token_is_nowhere(tmp_path: Path) -> None:
    async with local(out=tmp_path) as tg:
        tg.met()
        await tg.bot.send_message(77, f"il mio token: {TOKEN}")
        tg.ada.say(TOKEN)
        await tg.done("setWebhook", url=f"https://bollini.it/{TOKEN}", secret_token="another-secret")
    for name in ("calls.jsonl", "updates.jsonl"):
        content = (tmp_path / name).read_bytes()
        assert TOKEN.encode() not in content
        assert TOKEN.partition(":")[2].encode() not in content
        assert b"another-secret" not in content
        assert content.count(b"<secret>") >= 1


async def test_without_a_directory_nothing_is_written(tmp_path: Path) -> None:
    async with local() as tg:
        tg.server.channel(CHANNEL)
        await tg.bot.send_photo(CHANNEL, png())
        tg.server.world.recorder.flush()
    assert {} == _files(tmp_path)
