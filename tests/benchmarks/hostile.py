"""Hostile updates, through the real intake and the real handlers: nothing breaks, nothing foreign changes.

    python -m tests.benchmarks.hostile --updates 50000 --seed 7

Two hundred people mean harm: some sit at T1, some facilitate T2, some read nothing and are nobody. They send
what hand and hypothesis make up, in four phases of the event. Around them sit people who do nothing. After
every thousand updates the whole database is compared with what it was: whatever is not the senders' own must
be the same, byte for byte. The last line is one JSON object; exit 1 when a promise broke.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import re
import sys
import tempfile
import time
import traceback
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import hypothesis
import structlog
from hypothesis import strategies as st

from handlers.callback_data import (
    AskQuestion,
    ChooseTied,
    ConfirmPriorities,
    KeepPriority,
    MovePhase,
    PutOn,
    SetDots,
    Withdraw,
    encode,
)
from participation.event import PACKAGED, Event, Phase, read
from participation.notices import Role
from tests.support.hall import PATIENCE, Hall, open_hall

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator, Iterator, Sequence

Forged = tuple[str, Any]
"""The kind of an update, and what it holds: any JSON."""

CHUNK = 200
"""Updates waiting at once."""

EACH = 1_000
"""Updates after which the database is compared."""

AGENDA = {
    'time = "10:30"': 'time = "13:30"',
    'time = "11:20"': 'time = "14:40"',
    'time = "11:25"': 'time = "14:50"',
    'time = "12:10"': 'time = "15:30"',
    'time = "12:20"': 'time = "15:40"',
    'end = "13:00"': 'end = "16:00"',
    "priority_minutes = 5": "priority_minutes = 60",
}
"""What is at another time than in the file: paces move the time on, and the agenda must not meanwhile."""

MOMENTS = ("10:11", "12:31", "13:31", "16:05")
"""Session 1, priorities, Session 2, and when all is over."""

TEMPO = timedelta(seconds=0.3)
"""The event's time that passes with each chunk: none of the two hundred is too fast, so all are heard."""

BROKEN = frozenset(
    {
        *("update_broke", "handling_broke", "telling_broke", "look_broke", "work_broke", "agenda_broke"),
        *("send_broke", "send_refused", "edit_refused", "apology_not_sent", "flood_dropped"),
    }
)
"""What the log says when something of ours could not cope."""

HOSTILE = range(5_000, 5_200)
NOBODY = 9_000_000
"""Somebody Telegram cannot reach: they may become a person, as anybody may, and no more."""


# --- what is sent ---------------------------------------------------------------------------------------

