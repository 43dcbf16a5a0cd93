"""What is to be sent: announced once, spread to each person once, kept until it went."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import outbox, people, roles
from storage.outbox import Urgency
from tests.storage.rows import NOON, SOON, add_tables, new_database, seat, value

if TYPE_CHECKING:
    from storage.database import Database

PEOPLE = 7


@pytest.fixture(autouse=True)
def chunks_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "CHUNK", 3)


async def announce(
    database: Database,
    key: str,
    audience: str,
    urgency: Urgency = Urgency.PHASE,
    topic: str | None = None,
) -> None:
    async with database.transaction() as tx:
        await outbox.announce(tx, key, audience, f"content of {key}", NOON, urgency=urgency, topic=topic)


async def spread_all(database: Database) -> int:
    """Spread chunk by chunk; how many chunks there were."""
    for chunks in range(1000):
        async with database.transaction() as tx:
            if not await outbox.spread_some(tx, NOON):
                return chunks
    raise AssertionError("it never ends")


async def reached(database: Database, key: str) -> list[int]:
    """Whom an announcement reached; somebody it reached twice stands here twice."""
    rows = await database.fetch(
        "SELECT person_id FROM outbox WHERE content = $1 ORDER BY person_id", f"content of {key}"
    )
    return [row["person_id"] for row in rows]


async def two_tables(database: Database) -> tuple[list[int], list[int]]:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        here = [await seat(tx, number, "T1") for number in range(PEOPLE)]
        there = [await seat(tx, 100 + number, "T2") for number in range(2)]
    return here, there


async def test_an_announcement_reaches_everybody_of_its_table_once(database: Database) -> None:
    here, _ = await two_tables(database)
    await announce(database, "a", "table:T1")
    assert 3 == await spread_all(database)
    assert here == await reached(database, "a")
    assert 0 == await spread_all(database)


async def test_the_same_key_is_announced_once(database: Database) -> None:
    here, _ = await two_tables(database)
    for _ in range(2):
        await announce(database, "a", "table:T1")
    await spread_all(database)
    await announce(database, "a", "table:T2")
    await spread_all(database)
    assert here == await reached(database, "a")


async def test_a_table_of_nobody_is_spread_to_nobody(database: Database) -> None:
    await two_tables(database)
    await announce(database, "a", "table:T9")
    assert 1 == await spread_all(database)
    assert [] == await reached(database, "a")


async def test_a_chunk_that_was_interrupted_is_spread_again_as_a_whole(database: Database) -> None:
    here, _ = await two_tables(database)
    await announce(database, "a", "table:T1")

    async def killed() -> None:
        async with database.transaction() as tx:
            assert await outbox.spread_some(tx, NOON)
            raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            await killed()
        async with database.transaction() as tx:
            assert await outbox.spread_some(tx, NOON)
    assert here == await reached(database, "a")


async def test_who_joins_after_the_announcement_is_not_told_by_it(database: Database) -> None:
    here, there = await two_tables(database)
    await announce(database, "a", "table:T1")
    async with database.transaction() as tx:
        await outbox.spread_some(tx, NOON)
        await seat(tx, 500, "T1")
        # Somebody whose number has been passed already, and somebody whose number is still to come.
        await people.sit_down(tx, there[0], "T1", "1", SOON)
        await people.sit_down(tx, here[-1], "T2", "1", SOON)
    await spread_all(database)
    assert here[:-1] == await reached(database, "a")
    await announce(database, "b", "table:T1")
    await spread_all(database)
    assert len(here) + 1 == len(await reached(database, "b"))


async def test_who_holds_several_roles_is_told_once(database: Database) -> None:
    here, there = await two_tables(database)
    async with database.transaction() as tx:
        outside = (await people.acknowledge(tx, 900, "it", NOON)).id
        for person in (here[0], outside):
            await roles.grant(tx, person, "facilitator", "T1", NOON)
        await roles.grant(tx, there[0], "facilitator", "T2", NOON)
        for person in (here[0], here[1], there[1]):
            await roles.grant(tx, person, "regia", "", NOON)
    expected = {
        "table:T1": here,
        "facilitators:T1": [here[0], outside],
        "facilitators:T2": [there[0]],
        "regia": [here[0], here[1], there[1]],
        "concerned:T1": sorted([*here, outside, there[1]]),
        "concerned:T2": sorted([*there, here[0], here[1]]),
    }
    for audience in expected:
        await announce(database, audience, audience)
    await spread_all(database)
    assert expected == {audience: await reached(database, audience) for audience in expected}


@dataclass
class Model:
    """Who sits at T1, who must hear of what, and who may."""

    at_table: set[int] = field(default_factory=set)
    must: dict[str, set[int]] = field(default_factory=dict)
    may: dict[str, set[int]] = field(default_factory=dict)


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.integers(0, 6)),
        st.tuples(st.just("leave"), st.integers(0, 6)),
        st.tuples(st.just("announce"), st.integers(0, 3)),
        st.tuples(st.just("spread"), st.just(0)),
        st.tuples(st.just("crash"), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(first=st.sets(st.integers(0, 6)), acts=ACTS)
def test_whoever_comes_and_goes_meanwhile_each_hears_once_of_what_was_announced_to_them(
    first: set[int], acts: list[tuple[str, int]]
) -> None:
    async def play() -> None:
        async with new_database() as database:
            model = Model()
            async with database.transaction() as tx:
                await add_tables(tx, "T1", "T2")
                for number in range(7):
                    assert number + 1 == await seat(tx, number, "T1" if number in first else "T2")
            model.at_table = {number + 1 for number in first}
            for act, number in acts:
                await step(database, model, act, number)
            await spread_all(database)
            for key, must in model.must.items():
                heard = await reached(database, key)
                assert sorted(set(heard)) == heard
                assert must <= set(heard) <= model.may[key]

    asyncio.run(play())


async def step(database: Database, model: Model, act: str, number: int) -> None:
    person = number + 1
    if act == "crash":
        with suppress(TimeoutError):
            async with asyncio.timeout(0), database.transaction() as tx:
                await outbox.spread_some(tx, NOON)
        return
    async with database.transaction() as tx:
        match act:
            case "join":
                await people.sit_down(tx, person, "T1", "1", NOON)
                # Told where things are on arrival, also who only gave another zone.
                for must in model.must.values():
                    must.discard(person)
                model.at_table.add(person)
            case "leave":
                await people.sit_down(tx, person, "T2", "1", NOON)
                for must in model.must.values():
                    must.discard(person)
                model.at_table.discard(person)
            case "announce" if f"k{number}" not in model.must:
                await outbox.announce(
                    tx, f"k{number}", "table:T1", f"content of k{number}", NOON, urgency=Urgency.PHASE
                )
                model.must[f"k{number}"] = set(model.at_table)
                model.may[f"k{number}"] = set(model.at_table)
            case "spread":
                await outbox.spread_some(tx, NOON)


async def test_what_is_more_urgent_goes_first(database: Database) -> None:
    await two_tables(database)
    await announce(database, "slow", "table:T2", Urgency.NUDGE)
    await announce(database, "quick", "table:T2", Urgency.PHASE)
    async with database.transaction() as tx:
        await outbox.spread_some(tx, NOON)
        assert ["content of quick"] * 2 == [each.content for each in await outbox.waiting(tx, 10)]
    await spread_all(database)
    expected = ["content of quick"] * 2 + ["content of slow"] * 2
    assert expected == [letter.content for letter in await outbox.waiting(database, 10)]
    assert expected[:3] == [letter.content for letter in await outbox.waiting(database, 3)]


async def test_a_letter_is_written_once_per_key_and_waits_until_it_went(database: Database) -> None:
    async with database.transaction() as tx:
        for _ in range(2):
            await outbox.post(tx, "post:1", -1001, "a picture", NOON, urgency=Urgency.POST)
    (letter,) = await outbox.waiting(database, 10)
    assert (-1001, None, None, 0) == (letter.chat, letter.person, letter.language, letter.attempts)
    assert 0 == await outbox.channel_posts(database)
    async with database.transaction() as tx:
        await outbox.failed(tx, letter, "NetworkError")
    (letter,) = await outbox.waiting(database, 10)
    assert 1 == letter.attempts
    async with database.transaction() as tx:
        await outbox.sent(tx, letter, 77, SOON)
    assert [] == await outbox.waiting(database, 10)
    assert 1 == await outbox.channel_posts(database)
    async with database.transaction() as tx:
        await outbox.post(tx, "post:1", -1001, "a picture", SOON, urgency=Urgency.POST)
    assert [] == await outbox.waiting(database, 10)


async def test_what_telegram_never_takes_is_kept_aside_with_the_reason(database: Database) -> None:
    async with database.transaction() as tx:
        await outbox.post(tx, "post:1", -1001, "a picture", NOON, urgency=Urgency.POST)
        (letter,) = await outbox.waiting(tx, 10)
        await outbox.dead(tx, letter, "chat not found", SOON)
    assert [] == await outbox.waiting(database, 10)
    assert "chat not found" == await value(database, "SELECT error FROM outbox")
    assert 0 == await outbox.channel_posts(database)


async def test_letters_to_who_cannot_be_reached_wait_until_they_are_back(database: Database) -> None:
    here, _ = await two_tables(database)
    await announce(database, "a", "table:T1")
    async with database.transaction() as tx:
        await people.mark_unreachable(tx, here[0], NOON)
    await spread_all(database)
    assert here[1:] == [letter.person for letter in await outbox.waiting(database, 100)]
    async with database.transaction() as tx:
        assert await people.mark_reachable(tx, 0)
        assert not await people.mark_reachable(tx, 0)
    assert here == [letter.person for letter in await outbox.waiting(database, 100)]
    assert {"it"} == {letter.language for letter in await outbox.waiting(database, 100)}


async def test_what_waits_is_read_page_by_page(database: Database) -> None:
    await two_tables(database)
    await announce(database, "a", "table:T1")
    await announce(database, "b", "table:T2", Urgency.ANSWER)
    await spread_all(database)
    everything = [letter.id for letter in await outbox.waiting(database, 100)]
    found: list[int] = []
    last: outbox.Letter | None = None
    while page := await outbox.waiting(database, 2, last):
        found += [letter.id for letter in page]
        last = page[-1]
    assert everything == found
    assert PEOPLE + 2 == len(found)


async def test_a_message_of_several_parts_goes_on_where_it_was_before_anything_else(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        await outbox.post(tx, "nudge:1", 7, "a long one", NOON, urgency=Urgency.NUDGE)
        await outbox.post(tx, "answer:1", 7, "an answer", NOON, urgency=Urgency.ANSWER)
        _, long = await outbox.waiting(tx, 10)
        await outbox.begun(tx, long)
    first, _ = await outbox.waiting(database, 10)
    assert ("a long one", 1) == (first.content, first.parts)


# --- the newest word about a topic ----------------------------------------------------------------------


async def to_go(database: Database) -> list[tuple[int | None, str]]:
    """Whom what is still to be told, in order."""
    return [(letter.person, letter.content) for letter in await outbox.waiting(database, 100)]


async def test_a_newer_word_about_a_topic_takes_the_place_of_one_that_waits(database: Database) -> None:
    here, there = await two_tables(database)
    await announce(database, "old", "table:T1", topic="priorities")
    await announce(database, "other", "table:T2", topic="elsewhere")
    await announce(database, "untouched", "table:T2")
    await spread_all(database)
    async with database.transaction() as tx:
        (first, *_) = await outbox.waiting(tx, 1)
        await outbox.sent(tx, first, 77, NOON)
    await announce(database, "new", "table:T1", topic="priorities")
    await spread_all(database)
    assert first.person == here[0]
    assert {(person, "content of new") for person in here} | {
        (person, f"content of {key}") for person in there for key in ("other", "untouched")
    } == set(await to_go(database))


async def test_an_announcement_half_spread_is_superseded_for_all(database: Database) -> None:
    here, _ = await two_tables(database)
    await announce(database, "old", "table:T1", topic="priorities")
    async with database.transaction() as tx:
        await outbox.spread_some(tx, NOON)
    await announce(database, "new", "table:T1", topic="priorities")
    await spread_all(database)
    assert [(person, "content of new") for person in here] == await to_go(database)
    assert here[:3] == await reached(database, "old")


async def test_the_same_announcement_again_supersedes_nothing(database: Database) -> None:
    here, _ = await two_tables(database)
    await announce(database, "a", "table:T1", topic="t")
    await announce(database, "a", "table:T1", topic="t")
    await spread_all(database)
    async with database.transaction() as tx:
        for _ in range(2):
            await outbox.post(tx, "b", 900, "content of b", NOON, urgency=Urgency.PHASE, topic="t")
    assert [*((person, "content of a") for person in here), (None, "content of b")] == await to_go(database)


async def test_who_could_not_be_reached_gets_the_newest_word_alone(database: Database) -> None:
    here, _ = await two_tables(database)
    async with database.transaction() as tx:
        await people.mark_unreachable(tx, here[0], NOON)
    for key in ("first", "second", "third"):
        await announce(database, key, "table:T1", topic="now")
        await spread_all(database)
        async with database.transaction() as tx:
            for letter in await outbox.waiting(tx, 100):
                await outbox.sent(tx, letter, 1, SOON)
    async with database.transaction() as tx:
        await people.mark_reachable(tx, 0)
    assert [(here[0], "content of third")] == await to_go(database)


async def test_what_was_on_its_way_when_it_was_superseded_counts_as_sent(database: Database) -> None:
    async with database.transaction() as tx:
        await outbox.post(tx, "a", 7, "old", NOON, urgency=Urgency.PHASE, topic="t")
        (letter,) = await outbox.waiting(tx, 10)
        await outbox.post(tx, "b", 7, "new", NOON, urgency=Urgency.PHASE, topic="t")
        await outbox.sent(tx, letter, 77, SOON)
    assert [(None, "new")] == await to_go(database)
    rows = await database.fetch("SELECT key, message_id, superseded_at FROM outbox ORDER BY key")
    assert [("a", 77, None), ("b", None, None)] == [tuple(row) for row in rows]  # type: ignore[arg-type]


async def test_what_failed_while_it_was_superseded_is_not_tried_again(database: Database) -> None:
    async with database.transaction() as tx:
        for key in ("a", "b", "c"):
            await outbox.post(tx, key, 7, key, NOON, urgency=Urgency.PHASE, topic="t")
            if key == "a":
                (letter,) = await outbox.waiting(tx, 10)
        await outbox.failed(tx, letter, "TimedOut")
        await outbox.dead(tx, letter, "Chat not found", SOON)
    assert [(None, "c")] == await to_go(database)
    assert [] == await outbox.dead_letters(database)


async def test_what_is_for_them_no_more_does_not_go(database: Database) -> None:
    here, _ = await two_tables(database)
    await announce(database, "a", "table:T1", topic="now")
    await spread_all(database)
    async with database.transaction() as tx:
        await outbox.outdate(tx, here[1], "now", SOON)
        await outbox.outdate(tx, here[2], "something else", SOON)
    assert [here[0], *here[2:]] == [person for person, _ in await to_go(database)]


async def test_what_is_over_goes_to_nobody_spread_or_not(database: Database) -> None:
    here, there = await two_tables(database)
    await announce(database, "a", "table:T1", topic="end of T1")
    await announce(database, "b", "table:T2", topic="end of T2")
    async with database.transaction() as tx:
        await outbox.spread_some(tx, NOON)
    async with database.transaction() as tx:
        await outbox.outdate_for_all(tx, ["end of T1", "end of T3"], SOON)
    await spread_all(database)
    assert there == [person for person, _ in await to_go(database)]
    assert here[:3] == await reached(database, "a")


async def test_chats_with_answers_are_those_that_one_still_waits_for(database: Database) -> None:
    async with database.transaction() as tx:
        for key, chat, urgency in (
            ("a", 1, Urgency.ANSWER),
            ("b", 2, Urgency.PHASE),
            ("c", 3, Urgency.ANSWER),
            ("d", 4, Urgency.PHASE),
        ):
            await outbox.post(tx, key, chat, key, NOON, urgency=urgency)
        a, c, _, d = await outbox.waiting(tx, 10)
        await outbox.begun(tx, d)
        assert {1, 3, 4} == {each.chat for each in await outbox.answers(tx)}
        await outbox.sent(tx, a, 5, SOON)
        await outbox.dead(tx, c, "Chat not found", SOON)
        assert {4} == {each.chat for each in await outbox.answers(tx)}
        assert [False, False, False, True] == [await outbox.answer_waits(tx, chat) for chat in (1, 2, 3, 4)]


class Telling:
    """A table that is told about one topic again and again, and what of it each person hears."""

    def __init__(self, database: Database, here: list[int]) -> None:
        self.database = database
        self.heard: dict[int, list[int]] = {person: [] for person in here}
        self.newest = 0
        self._away = here[0]
        self._under_way: list[outbox.Letter] = []

    async def does(self, act: str) -> None:
        match act:
            case "announce":
                self.newest += 1
                # Some are more urgent than the one before, some less: both times the newer one counts.
                urgency = Urgency.PHASE if self.newest % 2 else Urgency.ANSWER
                await announce(self.database, str(self.newest), "table:T1", urgency, "topic")
            case "take":
                await self.take()
            case "arrive" | "fail" | "die" if self._under_way:
                await self._ends(self._under_way.pop(), act)
            case _:
                await self._changes(act)

    async def take(self) -> None:
        """One at a time to each chat, as the outbox does it."""
        busy = {letter.chat for letter in self._under_way}
        for letter in await outbox.waiting(self.database, 100):
            if letter.chat not in busy:
                self._under_way.append(letter)
                busy.add(letter.chat)

    async def _ends(self, letter: outbox.Letter, how: str) -> None:
        async with self.database.transaction() as tx:
            match how:
                case "arrive":
                    assert letter.person is not None
                    self.heard[letter.person].append(int(letter.content.split()[-1]))
                    await outbox.sent(tx, letter, 1, SOON)
                case "fail":
                    await outbox.failed(tx, letter, "TimedOut")
                case _:
                    await outbox.dead(tx, letter, "Refused", SOON)

    async def _changes(self, act: str) -> None:
        async with self.database.transaction() as tx:
            match act:
                case "spread":
                    await outbox.spread_some(tx, NOON)
                case "revive":
                    await outbox.revive(tx)
                case "away":
                    await people.mark_unreachable(tx, self._away, NOON)
                case "back":
                    await people.mark_reachable(tx, 0)

    async def settles(self) -> None:
        """All that is still to go arrives."""
        await spread_all(self.database)
        for act in ("revive", "back"):
            await self.does(act)
        for _ in range(2):
            while self._under_way:
                await self.does("arrive")
            await self.take()


TELLING = ["announce", "spread", "take", "arrive", "fail", "die", "revive", "away", "back"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TELLING), max_size=40))
def test_whatever_happens_nobody_hears_an_older_word_after_a_newer_and_all_hear_the_newest(
    acts: list[str],
) -> None:
    async def play() -> None:
        async with new_database() as database:
            here, _ = await two_tables(database)
            telling = Telling(database, here)
            for act in acts:
                await telling.does(act)
            await telling.settles()
            assert [] == await outbox.waiting(database, 10)
            for words in telling.heard.values():
                assert sorted(set(words)) == words
                assert not telling.newest or telling.newest == words[-1]

    asyncio.run(play())


# --- what Telegram refused ------------------------------------------------------------------------------


async def test_what_was_refused_is_counted_by_kind_and_reason_and_sent_once_more(database: Database) -> None:
    await two_tables(database)
    await announce(database, "thanks:T1", "table:T1")
    await spread_all(database)
    async with database.transaction() as tx:
        await outbox.post(tx, "post:1", -1001, "a picture", NOON, urgency=Urgency.POST)
        for number, letter in enumerate(await outbox.waiting(tx, 100)):
            reason = "Chat not found" if number % 2 else "Message is too long"
            await outbox.failed(tx, letter, "TimedOut")
            await outbox.dead(tx, letter, reason, SOON)
    assert [
        ("thanks", "Message is too long", 4),
        ("thanks", "Chat not found", 3),
        ("post", "Chat not found", 1),
    ] == [(each.kind, each.reason, each.count) for each in await outbox.dead_letters(database)]
    async with database.transaction() as tx:
        assert PEOPLE + 1 == await outbox.revive(tx)
        assert 0 == await outbox.revive(tx)
    assert [] == await outbox.dead_letters(database)
    assert [0] * (PEOPLE + 1) == [letter.attempts for letter in await outbox.waiting(database, 100)]


async def test_what_was_refused_is_superseded_like_all_that_has_not_gone(database: Database) -> None:
    async with database.transaction() as tx:
        await outbox.post(tx, "a", 7, "old", NOON, urgency=Urgency.PHASE, topic="t")
        (letter,) = await outbox.waiting(tx, 10)
        await outbox.dead(tx, letter, "Chat not found", SOON)
        await outbox.post(tx, "b", 7, "new", NOON, urgency=Urgency.PHASE, topic="t")
        assert 0 == await outbox.revive(tx)
    assert [(None, "new")] == await to_go(database)
