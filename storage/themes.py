"""Themes, and where each contribution that stands is: in one of them, or among the leftovers (None)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class ThemeRow:
    """A theme.

    `name` is the regia's, `label` and `keywords` the machine's; nothing is in one that is `gone`, and
    `gone_into` is where most of it went, None if nowhere in particular.
    """

    id: int
    name: str | None
    label: str
    keywords: tuple[str, ...]
    touched: bool
    plenary: bool
    gone: bool
    gone_into: int | None

    @property
    def title(self) -> str:
        """What it is called; "" while nobody knows."""
        return self.name or self.label


@dataclass(frozen=True)
class Merged:
    """What was found to say the same as another and has no place of its own. `person`: as of `Placed`."""

    contribution: str
    source: str
    session: int
    strategy: str | None
    question: str | None
    text: str
    person: int | None
    let_pass: bool


@dataclass(frozen=True)
class Placed:
    """A contribution that stands, and its place.

    `number` is how people name it; `person` is only there to count voices by, None for a table's own note;
    `read`: its meaning is known; `contribution`: its id. `same`: what is merged into it, the first first.
    `plenary`: its table marked it for the plenary. `let_pass`: what may be personal in it was looked at.
    """

    number: int
    table: str
    source: str
    session: int
    strategy: str | None
    question: str | None
    text: str
    person: int | None
    theme: int | None
    held: bool
    looked: bool
    read: bool
    contribution: str
    same: tuple[Merged, ...] = ()
    plenary: bool = False
    let_pass: bool = False

    @property
    def merged(self) -> tuple[int | None, ...]:
        """The persons of what is merged into it."""
        return tuple(each.person for each in self.same)


@dataclass(frozen=True)
class State:
    """What is to be done.

    `unread` contributions; `changes` of which the themes know `grouped`; the `newest_act` of the regia, of
    which labels know up to `described`. `told`: how often something changed of contributions that makes no
    other themes, but is told of them.
    """

    unread: int
    changes: int
    grouped: int
    newest_act: int
    described: int
    told: int


def _theme(row: Row) -> ThemeRow:
    return ThemeRow(
        id=row["id"],
        name=row["name"],
        label=row["label"],
        keywords=tuple(json.loads(row["keywords"])),
        touched=bool(row["touched"]),
        plenary=bool(row["plenary"]),
        gone=bool(row["gone"]),
        gone_into=row["gone_into"],
    )


async def all_themes(reader: Reader) -> dict[int, ThemeRow]:
    """Every theme there ever was, by its number."""
    return {row["id"]: _theme(row) for row in await reader.fetch("SELECT * FROM themes ORDER BY id")}


async def places(reader: Reader) -> Sequence[Placed]:
    """All contributions that stand by themselves, by their numbers."""
    merged: dict[str, list[Merged]] = {}
    for row in await reader.fetch(
        "SELECT c.merged_into, c.id, c.source, c.session, c.strategy, c.question, c.text, c.let_pass,"
        " m.person_id FROM standing_contributions c"
        " LEFT JOIN contribution_messages m ON m.contribution_id = c.id"
        " WHERE c.merged_into IS NOT NULL ORDER BY c.received_at, c.id"
    ):
        merged.setdefault(row["merged_into"], []).append(_merged(row))
    rows = await reader.fetch(
        "SELECT t.number, t.theme_id, t.held, t.looked, t.vector IS NOT NULL AS read, c.id, c.table_code,"
        " c.source, c.session, c.strategy, c.question, c.text, c.plenary, c.let_pass, m.person_id"
        " FROM theme_places t"
        " JOIN contributions c ON c.id = t.contribution_id"
        " LEFT JOIN contribution_messages m ON m.contribution_id = c.id ORDER BY t.number"
    )
    return [
        Placed(
            number=row["number"],
            table=row["table_code"],
            source=row["source"],
            session=row["session"],
            strategy=row["strategy"],
            question=row["question"],
            text=row["text"],
            person=_voice(row),
            theme=row["theme_id"],
            held=bool(row["held"]),
            looked=bool(row["looked"]),
            read=bool(row["read"]),
            contribution=row["id"],
            same=tuple(merged.get(row["id"], ())),
            plenary=bool(row["plenary"]),
            let_pass=bool(row["let_pass"]),
        )
        for row in rows
    ]


def _merged(row: Row) -> Merged:
    return Merged(
        contribution=row["id"],
        source=row["source"],
        session=row["session"],
        strategy=row["strategy"],
        question=row["question"],
        text=row["text"],
        person=_voice(row),
        let_pass=bool(row["let_pass"]),
    )


def _voice(row: Row) -> int | None:
    return row["person_id"] if row["source"] == "person" else None


async def vectors(reader: Reader) -> dict[int, bytes]:
    """The meaning of each contribution that was read, by its number."""
    rows = await reader.fetch("SELECT number, vector FROM theme_places WHERE vector IS NOT NULL")
    return {row["number"]: row["vector"] for row in rows}


async def unread(reader: Reader, most: int) -> Sequence[tuple[int, str]]:
    """Number and text of contributions whose meaning is not known yet, the oldest first."""
    rows = await reader.fetch(
        "SELECT t.number, c.text FROM theme_places t JOIN contributions c ON c.id = t.contribution_id"
        " WHERE t.vector IS NULL ORDER BY t.number LIMIT $1",
        most,
    )
    return [(row["number"], row["text"]) for row in rows]


async def state(reader: Reader) -> State:
    """What is to be done."""
    (row,) = await reader.fetch(
        "SELECT changes, grouped, described, told,"
        " (SELECT count(*) FROM theme_places WHERE vector IS NULL) AS unread,"
        " (SELECT coalesce(max(id), 0) FROM theme_acts) AS newest_act FROM theme_state"
    )
    return State(
        row["unread"], row["changes"], row["grouped"], row["newest_act"], row["described"], row["told"]
    )


async def keep_meaning(tx: Transaction, number: int, text: str, vector: bytes) -> bool:
    """Keep what a contribution means, if it stands and says `text`; whether the machine may place it."""
    rows = await tx.fetch(
        "UPDATE theme_places SET vector = $3 WHERE number = $1"
        " AND (SELECT text FROM contributions c WHERE c.id = contribution_id) = $2 RETURNING held",
        number,
        text,
        vector,
    )
    return bool(rows) and not rows[0]["held"]


async def place(tx: Transaction, numbers: Iterable[int], theme: int | None) -> None:
    """The machine puts contributions into a theme (None: the leftovers), but those that are held.

    Where one is new nobody has looked at it.
    """
    await tx.fetch(
        "UPDATE theme_places SET theme_id = $2, looked = FALSE WHERE NOT held AND theme_id IS NOT $2"
        " AND number IN (SELECT value FROM json_each($1))",
        json.dumps(list(numbers)),
        theme,
    )


async def put(tx: Transaction, numbers: Iterable[int], theme: int | None, *, held: bool) -> None:
    """The regia puts contributions into a theme (None: the leftovers), held there or not."""
    await tx.fetch(
        "UPDATE theme_places SET theme_id = $2, held = $3, looked = TRUE"
        " WHERE number IN (SELECT value FROM json_each($1))",
        json.dumps(list(numbers)),
        theme,
        held,
    )


async def touch(tx: Transaction, theme: int) -> None:
    """The regia has a hand in this theme: it keeps its name and what is in it now."""
    await tx.fetch(
        "UPDATE themes SET touched = TRUE, name = coalesce(name, nullif(label, '')) WHERE id = $1", theme
    )
    await tx.fetch("UPDATE theme_places SET held = TRUE WHERE theme_id = $1", theme)


async def look(tx: Transaction, numbers: Iterable[int]) -> None:
    """Somebody of the regia was shown these where they are."""
    await tx.fetch(
        "UPDATE theme_places SET looked = TRUE WHERE NOT looked"
        " AND number IN (SELECT value FROM json_each($1))",
        json.dumps(list(numbers)),
    )


async def create(tx: Transaction, label: str, keywords: Iterable[str]) -> int:
    """A new theme of the machine's; its number."""
    (row,) = await tx.fetch(
        "INSERT INTO themes (label, keywords) VALUES ($1, $2) RETURNING id", label, _json(keywords)
    )
    return int(row["id"])


