"""Suggestions on strategies that were not discussed: anybody's, with or without a table, until a day.

They are no contributions: themes are made of what tables say. A message is a suggestion once, whatever
happens on the way; its natural key is the message itself.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from participation import notices, personal_data, priorities, readable, roles
from participation.suggestion_notices import (
    ChooseSuggested,
    OwnSuggestion,
    StrategySuggestions,
    SuggestionAsked,
    SuggestionEdited,
    SuggestionEmpty,
    SuggestionQuote,
    SuggestionReceived,
    SuggestionsClosed,
    SuggestionsCounted,
    SuggestionsEnded,
    SuggestionsOfStrategy,
    SuggestionsShown,
    SuggestionsUnclear,
    SuggestionWithdrawn,
    ZoneSuggestions,
)
from storage import acts, outbox, suggestions
from storage import priorities as stored_priorities
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Database, Reader, Transaction
    from storage.people import Person
    from storage.suggestions import Counted, Suggestion

COMMAND: Final = "suggerisci"

PAYLOAD: Final = "s-"
"""How a deep link begins that leads here; a strategy may follow ("s-4-1"). No table code has a hyphen."""

KEEPS_ON: Final = timedelta(minutes=30)
"""So long after they were last asked, what a person types is still a suggestion on that strategy."""

QUOTES_AT_ONCE: Final = 8
"""Suggestions on a page."""

_CODE: Final = re.compile(r"(\d{1,2})[.,](\d{1,2})(?![\d.,]*\d)")
_BETWEEN: Final = re.compile(r"[ \t]*[:;,.–—-]?\s*")


# --- what is typed behind the command ------------------------------------------------------------------


async def command(  # noqa: PLR0911 - one way out per kind of request
    database: Database,
    event: Event,
    person: Person | None,
    message: int,
    text: str,
    words: Mapping[str, str],
    now: datetime,
) -> Notice:
    """`/suggerisci`, with nothing behind it, an axis, a strategy, a strategy and a text, "ritira 2", "fine".

    `words`: casefolded, to "axis", "strategy", "withdraw" or "finish". Of who has not read the privacy notice
    nothing is kept: the strategy travels in the button.
    """
    code, rest = read_code(event, text, words)
    if person is None:
        return notices.Welcome(payload=payload_of(code))
    if code is not None:
        if not readable.is_blank(rest):
            return await receive(database, event, person, message, rest, now, code=code)
        return await ask(database, event, person, code, now)
    first, _, behind = text.partition(" ")
    meaning, behind = words.get(first.casefold().strip("."), ""), behind.strip()
    if meaning == "withdraw" and re.fullmatch(r"\d{1,6}", behind):
        return await withdraw_nth(database, person, int(behind), now)
    if meaning == "finish" and not behind:
        return await end(database, person, f"message:{message}", now)
    axis = behind if meaning == "axis" else first if not behind else ""
    if axis in {each.code for each in event.axes}:
        return await choose(database, event, person, axis, now)
    return await show(database, event, person, now, misread=text or None)


def read_code(event: Event, text: str, words: Mapping[str, str]) -> tuple[str | None, str]:
    """The strategy that a text begins with, by its code, and what follows; (None, the text) without one."""
    first, _, behind = text.partition(" ")
    if words.get(first.casefold()) == "strategy":
        text = behind.strip()
    found = _CODE.match(text)
    code = None if found is None else known(event, f"{found[1]}.{found[2]}")
    if found is None or code is None:
        return None, text
    between = _BETWEEN.match(text, found.end())
    assert between is not None, "it matches nothing, too"
    return code, text[between.end() :].rstrip()


def known(event: Event, code: str) -> str | None:
    """The code if the event has such a strategy."""
    return code if code in {strategy.code for strategy in event.strategies} else None


def payload_of(code: str | None) -> str:
    """What a button or a deep link carries that leads to suggesting on a strategy."""
    return PAYLOAD + (code or "").replace(".", "-")


async def arrive(database: Database, event: Event, person: Person, payload: str, now: datetime) -> Notice:
    """The person came by a payload that begins with `PAYLOAD`."""
    code = known(event, payload.removeprefix(PAYLOAD).replace("-", "."))
    if code is None:
        return await show(database, event, person, now)
    return await ask(database, event, person, code, now)


# --- suggesting ----------------------------------------------------------------------------------------


async def show(
    reader: Reader, event: Event, person: Person, now: datetime, *, misread: str | None = None
) -> Notice:
    """The person's own suggestions, and the axes to choose from."""
    mine = tuple(
        OwnSuggestion(id=str(each.id), number=number, strategy=each.strategy, text=each.text)
        for number, each in enumerate(await suggestions.of_person(reader, person.id), start=1)
        if not each.withdrawn
    )
    opened = now < event.suggestions_close
    if not opened and not mine:
        return SuggestionsClosed(typed=misread is not None, closed=event.suggestions_close)
    return SuggestionsShown(own=mine, opened=opened, closes=event.suggestions_close, misread=misread)


