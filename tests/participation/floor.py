"""A floor with tables, people and a store, for tests of the co-planning itself: no Telegram."""

from __future__ import annotations

import asyncio
import re
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from participation import (
    agenda,
    confirming,
    contributions,
    conversation,
    dots,
    invitations,
    joining,
    notices,
    paper,
    phases,
    priorities,
    sheets,
)
from participation.confirming import Asker
from participation.conversation import Typed, Vocabulary
from participation.desk import Hand
from participation.event import Event, Phase
from participation.notices import Mover, Notice, Role
from storage import ballots, outbox, people, tables
from storage import contributions as stored_contributions
from storage import paper as stored_paper
from storage.sqlite import SqliteDatabase, open_sqlite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping

    from storage.ballots import Ballot
    from storage.database import Database
    from storage.people import Person

WORDS = Vocabulary(
    lone={
        "salta": "skip",
        "indietro": "back",
        "fine": "finish",
        "rivedi": "review",
        "domande": "questions",
        "altra strategia": "strategies",
        "aiuto": "help",
        "ho letto": "acknowledge",
    },
    leading={
        "asse": "axis",
        "strategia": "strategy",
        "domanda": "question",
        "ritira": "withdraw",
        "zona": "zone",
        "tavolo": "table",
    },
    paper={
        "foglio": "sheet",
        "scheda": "sheet",
        "zona": "zone",
        "bianca": "blank",
        "ritira": "withdraw",
        "conferma": "confirm",
        "correggo": "correct",
        "annulla": "cancel",
    },
    own={
        "ritira": "withdraw",
        "sposta": "move",
        "azione": "action",
        "nessuna": "none",
        "domanda": "question",
    },
)


