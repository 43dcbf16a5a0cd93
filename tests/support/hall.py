"""A hall to play in: the real bot and the local Telegram over HTTP, with a clock the test moves."""

from __future__ import annotations

import asyncio
import functools
import re
import time
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from aiohttp import web
from pydantic import SecretStr

from bot.app import RunningBot
from bot.settings import Settings
from locales.translator import load_translators
from participation import invitations
from participation.event import PACKAGED, Event, load
from participation.notices import Role
from rehearsal.telegram import Fault, Phone, SentMessage, Telegram
from storage import themes
from storage.times import to_text
from tests.support.database import open_new

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from bot.thinker import Thinker
    from rehearsal.telegram import Call
    from storage.database import Database, Row

TOKEN = "123456:a-secret_nobody-knows"
CHANNEL = -1001234567890
_translators = functools.cache(load_translators)
_packaged = functools.cache(load)

TEMPO = timedelta(seconds=0.3)
"""How long an act of somebody takes in the event's time: nobody is faster than people are."""

PATIENCE = 30.0
"""Real seconds after which something awaited is taken for missing."""


async def eventually(true: Callable[[], bool | Awaitable[bool]], patience: float = PATIENCE) -> None:
    """Wait until this is so."""
    until = time.monotonic() + patience
    while True:
        found = true()
        if found if isinstance(found, bool) else await found:
            return
        assert time.monotonic() < until, f"not so after {patience} s: {true}"
        await asyncio.sleep(0.002)


class HallClock:
    """The event's time: it stands still until the test moves it, but for short waits (pacing, retries)."""

    tick = 0.02

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._elapsed = 0.0
        self.flows = asyncio.Event()
        """While it is not set nobody who rests comes to the end of it: what failed or is held stays so."""
        self.flows.set()

    @property
    def at(self) -> datetime:
        """What the clock shows. Moved forth, so much time has passed; set back, none."""
        return self._at

    @at.setter
    def at(self, at: datetime) -> None:
        self._elapsed += max((at - self._at).total_seconds(), 0.0)
        self._at = at

    def jumps(self, by: timedelta) -> None:
        """The clock is set to another time, and no time has passed."""
        self._at += by

    def now(self) -> datetime:
        return self._at

    def elapsed(self) -> float:
        return self._elapsed

    async def wait(self, until: datetime) -> None:
        await asyncio.sleep(0.001)
        self.at = max(self.at, until)

    async def rest(self, until: float) -> None:
        await asyncio.sleep(0.001)
        await self.flows.wait()
        self.at += timedelta(seconds=max(until - self._elapsed, 0.0), microseconds=1)

    def promise(self, name: str, due: datetime | None) -> None:
        pass

    @contextmanager
    def working(self) -> Iterator[None]:
        yield


