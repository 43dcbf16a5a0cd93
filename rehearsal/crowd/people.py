"""Who is in the crowd: participants, those who facilitate, the regia."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from rehearsal.crowd.chance import happens, one_of, some, stream, weighted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rehearsal.programme import Programme

FIRST_PARTICIPANT: Final = 100_000_001
FIRST_FACILITATOR: Final = 200_000_001
FIRST_REGIA: Final = 300_000_001

Role = Literal["participant", "facilitator", "regia"]
Arrival = Literal["early", "to_the_tables", "during_session1", "during_session2"]

_FIRST_NAMES = (
    *("Anna", "Giulia", "Francesca", "Chiara", "Elena", "Paola", "Marta", "Silvia", "Laura", "Federica"),
    *("Ornella", "Nadia", "Fatima", "Ioana", "Mirella", "Teresa", "Bruna", "Rosanna", "Amina", "Beatrice"),
    *("Marco", "Luca", "Andrea", "Paolo", "Giovanni", "Davide", "Stefano", "Roberto", "Enrico", "Pietro"),
    *("Walter", "Ivo", "Secondo", "Mihai", "Youssef", "Ezio", "Dario", "Fulvio", "Tommaso", "Emanuele"),
)
_LAST_NAMES = (
    *("Ferrero", "Rossi", "Bianco", "Giraudo", "Martin", "Bertone", "Actis", "Perotti", "Gallo", "Vair"),
    *("Chiavazza", "D'Agostino", "Peyrot", "Tron", "Cerutti", "Boero", "Popescu", "El Amrani", "Garnero"),
    *("Dematteis", "Rolle", "Vottero", "Bruno", "Conti", "Savio", "Berta", "Miola", "Nigra", "Baudino"),
)
# People choose odd names, and each of these would break a message that does not escape them.
_ODD_NAMES = ("Sofia <3", "Bar & Tabacchi", "<b>Gigi</b>", "_Nico_", "*Ale* [torino]", "🌲 Piera 🌲")
_ENGLISH_NAMES = ("Grace", "Oliver", "Priya", "Kwame", "Hannah", "Tomasz", "Ngozi", "Liam")

MOST_AT_FIRST: Final = 3
"""People who are given to each table before chance decides."""


@dataclass(frozen=True)
class Person:
    """Somebody with a phone.

    zone, table: those they take part for (a facilitator's table; None for the regia). first_table and
    first_zone: where they sit down at first, when that is another. language: the phone's. payload: of a
    one-time link.
    """

    id: int
    role: Role
    first_name: str
    last_name: str | None
    language: str
    table: str | None = None
    zone: str | None = None
    first_table: str | None = None
    first_zone: str | None = None
    arrival: Arrival = "early"
    scans: bool = True
    traits: frozenset[str] = frozenset()
    payload: str | None = None

    @property
    def reads(self) -> str:
        """The language the bot should speak with them: "it" or "en"."""
        return "en" if self.language.startswith("en") else "it"

    @property
    def name(self) -> str:
        """First and last name."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)


@dataclass(frozen=True)
class Invite:
    """A one-time link of the supervisor's: for "facilitator" or "regia", and the payload of its deep link."""

    role: Role
    table: str | None
    payload: str


def participants(programme: Programme, count: int, seed: int) -> tuple[Person, ...]:
    """The people who come to take part, in the order of their ids."""
    ids = range(FIRST_PARTICIPANT, FIRST_PARTICIPANT + count)
    arrivals = _arrivals(seed, ids)
    on_time = [who for who in ids if arrivals[who] in {"early", "to_the_tables"}]
    traits = _traits(seed, ids, on_time)
    english = some(seed, "english", ids, 0.05)
    return tuple(
        _participant(programme, seed, number, who, arrivals[who], traits, english)
        for number, who in enumerate(ids)
    )


def _arrivals(seed: int, ids: range) -> Mapping[int, Arrival]:
    during1 = some(seed, "during_session1", ids, 0.07)
    during2 = some(seed, "during_session2", [who for who in ids if who not in during1], 0.05)
    found: dict[int, Arrival] = {}
    for who in ids:
        if who in during1:
            found[who] = "during_session1"
        elif who in during2:
            found[who] = "during_session2"
        else:
            early: Sequence[tuple[Arrival, float]] = (("early", 0.6), ("to_the_tables", 0.4))
            found[who] = one_of(stream(seed, who, "arrival"), early)
    return found


def _traits(seed: int, ids: range, on_time: Sequence[int]) -> Mapping[str, frozenset[int]]:
    """Who does what besides. What ends somebody's part, or moves them, falls to different people."""
    blocks = some(seed, "blocks", on_time, 0.03)
    free = [who for who in on_time if who not in blocks]
    returns = some(seed, "returns", free, 0.03)
    free = [who for who in free if who not in returns]
    moves = some(seed, "moves", free, 0.04, least=2)
    return {
        "blocks": blocks,
        "returns": returns,
        "moves": moves,
        "moves_with_dots": some(seed, "moves_with_dots", moves, 0.5),
        "starts_again": some(seed, "starts_again", free, 0.06),
        "reads_on": some(seed, "reads_on", ids, 0.25),
        "remarks": some(seed, "remarks", free, 0.08),
        "double_taps": some(seed, "double_taps", ids, 0.1),
        "stale_button": some(seed, "stale_button", free, 0.06),
        "forged_button": some(seed, "forged_button", free, 0.03),
        "seventh_dot": some(seed, "seventh_dot", ids, 0.08),
        "mistypes": some(seed, "mistypes", ids, 0.06),
        "withdraws": some(seed, "withdraws", free, 0.03),
    }


def _participant(
    programme: Programme,
    seed: int,
    number: int,
    who: int,
    arrival: Arrival,
    traits: Mapping[str, frozenset[int]],
    english: frozenset[int],
) -> Person:
    table = _table(programme, seed, number, who)
    zone = stream(seed, who, "zone").choice(programme.table(table).zones)
    names = stream(seed, who, "name")
    if who in english:
        first, language = names.choice(_ENGLISH_NAMES), one_of(names, (("en", 0.7), ("en-GB", 0.3)))
    elif happens(names, len(_ODD_NAMES) / 120):
        first, language = names.choice(_ODD_NAMES), "it"
    else:
        first, language = names.choice(_FIRST_NAMES), one_of(names, (("it", 0.97), ("ro", 0.03)))
    last = names.choice(_LAST_NAMES) if happens(names, 0.8) else None
    mine = frozenset(trait for trait, people in traits.items() if who in people)
    first_table, first_zone = table, zone
    if "moves" in mine and len(programme.tables) > 1:
        others = [one.code for one in programme.tables if one.code != table]
        first_table = stream(seed, who, "wrong table").choice(others)
        first_zone = stream(seed, who, "wrong zone").choice(programme.table(first_table).zones)
    return Person(
        id=who,
        role="participant",
        first_name=first,
        last_name=last,
        language=language,
        table=table,
        zone=zone,
        first_table=first_table,
        first_zone=first_zone,
        arrival=arrival,
        scans=happens(stream(seed, who, "scans"), 0.7),
        traits=mine,
    )


def _table(programme: Programme, seed: int, number: int, who: int) -> str:
    tables = programme.tables
    if number < MOST_AT_FIRST * len(tables):
        return tables[number % len(tables)].code
    sizes = {
        table.code: 0.5 + stream(seed, "size of table", table.code).random() + 0.3 * (len(table.zones) - 1)
        for table in tables
    }
    return weighted(stream(seed, who, "table"), sizes, 1)[0]


def spare(invites: Sequence[Invite]) -> tuple[tuple[Invite, ...], tuple[Invite, ...]]:
    """The links that the crowd opens, and those left to people who play along: second facilitators, regia."""
    taken: list[Invite] = []
    left: list[Invite] = []
    tables: set[str | None] = set()
    for invite in invites:
        mine = invite.role == "facilitator" and invite.table not in tables
        tables.add(invite.table)
        (taken if mine else left).append(invite)
    return tuple(taken), tuple(left)


def leaders(programme: Programme, invites: Sequence[Invite]) -> tuple[Person, ...]:
    """Those who facilitate, and the regia: one person for each invitation, named as the event names them."""
    found: list[Person] = []
    at_table: dict[str, int] = {}
    regia = 0
    for invite in invites:
        if invite.role == "regia":
            found.append(
                Person(FIRST_REGIA + regia, "regia", "Regia", str(regia + 1), "it", payload=invite.payload)
            )
            regia += 1
            continue
        assert invite.table is not None, "facilitators have a table"
        names = programme.table(invite.table).facilitators
        number = at_table.get(invite.table, 0)
        at_table[invite.table] = number + 1
        first, _, last = (names[number] if number < len(names) else f"Chi facilita {number + 1}").partition(
            " "
        )
        found.append(
            Person(
                FIRST_FACILITATOR + len(found) - regia,
                "facilitator",
                first,
                last or None,
                "it",
                table=invite.table,
                payload=invite.payload,
            )
        )
    return tuple(found)
