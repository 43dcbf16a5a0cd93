"""`/health`, `/metrics` and `bollini health`: what whoever watches the bot is told."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot import health
from bot.__main__ import main
from bot.metrics import Metrics
from participation import notices, posts
from participation.posts import Post
from rehearsal.telegram import Fault
from storage import moments, outbox
from storage.moments import Moment
from storage.outbox import Urgency
from storage.times import to_text
from tests.support.hall import CHANNEL, eventually, open_hall
from tests.support.process import ROOT, running, settings_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from rehearsal.telegram import Call
    from tests.support.hall import Hall


class Watcher:
    """Somebody who asks over HTTP."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def health(self) -> tuple[int, dict[str, Any]]:
        """The status, and the checks."""
        async with self._session.get(f"{self._url}/health") as answer:
            body = await answer.json()
        assert ("ok" if answer.status == 200 else "failing") == body["status"]
        return answer.status, body["checks"]

    async def failing(self) -> dict[str, str]:
        """What is not well."""
        status, checks = await self.health()
        found = {name: check["problem"] for name, check in checks.items() if not check["ok"]}
        assert (503 if found else 200) == status
        return found

    async def metrics(self) -> dict[str, float]:
        """Every sample, by its name with its labels."""
        async with self._session.get(f"{self._url}/metrics") as answer:
            assert 200 == answer.status
            text = await answer.text()
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(number) for name, _, number in lines}


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)


@asynccontextmanager
async def watched(folder: Path, *, channel: bool = False) -> AsyncIterator[tuple[Hall, Watcher]]:
    """A hall whose bot listens for watchers."""
    async with open_hall(folder, channel=channel) as hall, aiohttp.ClientSession() as session:
        await hall.stops()
        hall.settings = hall.settings.model_copy(update={"health_port": 0})
        with capture_logs() as logged:
            hall.starts()
            await eventually(lambda: any(entry["event"] == "health_listening" for entry in logged))
        port = next(entry["port"] for entry in logged if entry["event"] == "health_listening")
        await hall.somebody("Zoe").opens()
        yield hall, Watcher(session, f"http://127.0.0.1:{port}")


async def test_all_is_well(tmp_path: Path) -> None:
    async with watched(tmp_path) as (_, watcher):
        status, checks = await watcher.health()
        assert 200 == status
        assert {"store", "telegram", "updates", "outbox", "screens", "agenda"} == set(checks)
        assert {True} == {check["ok"] for check in checks.values()}
        assert checks["store"]["writable"] is True
        assert checks["telegram"]["seconds_since_answer"] < 30
        assert checks["updates"]["seconds_since_handled"] < 30


async def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    async with watched(tmp_path) as (hall, watcher):
        await hall.database._writer.execute_fetchall("PRAGMA query_only = ON")  # type: ignore[attr-defined]
        assert {"store"} == set(await watcher.failing())
        await hall.database._writer.execute_fetchall("PRAGMA query_only = OFF")  # type: ignore[attr-defined]
        assert {} == await watcher.failing()


