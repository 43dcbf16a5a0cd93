"""A whole event, as `make rehearse` plays it: left alone, and with the bot killed in both sessions.

Everything crosses real HTTP between real processes; what came of it is read from the files they leave.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bot.promises import Promises, compare_gathering, compare_themes
from participation import restitution
from rehearsal.crowd.curating import NAMES
from storage.sqlite import open_sqlite
from tests.events.playing import play

if TYPE_CHECKING:
    from tests.events.playing import Played

PEOPLE = 24
THESE = (f"--people={PEOPLE}", "--seed=5")

BALLOTS = """
    SELECT p.telegram_id, p.table_code, p.zone, d.strategy
    FROM people p JOIN ballot_owners o ON o.person_id = p.id LEFT JOIN dots d ON d.ballot_id = o.ballot_id
    WHERE p.table_code IS NOT NULL ORDER BY p.telegram_id, d.strategy
"""
SHEETS = """
    SELECT s.table_code, s.number, d.strategy FROM sheets s LEFT JOIN dots d ON d.ballot_id = s.ballot_id
    WHERE s.withdrawn_at IS NULL ORDER BY s.table_code, s.number, d.strategy
"""
PRIORITIES = """
    SELECT s.table_code, s.confirmed, s.places, s.voters, p.strategy, p.dots, p.tied, p.kept
    FROM priority_sets s LEFT JOIN priorities p ON p.table_code = s.table_code
    WHERE s.table_code NOT IN (SELECT table_code FROM draws)
    ORDER BY s.table_code, p.strategy
"""
UNDRAWN = """
    WHERE c.table_code NOT IN (SELECT table_code FROM draws)
    AND c.id NOT IN (SELECT contribution_id FROM gathering_trace WHERE act = 'merged')
"""
CONTRIBUTIONS = """
    SELECT m.chat_id, c.table_code, c.session, c.strategy, c.question, c.text, c.withdrawn_at IS NOT NULL
    FROM contributions c JOIN contribution_messages m ON m.contribution_id = c.id {where}
    ORDER BY m.chat_id, c.session, c.strategy, c.question, c.text
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, Played]:
    folder = tmp_path_factory.mktemp("rehearsals")

    async def at_once() -> tuple[Played, Played]:
        return await asyncio.gather(
            play(folder / "alone", *THESE),
            play(folder / "killed", *THESE, "--kill-at=session1,session2"),
        )

    return asyncio.run(at_once())


@pytest.fixture(scope="module")
def alone(both: tuple[Played, Played]) -> Played:
    return both[0]


@pytest.fixture(scope="module")
def killed(both: tuple[Played, Played]) -> Played:
    return both[1]


def test_both_go_through_to_the_end_and_find_nothing_wrong(alone: Played, killed: Played) -> None:
    assert (0, 0) == (alone.status, killed.status), alone.said[-2000:] + killed.said[-2000:]
    assert [] == alone.json("crowd.json")["problems"] + killed.json("crowd.json")["problems"]
    assert 2 == killed.said.count("is killed")


def test_every_ballot_is_as_its_person_meant_it(alone: Played) -> None:
    seen: dict[int, list[str]] = {}
    for person, _, _, strategy in alone.rows(BALLOTS):
        seen.setdefault(person, [])
        seen[person] += [] if strategy is None else [strategy]
    meant = {person["id"]: person["ballot"] for person in alone.json("crowd.json")["people"]}
    assert meant == {person: sorted(ballot) for person, ballot in seen.items()}
    assert max(len(ballot) for ballot in seen.values()) <= 6


def test_every_sheet_of_paper_is_as_the_table_meant_it(alone: Played, killed: Played) -> None:
    for played in (alone, killed):
        kept: dict[str, dict[str, list[str]]] = {}
        for table, number, strategy in played.rows(SHEETS):
            kept.setdefault(table, {}).setdefault(str(number), []).extend([strategy] if strategy else [])
        meant = {table: one["sheets"] for table, one in played.json("crowd.json")["tables"].items()}
        assert {table: sheets for table, sheets in meant.items() if sheets} == kept
        assert kept


@pytest.mark.parametrize("which", ["alone", "killed"])
def test_every_contribution_is_there_once_and_where_its_person_meant_it(
    which: str, request: pytest.FixtureRequest
) -> None:
    played: Played = request.getfixturevalue(which)
    fields = ("person", "table", "session", "strategy", "question", "text", "withdrawn")
    crowd = played.json("crowd.json")
    said = [tuple(each[field] for field in fields) for each in crowd["contributions"]]
    people = {each["id"] for each in crowd["people"]}
    kept = [
        (*each, bool(withdrawn))
        for *each, withdrawn in played.rows(CONTRIBUTIONS.format(where=""))
        if each[0] in people
    ]
    assert Counter(said) == Counter(kept)
    assert len(said) > PEOPLE


