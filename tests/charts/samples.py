"""Aggregates to draw: a morning in Turin as it could have been, and events larger than any there will be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time
from random import Random
from typing import TYPE_CHECKING, Any

from participation import event as event_file
from participation.aggregates import (
    ContributionCounts,
    Keyword,
    Keywords,
    Priorities,
    TableContributions,
    TablePriorities,
    TableTurnout,
    Turnout,
    Votes,
    ZoneDots,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from participation.event import Event

NOON = time(12, 0)
WORDS = (
    "trasporto pubblico",
    "treni",
    "consumo di suolo",
    "banda larga",
    "comunità energetiche",
    "giovani",
    "medici di base",
    "piste ciclabili",
    "case della comunità",
    "scuole",
    "acqua",
    "telemedicina",
    "sportello unico",
    "anziani",
    "aree dismesse",
    "mense scolastiche",
    "botteghe",
    "PNRR",
    "filiera del legno",
    "Pinerolese",
    "turismo lento",
    "formazione professionale",
    "boschi",
    "volontariato",
)


@dataclass(frozen=True)
class Sample:
    """An event and one of each aggregate of it."""

    event: Event
    turnout: Turnout
    votes: Votes
    priorities: Priorities
    contributions: ContributionCounts
    keywords: Keywords


def turin(seed: int = 7) -> Sample:
    """120 people at ten tables: T10 closes late, T8 has a tie, zone 8 has no ballots."""
    event = event_file.load()
    random = Random(seed)
    weights = {strategy.code: 0.3 + random.paretovariate(2.5) - 1 for strategy in event.strategies}
    people = [15, 14, 13, 12, 14, 11, 10, 12, 13, 6]
    turnout = tuple(
        TableTurnout(
            table.code, seats, seats - random.randint(0, 3), seats - random.randint(4, 8), number != 2
        )
        for number, (table, seats) in enumerate(zip(event.tables, people, strict=True))
    )
    ballots = {"1": 34, "2": 11, "3": 6, "4": 13, "5": 10, "6": 9, "7": 11, "8": 0, "9": 7, "10": 5, "11": 5}
    zones = tuple(ZoneDots(zone, count, _dots(random, count, weights)) for zone, count in ballots.items())
    return Sample(
        event,
        Turnout(event.moment(time(10, 20)), turnout),
        votes(event, zones, tables_closed=9, at=time(10, 26)),
        Priorities(event.moment(time(10, 31)), _turin_priorities(event, random, weights)),
        ContributionCounts(
            event.moment(time(11, 15)),
            2,
            tuple(
                TableContributions(
                    table.code,
                    random.choice(event.strategies).code if number != 3 else None,
                    {str(question): random.randint(0, 9) for question in range(1, 5)} if number != 9 else {},
                    random.randint(0, 5) if number != 9 else 0,
                    random.randint(3, 12) if number != 9 else 0,
                )
                for number, table in enumerate(event.tables)
            ),
        ),
        Keywords(
            event.moment(time(12, 10)),
            2,
            337,
            tuple(
                Keyword(word, tables, people)
                for word, tables, people in zip(
                    WORDS,
                    [9, 8, 7, 7, 6, 6, 6, 5, 5, 5, 5, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2],
                    [41, 33, 30, 22, 19, 18, 17, 16, 15, 14, 12, 11, 10, 9, 9, 8, 7, 6, 6, 5, 4, 4, 3, 2],
                    strict=True,
                )
            ),
        ),
    )


def votes(event: Event, zones: tuple[ZoneDots, ...], *, tables_closed: int, at: time) -> Votes:
    """The votes whose totals are the sums of their zones."""
    totals = {
        strategy.code: sum(zone.dots.get(strategy.code, 0) for zone in zones) for strategy in event.strategies
    }
    return Votes(event.moment(at), zones, totals, sum(zone.ballots for zone in zones), tables_closed)


def huge(
    *,
    tables: int = 30,
    axes: int = 10,
    per_axis: int = 6,
    zones: int = 24,
    most: int = 999,
    name: str = "Wwwww Mmmmm Wwwww Mmmmm Wwww",
    seed: int = 1,
) -> Sample:
    """Much of everything: names as long and wide as the event file allows, numbers up to `most`."""
    event = _grown(event_file.load(), tables=tables, axes=axes, per_axis=per_axis, zones=zones, name=name)
    random = Random(seed)
    codes = [strategy.code for strategy in event.strategies]
    by_zone = tuple(
        ZoneDots(zone.code, most, {code: random.randint(most // 10, most) for code in codes})
        if number % 7 != 3
        else ZoneDots(zone.code, 3 if number % 2 else 0, {}, withheld=number % 2 == 1)
        for number, zone in enumerate(event.zones)
    )
    return Sample(
        event,
        Turnout(
            event.moment(time(10, 20)),
            tuple(TableTurnout(table.code, most, most - 1, most // 2, True) for table in event.tables),
        ),
        votes(event, by_zone, tables_closed=tables - 1, at=time(10, 26)),
        Priorities(
            event.moment(time(10, 31)),
            tuple(_random_priorities(random, table.code, codes, most) for table in event.tables),
        ),
        ContributionCounts(
            event.moment(time(11, 15)),
            2,
            tuple(
                TableContributions(
                    table.code,
                    random.choice(codes),
                    {question.code: random.randint(0, most) for question in event.session2.questions}
                    | {"": 7},
                    random.randint(0, most),
                    random.randint(0, most),
                )
                for table in event.tables
            ),
        ),
        Keywords(
            event.moment(time(12, 10)),
            2,
            most,
            tuple(
                Keyword(f"{WORDS[n % len(WORDS)]} {WORDS[(n * 7) % len(WORDS)]}", tables - n // 3, most - n)
                for n in range(24)
            ),
        ),
    )


def empty() -> Sample:
    """The first minute: nobody has done anything."""
    event = event_file.load()
    morning = event.moment(time(10, 10))
    return Sample(
        event,
        Turnout(morning, tuple(TableTurnout(table.code, 0, 0, 0, True) for table in event.tables)),
        Votes(morning, (), {}, 0, 0),
        Priorities(
            morning, tuple(TablePriorities(table.code, "open", (), (), 0, 0) for table in event.tables)
        ),
        ContributionCounts(
            morning, 2, tuple(TableContributions(t.code, None, {}, 0, 0) for t in event.tables)
        ),
        Keywords(morning, 2, 0, ()),
    )


def single() -> Sample:
    """One person at one table, for one zone."""
    sample = empty()
    event = sample.event
    one = (ZoneDots("5", 1, {"3.2": 1}),)
    return replace(
        sample,
        turnout=replace(sample.turnout, tables=(TableTurnout("T6", 1, 1, 1, False),)),
        votes=votes(event, one, tables_closed=1, at=time(10, 26)),
        priorities=replace(
            sample.priorities, tables=(TablePriorities("T6", "proposed", ("3.2",), (), 0, 1),)
        ),
        contributions=replace(
            sample.contributions, session=1, rows=(TableContributions("T6", None, {"": 1}, 1, 1),)
        ),
        keywords=Keywords(sample.keywords.at, 1, 1, (Keyword("treni", 1, 1), Keyword("sera", 1, 1))),
    )


def _dots(random: Random, ballots: int, weights: dict[str, float]) -> dict[str, int]:
    """The dots of so many ballots: up to six different strategies each, some far likelier than others."""
    found: dict[str, int] = {}
    for _ in range(ballots):
        wished = sorted(weights, key=lambda code: -weights[code] * random.random())
        for code in wished[: random.choice([6, 6, 6, 5, 3])]:
            found[code] = found.get(code, 0) + 1
    return found


def _turin_priorities(event: Event, random: Random, weights: dict[str, float]) -> tuple[TablePriorities, ...]:
    rows = []
    for number, table in enumerate(event.tables):
        chosen = tuple(sorted(weights, key=lambda code: -weights[code] * random.random())[:6])
        if number == 9:
            rows.append(TablePriorities(table.code, "open", (), (), 0, 4))
        elif number == 7:
            rows.append(
                TablePriorities(table.code, "proposed", chosen[:4], (chosen[4], chosen[5], "2.4"), 2, 11)
            )
        elif number in {2, 5}:
            rows.append(TablePriorities(table.code, "proposed", chosen, (), 0, 12))
        else:
            rows.append(TablePriorities(table.code, "confirmed", chosen, (), 0, 13))
    return tuple(rows)


def _random_priorities(random: Random, table: str, codes: Sequence[str], voters: int) -> TablePriorities:
    chosen = random.sample(codes, min(9, len(codes)))
    state = random.choice(["open", "proposed", "confirmed"])
    if state == "open":
        return TablePriorities(table, "open", (), (), 0, voters)
    if state == "proposed":
        return TablePriorities(table, "proposed", tuple(chosen[:4]), tuple(chosen[4:]), 2, voters)
    return TablePriorities(table, "confirmed", tuple(chosen[:6]), (), 0, voters)


def _grown(event: Event, *, tables: int, axes: int, per_axis: int, zones: int, name: str) -> Event:
    data: dict[str, Any] = event.model_dump()
    data["title"] = f"{name} & <{name}> " * 3
    data["axes"] = [
        {
            "code": str(axis),
            "title": f"{name}, {name}, {name}, {name}",
            "strategies": [
                {"code": f"{axis}.{number}", "title": name * 3, "label": name[:28]}
                for number in range(1, per_axis + 1)
            ],
        }
        for axis in range(1, axes + 1)
    ]
    data["zones"] = [
        {"code": str(zone), "name": f"{name} {name} {name}"[:80]} for zone in range(1, zones + 1)
    ]
    like = data["tables"][0]
    data["tables"] = [
        {**like, "code": f"T{number}", "name": name[:28], "zones": [str(number % zones + 1)]}
        for number in range(1, tables + 1)
    ]
    return event_file.Event.model_validate(data)


def long_codes() -> Sample:
    """Turin with tables whose codes are as long as the event file allows."""
    sample = turin()
    data: dict[str, Any] = sample.event.model_dump()
    names = {table["code"]: f"PINEROLO_{number:03d}" for number, table in enumerate(data["tables"])}
    for table in data["tables"]:
        table["code"] = names[table["code"]]
    return replace(
        sample,
        event=event_file.Event.model_validate(data),
        turnout=replace(
            sample.turnout,
            tables=tuple(replace(row, table=names[row.table]) for row in sample.turnout.tables),
        ),
        priorities=replace(
            sample.priorities,
            tables=tuple(replace(row, table=names[row.table]) for row in sample.priorities.tables),
        ),
        contributions=replace(
            sample.contributions,
            rows=tuple(replace(row, table=names[row.table]) for row in sample.contributions.rows),
        ),
    )
