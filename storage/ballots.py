"""Ballots and their dots.

A tap and a closing contend on the same row: whoever changes dots first bumps the version of a ballot that is
open; closing sets it to not open. So a dot is on the ballot before the tally or it was never acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.database import Reader, Row, Transaction

CHANNELS = ("app", "assisted", "paper")
"""By whose hands a ballot was filled in: its owner's, the table's for its owner, anybody's on paper."""


@dataclass(frozen=True)
class Ballot:
    """One ballot. `dots`: strategy code to number of dots (at least 1)."""

    id: str
    table: str
    zone: str
    channel: str
    budget: int
    stack: int
    open: bool
    finished: bool
    version: int
    dots: Mapping[str, int]

    @property
    def used(self) -> int:
        """Dots on the ballot."""
        return sum(self.dots.values())

    @property
    def left(self) -> int:
        """Dots still to spend."""
        return self.budget - self.used


_COLUMNS = "b.id, b.table_code, b.zone, b.channel, b.budget, b.stack, b.open, b.finished, b.version"


def _ballot(rows: Sequence[Row]) -> Ballot | None:
    if not rows:
        return None
    first = rows[0]
    dots: dict[str, int] = {}
    for row in rows:
        if row["strategy"] is not None:
            dots[row["strategy"]] = dots.get(row["strategy"], 0) + 1
    return Ballot(
        id=first["id"],
        table=first["table_code"],
        zone=first["zone"],
        channel=first["channel"],
        budget=first["budget"],
        stack=first["stack"],
        open=bool(first["open"]),
        finished=bool(first["finished"]),
        version=first["version"],
        dots=dots,
    )


async def of_person(reader: Reader, person: int) -> Ballot | None:
    """The ballot of a person, with its dots."""
    return _ballot(
        await reader.fetch(
            f"SELECT {_COLUMNS}, d.strategy FROM ballot_owners o JOIN ballots b ON b.id = o.ballot_id"
            " LEFT JOIN dots d ON d.ballot_id = b.id WHERE o.person_id = $1 ORDER BY d.slot",
            person,
        )
    )


async def hold(tx: Transaction, ballot: str) -> Ballot | None:
    """Take hold of a ballot by its id, open or not, and read it. Its table is held already."""
    await tx.fetch("UPDATE ballots SET version = version + 1 WHERE id = $1", ballot)
    return _ballot(
        await tx.fetch(
            f"SELECT {_COLUMNS}, d.strategy FROM ballots b LEFT JOIN dots d ON d.ballot_id = b.id"
            " WHERE b.id = $1 ORDER BY d.slot",
            ballot,
        )
    )


async def hold_open(tx: Transaction, person: int) -> Ballot | None:
    """Take hold of the person's ballot if it is open, and read it; None when it is closed or there is none.

    Until the transaction ends nobody else changes or closes this ballot: its version is bumped first.
    """
    rows = await tx.fetch(
        "UPDATE ballots SET version = version + 1"
        " WHERE id = (SELECT ballot_id FROM ballot_owners WHERE person_id = $1) AND open RETURNING id",
        person,
    )
    return await of_person(tx, person) if rows else None


async def set_dots(tx: Transaction, ballot: Ballot, wished: Mapping[str, int]) -> None:
    """Make the dots of a ballot held by `hold_open` exactly `wished` (strategy to number, 0 for none).

    The schema refuses more dots than the budget and more on one strategy than may be stacked.
    """
    for strategy, count in wished.items():
        if count < ballot.dots.get(strategy, 0):
            await tx.fetch(
                "DELETE FROM dots WHERE ballot_id = $1 AND strategy = $2 AND nth > $3",
                ballot.id,
                strategy,
                count,
            )
    for strategy, count in wished.items():
        for nth in range(ballot.dots.get(strategy, 0) + 1, count + 1):
            await tx.fetch(
                "INSERT INTO dots (ballot_id, slot, strategy, nth, budget, stack)"
                " SELECT $1, (SELECT min(free.slot) FROM"
                "   (SELECT 1 AS slot UNION ALL SELECT slot + 1 FROM dots WHERE ballot_id = $1) AS free"
                "   WHERE free.slot NOT IN (SELECT slot FROM dots WHERE ballot_id = $1)), $2, $3, $4, $5",
                ballot.id,
                strategy,
                nth,
                ballot.budget,
                ballot.stack,
            )


