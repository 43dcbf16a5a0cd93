"""`bollini rehearse`: a whole event on a local Telegram, with a crowd.

Two processes meet over HTTP, as Telegram and a bot do: the rehearsal (`python -m rehearsal`, which owns the
clock) and the bot (`bollini run`). This command starts both, kills the bot or fills its disk where the
rehearsal says so, and writes the summary.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.commands import summary
from participation.event import PACKAGED, EventFileError, load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

STOP_SECONDS = 15.0

LEFT = (
    *("event.db", "event.db-wal", "event.db-shm"),
    *("summary.json", "crowd.json", "trouble.json", "phones.json"),
)
"""What a rehearsal leaves that would be taken for the next one's."""

FULL_BYTES = 4096
"""What a file of the bot may hold while its disk is full: writes behind that fail."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How large, which, and where to."""
    parser.add_argument(
        "--people", type=int, default=120, metavar="N", help="people in the crowd (default 120)"
    )
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="the same seed plays the same event")
    parser.add_argument(
        "--out", type=Path, default=Path("rehearsals/last"), metavar="DIR", help="where all is kept"
    )
    parser.add_argument("--event", type=Path, metavar="FILE", help="the event file (default: Turin's)")
    parser.add_argument(
        "--headless", action="store_true", help="no phones to play with: the crowd alone, fast"
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="the local Telegram's port (default: any)"
    )
    parser.add_argument(
        "--kill-at",
        default="",
        metavar="PHASES",
        help="kill the bot (as kill -9 does) in the middle of these, and start it again: session1,session2",
    )
    parser.add_argument(
        "--faults",
        choices=("rates", "once"),
        help="everything goes wrong that can, again and again or each once or twice (with --headless)",
    )
    parser.add_argument(
        "--kills", type=int, default=0, metavar="N", help="with --faults: kill the bot at N random moments"
    )
    parser.add_argument(
        "--webhook", action="store_true", help="the local Telegram delivers to the bot instead of being asked"
    )


def run(arguments: argparse.Namespace) -> int:
    """Play; 0 when it went through to the end."""
    try:
        load(arguments.event)
    except EventFileError as error:
        print(error, file=sys.stderr)
        return 2
    out: Path = arguments.out
    if (out / "event.db").exists():
        if not (out / "summary.json").exists() and not (out / "calls.jsonl").exists():
            print(
                f"{out} holds a database that no rehearsal made. Choose another folder with --out.",
                file=sys.stderr,
            )
            return 2
        for name in LEFT:
            (out / name).unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    try:
        return asyncio.run(_Rehearsal(arguments).play())
    except KeyboardInterrupt:
        return 130