class Somebody:
    """A person with a phone, as a test plays them."""

    def __init__(self, hall: Hall, phone: Phone) -> None:
        self.hall = hall
        self.phone = phone
        self._read = 0
        self._tap = ""

    async def opens(self, payload: str | None = None) -> list[str]:
        """Opens a deep link (or presses Start); the bot's new messages."""
        self.hall.clock.at += TEMPO
        self.phone.start(payload)
        return await self.reads()

    async def says(self, text: str) -> list[str]:
        """Types; the bot's new messages."""
        self.hall.clock.at += TEMPO
        self.phone.say(text)
        return await self.reads()

    async def edits(self, message_id: int, text: str) -> list[str]:
        self.hall.clock.at += TEMPO
        self.phone.edit(message_id, text)
        return await self.reads()

    async def shares(self, **fields: Any) -> list[str]:
        """Sends anything that is not text; the bot's new messages."""
        self.hall.clock.at += TEMPO
        self.phone.send(**fields)
        return await self.reads()

    async def shares_album(self, *photos: bytes, caption: str = "") -> list[str]:
        """Sends photos as one album; the bot's new messages."""
        self.hall.clock.at += TEMPO
        self.phone.send_album(*photos, caption=caption)
        return await self.reads()

    async def edits_caption(self, message_id: int, caption: str, photo: bytes | None = None) -> list[str]:
        self.hall.clock.at += TEMPO
        self.phone.edit_caption(message_id, caption, photo)
        return await self.reads()

    async def replies(self, text: str, to: int) -> list[str]:
        """Types a reply to a message; the bot's new messages."""
        self.hall.clock.at += TEMPO
        self.phone.say(text, reply_to=to)
        return await self.reads()

    async def taps(self, label: str, message: SentMessage | None = None) -> list[str]:
        """Taps the button whose text holds `label`, on the newest message that has one; new messages."""
        found = [message] if message else [m for m in reversed(self.phone.messages) if m.from_bot]
        for each in found:
            for button in each.buttons:
                if label in button.text and button.callback_data is not None:
                    return await self.sends_press(each.id, button.callback_data)
        raise AssertionError(f"no button {label!r} in {[b.text for m in found for b in m.buttons]}")

    async def sends_press(self, message_id: int, data: str | bytes) -> list[str]:
        """Sends callback data, whatever it is."""
        self.hall.clock.at += TEMPO
        self._tap = self.phone.tap(message_id, data)
        return await self.reads()

    @property
    def toast(self) -> str | None:
        """The answer to the last tap; None when it was not answered."""
        answer = self.phone.answers.get(self._tap)
        return None if answer is None else answer.text

    async def reads(self) -> list[str]:
        """What the bot has written since the last reading, once all is quiet."""
        await self.hall.quiet()
        new = [m for m in self.phone.messages if m.from_bot and m.id > self._read]
        if new:
            self._read = max(m.id for m in new)
        return [m.shown for m in new]

    @property
    def everything(self) -> str:
        """All that the bot ever wrote in this chat, as it stands now."""
        return "\n\n".join(m.shown for m in self.phone.messages if m.from_bot)

    @property
    def typed(self) -> int:
        """The id of the last message this person sent."""
        return max(m.id for m in self.phone.messages if not m.from_bot)

    def screen(self, like: str = "") -> SentMessage:
        """The newest message of the bot with buttons, or whose text matches."""
        for message in reversed(self.phone.messages):
            if message.from_bot and (re.search(like, message.shown) if like else message.buttons):
                return message
        raise AssertionError(f"no message like {like!r} in {self.everything}")

    def ballot(self) -> SentMessage:
        """The newest ballot."""
        return self.screen(
            r"Sessione 1\. |votazione al tuo tavolo è chiusa|ancora usato|(Sono|È) già registrat"
        )

    async def registers(self, table: str = "T1") -> Somebody:
        """Scans the table's QR code and acknowledges the notice."""
        await self.opens(table)
        await self.taps("Ho letto")
        return self

    async def dots(self) -> dict[str, int]:
        """The dots on this person's ballot, from the database."""
        rows = await self.hall.rows(
            "SELECT d.strategy, count(*) AS n FROM people p JOIN ballot_owners o ON o.person_id = p.id"
            " JOIN dots d ON d.ballot_id = o.ballot_id WHERE p.telegram_id = $1"
            " GROUP BY d.strategy ORDER BY d.strategy",
            self.phone.id,
        )
        return {row["strategy"]: row["n"] for row in rows}

    async def contributions(self) -> list[tuple[str, str | None, str | None]]:
        """The contributions kept of this person that stand: text, strategy, question."""
        rows = await self.hall.rows(
            "SELECT c.text, c.strategy, c.question FROM contributions c"
            " JOIN contribution_messages m ON m.contribution_id = c.id"
            " WHERE m.chat_id = $1 AND c.withdrawn_at IS NULL ORDER BY m.message_id",
            self.phone.id,
        )
        return [(row["text"], row["strategy"], row["question"]) for row in rows]

    async def seat(self) -> tuple[str | None, str | None]:
        """Table and zone of this person, from the database."""
        rows = await self.hall.rows(
            "SELECT table_code, zone FROM people WHERE telegram_id = $1", self.phone.id
        )
        return (rows[0]["table_code"], rows[0]["zone"]) if rows else (None, None)


