"""How people vote: their wishes, and the many ways in which they put six dots (or fewer) on a ballot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from rehearsal.crowd.arriving import move
from rehearsal.crowd.chance import happens, one_of, stream, weighted
from rehearsal.crowd.diary import BEFORE, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from rehearsal.crowd.diary import Diary
    from rehearsal.crowd.leading import TableTimes
    from rehearsal.crowd.people import Person
    from rehearsal.programme import Programme

Style = Literal["taps", "types", "mixes", "stops_at_three", "a_few", "changes_mind", "never"]

STYLES: Final[Sequence[tuple[Style, float]]] = (
    ("taps", 0.42),
    ("types", 0.13),
    ("mixes", 0.12),
    ("stops_at_three", 0.09),
    ("a_few", 0.07),
    ("changes_mind", 0.11),
    ("never", 0.06),
)
FINISHES: Final[Sequence[tuple[str, float]]] = (
    ("tap", 0.6),
    ("type", 0.14),
    ("review", 0.1),
    ("", 0.16),
)
FULL: Final[Sequence[Style]] = ("taps", "types", "mixes", "changes_mind")
HASTE: Final = BEFORE + seconds(8)
"""How long before a table closes everybody means to be done."""

TIGHT: Final = 3.0
"""Event seconds for an act at least: who has less time does not vote."""


@dataclass
class Ballot:
    """The dots as they come to be, and the acts that bring them there.

    Each act's last word is the ballot it leaves, as codes in the event's order: "1.3 2.1".
    """

    programme: Programme
    dots: set[str] = field(default_factory=set)
    acts: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def tap(self, code: str) -> None:
        """Press a strategy to put a dot on it."""
        self.dots.add(code)
        self._act("ballot.tap", code)

    def take(self, code: str) -> None:
        """Press a strategy to take its dot away."""
        self.dots.discard(code)
        self._act("ballot.take", code)

    def type(self, text: str, placed: Sequence[str], taken: Sequence[str] = ()) -> None:
        """Type codes: dots put on some, taken from others."""
        self.dots |= set(placed)
        self.dots -= set(taken)
        self._act("ballot.type", text)

    def other(self, do: str, *words: str) -> None:
        """Something that leaves the dots as they are."""
        self._act(do, *words)

    def in_order(self) -> tuple[str, ...]:
        """The dots in the event's order."""
        return tuple(code for code in self.programme.strategies if code in self.dots)

    def _act(self, do: str, *words: str) -> None:
        self.acts.append((do, (*words, " ".join(self.in_order()))))


def style(person: Person, seed: int) -> Style:
    """How this person votes."""
    if person.arrival == "during_session2" or "blocks" in person.traits:
        return "never"
    return one_of(stream(seed, person.id, "style"), STYLES)


def wishes(programme: Programme, person: Person, seed: int, most: int) -> list[str]:
    """Up to `most` strategies, the dearest first: by fashion, by the zone's needs, by one's own taste."""
    weights = {}
    for code in programme.strategies:
        fashion = stream(seed, "fashion", code).gauss(0, 0.5)
        need = stream(seed, "need", person.zone, code).gauss(0, 0.9)
        own = stream(seed, person.id, "taste", code).gauss(0, 0.7)
        weights[code] = 2.718281828 ** (fashion + need + own)
    chance = stream(seed, person.id, "wishes")
    if happens(chance, 0.3):
        # "Se vuoi, uno per asse."
        one_each = [
            weighted(chance, {code: weights[code] for code in codes}, 1) for codes in programme.axes.values()
        ]
        return [code for codes in one_each for code in codes][:most]
    return weighted(chance, weights, most)


def plan(diary: Diary, person: Person, seed: int, times: Sequence[TableTimes]) -> tuple[str, ...]:
    """Everything in Session 1, while the person's tables are open; returns the dots meant for the end."""
    opens, closes = max(one.opens for one in times), min(one.closes for one in times)
    shut = max(one.shut for one in times)
    if "blocks" in person.traits or person.arrival == "during_session2":
        return ()
    programme = diary.programme
    chance = stream(seed, person.id, "voting")
    ballot = Ballot(programme)
    _act_by_style(ballot, person, seed, style(person, seed), chance)
    _tricks(ballot, person, seed, chance)

    begin = opens + seconds(chance.uniform(8, 360))
    if diary.acts:
        begin = max(begin, diary.last + seconds(20))
    if "returns" in person.traits:
        begin = max(begin, programme.session1 + seconds(chance.uniform(120, 300)))
        ballot.acts.insert(0, ("return", ()))
    gaps = [chance.uniform(6, 50) for _ in ballot.acts]
    room = (closes - HASTE - begin).total_seconds()
    if room < TIGHT * len(gaps):
        return ()
    shrink = min(1.0, room / sum(gaps)) if gaps else 1.0
    at = begin
    for number, (do, words) in enumerate(ballot.acts):
        at += seconds(gaps[number] * shrink)
        if do == "move":
            move(diary, person, at)
        else:
            diary.add(at, do, *words)
    if "stale_button" in person.traits and any(do == "ballot.tap" for do, _ in ballot.acts):
        diary.add(shut + seconds(chance.uniform(30, 120)), "ballot.stale", " ".join(ballot.in_order()))
    return ballot.in_order()


