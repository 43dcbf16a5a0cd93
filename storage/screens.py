"""Messages that are edited in place: what is wanted of each, and what was last shown.

One row per person and kind of screen. Wanting is cheap and may happen in any transaction; the editor
(`bot/screens.py`) shows the newest state when it may.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.database import Reader, Row, Transaction


@dataclass(frozen=True)
class Screen:
    """One screen. `message` is None while it was never sent (or is to be sent anew)."""

    person: int
    chat: int
    kind: str
    view: str
    message: int | None
    wanted: int
    shown: int
    shown_hash: str | None
    language: str


_COLUMNS = (
    "s.person_id, p.telegram_id, s.kind, s.view, s.message_id, s.wanted_version, s.shown_version,"
    " s.shown_hash, p.language"
)


def _screen(row: Row) -> Screen:
    return Screen(
        person=row["person_id"],
        chat=row["telegram_id"],
        kind=row["kind"],
        view=row["view"],
        message=row["message_id"],
        wanted=row["wanted_version"],
        shown=row["shown_version"],
        shown_hash=row["shown_hash"],
        language=row["language"],
    )


# $3: the message that is the screen from now on, if any; what is shown in another than before is not known.
_ADOPTED = (
    "shown_hash = CASE WHEN coalesce($3, screens.message_id, 0) = coalesce(screens.message_id, 0)"
    " THEN screens.shown_hash END, message_id = coalesce($3, screens.message_id)"
)


async def want(
    tx: Transaction, person: int, kind: str, view: str | None = None, message: int | None = None
) -> None:
    """Have a person's screen drawn; with `view`, showing that (otherwise as it was).

    With `message` that one is the screen from now on: its button was pressed, and it may be an older copy.
    """
    await tx.fetch(
        "INSERT INTO screens (person_id, kind, view, message_id) VALUES ($1, $2, coalesce($4, '{}'), $3)"
        " ON CONFLICT (person_id, kind) DO UPDATE"
        f" SET wanted_version = screens.wanted_version + 1, view = coalesce($4, screens.view), {_ADOPTED}",
        person,
        kind,
        message,
        view,
    )


async def want_at_bottom(tx: Transaction, person: int, kind: str, view: str | None = None) -> None:
    """The same as a new message, for the old one has scrolled away."""
    await want(tx, person, kind, view)
    await tx.fetch(
        "UPDATE screens SET message_id = NULL, shown_hash = NULL WHERE person_id = $1 AND kind = $2",
        person,
        kind,
    )


async def adopt(tx: Transaction, person: int, kind: str, message: int) -> None:
    """From now on this message is the screen, for a button of it was pressed. Else nothing changes."""
    await tx.fetch(
        "UPDATE screens SET message_id = $3, shown_hash = NULL, wanted_version = wanted_version + 1"
        " WHERE person_id = $1 AND kind = $2 AND coalesce(message_id, 0) <> $3",
        person,
        kind,
        message,
    )


async def want_for_table(tx: Transaction, table: str, kind: str, view: str) -> None:
    """Have everybody at a table get (or see redrawn) a screen showing `view`."""
    await tx.fetch(
        "INSERT INTO screens (person_id, kind, view) SELECT id, $2, $3 FROM people WHERE table_code = $1"
        " ON CONFLICT (person_id, kind) DO UPDATE"
        " SET wanted_version = screens.wanted_version + 1, view = excluded.view",
        table,
        kind,
        view,
    )


async def want_at_bottom_for_table(tx: Transaction, table: str, kind: str, view: str) -> None:
    """The same as new messages, for the old ones have scrolled away."""
    await want_for_table(tx, table, kind, view)
    await tx.fetch(
        "UPDATE screens SET message_id = NULL, shown_hash = NULL"
        " WHERE kind = $2 AND person_id IN (SELECT id FROM people WHERE table_code = $1)",
        table,
        kind,
    )


async def redraw(tx: Transaction, person: int, kind: str, message: int | None = None) -> None:
    """Have a screen redrawn if the person has one; with `message`, in that one from now on."""
    await tx.fetch(
        f"UPDATE screens SET wanted_version = wanted_version + 1, {_ADOPTED}"
        " WHERE person_id = $1 AND kind = $2",
        person,
        kind,
        message,
    )


async def redraw_for_table(tx: Transaction, table: str, kind: str) -> None:
    """Have the screens that people of a table have redrawn; who has none gets none."""
    await tx.fetch(
        "UPDATE screens SET wanted_version = wanted_version + 1"
        " WHERE kind = $2 AND person_id IN (SELECT id FROM people WHERE table_code = $1)",
        table,
        kind,
    )


async def redraw_all(tx: Transaction, kinds: str) -> None:
    """Have the screens whose kind begins so redrawn, whoever has one."""
    await tx.fetch(
        "UPDATE screens SET wanted_version = wanted_version + 1 WHERE substr(kind, 1, length($1)) = $1", kinds
    )


async def redraw_for_facilitators(tx: Transaction, table: str, kind: str) -> None:
    """Have the screens of a kind redrawn for who facilitates a table."""
    await tx.fetch(
        "UPDATE screens SET wanted_version = wanted_version + 1"
        " WHERE kind = $2 AND person_id IN (SELECT person_id FROM table_roles WHERE table_code = $1)",
        table,
        kind,
    )


async def redraw_everywhere(tx: Transaction, kind: str) -> None:
    """Have the screens of a kind redrawn for everybody who has one."""
    await tx.fetch("UPDATE screens SET wanted_version = wanted_version + 1 WHERE kind = $1", kind)


async def kind_of(reader: Reader, person: int, message: int) -> str | None:
    """The kind of the person's screen that this message is; None when it is none."""
    rows = await reader.fetch(
        "SELECT kind FROM screens WHERE person_id = $1 AND message_id = $2", person, message
    )
    return str(rows[0]["kind"]) if rows else None