@pytest.mark.parametrize("which", ["alone", "killed"])
async def test_contributions_are_what_who_facilitates_made_of_them(
    which: str, request: pytest.FixtureRequest
) -> None:
    """Hidden before the kill in Session 2, merged and marked about it, the synthesis sent after it."""
    played: Played = request.getfixturevalue(which)
    crowd = played.json("crowd.json")
    for table, meant in crowd["tables"].items():
        assert (1, 1) == (len(meant["gathered"]["hidden"]), len(meant["gathered"]["plenary"])), table
        assert len(meant["gathered"]["syntheses"]) in {1, 2}, table
    assert sum(len(meant["gathered"]["merged"]) for meant in crowd["tables"].values()) >= 5
    assert 2 in {len(meant["gathered"]["syntheses"]) for meant in crowd["tables"].values()}
    database = await open_sqlite(played.folder / "event.db")
    found = Promises()
    try:
        await compare_gathering(found, crowd, database)
    finally:
        await database.close()
    assert [] == found.examples


def test_summary_database_and_chart_count_the_same(alone: Played) -> None:
    summary = alone.json("summary.json")
    counted: dict[str, Counter[str]] = {table: Counter() for table in summary["tables"]}
    dots = [(table, strategy) for _, table, _, strategy in alone.rows(BALLOTS)]
    for table, strategy in [*dots, *((table, strategy) for table, _, strategy in alone.rows(SHEETS))]:
        if strategy is not None:
            counted[table][strategy] += 1
    assert {table: dict(dots) for table, dots in counted.items()} == {
        table: figures["dots"] for table, figures in summary["tables"].items()
    }
    caption = next((alone.folder / "channel").glob("*-ranking-*.txt")).read_text(encoding="utf-8")
    ballots = sum(figures["voted"] for figures in summary["tables"].values())
    placed = sum(sum(figures["dots"].values()) for figures in summary["tables"].values())
    assert f"{ballots} schede, {placed} bollini." in caption
    top = Counter[str]()
    for figures in summary["tables"].values():
        top.update(figures["dots"])
    named = re.findall(r"([1-6]\.[1-6]) [^(:]+\((\d+)\)", caption)
    assert named
    assert {(code, str(top[code])) for code, _ in named} == set(named)


def test_each_scheduled_picture_is_posted_once(alone: Played) -> None:
    scheduled = alone.rows("SELECT key FROM moments WHERE key LIKE 'post:%'")
    posted = [
        path.stem for path in (alone.folder / "channel").glob("*.png") if "-restitution-" not in path.stem
    ]
    assert 15 == len(scheduled) == len(posted)


def test_the_restitution_is_in_the_channel_once_and_page_by_page(alone: Played) -> None:
    pages = sorted(
        path.stem.partition("-restitution-")[2]
        for path in (alone.folder / "channel").glob("*-restitution-*.png")
    )
    (content,) = alone.rows("SELECT content FROM restitutions WHERE published_at IS NOT NULL")
    made = restitution.load(content[0])
    numbers = [f"{page.number:02}-{page.name}" for page in restitution.pages(made)]
    assert numbers == [page.rpartition("-20231205")[0] for page in pages]
    assert NAMES[0] in [theme.title for theme in made.themes]
    # And the list of all, which is no picture.
    assert 15 + len(pages) + 1 == alone.json("summary.json")["channel_posts"]


def test_telegram_refuses_nothing(alone: Played) -> None:
    refused = [
        (c["method"], c["status"], c["description"]) for c in alone.lines("calls.jsonl") if not c["ok"]
    ]
    expected = ("query is too old", "message is not modified", "bot was blocked by the user")
    assert [] == [each for each in refused if not any(text in each[2] for text in expected)]


@pytest.mark.parametrize("which", ["alone", "killed"])
async def test_the_themes_are_what_the_regia_made_of_them(which: str, request: pytest.FixtureRequest) -> None:
    """Renamed and moved before the kill in Session 2; merged, split, marked and undone after it."""
    played: Played = request.getfixturevalue(which)
    crowd = played.json("crowd.json")
    meant = crowd["themes"]
    assert set(NAMES[:2]) == set(meant["names"].values())
    assert (1, 1) == (len(meant["gone"]), len(meant["plenary"]))
    assert len(meant["places"]) >= 2
    database = await open_sqlite(played.folder / "event.db")
    found = Promises()
    try:
        await compare_themes(found, crowd, database)
    finally:
        await database.close()
    assert [] == found.examples
    acts = Counter(kind for (kind,) in played.rows("SELECT kind FROM theme_acts"))
    assert {"rename", "move", "merge", "split", "plenary", "undo"} == set(acts)
    assert 1 == acts["undo"]


def test_a_kill_changes_nothing_of_what_came_out(alone: Played, killed: Played) -> None:
    """But for what was drawn by lot, and what was talked about there: that is compared by itself.

    And for what was noted only to be merged with what somebody wrote: that is what came last just then.
    """
    for sql in (BALLOTS, SHEETS, PRIORITIES, CONTRIBUTIONS.format(where=UNDRAWN)):
        assert alone.rows(sql) == killed.rows(sql)
        assert alone.rows(sql)


def test_no_file_holds_the_token(alone: Played) -> None:
    token = re.compile(rb"\d{6,}:[A-Za-z0-9_-]{20,}")
    assert [] == [
        path.name
        for path in alone.folder.rglob("*")
        if path.is_file()
        and path.suffix in {".log", ".jsonl", ".json", ".txt"}
        and token.search(path.read_bytes())
    ]
