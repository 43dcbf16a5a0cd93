"""Who votes without their own hands on a phone: on paper, or helped by the table; and what is on the sheets.

About one person in `SHARE` does, at every table some of both, if the crowd has `FEW` people a table at least.
A smaller crowd has paper at fewer tables; a table without paper settles its ties by talking, as all did
before there was paper, and corrects, withdraws and draws nothing.

The last sheets of a table are filled in so that strategies are equal at the cut: people at one table know
each other's wishes well enough for that to happen, and a run-off and a draw are wanted everywhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rehearsal.crowd.chance import happens, stream
from rehearsal.crowd.proposing import propose
from rehearsal.crowd.voting import wishes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rehearsal.crowd.people import Person
    from rehearsal.programme import Programme

SHARE: Final = 6
FEW: Final = 4
BOTH: Final = 2
"""One on paper and one who is helped."""

ON_PAPER: Final = 0.6
"""Of those at a table who vote without their own hands, the share on paper."""

MISTAKEN: Final = 2
"""Sheets that are entered at a table and are not the table's: they are withdrawn."""

CORRECTED: Final = 3
"""Sheets that are misread at first."""

FIRST_NUMBER: Final = 11


@dataclass(frozen=True)
class Sheet:
    """A numbered sheet: what is on it, and what was read at first if that was something else."""

    number: int
    zone: str
    codes: tuple[str, ...]
    misread: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Paper:
    """The paper of a table.

    sheets: entered while people vote. mistaken: entered with them, and withdrawn. late: found after the
    closing; None when instead a sheet too many was counted. helped: people whose ballot the table fills in.
    people: how many there are on paper, who raise their hands in a run-off.
    """

    sheets: tuple[Sheet, ...]
    mistaken: tuple[Sheet, ...]
    late: Sheet | None
    helped: tuple[int, ...]
    people: int


@dataclass(frozen=True)
class Split:
    """Of the people of a crowd, by id: who is on paper, and who is helped."""

    paper: frozenset[int]
    helped: frozenset[int]


def split(programme: Programme, seed: int, people: Sequence[Person]) -> Split:
    """Who votes without their own hands on a phone."""
    seated: dict[str, list[Person]] = {table.code: [] for table in programme.tables}
    for person in people:
        assert person.table is not None, "participants have a table"
        seated[person.table].append(person)
    paper: set[int] = set()
    helped: set[int] = set()
    for table, count in _shares(seated, len(people)).items():
        ranked = sorted(seated[table], key=lambda one: (stream(seed, one.id, "by hand").random(), one.id))
        willing = [one for one in ranked if _stays(one)]
        on_paper = max(1, round(count * ON_PAPER)) if count else 0
        mine = willing[: count - on_paper]
        helped.update(one.id for one in mine)
        paper.update([one.id for one in ranked if one not in mine][:on_paper])
    return Split(frozenset(paper), frozenset(helped))


def _shares(seated: Mapping[str, Sequence[Person]], count: int) -> dict[str, int]:
    """How many at each table: two at first, the largest tables first, then one more each."""
    left = round(count / SHARE)
    if count >= FEW * len(seated):
        left = max(left, BOTH * len(seated))
    found = dict.fromkeys(seated, 0)
    largest = sorted(seated, key=lambda table: -len(seated[table]))
    step = BOTH
    while left >= step:
        took = False
        for table in largest:
            # Somebody is left who votes by themselves.
            if step <= left and found[table] + step < len(seated[table]):
                found[table] += step
                left -= step
                took = True
        if not took and step == 1:
            break
        step = 1
    return found


def _stays(person: Person) -> bool:
    """Whether somebody is at their table, with a phone that works, when ballots are filled in."""
    moving = {"blocks", "returns", "moves", "moves_with_dots"}
    return person.arrival in {"early", "to_the_tables"} and not person.traits & moving


@dataclass(frozen=True)
class Filled:
    """The paper of a table, and the ballots that are filled in for people."""

    paper: Paper
    ballots: Mapping[int, tuple[str, ...]]