@dataclass
class Floor:
    """An event, its store, and the event's time, which a test moves."""

    database: Database
    event: Event
    now: datetime
    _ids: int = 0
    _messages: dict[int, int] = field(default_factory=dict)
    _closings: dict[str, bool] = field(default_factory=dict)

    # --- people ---------------------------------------------------------------------------------------

    def new_id(self) -> str:
        self._ids += 1
        return f"id-{self._ids}"

    async def newcomer(self, number: int) -> Person:
        """Somebody who read the notice and sits nowhere."""
        async with self.database.transaction() as tx:
            return await people.acknowledge(tx, number, "it", self.now)

    async def person(self, number: int, table: str = "T6", zone: str | None = None) -> Person:
        """Somebody at a table, for its first zone if none is given."""
        person = await self.newcomer(number)
        zone = zone or self.event.table(table).zones[0]
        await joining.pick_table(self.database, self.event, person, table, zone, self.new_id(), self.now)
        return await self.again(person)

    async def sit(self, person: Person, table: str, zone: str | None = None) -> tuple[Notice, ...]:
        """The person picks a table, by its button."""
        return await joining.pick_table(
            self.database,
            self.event,
            await self.again(person),
            table,
            zone or self.event.table(table).zones[0],
            self.new_id(),
            self.now,
        )

    async def again(self, person: Person) -> Person:
        """The person as they are now."""
        found = await people.by_id(self.database, person.id)
        assert found is not None
        return found

    async def with_role(self, number: int, role: Role, table: str | None = None) -> Person:
        """Somebody who opened a one-time link, and sits nowhere."""
        person = await self.newcomer(number)
        await self.gives(person, role, table)
        return person

    async def gives(
        self, person: Person, role: Role, table: str | None = None, venue: str | None = None
    ) -> None:
        """A one-time link, which the person opens."""
        until = self.now + timedelta(hours=1)
        payload = await invitations.invite(
            self.database, role, table, self.new_id(), self.now, until, venue=venue
        )
        told = await joining.start(self.database, self.event, person, payload, self.new_id(), self.now)
        assert (notices.RoleGranted(role=role, table=table, venue=venue),) == told

    async def facilitator(self, number: int = 900, table: str = "T6") -> Person:
        return await self.with_role(number, Role.FACILITATOR, table)

    async def regia(self, number: int = 950) -> Person:
        return await self.with_role(number, Role.REGIA)

    # --- what they do ---------------------------------------------------------------------------------

    def message(self, person: Person) -> int:
        """The id of the next message in the person's chat."""
        self._messages[person.id] = self._messages.get(person.id, 0) + 1
        return self._messages[person.id]

    async def says(self, person: Person, text: str, message: int | None = None) -> tuple[Notice, ...]:
        """The person types (the same message again, with its id)."""
        return await conversation.answer(
            self.database,
            self.event,
            await self.again(person),
            Typed(message or self.message(person), text, self.new_id(), self.now),
            WORDS,
        )

    async def asks(self, person: Person, strategy: str | None, question: str | None) -> Notice:
        """The person goes to a question, by a button."""
        by = contributions.Request(0, f"press:{self.new_id()}")
        return await contributions.go(self.database, self.event, person, strategy, question, self.now, by)

    async def put(self, person: Person, **wished: int) -> Notice:
        """`put(anna, s1_3=1)`: one dot on 1.3."""
        return await self.wish(person, {key[1:].replace("_", "."): n for key, n in wished.items()})

    async def wish(self, person: Person, wished: Mapping[str, int]) -> Notice:
        return await dots.put(self.database, self.event, await self.again(person), wished, self.now)

    async def votes(self, number: int, *codes: str, table: str = "T6", zone: str | None = None) -> Person:
        """Somebody at a table with one dot on each of these; the table votes."""
        person = await self.person(number, table, zone)
        said = await self.wish(person, dict.fromkeys(codes, 1))
        assert isinstance(said, notices.DotsRecorded) or not codes
        return person

    async def keeps(self, person: Person, table: str, strategy: str, *, kept: bool) -> Notice | None:
        """Who facilitates keeps (or drops) a proposed strategy, or gives a tied one a place."""
        wished = {strategy: kept}
        return await priorities.change(self.database, self.event, person, table, wished, self.now)

    async def confirms(self, person: Person, table: str = "T6") -> Notice | None:
        return await priorities.confirm(self.database, self.event, person, table, self.now)

    # --- paper ----------------------------------------------------------------------------------------

    def hand(self, person: Person, act: str | None = None) -> Hand:
        """Who does something about paper, in a message of its own or in one delivered again."""
        return Hand(person, act or f"paper:{person.id}:{self.message(person)}", self.new_id(), self.now)

    async def carta(self, person: Person, text: str = "", act: str | None = None) -> tuple[Notice, ...]:
        """`/carta` and what stands behind it."""
        by = self.hand(person, act)
        return await paper.command(self.database, self.event, by, text, WORDS.paper, "new")

    async def schede(self, person: Person, text: str = "", act: str | None = None) -> tuple[Notice, ...]:
        """`/schede` and what stands behind it."""
        by = self.hand(person, act)
        return await paper.command(self.database, self.event, by, text, WORDS.paper, "correct")

    async def confirms_sheets(
        self, person: Person, token: str | None = None, act: str | None = None
    ) -> tuple[Notice, ...]:
        """Confirms what was read back, by its button or by typing."""
        return await paper.confirm(self.database, self.event, self.hand(person, act), token)

    async def enters(self, person: Person, text: str) -> notices.PaperEntered:
        """Types sheets and confirms them."""
        (read, *_) = await self.carta(person, text)
        assert isinstance(read, notices.PaperReadBack)
        (entered,) = await self.confirms_sheets(person, read.token)
        assert isinstance(entered, notices.PaperEntered)
        return entered

    async def handed_in(self, person: Person, number: int, table: str = "T6") -> Notice:
        """So many sheets were handed in."""
        return await sheets.say_handed_in(self.database, self.event, person, table, number, self.now)

    async def sheets(self, table: str = "T6") -> dict[int, list[str]]:
        """The sheets that stand: number to codes."""
        found = await stored_paper.sheets_of(self.database, table)
        return {sheet.number: sorted(sheet.dots) for sheet in found}

    # --- time and phases ------------------------------------------------------------------------------

    def later(self, seconds: float = 60) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def at(self, time_of_day: str) -> datetime:
        """Move the time to this hour of the event's day."""
        hour, minute = (int(part) for part in time_of_day.split(":"))
        self.now = self.event.moment(time(hour, minute))
        return self.now

    async def run_due(self, channel: int | None = None) -> int:
        return await agenda.run_due(self.database, self.event, self.now, channel)

    async def moves(
        self, table: str, wished: Phase, mover: Mover = Mover.REGIA, person: Person | None = None
    ) -> Notice:
        return await phases.move(self.database, self.event, table, wished, mover, person, self.now)

    def asker(self, person: Person, update: str | None = None) -> Asker:
        """Somebody who asks for something, in an update of its own if none is given."""
        return Asker(person, update or f"update:{self.new_id()}", self.new_id(), self.now)

    async def opens(self, person: Person, table: str = "T6", act: str | None = None) -> Notice:
        """Who facilitates types `/apri`."""
        return await phases.open_next(self.database, self.event, table, person, self.now, act)

    async def closes(self, person: Person, table: str = "T6", act: str | None = None) -> Notice:
        """Who facilitates types `/chiudi`, and confirms if they are asked."""
        said = await confirming.close(self.database, self.event, table, None, self.asker(person, act))
        again = act is not None and act in self._closings
        if act is not None and not again:
            self._closings[act] = isinstance(said, notices.CloseAsked)
        if not isinstance(said, notices.CloseAsked) or (again and act and not self._closings[act]):
            # Delivered again, it may be asked back where it was not before: nobody answers that.
            return said
        (told,) = await self.answers(person, said.token, act and f"{act}:yes")
        return told

    async def answers(
        self, person: Person, token: str, update: str | None = None, *, yes: bool = True
    ) -> list[Notice]:
        """The person answers a question that was asked back."""
        who = self.asker(person, update)
        return list(await confirming.answer(self.database, self.event, token, who, yes=yes))

    async def phase(self, table: str = "T6") -> Phase:
        row = await tables.find(self.database, table)
        assert row is not None
        return Phase(row.phase)

    # --- what came of it ------------------------------------------------------------------------------

    async def ballot(self, person: Person) -> Ballot:
        found = await ballots.of_person(self.database, person.id)
        assert found is not None
        return found

    async def contributions(self, session: int = 2) -> list[tuple[str, str | None, str | None]]:
        said = await stored_contributions.of_session(self.database, session)
        return [(e.contribution.text, e.contribution.strategy, e.contribution.question) for e in said]

    async def spread(self) -> None:
        """Let every announcement become letters."""
        more = True
        while more:
            async with self.database.transaction() as tx:
                more = await outbox.spread_some(tx, self.now)

    async def told(self, person: Person) -> list[Notice]:
        """All that the outbox has for a person, in order."""
        await self.spread()
        rows = await self.database.fetch(
            "SELECT content FROM outbox WHERE person_id = $1 ORDER BY id", person.id
        )
        return [notices.load(row["content"]) for row in rows]

    async def wanted(self) -> list[tuple[int, str]]:
        """Screens that are to be drawn: whose, and which."""
        rows = await self.database.fetch(
            "SELECT person_id, kind FROM screens WHERE wanted_version > shown_version ORDER BY 1, 2"
        )
        return [(row["person_id"], row["kind"]) for row in rows]

    async def all_drawn(self) -> None:
        """Take every screen for drawn."""
        async with self.database.transaction() as tx:
            await tx.fetch(
                "UPDATE screens SET shown_version = wanted_version, message_id = coalesce(message_id, 70)"
            )

    async def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that lasts, without what only says when, how often, and what is to be drawn."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for name, sql in EVERYTHING.items():
            columns = re.split(r",\s*", sql.split("SELECT ", 1)[1].split(" FROM", 1)[0])
            rows = await self.database.fetch(sql)
            found[name] = [tuple(row[number] for number in range(len(columns))) for row in rows]
        return found