_WORDS = (
    *("1.1", "1.1 2.1 3.2 4.1 5.4 6.1 1.2", "-1.1", "99.9", "fine", "salta", "indietro", "Ho letto", "T5"),
    *("zona 5", "5", "ritira 1", "/start", "/start T5", "/start i-aaaaaaaaaaaaaaaaaaaaaa", "/cambia"),
    *("/tavolo T5", "/apri T5", "/chiudi T5", "/chiudi", "/fase T5 sessione2", "/fase tutti chiusura"),
    *("/stato", "/priorita T5 conferma", "/priorita conferma", "/discuti T5 1.1", "/discuti 1.1", "/nota"),
    *("/nota T5 Una nota altrui", "/nota nota", "/contributi", "/domande", "/lingua en", "/lingua xx"),
    *("/programma", "/strategie", "/aiuto", "/aiuto@another_bot", "/start@bollini_bot T5", "/", "//", "/ x"),
    *(
        "<b>non chiuso",
        "</b>&amp;&lt;",
        "{{7*7}}",
        "'; DROP TABLE people; --",
        "\x00\x01\x02",
        "\u202e\u200f",
    ),
    *("a" * 4096, "\U0001f5f3" * 2048, "è" * 4096, "1.1 " * 1024, "-" * 4096, "/" * 4096, " ", "\n\n\t"),
    *(
        "9" * 4000,
        "1." * 2000,
        "zona " + "9" * 300,
        "domanda " + "1" * 300,
        "\u0661.\u0661",
        "1\u066b1",
        "\u2460.\u2460",
    ),
)
_JUNK = (
    *("", ":", ":" * 64, "d", "d:", "d:1.1", "d:1.1:7", "d:1.1:-1", "d:1.1:99", "d:9.9:1", "d:1.1:1:1"),
    *("z:", "z:5", "z:99", "t:T5:5", "t:T99:1", "t:T1:11", "ack:", "ack:T5", "ack:i-aaaaaaaaaaaaaaaaaaaaaa"),
    *("l:en", "l:xx", "p:review", "p:1", "p:99", "f", "f:", "q:1.1:1", "q:1.1:9", "qs:1.1", "ss", "w:x"),
    *("m:T5:session2", "m:T1:closing", "m:T2:session1", "m:T2:nonsense", "k:T5:1.1:0", "k:T1:1.1:1"),
    *("c:T5:1.1:1", "ok:T5", "ok:T1", "ok:", "on:T5:1.1", "on:T1:1.1", "x" * 64, "é" * 32, "\x00" * 64),
    *("\ufffd" * 21, "d:1.1:1\n", "D:1.1:1", "ok:T2:", "ok:T2\x00", "d:1.1:٣", "m:T2:" + "s" * 59),
)
_NUMBERS = (0, -1, 1, 2**31, 2**52, 2**53, 2**63 - 1, -(2**63), 2**64 - 1)
_WRONG: tuple[Any, ...] = (None, True, False, 0, -1, 1.5, 1e308, "", "x", [], {}, [[]], {"id": 1}, *_NUMBERS)


@dataclass
class Targets:
    """What the hostile know of others: more than anybody could."""

    hostile: Sequence[int]
    innocents: Sequence[int]
    screens: Sequence[int]
    contributions: Sequence[str]


