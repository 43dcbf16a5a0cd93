"""What people do with contributions of their own: read one in full, rewrite, move it, name its plan action.

Every change is traced with what was there before (`storage/contribution_trace.py`), and done once however
often it is delivered. After the table has closed Session 2 all of it is still possible, and late.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from participation import (
    answering,
    contribution_notices,
    contributions,
    notices,
    personal_data,
    readable,
)
from participation.gathering_notices import PersonalDataSeen
from storage import acts, contribution_trace
from storage import contributions as stored

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice
    from storage.contributions import Contribution
    from storage.database import Database, Reader
    from storage.people import Person

NO_ACTION = "none"
"""What is named instead of a plan action when a contribution is about no single one."""

_WRITTEN = re.compile(r"([0-9]{1,6})\s*:\s*(.*)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,6}")
_STRATEGY = re.compile(r"[0-9]{1,2}[.,][0-9]{1,2}")
_QUESTION = re.compile(r"[0-9]{1,2}")
_ACTION = re.compile(r"[0-9]{1,2}(?:[.,][0-9]{1,2}){2}")


@dataclass(frozen=True)
class Asked:
    """What was typed about a contribution of one's own.

    `act`: "show", "write" (`text`), "withdraw", "move" (to `strategy` and `question`, None where it is not
    said) or "action" (`action`; None where it is not said).
    """

    act: str
    number: int
    text: str = ""
    strategy: str | None = None
    question: str | None = None
    action: str | None = None


@dataclass(frozen=True)
class By:
    """Whose act it is, its key for ever, and when."""

    person: Person
    act: str
    at: datetime


def read(text: str, words: Mapping[str, str]) -> Asked | None:
    """Read "sposta 3 3.2 domanda 2" or "azione 3 3.2.1", however much of it is said; None for anything else.

    `words`: "withdraw", "move", "action", "none" and "question" by what is typed, casefolded. A sentence that
    begins like one of these is none of them.
    """
    first, number, *rest = [*text.casefold().split(), "", ""]
    rest = rest[:-2]
    act = words.get(first)
    if act not in {"withdraw", "move", "action"} or not _NUMBER.fullmatch(number):
        return None
    if act == "action":
        return _read_action(Asked(act, int(number)), rest, words)
    if act == "move":
        return _read_move(Asked(act, int(number)), rest, words)
    return None if rest else Asked(act, int(number))


def _read_move(asked: Asked, rest: list[str], words: Mapping[str, str]) -> Asked | None:
    if rest and _STRATEGY.fullmatch(rest[0]):
        asked = replace(asked, strategy=rest[0].replace(",", "."))
        rest = rest[1:]
    if rest and words.get(rest[0]) == "question":
        rest = rest[1:]
        if not rest:
            return None
    if rest and _QUESTION.fullmatch(rest[0]):
        asked = replace(asked, question=rest[0])
        rest = rest[1:]
    return None if rest else asked


def _read_action(asked: Asked, rest: list[str], words: Mapping[str, str]) -> Asked | None:
    if not rest:
        return asked
    code, *more = rest
    if more:
        return None
    if words.get(code) == "none":
        return replace(asked, action=NO_ACTION)
    return replace(asked, action=code.replace(",", ".")) if _ACTION.fullmatch(code) else None


def read_command(text: str, words: Mapping[str, str]) -> Asked | None:
    """What stands behind `/contributi`: also "3" and "3: Più treni la sera"."""
    written = _WRITTEN.fullmatch(text)
    if written is not None:
        return Asked("write", int(written[1]), written[2].strip())
    return Asked("show", int(text)) if _NUMBER.fullmatch(text) else read(text, words)


async def command(database: Database, event: Event, by: By, text: str, words: Mapping[str, str]) -> Notice:
    """`/contributi`: the list; with a number one of it, or what is done with it (see `read_command`)."""
    if not text:
        return await contributions.own(database, by.person)
    asked = read_command(text, words)
    if asked is None:
        return contribution_notices.OwnRefused(reason="unclear", misread=text)
    return await do(database, event, by, asked)


def warned(told: Notice, text: str) -> tuple[Notice, ...]:
    """What is told of `/contributi` with this behind it, and that what was rewritten seems to be personal."""
    written = _WRITTEN.fullmatch(text)
    if written is None or not isinstance(told, notices.ContributionEdited):
        return (told,)
    seen = personal_data.kinds(written[2])
    return (told, PersonalDataSeen(kinds=seen, number=int(written[1]))) if seen else (told,)


async def do(database: Database, event: Event, by: By, asked: Asked) -> Notice:
    """Do what was typed about a contribution of one's own."""
    if asked.act == "withdraw":
        return await contributions.withdraw_nth(database, by.person, asked.number, by.at)
    mine = await stored.of_person(database, by.person.id)
    if not 1 <= asked.number <= len(mine):
        return contribution_notices.OwnRefused(reason="none", number=asked.number)
    which = mine[asked.number - 1][0].id
    match asked.act:
        case "show":
            return await show(database, by.person, which)
        case "write":
            return await write(database, event, by, which, asked.text)
        case "move":
            return await move(database, event, by, which, asked.strategy, asked.question)
        case _:
            return await name_action(database, event, by, which, asked.action)


