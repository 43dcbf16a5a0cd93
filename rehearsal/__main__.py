"""`python -m rehearsal`: a local Telegram with its clock and a crowd, for a supervisor that runs the bot.

Standard output has one JSON object a line: `ready` (where the bot finds everything), `progress` about every
second, `kill` (the supervisor kills the bot and starts it again), `disk` ("full": no file of the bot may
grow; "free": they may again), at the end `done` or `failed`. Standard input takes `{"invites": [{"role",
"table", "payload"}]}`, `{"killed": true}`, `{"restarted": true}` and `{"stop": true}`. The exit status is 0
after `done`, 1 after `failed`, 2 for arguments that cannot be used.

With `--faults` all goes wrong that can (`trouble.py`); phones.json then holds what every phone shows at the
end, and trouble.json what was done to the bot.

Headless, the crowd plays alone and as fast as the rules of the clock allow. Otherwise people watch, and take
part with phones in a web page: time goes at the speed they choose, and the crowd does not mind what they do.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import secrets
import signal
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rehearsal import check, web
from rehearsal.clock import QUIET, Clock, watched
from rehearsal.crowd.crowd import Crowd
from rehearsal.crowd.hands import NoAnswer
from rehearsal.crowd.kills import stretches
from rehearsal.crowd.people import spare
from rehearsal.crowd.plan import make
from rehearsal.crowd.sentences import Sentences
from rehearsal.programme import read
from rehearsal.telegram import Recorder, Telegram
from rehearsal.trouble import PACE_IN_TROUBLE, WEBHOOKS_IN_TROUBLE, Trouble, Wanted, shown_on_phones
from rehearsal.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rehearsal.crowd.people import Invite
    from rehearsal.programme import Programme

CHANNEL: Final = -1_001_700_000_001
USERNAME: Final = "bollini_rehearsal_bot"
STUCK_SECONDS: Final = 60.0
QUIET_SECONDS: Final = 0.5
QUIET_AT_MOST: Final = 15.0
PROGRESS_SECONDS: Final = 1.0
LEAVING_SECONDS: Final = 30.0
WATCHED_SPEED: Final = 10.0


class Failed(Exception):
    """The rehearsal failed; the message is the sentence to say."""


class Rehearsal:
    """One event, from ready to done."""

    def __init__(self, arguments: argparse.Namespace, programme: Programme, wire: Wire) -> None:
        self._arguments = arguments
        self._out: Path = arguments.out
        self._programme = programme
        self._wire = wire
        self._began = time.monotonic()
        pace = PACE_IN_TROUBLE if arguments.faults else None
        self._clock = Clock(programme, pace if arguments.headless else watched(WATCHED_SPEED))
        # Made up for each run; the recorder keeps it out of every file.
        self._token = f"7000000001:{secrets.token_urlsafe(26)}"
        self.telegram = Telegram(
            self._token,
            USERNAME,
            self._clock.now,
            Recorder(self._out),
            seed=arguments.seed,
            webhooks=WEBHOOKS_IN_TROUBLE if arguments.faults else None,
        )
        self._clock.routes(self.telegram.app)
        self._crowd: Crowd | None = None
        self._trouble: Trouble | None = None
        if arguments.faults:
            wanted = Wanted(
                arguments.seed, arguments.people, arguments.kills, each_once=arguments.faults == "once"
            )
            self._trouble = Trouble(wanted, programme, self.telegram, self._clock, wire)
            wire.on_killed = self._trouble.was_killed
        self._spare: tuple[Invite, ...] = ()
        if not arguments.headless:
            web.setup(
                self.telegram.app,
                self.telegram,
                self._clock,
                invites=lambda: [vars(invite) for invite in self._spare],
                tables=programme.tables,
                people=lambda: {} if self._crowd is None else self._crowd.plan.people,
                opened=self._opened,
            )

    async def play(self) -> int:
        """Serve, play, check; returns the exit status."""
        channel = self.telegram.channel(CHANNEL, "Regia")
        try:
            url = await self.telegram.start(port=self._arguments.port)
            self._wire.say(
                ready={
                    "api_url": url,
                    "clock_url": f"{url.replace('http', 'ws', 1)}/clock",
                    "phones_url": f"{url}/",
                    "token": self._token,
                    "channel": CHANNEL,
                    "bot_username": USERNAME,
                }
            )
            try:
                await self._whole_event()
            except (Failed, NoAnswer) as failure:
                self._keep([str(failure)])
                self._wire.say(failed=f"{failure}, at {self._programme.local(self._clock.now())}")
                return 1
            found = []
            if self._crowd is not None:
                found = check.problems(
                    self.telegram, self._crowd, CHANNEL, troubled=self._trouble is not None
                )
            self._keep(found)
            if found and self._arguments.headless:
                more = f" (and {len(found) - 1} more: see crowd.json)" if len(found) > 1 else ""
                self._wire.say(failed=f"{found[0]}{more}")
                return 1
            self._wire.say(
                done={
                    "wall_seconds": round(time.monotonic() - self._began, 1),
                    "people": self._arguments.people,
                    "calls": self._calls(),
                    "channel_posts": len(channel.posts),
                }
            )
            # The supervisor stops the bot first, which still wants to be heard.
            await self._until_stopped(LEAVING_SECONDS)
            return 0
        finally:
            await self._clock.close()
            await self.telegram.stop()

    async def _whole_event(self) -> None:
        async with contextlib.AsyncExitStack() as stack:
            listening = asyncio.create_task(self._wire.listen())
            stack.push_async_callback(_end, listening)
            invites = await self._or_stopped(self._wire.invites)
            if not self._arguments.headless:
                invites, self._spare = spare(invites)
            plan = make(self._programme, self._arguments.people, self._arguments.seed, invites)
            self._crowd = Crowd(
                self._programme,
                plan,
                self.telegram,
                self._clock,
                Sentences(),
                kill_at=self._arguments.kill_at,
                on_kill=lambda name: self._wire.say(kill=name),
                forgiving=not self._arguments.headless,
                troubled=self._trouble is not None,
            )
            self._clock.follow(self._crowd)
            for task in (asyncio.create_task(self._clock.run()), asyncio.create_task(self._report())):
                stack.push_async_callback(_end, task)
            playing = asyncio.create_task(self._to_the_end(self._crowd))
            watching = asyncio.create_task(self._watch(self._crowd))
            under_way = {playing, watching}
            if self._trouble is not None:
                under_way.add(asyncio.create_task(self._trouble.run(self._crowd)))
            for task in under_way:
                stack.push_async_callback(_end, task)
            while not playing.done() and not watching.done():
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    await task

    def _opened(self, link: Mapping[str, str | None]) -> None:
        """Somebody who plays along opened a one-time link: if it is a table's, they lead it."""
        if self._crowd is not None and link["table"] is not None:
            self._crowd.leave(link["table"])

    async def _to_the_end(self, crowd: Crowd) -> None:
        await crowd.run()
        if self._trouble is not None:
            self._trouble.calm()
        await self._clock.wait_until(self._programme.over)
        if not self._arguments.headless:
            await self._until_stopped(None)
            return
        waited = 0.0
        while waited < QUIET_AT_MOST:
            before = self._calls_but_polls()
            await asyncio.sleep(QUIET_SECONDS)
            waited += QUIET_SECONDS
            due = self._clock.due
            idle = self._clock.connected and (due is None or due > self._clock.now() + QUIET)
            if idle and before == self._calls_but_polls() and not self.telegram.pending_updates():
                return
        raise Failed("the bot is not quiet after the end of the event")

    async def _watch(self, crowd: Crowd) -> None:
        """Return when the supervisor stops the rehearsal; raise when nothing goes on."""
        while not self._wire.stopping.is_set():
            stuck = crowd.stuck() or self._clock.stuck(STUCK_SECONDS)
            if stuck is not None:
                raise Failed(stuck)
            await self._until_stopped(PROGRESS_SECONDS)
        if self._arguments.headless:
            raise Failed("the rehearsal was stopped")

    async def _report(self) -> None:
        while True:
            self._wire.say(progress=self._progress())
            await asyncio.sleep(PROGRESS_SECONDS)

    def _progress(self) -> dict[str, Any]:
        assert self._crowd is not None, "the crowd is there before anything is reported"
        now = self._clock.now()
        return {
            "time": self._programme.local(now),
            "phase": self._programme.stretch(now),
            **self._crowd.counts(),
            "calls": self.telegram.calls_total,
            "errors": sum(self.telegram.errors.values()),
        }

    def _calls(self) -> dict[str, Any]:
        errors = {str(status): count for status, count in sorted(self.telegram.errors.items())}
        return {"total": self.telegram.calls_total, "errors": errors}

    def _calls_but_polls(self) -> int:
        return self.telegram.calls_total - self.telegram.calls_by_method["getUpdates"]

    def _keep(self, problems: list[str]) -> None:
        """What everybody meant, what was not as it should be, and what was done to the bot, as files."""
        if self._crowd is not None:
            meant = self._crowd.meant.to_json(self._crowd.hands)
            meant["problems"] = problems
            self._write("crowd.json", meant)
        if self._trouble is not None:
            self._write("trouble.json", self._trouble.report())
            self._write("phones.json", shown_on_phones(self.telegram))

    def _write(self, name: str, content: Any) -> None:
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (self._out / name).write_text(text + "\n", encoding="utf-8")

    async def _until_stopped(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wire.stopping.wait()

    async def _or_stopped(self, future: asyncio.Future[Any]) -> Any:
        stopping = asyncio.create_task(self._wire.stopping.wait())
        try:
            await asyncio.wait({future, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(stopping)
        if not future.done():
            raise Failed("the rehearsal was stopped before it began")
        return future.result()


async def _end(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def arguments_of(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description="A local Telegram with a crowd.")
    parser.add_argument("--event", type=Path, required=True, metavar="FILE", help="the event file (TOML)")
    parser.add_argument("--people", type=int, default=120, metavar="N", help="participants in the crowd")
    parser.add_argument(
        "--seed", type=int, default=7, metavar="N", help="what decides all that chance decides"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the records go")
    parser.add_argument("--headless", action="store_true", help="nobody watches: as fast as the crowd allows")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="the port to listen on (0: any)")
    parser.add_argument(
        "--kill-at",
        type=_names,
        default=(),
        metavar="PHASES",
        help="kill the bot in these: session1,session2",
    )
    parser.add_argument(
        "--faults",
        choices=("rates", "once"),
        help="everything goes wrong: again and again, or each kind of fault once or twice",
    )
    parser.add_argument(
        "--kills", type=int, default=0, metavar="N", help="with --faults: kill the bot at N random moments"
    )
    return parser.parse_args(given)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


async def _run(arguments: argparse.Namespace, programme: Programme) -> int:
    wire = Wire()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, wire.stopping.set)
    return await Rehearsal(arguments, programme, wire).play()


def main(given: Sequence[str] | None = None) -> int:
    """Play; returns the exit status."""
    arguments = arguments_of(given)
    try:
        programme = read(arguments.event)
    except (OSError, tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        sys.stderr.write(f"{arguments.event} cannot be used: {error}. `bollini check` says more.\n")
        return 2
    unknown = [name for name in arguments.kill_at if name not in stretches(programme)]
    if unknown or arguments.people < 0:
        known = ", ".join(stretches(programme))
        sys.stderr.write(f"--kill-at knows {known}; --people is 0 or more.\n")
        return 2
    arguments.out.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_run(arguments, programme))


if __name__ == "__main__":
    sys.exit(main())