class Forger:
    """Makes updates by hand: mostly what a custom client could send, some that Telegram never would."""

    def __init__(self, targets: Targets, chance: random.Random) -> None:
        self._to = targets
        self._chance = chance
        self._serial = 10_000

    def make(self) -> Forged:
        """One update."""
        return self._chance.choices(
            (self._typed, self._pressed, self._edited, self._elsewhere, self._strange, self._mutilated),
            (30, 35, 8, 9, 8, 10),
        )[0]()

    def _number(self) -> int:
        self._serial += 1
        return self._serial

    def _user(self) -> dict[str, Any]:
        who = self._chance.choice(self._to.hostile)
        return {"id": who, "is_bot": False, "first_name": "Eva", "language_code": "it"}

    def _chat(self, user: dict[str, Any]) -> dict[str, Any]:
        return {"id": user["id"], "type": "private", "first_name": "Eva"}

    def _message(self, text: str, **more: Any) -> dict[str, Any]:
        user = self._user()
        body: dict[str, Any] = {
            "message_id": self._number(),
            "date": 1_701_767_520,
            "chat": self._chat(user),
            "from": user,
            "text": text,
        }
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0]) if text.split() else 1
            body["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return body | more

    def _typed(self) -> Forged:
        return "message", self._message(self._chance.choice(_WORDS))

    def _pressed(self) -> Forged:
        user = self._user()
        message = {
            "message_id": self._chance.choice((*self._to.screens, self._number())),
            "date": self._chance.choice((0, 1_701_767_520)),
            "chat": self._chat(user),
        }
        press = {
            "id": str(self._chance.randrange(10**18, 10**19)),
            "from": user,
            "chat_instance": "1",
            "message": message,
            "data": self._data(),
        }
        return "callback_query", press

    def _data(self) -> str:
        table = self._chance.choice(("T1", "T2", "T5", "T8"))
        code = self._chance.choice(("1.1", "2.1", "3.2", "5.4"))
        made = (
            SetDots(code, self._chance.randrange(3)),
            MovePhase(table, self._chance.choice(tuple(Phase))),
            KeepPriority(table, code, bool(self._chance.randrange(2))),
            ChooseTied(table, code, bool(self._chance.randrange(2))),
            ConfirmPriorities(table),
            PutOn(table, code),
            AskQuestion(code, str(self._chance.randrange(1, 6))),
            Withdraw(self._chance.choice(self._to.contributions)),
        )
        return (
            encode(self._chance.choice(made)) if self._chance.random() < 0.6 else self._chance.choice(_JUNK)
        )

    def _edited(self) -> Forged:
        text = self._chance.choice(_WORDS)
        numbers = (*self._to.screens, self._serial, self._serial - 20)
        return "edited_message", self._message(
            text, message_id=self._chance.choice(numbers), edit_date=1_701_767_530
        )

    def _elsewhere(self) -> Forged:
        """In groups and channels, inline, without a sender, in somebody else's name or chat."""
        text = self._chance.choice(_WORDS)
        group = {
            "id": -100_123,
            "type": self._chance.choice(("group", "supergroup", "channel")),
            "title": "x",
        }
        victim = self._chance.choice(self._to.innocents)
        message = self._message(text)
        press = self._pressed()[1]
        return self._chance.choice(
            (
                ("message", message | {"chat": group}),
                ("edited_message", message | {"chat": group, "edit_date": 1_701_767_530}),
                ("channel_post", {k: v for k, v in message.items() if k != "from"} | {"chat": group}),
                ("edited_channel_post", {k: v for k, v in message.items() if k != "from"} | {"chat": group}),
                ("message", {k: v for k, v in message.items() if k != "from"}),
                ("message", message | {"chat": {"id": victim, "type": "private"}}),
                ("message", message | {"sender_chat": {"id": victim, "type": "private"}}),
                ("message", message | {"via_bot": {"id": 7, "is_bot": True, "first_name": "b"}}),
                ("message", message | {"from": {"id": victim, "is_bot": True, "first_name": "bot"}}),
                ("message", message | {"from": {"id": NOBODY, "is_bot": False, "first_name": "?"}}),
                ("callback_query", press | {"message": press["message"] | {"chat": group}}),
                (
                    "callback_query",
                    {k: v for k, v in press.items() if k != "message"} | {"inline_message_id": "x"},
                ),
                (
                    "callback_query",
                    {k: v for k, v in press.items() if k != "data"} | {"game_short_name": "x"},
                ),
                ("callback_query", press | {"from": {"id": victim, "is_bot": True, "first_name": "bot"}}),
                ("my_chat_member", self._membership()),
                ("inline_query", {"id": "1", "from": message["from"], "query": text, "offset": ""}),
                ("poll_answer", {"poll_id": "1", "user": message["from"], "option_ids": [0]}),
            )
        )

    def _membership(self) -> dict[str, Any]:
        user = self._user()
        robot = {"id": 123456, "is_bot": True, "first_name": "Bollini"}
        victim = {"id": self._chance.choice(self._to.innocents), "type": "private"}
        status = self._chance.choice(("member", "kicked", "left", "nonsense"))
        member = {"user": robot, "status": status} | ({"until_date": 0} if status == "kicked" else {})
        return {
            "chat": self._chance.choice((self._chat(user), victim)),
            "from": user,
            "date": 1_701_767_520,
            "old_chat_member": {"user": robot, "status": "member"},
            "new_chat_member": member,
        }

    def _strange(self) -> Forged:
        """Messages of every other kind, strange entities, quotes and forwards of others' words."""
        text = self._chance.choice(_WORDS)
        entity = {
            "type": self._chance.choice(("bot_command", "bold", "text_link", "text_mention", "nonsense")),
            "offset": self._chance.choice((0, 1, 4095, 8000)),
            "length": self._chance.choice((0, 1, 4096, 8000)),
        }
        other = {
            "message_id": 1,
            "date": 1,
            "chat": {"id": self._chance.choice(self._to.innocents), "type": "private"},
            "text": "parole d'altri",
        }
        return "message", self._chance.choice(
            (
                self._message(text, entities=[entity] * self._chance.randrange(1, 30)),
                self._message("/apri", entities=[entity | {"type": "bot_command"}]),
                self._message(text, reply_to_message=other),
                self._message(text, quote={"text": "x" * 1000, "position": 0}),
                self._message(
                    text, forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": "x"}
                ),
                self._message(text, migrate_to_chat_id=-1),
                self._without_text(sticker=None, location={"latitude": 91.0, "longitude": 1e9}),
                self._without_text(caption=text, photo=[]),
                self._without_text(contact={"phone_number": "1", "first_name": "x"}),
                self._without_text(new_chat_members=[self._user()]),
                self._without_text(left_chat_member=self._user()),
                self._without_text(pinned_message=other),
                self._without_text(web_app_data={"data": "x" * 4096, "button_text": "x"}),
                self._without_text(users_shared={"request_id": 1, "users": []}),
                self._without_text(dice={"emoji": "x", "value": 7}),
                self._without_text(),
            )
        )

    def _without_text(self, **more: Any) -> dict[str, Any]:
        body = self._message("x", **{key: value for key, value in more.items() if value is not None})
        del body["text"]
        return body

    def _mutilated(self) -> Forged:
        """An update with something missing or of the wrong type, anywhere."""
        kind, body = self._chance.choice((self._typed, self._pressed, self._edited, self._strange))()
        for _ in range(self._chance.randrange(1, 3)):
            body = _changed(body, self._chance)
        return kind, body


def _changed(body: Any, chance: random.Random) -> Any:
    """The same with one part, at any depth, taken out or replaced."""
    if isinstance(body, dict) and body and chance.random() < 0.85:
        name = chance.choice(sorted(body))
        rest = {key: value for key, value in body.items() if key != name}
        return rest if chance.random() < 0.3 else rest | {name: _changed(body[name], chance)}
    if isinstance(body, list) and body and chance.random() < 0.7:
        return [_changed(body[0], chance), *body[1:]]
    return chance.choice(_WRONG)


def made_by_hypothesis(targets: Targets, number: int, seed: int) -> list[Forged]:
    """So many updates out of hypothesis: messages and presses of any form, and any JSON at all."""
    text = st.text(alphabet=st.characters(codec="utf-8"), max_size=80)
    value = st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=6,
    )
    ident = st.sampled_from(targets.hostile)
    user = st.fixed_dictionaries(
        {"id": ident, "is_bot": st.just(value=False), "first_name": text},
        optional={"language_code": st.sampled_from(("it", "en", "xx", "")), "username": text},
    )
    command = st.builds("/{} {}".format, st.sampled_from(("start", "apri", "fase", "nota", "priorita")), text)
    entity = st.fixed_dictionaries(
        {
            "type": st.sampled_from(("bot_command", "bold", "custom_emoji", "x")),
            "offset": st.integers(0, 9),
            "length": st.integers(0, 99),
        }
    )
    extra = st.dictionaries(
        st.sampled_from(
            (
                "caption",
                "photo",
                "location",
                "poll",
                "reply_to_message",
                "edit_date",
                "sender_chat",
                "via_bot",
            )
        ),
        value,
        max_size=2,
    )

    def chat_of(who: dict[str, Any]) -> dict[str, Any]:
        return {"id": who["id"], "type": "private"}

    message = st.builds(
        lambda who, number, said, entities, more: {
            "message_id": number, "date": 1_701_767_520, "chat": chat_of(who), "from": who,
            "text": said, "entities": entities, **more,
        },
        user, st.integers(0, 2**31), text | command, st.lists(entity, max_size=3), extra,
    )  # fmt: skip
    press = st.builds(
        lambda who, ident, data, more: {
            "id": str(ident), "from": who, "chat_instance": "1", "data": data,
            "message": {"message_id": 1, "date": 0, "chat": chat_of(who)}, **more,
        },
        user, st.integers(0, 2**62),
        st.text(alphabet=st.characters(codec="utf-8"), max_size=64) | st.sampled_from(_JUNK),
        st.dictionaries(st.sampled_from(("message", "data", "inline_message_id")), value, max_size=1),
    )  # fmt: skip
    update = st.one_of(
        st.tuples(st.sampled_from(("message", "edited_message")), message),
        st.tuples(st.just("callback_query"), press),
        st.tuples(st.sampled_from(("message", "edited_message", "callback_query", "my_chat_member")), value),
    )
    made: list[Forged] = []
    at_once = 20

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=max(number // at_once, 1),
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(st.lists(update, min_size=at_once, max_size=at_once))
    def collect(found: list[Forged]) -> None:
        made.extend(found)

    while len(made) < number:
        collect()
    return made[:number]


# --- who may change what --------------------------------------------------------------------------------

Snapshot = dict[str, tuple[tuple[Any, ...], ...]]

FOREIGN = {
    "event": "SELECT * FROM event",
    # The version of a row tells of a lock that was taken, not of a change.
    "tables": "SELECT code, position, phase, strategy_on FROM tables WHERE code <> 'T2' ORDER BY code",
    "history": "SELECT * FROM phase_history WHERE table_code <> 'T2' ORDER BY id",
    "people": "SELECT * FROM people WHERE telegram_id NOT IN ({hostile}) ORDER BY id",
    "roles": "SELECT * FROM roles ORDER BY 1, 2",
    "invites": "SELECT * FROM invites ORDER BY secret_hash",
    "owners": "SELECT * FROM ballot_owners WHERE person_id NOT IN ({theirs}) ORDER BY 1",
    # Who moves T2 opens and closes the ballots there.
    "ballots": "SELECT id, table_code, zone, channel, budget, stack, finished,"
    " CASE WHEN table_code = 'T2' THEN NULL ELSE open END,"
    " CASE WHEN table_code = 'T2' THEN NULL ELSE version END"
    " FROM ballots WHERE id NOT IN (SELECT ballot_id FROM ballot_owners WHERE person_id IN ({theirs}))"
    " ORDER BY id",
    "dots": "SELECT * FROM dots"
    " WHERE ballot_id NOT IN (SELECT ballot_id FROM ballot_owners WHERE person_id IN ({theirs}))"
    " ORDER BY ballot_id, slot",
    "priority_sets": "SELECT * FROM priority_sets WHERE table_code <> 'T2' ORDER BY 1",
    "priorities": "SELECT * FROM priorities WHERE table_code <> 'T2' ORDER BY 1, 2",
    "contributions": "SELECT * FROM contributions WHERE id NOT IN"
    " (SELECT contribution_id FROM contribution_messages WHERE person_id IN ({theirs})) ORDER BY id",
    "written": "SELECT * FROM contribution_messages WHERE person_id NOT IN ({theirs}) ORDER BY 1, 2",
    # In the table's own voice only who facilitates it speaks.
    "voices": "SELECT c.id FROM contributions c JOIN contribution_messages m ON m.contribution_id = c.id"
    " WHERE c.source = 'table' AND NOT EXISTS (SELECT 1 FROM roles r WHERE r.person_id = m.person_id"
    " AND r.role = 'facilitator' AND r.table_code = c.table_code) ORDER BY 1",
    "places": "SELECT l.* FROM places l JOIN people p ON p.id = l.person_id"
    " WHERE p.id NOT IN ({theirs}) AND p.table_code IS NOT 'T2' ORDER BY 1",
    # Dashboards of those who facilitate show how many sit at their table: they are drawn anew.
    "screens": "SELECT s.person_id, s.kind, s.view, s.message_id"
    " FROM screens s JOIN people p ON p.id = s.person_id"
    " WHERE p.id NOT IN ({theirs}) AND p.table_code IS NOT 'T2' ORDER BY 1, 2",
    "announcements": "SELECT * FROM announcements WHERE audience NOT LIKE '%:T2' ORDER BY id",
    "outbox": "SELECT key, chat_id, content FROM outbox WHERE chat_id NOT IN ({hostile})"
    " AND content NOT LIKE '%\"T2\"%' ORDER BY key",
    # The minute comes back by itself.
    "moments": "SELECT * FROM moments WHERE key <> 'minute' ORDER BY key",
    **{
        name: f"SELECT * FROM {name} WHERE table_code IS NOT 'T2' ORDER BY 1, 2"  # noqa: S608 - ours
        for name in (
            *("priority_reasons", "ties", "tie_candidates", "runoffs", "runoff_counts", "draws", "sheets"),
            *("table_counts", "paper_trace", "agenda_changes", "priorities_set_aside", "steps_taken"),
            *("note_numbers", "notes", "syntheses"),
        )
    },
    **{
        name: f"SELECT * FROM {name} WHERE person_id NOT IN ({{theirs}}) ORDER BY 1, 2"  # noqa: S608 - ours
        for name in (
            *("runoff_choices", "personal_codes", "paper_desks", "reasons_asked", "note_messages"),
            *("note_albums", "menus", "people_moved", "theme_seen", "restitution_looks"),
            *("suggesting", "suggestion_messages"),
        )
    },
    **{
        name: f"SELECT * FROM {name} ORDER BY 1"  # noqa: S608 - ours
        for name in (
            *("agenda", "themes", "theme_curators", "theme_axes", "theme_acts", "theme_act_marks"),
            *("nudges", "restitution_state", "restitutions", "suggestion_answers"),
        )
    },
    "note_files": "SELECT f.* FROM note_files f JOIN notes n ON n.id = f.note_id"
    " WHERE n.table_code <> 'T2' ORDER BY f.id",
    "note_trace": "SELECT t.* FROM note_trace t JOIN notes n ON n.id = t.note_id"
    " WHERE n.table_code <> 'T2' ORDER BY t.id",
    "theme_places": "SELECT contribution_id, theme_id, held, looked FROM theme_places"
    " WHERE contribution_id NOT IN"
    " (SELECT contribution_id FROM contribution_messages WHERE person_id IN ({theirs})) ORDER BY 1",
    **{
        name: f"SELECT t.* FROM {name} t JOIN contributions c ON c.id = t.contribution_id"  # noqa: S608 - ours
        " WHERE c.table_code <> 'T2' AND c.id NOT IN"
        " (SELECT contribution_id FROM contribution_messages WHERE person_id IN ({theirs})) ORDER BY 1"
        for name in ("contribution_numbers", "contribution_trace", "gathering_trace", "left_places")
    },
    "prompts": "SELECT * FROM prompts WHERE person_id NOT IN ({theirs}) AND table_code <> 'T2' ORDER BY 1, 2",
    "suggestions": "SELECT * FROM suggestions WHERE id NOT IN"
    " (SELECT suggestion_id FROM suggestion_messages WHERE person_id IN ({theirs})) ORDER BY id",
    "role_trace": "SELECT * FROM role_trace WHERE by_person NOT IN ({theirs}) ORDER BY id",
    "strangers": "SELECT telegram_id FROM inbox WHERE telegram_id NOT IN ({hostile}) ORDER BY 1",
}
"""All that no hostile sender may change, by name: rows of the same query are the same before and after."""

PLUMBING = frozenset(
    {"acts", "asked", "note_files_to_remove", "schema_version", "theme_state", "sqlite_sequence"}
)
"""Tables of which nobody owns anything: what was handled, what is asked back, what is counted for us."""


async def compared(hall: Hall) -> None:
    """Every table of the schema is looked at, or is plumbing: a new one is not forgotten here."""
    rows = await hall.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
    looked_at = {name for sql in FOREIGN.values() for name in re.findall(r"(?:FROM|JOIN) (\w+)", sql)}
    missing = {row["name"] for row in rows} - looked_at - PLUMBING
    assert not missing, f"what of these may the hostile change? {sorted(missing)}"


async def snapshot(hall: Hall) -> Snapshot:
    """What none of them may change, as it is now."""
    hostile = ", ".join(str(number) for number in (*HOSTILE, NOBODY))
    theirs = f"SELECT id FROM people WHERE telegram_id IN ({hostile})"  # noqa: S608 - our numbers
    found: Snapshot = {}
    for name, sql in FOREIGN.items():
        rows = await hall.rows(sql.format(hostile=hostile, theirs=theirs))
        found[name] = tuple(tuple(cast("sqlite3.Row", row)) for row in rows)
    return found


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """What is not the same, by name and number of rows."""
    found = []
    for name, rows in before.items():
        gone, new = set(rows) - set(after[name]), set(after[name]) - set(rows)
        if gone or new:
            found.append(f"{name}: {len(gone)} gone, {len(new)} new")
    return found


# --- the run --------------------------------------------------------------------------------------------


@dataclass
class Result:
    """What came of it. Milliseconds: of wall time, and of the loop's own processor time in one turn."""

    updates: int = 0
    by_hypothesis: int = 0
    crashes: int = 0
    foreign_changes: int = 0
    own_changes: int = 0
    unreadable: int = 0
    loop_worst_ms: float = 0.0
    loop_worst_cpu_ms: float = 0.0
    seconds: float = 0.0
    examples: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Whether every promise was."""
        return not self.crashes and not self.foreign_changes and self.loop_worst_cpu_ms <= 100


class Log:
    """A processor of structlog that counts what tells of a crash, and keeps nothing else."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def __call__(self, _logger: Any, _method: str, entry: Any) -> Any:
        event = entry["event"]
        if event == "update_unreadable":
            self._result.unreadable += 1
        elif event in BROKEN:
            error = entry.get("exc_info")
            trace = traceback.format_exception(error)[-3:] if isinstance(error, BaseException) else ()
            self.crashed(str({**entry, "exc_info": repr(error)}) + "\n" + "".join(trace))
        raise structlog.DropEvent

    def crashed(self, what: str) -> None:
        """One more."""
        self._result.crashes += 1
        if len(self._result.examples) < 20:
            self._result.examples.append(what[:1500])


@asynccontextmanager
async def watched(result: Result) -> AsyncIterator[None]:
    """The longest that nothing else had its turn in this loop. The local Telegram works in it, too."""

    async def probe() -> None:
        wall, cpu = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(0)
            now, used = time.perf_counter(), time.thread_time()
            result.loop_worst_ms = max(result.loop_worst_ms, round(1000 * (now - wall), 1))
            result.loop_worst_cpu_ms = max(result.loop_worst_cpu_ms, round(1000 * (used - cpu), 1))
            await asyncio.sleep(0.002)
            wall, cpu = time.perf_counter(), time.thread_time()

    task = asyncio.create_task(probe())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _settled(hall: Hall) -> None:
    until = time.monotonic() + 4 * PATIENCE
    queue = hall.telegram.world.updates
    while len(queue):
        assert time.monotonic() < until, f"{len(queue)} updates are not taken"
        await asyncio.sleep(0.002)


async def _invaded(hall: Hall) -> Targets:
    """The innocents, with something to lose; and the hostile, with what they may do."""
    innocents = [*await hall.people(2, "T1"), *await hall.people(2, "T2"), *await hall.people(2, "T5")]
    leads = [await hall.facilitator("T1", "Lara"), await hall.facilitator("T5", "Marco"), await hall.regia()]
    await hall.at("10:11")
    for who in innocents:
        await who.says("1.1 2.1 3.2")
        await who.says("Mancano i treni la sera")
    for who in leads[:2]:
        await who.says("/tavolo")
        await who.says("/nota La nota del tavolo")
    for number in HOSTILE:
        phone = hall.telegram.phone(number, "Eva")
        if number % 3 == 0:
            phone.start("T1")
        elif number % 3 == 1:
            phone.start(await hall.invites(Role.FACILITATOR, "T2", f"eva{number}"))
        else:
            phone.started = True
    await hall.quiet()
    for number in HOSTILE:
        for message in hall.telegram.phones[number].messages:
            for button in message.buttons[:1] if number % 3 < 2 else ():
                hall.telegram.phones[number].tap(message.id, button.callback_data or "")
    await hall.quiet()
    rows = await hall.rows("SELECT id FROM contributions ORDER BY id")
    return Targets(
        hostile=tuple(HOSTILE),
        innocents=[who.phone.id for who in (*innocents, *leads)],
        screens=[message.id for who in innocents for message in who.phone.messages][:50],
        contributions=[row["id"] for row in rows],
    )


async def play(folder: Path, updates: int, seed: int) -> Result:
    """Send so many hostile updates to a bot of its own and compare."""
    result = Result()
    log = Log(result)
    structlog.configure(processors=[log])
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: log.crashed(str(context.get("message"))))
    async with open_hall(folder, _unhurried()) as hall:
        await compared(hall)
        targets = await _invaded(hall)
        chance = random.Random(seed)
        forger = Forger(targets, chance)
        half = updates // 2
        made = made_by_hypothesis(targets, half, seed)
        result.by_hypothesis = len(made)
        made += [forger.make() for _ in range(updates - half)]
        chance.shuffle(made)
        began = time.monotonic()
        everybody = await _counts(hall)
        for number, moment in enumerate(MOMENTS):
            if number:
                await hall.at(moment)
            share = made[number * updates // len(MOMENTS) : (number + 1) * updates // len(MOMENTS)]
            for begin in range(0, len(share), EACH):
                await _sent(hall, share[begin : begin + EACH], result)
        result.own_changes = sum(
            abs(after - everybody[name]) for name, after in (await _counts(hall)).items()
        )
        result.seconds = round(time.monotonic() - began, 1)
        gc.unfreeze()
    result.updates = updates
    return result


def _unhurried() -> Event:
    """The event, with hours between its phases."""
    text = PACKAGED.read_text(encoding="utf-8")
    for before, after in AGENDA.items():
        assert before in text, before
        text = text.replace(before, after)
    return read(text)


async def _sent(hall: Hall, made: Sequence[Forged], result: Result) -> None:
    before = await snapshot(hall)
    # The local Telegram remembers every call: to look through all of that is not the bot's work.
    gc.collect()
    gc.freeze()
    async with watched(result):
        for chunk in _chunks(made, CHUNK):
            for kind, body in chunk:
                # Also what we never asked for.
                hall.telegram.world.updates.allow((*hall.telegram.world.updates.allowed, kind))
                hall.telegram.forge(kind, body)
            await _settled(hall)
            hall.clock.at += TEMPO
    await hall.quiet(4 * PATIENCE)
    found = changes(before, await snapshot(hall))
    result.foreign_changes += len(found)
    result.examples += found[: 20 - len(result.examples)]


def _chunks(made: Sequence[Forged], size: int) -> Iterator[Sequence[Forged]]:
    for begin in range(0, len(made), size):
        yield made[begin : begin + size]


async def _counts(hall: Hall) -> dict[str, int]:
    return {name: await hall.count(name) for name in ("people", "dots", "contributions", "screens", "acts")}


def main() -> int:
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--updates", type=int, default=50_000)
    arguments.add_argument("--seed", type=int, default=7)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(play(Path(folder), given.updates, given.seed))
    for example in result.examples:
        print(example, file=sys.stderr)  # noqa: T201 - a program
    told = {name: value for name, value in asdict(result).items() if name != "examples"}
    print(json.dumps({"bench": "hostile", **told, "kept": result.kept}))  # noqa: T201 - a program
    return 0 if result.kept else 1


if __name__ == "__main__":
    sys.exit(main())