async def create(
    tx: Transaction,
    ballot: str,
    person: int,
    table: str,
    zone: str,
    *,
    budget: int,
    stack: int,
    is_open: bool,
) -> None:
    """A new, empty ballot of a registered person."""
    await _add(tx, ballot, table, zone, "app", budget=budget, stack=stack, is_open=is_open)
    await tx.fetch("INSERT INTO ballot_owners (person_id, ballot_id) VALUES ($1, $2)", person, ballot)


async def create_on_paper(
    tx: Transaction, ballot: str, table: str, zone: str, *, budget: int, stack: int, is_open: bool
) -> None:
    """A new, empty ballot on paper: nobody's. It gets dots once it has its sheet."""
    await _add(tx, ballot, table, zone, "paper", budget=budget, stack=stack, is_open=is_open)


async def _add(
    tx: Transaction,
    ballot: str,
    table: str,
    zone: str,
    channel: str,
    *,
    budget: int,
    stack: int,
    is_open: bool,
) -> None:
    await tx.fetch(
        "INSERT INTO ballots (id, table_code, zone, channel, budget, stack, open)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ballot,
        table,
        zone,
        channel,
        budget,
        stack,
        is_open,
    )


async def set_channel(tx: Transaction, ballot: str, channel: str) -> None:
    """The hands that filled in a held ballot: its owner's ("app") or the table's ("assisted")."""
    await tx.fetch("UPDATE ballots SET channel = $2 WHERE id = $1", ballot, channel)


async def set_zone(tx: Transaction, ballot: str, zone: str) -> None:
    """The zone a held ballot is for."""
    await tx.fetch("UPDATE ballots SET zone = $2 WHERE id = $1", ballot, zone)


async def move(tx: Transaction, person: int, table: str, zone: str, *, is_open: bool) -> None:
    """The person's ballot goes with them to another table (or zone); its dots stay on it."""
    await tx.fetch(
        "UPDATE ballots SET table_code = $2, zone = $3, open = $4, version = version + 1"
        " WHERE id = (SELECT ballot_id FROM ballot_owners WHERE person_id = $1)",
        person,
        table,
        zone,
        is_open,
    )


async def finish(tx: Transaction, person: int) -> bool:
    """Said "Ho finito" on an open ballot; whether there was one."""
    return bool(
        await tx.fetch(
            "UPDATE ballots SET finished = TRUE, version = version + 1"
            " WHERE id = (SELECT ballot_id FROM ballot_owners WHERE person_id = $1) AND open RETURNING id",
            person,
        )
    )


async def set_open(tx: Transaction, table: str, *, is_open: bool) -> None:
    """Open or close every ballot of a table."""
    await tx.fetch(
        "UPDATE ballots SET open = $2, version = version + 1 WHERE table_code = $1 AND open <> $2",
        table,
        is_open,
    )


async def tally(reader: Reader, table: str) -> Mapping[str, int]:
    """Dots on each strategy that has any, over all ballots of a table."""
    rows = await reader.fetch(
        "SELECT d.strategy, count(*) AS n FROM ballots b JOIN dots d ON d.ballot_id = b.id"
        " WHERE b.table_code = $1 GROUP BY d.strategy ORDER BY d.strategy",
        table,
    )
    return {row["strategy"]: row["n"] for row in rows}