async def choose(reader: Reader, event: Event, person: Person, axis: str, now: datetime) -> Notice:
    """The strategies of an axis: those that the person's table did not choose come first. "": the axes."""
    found = next((each for each in event.axes if each.code == axis), None)
    if found is None:
        return await show(reader, event, person, now, misread=axis or None)
    if now >= event.suggestions_close:
        return SuggestionsClosed(typed=False, closed=event.suggestions_close)
    decided = None if person.table is None else await stored_priorities.of_table(reader, person.table)
    standing = () if decided is None else priorities.standing(decided)
    codes = [strategy.code for strategy in found.strategies]
    return ChooseSuggested(
        axis=axis,
        strategies=tuple(code for code in codes if code not in standing),
        chosen=tuple(code for code in codes if code in standing),
    )


async def ask(database: Database, event: Event, person: Person, code: str, now: datetime) -> Notice:
    """Ask for suggestions on a strategy: what the person types next is one."""
    if known(event, code) is None:
        return await show(database, event, person, now, misread=code)
    if now >= event.suggestions_close:
        return SuggestionsClosed(typed=False, closed=event.suggestions_close)
    async with database.transaction() as tx:
        await suggestions.begin(tx, person.id, code, now)
    return SuggestionAsked(strategy=code, closes=event.suggestions_close)


async def suggesting_on(reader: Reader, person: Person, now: datetime) -> str | None:
    """The strategy that what the person types belongs to, if they are suggesting."""
    found = await suggestions.suggesting(reader, person.id)
    return None if found is None or now - found.since > KEEPS_ON else found.strategy


async def receive(
    database: Database,
    event: Event,
    person: Person,
    message: int,
    text: str,
    now: datetime,
    *,
    code: str | None = None,
) -> Notice:
    """Keep what a person typed as a suggestion: on `code`, or (None) on what they are suggesting on."""
    async with database.transaction() as tx:
        found = await suggestions.of_message(tx, person.telegram_id, message)
        if found is not None:
            return await _received(tx, person, found.strategy, now)
        if now >= event.suggestions_close:
            return SuggestionsClosed(typed=True, closed=event.suggestions_close)
        on = code or await suggesting_on(tx, person, now)
        assert on is not None, "somebody who suggests"
        await suggestions.add(tx, on, person.zone, text, person.telegram_id, message, person.id, now)
        if code is None:
            await suggestions.begin(tx, person.id, on, now)
        return await _received(tx, person, on, now)


async def _received(reader: Reader, person: Person, strategy: str, now: datetime) -> SuggestionReceived:
    return SuggestionReceived(strategy=strategy, more=await suggesting_on(reader, person, now) == strategy)


async def received_before(reader: Reader, person: Person, message: int, now: datetime) -> Notice | None:
    """What was told when this message became a suggestion; None when it did not."""
    found = await suggestions.of_message(reader, person.telegram_id, message)
    return None if found is None else await _received(reader, person, found.strategy, now)


async def edit(
    database: Database,
    event: Event,
    person: Person,
    message: int,
    text: str,
    words: Mapping[str, str],
    now: datetime,
) -> Notice | None:
    """The person edited a message that is a suggestion; None when it is none.

    Of "/suggerisci 4.1 ..." the command is no part of it, and the strategy may be corrected, too.
    """
    async with database.transaction() as tx:
        found = await suggestions.of_message(tx, person.telegram_id, message)
        if found is None:
            return None
        if now >= event.suggestions_close:
            return SuggestionsClosed(typed=True, closed=event.suggestions_close)
        strategy = found.strategy
        if text.startswith("/"):
            _, *behind = text.split(maxsplit=1)
            code, text = read_code(event, behind[0] if behind else "", words)
            strategy = code or strategy
        text = text.strip()
        if readable.is_blank(text):
            return SuggestionEmpty()
        if not await suggestions.edit(tx, found.id, strategy, text, now):
            return notices.EditIgnored(withdrawn=True)
        return SuggestionEdited(strategy=strategy)


async def withdraw(database: Database, person: Person, key: str, now: datetime) -> SuggestionWithdrawn:
    """Withdraw one of a person's own suggestions, by its key; withdrawn before, it stays so."""
    if not re.fullmatch(r"\d{1,9}", key):
        return SuggestionWithdrawn(found=False)
    async with database.transaction() as tx:
        return SuggestionWithdrawn(found=await suggestions.withdraw(tx, int(key), person.id, now))


async def withdraw_nth(database: Database, person: Person, number: int, now: datetime) -> SuggestionWithdrawn:
    """Withdraw the suggestion with this number in the person's list."""
    mine = await suggestions.of_person(database, person.id)
    if not 1 <= number <= len(mine):
        return SuggestionWithdrawn(found=False)
    return await withdraw(database, person, str(mine[number - 1].id), now)


