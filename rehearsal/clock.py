"""The event's time, owned by the rehearsal, and the WebSocket through which the bot follows it.

The server says how time goes, the bot says until when it has done its work::

    server -> bot  {"serial": 17, "now": "...Z", "speed": 40.0, "until": "...Z", "wrong": 0.0}
    bot -> server  {"serial": 17, "due": "...Z" | null}

At receipt the event's time is `now`; it flows at `speed` event seconds for each real one, and holds at
`until` until the next grant. `due` is the next thing the bot must do (null: nothing): no grant goes beyond,
so the bot never finds that a moment has passed while it was busy. Without a bot time stands still. Where it
stands, the bot's paces and pauses go on in real time.

`wrong` is by how many seconds the clock of the bot's machine is ahead (`set_wrong`): there it is `now` plus
that, as on a machine whose time was set badly. Everybody else's time, and what the bot says is due, is right.

How fast time goes is one function without state, `decide`:

- it never passes what the bot reported as due;
- it never passes a moment of the agenda, or the end of the run-offs, while somebody in the crowd who means to
  act before it has not, or waits for an answer; the last seconds before such a moment run at real speed, for
  paced edits to arrive;
- Session 1 runs at most at `Pace.session1`, other stretches in which people act at `Pace.acting`;
- when nobody waits and nothing is due for a while, time jumps.

When people watch, they choose the speed, pause, or jump to the next moment (`hurry`, `go_at`, `pause`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.programme import Programme

PATIENCE: Final = timedelta(seconds=15)
"""As a rule, the event time before a moment that runs at real speed while somebody has yet to act."""

BARELY: Final = timedelta(milliseconds=1)
"""How close time may come to such a moment."""

QUIET: Final = timedelta(seconds=30)
"""Event time without anything to do that is worth a jump."""

SETTLED: Final = 0.03
"""Real seconds without news from bot or crowd before a jump: what is done may bring more to do with it."""

JUMP: Final = 1_000_000.0
"""The speed of a jump."""

ACCEPTED: Final = (1.0, 10.0, 40.0)
"""Speeds that can be asked for when people watch."""


class Errands(Protocol):
    """What the clock asks of the crowd; times are those planned."""

    @property
    def unanswered(self) -> datetime | None:
        """The earliest act that is due, or under way, and not answered."""

    @property
    def planned(self) -> datetime | None:
        """The earliest act that is not due yet."""


class NoErrands:
    """Nobody means to do anything."""

    unanswered: datetime | None = None
    planned: datetime | None = None


@dataclass(frozen=True)
class Pace:
    """How fast time goes, in event seconds for each real second; `may_jump` is False when people watch.

    patience: event time before a moment that runs at real speed while somebody has yet to act before it.
    """

    session1: float = 40.0
    acting: float = 500.0
    may_jump: bool = True
    patience: timedelta = PATIENCE


@dataclass(frozen=True)
class Grant:
    """Time flows at `speed` and holds at `until`."""

    speed: float
    until: datetime


def decide(now: datetime, due: datetime | None, errands: Errands, programme: Programme, pace: Pace) -> Grant:
    """How time goes on from `now`. `due` is what the bot reported last (None: nothing)."""
    if due is not None and due <= now:
        return Grant(1.0, now)
    in_session1 = programme.session1 <= now < programme.session2
    speed = pace.session1 if in_session1 else pace.acting
    edge = programme.session2 if in_session1 else programme.session1
    if due is None:
        limits = [max(now, programme.over)]
    elif due <= programme.over:
        limits = [due]
    else:
        # What is left to send when the event is over still needs time to be sent in.
        limits = [max(programme.over, min(due, now + QUIET))]
    if now < edge:
        limits.append(edge)

    first = min((at for at in (errands.unanswered, errands.planned) if at is not None), default=None)
    if first is not None:
        moment = programme.deadline_after(first)
        if now < moment - pace.patience:
            limits.append(moment - pace.patience)
        else:
            limits.append(moment - BARELY)
            speed = 1.0 if errands.unanswered is not None else speed
    until = max(now, min(limits))

    if pace.may_jump and not in_session1 and errands.unanswered is None:
        ahead = until if errands.planned is None else min(until, errands.planned)
        if ahead - now > QUIET:
            return Grant(JUMP, ahead)
    return Grant(speed, until)


class Clock:
    """The event's time, and the grants to the bot.

    Set-up: `Clock(programme)`, `routes(app)`, `follow(crowd)`; then `run()` as a task that its owner cancels.
    Whoever changes what `Errands` would answer calls `reconsider()`. `monotonic` counts real seconds.
    """

    def __init__(
        self,
        programme: Programme,
        pace: Pace | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.programme = programme
        self._asked = pace or Pace()
        self._headless_pace = Pace()
        self._hurry_to: datetime | None = None
        self._paused = False
        self._monotonic = monotonic
        self._errands: Errands = NoErrands()
        self._base = programme.start
        self._base_real = monotonic()
        self._grant = Grant(1.0, programme.start)
        self._serial = 0
        self._bot: web.WebSocketResponse | None = None
        self._reported = False
        self._due: datetime | None = None
        self._held_since: float | None = monotonic()
        self._news = monotonic()
        self._wake = asyncio.Event()
        self._moved: asyncio.Future[None] | None = None
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._wrong = 0.0
        self._wrong_since = 0
        self.connections = 0

    # --- for everybody ---------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The event's time, aware UTC."""
        flown = (self._monotonic() - self._base_real) * self._grant.speed
        room = (self._grant.until - self._base).total_seconds()
        if flown >= room:
            return max(self._base, self._grant.until)
        return self._base + timedelta(seconds=max(0.0, flown))

    @property
    def connected(self) -> bool:
        """Whether a bot is there and has said what it has to do."""
        return self._bot is not None and self._reported

    @property
    def due(self) -> datetime | None:
        """What the bot has to do next; None: nothing, or no bot."""
        return self._due if self.connected else None

    def follow(self, errands: Errands) -> None:
        """From now on ask `errands` what the crowd means to do."""
        self._errands = errands
        self.reconsider()

    def reconsider(self) -> None:
        """Something changed: decide again."""
        self._news = self._monotonic()
        self._wake.set()

    async def wait_until(self, when: datetime) -> None:
        """Return when the event's time has reached `when`."""
        while (left := (when - self.now()).total_seconds()) > 0:
            moved = self._change()
            grant = self._grant
            pause = left / grant.speed if grant.until >= when else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await asyncio.shield(moved)

    def stuck(self, seconds: float) -> str | None:
        """Why time could not go on for so many real seconds; None when it could, or when people hold it."""
        if self._held_since is None or self._monotonic() - self._held_since < seconds:
            return None
        at = self.programme.local(self.now())
        if not self.connected:
            return f"the bot has not been connected to the clock for {seconds:.0f} s, at {at}"
        if self._due is not None and self._due <= self.now():
            due = self.programme.local(self._due)
            return f"the bot has not finished what was due at {due} for {seconds:.0f} s"
        return None

    # --- for the owner ---------------------------------------------------------------------------------

    def set_wrong(self, seconds: float) -> None:
        """From now on the bot's machine is so far ahead (0: it is right again)."""
        self._wrong = seconds
        # Time stands still until the bot has said what it has to do by its new time.
        self._reported, self._due = False, None
        self._stand_still()
        self._wrong_since = self._serial
        self._send()

    def routes(self, app: web.Application) -> None:
        """Add the clock's routes: the bot's WebSocket, and reading and setting the speed."""
        app.router.add_get("/clock", self._meet)
        app.router.add_get("/clock/state", self._show)
        app.router.add_post("/clock/speed", self._set_speed)

    async def run(self) -> None:
        """Grant time for as long as the task lives."""
        while True:
            self._wake.clear()
            pause = self._step()
            # Not wait_for: in Python 3.11 it can swallow the owner's cancel.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def close(self) -> None:
        """Let the bot go."""
        if self._bot is not None:
            await self._bot.close()

    def _step(self) -> float | None:
        """Decide once; the real seconds after which to decide again, None: when something changes."""
        now, settled = self.now(), self._monotonic() - self._news >= SETTLED
        grant = self._decided(now, settled=settled) if self.connected else Grant(1.0, now)
        # Time that already holds at the end of a grant needs no other grant to hold there.
        holds = grant.until <= now == self._grant.until
        if not holds and grant != self._grant:
            self._base, self._base_real, self._grant = now, self._monotonic(), grant
            self._serial += 1
            self._send()
            self._tell()
        if grant.until <= now:
            if self._held_since is None:
                self._held_since = self._monotonic()
            return None
        self._held_since = None
        pause = (grant.until - now).total_seconds() / grant.speed
        return pause if settled else min(pause, SETTLED)

    def _decided(self, now: datetime, *, settled: bool) -> Grant:
        if self._hurry_to is not None:
            if now < self._hurry_to:
                pace = replace(self._headless_pace, may_jump=settled)
                grant = decide(now, self._due, self._errands, self.programme, pace)
                return Grant(grant.speed, min(grant.until, self._hurry_to))
            self._hurry_to = None
        if self._paused:
            return Grant(1.0, now)
        pace = replace(self._asked, may_jump=self._asked.may_jump and settled)
        return decide(now, self._due, self._errands, self.programme, pace)

    def _change(self) -> asyncio.Future[None]:
        if self._moved is None or self._moved.done():
            self._moved = asyncio.get_running_loop().create_future()
        return self._moved

    def _tell(self) -> None:
        if self._moved is not None and not self._moved.done():
            self._moved.set_result(None)

    # --- the bot ---------------------------------------------------------------------------------------

    def _send(self) -> None:
        if self._bot is None:
            return
        # The bot hears `now` as it is when the message leaves, with the grant's own speed and limit.
        self._outbox.put_nowait(
            json.dumps(
                {
                    "serial": self._serial,
                    "now": _iso(self.now()),
                    "speed": self._grant.speed,
                    "until": _iso(self._grant.until),
                    "wrong": self._wrong,
                }
            )
        )

    async def _meet(self, request: web.Request) -> web.WebSocketResponse:
        """The bot's WebSocket. A second bot takes the place of the first, as after a restart."""
        socket = web.WebSocketResponse(heartbeat=None, autoping=True)
        await socket.prepare(request)
        if self._bot is not None:
            await self._bot.close()
        self._bot, self._reported, self._due = socket, False, None
        self._outbox = asyncio.Queue()
        self.connections += 1
        self._stand_still()
        self._send()
        writer = asyncio.create_task(self._write(socket, self._outbox))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._heard(json.loads(message.data))
        finally:
            # First what must happen: the server may cancel this task as soon as the connection is lost.
            if self._bot is socket:
                self._bot, self._reported, self._due = None, False, None
                self._stand_still()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return socket

    @staticmethod
    async def _write(socket: web.WebSocketResponse, outbox: asyncio.Queue[str]) -> None:
        while True:
            text = await outbox.get()
            if socket.closed:
                return
            await socket.send_str(text)

    def _stand_still(self) -> None:
        now = self.now()
        self._base, self._base_real, self._grant = now, self._monotonic(), Grant(1.0, now)
        self._held_since = self._base_real
        self._serial += 1
        self._tell()
        self._wake.set()

    def _heard(self, report: dict[str, object]) -> None:
        if int(str(report["serial"])) < self._wrong_since:
            # Said by a time that the bot does not go by any more.
            return
        due = report["due"]
        self._due = None if due is None else datetime.fromisoformat(str(due)).astimezone(UTC)
        self._reported = True
        self.reconsider()

    # --- people who watch ------------------------------------------------------------------------------

    def go_at(self, speed: float) -> None:
        """Go at one of the `ACCEPTED` speeds, and end a pause. Raises `ValueError` for another speed."""
        if speed not in ACCEPTED:
            raise ValueError(f"not one of the speeds {ACCEPTED}: {speed}")
        self._paused, self._hurry_to, self._asked = False, None, watched(float(speed))
        self.reconsider()

    def pause(self, paused: bool = True) -> None:
        """Stand still; False: go on as before."""
        self._paused, self._hurry_to = paused, None
        self.reconsider()

    def hurry(self) -> None:
        """Go to the next moment as fast as the crowd allows; there, go on, or pause again, as before."""
        self._hurry_to = self.programme.moment_after(self.now())
        self.reconsider()

    def state(self) -> dict[str, object]:
        """What is shown of the clock, as JSON.

        The time is `now`, flows at `speed` and holds at `until`; `asked` is the speed asked for; `hurry`
        whether it is on its way to `next`.
        """
        now = self.now()
        return {
            "now": _iso(now),
            "local": self.programme.local(now),
            "stretch": self.programme.stretch(now),
            "speed": self._grant.speed,
            "asked": self._asked.acting,
            "paused": self._paused,
            "hurry": self._hurry_to is not None and now < self._hurry_to,
            "until": _iso(self._grant.until),
            "next": _iso(self.programme.moment_after(now)),
            "connected": self.connected,
        }

    async def _show(self, _request: web.Request) -> web.Response:
        return web.json_response(self.state())

    async def _set_speed(self, request: web.Request) -> web.Response:
        """`{"speed": 1 | 10 | 40}`, `{"pause": true | false}`, or `{"jump": true}`: to the next moment."""
        try:
            wish = await request.json()
        except ValueError:
            wish = None
        match wish:
            case {"jump": True}:
                self.hurry()
            case {"pause": bool(paused)}:
                self.pause(paused)
            case {"speed": 1 | 10 | 40 as speed}:
                self.go_at(float(speed))
            case _:
                raise web.HTTPBadRequest(text='{"speed": 1, 10 or 40}, {"pause": true} or {"jump": true}')
        return await self._show(request)


def watched(speed: float) -> Pace:
    """The pace when people watch: one speed everywhere, no jumps unless they ask for one."""
    return Pace(session1=min(speed, Pace().session1), acting=speed, may_jump=False)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
