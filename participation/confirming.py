"""What is asked back before it counts: kept in the database until a button or a typed word answers.

What is confirmed is what was shown. Rights are checked again when it is done, not only when it was asked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from participation import (
    bulletins,
    contributions,
    granting,
    moving,
    notices,
    phases,
    reopening,
    roles,
    shifting,
    suggestions,
    syntheses,
)
from participation.event import Phase
from participation.granting import MakeLink, Revoke
from participation.moving import Move
from participation.notices import Role
from storage import asked, paper, tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from participation.event import Event
    from storage.asked import Asked
    from storage.database import Database, Transaction
    from storage.people import Person

GOOD_FOR: Final = timedelta(minutes=10)
"""How long a question may wait for its answer: what it showed grows old."""


class _Act(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Close(_Act):
    """A facilitator closes what a table is in."""

    kind: Literal["close"] = "close"
    table: str
    wished: Phase


class Shift(_Act):
    """The regia shifts the agenda, or resumes it. `seen`: how many changes it had when it was asked."""

    kind: Literal["shift"] = "shift"
    minutes: int
    resume: bool
    seen: int


class Reopen(_Act):
    """The regia reopens a phase of a table."""

    kind: Literal["reopen"] = "reopen"
    table: str
    phase: Phase
    minutes: int
    reason: str | None


class Send(_Act):
    """A sentence goes to tables (none: to all)."""

    kind: Literal["send"] = "send"
    sender: Role
    tables: tuple[str, ...]
    leaders: bool
    text: str


class Synthesize(_Act):
    """A table's synthesis goes to the regia; "" while its text is still to be typed."""

    kind: Literal["synthesis"] = "synthesis"
    table: str
    text: str


Act = Close | Shift | Reopen | Send | MakeLink | Revoke | Move | Synthesize
_ACT: TypeAdapter[Act] = TypeAdapter(Annotated[Act, Field(discriminator="kind")])


_ANSWERED: Final = notices.AskEnded(reason="done")


class Asker:
    """Who asks for something that is asked back: the person, the update it came in, a fresh random token.

    `bot`: the bot's user name, which links open.
    """

    def __init__(self, person: Person, update: str, token: str, now: datetime, bot: str = "") -> None:
        self.person = person
        self.update = update
        self.token = token
        self.now = now
        self.bot = bot

    async def keep(self, tx: Transaction, act: Act) -> str | None:
        """Keep the question; its token, None when this update asked before and was answered."""
        token = await asked.ask(tx, self.token, self.update, self.person.id, act.model_dump_json(), self.now)
        found = await asked.find(tx, token)
        assert found is not None, "just asked"
        return token if found.answer is None else None


async def close(
    database: Database, event: Event, table: str, wished: Phase | None, who: Asker
) -> notices.Notice:
    """A facilitator closes what is open (or steps to `wished`): asked first where it ends something."""
    async with database.transaction() as tx:
        row = await tables.hold(tx, table)
        assert row is not None, "facilitators have tables of the event"
        phase = Phase(row.phase)
        wished = wished or phases.closing_of(phase)
        if wished is not None and phases.asks_first(phase, wished):
            token = await who.keep(tx, Close(table=table, wished=wished))
            if token is None:
                return _ANSWERED
            return await phases.close_question(tx, row, wished, token)
        mover = await roles.mover(tx, who.person, table)
        return await phases.move_in(tx, event, table, wished or phase, mover, who.person, who.now)


async def shift(database: Database, minutes: int, who: Asker) -> notices.Notice:
    """The regia shifts what is left of the agenda."""
    async with database.transaction() as tx:
        return await _ask_shift(tx, minutes, who, resume=False)


async def resume(database: Database, who: Asker) -> notices.Notice:
    """The regia resumes the agenda."""
    async with database.transaction() as tx:
        return await _ask_shift(tx, await shifting.length_of_hold(tx, who.now), who, resume=True)


