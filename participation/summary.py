"""The figures of the event as they are now, read from the database: one aggregate per picture.

Nobody is shown a number that lets them guess one person's vote, nor two whose difference does: the dots of
a zone with fewer than `SMALLEST_GROUP` ballots are withheld, and with them those of more zones until what
total and shown zones leave over is a group large enough. When all ballots together are too few, there is no
total either.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from participation import draws, personal_data, priorities, table_notes, ties
from participation.aggregates import (
    ContributionCounts,
    Keywords,
    Priorities,
    TableContributions,
    TablePriorities,
    TableTurnout,
    Turnout,
    Votes,
    ZoneDots,
)
from participation.channels import provisional, told_apart, withheld
from participation.disclosure import SMALLEST_GROUP
from participation.event import Phase
from participation.keywords import keywords
from participation.phases import VOTING
from storage import ballots, contributions, paper, tables
from storage import priorities as stored_priorities
from storage import ties as stored_ties

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from participation.event import Event
    from storage.ballots import ZoneTally
    from storage.database import Reader
    from storage.ties import TieRow


async def turnout(reader: Reader, now: datetime) -> Turnout:
    """Who registered, votes and finished at each table."""
    counted = await ballots.turnout(reader)
    return Turnout(
        at=now,
        tables=tuple(
            TableTurnout(
                table=row.code,
                registered=counted[row.code].registered,
                voting=counted[row.code].voting,
                finished=counted[row.code].finished,
                open=Phase(row.phase) in VOTING,
            )
            for row in await tables.all_tables(reader)
        ),
    )


async def votes(reader: Reader, event: Event, now: datetime) -> Votes:
    """The dots of the tables that closed, by zone and together.

    `totals` is empty when there are ballots, but too few to show anything of them.
    """
    by_zone = await ballots.closed_by_zone(reader)
    hidden = withheld({zone: tally.voters for zone, tally in by_zone.items()})
    totals: dict[str, int] = {strategy.code: 0 for strategy in event.strategies}
    for tally in by_zone.values():
        for code, count in tally.dots.items():
            totals[code] += count
    ballots_in = sum(tally.voters for tally in by_zone.values())
    channels = {name: sum(tally.channels[name] for tally in by_zone.values()) for name in ballots.CHANNELS}
    closed = [row for row in await tables.all_tables(reader) if Phase(row.phase) not in VOTING]
    return Votes(
        at=now,
        zones=tuple(_zone(zone.code, by_zone.get(zone.code), zone.code in hidden) for zone in event.zones),
        totals=totals if not 0 < ballots_in < SMALLEST_GROUP else {},
        ballots=ballots_in,
        by_channel=told_apart(channels),
        tables_closed=len(closed),
    )


def _zone(zone: str, tally: ZoneTally | None, hidden: bool) -> ZoneDots:
    if tally is None:
        return ZoneDots(zone=zone, ballots=0, dots={})
    return ZoneDots(zone=zone, ballots=tally.voters, dots={} if hidden else tally.dots, withheld=hidden)


async def chosen(reader: Reader, now: datetime) -> Priorities:
    """The priorities of all tables."""
    sets = await stored_priorities.of_all(reader)
    known = await stored_ties.of_all(reader)
    reasons = await stored_ties.reasons(reader)
    counted = await paper.counts(reader)
    rows: list[TablePriorities] = []
    for row in await tables.all_tables(reader):
        found = sets.get(row.code)
        if found is None:
            rows.append(TablePriorities(row.code, "open", (), (), 0, 0))
            continue
        rows.append(
            TablePriorities(
                table=row.code,
                state="confirmed" if found.confirmed else "proposed",
                priorities=priorities.standing(found),
                tied=priorities.pending(found),
                places=0 if found.confirmed else found.places,
                voters=found.voters,
                dropped=ties.dropped(found, reasons.get(row.code, {})),
                ties=ties.all_told(known.get(row.code, ()), reasons.get(row.code, {})),
                provisional=provisional(counted[row.code].handed_in, counted[row.code].entered),
            )
        )
    return Priorities(at=now, tables=tuple(rows))


async def contribution_counts(reader: Reader, session: int, now: datetime) -> ContributionCounts:
    """How much each table contributed in a session, by question."""
    said = await contributions.of_session(reader, session)
    rows: list[TableContributions] = []
    for row in await tables.all_tables(reader):
        here = [each for each in said if each.contribution.table == row.code]
        typed = [each for each in here if each.contribution.source == "person"]
        by_question: dict[str, int] = {}
        for each in typed:
            question = each.contribution.question or ""
            by_question[question] = by_question.get(question, 0) + 1
        rows.append(
            TableContributions(
                table=row.code,
                strategy_on=row.strategy_on,
                by_question=by_question,
                notes=len(here) - len(typed),
                people=len({each.person for each in typed}),
            )
        )
    return ContributionCounts(at=now, session=session, rows=tuple(rows))


async def session_keywords(reader: Reader, event: Event, session: int, now: datetime) -> Keywords:
    """The words that come back in the contributions to a session; none that may be somebody's."""
    said = await contributions.of_session(reader, session)
    # It goes on the wall and to the channel: what was found goes out, whether it was let pass or not.
    spoken = [
        (each.contribution.table, each.person, personal_data.blanked(each.contribution.text)) for each in said
    ]
    return Keywords(
        at=now,
        session=session,
        contributions=len(said),
        words=keywords(spoken, language=event.language),
    )


