"""The agenda as moments: each table's phases, and the posts to the regia's channel.

Moments are rows that are run when they are due and not done. Running one is one transaction with marking it
done, so it happens once however often it is tried; one that was missed is caught up. One moment comes back
every minute: it keeps the time left on the dashboards fresh, and counts down. How the regia holds and shifts
the agenda is in `participation/shifting.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from participation import (
    dashboards,
    event_change,
    notices,
    phases,
    posts,
    replanning,
    restituting,
    runoffs,
    suggestions,
    theme_board,
    timing,
    topics,
)
from participation.event import EventFileError, Phase, read
from participation.notices import Mover
from participation.posts import Post
from participation.runoffs import CloseRunoff
from storage import agenda as stored_agenda
from storage import events, moments, outbox, tables
from storage.database import DatabaseError, Unavailable
from storage.moments import Moment
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from participation.event import Event
    from storage.database import Database, Transaction

COUNTDOWN: Final = (5, 1)
"""Minutes before a table closes at which people are told."""

WAIT: Final = timedelta(minutes=1)
"""How long such a picture waits before it looks again, for a table whose closing is not planned."""


class PhaseChange(BaseModel):
    """The agenda moves a table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    phase: Phase


class Minute(BaseModel):
    """Another minute has passed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minute: Literal[True]


class FirstThemes(BaseModel):
    """The people of the regia get the first themes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_themes: Literal[True]


class FreezeRestitution(BaseModel):
    """Session 2 is over: what is contributed later is not in the restitution."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    freeze_restitution: Literal[True]


class Digest(BaseModel):
    """The people of the regia hear how many suggestions came."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: Literal[True]


Action = Post | PhaseChange | CloseRunoff | FirstThemes | FreezeRestitution | Digest | Minute
_ACTION: TypeAdapter[Action] = TypeAdapter(Action)


def plan(event: Event, *, channel: bool) -> tuple[Moment, ...]:
    """All moments of an event. Without a channel there are no posts."""
    found = [_moment(key, due, action) for key, due, action in _phase_changes(event)]
    for item in event.agenda:
        if item.code == event.themes.first_board:
            found.append(_moment("themes:first", event.moment(item.time), FirstThemes(first_themes=True)))
    ends = event.phase_starts()[Phase.CLOSING]
    found.append(_moment("restitution:freeze", ends, FreezeRestitution(freeze_restitution=True)))
    for at in event.digests():
        day = at.astimezone(event.zone_info).date()
        found.append(_moment(f"{moments.DIGEST}{day}", at, Digest(digest=True)))
    if channel:
        found += [_moment(key, due, action) for key, due, action in _posts(event)]
    return tuple(found)


def _moment(key: str, due: datetime, action: Action) -> Moment:
    # Of one time, "phase:" sorts before "post:" and "restitution:": what is shown of the tables is as the
    # agenda has moved them.
    return Moment(key=key, due=due, action=action.model_dump_json())


def _phase_changes(event: Event) -> Iterator[tuple[str, datetime, Action]]:
    for phase, start in event.phase_starts().items():
        if phase is Phase.REGISTRATION:
            continue
        for table in event.tables:
            yield timing.key(phase, table.code), start, PhaseChange(table=table.code, phase=phase)


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


def _post(picture: posts.Picture, at: datetime, session: int | None = None) -> tuple[str, datetime, Action]:
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
            await tables.set_venue(tx, table.code, table.venue)
        await tables.arrange(tx, [table.code for table in event.tables])
        changes = await stored_agenda.changes(tx)
        # Until when suggestions are taken may change at any time.
        await moments.forget_digests(tx)
        for moment in plan(event, channel=channel):
            shifts = () if moment.key.startswith(moments.DIGEST) else changes
            await moments.add(tx, Moment(moment.key, timing.shifted(moment.due, shifts), moment.action))
        if not await moments.done(tx, moments.MINUTE):
            await replanning.every_minute(tx, event.phase_starts()[Phase.REGISTRATION])


async def _change(tx: Transaction, stored: str, event: Event) -> None:
    """Take a changed event file, or raise what keeps it from being taken."""
    if not await events.begun(tx):
        await moments.forget_to_come(tx)
        await events.forget_other_tables(tx, [table.code for table in event.tables])
        await events.forget_other_venues(tx, [venue.code for venue in event.venues])
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
    """Run one moment; whether it is done by this, and was not before."""
    action = _ACTION.validate_json(moment.action)
    async with database.transaction() as tx:
        if isinstance(action, Minute):
            if await moments.put_off(tx, moment.key, moment.due, timing.next_minute(now)):
                await _minute(tx, event, now)
            return False
        if isinstance(action, Post) and action.post in posts.VOTES:
            later = await _last_closing(tx, now)
            if later is not None:
                await moments.put_off(tx, moment.key, moment.due, later)
                return False
        if not await moments.finish(tx, moment.key, now):
            return False
        match action:
            case PhaseChange(table=table, phase=phase):
                await phases.move_in(tx, event, table, phase, Mover.AGENDA, None, now)
            case CloseRunoff(runoff=runoff):
                await runoffs.close_in(tx, event, runoff, now, None)
            case FirstThemes():
                await theme_board.tell_first(tx, event, moment.key, now)
            case FreezeRestitution():
                await restituting.freeze_by_agenda(tx, moment.key, now)
            case Digest():
                await suggestions.tell_digest(tx, event, moment.key, now)
            case Post() as post if channel is not None:
                await outbox.post(tx, moment.key, channel, posts.dump(post), now, urgency=Urgency.POST)
            case Post():
                pass
    return True


async def _last_closing(tx: Transaction, now: datetime) -> datetime | None:
    """When the last table that still votes (or has still to) is planned to close; None when none does."""
    plans = await timing.plans(tx)
    voting = [row.code for row in await tables.all_tables(tx) if Phase(row.phase) in phases.VOTING]
    planned = [plans.get(code, {}).get(Phase.PRIORITIES, now) for code in voting]
    return max((*planned, now + WAIT)) if planned else None


async def _minute(tx: Transaction, event: Event, now: datetime) -> None:
    """The time left on the dashboards, and the countdown of each table to its own closing."""
    rows = await tables.all_tables(tx)
    if all(Phase(row.phase) is Phase.AFTERMATH for row in rows):
        await moments.finish(tx, moments.MINUTE, timing.next_minute(now))
        return
    if await stored_agenda.held_at(tx) is not None:
        return
    plans = await timing.plans(tx)
    for row in rows:
        phase = Phase(row.phase)
        ends = timing.end_of(phase, plans.get(row.code, {}))
        left = 0 if ends is None else timing.minutes_left(ends, now)
        if ends is None or not 0 < left <= timing.NEAR:
            continue
        await dashboards.refresh(tx, row.code)
        audience = {Phase.SESSION1: "unfinished", Phase.SESSION2: "facilitators"}.get(phase)
        if audience is not None and left in COUNTDOWN:
            told = notices.Countdown(table=row.code, phase=phase, minutes=left, closes_at=ends)
            key = f"countdown:{row.code}:{phase}:{ends.isoformat()}:{left}"
            await outbox.announce(
                tx,
                key,
                f"{audience}:{row.code}",
                notices.dump(told),
                now,
                urgency=Urgency.NUDGE,
                topic=topics.countdown(row.code, audience),
            )