class Hall:
    """The local Telegram, the bot's database and its clock; `bot` is the running bot."""

    def __init__(self, telegram: Telegram, database: Database, event: Event, clock: HallClock) -> None:
        self.telegram = telegram
        self.database = database
        self.event = event
        self.clock = clock
        self.definition = PACKAGED.read_text(encoding="utf-8") if event == _packaged() else "its own"
        self.settings: Settings
        self.bot: RunningBot
        self._running: asyncio.Task[None] | None = None
        self._people = 0
        self._serial = 0
        self.thinker: Thinker | None = None
        self._followers: set[web.WebSocketResponse] = set()
        telegram.app.router.add_get("/clock", self._follow)

    def starts(self) -> None:
        """Start the bot (again), on the same database."""
        # The catalogs are read once for all tests: that takes longer than most of them.
        with patch("bot.app.load_translators", _translators):
            self.bot = RunningBot(
                self.settings,
                self.event,
                self.definition,
                self.database,
                self.clock,
                thinker=self.thinker,
            )
        self._running = asyncio.create_task(self.bot.run())

    async def stops(self) -> None:
        """Stop the bot as SIGTERM does. What it broke of is raised here."""
        running, self._running = self._running, None
        if running is None:
            return
        self.bot.stop()
        async with asyncio.timeout(PATIENCE):
            await running

    async def is_killed(self) -> None:
        """End the bot in the midst of whatever it does, as well as that goes in one process."""
        running, self._running = self._running, None
        assert running is not None, "started before"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def prepared(self) -> None:
        """Wait until the bot has given its new database the event, or has ended."""

        async def has_begun() -> bool:
            return self._running is None or self._running.done() or await self.count("tables") > 0

        await eventually(has_begun)

    async def ended(self) -> None:
        """Wait until the bot has ended by itself; what it broke of is raised here."""
        assert self._running is not None, "started before"
        await self._running

    def somebody(self, name: str = "Anna", language: str = "it") -> Somebody:
        self._people += 1
        return Somebody(self, self.telegram.phone(1000 + self._people, name, language_code=language))

    async def people(self, number: int, table: str = "T1") -> list[Somebody]:
        """So many people, registered at a table."""
        found = [self.somebody(f"Persona {n}") for n in range(number)]
        for each in found:
            each.phone.start(table)
        await self.quiet()
        for each in found:
            welcome = each.screen()
            each.phone.tap(welcome.id, welcome.buttons[0].callback_data or "")
        await self.quiet()
        for each in found:
            await each.reads()
        return found

    async def facilitator(self, table: str = "T1", name: str = "Lara") -> Somebody:
        return await self._with_role(name, Role.FACILITATOR, table)

    async def regia(self, name: str = "Vittoria") -> Somebody:
        return await self._with_role(name, Role.REGIA, None)

    async def _with_role(self, name: str, role: Role, table: str | None) -> Somebody:
        who = self.somebody(name)
        await who.opens(await self.invites(role, table, f"{name}{self._people}"))
        await who.taps("Ho letto")
        return who

    async def invites(
        self,
        role: Role,
        table: str | None,
        word: str = "once",
        until: datetime | None = None,
        *,
        venue: str | None = None,
    ) -> str:
        """The payload of a new one-time link."""
        now = self.clock.now()
        return await invitations.invite(
            self.database, role, table, word, now, until or now.replace(hour=23), venue=venue
        )

    async def at(self, time_of_day: str) -> None:
        """Move the event's time, and let everything that is due happen."""
        hour, minute = (int(part) for part in time_of_day.split(":"))
        self.clock.at = datetime(2023, 12, 5, hour, minute, tzinfo=self.event.zone_info)
        for socket in self._followers:
            await self._grant(socket)
        await self.quiet()

    @property
    def clock_url(self) -> str:
        """Where a bot in a process of its own follows this hall's time; there it flows as real time does."""
        return self.telegram.url.replace("http", "ws", 1) + "/clock"

    async def _follow(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._followers.add(socket)
        try:
            await self._grant(socket)
            async for _ in socket:
                pass
        finally:
            self._followers.discard(socket)
        return socket

    async def _grant(self, socket: web.WebSocketResponse) -> None:
        self._serial += 1
        until = self.clock.at + timedelta(hours=6)
        grant = {"serial": self._serial, "now": to_text(self.clock.at), "speed": 1.0, "until": to_text(until)}
        await socket.send_json(grant)

    async def rows(self, sql: str, *values: object) -> Sequence[Row]:
        """What the database says."""
        return await self.database.fetch(sql, *values)

    async def count(self, table: str, where: str = "TRUE") -> int:
        """How many rows a table has."""
        rows = await self.rows(f"SELECT count(*) AS n FROM {table} WHERE {where}")  # noqa: S608 - our words
        return int(rows[0]["n"])

    async def phase(self, table: str) -> str:
        """The phase a table is in."""
        return str((await self.rows("SELECT phase FROM tables WHERE code = $1", table))[0]["phase"])

    async def quiet(self, patience: float = PATIENCE) -> None:
        """Wait until the bot has handled, sent and drawn everything there is."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if self._running is not None and self._running.done():
                self._running.result()
                raise AssertionError("the bot has stopped by itself")
            if not self.telegram.pending_updates() and not await self._owed():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"not quiet: {self.telegram.pending_updates()} {await self._owed()}")

    def breaks(
        self, method: str, fault: Fault, times: int = 1, when: Callable[[Call], bool] = lambda call: True
    ) -> None:
        """The next `times` calls of a method (that `when` is true of) go wrong."""
        left = times

        async def intercept(call: Call) -> Fault | None:
            nonlocal left
            if call.method != method or left == 0 or not when(call):
                return None
            left -= 1
            return fault

        self.telegram.intercept = intercept

    async def calls_more(self, method: str, times: int) -> None:
        """Wait until the bot has made so many more calls of a method."""
        wanted = self.telegram.calls_by_method[method] + times
        await eventually(lambda: self.telegram.calls_by_method[method] >= wanted)

    def called(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every call of this method that was answered well."""
        return [dict(call.params) for call in self.telegram.calls if call.method == method and call.ok]

    async def _owed(self) -> list[str]:
        rows = await self.database.fetch(
            "SELECT 'announcement ' || key AS what FROM announcements WHERE spread_at IS NULL"
            " UNION ALL SELECT 'letter ' || key FROM outbox o LEFT JOIN people p ON p.id = o.person_id"
            "   WHERE sent_at IS NULL AND dead_at IS NULL AND superseded_at IS NULL"
            "   AND unreachable_since IS NULL"
            " UNION ALL SELECT 'screen ' || kind FROM screens s JOIN people p ON p.id = s.person_id"
            "   WHERE wanted_version > shown_version AND unreachable_since IS NULL"
            " UNION ALL SELECT 'menu ' || person_id FROM menus m JOIN people p ON p.id = m.person_id"
            "   WHERE wanted_version > set_version AND unreachable_since IS NULL"
            " UNION ALL SELECT 'message ' || key FROM inbox"
            " UNION ALL SELECT 'file ' || id FROM note_files f WHERE kept_at IS NULL AND lost_at IS NULL"
            "   AND EXISTS (SELECT 1 FROM notes WHERE id = f.note_id AND withdrawn_at IS NULL)"
            " UNION ALL SELECT 'to remove ' || name FROM note_files_to_remove"
            " UNION ALL SELECT 'restitution ' || version FROM restitutions WHERE made_at IS NULL"
            " UNION ALL SELECT 'moment ' || key FROM moments WHERE done_at IS NULL AND due_at <= $1"
            "   AND NOT EXISTS (SELECT 1 FROM agenda WHERE held_at IS NOT NULL)",
            to_text(self.clock.now()),
        )
        return [*(row["what"] for row in rows), *(await self._to_be_thought())]

    async def _to_be_thought(self) -> list[str]:
        if self.thinker is None:
            return []
        state = await themes.state(self.database)
        return [
            *(["contributions to be read"] if state.unread else []),
            *(["themes to be found"] if state.changes > state.grouped else []),
            *(["themes to be described"] if state.newest_act > state.described else []),
        ]


@asynccontextmanager
async def open_hall(
    folder: Path,
    event: Event | None = None,
    *,
    channel: bool = False,
    token: str = TOKEN,
    paid: bool = False,
    thinker: Thinker | None = None,
) -> AsyncIterator[Hall]:
    """A running bot at 9:15 of the event's day; stopped at the end.

    With `channel` the regia's channel gets its pictures, which takes the time it takes to draw them. With a
    `thinker` themes are found; without one they are made by hand alone.
    """
    event = event or _packaged()
    clock = HallClock(datetime(2023, 12, 5, 9, 15, tzinfo=event.zone_info))
    telegram = Telegram(TOKEN, "bollini_bot", clock.now, seed=1)
    telegram.channel(CHANNEL)
    database = await open_new(folder / "event.db")
    hall = Hall(telegram, database, event, clock)
    hall.settings = Settings(
        token=SecretStr(token),
        api_url=await telegram.start(),
        channel=CHANNEL if channel else None,
        database=folder / "event.db",
        paid_broadcast=paid,
        themes=False,
    )
    hall.thinker = thinker
    hall.starts()
    try:
        await hall.prepared()
        yield hall
    finally:
        try:
            await hall.stops()
        finally:
            await database.close()
            await telegram.stop()