async def _ask_shift(tx: Transaction, minutes: int, who: Asker, *, resume: bool) -> notices.Notice:
    said = await shifting.question(tx, minutes, resume=resume, token=who.token, now=who.now)
    if isinstance(said, notices.AgendaRefused):
        return said
    seen = await shifting.changes_so_far(tx)
    token = await who.keep(tx, Shift(minutes=minutes, resume=resume, seen=seen))
    if token is None:
        return _ANSWERED
    return said.model_copy(update={"token": token})


async def reopen(
    database: Database, table: str, phase: Phase, minutes: int, reason: str | None, who: Asker
) -> notices.Notice:
    """The regia reopens a phase of a table."""
    async with database.transaction() as tx:
        row = await tables.find(tx, table)
        assert row is not None, "tables are those of the event"
        refused = reopening.refused(row, phase)
        if refused is not None:
            return refused
        token = await who.keep(tx, Reopen(table=table, phase=phase, minutes=minutes, reason=reason))
        if token is None:
            return _ANSWERED
        return await reopening.question(tx, row, phase, minutes, reason, token, who.now)


async def send(
    database: Database,
    event: Event,
    sender: Role,
    to: tuple[str, ...],
    text: str,
    who: Asker,
    *,
    leaders: bool = False,
) -> notices.Notice:
    """A sentence to tables, as who facilitates one or as the regia."""
    unclear = bulletins.unclear(sender, text)
    if unclear is not None:
        return unclear
    async with database.transaction() as tx:
        token = await who.keep(tx, Send(sender=sender, tables=to, leaders=leaders, text=text.strip()))
        if token is None:
            return _ANSWERED
        return await bulletins.question(tx, event, sender, to, text.strip(), token, leaders=leaders)


async def synthesis(database: Database, table: str, text: str, who: Asker) -> notices.Notice:
    """A table's synthesis, as who facilitates it; without a text, what they type next is it."""
    text = text.strip()
    unclear = syntheses.unclear(text)
    if unclear is not None:
        return unclear
    async with database.transaction() as tx:
        token = await who.keep(tx, Synthesize(table=table, text=text))
        return _ANSWERED if token is None else await syntheses.question(tx, table, text, token)


async def typed_text(
    database: Database, event: Event, text: str, message: int, who: Asker
) -> notices.Notice | None:
    """What was typed when a text was asked for; None when none was, or the message became something else.

    Delivered again, the text is asked back again, or was answered since.
    """
    if await contributions.received_before(database, event, who.person, message) is not None:
        return None
    found = await asked.asked_in(database, who.update) or await asked.open_of(database, who.person.id)
    act = None if found is None else _ACT.validate_json(found.act)
    if found is None or not isinstance(act, Synthesize):
        return None
    again = bool(act.text)
    if again and act.text != text.strip():
        return None
    if not again and _ended(found, who.now) is not None:
        return None
    return await synthesis(database, act.table, text, who)


async def typed(
    database: Database, event: Event, meaning: str | None, message: int, who: Asker
) -> Sequence[notices.Notice] | None:
    """A word was typed that may be an answer ("confirm", "cancel"); None when nothing was asked.

    Nor is it an answer when this message became something else before, and is delivered again.
    """
    if meaning not in {"confirm", "cancel"}:
        return None
    if await contributions.received_before(database, event, who.person, message) is not None:
        return None
    if await suggestions.received_before(database, who.person, message, who.now) is not None:
        return None
    before = await asked.answered_in(database, who.person.id, who.update)
    waiting = before or await asked.open_of(database, who.person.id)
    if waiting is None and await paper.desk(database, who.person.id) is not None:
        # It answers what was read back of sheets.
        return None
    if waiting is None:
        # Who has a role is likely to mean a question; for anybody else it is what they say.
        return [notices.AskEnded(reason="none")] if await roles.of_person(database, who.person) else None
    return await answer(database, event, waiting.token, who, yes=meaning == "confirm")