async def end(database: Database, person: Person, act: str, now: datetime) -> SuggestionsEnded:
    """The person has suggested what they wanted. `act` names the update, for it may come again."""
    async with database.transaction() as tx:
        await acts.first_time(tx, _ended(person, act), now)
        await suggestions.end(tx, person.id)
    return SuggestionsEnded()


async def was_end(reader: Reader, person: Person, act: str) -> bool:
    """Whether this update ended suggesting before."""
    return await acts.known(reader, _ended(person, act))


def _ended(person: Person, act: str) -> str:
    return f"suggested:{person.id}:{act}"


# --- the regia -----------------------------------------------------------------------------------------


async def read_regia(
    reader: Reader, event: Event, person: Person | None, text: str, words: Mapping[str, str]
) -> Notice:
    """`/suggerimenti`, `/suggerimenti 4.1`, `/suggerimenti 4.1 pagina 2`: for the people of the regia."""
    if not text:
        return await overview(reader, event, person)
    code, rest = read_code(event, text, words)
    page = re.fullmatch(r"(?:[^\W\d]+\s+)?(\d{1,4})", rest) if rest else None
    if code is None or (rest and page is None):
        return SuggestionsUnclear(misread=text)
    return await of_strategy(reader, event, person, code, 1 if page is None else int(page[1]))


async def pressed(reader: Reader, event: Event, person: Person, strategy: str, page: str) -> Notice:
    """What a button of the lists asks for; what no button of ours says is the first page."""
    if not strategy:
        return await overview(reader, event, person)
    number = int(page) if re.fullmatch(r"\d{1,4}", page) else 1
    return await of_strategy(reader, event, person, strategy, number)


async def overview(reader: Reader, event: Event, person: Person | None) -> Notice:
    """How many suggestions there are, by strategy and zone."""
    if not await roles.is_regia(reader, person):
        return notices.NotAllowed(command="suggerimenti")
    return _counted(event, await suggestions.counted(reader))


async def of_strategy(reader: Reader, event: Event, person: Person | None, code: str, page: int) -> Notice:
    """What was suggested on a strategy, word for word."""
    if not await roles.is_regia(reader, person):
        return notices.NotAllowed(command="suggerimenti")
    if known(event, code) is None:
        return SuggestionsUnclear(misread=code)
    every = await suggestions.of_strategy(reader, code)
    pages = max(1, -(-len(every) // QUOTES_AT_ONCE))
    page = min(max(page, 1), pages)
    shown = every[(page - 1) * QUOTES_AT_ONCE : page * QUOTES_AT_ONCE]
    return SuggestionsOfStrategy(
        strategy=code, quotes=tuple(map(_quote, shown)), count=len(every), page=page, pages=pages
    )


async def counts(reader: Reader) -> dict[str, int]:
    """How many suggestions stand on each strategy that has any."""
    found: dict[str, int] = {}
    for each in await suggestions.counted(reader):
        found[each.strategy] = found.get(each.strategy, 0) + each.count
    return found


async def tell_digest(tx: Transaction, event: Event, key: str, now: datetime) -> None:
    """The people of the regia hear how many suggestions came since the last time; of none, nothing."""
    new = await suggestions.counted(tx, untold=True)
    if not new:
        return
    told = _counted(event, new).model_copy(update={"digest": True})
    await suggestions.mark_told(tx, key)
    await outbox.announce(tx, key, "regia", notices.dump(told), now, urgency=Urgency.POST)


def _counted(event: Event, counted: Sequence[Counted]) -> SuggestionsCounted:
    """In the order of the event file; what is on no strategy or zone of it any more is only in the total."""
    by_strategy: dict[str, int] = {}
    by_zone: dict[str | None, int] = {}
    for each in counted:
        by_strategy[each.strategy] = by_strategy.get(each.strategy, 0) + each.count
        by_zone[each.zone] = by_zone.get(each.zone, 0) + each.count
    return SuggestionsCounted(
        total=sum(each.count for each in counted),
        form=sum(each.count for each in counted if each.source == "form"),
        strategies=tuple(
            StrategySuggestions(strategy=strategy.code, count=by_strategy[strategy.code])
            for strategy in event.strategies
            if strategy.code in by_strategy
        ),
        zones=tuple(
            ZoneSuggestions(zone=zone, count=by_zone[zone])
            for zone in (*(zone.code for zone in event.zones), None)
            if zone in by_zone
        ),
    )


def _quote(each: Suggestion) -> SuggestionQuote:
    # Nobody looks at a suggestion before it gets here: what may be personal in it stays with who wrote it.
    seen = personal_data.shown(each.text)
    return SuggestionQuote(
        number=str(each.id), zone=each.zone, form=each.source == "form", text=seen.text, gaps=seen.gaps
    )
