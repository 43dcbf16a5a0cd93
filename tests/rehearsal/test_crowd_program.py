"""The program around the crowd: what it hears and says, its arguments, and what it checks in the end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal import check
from rehearsal.__main__ import arguments_of, main
from rehearsal.crowd.people import Invite
from rehearsal.telegram import CallRecord, SentMessage
from rehearsal.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

EVENT = Path(__file__).parents[2] / "participation" / "events" / "psm-torino-2024-2026.toml"
HUSH: list[str] = []
NOON = datetime(2023, 12, 5, 11, 0, tzinfo=UTC)


async def test_the_supervisor_sends_links_and_stops_it() -> None:
    wire = Wire(HUSH.append)
    wire.hear(
        '{"invites": [{"role": "facilitator", "table": "T1", "payload": "i-1"},'
        ' {"role": "regia", "payload": "i-2"}]}'
    )
    assert (Invite("facilitator", "T1", "i-1"), Invite("regia", None, "i-2")) == wire.invites.result()
    wire.hear('{"restarted": true}')
    assert wire.restarts == 1
    assert not wire.stopping.is_set()
    wire.hear('{"stop": true}')
    assert wire.stopping.is_set()


async def test_a_supervisor_that_hangs_up_has_no_links() -> None:
    wire = Wire(HUSH.append)
    wire.hear_nothing_more()
    assert wire.invites.result() == ()
    with pytest.raises(ValueError, match="not a JSON object"):
        wire.hear("[]")


async def test_it_says_one_json_object_a_line() -> None:
    said: list[str] = []
    Wire(said.append).say(kill="session1")
    assert [{"kill": "session1"}] == [json.loads(line) for line in said]


def test_arguments_have_defaults_and_names_of_stretches_are_listed(tmp_path: Path) -> None:
    given = arguments_of(["--event", "e.toml", "--out", str(tmp_path), "--kill-at", "session1, session2"])
    assert (given.people, given.seed, given.headless, given.port) == (120, 7, False, 0)
    assert given.kill_at == ("session1", "session2")


def test_what_cannot_be_used_is_said_and_the_status_is_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--event", str(tmp_path / "none.toml"), "--out", str(tmp_path)]) == 2
    assert "cannot be used" in capsys.readouterr().err
    assert main(["--event", str(EVENT), "--out", str(tmp_path), "--kill-at", "lunch"]) == 2
    assert "session1" in capsys.readouterr().err


@dataclass
class SeenTelegram:
    """What `check` looks at, as a test sets it."""

    calls: list[CallRecord] = field(default_factory=list)
    posts: list[SentMessage] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def channel(self, _channel: int) -> SeenTelegram:
        return self

    def pending_updates(self) -> list[dict[str, Any]]:
        return self.waiting


@dataclass
class SeenMeant:
    problems: list[str] = field(default_factory=list)


@dataclass
class SeenCrowd:
    killed: list[str] = field(default_factory=list)
    meant: SeenMeant = field(default_factory=SeenMeant)
    hands: dict[int, Any] = field(default_factory=dict)


def call(status: int, description: str | None = None) -> CallRecord:
    return CallRecord(NOON, "sendMessage", {}, status, status == 200, description=description)


def post(caption: str, number: int) -> SentMessage:
    return SentMessage(id=number, from_bot=True, date=0, caption=caption)


def problems(telegram: SeenTelegram, killed: Sequence[str] = ()) -> list[str]:
    return check.problems(telegram, SeenCrowd(killed=list(killed)), -100)  # type: ignore[arg-type]


def test_errors_that_belong_to_life_are_no_problem_and_others_are() -> None:
    expected = [
        call(200),
        call(403, "Forbidden: bot was blocked by the user"),
        call(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"),
        call(400, "Bad Request: message is not modified: specified new message content"),
    ]
    assert [] == problems(SeenTelegram(calls=expected))
    wrong = [call(400, "Bad Request: can't parse entities"), call(429, "Too Many Requests: retry after 3")]
    assert [
        "sendMessage: 400 Bad Request: can't parse entities (1 times)",
        "sendMessage: 429 Too Many Requests: retry after 3 (1 times)",
    ] == problems(SeenTelegram(calls=wrong))


def test_a_second_poller_is_expected_only_after_a_kill() -> None:
    seen = SeenTelegram(calls=[call(409, "Conflict: terminated by other getUpdates request")])
    assert len(problems(seen)) == 1
    assert [] == problems(seen, ["session1"])


def test_each_post_comes_once_and_only_a_kill_may_double_one() -> None:
    twice = SeenTelegram(
        posts=[post("Affluenza\nT1 3", 1), post("Affluenza\nT1 4", 2), post("Affluenza\nT1 4", 3)]
    )
    assert ["the channel got 2 times: Affluenza"] == problems(twice)
    assert [] == problems(twice, ["session1"])


def test_updates_that_were_never_confirmed_are_a_problem() -> None:
    assert ["1 updates were never confirmed"] == problems(SeenTelegram(waiting=[{"update_id": 1}]))
