"""What people type: a zone, dots, a word that acts, or a contribution.

A lone command word or code acts as such; everything else is a contribution, and the answer says which it was
taken for. The words come from the catalogs, as data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from participation import (
    contribution_notices,
    contributions,
    dots,
    gathering,
    joining,
    notices,
    own_contributions,
    paper,
    readable,
    reasons,
    roles,
    runoffs,
    suggestions,
)
from participation.desk import Hand
from participation.event import Phase
from storage import acts, tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database
    from storage.people import Person

_LEADING = re.compile(r"(\w+)\s+([\w.,]{1,12})")
_CODE = re.compile(r"\d{1,2}[.,]\d{1,2}")


@dataclass(frozen=True)
class Vocabulary:
    """Words that act, casefolded, to what they mean.

    `lone`: as a whole message ("skip", "back", "finish", "review", "questions", "strategies", "help",
    "acknowledge"); `leading`: before one code ("axis", "strategy", "question", "withdraw", "zone", "table");
    `paper`: about sheets ("sheet", "zone", "blank", "withdraw", "confirm", "correct", "cancel"); `own`: about
    contributions of one's own ("withdraw", "move", "action", "none", "question").
    """

    lone: Mapping[str, str]
    leading: Mapping[str, str]
    paper: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Typed:
    """A message somebody typed. `new_id`: a fresh random id, should something be kept of it.

    `sent`: when Telegram got it; `reply_to`: the message that it replies to; `forwarded`: from another chat.
    """

    message: int
    text: str
    new_id: str
    at: datetime
    sent: datetime | None = None
    reply_to: int | None = None
    forwarded: bool = False


async def answer(  # noqa: PLR0911, PLR0912 - one way out per kind of message, in the order they are asked
    database: Database, event: Event, person: Person, typed: Typed, vocabulary: Vocabulary
) -> tuple[notices.Notice, ...]:
    """Do what a typed message asks for; what to tell the person. Nothing to tell: a screen shows it."""
    before = await contributions.received_before(database, event, person, typed.message)
    if before is not None:
        # Delivered again: it stays what it was taken for, whatever it would mean now.
        return gathering.warned(before.model_copy(update={"forwarded": typed.forwarded}), typed.text)
    if readable.is_blank(typed.text):
        return (notices.ContributionEmpty(),)
    suggested_before = await suggestions.received_before(database, person, typed.message, typed.at)
    if suggested_before is not None:
        return gathering.warned(suggested_before, typed.text)
    plain = re.sub(r"\s+", " ", typed.text.strip().strip(".!").casefold())
    meaning = vocabulary.lone.get(plain)
    acknowledged_again = meaning == "acknowledge" and person.table is None
    if acknowledged_again or await joining.was_answer(database, person, typed.message):
        return await joining.ask_on(database, event, person)
    hand = Hand(person, f"paper:{person.id}:{typed.message}", typed.new_id, typed.at)
    about_paper = await paper.typed(database, event, hand, typed.text, vocabulary.paper)
    if about_paper is not None:
        return about_paper
    if meaning == "help":
        return (await roles.help_for(database, person),)
    reason = await _reason(database, person, typed, meaning, plain, vocabulary)
    if reason is not None:
        return (reason,)
    suggested = await _suggestion(database, event, person, typed, meaning, plain, vocabulary)
    if suggested is not None:
        return gathering.warned(suggested, typed.text)
    if person.table is None or person.asked_again:
        told = await joining.read_typed(
            database, event, person, typed.text, typed.new_id, typed.at, typed.message
        )
        if told is not None:
            return told
    if person.table is None:
        return (notices.AskZone(misread=typed.text),)
    row = await tables.find(database, person.table)
    assert row is not None, "the table a person sits at exists"
    phase = Phase(row.phase)
    if meaning is not None:
        return await _word(database, event, person, meaning, phase, typed)
    own = own_contributions.read(typed.text, vocabulary.own)
    if own is not None and own.act != "withdraw":
        by = own_contributions.By(person, f"own:{person.id}:{typed.message}", typed.at)
        return (await own_contributions.do(database, event, by, own),)
    leading = _LEADING.fullmatch(plain)
    if leading is not None and leading[1] in vocabulary.leading:
        told = await _leading(
            database, event, person, vocabulary.leading[leading[1]], leading[2], phase, typed
        )
        if told is not None:
            return told
    action = readable.lone_action(typed.text, event)
    if action is not None:
        return (contribution_notices.ActionAlone(strategy=action[0], action=action[1]),)
    codes = dots.read_typed(typed.text)
    if codes is not None:
        return await _codes(database, event, person, codes, phase, typed)
    if phase is Phase.SESSION2 and plain in {question.code for question in event.session2.questions}:
        return (
            await contributions.go(database, event, person, None, plain, typed.at, _request(person, typed)),
        )
    if joining.is_own_place(typed.text, event, person):
        # Typed once more, to be sure: that is no contribution.
        return await joining.again(database, event, person)
    told_of_it = await contributions.receive(
        database,
        event,
        person,
        typed.message,
        typed.text,
        typed.new_id,
        typed.at,
        sent=typed.sent,
        reply_to=typed.reply_to,
    )
    if isinstance(told_of_it, notices.ContributionReceived):
        told_of_it = told_of_it.model_copy(update={"forwarded": typed.forwarded})
    return gathering.warned(told_of_it, typed.text)


async def first_of_album(database: Database, person: Person, album: str, message: int, now: datetime) -> bool:
    """Whether this is the message of an album that is answered: all of it is answered once."""
    key = f"album:{person.id}:{album}"
    async with database.transaction() as tx:
        if await acts.first_time(tx, key, now):
            await acts.first_time(tx, f"{key}:{message}", now)
        return await acts.known(tx, f"{key}:{message}")


async def edited(
    database: Database, event: Event, person: Person, typed: Typed, words: Mapping[str, str], act: str
) -> tuple[notices.Notice, ...]:
    """The person edited a message: so is what it became; what to tell them.

    `words`: those of /suggerisci; `act` names the edit for ever.
    """
    if typed.text:
        suggested = await suggestions.edit(
            database, event, person, typed.message, typed.text, words, typed.at
        )
        if suggested is not None:
            return gathering.warned(suggested, typed.text)
    told = await contributions.edit(database, event, person, typed.message, typed.text, typed.at, act)
    return gathering.warned(told, typed.text)


async def _suggestion(
    database: Database,
    event: Event,
    person: Person,
    typed: Typed,
    meaning: str | None,
    plain: str,
    vocabulary: Vocabulary,
) -> notices.Notice | None:
    """A suggestion of who is suggesting; None for all others, and for what acts: codes, words, places."""
    act = f"message:{typed.message}"
    if meaning == "finish" and await suggestions.was_end(database, person, act):
        return await suggestions.end(database, person, act, typed.at)
    if await suggestions.suggesting_on(database, person, typed.at) is None:
        return None
    if meaning == "finish":
        return await suggestions.end(database, person, act, typed.at)
    leading = _LEADING.fullmatch(plain)
    acts = leading is not None and leading[1] in vocabulary.leading and leading[2][0].isdecimal()
    places = joining.find_zone(typed.text, event) or joining.find_table(typed.text, event.tables)
    if meaning is not None or acts or places or plain.isdecimal() or dots.read_typed(typed.text) is not None:
        return None
    return await suggestions.receive(database, event, person, typed.message, typed.text, typed.at)


async def _reason(
    database: Database,
    person: Person,
    typed: Typed,
    meaning: str | None,
    plain: str,
    vocabulary: Vocabulary,
) -> notices.Notice | None:
    """The reason that was asked for; None when none was, or the message is codes or a word that acts."""
    leading = _LEADING.fullmatch(plain)
    acts = leading is not None and leading[1] in vocabulary.leading
    acts = acts or own_contributions.read(typed.text, vocabulary.own) is not None
    if meaning not in {None, "skip"} or acts or dots.read_typed(typed.text) is not None:
        return None
    skips = meaning == "skip"
    text = typed.text.strip()
    return await reasons.typed(database, person, typed.message, text, skips=skips, now=typed.at)


async def _word(
    database: Database, event: Event, person: Person, meaning: str, phase: Phase, typed: Typed
) -> tuple[notices.Notice, ...]:
    match meaning:
        case "acknowledge":
            return await joining.again(database, event, person)
        case "skip" | "back" if phase is Phase.SESSION2:
            direction: contributions.Direction = "next" if meaning == "skip" else "back"
            by = _request(person, typed)
            return (await contributions.walk(database, event, person, direction, typed.at, by),)
        case "questions" | "strategies" | "skip" | "back":
            what: Literal["questions", "strategies"] = (
                "strategies" if meaning == "strategies" else "questions"
            )
            return (await contributions.choices(database, event, person, what),)
        case "finish" if phase is Phase.SESSION2:
            return (await contributions.choices(database, event, person, "strategies"),)
        case "finish":
            return (await dots.finish(database, person),)
        case _:
            return _told(await dots.bring(database, event, person, dots.REVIEW))


async def _leading(
    database: Database, event: Event, person: Person, meaning: str, code: str, phase: Phase, typed: Typed
) -> tuple[notices.Notice, ...] | None:
    """What a word and a code ask for; None when they are the beginning of a sentence after all."""
    match meaning:
        case "axis" if phase is Phase.SESSION1 and code in {axis.code for axis in event.axes}:
            return _told(await dots.bring(database, event, person, code))
        case "strategy" if phase is Phase.SESSION2 and _CODE.fullmatch(code):
            strategy = code.replace(",", ".")
            return (
                await contributions.go(
                    database, event, person, strategy, None, typed.at, _request(person, typed)
                ),
            )
        case "question" if phase is Phase.SESSION2 and code.isdecimal():
            return (
                await contributions.go(
                    database, event, person, None, code, typed.at, _request(person, typed)
                ),
            )
        case "withdraw" if code.isdecimal():
            return (await contributions.withdraw_nth(database, person, int(code), typed.at),)
        case _:
            return None


async def _codes(
    database: Database,
    event: Event,
    person: Person,
    codes: tuple[dots.TypedDot, ...],
    phase: Phase,
    typed: Typed,
) -> tuple[notices.Notice, ...]:
    chosen = await runoffs.typed(
        database, person, typed.text, typed.at, f"runoff:{person.id}:{typed.message}"
    )
    if chosen is not None:
        return (chosen,)
    if phase is Phase.SESSION2 and len(codes) == 1 and codes[0].count == 1:
        strategy = codes[0].strategy
        return (
            await contributions.go(
                database, event, person, strategy, None, typed.at, _request(person, typed)
            ),
        )
    unknown = dots.unknown_codes(codes, event)
    if unknown is not None:
        return (unknown,)
    wished = dots.wished_dots(codes, event.session1.most_per_strategy)
    act = f"dots:{person.id}:{typed.message}"
    return (await dots.put(database, event, person, wished, typed.at, act),)


def _request(person: Person, typed: Typed) -> contributions.Request:
    return contributions.Request(typed.message, f"walk:{person.id}:{typed.message}")


def _told(notice: notices.Notice | None) -> tuple[notices.Notice, ...]:
    return () if notice is None else (notice,)
