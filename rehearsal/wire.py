"""How the rehearsal and its supervisor talk: one JSON object a line, on standard input and output."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from rehearsal.crowd.people import Invite

if TYPE_CHECKING:
    from collections.abc import Callable


class Wire:
    """Says things to the supervisor and hears it.

    invites: set once the supervisor has sent the one-time links (or has nothing more to say). stopping: set
    when it wants the rehearsal to end. on_killed: called when it has just killed the bot.
    """

    def __init__(self, say: Callable[[str], object] | None = None) -> None:
        self._say = say or _to_stdout
        self.invites: asyncio.Future[tuple[Invite, ...]] = asyncio.get_running_loop().create_future()
        self.stopping = asyncio.Event()
        self.restarts = 0
        self.on_killed: Callable[[], None] = lambda: None

    def say(self, **what: Any) -> None:
        """Say one thing: `say(done={...})`."""
        self._say(json.dumps(what, ensure_ascii=False, separators=(",", ":")))

    async def listen(self) -> None:
        """Hear the supervisor until it hangs up; who hangs up wants no more."""
        reader = asyncio.StreamReader(limit=2**22)
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        except ValueError:
            # Neither pipe nor terminal: nobody can say anything.
            self.hear_nothing_more()
            return
        while line := await reader.readline():
            self.hear(line.decode())
        self.hear_nothing_more()

    def hear(self, line: str) -> None:
        """One line of the supervisor's. Raises `ValueError` when it is no JSON object."""
        said = json.loads(line)
        if not isinstance(said, dict):
            raise ValueError(f"not a JSON object: {line!r}")
        if "invites" in said and not self.invites.done():
            self.invites.set_result(
                tuple(Invite(one["role"], one.get("table"), one["payload"]) for one in said["invites"])
            )
        if said.get("killed"):
            self.on_killed()
        if said.get("restarted"):
            self.restarts += 1
        if said.get("stop"):
            self.stopping.set()

    def hear_nothing_more(self) -> None:
        """The supervisor hung up: without invitations if it sent none."""
        if not self.invites.done():
            self.invites.set_result(())


def _to_stdout(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