class _Rehearsal:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._out: Path = arguments.out
        self._log = (self._out / "bot.log").open("wb")
        self._stage: asyncio.subprocess.Process | None = None
        self._bot: asyncio.subprocess.Process | None = None
        self._environment = dict(os.environ)
        self._logging: set[asyncio.Task[None]] = set()

    async def play(self) -> int:
        began = time.monotonic()
        try:
            status = await self._play()
        finally:
            await self._stop(self._bot)
            await self._stop(self._stage)
            await asyncio.gather(*self._logging)
            self._log.close()
        found: dict[str, Any] = await summary.read(self._out / "event.db")
        _add_what_phones_saw(found, self._out / "crowd.json")
        found["calls"] = summary.count_calls(self._out / "calls.jsonl")
        found["wall_seconds"] = round(time.monotonic() - began, 1)
        text = json.dumps(found, ensure_ascii=False, indent=2)
        (self._out / "summary.json").write_text(text + "\n", encoding="utf-8")
        for line in _used(found):
            print(line)
        people, posts, seconds = found["people"], found["channel_posts"], found["wall_seconds"]
        print(f"{people} people, {posts} channel posts, {seconds} s: {self._out}")
        return status

    async def _play(self) -> int:
        stage = self._stage = await self._start_stage()
        assert stage.stdout is not None, "started with a pipe"
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._ask_to_stop)
        phase = None
        async for line in stage.stdout:
            said = json.loads(line)
            if "ready" in said:
                await self._ready(said["ready"])
            elif "kill" in said:
                await self._kill(said["kill"])
            elif "disk" in said:
                self._limit_files(FULL_BYTES if said["disk"] == "full" else resource.RLIM_INFINITY)
            elif "progress" in said:
                # Who plays by hand has the clock in the page, and should find its address here.
                if self._arguments.headless or said["progress"]["phase"] != phase:
                    print(_progress(said["progress"]), flush=True)
                phase = said["progress"]["phase"]
            elif "failed" in said:
                print(f"The rehearsal failed: {said['failed']}", file=sys.stderr)
                return 1
            elif "done" in said:
                return 0
            if self._bot is not None and self._bot.returncode is not None:
                print(f"The bot stopped by itself; see {self._out / 'bot.log'}", file=sys.stderr)
                return 1
        print("The local Telegram stopped by itself.", file=sys.stderr)
        return 1

    async def _start_stage(self) -> asyncio.subprocess.Process:
        given = self._arguments
        event = given.event or PACKAGED
        command = [sys.executable, "-m", "rehearsal", "--event", str(event), "--people", str(given.people)]
        command += ["--seed", str(given.seed), "--out", str(self._out), "--port", str(given.port)]
        if given.headless:
            command.append("--headless")
        if given.kill_at:
            command += ["--kill-at", given.kill_at]
        if given.faults:
            command += ["--faults", given.faults, "--kills", str(given.kills)]
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**20,
            # Ctrl+C is for this process, which stops the others in their order.
            start_new_session=True,
        )

    async def _ready(self, ready: dict[str, Any]) -> None:
        self._environment |= {
            "BOLLINI_TOKEN": ready["token"],
            "BOLLINI_API_URL": ready["api_url"],
            "BOLLINI_CLOCK_URL": ready["clock_url"],
            "BOLLINI_CHANNEL": str(ready["channel"]),
            "BOLLINI_DATABASE": str(self._out / "event.db"),
        }
        if self._arguments.webhook:
            port = _free_port()
            self._environment |= {
                "BOLLINI_WEBHOOK_URL": f"http://127.0.0.1:{port}/",
                "BOLLINI_WEBHOOK_PORT": str(port),
            }
        if self._arguments.event is not None:
            self._environment["BOLLINI_EVENT"] = str(self._arguments.event)
        inviting = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "invite",
            "--everybody",
            # Two facilitate each table. Who plays by hand gets links, too: the crowd leaves them all but one
            # for each table.
            "--count=2",
            "--json",
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
        )
        links, _ = await inviting.communicate()
        await self._tell({"invites": json.loads(links)})
        await self._start_bot()
        if not self._arguments.headless:
            print(f"Phones to play with: {ready['phones_url']}", flush=True)

    async def _start_bot(self) -> None:
        bot = self._bot = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            env=self._environment,
            # Written here, for the bot itself cannot while its disk is full.
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert bot.stderr is not None, "started with a pipe"
        logging = asyncio.create_task(self._keep_log(bot.stderr))
        self._logging.add(logging)

    async def _keep_log(self, written: asyncio.StreamReader) -> None:
        while chunk := await written.read(2**16):
            self._log.write(chunk)
            self._log.flush()

    async def _kill(self, where: str) -> None:
        assert self._bot is not None, "killed after it was started"
        self._bot.kill()
        await self._bot.wait()
        await self._tell({"killed": True})
        print(f"The bot is killed in {where} and started again.", flush=True)
        await self._start_bot()
        await self._tell({"restarted": True})

    def _limit_files(self, size: int) -> None:
        """Let no file of the running bot grow behind so many bytes."""
        assert self._bot is not None, "limited after it was started"
        with contextlib.suppress(ProcessLookupError):
            _, hard = resource.prlimit(self._bot.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(self._bot.pid, resource.RLIMIT_FSIZE, (size, hard))

    def _ask_to_stop(self) -> None:
        """End what is played, and keep what came of it. Asked a second time, end at once."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        if self._stage is not None and self._stage.stdin is not None:
            self._stage.stdin.write(b'{"stop": true}\n')

    async def _tell(self, said: dict[str, Any]) -> None:
        assert self._stage is not None, "told after it was started"
        assert self._stage.stdin is not None, "started with a pipe"
        self._stage.stdin.write(json.dumps(said).encode() + b"\n")
        await self._stage.stdin.drain()

    async def _stop(self, process: asyncio.subprocess.Process | None) -> None:
        if process is None or process.returncode is not None:
            return
        process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _add_what_phones_saw(found: dict[str, Any], crowd: Path) -> None:
    """How often two took the same step at once, and the second was told: no trace has that, the phones do."""
    if not crowd.exists():
        return
    seen = json.loads(crowd.read_text(encoding="utf-8"))["tables"]
    for table, used in found["used"].items():
        used["together"] = seen[table]["together"]


def _used(found: dict[str, Any]) -> Iterator[str]:
    """A line for each table: its ballots by channel, and how often it used what."""
    for table, used in found["used"].items():
        figures = {**found["tables"][table]["channels"], **used}
        yield "  ".join((f"{table:<4}", *(f"{name} {count}" for name, count in figures.items())))


def _progress(progress: dict[str, Any]) -> str:
    return "  ".join(f"{key} {value}" for key, value in progress.items())
