"""Whether the promises of delivery were kept in a rehearsal where everything went wrong.

A rehearsal with faults leaves what the crowd meant (crowd.json), what was done to the bot (trouble.json),
what the phones show (phones.json), the bot's log and its database. Each promise is a count that must be zero.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from bot.drawing import draw
from handlers.callback_data import encode
from handlers.render import render
from handlers.render.message import stripped
from participation import notices, posts, restitution
from storage import audit, themes
from storage import restitution as stored_restitution

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from handlers.render import Message
    from locales.translator import Translators
    from participation.event import Event
    from storage.database import Database

BROKEN = frozenset({"update_broke", "handling_broke", "look_broke", "work_broke", "agenda_broke", "broke"})
"""What the log says when something happened that we did not think of."""


@dataclass
class Promises:
    """How often each was broken; `examples` says where, in a line each."""

    dots_lost: int = 0
    dots_doubled: int = 0
    paper_wrong: int = 0
    contributions_lost: int = 0
    contributions_doubled: int = 0
    posts_lost: int = 0
    messages_lost: int = 0
    doubles_unexplained: int = 0
    exceptions: int = 0
    screens_untrue: int = 0
    messages_untrue: int = 0
    seen_wrong: int = 0
    themes_wrong: int = 0
    gathering_wrong: int = 0
    examples: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The counts alone, by promise."""
        return {name: count for name, count in asdict(self).items() if name != "examples"}

    @property
    def kept(self) -> bool:
        """Whether all were."""
        return not any(self.counts().values())

    def add(self, other: Promises) -> None:
        """Count another rehearsal's with these."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def broken(self, promise: str, how: str, times: int = 1) -> None:
        """Count a broken one."""
        setattr(self, promise, getattr(self, promise) + times)
        self.examples.append(f"{promise}: {how}")


async def check(folder: Path, database: Database, event: Event, words: Translators) -> Promises:
    """Compare what a rehearsal left in `folder` with its database."""
    found = Promises()
    crowd, trouble, phones = (
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("crowd", "trouble", "phones")
    )
    for problem in crowd["problems"]:
        found.broken("seen_wrong", problem)
    for double in trouble["unexplained"]:
        found.broken("doubles_unexplained", double)
    for line in _exceptions(folder / "bot.log"):
        found.broken("exceptions", line)
    await _compare_dots(found, crowd, database)
    await _compare_paper(found, crowd, database)
    await _compare_contributions(found, crowd, database)
    await compare_gathering(found, crowd, database)
    await compare_themes(found, crowd, database)
    await _compare_letters(found, phones, database, event, words)
    await _compare_screens(found, phones, database, event, words)
    return found


async def _compare_dots(found: Promises, crowd: Mapping[str, Any], database: Database) -> None:
    kept = await audit.dots(database)
    for person in crowd["people"]:
        meant, has = Counter(person["ballot"]), kept.get(person["id"], Counter())
        for promise, wrong in (("dots_lost", meant - has), ("dots_doubled", has - meant)):
            if wrong:
                found.broken(promise, f"{person['id']} {dict(wrong)}", wrong.total())


async def _compare_paper(found: Promises, crowd: Mapping[str, Any], database: Database) -> None:
    """The sheets that stand, and what was chosen in run-offs: taps and hands."""
    tables = crowd.get("tables", {})
    meant = {
        f"{table} {number}": Counter(codes)
        for table, one in tables.items()
        for number, codes in one["sheets"].items()
    }
    meant |= {f"{table} run-off": Counter(one["runoff"]) for table, one in tables.items() if one["runoff"]}
    kept = {f"{table} {number}": codes for (table, number), codes in (await audit.sheets(database)).items()}
    kept |= {f"{table} run-off": counts for table, counts in (await audit.runoffs(database)).items()}
    for place in sorted(meant.keys() | kept.keys()):
        if (place in meant) != (place in kept):
            found.broken("paper_wrong", f"{place} is {'lost' if place in meant else 'there'}")
        should, does = meant.get(place, Counter()), kept.get(place, Counter())
        for promise, wrong in (("dots_lost", should - does), ("dots_doubled", does - should)):
            if wrong:
                found.broken(promise, f"{place} {dict(wrong)}", wrong.total())


async def _compare_contributions(found: Promises, crowd: Mapping[str, Any], database: Database) -> None:
    fields_of = ("table", "session", "strategy", "question", "text", "withdrawn")
    meant = Counter(
        (one["person"] or 0, *(one[name] for name in fields_of))
        for one in (*crowd["contributions"], *crowd["notes"])
    )
    kept = Counter(
        (
            one.chat if one.source == "person" else 0,
            *(one.table, one.session, one.strategy, one.question, one.text, one.withdrawn),
        )
        for one in await audit.contributions(database)
    )
    for promise, wrong in (("contributions_lost", meant - kept), ("contributions_doubled", kept - meant)):
        for one, times in wrong.items():
            found.broken(promise, str(one), times)


async def compare_gathering(found: Promises, crowd: Mapping[str, Any], database: Database) -> None:
    """What tables hid, merged and marked is so, and their syntheses are all there, in order."""
    kept, sent = await audit.gathered(database), await audit.syntheses(database)
    for table, one in crowd.get("tables", {}).items():
        meant = one["gathered"]
        if list(sent.get(table, ())) != meant["syntheses"]:
            found.broken("gathering_wrong", f"{table} sent {meant['syntheses']}, kept is {sent.get(table)}")
        for number in meant["hidden"]:
            if int(number) not in kept or not kept[int(number)].hidden:
                found.broken("gathering_wrong", f"{number} was hidden and is not")
        for number, into in meant["merged"].items():
            head, other = kept.get(int(into)), kept.get(int(number))
            # Who withdrew or rewrote what others were merged into ended that.
            if head is None or head.edited or (other is not None and other.into == int(into)):
                continue
            found.broken("gathering_wrong", f"{number} was merged into {into} and is {other}")
        for number in meant["plenary"]:
            if int(number) in kept and not kept[int(number)].plenary:
                found.broken("gathering_wrong", f"{number} was marked for the plenary and is not")


async def compare_themes(found: Promises, crowd: Mapping[str, Any], database: Database) -> None:
    """What stands is in exactly one place, the rest in none; themes are what the regia made of them."""
    places: dict[str, int | None] = {}
    for one in await audit.in_themes(database):
        if one.rows != one.stands:
            found.broken("themes_wrong", f"in {one.rows} places, stands {one.stands}: {one.text[:60]}")
        if one.number is not None:
            places[str(one.number)] = one.theme
    meant = crowd.get("themes", {"names": {}, "places": {}, "gone": [], "plenary": []})
    known = {str(number): theme for number, theme in (await themes.all_themes(database)).items()}
    for number, theme in meant["places"].items():
        # Who withdrew what was moved took it away.
        if number in places and str(places[number]) != theme:
            found.broken("themes_wrong", f"{number} was put into {theme} and is in {places[number]}")
    for number, name in meant["names"].items():
        if number not in known or (known[number].name, known[number].gone) != (name, False):
            found.broken("themes_wrong", f"theme {number} was called {name} and is {known.get(number)}")
    for number in meant["plenary"]:
        if number not in known or not known[number].plenary:
            found.broken("themes_wrong", f"theme {number} was marked for the plenary and is not")
    for number in meant["gone"]:
        if number not in known or not known[number].gone:
            found.broken("themes_wrong", f"theme {number} was merged and is there")
    await _compare_restitution(found, meant["names"], set(places.values()), database)


async def _compare_restitution(
    found: Promises, names: Mapping[str, str], there: set[int | None], database: Database
) -> None:
    """What was published calls each theme as the regia named it; each contribution is in one place of it."""
    version = await stored_restitution.published(database)
    if version is None or version.content is None:
        return
    made = restitution.load(version.content)
    titles = {theme.number: theme.title for theme in made.themes}
    for number, name in names.items():
        if int(number) in there and titles.get(number) != name:
            found.broken(
                "themes_wrong", f"theme {number}, {name}, is {titles.get(number)} in the restitution"
            )
    counted = sum(theme.contributions for theme in made.themes)
    counted += sum(voice.contributions for voice in made.voices)
    if counted != made.contributions:
        found.broken("themes_wrong", f"{counted} of {made.contributions} are in the restitution")


async def _compare_letters(
    found: Promises, phones: Mapping[str, Any], database: Database, event: Event, words: Translators
) -> None:
    """Every post and message went out, and stands in its chat as it was meant."""
    letters = await audit.letters(database)
    sent = {letter.key for letter in letters if letter.message is not None}
    for key, done in (await audit.moments(database, "post:")).items():
        if not done or key not in sent:
            found.broken("posts_lost", key)
    for letter in letters:
        if letter.awaited or letter.dead:
            found.broken("messages_lost", letter.key)
        if letter.message is None:
            continue
        shown = _message(phones, letter.chat, letter.message)
        if shown is None:
            found.broken("messages_lost", f"{letter.key}, said to be {letter.message}")
        elif posts.load(letter.content) is None:
            told = render(notices.load(letter.content), event, words.of(letter.language or event.language))
            if shown["text"] != _plain(told[-1]):
                found.broken("messages_untrue", letter.key)


async def _compare_screens(
    found: Promises, phones: Mapping[str, Any], database: Database, event: Event, words: Translators
) -> None:
    """Every screen shows what the database says now."""
    for screen in await audit.shown_screens(database):
        notice = await draw(database, event, screen, event.moment(event.end))
        if notice is None or not phones[str(screen.chat)]["reachable"]:
            continue
        *_, message = render(notice, event, words.of(screen.language))
        shown = None if screen.message is None else _message(phones, screen.chat, screen.message)
        if shown is None or (shown["text"], shown["rows"]) != (_plain(message), _rows(message)):
            found.broken("screens_untrue", f"{screen.kind} of {screen.person}, message {screen.message}")


def _message(phones: Mapping[str, Any], chat: int, message: int) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = next(
        (one for one in phones[str(chat)]["messages"] if one["id"] == message), None
    )
    return found


def _plain(message: Message) -> str:
    return stripped(message.text).strip()


def _rows(message: Message) -> list[list[dict[str, str | None]]]:
    return [
        [
            {
                "text": button.text,
                "data": None if button.press is None else encode(button.press),
                "url": button.url,
            }
            for button in row
        ]
        for row in message.keyboard
    ]


def _exceptions(log: Path) -> Iterator[str]:
    """The lines of a log that tell of an exception nobody expected."""
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            # Libraries and the interpreter itself write plain text, and only when something is wrong.
            yield line[:300]
            continue
        if said.get("event") in BROKEN:
            yield f"{said['event']}: {said.get('error')} {str(said.get('exception', ''))[-300:]}"