def _act_by_style(ballot: Ballot, person: Person, seed: int, how: Style, chance: Random) -> None:
    dots = ballot.programme.dots
    most = {"stops_at_three": min(3, dots), "a_few": chance.randint(1, max(1, dots - 1)), "never": 0}.get(
        how, dots
    )
    codes = wishes(ballot.programme, person, seed, most + 2)
    wished, others = codes[:most], codes[most:]
    if how == "types":
        half = len(wished) if happens(chance, 0.6) else len(wished) // 2
        for part in (wished[:half], wished[half:]):
            if part:
                ballot.type(typed(part, person.reads, chance), part)
    elif how == "mixes":
        for code in wished[: len(wished) // 2]:
            ballot.tap(code)
        rest = wished[len(wished) // 2 :]
        if rest:
            ballot.type(typed(rest, person.reads, chance), rest)
    else:
        for code in wished:
            ballot.tap(code)
    if how == "changes_mind" and wished:
        _change_mind(ballot, wished, others, chance)


def _change_mind(ballot: Ballot, wished: list[str], others: list[str], chance: Random) -> None:
    gone = chance.choice(wished)
    kind = chance.choice(("takes", "moves", "moves_typing", "moves_there_and_back"))
    if kind == "takes" or not others:
        ballot.take(gone)
    elif kind == "moves":
        ballot.take(gone)
        ballot.tap(others[0])
    elif kind == "moves_typing":
        ballot.type(f"-{gone} {others[0]}", [others[0]], [gone])
    else:
        ballot.type(f"-{gone}", (), [gone])
        ballot.tap(others[0])
        ballot.take(others[0])
        ballot.tap(gone)


def _tricks(ballot: Ballot, person: Person, seed: int, chance: Random) -> None:
    """What goes wrong, or comes in between, without changing what is on the ballot in the end."""
    programme, traits = ballot.programme, person.traits
    if "seventh_dot" in traits and len(ballot.dots) == programme.dots:
        left = [code for code in programme.strategies if code not in ballot.dots]
        if left:
            ballot.other("ballot.seventh", chance.choice(left))
    finish = one_of(stream(seed, person.id, "finish"), FINISHES) if ballot.acts else ""
    if finish in {"tap", "type"}:
        ballot.other("ballot.finish", finish)
    elif finish == "review":
        ballot.other("ballot.review")
    if "double_taps" in traits:
        for number, (do, words) in enumerate(ballot.acts):
            if do == "ballot.tap":
                ballot.acts[number] = ("ballot.twice", words)
                break
    if "mistypes" in traits:
        _insert(ballot, chance, "ballot.wrong", _wrong(programme, chance))
    if "forged_button" in traits:
        _insert(
            ballot, chance, "ballot.forged", chance.choice(("d:99.9:1", "zzz", "d:1.1:77", "💥", "ok:T1"))
        )
    if "starts_again" in traits:
        _insert(ballot, chance, "again")
    if "remarks" in traits:
        _insert(ballot, chance, "remark")
    if "moves_with_dots" in traits:
        _insert(ballot, chance, "move")


def _insert(ballot: Ballot, chance: Random, do: str, *words: str) -> None:
    place = chance.randint(0, len(ballot.acts))
    before = next(
        (words[-1] for done, words in reversed(ballot.acts[:place]) if done.startswith("ballot.")), ""
    )
    ballot.acts.insert(place, (do, (*words, before) if do.startswith("ballot.") else words))


def _wrong(programme: Programme, chance: Random) -> str:
    """Codes that no ballot takes: one the event does not have, or more at once than there are dots."""
    too_many = programme.strategies[: programme.dots + 1]
    if happens(chance, 0.5) and len(too_many) > programme.dots:
        return " ".join(too_many)
    last = list(programme.axes)[-1]
    return f"{programme.axes[last][0]} {last}.{len(programme.axes[last]) + 1}"


def typed(codes: Sequence[str], language: str, chance: Random) -> str:
    """Codes as people type them."""
    kind = chance.choice(("plain", "plain", "commas", "words", "decimals"))
    if kind == "plain" or len(codes) == 1:
        return " ".join(codes)
    if kind == "decimals":
        return " ".join(code.replace(".", ",") for code in codes)
    if kind == "commas":
        return ", ".join(codes)
    return f"{', '.join(codes[:-1])} {'and' if language == 'en' else 'e'} {codes[-1]}"
