"""What happened, kept in files: every call of the bot, every update, every picture in the channel."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal

import orjson

_FLUSH_EVERY = 50
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def iso(moment: datetime) -> str:
    """The moment in UTC with microseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of the bot and its answer.

    params are the checked ones (uploads as {"file", "bytes", "sha256"}); status is the HTTP status, 0 when
    there was no answer; result is what stood in "result" (for getUpdates the list of update ids), also where
    the bot did not hear of it; description what stood in "description"; fault names the injected fault, if
    any. carried_out: the call took effect. heard: its true answer left for a bot that was there to hear it.
    wall: the wall clock's seconds at the answer. via "webhook": the call came in the answer to an update, and
    nobody hears of it.
    """

    at: datetime
    method: str
    params: Mapping[str, Any]
    status: int
    ok: bool
    result: Any = None
    description: str | None = None
    fault: str | None = None
    carried_out: bool = True
    heard: bool = True
    wall: float = 0.0
    via: Literal["http", "webhook"] = "http"

    @property
    def in_flight(self) -> bool:
        """Whether it took effect and the bot cannot know: if the bot repeats it, it happens twice."""
        return self.carried_out and not self.heard and self.via == "http"


class Recorder:
    """Writes calls.jsonl, updates.jsonl and channel/ under `out`; with None it writes nothing.

    `secrets` are replaced by "<secret>" wherever they would appear in a line.
    """

    def __init__(self, out: Path | None = None, secrets: tuple[str, ...] = ()) -> None:
        self.out = out
        self._secrets = [secret.encode() for secret in secrets if secret]
        self._calls: IO[bytes] | None = None
        self._updates: IO[bytes] | None = None
        self._lines = 0
        if out is not None:
            (out / "channel").mkdir(parents=True, exist_ok=True)
            self._calls = (out / "calls.jsonl").open("wb")
            self._updates = (out / "updates.jsonl").open("wb")

    def keep_secret(self, secret: str) -> None:
        """Replace `secret` in every line written from now on."""
        if secret and secret.encode() not in self._secrets:
            self._secrets.append(secret.encode())

    def call(self, call: CallRecord) -> None:
        """One line in calls.jsonl."""
        if self._calls is None:
            return
        line: dict[str, Any] = {
            "at": iso(call.at),
            "method": call.method,
            "params": call.params,
            "status": call.status,
            "ok": call.ok,
        }
        if call.ok or call.carried_out:
            line["result"] = call.result
        if not call.ok:
            line["description"] = call.description
        if call.fault is not None or not call.heard:
            line |= {"fault": call.fault, "carried_out": call.carried_out, "heard": call.heard}
        if call.via != "http":
            line["via"] = call.via
        self._write(self._calls, line)

    def update(self, at: datetime, update: Mapping[str, Any]) -> None:
        """One line in updates.jsonl: the update as it stands, with "at" before it."""
        if self._updates is not None:
            self._write(self._updates, {"at": iso(at), **update})

    def channel_post(self, number: int, name: str, picture: bytes | None, text: str) -> None:
        """channel/NNN-name.png with its caption in NNN-name.txt; a post without picture is a .txt alone.

        The same number and name again (an edited post) replaces the files.
        """
        if self.out is None:
            return
        stem = f"{number:03d}-{_UNSAFE.sub('-', Path(name).stem).strip('-.') or 'post'}"
        if picture is not None:
            suffix = ".jpg" if picture.startswith(b"\xff\xd8") else ".png"
            (self.out / "channel" / f"{stem}{suffix}").write_bytes(picture)
        (self.out / "channel" / f"{stem}.txt").write_text(text + "\n", encoding="utf-8")

    def flush(self) -> None:
        """Put everything written so far into the files."""
        for file in (self._calls, self._updates):
            if file is not None:
                file.flush()

    def close(self) -> None:
        """Flush and close; nothing is written afterwards."""
        for file in (self._calls, self._updates):
            if file is not None:
                file.close()
        self._calls = self._updates = None

    def _write(self, file: IO[bytes], line: Mapping[str, Any]) -> None:
        data = orjson.dumps(line, default=str)
        for secret in self._secrets:
            if secret in data:
                data = data.replace(secret, b"<secret>")
        file.write(data + b"\n")
        # Often enough that whoever reads along sees it, seldom enough that it costs nothing.
        self._lines += 1
        if self._lines % _FLUSH_EVERY == 0:
            self.flush()