async def test_a_telegram_that_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked before it is said to be away: where nobody does anything, nothing is heard of it."""
    async with watched(tmp_path) as (hall, watcher):
        monkeypatch.setattr(health, "SILENT_SECONDS", 0.0)
        asked = hall.telegram.calls_by_method["getMe"]
        assert {} == await watcher.failing()
        assert asked + 1 == hall.telegram.calls_by_method["getMe"]

        async def away(call: Call) -> Fault:
            return Fault(status=502)

        hall.telegram.intercept = away
        assert {
            "telegram": "Telegram does not answer. Check the machine's connection and BOLLINI_API_URL."
        } == (await watcher.failing())
        hall.telegram.intercept = None
        assert {} == await watcher.failing()


async def test_a_telegram_that_hangs_does_not_hang_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path) as (hall, watcher):
        monkeypatch.setattr(health, "SILENT_SECONDS", 0.0)
        monkeypatch.setattr(health, "ASK_SECONDS", 0.1)

        async def hangs(call: Call) -> Fault:
            return Fault("normal", wait=20.0)

        hall.telegram.intercept = hangs
        assert {"telegram"} == set(await watcher.failing())
        hall.telegram.intercept = None


async def test_messages_that_wait_long_and_an_agenda_that_is_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path, channel=True) as (hall, watcher):
        (anna,) = await hall.people(1)
        (person,) = await hall.rows("SELECT id FROM people")
        released = asyncio.Event()

        async def hangs(call: Call) -> None:
            if call.method in {"sendMessage", "sendPhoto"}:
                await released.wait()

        hall.telegram.intercept = hangs
        now = hall.clock.now()
        long_ago = now - timedelta(seconds=700)
        post, thanks = Post(post="turnout", at=now), notices.Thanks(table="T1")
        async with hall.database.transaction() as tx:
            await outbox.post(
                tx,
                "a",
                anna.phone.id,
                notices.dump(thanks),
                long_ago,
                urgency=Urgency.NUDGE,
                person=person["id"],
            )
            await outbox.post(tx, "b", CHANNEL, posts.dump(post), long_ago, urgency=Urgency.POST)
            await moments.add(tx, Moment("phase:session1:T99", long_ago, '{"unreadable": true}'))
        hall.bot.outbox.wake()
        found = await watcher.failing()
        assert {"outbox", "agenda"} == set(found)
        assert "waiting for 7" in found["outbox"]
        assert "late" in found["agenda"]
        _, checks = await watcher.health()
        assert (1, 1) == (checks["outbox"]["waiting"], checks["outbox"]["channel_waiting"])
        async with hall.database.transaction() as tx:
            await tx.fetch("DELETE FROM moments WHERE key = 'phase:session1:T99'")
            await tx.fetch("UPDATE outbox SET created_at = $1 WHERE key = 'a'", to_text(now))
        # A channel that takes nothing is told, but is no reason to take the bot for broken.
        assert {} == await watcher.failing()
        released.set()
        await hall.quiet()


async def test_an_update_that_nobody_handles(tmp_path: Path) -> None:
    async with watched(tmp_path) as (hall, watcher):
        update_taken = hall.bot.metrics.now() - 100.0
        hall.bot.metrics._taken[1] = update_taken
        assert "waits for 100 seconds" in (await watcher.failing())["updates"]
        del hall.bot.metrics._taken[1]
        assert {} == await watcher.failing()


async def test_what_people_do_is_counted_and_timed(tmp_path: Path) -> None:
    async with watched(tmp_path) as (hall, watcher):
        people = await hall.people(5, "T6")
        await hall.at("10:12")
        before = await watcher.metrics()
        for who in people:
            await who.taps("1.1")
        hall.breaks("editMessageText", Fault(status=400, description="Bad Request: no"))
        await people[0].taps("1.2")
        people[1].phone.say("ciao")
        await hall.quiet()
        after = await watcher.metrics()

        def grew(name: str) -> float:
            return after.get(name, 0.0) - before.get(name, 0.0)

        assert 6 == grew('bollini_updates_total{kind="callback_query"}')
        assert 1 == grew('bollini_updates_total{kind="message"}')
        assert 6 == grew("bollini_tap_answer_seconds_count")
        assert 0 < grew("bollini_tap_answer_seconds_sum") < 60
        assert 6 == grew('bollini_telegram_calls_total{method="answerCallbackQuery",outcome="200"}')
        assert 1 <= grew('bollini_telegram_calls_total{method="getUpdates",outcome="200"}')
        assert 1 == grew('bollini_telegram_calls_total{method="editMessageText",outcome="400"}')
        assert grew("bollini_database_write_seconds_count") >= 7
        for name in (
            "bollini_intake_waiting",
            'bollini_outbox_waiting{to="people"}',
            'bollini_outbox_oldest_seconds{to="people"}',
            "bollini_announcements_waiting",
            "bollini_screens_waiting",
            "bollini_agenda_overdue_seconds",
        ):
            assert 0 == after[name], name
        # The edit that was refused.
        assert 1 == after["bollini_outbox_dead"]
        assert after["process_resident_memory_bytes"] > 0


async def test_what_waits_and_what_was_refused_is_counted(tmp_path: Path) -> None:
    async with watched(tmp_path) as (hall, watcher):
        (anna,) = await hall.people(1)
        ago = hall.clock.now() - timedelta(seconds=30)
        async with hall.database.transaction() as tx:
            await outbox.post(tx, "a", anna.phone.id, "{}", ago, urgency=Urgency.NUDGE)
            await tx.fetch("UPDATE outbox SET dead_at = created_at")
            await outbox.announce(tx, "later", "regia", "{}", ago, urgency=Urgency.NUDGE)
        found = await watcher.metrics()
        assert (1, 1) == (found["bollini_outbox_dead"], found["bollini_announcements_waiting"])


async def test_labels_tell_nothing_of_anybody(tmp_path: Path) -> None:
    async with watched(tmp_path) as (hall, watcher):
        people = await hall.people(3, "T6")
        await people[0].says("Servono treni")
        await people[0].sends_press(people[0].screen().id, "forged by Anna")
        for name in await watcher.metrics():
            for key, told in re.findall(r'(\w+)="([^"]*)"', name):
                assert key in {"kind", "method", "outcome", "to", "le", "level", "event"}, name
                assert re.fullmatch(r"[A-Za-z_:]+|\d\d\d|[\d.]+|\+Inf", told), name


async def test_trouble_in_the_log_is_a_metric() -> None:
    metrics = Metrics({("error", "update_broke"): 3})
    assert 3 == metrics.registry.get_sample_value(
        "bollini_trouble_total", {"level": "error", "event": "update_broke"}
    )


def test_a_tap_is_timed_until_telegram_has_its_answer() -> None:
    now = 0.0
    metrics = Metrics(monotonic=lambda: now)

    metrics.taken(1, "7")
    now = 0.2
    metrics.called("answerCallbackQuery", None, "7")
    metrics.called("answerCallbackQuery", 502, "7")
    assert (0.2, None) == (metrics.longest_waiting, metrics.last_answer)
    now = 0.3
    metrics.called("answerCallbackQuery", 200, "7")
    metrics.called("answerCallbackQuery", 200, "7")
    metrics.called("answerCallbackQuery", 200, "8")
    metrics.handled(1, "callback_query", "7")
    value = metrics.registry.get_sample_value
    assert (1, 0.3) == (value("bollini_tap_answer_seconds_count"), value("bollini_tap_answer_seconds_sum"))
    assert (None, 0.3, 0.3) == (metrics.longest_waiting, metrics.last_answer, metrics.last_handled)
    metrics.called("some/path/to a file", 200)
    assert 1 == value("bollini_telegram_calls_total", {"method": "file", "outcome": "200"})


async def test_what_was_found_is_told_again_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is asked: watching must not slow down what is watched."""
    async with watched(tmp_path) as (_, watcher):
        monkeypatch.setattr(health, "FRESH_SECONDS", 60.0)
        await watcher.health()
        before = (await watcher.metrics())["bollini_database_write_seconds_count"]
        for _ in range(20):
            await watcher.health()
        assert before == (await watcher.metrics())["bollini_database_write_seconds_count"]