def fill(
    programme: Programme,
    seed: int,
    table: str,
    cast: Counter[str],
    on_paper: Sequence[Person],
    helped: Sequence[Person],
) -> Filled:
    """What is on the sheets of a table and the ballots of who is helped; `cast`: the dots of all others."""
    chance = stream(seed, "paper", table)
    hand_written = [_in_order(programme, wishes(programme, one, seed, programme.dots)) for one in on_paper]
    for_others = [_in_order(programme, wishes(programme, one, seed, programme.dots)) for one in helped]
    has_late = len(hand_written) > 1 and happens(chance, 0.8)
    last = hand_written.pop() if has_late else None
    ballots = tie_up(programme, cast, [*for_others, *hand_written])
    for_others, hand_written = ballots[: len(helped)], ballots[len(helped) :]
    tally = _sum(cast, ballots)
    late = None
    if last is not None:
        # It changes nothing of what is decided by then: a few dots for what is ahead anyhow, or none.
        ahead = propose(tally, programme.priorities_most, programme.strategies, programme.priority_floor)
        late = tuple(code for code in last if code in ahead.undisputed)[:2]
    numbers = iter(range(FIRST_NUMBER, FIRST_NUMBER + len(on_paper) + MISTAKEN))
    zones = [one.zone or programme.table(table).zones[0] for one in on_paper]
    sheets = [Sheet(next(numbers), zones[at], codes) for at, codes in enumerate(hand_written)]
    copied = [chance.choice(hand_written) for _ in range(MISTAKEN)] if hand_written else []
    mistaken = [Sheet(next(numbers), programme.table(table).zones[0], codes) for codes in copied]
    misread = [_misread(programme, seed, table, one) for one in [*sheets, *mistaken][:CORRECTED]]
    sheets = [*misread, *sheets[CORRECTED:]][: len(sheets)]
    mistaken = [*misread[len(sheets) :], *mistaken[max(0, CORRECTED - len(sheets)) :]]
    found = Paper(
        tuple(sheets),
        tuple(mistaken),
        None if late is None else Sheet(next(numbers), zones[-1], late),
        tuple(one.id for one in helped),
        len(on_paper),
    )
    return Filled(found, {one.id: codes for one, codes in zip(helped, for_others, strict=True)})


def _misread(programme: Programme, seed: int, table: str, sheet: Sheet) -> Sheet:
    """A sheet on which one code was taken for another at first."""
    chance = stream(seed, "misread", table, sheet.number)
    others = [code for code in programme.strategies if code not in sheet.codes]
    wrong = [*sheet.codes[1:], chance.choice(others)] if others else list(sheet.codes[1:])
    return Sheet(sheet.number, sheet.zone, sheet.codes, _in_order(programme, wrong))


def tie_up(
    programme: Programme, cast: Counter[str], ballots: Sequence[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Ballots like these, changed as little as it takes for strategies to be equal at the cut.

    The last ones change first. Where all of them together do not suffice they come as close as they can.
    """
    found = list(ballots)
    for at in reversed(range(len(found))):
        rest = _sum(cast, [*found[:at], *found[at + 1 :]])
        if _gap(programme, _sum(rest, [found[at]])) == (0, 0):
            break
        found[at] = min(
            [found[at], *_close_to(programme, found[at])],
            key=lambda codes: _gap(programme, _sum(rest, [codes])),
        )
    return found


def _close_to(programme: Programme, codes: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A ballot with one dot more, or with one dot elsewhere."""
    others = [code for code in programme.strategies if code not in codes]
    for code in others:
        if len(codes) < programme.dots:
            yield _in_order(programme, [*codes, code])
        for gone in codes:
            yield _in_order(programme, [*(one for one in codes if one != gone), code])


def _gap(programme: Programme, tally: Counter[str]) -> tuple[int, int]:
    """How far the first behind the cut is from the last before it; then whether they are below the floor."""
    most = programme.priorities_most
    counts = sorted((tally[code] for code in programme.strategies), reverse=True)
    if len(counts) <= most:
        return 0, 0
    missing = max(0, programme.priority_floor - counts[most])
    return counts[most - 1] - counts[most], missing


def _sum(cast: Counter[str], ballots: Sequence[tuple[str, ...]]) -> Counter[str]:
    found = Counter(cast)
    for codes in ballots:
        found.update(codes)
    return found


def _in_order(programme: Programme, codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(code for code in programme.strategies if code in codes)