async def show(reader: Reader, person: Person, contribution: str) -> Notice:
    """One of a person's own in full, with what it said before."""
    found = await _own(reader, person, contribution)
    if isinstance(found, contribution_notices.OwnRefused):
        return found
    number, mine = found
    changes = await contribution_trace.of_contribution(reader, mine.id)
    return contribution_notices.OwnShown(
        contribution=contributions.listed(number, mine),
        earlier=tuple(
            each.before.text for each in changes if each.after and each.before.text != each.after.text
        ),
    )


async def write(database: Database, event: Event, by: By, contribution: str, text: str) -> Notice:
    """Give one of a person's own another text."""
    async with database.transaction() as tx:
        found = await _own(tx, by.person, contribution)
        if isinstance(found, contribution_notices.OwnRefused):
            return found
        number, mine = found
        if readable.is_blank(text):
            return notices.ContributionEmpty(edited=True)
        if not await acts.first_time(tx, by.act, by.at):
            text = mine.text
        told = await contributions.rewrite(tx, event, by.person, mine, text, by.at)
        return told or contribution_notices.OwnRefused(reason="withdrawn", number=number)


async def move(
    database: Database,
    event: Event,
    by: By,
    contribution: str,
    strategy: str | None,
    question: str | None,
) -> Notice:
    """Move one of a person's own of Session 2 to a question of a strategy that its table works on.

    What is not said is asked, but for the strategy where only another question was said.
    """
    async with database.transaction() as tx:
        found = await _own(tx, by.person, contribution)
        if isinstance(found, contribution_notices.OwnRefused):
            return found
        number, mine = found
        chosen = await contributions.chosen_at(tx, mine.table)
        strategy = strategy or (mine.strategy if question else None)
        refused = _cannot_move(event, number, mine, chosen, strategy, question)
        if refused is not None:
            return refused
        if strategy is None or question is None:
            return contribution_notices.OwnMoveAsked(
                id=mine.id, number=number, strategies=chosen, strategy=strategy
            )
        late = await answering.is_late(tx, mine.table)
        action = mine.action if strategy == mine.strategy else None
        after = replace(contribution_trace.state(mine), strategy=strategy, question=question, action=action)
        changed = after != contribution_trace.state(mine)
        if changed and not await acts.first_time(tx, by.act, by.at):
            # Moved on since: it stays where it is.
            return contribution_notices.OwnMoved(
                number=number,
                strategy=mine.strategy or strategy,
                question=mine.question or question,
                changed=False,
            )
        await contribution_trace.change(tx, mine, after, "moved", by.person.id, by.at, late=late)
        return contribution_notices.OwnMoved(
            number=number,
            strategy=strategy,
            question=question,
            changed=changed,
            dropped=mine.action if action is None else None,
            late=late and changed,
        )


def _cannot_move(
    event: Event,
    number: int,
    mine: Contribution,
    chosen: tuple[str, ...],
    strategy: str | None,
    question: str | None,
) -> Notice | None:
    reason, misread = "", ""
    if mine.session == 1:
        reason = "session1"
    elif not chosen:
        reason = "nothing_chosen"
    elif strategy is not None and strategy not in chosen:
        reason, misread = "strategy", strategy
    elif question is not None and question not in {each.code for each in event.session2.questions}:
        reason, misread = "question", question
    if not reason:
        return None
    return contribution_notices.OwnRefused(reason=reason, number=number, misread=misread, strategies=chosen)


async def name_action(
    database: Database, event: Event, by: By, contribution: str, action: str | None
) -> Notice:
    """Say which plan action of its strategy a contribution is about; None asks, `NO_ACTION` takes it off."""
    async with database.transaction() as tx:
        found = await _own(tx, by.person, contribution)
        if isinstance(found, contribution_notices.OwnRefused):
            return found
        number, mine = found
        known = () if mine.strategy is None else event.strategy(mine.strategy).actions
        if mine.strategy is None or not known:
            return contribution_notices.OwnRefused(reason="no_actions", number=number, strategy=mine.strategy)
        if action is None:
            return contribution_notices.OwnActionAsked(
                id=mine.id, number=number, strategy=mine.strategy, action=mine.action
            )
        named = None if action == NO_ACTION else action
        if named is not None and named not in {each.code for each in known}:
            return contribution_notices.OwnRefused(
                reason="action", number=number, misread=named, strategy=mine.strategy
            )
        late = await answering.is_late(tx, mine.table)
        changed = named != mine.action
        if changed and not await acts.first_time(tx, by.act, by.at):
            changed, named = False, mine.action
        after = replace(contribution_trace.state(mine), action=named)
        await contribution_trace.change(tx, mine, after, "named", by.person.id, by.at, late=late)
        return contribution_notices.OwnActionNamed(
            number=number, strategy=mine.strategy, action=named, changed=changed, late=late and changed
        )


async def _own(
    reader: Reader, person: Person, contribution: str
) -> tuple[int, Contribution] | contribution_notices.OwnRefused:
    """One of a person's own that stands, with its number; or why it is none."""
    mine = await stored.of_person(reader, person.id)
    for number, (each, withdrawn) in enumerate(mine, start=1):
        if each.id == contribution:
            if withdrawn:
                return contribution_notices.OwnRefused(reason="withdrawn", number=number)
            return number, each
    return contribution_notices.OwnRefused(reason="none")