async def by_table(reader: Reader) -> dict[str, dict[str, object]]:
    """Everything counted, table by table: for the organisers, after the event, never while people vote.

    Per table: `registered`, `finished` (people), `voted` (ballots with a dot) and the same by `channels`
    ("app", "assisted", "paper"), `present` (None: nobody said), `sheets` (`handed_in` or None, `entered`, and
    whether the count is `provisional` for them), `dots` (by strategy), `priorities` (codes), `ties` (each:
    the tied `strategies`, the `places` they contended for, those `chosen`, `how` it was settled or None, of a
    run-off its `voters` and `counts`, of a draw all it takes to draw again), what was `dropped` and why,
    `contributions`, and its `notes` (see `table_notes.by_table`).
    """
    turnout_now = await ballots.turnout(reader)
    cast = await ballots.cast(reader)
    by_hand = await paper.counts(reader)
    sets = await stored_priorities.of_all(reader)
    known = await stored_ties.of_all(reader)
    reasons = await stored_ties.reasons(reader)
    counted = await contributions.counted_by_table(reader)
    noted = await table_notes.by_table(reader)
    found: dict[str, dict[str, object]] = {}
    for row in await tables.all_tables(reader):
        decided = sets.get(row.code)
        said = reasons.get(row.code, {})
        found[row.code] = {
            "registered": turnout_now[row.code].registered,
            "voted": sum(cast[row.code].values()),
            "channels": dict(cast[row.code]),
            "finished": turnout_now[row.code].finished,
            "present": by_hand[row.code].present,
            "sheets": {
                "handed_in": by_hand[row.code].handed_in,
                "entered": by_hand[row.code].entered,
                "provisional": Phase(row.phase) not in VOTING
                and provisional(by_hand[row.code].handed_in, by_hand[row.code].entered),
            },
            "dots": dict(await ballots.tally(reader, row.code)),
            "priorities": list(priorities.standing(decided)) if decided else [],
            "dropped": [each.model_dump() for each in ties.dropped(decided, said)] if decided else [],
            "ties": [_tie(tie, said) for tie in known.get(row.code, ())],
            "contributions": counted.get(row.code, 0),
            "notes": noted.get(row.code, []),
        }
    return found


def _tie(tie: TieRow, reasons: Mapping[str, str]) -> dict[str, object]:
    """A tie as the organisers read it; a run-off's counts are left out (None) where they tell on somebody."""
    found: dict[str, object] = {
        "strategies": list(tie.strategies),
        "places": tie.places,
        "zone": tie.zone,
        "how": tie.how,
        "chosen": list(tie.chosen),
    }
    if tie.how is None:
        return found
    told = ties.told(tie, reasons)
    if tie.how == "runoff":
        found |= {
            "still_tied": list(tie.still_tied),
            "voters": told.voters,
            "counts": dict(told.counts) or None,
        }
    if told.reasons:
        found["reasons"] = list(told.reasons)
    record = draws.record_of(tie)
    if record is not None:
        found["draw"] = asdict(record)
    return found