EVERYTHING = {
    "tables": "SELECT code, phase, strategy_on FROM tables ORDER BY position",
    "suggestions": "SELECT source, zone, strategy, text, withdrawn_at IS NULL FROM suggestions ORDER BY id",
    "answers": "SELECT key, suggestion_id FROM suggestion_answers ORDER BY 2",
    "suggesting": "SELECT person_id, strategy FROM suggesting ORDER BY 1",
    "history": "SELECT table_code, from_phase, to_phase, mover FROM phase_history ORDER BY id",
    "people": "SELECT id, table_code, zone FROM people ORDER BY id",
    "roles": "SELECT person_id, role, table_code, venue FROM roles ORDER BY 1, 2, 3, 4",
    "links": "SELECT id, role, used_by, revoked_at IS NULL FROM invites ORDER BY 1",
    "role_trace": "SELECT act, role, invite_id, person_id, by_person FROM role_trace ORDER BY id",
    "moved": "SELECT person_id, from_table, to_table, to_zone, by_person FROM people_moved ORDER BY id",
    "steps": "SELECT table_code, step, subject, role, person_id FROM steps_taken ORDER BY 1, 2, 3",
    "sheets": (
        "SELECT s.table_code, s.number, b.zone, b.open, s.withdrawn_at IS NULL FROM sheets s"
        " JOIN ballots b ON b.id = s.ballot_id ORDER BY 1, 2, 5"
    ),
    "marked": (
        "SELECT s.table_code, s.number, d.strategy, d.nth FROM sheets s"
        " JOIN dots d ON d.ballot_id = s.ballot_id ORDER BY 1, 2, 3, 4"
    ),
    "counts": "SELECT table_code, present, handed_in FROM table_counts ORDER BY 1",
    "trace": "SELECT table_code, person_id, role, act, label, before, after FROM paper_trace ORDER BY id",
    "ballots": (
        "SELECT o.person_id, b.table_code, b.zone, b.open, b.finished, b.channel FROM ballots b"
        " JOIN ballot_owners o ON o.ballot_id = b.id ORDER BY 1"
    ),
    "dots": (
        "SELECT o.person_id, d.strategy, d.nth FROM dots d"
        " JOIN ballot_owners o ON o.ballot_id = d.ballot_id ORDER BY 1, 2, 3"
    ),
    "sets": "SELECT table_code, places, voters, confirmed FROM priority_sets ORDER BY 1",
    "priorities": "SELECT table_code, strategy, dots, tied, kept FROM priorities ORDER BY 1, position",
    "ties": "SELECT table_code, nth, places, after_runoff, how, settled_by FROM ties ORDER BY 1, 2",
    "tied": "SELECT table_code, nth, strategy, chosen, still_tied FROM tie_candidates ORDER BY 1, 2, 3",
    "runoffs": "SELECT table_code, nth, id, closed_at IS NULL FROM runoffs ORDER BY 1, 2",
    "choices": "SELECT table_code, nth, person_id, strategy FROM runoff_choices ORDER BY 1, 2, 3",
    "runoff_counts": "SELECT table_code, nth, strategy, hands, taps FROM runoff_counts ORDER BY 1, 2, 3",
    "draws": "SELECT table_code, nth, id, secret, word FROM draws ORDER BY 1, 2",
    "contributions": (
        "SELECT m.person_id, m.message_id, c.text, c.session, c.strategy, c.question, c.withdrawn_at IS NULL"
        " FROM contributions c JOIN contribution_messages m ON m.contribution_id = c.id ORDER BY 1, 2"
    ),
    "changes": "SELECT contribution_id, act, late, before, after FROM contribution_trace ORDER BY id",
    "named": "SELECT id, action, late_at IS NULL FROM contributions ORDER BY 1",
    "places": "SELECT person_id, strategy, question FROM places ORDER BY 1",
    "announcements": "SELECT key, audience, content FROM announcements ORDER BY id",
    "letters": "SELECT key, content FROM outbox ORDER BY id",
}


@asynccontextmanager
async def open_floor(template: Path, event: Event) -> AsyncIterator[Floor]:
    """A floor in a copy of the prepared database `template`, at 9:15 of the event's day."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "event.db"
        shutil.copy(template, path)
        database = await open_sqlite(path)
        try:
            floor = Floor(database, event, event.moment(event.agenda[0].time))
            floor.at("09:15")
            yield floor
        finally:
            await database.close()


def play(template: Path, event: Event, acts: Callable[[Floor], Coroutine[Any, Any, None]]) -> None:
    """One example of a property, on a floor of its own."""

    async def run() -> None:
        async with open_floor(template, event) as floor:
            # Examples are many; none of them is about a power cut.
            assert isinstance(floor.database, SqliteDatabase)
            await floor.database._writer.execute_fetchall("PRAGMA synchronous = OFF")
            await acts(floor)

    asyncio.run(run())


async def all_of(*doing: Awaitable[object]) -> None:
    """Do these together, as far as one store lets them."""
    await asyncio.gather(*doing)
