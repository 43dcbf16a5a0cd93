"""The agenda as moments: each table's phases, and the posts to the regia's channel.

Moments are rows that are run when they are due and not done. Running one is one transaction with marking it
done, so it happens once however often it is tried; one that was missed is caught up.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from participation import event_change, phases, runoffs
from participation.event import EventFileError, Phase, read
from participation.notices import Mover
from participation.runoffs import CloseRunoff
from storage import events, moments, outbox, tables
from storage.database import DatabaseError, Unavailable
from storage.moments import Moment
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from participation.event import Event
    from storage.database import Database, Transaction

Picture = Literal["turnout", "heatmap", "ranking", "priorities", "contributions", "keywords"]


class Post(BaseModel):
    """A picture for the regia's channel, scheduled for `at`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    post: Picture
    at: datetime
    session: int | None = None


class PhaseChange(BaseModel):
    """The agenda moves a table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    phase: Phase


Action = Post | PhaseChange | CloseRunoff
_ACTION: TypeAdapter[Action] = TypeAdapter(Action)


def plan(event: Event, *, channel: bool) -> tuple[Moment, ...]:
    """All moments of an event. Without a channel there are no posts."""
    found = [_moment(key, due, action) for key, due, action in _phase_changes(event)]
    if channel:
        found += [_moment(key, due, action) for key, due, action in _posts(event)]
    return tuple(found)


def _moment(key: str, due: datetime, action: Action) -> Moment:
    # Of one time, "phase:" sorts before "post:": a picture shows the tables as the agenda has moved them.
    return Moment(key=key, due=due, action=action.model_dump_json())


def _phase_changes(event: Event) -> Iterator[tuple[str, datetime, Action]]:
    for phase, start in event.phase_starts().items():
        if phase is Phase.REGISTRATION:
            continue
        for table in event.tables:
            yield f"phase:{phase}:{table.code}", start, PhaseChange(table=table.code, phase=phase)


def _posts(event: Event) -> Iterator[tuple[str, datetime, Action]]:
    starts = event.phase_starts()
    opened, closed = starts[Phase.SESSION1], starts[Phase.PRIORITIES]
    for at in _every(event.posts.turnout_every_minutes, opened, closed):
        yield _post("turnout", at)
    yield _post("heatmap", closed)
    yield _post("ranking", closed)
    begins, ends = starts[Phase.SESSION2], starts[Phase.CLOSING]
    yield _post("priorities", begins)
    for at in _every(event.posts.contributions_every_minutes, begins, ends):
        yield _post("contributions", at, 2)
    yield _post("keywords", ends, 1)
    yield _post("keywords", ends, 2)


def _every(minutes: int, start: datetime, end: datetime) -> Iterator[datetime]:
    """Moments after `start`, `minutes` apart, and the end itself."""
    at = start + timedelta(minutes=minutes)
    while at < end:
        yield at
        at += timedelta(minutes=minutes)
    yield end


def _post(picture: Picture, at: datetime, session: int | None = None) -> tuple[str, datetime, Action]:
    name = picture if session is None else f"{picture}{session}"
    return f"post:{name}:{at:%Y-%m-%dT%H:%M}", at, Post(post=picture, at=at, session=session)


async def prepare(database: Database, event: Event, definition: str, now: datetime, *, channel: bool) -> None:
    """Give a new database the event's tables and moments; in one it has already, nothing is done twice.

    When the event's file was changed before the event has begun, all is planned anew. Later only its wording
    may change. Raises `EventChanged` when more did, `DatabaseError` when the database belongs to another
    event.
    """
    async with database.transaction() as tx:
        belongs_to = await tables.event_code(tx)
        if belongs_to not in {None, event.code}:
            message = (
                f"The database belongs to the event {belongs_to}, and the event file is that of "
                f"{event.code}. Give each event a database of its own."
            )
            raise DatabaseError(message)
        stored = await tables.event_definition(tx)
        if stored not in {None, definition}:
            await _change(tx, str(stored), event)
        await tables.set_event(tx, event.code, definition, now)
        known = {row.code for row in await tables.all_tables(tx)}
        for number, table in enumerate(event.tables):
            if table.code not in known:
                await tables.add(tx, table.code, len(known) + number, Phase.REGISTRATION)
        await tables.arrange(tx, [table.code for table in event.tables])
        for moment in plan(event, channel=channel):
            await moments.add(tx, moment)


async def _change(tx: Transaction, stored: str, event: Event) -> None:
    """Take a changed event file, or raise what keeps it from being taken."""
    if not await events.begun(tx):
        await moments.forget_to_come(tx)
        await events.forget_other_tables(tx, [table.code for table in event.tables])
        await events.forget_picks(tx)
        return
    try:
        before = read(stored)
    except EventFileError as error:
        message = (
            "The event file was changed while its event is running, and what it was before cannot be read by "
            "this version of Bollini. Start with the file as it was, or with the version that wrote it."
        )
        raise DatabaseError(message) from error
    changed = event_change.structure(before, event)
    if changed:
        raise event_change.EventChanged(changed)


async def run_due(database: Database, event: Event, now: datetime, channel: int | None) -> int:
    """Run every moment that is due and not done, in order; returns how many were run now.

    Each is a transaction of its own: one that fails does not keep the others from being kept. Raises an
    `ExceptionGroup` of what failed, after all the others were run; `Unavailable` at once, for they all would.
    """
    run = 0
    failed: list[Exception] = []
    for moment in await moments.due(database, now):
        try:
            run += await _run(database, event, moment, now, channel)
        except Unavailable:
            raise
        except Exception as error:
            # Whatever it is, nine tables do not wait for the tenth.
            failed.append(error)
    if failed:
        message = f"{len(failed)} moments of the agenda failed, {run} were run"
        raise ExceptionGroup(message, failed)
    return run


async def _run(database: Database, event: Event, moment: Moment, now: datetime, channel: int | None) -> bool:
    """Run one moment; whether it was not done yet."""
    async with database.transaction() as tx:
        if not await moments.finish(tx, moment.key, now):
            return False
        match _ACTION.validate_json(moment.action):
            case PhaseChange(table=table, phase=phase):
                await phases.move_in(tx, event, table, phase, Mover.AGENDA, None, now)
            case CloseRunoff(runoff=runoff):
                await runoffs.close_in(tx, event, runoff, now, None)
            case Post() as post if channel is not None:
                await outbox.post(tx, moment.key, channel, dump(post), now, urgency=Urgency.POST)
            case Post():
                pass
    return True


def dump(post: Post) -> str:
    """A post as JSON text, to rest in the outbox."""
    return post.model_dump_json()


def load(text: str) -> Post | None:
    """The post that `dump` wrote; None for an outbox text that is no post."""
    return Post.model_validate_json(text) if "post" in json.loads(text) else None