async def test_without_a_port_nothing_listens(hall: Hall) -> None:
    assert hall.bot._health is None


async def test_the_command_says_how_the_bot_is(hall: Hall, tmp_path: Path) -> None:
    """While Telegram is away the bot answers, too: it is what one wants to hear."""
    await hall.stops()
    away = settings_of(hall, BOLLINI_API_URL="http://127.0.0.1:9", BOLLINI_HEALTH_PORT="0")
    async with running(tmp_path, "run", environment=away) as bot:
        await bot.says("telegram_not_reached")
        line = next(line for line in bot.output.splitlines() if "health_listening" in line)
        port = {"BOLLINI_HEALTH_PORT": str(json.loads(line)["port"]), "BOLLINI_HEALTH_HOST": "0.0.0.0"}  # noqa: S104 - asked, not listened on
        async with running(tmp_path, "health", environment=port) as command:
            assert 1 == await command.ends()
            assert command.output.startswith("telegram: Telegram does not answer.")
        async with running(tmp_path, "health", "--json", environment=port) as command:
            assert 1 == await command.ends()
            assert json.loads(command.output)["checks"]["store"]["ok"] is True
        assert 0 == (await bot.terminate())[0]


def test_nobody_to_ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("PORT", "HOST"):
        monkeypatch.delenv(f"BOLLINI_HEALTH_{name}", raising=False)
    assert 2 == main(["health"])
    assert "Set BOLLINI_HEALTH_PORT" in capsys.readouterr().err
    monkeypatch.setenv("BOLLINI_HEALTH_PORT", "9")
    assert 1 == main(["health"])
    assert "Is it running" in capsys.readouterr().out
    monkeypatch.setenv("BOLLINI_HEALTH_PORT", "70000")
    assert 2 == main(["health"])
    assert "BOLLINI_HEALTH_PORT" in capsys.readouterr().err


def test_every_metric_is_documented() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(bollini_\w+)`", page, re.MULTILINE))
    described = {family.name for family in Metrics().registry.collect() if family.name.startswith("bollini")}
    assert described == documented


def test_every_check_of_health_is_documented() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {"store", "telegram", "updates", "outbox", "screens", "agenda"} == set(
        re.findall(r"^\| `(\w+)` \|", page.split("## Health")[1].split("\n## ")[0], re.MULTILINE)
    )