async def forget(tx: Transaction, person: int, table: str) -> None:
    """The screens of a table that a person has are theirs no more: nobody edits them."""
    await tx.fetch(
        "DELETE FROM screens WHERE person_id = $1 AND kind LIKE '%:%'"
        " AND substr(kind, instr(kind, ':') + 1) = $2",
        person,
        table,
    )


async def wanted(reader: Reader, limit: int, after: Screen | None = None) -> Sequence[Screen]:
    """Screens that are not shown as wanted, of people who can be reached, in order from behind `after`."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM screens s JOIN people p ON p.id = s.person_id"
        " WHERE s.wanted_version > s.shown_version AND p.unreachable_since IS NULL"
        " AND (s.person_id, s.kind) > ($2, $3) ORDER BY s.person_id, s.kind LIMIT $1",
        limit,
        0 if after is None else after.person,
        "" if after is None else after.kind,
    )
    return [_screen(row) for row in rows]


async def wanted_of_kind(reader: Reader, kind: str) -> Sequence[Screen]:
    """All of one kind ("table") that are not shown as wanted, of people who can be reached."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM screens s JOIN people p ON p.id = s.person_id"
        " WHERE s.wanted_version > s.shown_version AND p.unreachable_since IS NULL"
        " AND substr(s.kind, 1, length($1)) = $1 ORDER BY s.person_id, s.kind",
        f"{kind}:",
    )
    return [_screen(row) for row in rows]


async def wanted_of(reader: Reader, person: int) -> Sequence[Screen]:
    """The screens of one person that are not shown as wanted."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM screens s JOIN people p ON p.id = s.person_id"
        " WHERE s.person_id = $1 AND s.wanted_version > s.shown_version AND p.unreachable_since IS NULL",
        person,
    )
    return [_screen(row) for row in rows]


async def of_person(reader: Reader, person: int) -> Sequence[Screen]:
    """Every screen of one person."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM screens s JOIN people p ON p.id = s.person_id WHERE s.person_id = $1", person
    )
    return [_screen(row) for row in rows]


async def shown(tx: Transaction, screen: Screen, message: int | None, digest: str) -> None:
    """The screen was shown as it was wanted when it was drawn (`screen.wanted`).

    If it was given another message meanwhile (or is to be sent anew), that stays; so does a newer state that
    was shown meanwhile.
    """
    await tx.fetch(
        "UPDATE screens SET shown_version = $4,"
        " shown_hash = CASE WHEN coalesce(message_id, 0) = $6 THEN $5 ELSE NULL END,"
        " message_id = CASE WHEN coalesce(message_id, 0) = $6 THEN $3 ELSE message_id END, refused = NULL"
        " WHERE person_id = $1 AND kind = $2 AND shown_version < $4",
        screen.person,
        screen.kind,
        message,
        screen.wanted,
        digest,
        screen.message or 0,
    )


async def refused(tx: Transaction, screen: Screen, reason: str) -> None:
    """Telegram will never take the screen as it was drawn: kept, with the reason, for the regia to read.

    It is not drawn again before something changes, or before all are.
    """
    await tx.fetch(
        "UPDATE screens SET shown_version = $3, shown_hash = NULL, refused = $4"
        " WHERE person_id = $1 AND kind = $2 AND shown_version < $3",
        screen.person,
        screen.kind,
        screen.wanted,
        reason,
    )


@dataclass(frozen=True)
class Refused:
    """So many screens of a kind ("ballot") that Telegram refused for one reason."""

    kind: str
    reason: str
    count: int


async def refused_ones(reader: Reader) -> Sequence[Refused]:
    """All that are refused, by kind and reason, the most first."""
    rows = await reader.fetch(
        "SELECT kind, refused FROM screens WHERE refused IS NOT NULL ORDER BY person_id, kind"
    )
    counted = Counter((row["kind"].partition(":")[0], row["refused"]) for row in rows)
    return [Refused(kind, reason, count) for (kind, reason), count in counted.most_common()]


async def want_refused(tx: Transaction) -> int:
    """Have all that are refused drawn once more, as they are by now; how many."""
    rows = await tx.fetch(
        "UPDATE screens SET refused = NULL, wanted_version = wanted_version + 1"
        " WHERE refused IS NOT NULL RETURNING kind"
    )
    return len(rows)