async def answer(
    database: Database, event: Event, token: str, who: Asker, *, yes: bool
) -> Sequence[notices.Notice]:
    """Answer a question that was asked of this person; what to tell them, nothing if they hear otherwise."""
    async with database.transaction() as tx:
        found = await asked.find(tx, token)
        if found is None or found.person != who.person.id:
            return [notices.ButtonOutdated()]
        act = _ACT.validate_json(found.act)
        ended = _ended(found, who.now)
        if ended is not None:
            again = await _again(tx, act, token, who.now) if ended == "done" else None
            return [again or notices.AskEnded(reason=ended)]
        refused = await _refused(tx, act, who.person)
        if refused is not None:
            return [refused]
        await asked.answer(tx, token, "yes" if yes else "no", who.update, who.now)
        if not yes:
            return [notices.AskEnded(reason="no")]
        told = await _do(tx, event, act, token, who)
        return [] if told is None else [told]


async def _again(tx: Transaction, act: Act, token: str, now: datetime) -> notices.Notice | None:
    """What who says yes once more hears besides that it is done: by whom and when, or how to go on."""
    match act:
        case Close():
            # Unless the table was reopened since.
            return await phases.already(tx, act.table, act.wished, now)
        case MakeLink():
            return await granting.made_before(tx, token)
        case _:
            return None


def _ended(found: Asked, now: datetime) -> str | None:
    if found.answer is not None:
        return {"yes": "done", "no": "no"}.get(found.answer, "superseded")
    return "expired" if now - found.at > GOOD_FOR else None


_COMMANDS: Final = {
    "close": "chiudi",
    "shift": "agenda",
    "reopen": "riapri",
    "send": "avviso",
    "link": "link",
    "revoke": "revoca",
    "move": "sposta",
    "synthesis": "invia",
}


async def _refused(tx: Transaction, act: Act, person: Person) -> notices.NotAllowed | None:
    match act:
        case Close(table=table) | Send(sender=Role.FACILITATOR, tables=(table,)) | Synthesize(table=table):
            allowed = table in await roles.tables_facilitated(tx, person)
        case MakeLink():
            allowed = await granting.may_make(tx, person, act.grant) is not None
        case _:
            allowed = await roles.is_regia(tx, person)
    return None if allowed else notices.NotAllowed(command=_COMMANDS[act.kind])


async def _do(  # noqa: PLR0911 - one way out per act
    tx: Transaction, event: Event, act: Act, token: str, who: Asker
) -> notices.Notice | None:
    match act:
        case Close():
            mover = await roles.mover(tx, who.person, act.table)
            return await phases.move_in(tx, event, act.table, act.wished, mover, who.person, who.now)
        case Shift():
            return await _shift(tx, act, token, who)
        case Reopen():
            return await reopening.reopen_in(
                tx, event, act.table, act.phase, act.minutes, who.person.id, who.now, act.reason
            )
        case Send():
            return await bulletins.send_in(
                tx, event, act.sender, act.tables, act.text, token, who.now, leaders=act.leaders
            )
        case MakeLink():
            return await granting.make_in(tx, event, act, token, who)
        case Revoke():
            return await granting.revoke_in(tx, act, who)
        case Move():
            return await moving.move_in(tx, event, act, who)
        case Synthesize():
            return await syntheses.send_in(tx, act.table, act.text, who.person, token, who.now)


async def _shift(tx: Transaction, act: Shift, token: str, who: Asker) -> notices.Notice | None:
    said = await shifting.shift_in(
        tx,
        act.minutes,
        resume=act.resume,
        seen=act.seen,
        person=who.person.id,
        token=token,
        now=who.now,
    )
    if not isinstance(said, notices.ShiftAsked):
        return said
    # The times that were shown are no longer the ones: a question of its own, with those that are.
    seen = await shifting.changes_so_far(tx)
    anew = await who.keep(tx, Shift(minutes=said.minutes, resume=act.resume, seen=seen))
    assert anew is not None, "an update answers once"
    return said.model_copy(update={"token": anew})