async def describe(tx: Transaction, theme: int, label: str, keywords: Iterable[str]) -> None:
    """The machine's label and keywords of a theme."""
    await tx.fetch("UPDATE themes SET label = $2, keywords = $3 WHERE id = $1", theme, label, _json(keywords))


async def write(tx: Transaction, theme: int, fields: Mapping[str, object]) -> None:
    """Give a theme its `name`, `plenary`, `gone` and `gone_into`: all four."""
    await tx.fetch(
        "UPDATE themes SET name = $2, plenary = $3, gone = $4, gone_into = $5 WHERE id = $1",
        theme,
        fields["name"],
        fields["plenary"],
        fields["gone"],
        fields["gone_into"],
    )


async def end(tx: Transaction, theme: int, into: int | None) -> None:
    """The machine's theme is none any more; most of it is in another now, or in none."""
    await tx.fetch("UPDATE themes SET gone = TRUE, gone_into = $2 WHERE id = $1", theme, into)


async def mark_grouped(tx: Transaction, changes: int) -> None:
    """The themes were found by so many changes."""
    await tx.fetch("UPDATE theme_state SET grouped = $1", changes)


async def mark_described(tx: Transaction, act: int) -> None:
    """Labels and keywords know of the acts up to this one."""
    await tx.fetch("UPDATE theme_state SET described = $1", act)


async def ask_for_grouping(tx: Transaction) -> None:
    """The themes are to be found anew."""
    await tx.fetch("UPDATE theme_state SET changes = changes + 1")


def _json(words: Iterable[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)