async def cast(reader: Reader) -> Mapping[str, Mapping[str, int]]:
    """How many ballots with at least one dot each table has, channel by channel; tables in order."""
    rows = await reader.fetch(
        "SELECT t.code, b.channel, count(DISTINCT d.ballot_id) AS n FROM tables t"
        " LEFT JOIN ballots b ON b.table_code = t.code LEFT JOIN dots d ON d.ballot_id = b.id"
        " GROUP BY t.code, b.channel ORDER BY t.position"
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        channels = found.setdefault(row["code"], dict.fromkeys(CHANNELS, 0))
        if row["channel"] is not None:
            channels[row["channel"]] = row["n"]
    return found


@dataclass(frozen=True)
class Turnout:
    """How many people of a table registered, put at least one dot, said they finished; paper apart."""

    table: str
    registered: int
    voting: int
    finished: int


_TURNOUT = (
    "SELECT t.code,"
    " (SELECT count(*) FROM people p WHERE p.table_code = t.code) AS registered,"
    " (SELECT count(DISTINCT d.ballot_id) FROM ballots b JOIN dots d ON d.ballot_id = b.id"
    "   WHERE b.table_code = t.code AND b.channel <> 'paper') AS voting,"
    " (SELECT count(*) FROM ballots b WHERE b.table_code = t.code AND b.finished) AS finished"
    " FROM tables t"
)


def _turnout(row: Row) -> Turnout:
    return Turnout(row["code"], row["registered"], row["voting"], row["finished"])


async def turnout(reader: Reader) -> Mapping[str, Turnout]:
    """The turnout of every table, tables in order."""
    return {row["code"]: _turnout(row) for row in await reader.fetch(f"{_TURNOUT} ORDER BY t.position")}


async def turnout_of(reader: Reader, table: str) -> Turnout:
    """The turnout of one table of the event."""
    (row,) = await reader.fetch(f"{_TURNOUT} WHERE t.code = $1", table)
    return _turnout(row)


@dataclass(frozen=True)
class ZoneTally:
    """Dots and voters of one zone, over ballots that are closed; the voters by channel as well."""

    zone: str
    voters: int
    dots: Mapping[str, int]
    channels: Mapping[str, int]


_BY_ZONE = (
    "SELECT zone, channel, NULL AS strategy, count(DISTINCT ballot_id) AS n FROM counted"
    "  GROUP BY zone, channel"
    " UNION ALL SELECT zone, NULL, strategy, count(*) AS n FROM counted GROUP BY zone, strategy"
    " ORDER BY zone, strategy"
)


async def closed_by_zone(reader: Reader) -> Mapping[str, ZoneTally]:
    """Dots per zone and strategy, from closed ballots of tables past their Session 1 alone."""
    # One statement: a table that closes between two of them would be in the dots and not among the voters.
    rows = await reader.fetch(
        "WITH counted AS (SELECT b.zone, b.channel, d.ballot_id, d.strategy FROM ballots b"
        "  JOIN dots d ON d.ballot_id = b.id JOIN tables t ON t.code = b.table_code"
        "  WHERE t.phase NOT IN ('registration', 'session1'))"
        f" {_BY_ZONE}"
    )
    return _zones(rows)


def _zones(rows: Sequence[Row]) -> Mapping[str, ZoneTally]:
    dots: dict[str, dict[str, int]] = {}
    channels: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["strategy"] is not None:
            dots.setdefault(row["zone"], {})[row["strategy"]] = row["n"]
        else:
            channels.setdefault(row["zone"], dict.fromkeys(CHANNELS, 0))[row["channel"]] = row["n"]
    return {
        zone: ZoneTally(zone, sum(by_channel.values()), dots[zone], by_channel)
        for zone, by_channel in channels.items()
    }


async def of_table_by_zone(reader: Reader, table: str) -> Mapping[str, ZoneTally]:
    """Dots and voters of each zone at one table, over all its ballots."""
    rows = await reader.fetch(
        "WITH counted AS (SELECT b.zone, b.channel, d.ballot_id, d.strategy FROM ballots b"
        "  JOIN dots d ON d.ballot_id = b.id WHERE b.table_code = $1)"
        f" {_BY_ZONE}",
        table,
    )
    return _zones(rows)
